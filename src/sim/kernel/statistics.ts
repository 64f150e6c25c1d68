// Numbers about numbers: quantiles of samples, Kolmogorov-Smirnov distance, bootstrap intervals, the t interval over seeds.
import {Prng} from './prng.ts'

/** Nearest rank of an ascending list; 0 for an empty one. */
export const quantileOfSorted = (sorted: ArrayLike<number>, p: number): number =>
  sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))]!

export const ascending = (values: Iterable<number>): Float64Array => Float64Array.from(values).sort()

/** The largest gap between two empirical distribution functions, 0 to 1. Both lists ascending. */
export function ksDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [i, j, gap] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i]!, b[j]!)
    while (i < a.length && a[i]! <= at) i++
    while (j < b.length && b[j]! <= at) j++
    gap = Math.max(gap, Math.abs(i / a.length - j / b.length))
  }
  return gap
}

export interface Interval {
  readonly value: number
  readonly lo95: number
  readonly hi95: number
}

/** Two-sided 97.5 % points of Student's t for 1, 2, … degrees of freedom; beyond the list the normal's. */
const t975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093,
]

/** Mean of one figure per seed with its 95 % interval. */
export function overSeeds(values: readonly number[]): Interval {
  const n = values.length
  const value = values.reduce((sum, v) => sum + v, 0) / Math.max(1, n)
  if (n < 2) return {value, lo95: value, hi95: value}
  const variance = values.reduce((sum, v) => sum + (v - value) ** 2, 0) / (n - 1)
  const half = (t975[n - 2] ?? 1.96) * Math.sqrt(variance / n)
  return {value, lo95: value - half, hi95: value + half}
}

/** 95 % interval of a statistic by resampling whole runs, because samples inside one run are not independent. */
export function bootstrapRuns(
  runs: readonly (readonly number[])[],
  statistic: (all: Float64Array) => number,
  rounds = 200,
  seed = 1,
): Interval {
  const prng = new Prng(seed)
  const value = statistic(ascending(runs.flat()))
  const drawn = Array.from({length: rounds}, () => statistic(ascending(runs.flatMap(() => runs[prng.below(runs.length)] ?? []))))
  drawn.sort((x, y) => x - y)
  return {value, lo95: quantileOfSorted(drawn, 0.025), hi95: quantileOfSorted(drawn, 0.975)}
}
