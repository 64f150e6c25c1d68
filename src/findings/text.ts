// Findings and causes as text for people: `file:line:col: message (id)` first, as editors jump.
import {type Finding, confidenceWord} from './finding.ts'
import type {Cause, Envelope} from './envelope.ts'

/** Source lines for excerpts, by file; undefined when the file is not at hand. */
export type SourceLine = (file: string, line: number) => string | undefined

export function findingText(finding: Finding, sourceLine?: SourceLine): string {
  const place = finding.places.find(p => p.role === 'primary') ?? finding.places[0]
  const where = place ? `${place.file}:${place.line}${place.column === undefined ? '' : `:${place.column}`}: ` : ''
  const lines = [`${where}${finding.what} (${finding.id})`]
  const text = place && sourceLine?.(place.file, place.line)
  if (place && text !== undefined) lines.push(...excerpt(text, place.column, place.endLine === place.line ? place.endColumn : undefined))
  lines.push(`  why:  ${finding.why}`, `  next: ${finding.next}`)
  return lines.join('\n')
}

/** The line and a caret under the span; columns count bytes, so the caret is placed by decoding up to them. */
function excerpt(text: string, column: number | undefined, endColumn: number | undefined): string[] {
  const line = text.replaceAll('\t', '    ')
  if (column === undefined) return [`  | ${line}`]
  const width = (bytes: number) =>
    new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes)).replaceAll('\t', '    ').length
  const start = width(column - 1)
  const length = Math.max(1, (endColumn === undefined ? start + 1 : width(endColumn - 1)) - start)
  return [`  | ${line}`, `  | ${' '.repeat(start)}${'^'.repeat(length)}`]
}

export function causeText(cause: Cause): string {
  const lines = [`${cause.rank}. ${cause.title} (${cause.id}), ${confidenceWord(cause.confidence)}, ${cause.confidence.toFixed(2)}`]
  const primary = cause.places.find(place => place.role === 'primary')
  if (primary) lines.push(`   ${primary.file}:${primary.line}${primary.symbol === undefined ? '' : ` in ${primary.symbol}`}`)
  for (const step of cause.chain) lines.push(`   ${step.role === 'contradicts' ? 'not because' : 'because'} ${step.because}`)
  for (const remedy of cause.remedies)
    lines.push(`   do: ${remedy.do}`, ...(remedy.command === undefined ? [] : [`       ${remedy.command}`]))
  for (const check of cause.verify) lines.push(`   verify: ${check.command}`, `           expect ${check.expect}`)
  for (const wrong of cause.wrongIf) lines.push(`   wrong if ${wrong}`)
  for (const settle of cause.settle) lines.push(`   to settle it: ${settle.capture}`, `           because ${settle.because}`)
  return lines.join('\n')
}

/** The whole of an envelope with causes. */
export function diagnosisText(envelope: Envelope, sourceLine?: SourceLine): string {
  const likely = envelope.causes.filter(cause => cause.confidence >= 0.5)
  const suspicions = envelope.causes.filter(cause => cause.confidence < 0.5)
  const parts: string[] = []
  if (likely.length > 0) parts.push('CAUSES', ...likely.map(causeText))
  else parts.push('No cause reaches a confidence of 0.5.')
  if (suspicions.length > 0)
    parts.push(
      'SUSPICIONS (below 0.5: do not act on these alone)',
      ...suspicions.map(cause => `${cause.rank}. ${cause.title} (${cause.id}), ${cause.confidence.toFixed(2)}`),
    )
  const findings = envelope.findings.filter(finding => finding.kind !== 'hazard' || finding.suppressed === undefined)
  if (findings.length > 0) parts.push('FINDINGS', ...findings.map(finding => findingText(finding, sourceLine)))
  if (envelope.notes.length > 0)
    parts.push('NOTES', ...envelope.notes.map(note => `${note.path === undefined ? '' : `${note.path}: `}${note.message}`))
  return `${parts.join('\n\n')}\n`
}
