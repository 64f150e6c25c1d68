// Durations and sizes that vary: what a scenario or a cost profile writes down, and the table it is drawn from.
import {exponential, naturalLog} from './portable-math.ts'
import type {Prng} from './prng.ts'

/** A number, or a shape. Values carry the unit of the field that holds them. */
export type Distribution =
  | number
  | {readonly kind: 'uniform'; readonly from: number; readonly to: number}
  | {readonly kind: 'exponential'; readonly mean: number}
  | {readonly kind: 'lognormal'; readonly median: number; readonly p99: number}
  /** Measured: ascending values at the named probabilities; straight lines between them, above the median over the logarithm of what is left. */
  | {readonly kind: 'quantiles'; readonly at: readonly number[]; readonly value: readonly number[]}

export type Sampler = (prng: Prng) => number

/** A drawing function; a measured distribution becomes a table of 1024 equally likely values. */
export function sampler(distribution: Distribution): Sampler {
  if (typeof distribution === 'number') return () => distribution
  switch (distribution.kind) {
    case 'uniform': {
      const {from, to} = distribution
      return prng => from + (to - from) * prng.random()
    }
    case 'exponential': {
      const {mean} = distribution
      return prng => mean * prng.exponential()
    }
    case 'lognormal': {
      const {median, p99} = distribution
      const sigma = naturalLog(p99 / median) / 2.326347874
      return prng => median * exponential(sigma * prng.normal())
    }
    case 'quantiles': {
      const table = new Float64Array(1024)
      for (let i = 0; i < table.length; i++) table[i] = quantileAt(distribution.at, distribution.value, (i + 0.5) / table.length)
      return prng => table[prng.uint32() >>> 22]!
    }
  }
}

/** The middle value, for closed-form estimates and for reading a profile aloud. */
export function median(distribution: Distribution): number {
  if (typeof distribution === 'number') return distribution
  switch (distribution.kind) {
    case 'uniform':
      return (distribution.from + distribution.to) / 2
    case 'exponential':
      return distribution.mean * Math.LN2
    case 'lognormal':
      return distribution.median
    case 'quantiles':
      return quantileAt(distribution.at, distribution.value, 0.5)
  }
}

function quantileAt(at: readonly number[], value: readonly number[], p: number): number {
  const above = at.findIndex(q => q >= p)
  if (above < 0) return value.at(-1) ?? 0
  if (above === 0) return value[0] ?? 0
  const [p0, p1, v0, v1] = [at[above - 1]!, at[above]!, value[above - 1]!, value[above]!]
  if (p1 === p0) return v1
  // Above the median a straight line over the logarithm of what is left: most of what lies between the 99th and the 99.9th percentile is near the first.
  const way = p0 < 0.5 || p1 >= 1 ? (p - p0) / (p1 - p0) : naturalLog((1 - p0) / (1 - p)) / naturalLog((1 - p0) / (1 - p1))
  return v0 + (v1 - v0) * way
}
