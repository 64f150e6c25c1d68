// What a policy sees of the heap and what it may set; and the policy of one of the source texts, kept as it was written to show what it does.
import type {HeapCycle} from './heap.ts'

/** Taken after every cycle and at every tick of the run. */
export interface HeapSample {
  readonly kind: 'cycle' | 'tick'
  readonly nowS: number
  readonly gogc: number
  /** Infinity without a limit. */
  readonly memoryLimitBytes: number
  /** Live at the last mark: what is really kept, plus what was allocated while marking. */
  readonly heapMarkedBytes: number
  /** MemStats.Alloc: live and not yet collected. */
  readonly heapLiveBytes: number
  readonly goalBytes: number
  readonly rssBytes: number
  /** Where the process would be killed; Infinity when nowhere. */
  readonly quotaBytes: number
  /** MemStats.TotalAlloc: only grows. */
  readonly totalAllocBytes: number
  readonly cycles: number
  readonly lastCycle: HeapCycle | undefined
  /** Of all CPUs since the previous sample. */
  readonly gcCpuShare: number
  readonly procs: number
  readonly stackScanBytes: number
  readonly globalsScanBytes: number
}

/** What changes, and why in one line; undefined fields stay as they are. */
export interface HeapSettings {
  readonly gogc?: number
  readonly memoryLimitBytes?: number
  /** No new sessions are taken. */
  readonly refuse?: boolean
  readonly because: string
}

/** Called after every cycle and tick; undefined changes nothing. May keep state of its own. */
export type HeapController = (sample: HeapSample) => HeapSettings | undefined

/**
 * The GOGC policy of S4 4.4: every 2 s the ratio Alloc/TotalAlloc decides. TotalAlloc only grows, so the ratio falls for ever (E-104).
 */
export function seedS4Controller(): HeapController {
  let nextS = 2
  return sample => {
    if (sample.nowS < nextS) return undefined
    nextS = sample.nowS + 2
    const ratio = sample.totalAllocBytes === 0 ? 0 : sample.heapLiveBytes / sample.totalAllocBytes
    const gogc = ratio > 0.35 ? 50 : ratio < 0.15 ? 150 : sample.gogc
    return gogc === sample.gogc ? undefined : {gogc, because: `Alloc/TotalAlloc is ${ratio.toFixed(3)}`}
  }
}

/** The same thresholds on what they were meant for: the share of newly allocated bytes that survives, over the last ten cycles. */
export function windowedSurvivalController(): HeapController {
  const window: {marked: number; allocated: number}[] = []
  let seen = 0
  return sample => {
    if (sample.kind !== 'cycle' || sample.cycles === seen) return undefined
    seen = sample.cycles
    window.push({marked: sample.heapMarkedBytes, allocated: sample.totalAllocBytes})
    if (window.length > 10) window.shift()
    const [first, last] = [window[0], window.at(-1)]
    if (first === undefined || last === undefined || window.length < 10) return undefined
    const share = Math.max(0, last.marked - first.marked) / Math.max(1, last.allocated - first.allocated)
    const gogc = share > 0.35 ? 50 : share < 0.15 ? 150 : sample.gogc
    return gogc === sample.gogc ? undefined : {gogc, because: `of the bytes of the last ten cycles ${(100 * share).toFixed(0)} % survived`}
  }
}

/** The memory fuse of S4 4.4: three samples in a row, 2 s apart, of Alloc above 80 % of the quota refuse new sessions; a sample below lets them in again (E-107). */
export function seedS4FuseController(): HeapController {
  let [nextS, above, refusing] = [2, 0, false]
  return sample => {
    if (sample.nowS < nextS) return undefined
    nextS = sample.nowS + 2
    const share = sample.heapLiveBytes / sample.quotaBytes
    above = share > 0.8 ? above + 1 : 0
    const refuse = above >= 3
    if (refuse === refusing) return undefined
    refusing = refuse
    return {refuse, because: `Alloc is ${Math.round(100 * share)} % of the quota`}
  }
}

export const controllers: Readonly<Record<string, () => HeapController>> = {
  'seed-s4': seedS4Controller,
  'seed-s4-fuse': seedS4FuseController,
  'windowed-survival': windowedSurvivalController,
}
