// Real runs against simulated ones: quantiles, noise floor, ratio, distance, and a verdict against what was agreed beforehand.
import {ascending, bootstrapRuns, ksDistance, quantileOfSorted} from '../kernel/statistics.ts'
import type {Agreement} from './workloads.ts'

export interface Compared {
  readonly statistic: Agreement['statistic']
  readonly real: number
  /** 95 % interval of the real figure, by resampling whole runs. */
  readonly realLo: number
  readonly realHi: number
  readonly simulated: number
  readonly ratio: number
  /** How far two halves of the real runs lie apart, as a share. Nothing below twice this can be told. */
  readonly noise: number
  readonly ks: number
  readonly band: string
  readonly verdict: 'agrees' | 'within noise' | 'differs'
}

/** `real` and `simulated` are runs of samples each; every second real run makes one half. */
export function compare(agreement: Agreement, real: readonly (readonly number[])[], simulated: readonly (readonly number[])[]): Compared {
  const statistic = (values: ArrayLike<number>) =>
    agreement.statistic === 'mean' ? meanOf(values) : quantileOfSorted(values, agreement.statistic === 'p50' ? 0.5 : 0.99)
  const {value, lo95, hi95} = bootstrapRuns(real, statistic)
  const sim = ascending(simulated.flat())
  const half = (k: number) => statistic(ascending(real.filter((_, i) => i % 2 === k).flat()))
  const noise = real.length < 2 ? Number.NaN : Math.abs(half(0) / half(1) - 1)
  const ratio = statistic(sim) / value
  const factor = agreement.factor
  const agrees = factor === undefined ? Math.abs(ratio - 1) <= (agreement.within ?? 0) : ratio <= factor && ratio >= 1 / factor
  return {
    statistic: agreement.statistic,
    real: value,
    realLo: lo95,
    realHi: hi95,
    simulated: statistic(sim),
    ratio,
    noise,
    ks: ksDistance(ascending(real.flat()), sim),
    band: factor === undefined ? `±${Math.round((agreement.within ?? 0) * 100)} %` : `factor ${factor}`,
    verdict: agrees ? 'agrees' : Math.abs(ratio - 1) <= 2 * noise ? 'within noise' : 'differs',
  }
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return values.length === 0 ? 0 : sum / values.length
}
