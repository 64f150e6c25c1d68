// The breaker's presets: what is recommended, and one source text's values as it gives them, holes included.
import type {BreakerPolicy} from './breaker.ts'

export const breakerPresets = {
  /**
   * Minimum samples, a bound on chance, rules for slow calls and for failures in a row, and a half-open that ends. How long an outage lasts is not known
   * when it begins: open times of 5 s, 7.5 s, … 60 s end at most half as long after the outage as it lasted (or 5 s), and never more than a minute.
   */
  default: {
    windowMs: 60_000,
    evaluateEveryMs: 10_000,
    slowMs: 1000,
    weights: {slow: 0.4, errors: 0.4, saturation: 0.2},
    errorScale: 0.15,
    scoreBelow: 0.4,
    scoreInARow: 3,
    scoreSamplesMin: 20,
    errorShareAbove: 0.15,
    errorSamplesMin: 20,
    errorLowerAbove: 0.05,
    failuresInARow: 10,
    slowShareAbove: 0.5,
    slowSamplesMin: 20,
    openMs: 5000,
    openFactor: 1.5,
    openMsMax: 60_000,
    openJitter: 0.1,
    probes: 5,
    closeShare: 1,
    reopenFailures: 1,
    slowProbeFails: true,
    halfOpenMsMax: 30_000,
    afterHalfOpen: 'decide',
  },
  /**
   * S2 2.5: score below 0.4 three times (its diagram) or more than 15 % errors, 60 s open, five probes of which 95 % must be good, two failures
   * reopen. No minimum sample, no rule for slow calls; exactly one failed probe of five neither closes nor opens (E-46).
   */
  'seed-s2': {
    windowMs: 60_000,
    evaluateEveryMs: 10_000,
    slowMs: 1000,
    weights: {slow: 0.4, errors: 0.4, saturation: 0.2},
    errorScale: 0.15,
    scoreBelow: 0.4,
    scoreInARow: 3,
    scoreSamplesMin: 1,
    errorShareAbove: 0.15,
    errorSamplesMin: 1,
    errorLowerAbove: -1,
    failuresInARow: 0,
    slowShareAbove: 1,
    slowSamplesMin: 1,
    openMs: 60_000,
    openFactor: 1,
    openMsMax: 60_000,
    openJitter: 0,
    probes: 5,
    closeShare: 0.95,
    reopenFailures: 2,
    slowProbeFails: false,
    halfOpenMsMax: 3_600_000,
    afterHalfOpen: 'open',
  },
} as const satisfies Record<string, BreakerPolicy>

/** What a configuration cannot do, in words: rules that never fire, probes that never decide. */
export function breakerWarnings(policy: BreakerPolicy): string[] {
  const warnings: string[] = []
  const {slow, errors, saturation} = policy.weights
  if (1 - (slow + errors + saturation) >= policy.scoreBelow)
    warnings.push(
      `the score is never below ${policy.scoreBelow}: with these weights its least value is ${round(1 - slow - errors - saturation)}`,
    )
  if (1 - slow >= policy.scoreBelow && policy.slowShareAbove >= 1)
    warnings.push(
      `a backend that is only slow never opens it: the score stays at ${round(1 - slow)} or above, and no share of slow calls is set`,
    )
  if (policy.reopenFailures > policy.probes)
    warnings.push('more failed probes are asked for than there are probes: it never reopens by them')
  const closes = Math.ceil(policy.closeShare * policy.probes - 1e-9)
  if (policy.probes - closes + 1 < policy.reopenFailures)
    warnings.push(
      `${policy.probes - closes + 1} failed of ${policy.probes} probes neither close nor reopen it; the probes begin anew until ${policy.halfOpenMsMax / 1000} s are over`,
    )
  if (policy.errorSamplesMin < 10)
    warnings.push(
      `with ${policy.errorSamplesMin} calls the error share says little: at 5 calls and 5 % true errors 23 % of windows are above 15 %`,
    )
  if (policy.evaluateEveryMs > policy.windowMs)
    warnings.push('evaluations are further apart than the window is long: some calls are never looked at')
  return warnings
}

const round = (n: number) => Math.round(n * 1000) / 1000
