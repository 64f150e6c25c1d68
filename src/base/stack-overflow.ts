// Input that nests more deeply than the stack of a thread allows: how that is told apart from other failures, and how it is asked for a deeper one.
import {errors, TriageError} from './errors.ts'
import type {Task} from './progress.ts'

/** V8's words, the same since Node 0.x; kept in messages that quote the failure. */
const overflowMessage = 'Maximum call stack size exceeded'

/** Whether a message quotes an overflow that somebody caught on the way. */
export const tellsOfOverflow = (message: string): boolean => message.includes(overflowMessage)

/** Whether the whole run should be tried again where the stack is deeper. */
export const asksForDeeperStack = (error: unknown): boolean =>
  error instanceof TriageError ? error.code === 'nested-too-deeply' : error instanceof RangeError && tellsOfOverflow(error.message)

/** Called where the stack did not suffice for a part: ends the task when all of it can be run again on a deeper stack, else the part becomes a note. */
export function stackOverflowed(task: Task): void {
  if (task.deeperStack === true) throw errors.tooDeep()
}
