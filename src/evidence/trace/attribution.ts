// Why a goroutine waited long for a P: what the wait overlapped most. Thresholds are data with their reason.
import type {LongWait, WaitCause} from '../model/trace.ts'
import {procUser, type ProcClock} from './proc-clock.ts'

/**
 * A wait longer than this is looked at one by one.
 *
 * Unit: ns. Source: the default alarm of 300 µs; tails above it are normal (0 to 1.5 % of the waits in ordinary traces), so it is no finding by itself.
 */
export const longWaitNs = 300_000
/**
 * A goroutine that holds a P longer than this was not preempted when it should have been.
 *
 * Unit: ns. Source: forcePreemptNS (10 ms) plus sysmon's longest sleep (10 ms), src/runtime/proc.go, Go 1.14 to 1.26.
 */
export const heldNs = 20_500_000
/** Share of a wait that something must overlap to be named as its cause. */
const shareMin = 0.5
/** A burst: more goroutines than this many per P became runnable within the same 100 µs, and at least eight. */
const burstPerProc = 4
const burstMin = 8
const longSlicesKept = 64
/** CPU samples that a wait must overlap before their share in runtime locks is taken for its cause. */
const lockSamplesMin = 3

export const waitCauses: readonly WaitCause[] = [
  'stop-the-world',
  'runtime-lock',
  'gc-mark',
  'proc-held',
  'saturation',
  'wake-up-storm',
  'wake-up',
]

export interface Overlap {
  readonly stwNs: number
  readonly allProcsBusyNs: number
  readonly gcAllProcsBusyNs: number
  /** How many goroutines had become runnable in the same 100 µs before it. */
  readonly burst: number
  /** CPU samples taken during the wait, on any thread, and those in the runtime's locks. */
  readonly samples: number
  readonly lockSamples: number
}

/** Remembers the latest slices that were held too long. */
export class HeldSlices {
  readonly #from = new Float64Array(longSlicesKept)
  readonly #to = new Float64Array(longSlicesKept)
  #count = 0

  /** Call when a goroutine stops running that held its P for `heldNs` or longer. */
  ended(from: number, to: number): void {
    const at = this.#count++ % longSlicesKept
    this.#from[at] = from
    this.#to[at] = to
  }

  /** The longest part of [from, to) that one over-long slice covers. */
  overlapNs(from: number, to: number, clock: ProcClock, procSlots: number): number {
    let most = 0
    for (let i = 0; i < Math.min(this.#count, longSlicesKept); i++)
      most = Math.max(most, Math.min(to, this.#to[i]!) - Math.max(from, this.#from[i]!))
    for (let slot = 0; slot < procSlots; slot++) {
      const since = clock.sinceNs(slot)
      if (to - since >= heldNs && clock.state(slot) === procUser) most = Math.max(most, to - Math.max(from, since))
    }
    return most
  }
}

export function causeOf(waitNs: number, overlap: Overlap, heldOverlapNs: number, procs: number): WaitCause {
  const enough = waitNs * shareMin
  if (overlap.stwNs >= enough) return 'stop-the-world'
  if (overlap.samples >= lockSamplesMin && overlap.lockSamples >= overlap.samples * shareMin) return 'runtime-lock'
  const burst = overlap.burst >= Math.max(burstMin, burstPerProc * procs)
  if (overlap.allProcsBusyNs >= enough) {
    if (heldOverlapNs >= enough) return 'proc-held'
    if (overlap.gcAllProcsBusyNs >= enough) return 'gc-mark'
    return burst ? 'wake-up-storm' : 'saturation'
  }
  return burst ? 'wake-up-storm' : 'wake-up'
}

/** The longest of many, at most `max` of them. */
export class Longest<T> {
  readonly #items: {readonly size: number; readonly item: T}[] = []
  readonly #max: number
  #least = 0
  /** Whether something was left out. */
  cut = false

  constructor(max: number) {
    this.#max = max
  }

  /** Whether `size` would still be kept; ask before building the item. */
  wants(size: number): boolean {
    if (size > this.#least) return true
    this.cut = true
    return false
  }

  add(size: number, item: T): void {
    this.#items.push({size, item})
    if (this.#items.length < this.#max * 2) return
    this.#trim()
    this.#least = this.#items.at(-1)!.size
  }

  #trim(): void {
    this.#items.sort((a, b) => b.size - a.size)
    if (this.#items.length > this.#max) {
      this.#items.length = this.#max
      this.cut = true
    }
  }

  list(): T[] {
    this.#trim()
    return this.#items.map(entry => entry.item)
  }
}

export type {LongWait}
