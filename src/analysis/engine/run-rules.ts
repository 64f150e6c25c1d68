// Runs rules over the packages of a module and makes hazards of what they report. A failing rule becomes a note and stops nothing else.
import type {Place} from '../../base/place.ts'
import type {Note} from '../../findings/envelope.ts'
import type {Hazard} from '../../findings/finding.ts'
import {hazardFingerprint} from '../../findings/fingerprint.ts'
import type {CheckedPackage} from './checked-package.ts'
import {type PackageFacts, packageFacts} from './package-pass.ts'
import type {FactPlace, ReportOptions} from './pass.ts'
import type {ModuleRule, Rule} from './rule.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- rules of all message types run side by side; report checks the message id at run time
export type RunnableRule = Rule<any> | ModuleRule<any, any>

export interface RuleRun {
  /** One package at a time; its trees may be dropped afterwards. */
  visit(checked: CheckedPackage): void
  /** After the last package. */
  conclude(): {readonly hazards: readonly Hazard[]; readonly notes: readonly Note[]}
}

interface Raw {
  readonly rule: RunnableRule
  readonly message: string
  readonly place: FactPlace
  readonly related: readonly {readonly place: FactPlace; readonly label: string}[]
  readonly options: Omit<ReportOptions, 'related'>
}

export function startRules(rules: readonly RunnableRule[]): RuleRun {
  const raw: Raw[] = []
  const notes: Note[] = []
  const facts = new Map<string, {packagePath: string; fact: unknown}[]>()
  const failed = (rule: RunnableRule, where: string, error: unknown) =>
    notes.push({
      code: 'rule-failed',
      message: `${rule.id} failed on ${where} and is left out there: ${error instanceof Error ? error.message : String(error)}`,
    })

  return {
    visit(checked) {
      const shared = packageFacts(checked)
      for (const rule of rules) {
        try {
          if ('run' in rule)
            rule.run({
              ...shared,
              report: reporter(rule, shared, raw),
              reportAt: (place, message, options = {}) => void raw.push({rule, message: String(message), place, related: [], options}),
            })
          else {
            const fact: unknown = rule.collect({...shared, report: neverReports, reportAt: neverReports})
            if (fact !== undefined)
              (facts.get(rule.id) ?? facts.set(rule.id, []).get(rule.id)!).push({packagePath: shared.packagePath, fact})
          }
        } catch (error) {
          failed(rule, shared.packagePath, error)
        }
      }
    },
    conclude() {
      for (const rule of rules) {
        if ('run' in rule) continue
        try {
          rule.conclude(
            {
              report: (place, message, options = {}) =>
                void raw.push({rule, message: String(message), place, related: options.related ?? [], options}),
            },
            facts.get(rule.id) ?? [],
          )
        } catch (error) {
          failed(rule, 'the module', error)
        }
      }
      return {hazards: hazardsOf(raw), notes}
    },
  }
}

const neverReports = () => {
  throw new Error('Bug: collect reported')
}

const reporter =
  (rule: RunnableRule, shared: PackageFacts, raw: Raw[]) =>
  (node: Parameters<PackageFacts['place']>[0], message: string, options: ReportOptions = {}) => {
    const related = (options.related ?? []).map(({node: other, label}) => ({place: shared.place(other), label}))
    raw.push({rule, message, place: shared.place(node), related, options})
  }

/** Sorted by place, so that occurrence numbers, and with them fingerprints, do not depend on the order of rules or packages. */
function hazardsOf(raw: readonly Raw[]): Hazard[] {
  const sorted = [...raw].sort(
    (a, b) =>
      compareText(a.place.file, b.place.file) ||
      a.place.start - b.place.start ||
      a.place.end - b.place.end ||
      compareText(a.rule.id, b.rule.id) ||
      compareText(a.message, b.message),
  )
  const occurrences = new Map<string, number>()
  const seen = new Set<string>()
  const hazards: Hazard[] = []
  for (const one of sorted) {
    const same = JSON.stringify([one.rule.id, one.place.file, one.place.start, one.place.end, one.message, one.options.data])
    if (seen.has(same)) continue // a test variant checks the same file again
    seen.add(same)
    const key = [one.rule.id, one.place.symbol, one.place.sourceLine.trim()].join('\0')
    const occurrence = occurrences.get(key) ?? 0
    occurrences.set(key, occurrence + 1)
    hazards.push(hazardOf(one, hazardFingerprint(one.rule.id, one.place.symbol, one.place.sourceLine, occurrence)))
  }
  return hazards
}

function hazardOf({rule, message, place, related, options}: Raw, fingerprint: string): Hazard {
  const template = (rule.messages as Readonly<Record<string, {what: string; why: string; next: string} | undefined>>)[message]
  if (template === undefined) throw new Error(`Bug: ${rule.id} has no message "${message}"`)
  const data = options.data ?? {}
  const fill = (text: string) =>
    text.replace(/\{([a-zA-Z]\w*)\}/g, (_, name: string) => {
      const value = data[name]
      if (value === undefined) throw new Error(`Bug: ${rule.id} gives no data for {${name}}`)
      return value
    })
  return {
    id: rule.id,
    kind: 'hazard',
    severity: options.severity ?? rule.severity,
    confidence: options.confidence ?? rule.confidence,
    message: {id: message, data},
    what: fill(template.what),
    why: fill(template.why),
    next: fill(template.next),
    fingerprint,
    places: [placeIn(place, 'primary'), ...related.map(({place: other, label}) => ({...placeIn(other, 'related'), label}))],
    platforms: [],
    fixes: options.fixes ?? [],
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
