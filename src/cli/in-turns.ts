// Drives long work that keeps the thread to itself: the event loop gets its turn ten times a second, so that Ctrl-C is heard and progress is shown.
import {checkpoint, type Task} from '../base/progress.ts'

/** How long the event loop may have to wait. Unit: ms. */
const turnMs = 100

/** Runs `work` to its end; it yields now and then how much of it is done, as a share. */
export async function inTurns<T>(what: string, work: Generator<number, T, void>, task: Task): Promise<T> {
  let turnedMs = performance.now()
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    if (performance.now() - turnedMs < turnMs) continue
    await new Promise(resolve => setImmediate(resolve))
    checkpoint(task)
    task.progress?.(what, step.value, 1)
    turnedMs = performance.now()
  }
}
