// Long work reports here and asks here whether it should stop. Pure code takes a Task; only the CLI knows what a terminal is.
import {errors} from './errors.ts'

export interface Task {
  readonly signal?: AbortSignal
  /** Whoever runs this can run it again from the start on a thread with a deeper stack, and will where `stackOverflowed` says so. */
  readonly deeperStack?: boolean
  /** `done` of `total` (same unit); `what` is a short noun phrase. Cheap: callers may call it often. */
  progress?(what: string, done: number, total?: number): void
}

/** How long synchronous work goes on before the event loop gets a turn, in ms. */
const breathMs = 100
let lastBreath = 0

/**
 * A checkpoint that also gives the event loop its turn now and then: without one, work that only awaits what is there already hears of no Ctrl-C.
 * Call it between the parts of long work.
 */
export async function breathe(task: Task | undefined): Promise<void> {
  const now = performance.now()
  if (now - lastBreath >= breathMs) {
    await new Promise<void>(resolve => void setTimeout(resolve, 0))
    lastBreath = performance.now()
  }
  checkpoint(task)
}

/** Throws the cancellation error if the task was cancelled; call it in every loop over outside input. */
export function checkpoint(task: Task | undefined): void {
  if (task?.signal?.aborted) throw errors.cancelled()
}
