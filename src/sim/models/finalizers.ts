// When finalizers and cleanups may run, and what never runs. Follows src/runtime/mfinal.go and mcleanup.go (AddCleanup since Go 1.24; several goroutines since 1.25).
import {errors} from '../../base/errors.ts'

export interface FinalizerScenario {
  readonly goMinor: number
  readonly with: 'finalizer' | 'cleanup'
  /** Objects that become unreachable together, each pointing to the next. */
  readonly chain: number
  /** The last points back to the first. */
  readonly cycle: boolean
  /** Below 16 bytes without pointers: several share one block, and while a neighbour lives the block does, so nothing runs. */
  readonly tiny: boolean
  /** Chains that die per collection. */
  readonly chainsPerCycle: number
  readonly collectEveryS: number
  /** How long one callback takes. */
  readonly callbackS: number
  readonly gomaxprocs: number
  readonly runS: number
}

export interface FinalizerRun {
  /** Collection after the death at which the first and the last callback of a chain become due; undefined: never. */
  readonly firstCycle: number | undefined
  readonly lastCycle: number | undefined
  /** Collection at which the last object's memory is free again. */
  readonly freedCycle: number | undefined
  readonly callbacksDue: number
  readonly callbacksRun: number
  readonly delayMeanS: number
  readonly delayMaxS: number
  readonly workers: number
}

export function runFinalizers(s: FinalizerScenario): FinalizerRun {
  if (s.with === 'cleanup' && s.goMinor < 24)
    throw errors.usage('runtime.AddCleanup needs Go 1.24', 'Set go to 1.24 or later, or use a finalizer.')
  const workers = s.with === 'finalizer' || s.goMinor < 25 ? 1 : Math.max(1, Math.trunc(s.gomaxprocs / 4))
  const never = s.with === 'finalizer' && (s.cycle || s.tiny)
  // A finalizer resurrects its object and all it points to for one more collection, so a chain goes one by one; cleanups hold nothing.
  const lastCycle = never ? undefined : s.with === 'finalizer' ? s.chain : 1
  const freedCycle = never ? undefined : s.with === 'finalizer' ? s.chain + 1 : 1
  const cycles = Math.floor(s.runS / s.collectEveryS)
  const free = Array.from({length: workers}, () => 0)
  let [due, ran, delaySum, delayMax] = [0, 0, 0, 0]
  for (let n = 1; n <= cycles && !never; n++) {
    const atS = n * s.collectEveryS
    const perChain = s.with === 'cleanup' ? s.chain : Math.min(n, s.chain)
    const callbacks = s.chainsPerCycle * perChain
    if (callbacks > 10_000_000) throw errors.limit('callbacks due in one collection', 10_000_000)
    due += callbacks
    for (let i = 0; i < callbacks; i++) {
      let w = 0
      for (let k = 1; k < workers; k++) if (free[k]! < free[w]!) w = k
      const startS = Math.max(atS, free[w]!)
      free[w] = startS + s.callbackS
      if (free[w]! > s.runS) continue
      ran++
      const delay = free[w]! - atS
      delaySum += delay
      delayMax = Math.max(delayMax, delay)
    }
  }
  return {
    firstCycle: never ? undefined : 1,
    lastCycle,
    freedCycle,
    callbacksDue: due,
    callbacksRun: ran,
    delayMeanS: ran === 0 ? 0 : delaySum / ran,
    delayMaxS: delayMax,
    workers,
  }
}
