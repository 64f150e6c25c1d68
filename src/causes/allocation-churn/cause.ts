// allocation-churn: the CPU goes into memory that one line allocates and nobody keeps. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {type FoundCause, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

export default defineCause({
  id: 'allocation-churn',
  title: 'The CPU goes into memory that one line allocates and nobody keeps',
  since: '0.1',
  joins: ['allocation-churn', 'gc-assist-stall', 'gc-thrash'],
  settledBy: 'cpu',

  find(facts) {
    // What setup-repeated names at the same function is why it allocates; that cause shows the churn.
    const setups = new Set(observationsOf(facts, 'setup-repeated').map(one => one.places[0]?.symbol))
    return observationsOf(facts, 'allocation-churn')
      .filter(churn => !setups.has(churn.places[0]?.symbol))
      .map(churn => causeOf(churn, facts))
  },
})

function causeOf(churn: Observation, facts: CaseFile): FoundCause {
  const assists = observationsOf(facts, 'gc-assist-stall')
  const supports = new Set<SupportFactor>(['one line allocates most of what is allocated, and allocating takes a quarter of the CPU'])
  if (assists.length > 0) supports.add('mark assists take CPU time or running time')
  const symbol = churn.places[0]?.symbol ?? churn.subject.name
  return {
    ...combine(supports, new Set()),
    title: `${symbol} allocates so much that allocating and collecting takes the CPU`,
    places: placesOfAll([churn]),
    chain: [
      shows(churn),
      ...assists.map(shows),
      says(
        'little of it is live, so profiles of memory in use do not show it; a higher GOGC makes collections rarer and zeroing no cheaper',
      ),
    ],
    wrongIf: ['the CPU has nothing else to do, and nobody waits', 'the capture met a burst: compare the rate with that of a longer time'],
    remedies: [
      {
        kind: 'code',
        do: `Allocate less at ${shownPlace(churn)}: a buffer as large as what it is to hold, or one that is used again (a sync.Pool of pointers, a field of what lives as long as the connection).`,
      },
      {
        kind: 'setting',
        do: 'Until then a higher GOGC with a memory limit makes collections rarer, at the price of memory.',
        command: 'GOGC=200 GOMEMLIMIT=<90 % of the container limit> ./service',
      },
      {kind: 'guard', do: 'Watch /gc/heap/allocs:bytes for each request, and let a benchmark with -benchmem fail when it rises.'},
    ],
    verify: [
      {
        command: 'go tool pprof -sample_index=alloc_space -top -diff_base heap-1.pb.gz heap-N.pb.gz',
        expect: `the line of ${symbol} no longer leads the list`,
      },
    ],
    settle: [settleBy('trace', 'it shows which requests wait for assists and stops')],
  }
}
