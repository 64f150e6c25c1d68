// SARIF 2.1.0 (OASIS sarif-v2.1.0 errata 01) of findings. Columns are UTF-16 units there and bytes here, so a place is given with columns
// only where its line can be read; edits are byte ranges, which SARIF has.
import {visibleControls} from './visible-controls.ts'
import type {Place} from '../base/place.ts'
import {version} from '../base/version.generated.ts'
import type {Envelope} from './envelope.ts'
import type {Finding, Hazard, Severity} from './finding.ts'
import type {SourceLine} from './text.ts'

/** What SARIF says of a rule. */
export interface SarifRule {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  /** Markdown. */
  readonly page?: string
}

const levels: Readonly<Record<Severity, string>> = {error: 'error', warning: 'warning', info: 'note'}

/** Plain text of a SARIF message: brackets would be an embedded link (3.11.6), so they are escaped. */
export const sarifText = (text: string): string => visibleControls(text).replace(/[\\[\]]/g, c => `\\${c}`)

/** A path as a URI reference, every segment percent-encoded; absolute ones as `file:`. */
export function sarifUri(path: string): string {
  const encoded = path
    .split('/')
    .map(segment => encodeURIComponent(new TextDecoder().decode(new TextEncoder().encode(segment))))
    .join('/')
  if (/^[A-Za-z]%3A\//.test(encoded)) return `file:///${encoded.replace('%3A', ':')}`
  return path.startsWith('/') ? `file://${encoded}` : encoded
}

/** What findings do not say of their files: the text of lines, and where a file is from the root of the repository. */
interface Sources {
  readonly sourceLine: SourceLine
  inRepository(file: string): string
}

/** Paths are relative to the root of the repository: GitHub and viewers open that. */
export function sarifJson(
  envelope: Envelope,
  rules: readonly SarifRule[],
  sourceLine: SourceLine,
  inRepository: (file: string) => string = file => file,
): string {
  const sources: Sources = {sourceLine, inRepository}
  const used = rules.filter(rule => envelope.findings.some(finding => finding.id === rule.id))
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {driver: {name: 'gotriage', version, semanticVersion: version, rules: used.map(ruleOf)}},
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          SRCROOT: {description: {text: 'the root of the repository; without one, the directory gotriage was started in or that of -C'}},
        },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: envelope.notes.map(note => ({
              level: envelope.complete ? 'note' : 'warning',
              descriptor: {id: note.code},
              message: {text: sarifText(note.path === undefined ? note.message : `${note.path}: ${note.message}`)},
            })),
          },
        ],
        results: envelope.findings.map(finding => resultOf(finding, used, sources)),
      },
    ],
  }
  return `${JSON.stringify(log, undefined, 1)}\n`
}

const ruleOf = (rule: SarifRule) => ({
  id: rule.id,
  shortDescription: {text: sarifText(rule.title)},
  ...(rule.page === undefined ? {} : {help: {text: sarifText(rule.page), markdown: visibleControls(rule.page)}}),
  defaultConfiguration: {level: levels[rule.severity]},
})

function resultOf(finding: Finding, rules: readonly SarifRule[], sources: Sources) {
  const ruleIndex = rules.findIndex(rule => rule.id === finding.id)
  const [primary] = finding.places
  const related = finding.places.slice(1)
  return {
    ruleId: finding.id,
    ...(ruleIndex < 0 ? {} : {ruleIndex}),
    level: levels[finding.severity],
    message: {text: sarifText(`${finding.what}: ${finding.why}. ${finding.next}`)},
    locations: primary === undefined ? [] : [locationOf(primary, sources)],
    ...(related.length === 0 ? {} : {relatedLocations: related.map((place, id) => ({id, ...locationOf(place, sources)}))}),
    partialFingerprints: {'gotriage/v1': finding.fingerprint.replace(/^v1:/, '')},
    ...(finding.kind === 'hazard' ? hazardParts(finding, sources) : {}),
    properties: {confidence: finding.confidence, ...(finding.kind === 'hazard' ? {platforms: finding.platforms} : {})},
  }
}

/** `suppressions` is there for every result or for none (3.27.23), so an open finding has an empty list. */
function hazardParts(hazard: Hazard, sources: Sources) {
  const {suppressed, fixes} = hazard
  return {
    suppressions:
      suppressed === undefined
        ? []
        : [
            {
              kind: suppressed.by === 'comment' ? 'inSource' : 'external',
              status: 'accepted',
              justification: visibleControls(suppressed.reason),
            },
          ],
    ...(fixes.length === 0
      ? {}
      : {
          fixes: fixes.map(fix => ({
            description: {text: sarifText(fix.title)},
            artifactChanges: [...new Set(fix.edits.map(edit => edit.file))].map(file => ({
              artifactLocation: artifactOf(file, sources),
              replacements: fix.edits
                .filter(edit => edit.file === file)
                .map(edit => ({
                  deletedRegion: {byteOffset: edit.start, byteLength: edit.end - edit.start},
                  insertedContent: {text: edit.text},
                })),
            })),
          })),
        }),
  }
}

function locationOf(place: Place, sources: Sources) {
  return {
    physicalLocation: {artifactLocation: artifactOf(place.file, sources), region: regionOf(place, sources.sourceLine)},
    ...(place.symbol === undefined ? {} : {logicalLocations: [{fullyQualifiedName: visibleControls(place.symbol)}]}),
    ...(place.label === undefined ? {} : {message: {text: sarifText(place.label)}}),
  }
}

function artifactOf(file: string, {inRepository}: Sources) {
  const path = inRepository(file)
  return path.startsWith('/') ? {uri: sarifUri(path)} : {uri: sarifUri(path), uriBaseId: 'SRCROOT'}
}

function regionOf(place: Place, sourceLine: SourceLine) {
  const startLine = Math.max(1, place.line)
  const units = (line: number, column: number | undefined) => {
    const text = column === undefined ? undefined : sourceLine(place.file, line)
    if (text === undefined || column === undefined) return undefined
    return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, column - 1)).length + 1
  }
  const startColumn = units(startLine, place.column)
  const endColumn = place.endLine === undefined ? undefined : units(place.endLine, place.endColumn)
  if (startColumn === undefined || place.endLine === undefined || endColumn === undefined) return {startLine}
  return {startLine, startColumn, endLine: place.endLine, endColumn}
}
