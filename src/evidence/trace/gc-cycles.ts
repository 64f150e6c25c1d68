// GC cycles: how long each marked, who worked for it and how long, and the mark assists of all goroutines.
import {go} from './event-types.ts'
import {goAssist, goAssistSince, goRow, goSince, type GoLedger} from './go-ledger.ts'
import type {ProcClock} from './proc-clock.ts'
import type {SchedulerView} from './scheduler-model.ts'

const cyclesMax = 100_000

export interface CycleTotals {
  readonly startNs: number
  endNs: number
  /** By kind of worker, ns; 0 is unused. */
  readonly worker: Float64Array
  assistNs: number
  assistRunningNs: number
  stwNs: number
  waits: number
  waitNsMax: number
  ended: boolean
}

/** Times begin as no numbers so that V8 keeps doubles there from the start. */
function newCycle(startNs: number): CycleTotals {
  const cycle: CycleTotals = {
    startNs,
    endNs: Number.NaN,
    worker: new Float64Array(4),
    assistNs: Number.NaN,
    assistRunningNs: Number.NaN,
    stwNs: Number.NaN,
    waits: 0,
    waitNsMax: Number.NaN,
    ended: false,
  }
  cycle.endNs = startNs
  cycle.assistNs = cycle.assistRunningNs = cycle.stwNs = cycle.waitNsMax = 0
  return cycle
}

export class GcCycles {
  readonly list: CycleTotals[] = []
  /** The cycle whose mark phase is under way. */
  open: CycleTotals | undefined
  assistNs = 0
  cut = false
  readonly #clock: ProcClock
  readonly #ledger: GoLedger
  /** Slots with a mark assist under way. */
  readonly #assisting = new Set<number>()

  constructor(clock: ProcClock, ledger: GoLedger) {
    this.#clock = clock
    this.#ledger = ledger
    this.open = newCycle(0) // and away again: as in ProcClock
    this.open = undefined
  }

  markBegins(): void {
    if (this.open !== undefined) return // GCActive of a later generation
    const clock = this.#clock
    clock.tick()
    clock.gcActive = true
    this.open = newCycle(clock.now)
    if (this.list.length < cyclesMax) this.list.push(this.open)
    else this.cut = true
  }

  markEnds(model: SchedulerView, ended: boolean): void {
    this.#clock.tick()
    this.#clock.gcActive = false
    if (this.open === undefined) return
    for (const g of this.#assisting) this.#inCycle(g, model)
    this.open.endNs = this.#clock.now
    this.open.ended = ended
    this.open = undefined
  }

  assistBegins(g: number): void {
    this.#ledger.ns[g * goRow + goAssistSince] = this.#clock.now
    this.#assisting.add(g)
  }

  assists(g: number): boolean {
    return this.#assisting.has(g)
  }

  assistEnds(g: number, model: SchedulerView): void {
    const {ns} = this.#ledger
    const since = ns[g * goRow + goAssistSince]!
    if (since !== since) return
    const took = this.#clock.now - since
    ns[g * goRow + goAssist]! += took
    this.assistNs += took
    this.#inCycle(g, model)
    ns[g * goRow + goAssistSince] = Number.NaN
    this.#assisting.delete(g)
  }

  /** The goroutine is gone. */
  drop(g: number): void {
    if (this.#assisting.size > 0) this.#assisting.delete(g)
  }

  /** A goroutine that assists ran until now. */
  ran(g: number): void {
    const cycle = this.open
    if (cycle === undefined) return
    const {ns} = this.#ledger
    cycle.assistRunningNs += this.#clock.now - Math.max(ns[g * goRow + goSince]!, ns[g * goRow + goAssistSince]!, cycle.startNs)
  }

  /** Adds an assist that is under way, up to now, to the cycle. */
  #inCycle(g: number, model: SchedulerView): void {
    const cycle = this.open
    if (cycle === undefined) return
    const since = this.#ledger.ns[g * goRow + goAssistSince]!
    cycle.assistNs += this.#clock.now - Math.max(since, cycle.startNs)
    if (model.goState[g] === go.running) this.ran(g)
  }
}
