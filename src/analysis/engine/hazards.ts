// Reports become hazards: messages filled in, equal ones merged over test variants and platforms, fingerprints numbered.
import type {Place} from '../../base/place.ts'
import type {Hazard} from '../../findings/finding.ts'
import {hazardFingerprint, hazardIdentity} from '../../findings/fingerprint.ts'
import type {FactPlace} from './pass.ts'
import type {Report} from './report.ts'
import type {RuleMessage} from './rule.ts'
import type {RunnableRule} from './run-rules.ts'

/** What one platform reported. A hazard that holds for all that were checked names none. */
export interface PlatformReports {
  /** `goos/goarch` */
  readonly platform?: string
  readonly reports: readonly Report[]
}

/** Sorted by place, so that occurrence numbers, and with them fingerprints, do not depend on the order of rules, packages or platforms. */
export function hazardsOf(rules: readonly RunnableRule[], runs: readonly PlatformReports[]): Hazard[] {
  const byId = new Map(rules.map(rule => [rule.id, rule]))
  const merged = new Map<string, {readonly report: Report; readonly platforms: Set<string>}>()
  for (const {platform, reports} of runs) {
    for (const report of reports) {
      const key = JSON.stringify([report.ruleId, report.place.file, report.place.start, report.place.end, report.message, report.data])
      const known = merged.get(key) ?? {report, platforms: new Set<string>()}
      if (platform !== undefined) known.platforms.add(platform)
      merged.set(key, known)
    }
  }
  const sorted = [...merged.values()].sort(
    ({report: a}, {report: b}) =>
      compareText(a.place.file, b.place.file) ||
      a.place.start - b.place.start ||
      a.place.end - b.place.end ||
      compareText(a.ruleId, b.ruleId) ||
      compareText(a.message, b.message),
  )
  const occurrences = new Map<string, number>()
  return sorted.map(({report, platforms}) => {
    const rule = byId.get(report.ruleId)
    if (rule === undefined) throw new Error(`Bug: a report of ${report.ruleId}, which did not run`)
    const identity = {ruleId: rule.id, ...report.place}
    const key = hazardIdentity(identity).join('\0')
    const occurrence = occurrences.get(key) ?? 0
    occurrences.set(key, occurrence + 1)
    const labels = platforms.size < runs.length ? [...platforms].sort() : []
    return hazardOf(rule, report, hazardFingerprint(identity, occurrence), labels)
  })
}

/** The message's three texts with the report's data; throws when the rule gives a message it does not have, or too little data. */
export function messageOf(rule: RunnableRule, report: Pick<Report, 'message' | 'data'>): RuleMessage {
  const template = (rule.messages as Readonly<Record<string, RuleMessage | undefined>>)[report.message]
  if (template === undefined) throw new Error(`Bug: ${rule.id} has no message "${report.message}"`)
  const fill = (text: string) =>
    text.replace(/\{([a-zA-Z]\w*)\}/g, (_, name: string) => {
      const value = report.data[name]
      if (value === undefined) throw new Error(`Bug: ${rule.id} gives no data for {${name}}`)
      return value
    })
  return {what: fill(template.what), why: fill(template.why), next: fill(template.next)}
}

function hazardOf(rule: RunnableRule, report: Report, fingerprint: string, platforms: readonly string[]): Hazard {
  return {
    id: rule.id,
    kind: 'hazard',
    severity: report.severity ?? rule.severity,
    confidence: report.confidence ?? rule.confidence,
    message: {id: report.message, data: report.data},
    ...messageOf(rule, report),
    fingerprint,
    places: [placeIn(report.place, 'primary'), ...report.related.map(({place, label}) => ({...placeIn(place, 'related'), label}))],
    platforms,
    fixes: report.fixes,
  }
}

const placeIn = (place: FactPlace, role: Place['role']): Place => ({
  role,
  file: place.file,
  line: place.line,
  column: place.column,
  endLine: place.endLine,
  endColumn: place.endColumn,
  symbol: place.symbol,
})

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
