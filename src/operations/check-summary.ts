// What a run looked at and what it could not know: the last line of every `gotriage check`.
import type {Severity} from '../findings/finding.ts'
import type {ModuleRun} from './check-module.ts'

export interface CheckSummary {
  readonly packagesChecked: number
  /** Of all platforms. */
  readonly platforms: readonly string[]
  readonly calls: {readonly total: number; readonly unknown: number; readonly intoC: number}
  /** Import paths that lead to nothing on this machine. */
  readonly missing: readonly string[]
  /** Rules that asked about a callee and got no answer somewhere. */
  readonly silentRules: readonly string[]
  /** Findings left out because their lines are older than --new-from. */
  readonly unchanged: number
}

/** Names said one by one in the last line; the rest are counted. */
const namesMax = 5

export function summaryOf(runs: readonly ModuleRun[], {unchanged}: {readonly unchanged: number}): CheckSummary {
  const calls = {total: 0, unknown: 0, intoC: 0}
  const packages = runs.flatMap(run => run.packages)
  for (const {findings} of packages) {
    calls.total += findings.calls.total
    calls.unknown += findings.calls.unknown
    calls.intoC += findings.calls.intoC
  }
  return {
    packagesChecked: Math.max(0, ...runs.map(run => run.packages.length)),
    platforms: runs.map(run => run.platform),
    calls,
    missing: sorted(packages.flatMap(one => one.missing)),
    silentRules: sorted(packages.flatMap(one => one.findings.unsure)),
    unchanged,
  }
}

const sorted = (names: readonly string[]) => [...new Set(names)].sort()

/** `shown`: the severity of each finding that is printed. */
export function summaryLine(summary: CheckSummary, shown: readonly Severity[]): string {
  const {packagesChecked, platforms, calls, missing, silentRules, unchanged} = summary
  const parts = [
    `${counted(packagesChecked, 'package')} checked${platforms.length > 1 ? ` for ${platforms.length} platforms` : ''}, ${counted(shown.length, 'finding')}${bySeverity(shown)}`,
    ...(unchanged > 0 ? [`${unchanged} more on lines that are not new`] : []),
    calls.unknown === 0
      ? 'the types of every call are known'
      : `unknown callee in ${share(calls.unknown, calls.total)} of ${counted(calls.total, 'call')}`,
    ...(calls.intoC > 0 ? [`${counted(calls.intoC, 'call')} into C`] : []),
    missing.length === 0 ? 'no import missing' : `imports missing: ${names(missing)}`,
    ...(silentRules.length === 0 ? [] : [`rules partly silent because of unknown callees: ${names(silentRules)}`]),
  ]
  return parts.join('; ')
}

/** ` (1 error, 2 warnings)`: what the exit code goes by. */
function bySeverity(shown: readonly Severity[]): string {
  const parts = (['error', 'warning', 'info'] as const).flatMap(severity => {
    const count = shown.filter(one => one === severity).length
    return count === 0 ? [] : [severity === 'info' ? `${count} info` : counted(count, severity)]
  })
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** As little as 1 call in a million is not 0. */
function share(part: number, whole: number): string {
  const percent = (100 * part) / whole
  return percent < 0.1 ? 'less than 0.1 %' : `${percent.toFixed(1)} %`
}

const names = (all: readonly string[]) =>
  all.length <= namesMax ? all.join(', ') : `${all.slice(0, namesMax).join(', ')} and ${all.length - namesMax} more`
