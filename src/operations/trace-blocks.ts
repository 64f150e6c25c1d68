// The memory that a thread which orders a trace shares with the one that adds it up, and how such a thread is asked for.
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import type {BlockMessage, EventBlocks} from '../evidence/trace/event-blocks.ts'

export {type BlockMessage, type EventBlocks, newEventBlocks} from '../evidence/trace/event-blocks.ts'

/** A thread that orders a trace. It begins at once and waits when its blocks are full. */
export interface OrderingThread {
  readonly blocks: EventBlocks
  /** Hands its messages to `take` until that says that it was the last; throws what reading throws, and what `take` throws. Call once. */
  run(take: (message: BlockMessage) => boolean, task: Task): Promise<void>
}

export type OrderAside = (path: string, host: Host) => OrderingThread
