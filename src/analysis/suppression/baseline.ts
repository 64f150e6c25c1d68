// A baseline: findings that were there before, by content fingerprints, which survive moved lines. One JSON document, sorted, easy to review.
import {errors} from '../../base/errors.ts'
import type {Hazard} from '../../findings/finding.ts'

/** Entries read from one file. */
const entriesMax = 1_000_000

/** The document of `--write-baseline`: findings not silenced otherwise. File and line help a reader; only the fingerprint counts. */
export function baselineText(hazards: readonly Hazard[]): string {
  const findings = hazards
    .filter(hazard => hazard.suppressed === undefined || hazard.suppressed.by === 'baseline')
    .map(({fingerprint, id, places, what}) => ({fingerprint, id, file: places[0]?.file ?? '', what}))
    .sort((a, b) => compareText(a.file, b.file) || compareText(a.id, b.id) || compareText(a.fingerprint, b.fingerprint))
  return `${JSON.stringify({schema: 'gotriage-baseline/1', findings}, undefined, 1)}\n`
}

/** What is known of an entry apart from its fingerprint: rule and file, where the document says them. */
export interface BaselineEntry {
  readonly id: string | undefined
  readonly file: string | undefined
}

/** The entries of a baseline by fingerprint; a TriageError for anything that is none. */
export function readBaseline(path: string, bytes: Uint8Array): ReadonlyMap<string, BaselineEntry> {
  const problem = (what: string) =>
    errors.usage(`${path} is no baseline: ${what}`, 'Write one with "gotriage check --baseline FILE --write-baseline".')
  let document: unknown
  try {
    document = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes))
  } catch {
    throw problem('it is not JSON')
  }
  if (!isObject(document) || document['schema'] !== 'gotriage-baseline/1') throw problem('its schema is not gotriage-baseline/1')
  const {findings} = document
  if (!Array.isArray(findings)) throw problem('it has no list of findings')
  if (findings.length > entriesMax) throw errors.limit('entries of a baseline', entriesMax)
  return new Map(
    findings.map((entry: unknown, i) => {
      const {fingerprint, id, file} = isObject(entry) ? entry : {}
      if (typeof fingerprint !== 'string' || !/^v1:[0-9a-f]+$/.test(fingerprint)) throw problem(`entry ${i + 1} has no fingerprint`)
      return [fingerprint, {id: typeof id === 'string' ? id : undefined, file: typeof file === 'string' ? file : undefined}]
    }),
  )
}

/** Hazards of the baseline are suppressed; `stale` counts its entries that no longer occur, of those that this run could have found. */
export function applyBaseline(
  hazards: readonly Hazard[],
  entries: ReadonlyMap<string, BaselineEntry>,
  path: string,
  couldFind: (entry: BaselineEntry) => boolean,
): {readonly hazards: Hazard[]; readonly stale: number} {
  const met = new Set<string>()
  const marked = hazards.map((hazard): Hazard => {
    if (!entries.has(hazard.fingerprint)) return hazard
    met.add(hazard.fingerprint)
    return hazard.suppressed === undefined ? {...hazard, suppressed: {by: 'baseline', reason: `known in ${path}`}} : hazard
  })
  return {hazards: marked, stale: [...entries].filter(([one, entry]) => !met.has(one) && couldFind(entry)).length}
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
