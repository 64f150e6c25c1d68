// Findings and causes as text for people: `file:line:col: message (id)` first, as editors jump.
import {visibleControls, oneLine} from './visible-controls.ts'
import {type Finding, confidenceWord, type Weighed} from './finding.ts'
import type {Cause, Envelope} from './envelope.ts'
import {comparisonText} from './comparison.ts'
import {balanceText} from './memory-balance.ts'

/** Source lines for excerpts, by file; undefined when the file is not at hand. */
export type SourceLine = (file: string, line: number) => string | undefined

export function findingText(finding: Finding, sourceLine?: SourceLine): string {
  const place = finding.places.find(p => p.role === 'primary') ?? finding.places[0]
  const lines = [`${place ? `${position(place)}: ` : ''}${oneLine(finding.what)} (${finding.id})${remarks(finding)}`]
  const text = place && sourceLine?.(place.file, place.line)
  if (place && text !== undefined) lines.push(...excerpt(text, place.column, place.endLine === place.line ? place.endColumn : undefined))
  if (finding.kind === 'hazard' && finding.weighed !== undefined) lines.push(`  ${weighedText(finding.weighed, finding.confidence)}`)
  lines.push(`  why:  ${oneLine(finding.why)}`, `  next: ${oneLine(finding.next)}`)
  for (const other of finding.places)
    if (other !== place && other.label !== undefined) lines.push(`  see:  ${position(other)}: ${oneLine(other.label)}`)
  return lines.join('\n')
}

/** How the evidence moved a hazard. */
export const weighedText = (weighed: Weighed, confidence: number): string =>
  `${weighed.verdict === 'confirmed' ? 'confirmed by the evidence' : 'the evidence speaks against it'} (${weighed.from.toFixed(2)} → ${confidence.toFixed(2)}): ${oneLine(weighed.because)}`

const position = (place: Finding['places'][number]) =>
  `${oneLine(place.file)}:${place.line}${place.column === undefined ? '' : `:${place.column}`}`

/** What holds only in part, in brackets behind the id. */
function remarks(finding: Finding): string {
  if (finding.kind !== 'hazard') return ''
  const parts = [
    ...(finding.platforms.length > 0 ? [finding.platforms.join(' ')] : []),
    ...(finding.suppressed === undefined ? [] : [`suppressed by ${finding.suppressed.by}: ${oneLine(finding.suppressed.reason)}`]),
    ...(finding.fixes.some(fix => fix.kind === 'safe') ? ['--fix mends it'] : []),
  ]
  return parts.length === 0 ? '' : ` [${parts.join('; ')}]`
}

/** Columns of an excerpt that are shown; a generated line may be a megabyte. */
const excerptMax = 160

/** The line and carets under the span. Columns count bytes; what is printed is made visible first, so the carets stand under what is seen. */
function excerpt(text: string, column: number | undefined, endColumn: number | undefined): string[] {
  const shown = (part: string) => visibleControls(part).replaceAll('\t', '    ')
  const bytes = new TextEncoder().encode(text)
  const upTo = (end: number) => shown(new TextDecoder().decode(bytes.subarray(0, Math.max(0, end))))
  const line = shown(text)
  const start = column === undefined ? 0 : upTo(column - 1).length
  const from = start > excerptMax / 2 ? start - excerptMax / 2 : 0
  const cut = `${from > 0 ? '…' : ''}${line.slice(from, from + excerptMax)}${line.length > from + excerptMax ? '…' : ''}`
  if (column === undefined) return [`  | ${cut}`]
  const end = endColumn === undefined ? start + 1 : upTo(endColumn - 1).length
  const shift = from > 0 ? 1 - from : 0
  const length = Math.max(1, Math.min(end, from + excerptMax) - start)
  return [`  | ${cut}`, `  | ${' '.repeat(start + shift)}${'^'.repeat(length)}`]
}

export function causeText(cause: Cause): string {
  const lines = [`${cause.rank}. ${cause.title} (${cause.id}), ${confidenceWord(cause.confidence)}, ${cause.confidence.toFixed(2)}`]
  const primary = cause.places.find(place => place.role === 'primary')
  if (primary) lines.push(`   ${primary.file}:${primary.line}${primary.symbol === undefined ? '' : ` in ${primary.symbol}`}`)
  for (const step of cause.chain) lines.push(`   ${step.role === 'contradicts' ? 'not because' : 'because'} ${step.because}`)
  if (cause.explains !== undefined) lines.push(`   size: ${cause.explains.says}`)
  lines.push(`   confidence: ${basisText(cause)}`)
  for (const remedy of cause.remedies)
    lines.push(`   do (${remedy.kind}): ${remedy.do}`, ...(remedy.command === undefined ? [] : [`       ${remedy.command}`]))
  for (const check of cause.verify) lines.push(`   verify: ${check.command}`, `           expect ${check.expect}`)
  for (const wrong of cause.wrongIf) lines.push(`   wrong if ${wrong}`)
  for (const settle of cause.settle)
    lines.push(
      `   to settle it: ${settle.capture}`,
      `           because ${settle.because}${settle.cost === undefined ? '' : ` (cost: ${settle.cost})`}`,
    )
  return lines.join('\n')
}

/** How the confidence came about: weights join as 1 − Π(1 − w), counter-evidence multiplies (marked ×). */
export function basisText({basis, confidence}: Cause): string {
  const counters = basis.filter(part => part.counter === true)
  const supports = basis.filter(part => part.counter !== true)
  const joined = `1 − ${supports.map(part => `(1 − ${part.value})`).join('')}`
  const product = counters.length === 0 ? joined : `(${joined})${counters.map(part => ` × ${part.value}`).join('')}`
  return `${confidence.toFixed(2)} = ${product}: ${supports.map(part => part.factor).join('; ')}${counters.map(part => `; but ${part.factor}`).join('')}`
}

/** The whole of an envelope with causes. */
export function diagnosisText(envelope: Envelope, sourceLine?: SourceLine): string {
  const likely = envelope.causes.filter(cause => cause.confidence >= 0.5)
  const suspicions = envelope.causes.filter(cause => cause.confidence < 0.5)
  const parts: string[] = envelope.comparison === undefined ? [] : [comparisonText(envelope.comparison)]
  if (likely.length > 0) parts.push('CAUSES', ...likely.map(causeText))
  else parts.push('No cause reaches a confidence of 0.5.')
  if (suspicions.length > 0)
    parts.push(
      'SUSPICIONS (below 0.5: do not act on these alone)',
      ...suspicions.map(cause => `${cause.rank}. ${cause.title} (${cause.id}), ${cause.confidence.toFixed(2)}`),
    )
  for (const balance of envelope.memory ?? []) parts.push(balanceText(balance))
  const findings = envelope.findings.filter(finding => finding.kind !== 'hazard' || finding.suppressed === undefined)
  if (findings.length > 0) parts.push('FINDINGS', ...findings.map(finding => findingText(finding, sourceLine)))
  if (envelope.notes.length > 0)
    parts.push('NOTES', ...envelope.notes.map(note => `${note.path === undefined ? '' : `${note.path}: `}${note.message}`))
  return `${parts.join('\n\n')}\n`
}
