// repeated-setup: the CPU goes into making what could be made once. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {type FoundCause, measuredValue, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

export default defineCause({
  id: 'repeated-setup',
  title: 'The CPU goes into making the same thing again and again',
  since: '0.1',
  joins: ['setup-repeated', 'allocation-churn', 'scheduling-delay'],
  settledBy: 'cpu',

  find: facts => observationsOf(facts, 'setup-repeated').map(setup => causeOf(setup, facts)),
})

const made: Readonly<Record<string, string>> = {
  regexp: 'compiles the same regular expressions',
  template: 'parses the same templates',
  certificates: 'reads the same certificates',
  location: 'loads the same time zones',
}

function causeOf(setup: Observation, facts: CaseFile): FoundCause {
  const supports = new Set<SupportFactor>(['one line makes for a fifth of the CPU time what can be made once'])
  const symbol = setup.places[0]?.symbol ?? setup.subject.name
  const churn = observationsOf(facts, 'allocation-churn').filter(one => one.places[0]?.symbol === setup.places[0]?.symbol)
  const share = measuredValue(setup, 'share of CPU time') ?? 0
  return {
    ...combine(supports, new Set()),
    title: `${symbol} ${made[setup.message.id] ?? 'makes the same thing'} again and again`,
    places: placesOfAll([setup]),
    chain: [
      shows(setup),
      ...churn.map(shows),
      says(
        `made once, the same work takes ${Math.round(100 * (1 - share))} % of the CPU it takes now and what is made is no garbage; the profile does not show whether the texts are the same each time, the source does`,
      ),
    ],
    wrongIf: [
      'the texts differ each time: then a cache with a bound is the cure, or none',
      'the capture met the start of the program, when such things are made once',
    ],
    remedies: [
      {kind: 'code', do: `${setup.next.replace(/\.$/, '')}; begin at ${shownPlace(setup)}.`},
      {
        kind: 'setting',
        do: 'No setting makes this work less: a higher GOGC saves a part of what its garbage costs, at the price of memory.',
      },
      {kind: 'guard', do: 'Let a benchmark of the handler with -benchmem fail when its allocations for each request rise.'},
    ],
    verify: [
      {
        command: 'go tool pprof -top -cum http://HOST:PORT/debug/pprof/profile?seconds=30',
        expect: `${symbol} no longer leads the list, at the same number of requests a second`,
      },
    ],
    settle: [settleBy('cpu', 'a second profile, some minutes after the start, shows whether it goes on')],
  }
}
