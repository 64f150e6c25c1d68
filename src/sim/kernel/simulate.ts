// The loop the small models share: a function of model, seed and limits. No clock, no global chance, ties by order of scheduling.
import {assert, errors} from '../../base/errors.ts'
import {nanos, type Nanos} from '../../base/units.ts'
import {EventQueue} from './event-queue.ts'
import {Prng} from './prng.ts'

/** What a model may do while it handles an event. `kind`, `a`, `b` are the model's own. */
export interface Context {
  readonly nowNs: Nanos
  readonly prng: Prng
  after(delayNs: number, kind: number, a?: number, b?: number): void
}

export interface Model {
  start(ctx: Context): void
  handle(kind: number, a: number, b: number, ctx: Context): void
  /** Invariants, looked at after every event; a broken one throws. */
  check?(ctx: Context): void
}

export interface Limits {
  readonly seed: number
  readonly untilNs: number
  readonly eventsMax: number
}

/** Runs `model` to `untilNs` or until nothing is left to happen. Same model, seed and limits: same run, event for event. */
export function simulate(model: Model, limits: Limits): {readonly nowNs: Nanos; readonly events: number} {
  const queue = new EventQueue()
  let nowNs = 0
  const prng = new Prng(limits.seed)
  const ctx: Context = {
    get nowNs() {
      return nanos(nowNs)
    },
    prng,
    after(delayNs, kind, a = 0, b = 0) {
      assert(delayNs >= 0, 'an event is never scheduled in the past')
      queue.push(nowNs + delayNs, kind, a, b)
    },
  }
  model.start(ctx)
  for (let events = 0; ; events++) {
    if (queue.nextNs > limits.untilNs || !queue.pop()) return {nowNs: nanos(Math.min(nowNs, limits.untilNs)), events}
    if (events === limits.eventsMax) throw errors.limit('eventsMax', limits.eventsMax)
    nowNs = queue.atNs
    model.handle(queue.kind, queue.a, queue.b, ctx)
    model.check?.(ctx)
  }
}
