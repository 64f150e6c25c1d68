// A line with one break against a line without, by the Bayesian information criterion. Pure.

export interface Segment {
  readonly slope: number
  readonly points: number
  readonly span: number
}

export interface Break {
  readonly before: Segment
  readonly after: Segment
  /** Where the second segment begins. */
  readonly at: number
  /** How much smaller the criterion is with the break; above 10 is strong evidence (Kass and Raftery 1995). */
  readonly bicGain: number
}

type Point = readonly [x: number, y: number]

interface Fit {
  readonly slope: number
  readonly squares: number
}

/** Longer series are thinned evenly to this many points. */
const pointsMax = 2000

/** Least squares by prefix sums: the fit of points i to j (exclusive). */
function fitter(points: readonly Point[]): (i: number, j: number) => Fit {
  const sums = [[0, 0, 0, 0, 0]]
  for (const [x, y] of points) {
    const last = sums.at(-1)!
    sums.push([last[0]! + x, last[1]! + y, last[2]! + x * x, last[3]! + x * y, last[4]! + y * y])
  }
  return (i, j) => {
    const n = j - i
    const [x, y, xx, xy, yy] = sums[j]!.map((sum, k) => sum - sums[i]![k]!) as [number, number, number, number, number]
    const sxx = xx - (x * x) / n
    const sxy = xy - (x * y) / n
    const syy = yy - (y * y) / n
    const slope = sxx > 0 ? sxy / sxx : 0
    return {slope, squares: Math.max(0, syy - slope * sxy)}
  }
}

/** The best break with at least `pointsMin` points on each side; undefined when there are too few. */
export function bestBreak(all: readonly Point[], pointsMin: number): Break | undefined {
  const step = Math.max(1, Math.ceil(all.length / pointsMax))
  const origin = all[0]
  const points = all.filter((_, i) => i % step === 0).map(([x, y]) => [x - (origin?.[0] ?? 0), y - (origin?.[1] ?? 0)] as const)
  const n = points.length
  if (n < 2 * pointsMin || origin === undefined) return undefined
  const fit = fitter(points)
  let best: {k: number; squares: number} | undefined
  for (let k = pointsMin; k <= n - pointsMin; k++) {
    const squares = fit(0, k).squares + fit(k, n).squares
    if (best === undefined || squares < best.squares) best = {k, squares}
  }
  if (best === undefined) return undefined
  const floor = 1e-9 * Math.max(1, ...points.map(([, y]) => y * y)) // an exact fit has no likelihood to compare
  const bic = (squares: number, parameters: number) => n * Math.log(Math.max(squares, floor) / n) + parameters * Math.log(n)
  const segment = (i: number, j: number): Segment => ({slope: fit(i, j).slope, points: j - i, span: points[j - 1]![0] - points[i]![0]})
  return {
    before: segment(0, best.k),
    after: segment(best.k, n),
    at: points[best.k]![0] + origin[0],
    bicGain: bic(fit(0, n).squares, 2) - bic(best.squares, 5),
  }
}
