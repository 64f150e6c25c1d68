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

/** The fingerprints of a baseline; a TriageError for anything that is none. */
export function readBaseline(path: string, bytes: Uint8Array): ReadonlySet<string> {
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
  return new Set(
    findings.map((entry: unknown, i) => {
      const fingerprint = isObject(entry) ? entry['fingerprint'] : undefined
      if (typeof fingerprint !== 'string' || !/^v1:[0-9a-f]+$/.test(fingerprint)) throw problem(`entry ${i + 1} has no fingerprint`)
      return fingerprint
    }),
  )
}

/** Hazards of the baseline are suppressed; `stale` counts its entries that no longer occur. */
export function applyBaseline(
  hazards: readonly Hazard[],
  fingerprints: ReadonlySet<string>,
  path: string,
): {readonly hazards: Hazard[]; readonly stale: number} {
  const met = new Set<string>()
  const marked = hazards.map((hazard): Hazard => {
    if (!fingerprints.has(hazard.fingerprint)) return hazard
    met.add(hazard.fingerprint)
    return hazard.suppressed === undefined ? {...hazard, suppressed: {by: 'baseline', reason: `known in ${path}`}} : hazard
  })
  return {hazards: marked, stale: [...fingerprints].filter(one => !met.has(one)).length}
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
