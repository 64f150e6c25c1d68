// Findings under the comments that silence them. A comment that silences nothing, and one that gives no reason, are findings of their own.
import {nearest} from '../../base/nearest.ts'
import type {Hazard} from '../../findings/finding.ts'
import type {Report} from '../engine/report.ts'
import {hazardsOf} from '../engine/hazards.ts'
import {defineRule} from '../engine/rule.ts'
import type {Directive, DirectiveForm} from './directives.ts'
import {isPeerCheck, isPeerLinter} from './peers.ts'

const page = 'docs/suppression.md'

export const suppressionUnused = defineRule({
  id: 'suppression-unused',
  title: 'A comment silences nothing',
  severity: 'info',
  confidence: 1,
  preset: 'default',
  since: '0.1',
  sources: [page],
  messages: {
    unused: {
      what: 'this comment silences no finding of {rule} on line {line}',
      why: 'what it silenced is gone or has moved, and it would silence the next mistake on that line unseen',
      next: 'Remove the comment, or move it to the line of the finding or the one above.',
    },
    empty: {
      what: 'this comment names no rule',
      why: 'without a rule it silences nothing',
      next: 'Write //gotriage:ignore RULE reason.',
    },
    unknown: {
      what: 'there is no rule "{rule}"{near}',
      why: 'a comment with a name that does not exist silences nothing',
      next: 'Correct the name; "gotriage explain" lists them.',
    },
  },
  run() {},
})

export const suppressionWithoutReason = defineRule({
  id: 'suppression-without-reason',
  title: 'A comment silences a finding and does not say why',
  severity: 'warning',
  confidence: 1,
  preset: 'default',
  since: '0.1',
  sources: [page],
  messages: {
    silent: {
      what: 'this comment gives no reason',
      why: 'the next reader cannot tell a decision from a shortcut',
      next: 'Write the reason behind the rule: //gotriage:ignore {rule} reason.',
    },
  },
  run() {},
})

export const suppressionRules = [suppressionUnused, suppressionWithoutReason] as const

export interface SuppressionRequest {
  readonly hazards: readonly Hazard[]
  readonly directives: readonly Directive[]
  /** Besides gotriage's own. */
  readonly honoured: readonly DirectiveForm[]
  /** Ids of the rules that ran, and of all there are. */
  readonly ran: ReadonlySet<string>
  readonly known: readonly string[]
  /** Whether everything a file imports was there: otherwise a rule may be silent for want of types, and no comment is called unused. */
  readonly typed: (file: string) => boolean
}

/** The same hazards with `suppressed` where a comment says so, and what is to be said about the comments. */
export function applyDirectives({hazards, directives, honoured, ran, known, typed}: SuppressionRequest): Hazard[] {
  const byFile = new Map<string, Directive[]>()
  for (const one of directives) {
    if (one.form !== 'gotriage' && !honoured.includes(one.form)) continue
    const list = byFile.get(one.file)
    if (list === undefined) byFile.set(one.file, [one])
    else if (!list.some(other => other.line === one.line && other.column === one.column)) list.push(one)
  }
  const used = new Map<Directive, Set<string>>()
  const shown = hazards.map((hazard): Hazard => {
    const place = hazard.places[0]
    const by = place && (byFile.get(place.file) ?? []).find(one => place.line >= one.from && place.line <= one.to && names(one, hazard.id))
    if (by === undefined || hazard.suppressed !== undefined) return hazard
    used.set(by, (used.get(by) ?? new Set()).add(hazard.id))
    return {...hazard, suppressed: {by: 'comment', reason: by.reason}}
  })
  const reports = [...byFile.values()].flat().flatMap(one => {
    if (one.form !== 'gotriage') return []
    const ids = used.get(one) ?? new Set()
    const complaints = unusedIn(one, ids, ran, known, typed(one.file))
    if (one.reason === '' && ids.size > 0) complaints.push(complaint(one, suppressionWithoutReason.id, 'silent', {rule: one.ids.join(',')}))
    return complaints
  })
  return [...shown, ...hazardsOf(suppressionRules, [{reports}])]
}

function names(directive: Directive, id: string): boolean {
  const {form, ids} = directive
  if (form === 'gotriage') return ids.includes(id)
  if (form === 'lint') return ids.some(name => name === id || isPeerCheck(name, id))
  return ids.length === 0 || ids.some(name => name === 'all' || name === 'gotriage' || name === id || isPeerLinter(name, id))
}

function unusedIn(one: Directive, used: ReadonlySet<string>, ran: ReadonlySet<string>, known: readonly string[], typed: boolean): Report[] {
  if (one.ids.length === 0) return [complaint(one, suppressionUnused.id, 'empty', {})]
  return one.ids.flatMap(rule => {
    if (!known.includes(rule)) {
      const near = nearest(rule, known)
      return [complaint(one, suppressionUnused.id, 'unknown', {rule, near: near === undefined ? '' : `; did you mean "${near}"`})]
    }
    if (used.has(rule) || !ran.has(rule) || !typed) return []
    return [complaint(one, suppressionUnused.id, 'unused', {rule, line: String(one.from)})]
  })
}

/** Offsets are those of the line only: they order reports, and comments of one line by column. */
const complaint = (one: Directive, ruleId: string, message: string, data: Readonly<Record<string, string>>): Report => ({
  ruleId,
  message,
  place: {
    file: one.file,
    start: one.line * 10_000 + one.column,
    end: one.line * 10_000 + one.endColumn,
    line: one.line,
    column: one.column,
    endLine: one.line,
    endColumn: one.endColumn,
    symbol: one.file,
    sourceLine: one.sourceLine,
  },
  related: [],
  data,
  fixes: [],
})
