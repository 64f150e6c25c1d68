// An A/B guard that looks at failure shares in windows: how often it downgrades a variant, rightly or not, and after how long.
import {Prng} from '../kernel/prng.ts'

export interface AbScenario {
  /** True failure shares. */
  readonly control: number
  readonly variant: number
  readonly requestsPerWindow: number
  readonly windowS: number
  /** A window is bad at this failure share of the variant or more. */
  readonly threshold: number
  /** Bad windows in a row that downgrade. */
  readonly inARow: number
  /** The variant must also be this much worse than control in the window; 0 for the source text's rule. */
  readonly worseBy: number
  /** Fewer requests than this say nothing. */
  readonly requestsMin: number
  readonly windows: number
  readonly trials: number
}

export interface AbRun {
  readonly badWindowShare: number
  /** `inARow` windows from a random start are all bad. */
  readonly badRowShare: number
  readonly downgradedShare: number
  readonly downgradeMedianS: number | undefined
  readonly inconclusiveShare: number
}

export function runAb(s: AbScenario, seed: number): AbRun {
  const prng = new Prng(seed, 3)
  const failures = (n: number, p: number) => {
    let k = 0
    for (let i = 0; i < n; i++) if (prng.random() < p) k++
    return k
  }
  let [bad, rows, rowsAll, windows, downgraded, inconclusive] = [0, 0, 0, 0, 0, 0]
  const times: number[] = []
  for (let trial = 0; trial < s.trials; trial++) {
    let row = 0
    let done = false
    const recent: boolean[] = []
    for (let i = 0; i < s.windows; i++) {
      windows++
      const n = s.requestsPerWindow
      const share = failures(n, s.variant) / n
      const other = s.worseBy > 0 ? failures(n, s.control) / n : 0
      let isBad = share >= s.threshold && share - other >= s.worseBy
      if (n < s.requestsMin) {
        inconclusive++
        isBad = false
      }
      if (isBad) bad++
      recent.push(isBad)
      if (recent.length >= s.inARow) {
        rowsAll++
        if (recent.slice(-s.inARow).every(Boolean)) rows++
      }
      row = isBad ? row + 1 : 0
      if (row === s.inARow && !done) {
        done = true
        downgraded++
        times.push((i + 1) * s.windowS)
      }
    }
  }
  times.sort((a, b) => a - b)
  return {
    badWindowShare: bad / windows,
    badRowShare: rowsAll === 0 ? 0 : rows / rowsAll,
    downgradedShare: downgraded / s.trials,
    downgradeMedianS: times[Math.floor(times.length / 2)],
    inconclusiveShare: inconclusive / windows,
  }
}
