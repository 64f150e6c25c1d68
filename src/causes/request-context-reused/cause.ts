// request-context-reused: a gin.Context is used after its handler, when it is another request's. See cause.md.
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, hazardsAt, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import {reusedContextRaces} from '../../diagnosis/race-kinds.ts'
import type {Hazard, Observation} from '../../findings/finding.ts'

const rules = ['gin-context-in-goroutine', 'request-context-outlives-handler']

export default defineCause({
  id: 'request-context-reused',
  title: 'A request reads the Context of another request',
  since: '0.1',
  joins: ['data-race-site', ...rules],
  settledBy: 'race',

  find(facts) {
    const races = reusedContextRaces(facts)
    return races.length === 0 ? [] : [causeOf(races, hazardsAt(facts, rules, races))]
  },
})

function causeOf(races: readonly Observation[], hazards: readonly Hazard[]): FoundCause {
  const supports = new Set<SupportFactor>(['the race detector reported it'])
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  return {
    ...combine(supports, new Set()),
    title: 'a gin.Context is used after its handler has returned, when it may be that of another request',
    places: placesOfAll([...hazards, ...races].map(ownPlaces)),
    chain: [
      ...races.map(shows),
      ...hazards.map(explains),
      says('gin has one pool of Contexts: when the handlers have returned, the next request gets the same one, its keys emptied by reset'),
      says(
        'what is read late are values of the other request: its user, its parameters, its headers; a lock in Get does not help against that',
      ),
    ],
    wrongIf: ['the places are of another build than the source at hand'],
    remedies: [
      {
        kind: 'code',
        do: `Read what the goroutine needs before the go statement at ${shownPlace(hazards[0] ?? races[0]!)} and pass the values, or pass c.Copy().`,
      },
      {kind: 'guard', do: 'Compare an id taken before the go statement with what the goroutine writes down, and count the differences.'},
      {kind: 'setting', do: 'Run one instance of the race build behind a small part of the traffic: it costs 2 to 20 times the time.'},
    ],
    verify: [
      {
        command: 'go run -race . under the load of two users, or go test -race with two parallel requests',
        expect: 'no "WARNING: DATA RACE" with gin.(*Context).reset',
      },
    ],
    settle: [],
  }
}

/** Where the program is meant, not gin: a place in the module cache cannot be mended. */
const ownPlaces = <F extends Hazard | Observation>(finding: F): F => {
  const own = finding.places.filter(place => !/@v\d/.test(place.file))
  return own.length === 0 ? finding : {...finding, places: own.map((place, i) => (i === 0 ? {...place, role: 'primary' as const} : place))}
}
