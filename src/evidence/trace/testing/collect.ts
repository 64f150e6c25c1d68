// Reads a whole trace into lines, for tests.
import {memorySource} from '../../../base/byte-source.ts'
import {eventLine} from '../event-line.ts'
import {readTrace, type TraceContext, type TraceEnd} from '../reader.ts'

export interface Collected {
  readonly lines: readonly string[]
  readonly end: TraceEnd
}

/** Throws what `readTrace` throws: bytes that are no v2 trace. */
export async function collect(bytes: Uint8Array, withStacks = false): Promise<Collected> {
  let context: TraceContext | undefined
  const lines: string[] = []
  const sink = {
    begin(given: TraceContext) {
      context = given
    },
    event() {
      if (context !== undefined) lines.push(eventLine(context, withStacks))
    },
  }
  const end = await readTrace(memorySource('test', bytes), sink)
  return {lines, end}
}
