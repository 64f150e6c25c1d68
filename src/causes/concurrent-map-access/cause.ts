// concurrent-map-access: a map is used by two goroutines at once, one of them writing. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {racesInMaps} from '../../diagnosis/race-kinds.ts'
import {explains, type FoundCause, hazardsAt, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

const rules = ['map-concurrent-write', 'recover-fatal-map-error', 'gin-keys-direct-access', 'map-unbounded-growth']

export default defineCause({
  id: 'concurrent-map-access',
  title: 'A map is used by several goroutines without a lock',
  since: '0.1',
  joins: ['process-crash', 'data-race-site', ...rules],
  settledBy: 'race',

  find(facts) {
    const crashes = observationsOf(facts, 'process-crash', 'concurrent-map')
    const races = racesInMaps(facts)
    const [first] = [...crashes, ...races]
    return first === undefined ? [] : [causeOf(first, crashes, races, facts)]
  },
})

function causeOf(first: Observation, crashes: readonly Observation[], races: readonly Observation[], facts: CaseFile): FoundCause {
  const hazards = hazardsAt(facts, rules, [...crashes, ...races])
  const supports = new Set<SupportFactor>()
  if (crashes.length > 0) supports.add('the runtime stopped the process for it')
  if (races.length > 0) supports.add('both accesses of a race report go into map code')
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const symbol = first.places[0]?.symbol
  return {
    ...combine(supports, new Set()),
    title: `a map is used by several goroutines at once${symbol === undefined ? '' : `, one of them in ${symbol}`}`,
    places: [
      ...placesOfAll([first, ...crashes.slice(1), ...races, ...hazards]),
      ...hazards.flatMap(hazard => hazard.places.filter(place => place.role === 'related').slice(0, 1)),
    ],
    chain: [
      ...crashes.map(shows),
      ...races.map(shows),
      ...hazards.map(explains),
      says(
        'the runtime notices concurrent use of a map only sometimes, and then ends the process: no recover catches it, and a process that does not die may have a damaged map',
      ),
    ],
    wrongIf: ['the dump is of another build than the source at hand'],
    remedies: [
      {
        kind: 'code',
        do: `Guard every read and write of the map used at ${shownPlace(first)} with one sync.Mutex or sync.RWMutex; a lock around the writes alone is not enough.`,
      },
      {
        kind: 'code',
        do: 'For keys that are written once and read often use sync.Map, and LoadOrStore instead of Load followed by Store.',
      },
      {
        kind: 'setting',
        do: 'Run a small part of the load on a build with -race: it reports every such pair, where the runtime notices some.',
        command: 'go build -race -o service-race .',
      },
      {
        kind: 'guard',
        do: 'Keep the map unexported in a type whose methods take the lock, so that no caller can reach it without.',
      },
    ],
    verify: [{command: 'go test -race -count=10 ./...', expect: 'no "WARNING: DATA RACE" with map functions on top'}],
    settle: races.length > 0 ? [] : [settleBy('race', 'the fatal error shows one of the two goroutines; a race report shows both')],
  }
}
