// Scheduling latency: every wait from runnable to running in a histogram, and for the long ones what they overlapped.
import type {LongWait, TraceReport, WaitCause} from '../model/trace.ts'
import {causeOf, HeldSlices, Longest, longWaitNs} from './attribution.ts'
import {ExactHistogram} from './exact-histogram.ts'
import {goBurst, goGcSaturated, goGroup, goRow, goRunnable, goSaturated, goSince, goStopped, type GoLedger} from './go-ledger.ts'
import {sumGcSaturated, sumSaturated, sumStopped, type ProcClock} from './proc-clock.ts'
import {LockSamples} from './lock-samples.ts'
import type {WorldStops} from './world-stops.ts'

const longListMax = 1000
/** Waking goroutines are counted in windows of this length, ns. */
const burstWindowNs = 100_000

/** Names that a long wait or syscall is listed under; asked for only when it is. */
export interface GoroutineNames {
  goroutine(slot: number): string
  group(group: number): string
}

export class RunWaits {
  readonly latency = new ExactHistogram()
  readonly longest = new Longest<LongWait>(longListMax)
  readonly causes = new Map<WaitCause, {count: number; totalNs: number}>()
  readonly held = new HeldSlices()
  readonly lockSamples = new LockSamples()
  over300us = 0
  /** Length of the wait that ended last, ns. */
  last: number = Number.NaN // a double from the start, as in ProcClock
  readonly #limits: TraceReport['limits']
  readonly #clock: ProcClock
  readonly #ledger: GoLedger
  readonly #stops: WorldStops
  readonly #names: GoroutineNames
  #windowUntil: number = Number.NaN
  #inWindow = 0
  readonly #lookFromNs: number

  constructor(limits: TraceReport['limits'], clock: ProcClock, ledger: GoLedger, stops: WorldStops, names: GoroutineNames) {
    this.last = this.#windowUntil = 0
    this.#limits = limits
    this.#lookFromNs = Math.min(limits.waitNs, longWaitNs)
    this.#clock = clock
    this.#ledger = ledger
    this.#stops = stops
    this.#names = names
  }

  /** The goroutine became runnable now. */
  begins(slot: number): void {
    const clock = this.#clock
    const {now, sums} = clock
    const {ns, at} = this.#ledger
    const row = slot * goRow
    clock.tick()
    ns[row + goSince] = now
    ns[row + goStopped] = sums[sumStopped]!
    ns[row + goSaturated] = sums[sumSaturated]!
    ns[row + goGcSaturated] = sums[sumGcSaturated]!
    if (now >= this.#windowUntil) {
      this.#windowUntil = now - (now % burstWindowNs) + burstWindowNs // doubles all along: no small integers that overflow after 2 s
      this.#inWindow = 0
    }
    at[row + goBurst] = ++this.#inWindow
  }

  /** The goroutine, runnable since a known time, starts now. */
  ends(slot: number, procSlots: number): void {
    const clock = this.#clock
    const {ns} = this.#ledger
    const row = slot * goRow
    const since = ns[row + goSince]!
    const wait = clock.now - since
    this.last = wait
    ns[row + goRunnable]! += wait
    this.latency.add(wait)
    clock.tick()
    const stwNs = clock.sums[sumStopped]! - ns[row + goStopped]!
    if (stwNs > 0) this.#stops.delayed(since)
    if (wait > this.#lookFromNs) this.#long(slot, wait, stwNs, procSlots)
  }

  #long(slot: number, wait: number, stwNs: number, procSlots: number): void {
    if (wait > longWaitNs) this.over300us++
    if (wait <= this.#limits.waitNs) return
    const clock = this.#clock
    const {ns, at} = this.#ledger
    const row = slot * goRow
    const startNs = ns[row + goSince]!
    const allProcsBusyNs = clock.sums[sumSaturated]! - ns[row + goSaturated]!
    const gcAllProcsBusyNs = clock.sums[sumGcSaturated]! - ns[row + goGcSaturated]!
    const held = this.held.overlapNs(startNs, clock.now, clock, procSlots)
    const sampled = this.lockSamples.since(startNs)
    const overlap = {
      stwNs,
      allProcsBusyNs,
      gcAllProcsBusyNs,
      burst: at[row + goBurst]!,
      samples: sampled.samples,
      lockSamples: sampled.inLocks,
    }
    const cause = causeOf(wait, overlap, held, clock.procs)
    const total = this.causes.get(cause) ?? {count: 0, totalNs: 0}
    total.count++
    total.totalNs += wait
    this.causes.set(cause, total)
    if (!this.longest.wants(wait)) return
    const goroutine = this.#names.goroutine(slot)
    const group = this.#names.group(at[row + goGroup]!)
    this.longest.add(wait, {goroutine, group, startNs, waitNs: wait, cause, stwNs, allProcsBusyNs, gcAllProcsBusyNs})
  }
}
