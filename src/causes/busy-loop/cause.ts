// busy-loop: a loop that does not wait takes a processor. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, hazardsAt, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

const rules = ['busy-wait-loop', 'tiny-sleep-loop']

export default defineCause({
  id: 'busy-loop',
  title: 'A loop that does not wait takes a processor',
  since: '0.1',
  joins: ['busy-polling', ...rules],
  settledBy: 'trace',

  find: facts => observationsOf(facts, 'busy-polling').map(one => causeOf(one, facts)),
})

function causeOf(polls: Observation, facts: CaseFile): FoundCause {
  const hazards = hazardsAt(facts, rules, [polls])
  const supports = new Set<SupportFactor>(['a function spends its CPU time asking a channel without waiting'])
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const symbol = polls.places[0]?.symbol ?? polls.subject.name
  return {
    ...combine(supports, new Set()),
    title: `the loop in ${symbol} never waits and takes a processor`,
    places: placesOfAll([polls, ...hazards]),
    chain: [
      shows(polls),
      ...hazards.map(explains),
      says(
        'the runtime preempts such a loop (Go 1.14 and later), so others still run; what they lose is the CPU, and in a container the quota',
      ),
    ],
    wrongIf: ['the loop does its work all that time, and asks the channel only between two pieces of it'],
    remedies: [
      {
        kind: 'code',
        do: `Let the select at ${shownPlace(polls)} wait: without default, with a case for the context, and one for a Timer or Ticker where something is due at a time.`,
      },
      {kind: 'guard', do: 'Watch the CPU the service uses without load: a service that waits uses next to none.'},
    ],
    verify: [
      {
        command: 'go tool pprof -top -cum http://HOST:PORT/debug/pprof/profile?seconds=10',
        expect: `${symbol} no longer leads the list while there is no load`,
      },
    ],
    settle: [settleBy('trace', 'it shows whether the goroutine ever waits, and who waits for a P meanwhile')],
  }
}
