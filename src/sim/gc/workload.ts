// What a program allocates and keeps over time. Each kind is a straight-line function of time, so that a day needs no step per request.
import {unreachable} from '../../base/errors.ts'
import {exponential} from '../kernel/portable-math.ts'
import {mapBytes, type MapDesign} from './map-growth.ts'

interface During {
  /** Active from here to there. Unit: s. */
  readonly fromS?: number
  readonly untilS?: number
}

export type Workload = During &
  (
    | {readonly kind: 'steady'; readonly liveBytes: number; readonly allocBytesPerS: number; readonly stackBytes?: number}
    /** Every so often a burst of garbage; nothing is kept but `cacheBytes`. */
    | {readonly kind: 'ticker'; readonly everyS: number; readonly bytesPerTick: number; readonly cacheBytes: number}
    /** Clients that stay: arrivals per second, mean life, memory each keeps, garbage each makes; at most `sessionsMax`. */
    | {
        readonly kind: 'sessions'
        readonly arrivalsPerS: number
        readonly lifeS: number
        readonly bytesEach: number
        readonly allocBytesPerSEach: number
        readonly sessionsMax?: number
        readonly goroutinesEach?: number
        readonly stackBytesEach?: number
      }
    /** Never given back. */
    | {readonly kind: 'leak'; readonly bytesPerS: number}
    /** A map that only grows, by this design; its old tables are garbage when it grows. */
    | {
        readonly kind: 'map'
        readonly design: MapDesign
        readonly keyBytes: number
        readonly elemBytes: number
        readonly insertsPerS: number
        readonly entriesMax?: number
        /** Kept beside the map for each entry: what its pointers lead to. */
        readonly bytesEach?: number
      }
  )

export interface Demand {
  readonly liveBytes: number
  readonly allocBytesPerS: number
  readonly stackBytes: number
}

/** What all workloads ask for at a time. `refusing`: no new sessions come in; those that are there end. */
export function demandAt(workloads: readonly Workload[], atS: number, refusing = false): Demand {
  let [liveBytes, allocBytesPerS, stackBytes] = [0, 0, 0]
  for (const load of workloads) {
    const from = load.fromS ?? 0
    const ended = load.untilS !== undefined && atS >= load.untilS
    if (atS < from) continue
    const t = Math.min(atS, load.untilS ?? Infinity) - from
    switch (load.kind) {
      case 'steady':
        if (ended) break
        liveBytes += load.liveBytes
        allocBytesPerS += load.allocBytesPerS
        stackBytes += load.stackBytes ?? 0
        break
      case 'ticker':
        if (ended) break
        liveBytes += load.cacheBytes
        allocBytesPerS += load.bytesPerTick / load.everyS
        break
      case 'sessions': {
        if (ended) break
        const full = load.arrivalsPerS * load.lifeS
        const n = Math.min(load.sessionsMax ?? Infinity, full * (1 - exponential(-t / load.lifeS)))
        liveBytes += n * load.bytesEach
        allocBytesPerS += n * load.allocBytesPerSEach + (refusing ? 0 : Math.min(load.arrivalsPerS, n) * load.bytesEach)
        stackBytes += n * (load.goroutinesEach ?? 1) * (load.stackBytesEach ?? 4096)
        break
      }
      case 'leak':
        liveBytes += load.bytesPerS * t
        if (!ended) allocBytesPerS += load.bytesPerS
        break
      case 'map': {
        const entries = Math.min(load.entriesMax ?? Infinity, load.insertsPerS * t)
        const now = mapBytes(load.design, entries, load.keyBytes, load.elemBytes)
        liveBytes += now + entries * (load.bytesEach ?? 0)
        const growing = !ended && entries < (load.entriesMax ?? Infinity)
        // A table that doubles is allocated anew each time: twice its size over the life of the map.
        if (growing && entries > 0) allocBytesPerS += load.insertsPerS * ((2 * now) / entries + (load.bytesEach ?? 0))
        else if (growing) allocBytesPerS += load.insertsPerS * (load.keyBytes + load.elemBytes)
        break
      }
      default:
        return unreachable(load)
    }
  }
  return {liveBytes, allocBytesPerS, stackBytes}
}

/** When a workload next begins or ends; Infinity when none does. */
export function nextChange(workloads: readonly Workload[], atS: number): number {
  let next = Infinity
  for (const {fromS, untilS} of workloads) {
    for (const at of [fromS, untilS]) if (at !== undefined && at > atS && at < next) next = at
  }
  return next
}
