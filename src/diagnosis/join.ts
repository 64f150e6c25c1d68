// How causes join findings: hazards by the function that the evidence shows, and both as steps of a chain.
import type {ChainStep} from '../findings/envelope.ts'
import type {Hazard, Observation} from '../findings/finding.ts'
import type {Place} from '../base/place.ts'
import type {CaseFile} from './engine/cause.ts'

export type {FoundCause} from './engine/cause.ts'

/** Hazards with one of these ids, not suppressed, in a function that one of the observations shows. */
export function hazardsAt(facts: CaseFile, ids: readonly string[], observations: readonly Observation[]): Hazard[] {
  const symbols = new Set(observations.flatMap(one => one.places.map(place => place.symbol)).filter(symbol => symbol !== undefined))
  return facts.hazards.filter(
    hazard =>
      ids.includes(hazard.id) &&
      hazard.suppressed === undefined &&
      hazard.places.some(place => place.symbol !== undefined && symbols.has(place.symbol)),
  )
}

export const observationsOf = (facts: CaseFile, id: string, ...messages: readonly string[]): Observation[] =>
  facts.observations.filter(one => one.id === id && (messages.length === 0 || messages.includes(one.message.id)))

export const shows = (observation: Observation): ChainStep => ({
  because: observation.what,
  role: 'shows',
  findings: [observation.fingerprint],
})

export function explains(hazard: Hazard): ChainStep {
  const place = hazard.places[0]
  return {
    because: `${hazard.what}${place === undefined ? '' : ` (${place.file}:${place.line})`}`,
    role: 'explains',
    findings: [hazard.fingerprint],
  }
}

/** A step of reasoning that rests on no finding of its own. */
export const says = (because: string, role: ChainStep['role'] = 'explains', findings: readonly string[] = []): ChainStep => ({
  because,
  role,
  findings,
})

/** How the growth of memory ended, when the kernel put an end to it. */
export const endedBy = (facts: CaseFile): ChainStep[] => observationsOf(facts, 'killed-for-memory', 'during').map(shows)

/** Places of a cause: those of the first finding, then where the others are primary; each place once. */
export function placesOfAll(findings: readonly (Hazard | Observation)[]): Place[] {
  const seen = new Set<string>()
  return findings
    .flatMap((finding, i) => finding.places.filter(place => i === 0 || place.role === 'primary'))
    .filter(place => {
      const key = `${place.file}:${place.line}`
      return seen.has(key) ? false : (seen.add(key), true)
    })
    .map((place, i) => (i > 0 && place.role === 'primary' ? {...place, role: 'related' as const} : place))
}

/** `file:line` of the first place, or what stands in for it. */
export function shownPlace(finding: Hazard | Observation, otherwise = 'the place shown'): string {
  const place = finding.places[0]
  return place === undefined ? otherwise : `${place.file}:${place.line}`
}

/** The value of a measurement by name. */
export const measuredValue = (observation: Observation, name: string): number | undefined =>
  observation.measured.find(one => one.name === name)?.value
