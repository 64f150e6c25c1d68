// The decisions of the GOGC controller and of the memory fuse: from samples of the heap to a setting, an alarm or a refusal. No clock; the state
// is JSON. The goal of the collector is live * (1 + GOGC/100) (src/runtime/mgcpacer.go, `commit`), so peak and collector's share follow from GOGC:
// the peak grows with it, the CPU share falls about as 1/GOGC. The generated Go holds the same arithmetic in the same order.
import {assert} from '../../base/errors.ts'

/** Taken every few seconds. Sizes in bytes, from runtime/metrics; nothing here stops the world. */
export interface MemorySample {
  readonly nowMs: number
  /** /gc/cycles/total:gc-cycles. */
  readonly cycles: number
  /** /gc/heap/live:bytes: what the last collection marked. */
  readonly live: number
  /** /memory/classes/heap/objects:bytes: live and not yet swept. MemStats.Alloc. */
  readonly heap: number
  /** /gc/heap/goal:bytes. */
  readonly goal: number
  /** /memory/classes/total:bytes minus /memory/classes/heap/released:bytes. */
  readonly total: number
  /** /gc/heap/allocs:bytes: only grows. MemStats.TotalAlloc. */
  readonly allocated: number
  /** Collector's share of the CPU time since the last sample, idle marking not counted. */
  readonly gcCpu: number
  /** What the process may use; 0 when nothing limits it. */
  readonly quota: number
}

export type GogcPolicy =
  | {
      readonly rule: 'budget'
      /** Peak of the whole process as a share of the quota. */
      readonly peakShare: number
      readonly gcCpuMax: number
      /** Smaller changes than this share of the present value are not made. */
      readonly hysteresis: number
      readonly cyclesBetween: number
      readonly usual: number
      readonly min: number
      readonly max: number
    }
  /** S4 4.4 as written: the ratio Alloc/TotalAlloc decides, which only falls (E-104). */
  | {
      readonly rule: 'ratio'
      readonly above: number
      readonly aboveGogc: number
      readonly below: number
      readonly belowGogc: number
      readonly min: number
    }

export interface FusePolicy {
  /** Shares of the quota that alarm after `inARow` samples; above 1 is off. */
  readonly liveShare: number
  readonly heapShare: number
  readonly totalShare: number
  readonly inARow: number
  /** With GOGC at its least, a live heap that grows faster than this alarms. Unit: bytes per second. */
  readonly slopeMax: number
  /** Samples the slope is taken over. */
  readonly slopeSamples: number
  /** Total memory above this share refuses new instances at once. */
  readonly refuseShare: number
  /** Alarm and refusal end after `inARow` samples with total memory below this share. */
  readonly releaseShare: number
}

export interface MemoryPolicy {
  readonly gogc: GogcPolicy
  readonly fuse: FusePolicy
  readonly sampleMs: number
  /** GOMEMLIMIT as a share of the quota, set once at start; 0 leaves it alone. */
  readonly limitShare: number
}

export const fuseStatuses = ['armed', 'alarm', 'refusing'] as const
export type FuseStatus = (typeof fuseStatuses)[number]
export type GogcReason = 'begun' | 'usual' | 'collector' | 'memory' | 'live heap too large' | 'ratio'
export type FuseReason = 'begun' | 'shares' | 'slope' | 'total' | 'released'

export interface MemoryState {
  version: 1
  gogc: number
  gogcReason: GogcReason
  cycles: number
  changedAtCycle: number
  gcCpu: number
  fuse: FuseStatus
  fuseReason: FuseReason
  high: number
  low: number
  slopeAtMs: number[]
  slopeLive: number[]
}

/** Where a sample may lead the fuse. Refusing ends only by release, not by turning back into an alarm. */
export const fuseTransitions: Readonly<Record<FuseStatus, readonly FuseStatus[]>> = {
  armed: ['armed', 'alarm', 'refusing'],
  alarm: ['alarm', 'refusing', 'armed'],
  refusing: ['refusing', 'armed'],
}

export const memoryPresets = {
  default: {
    gogc: {rule: 'budget', peakShare: 0.8, gcCpuMax: 0.15, hysteresis: 0.1, cyclesBetween: 5, usual: 100, min: 25, max: 400},
    fuse: {liveShare: 0.6, heapShare: 2, totalShare: 0.8, inARow: 3, slopeMax: 5e6, slopeSamples: 10, refuseShare: 0.9, releaseShare: 0.7},
    sampleMs: 2000,
    limitShare: 0.9,
  },
  /** S4 4.4: 0.35 and 0.15 (its chart says 0.10, E-105) every 2 s; Alloc above 80 % three times, 5 MB/s at GOGC 25 (never set), 90 % refuses. */
  'seed-s4': {
    gogc: {rule: 'ratio', above: 0.35, aboveGogc: 50, below: 0.15, belowGogc: 150, min: 25},
    fuse: {liveShare: 2, heapShare: 0.8, totalShare: 2, inARow: 3, slopeMax: 5e6, slopeSamples: 10, refuseShare: 0.9, releaseShare: 0.7},
    sampleMs: 2000,
    limitShare: 0,
  },
} as const satisfies Record<string, MemoryPolicy>

export const newMemory = (gogc = 100): MemoryState => ({
  version: 1,
  gogc,
  gogcReason: 'begun',
  cycles: 0,
  changedAtCycle: 0,
  gcCpu: 0,
  fuse: 'armed',
  fuseReason: 'begun',
  high: 0,
  low: 0,
  slopeAtMs: [],
  slopeLive: [],
})

/** How quickly the measured CPU share follows: the weight of one sample. */
const gcCpuWeight = 0.3

/** Decides on one sample; `state.gogc` and `state.fuse` are the answer. Changes `state`. */
export function memorySample(policy: MemoryPolicy, state: MemoryState, sample: MemorySample): void {
  if (policy.gogc.rule === 'ratio') ratio(policy.gogc, state, sample)
  else budget(policy.gogc, state, sample)
  const before = state.fuse
  fuse(policy, state, sample)
  assert(fuseTransitions[before].includes(state.fuse), `memory fuse went ${before} -> ${state.fuse}`)
}

function ratio(policy: GogcPolicy & {rule: 'ratio'}, state: MemoryState, {heap, allocated}: MemorySample): void {
  if (allocated <= 0) return
  const active = heap / allocated
  if (active > policy.above) state.gogc = policy.aboveGogc
  else if (active < policy.below) state.gogc = policy.belowGogc
  else return
  state.gogcReason = 'ratio'
}

function budget(policy: GogcPolicy & {rule: 'budget'}, state: MemoryState, s: MemorySample): void {
  state.gcCpu += gcCpuWeight * (s.gcCpu - state.gcCpu)
  if (s.cycles === state.cycles || s.live <= 0) return
  state.cycles = s.cycles
  let want: number = policy.usual
  let reason: GogcReason = 'usual'
  const needed = (state.gogc * state.gcCpu) / policy.gcCpuMax
  if (needed > want) {
    want = needed
    reason = 'collector'
  }
  if (s.quota > 0) {
    const other = Math.max(0, s.total - Math.max(s.goal, s.heap)) // stacks, runtime, what is free and not given back
    const most = ((policy.peakShare * s.quota - other - s.live) / s.live) * 100
    if (most < want) {
      want = most
      reason = most < policy.min ? 'live heap too large' : 'memory'
    }
  }
  want = Math.floor(Math.min(policy.max, Math.max(policy.min, want)))
  if (s.cycles - state.changedAtCycle < policy.cyclesBetween) return
  if (Math.abs(want - state.gogc) <= policy.hysteresis * state.gogc) return
  state.gogc = want
  state.gogcReason = reason
  state.changedAtCycle = s.cycles
}

function fuse(policy: MemoryPolicy, state: MemoryState, s: MemorySample): void {
  const f = policy.fuse
  state.slopeAtMs.push(s.nowMs)
  state.slopeLive.push(s.live)
  if (state.slopeAtMs.length > f.slopeSamples) {
    state.slopeAtMs.shift()
    state.slopeLive.shift()
  }
  if (s.quota <= 0) return
  const high = s.live / s.quota > f.liveShare || s.heap / s.quota > f.heapShare || s.total / s.quota > f.totalShare
  state.high = high ? state.high + 1 : 0
  state.low = s.total / s.quota < f.releaseShare && !high ? state.low + 1 : 0
  if (s.total / s.quota > f.refuseShare) {
    state.fuse = 'refusing'
    state.fuseReason = 'total'
    return
  }
  if (state.fuse === 'armed') {
    if (state.high >= f.inARow) alarm(state, 'shares')
    else if (state.gogc <= policy.gogc.min && slope(state, f.slopeSamples) > f.slopeMax) alarm(state, 'slope')
  } else if (state.low >= f.inARow) {
    state.fuse = 'armed'
    state.fuseReason = 'released'
  }
}

function alarm(state: MemoryState, reason: FuseReason): void {
  state.fuse = 'alarm'
  state.fuseReason = reason
  state.low = 0
}

/** Bytes per second of the live heap from the first to the last sample kept; 0 until there are enough. */
function slope({slopeAtMs, slopeLive}: MemoryState, samples: number): number {
  const last = slopeAtMs.length - 1
  if (slopeAtMs.length < samples || slopeAtMs[last]! <= slopeAtMs[0]!) return 0
  return ((slopeLive[last]! - slopeLive[0]!) * 1000) / (slopeAtMs[last]! - slopeAtMs[0]!)
}

/** Why GOGC is what it is, for people. */
export const gogcReasons: Readonly<Record<GogcReason, string>> = {
  begun: 'nothing was decided yet',
  usual: 'memory and collector are within their bounds',
  collector: 'the collector takes more than its share of the CPU',
  memory: 'the predicted peak must stay within the quota',
  'live heap too large': 'the live heap alone nears the quota: no GOGC helps, less must be kept or the quota must grow',
  ratio: 'Alloc/TotalAlloc passed a threshold',
}

/** What a policy cannot do, in words. */
export function memoryWarnings(policy: MemoryPolicy): string[] {
  if (policy.gogc.rule === 'budget') return []
  return [
    `Alloc/TotalAlloc only falls, because TotalAlloc only grows: sooner or later it is below ${policy.gogc.below} for ever and GOGC stays at ${policy.gogc.belowGogc}, however full the heap is (E-104)`,
    `GOGC never becomes ${policy.gogc.min}, so the rule on the slope at ${policy.gogc.min} never fires (E-105)`,
  ]
}
