// An execution trace read and ordered on one thread and added up on another: what the first does, and what the two say to each other.
import type {Task} from '../base/progress.ts'
import type {Host} from '../base/host.ts'
import {BlockWriter, type BlockMessage, type EventBlocks} from '../evidence/trace/event-blocks.ts'
import {readTrace} from '../evidence/trace/reader.ts'

/** Reads the file and puts its events into the blocks. Throws what `readTrace` throws. */
export async function orderTrace(
  host: Host,
  path: string,
  blocks: EventBlocks,
  post: (message: BlockMessage) => void,
  task: Task,
): Promise<void> {
  const writer = new BlockWriter(blocks, post)
  writer.end(await readTrace(await host.open(path), writer, task))
}
