// The exit code that findings and causes ask for (DESIGN section 4).
import type {Envelope} from './envelope.ts'
import type {Severity} from './finding.ts'

export type FailOn = Severity | 'never'

const rank: Readonly<Record<FailOn, number>> = {info: 0, warning: 1, error: 2, never: 3}

/** 1 when something is at or above `failOn`, else 0. Causes of confidence >= 0.5 count as warning; suppressed hazards do not count. */
export function exitCodeOf(envelope: Envelope, failOn: FailOn): 0 | 1 {
  if (failOn === 'never') return 0
  const finding = envelope.findings.some(f => (f.kind !== 'hazard' || f.suppressed === undefined) && rank[f.severity] >= rank[failOn])
  const cause = rank.warning >= rank[failOn] && envelope.causes.some(c => c.confidence >= 0.5)
  // A comparison that does not show that the fix worked counts as a warning too: a check that cannot tell must not pass.
  const verdict = envelope.comparison?.verdict
  const unfixed = rank.warning >= rank[failOn] && verdict !== undefined && verdict !== 'worked' && verdict !== 'nothing-to-fix'
  return finding || cause || unfixed ? 1 : 0
}
