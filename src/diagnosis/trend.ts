// Trends in noisy series: the Theil-Sen slope and how many pairs agree with it (Kendall's concordance). Pure.

export interface Trend {
  /** Median of the slopes of all pairs, in value per unit of time. */
  readonly slope: number
  /** Share of pairs (ties left out) that rise. */
  readonly rising: number
  readonly first: number
  readonly last: number
  readonly span: number
}

/** Pairs grow with the square of the points; longer series are thinned evenly to this many. */
const pointsMax = 400

/** Undefined below two points or without any span of time. */
export function trendOf(all: readonly (readonly [time: number, value: number])[]): Trend | undefined {
  const step = Math.max(1, Math.ceil(all.length / pointsMax))
  const points = all.filter((_, i) => i % step === 0 || i === all.length - 1)
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last || last[0] <= first[0]) return undefined
  const slopes: number[] = []
  let [up, down] = [0, 0]
  for (let i = 0; i < points.length; i++) {
    for (let j = i + 1; j < points.length; j++) {
      const [t1, v1] = points[i]!
      const [t2, v2] = points[j]!
      if (t2 <= t1) continue
      slopes.push((v2 - v1) / (t2 - t1))
      if (v2 > v1) up++
      else if (v2 < v1) down++
    }
  }
  return {slope: median(slopes), rising: up + down === 0 ? 0 : up / (up + down), first: first[1], last: last[1], span: last[0] - first[0]}
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  return sorted.length === 0 ? Number.NaN : sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
