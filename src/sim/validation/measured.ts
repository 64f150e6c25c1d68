// What real Go programs measured, as it is stored: by case and run, a hundred quantiles at most. Written by tools/validate, read by tests.
import {ascending, quantileOfSorted} from '../kernel/statistics.ts'

/** One run of one variant. */
export interface MeasuredRun {
  /** CPUs that other processes used meanwhile. */
  readonly foreignCpus: number
  /** Samples there were; `values` are all of them, or evenly spaced quantiles. */
  readonly count: number
  readonly values: readonly number[]
  readonly figures?: Readonly<Record<string, number>>
}

export interface MeasuredCase {
  readonly go: string
  /** Length of a run. Unit: s. */
  readonly seconds: number
  readonly runs: readonly MeasuredRun[]
}

export interface Measurements {
  readonly machine: string
  /** By `workload/variant`, and `workload/variant@1.25` for other releases than the newest. */
  readonly cases: Readonly<Record<string, MeasuredCase>>
}

const valuesMax = 100

/** At most a hundred values that stand for the samples, in ascending order, with four digits. */
export function kept(samples: readonly number[]): readonly number[] {
  const sorted = ascending(samples)
  const n = Math.min(valuesMax, sorted.length)
  return Array.from({length: n}, (_, i) => Number(quantileOfSorted(sorted, (i + 0.5) / n).toPrecision(4)))
}

/** The runs with the least company, of old and new ones together. */
export function leastDisturbed(runs: readonly MeasuredRun[], n: number): readonly MeasuredRun[] {
  return runs.toSorted((a, b) => a.foreignCpus - b.foreignCpus).slice(0, n)
}
