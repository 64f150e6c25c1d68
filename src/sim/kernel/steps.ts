// Long work that hands over now and then, so that whoever drives it can show how far it is, or stop it.

/** Yields the share of the work that is done, as a number from 0 to 1. */
export type Steps<T> = Generator<number, T, void>

/** Does all of it at once. */
export function drained<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
