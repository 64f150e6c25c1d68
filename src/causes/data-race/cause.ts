// data-race: two goroutines use one memory location without order. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {racesInMaps, reusedContextRaces} from '../../diagnosis/race-kinds.ts'
import {explains, type FoundCause, hazardsAt, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

const rules = [
  'map-concurrent-write',
  'atomic-mixed-access',
  'atomic-assign',
  'atomic-check-then-act',
  'loop-var-capture',
  'lock-pair-mismatch',
  'copylocks',
  'cgo-shared-handle-race',
  'thread-state-read-before-lock',
]

export default defineCause({
  id: 'data-race',
  title: 'A data race',
  since: '0.1',
  joins: ['data-race-site', ...rules],
  settledBy: 'race',

  find(facts) {
    // Told by causes of their own: a request's Context, and maps when the runtime stopped the process for them.
    const told = new Set(reusedContextRaces(facts))
    if (observationsOf(facts, 'process-crash', 'concurrent-map').length > 0) for (const race of racesInMaps(facts)) told.add(race)
    return observationsOf(facts, 'data-race-site')
      .filter(race => !told.has(race))
      .map(race => causeOf(race, facts))
  },
})

function causeOf(race: Observation, facts: CaseFile): FoundCause {
  const hazards = hazardsAt(facts, rules, [race])
  const supports = new Set<SupportFactor>(['the race detector reported it'])
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const second = race.places.find(place => place.role === 'related')
  return {
    ...combine(supports, new Set()),
    title: `data race between ${race.subject.name}`,
    places: placesOfAll([race, ...hazards]),
    chain: [
      shows(race),
      ...hazards.map(explains),
      says(
        'the race detector reports only accesses that happened without an order between them: it has no false alarms in code it instruments',
      ),
    ],
    wrongIf: [
      'the order comes from something the detector does not see, such as synchronisation inside C or assembly',
      'the places are of another build than the source at hand',
    ],
    remedies: [
      {
        kind: 'code',
        do: `Guard ${shownPlace(race)}${second === undefined ? '' : ` and ${second.file}:${second.line}`} with the same lock, or let one goroutine own the value and hand it over through a channel.`,
      },
      {kind: 'code', do: 'For a single number or pointer use sync/atomic in all places, never in one only.'},
      {
        kind: 'setting',
        do: 'Make the race detector part of continuous integration, and stop at the first report.',
        command: 'GORACE=halt_on_error=1 go test -race ./...',
      },
      {
        kind: 'guard',
        do: 'Put the value and its lock into one type with unexported fields, so that it cannot be reached without the lock.',
      },
    ],
    verify: [
      {
        command: 'go test -race -count=10 ./... (or run the service built with -race under load)',
        expect: 'no "WARNING: DATA RACE" for these lines',
      },
    ],
    settle: [settleBy('race', 'the report is proof already; a second run shows whether other places touch the same value')],
  }
}
