// lock-contention: goroutines spend their time waiting for a lock that is held too long or too often. See cause.md.
import type {Place} from '../../base/place.ts'
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, hazardsAt, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

const rules = ['mutex-missing-unlock', 'false-sharing', 'cgo-missing-lock', 'defer-in-loop']

export default defineCause({
  id: 'lock-contention',
  title: 'A lock holds the program up',
  since: '0.1',
  joins: ['lock-contention', 'lock-convoy', ...rules],
  settledBy: 'mutex',

  find(facts) {
    const seen = [...observationsOf(facts, 'lock-contention'), ...observationsOf(facts, 'lock-convoy', 'slow')]
    return seen.length === 0 ? [] : [causeOf(facts)]
  },
})

function causeOf(facts: CaseFile): FoundCause {
  const seen = observationsOf(facts, 'lock-contention')
  const mutex = seen.filter(one => one.message.id === 'mutex')
  const waits = seen.filter(one => one.message.id !== 'mutex')
  const slow = observationsOf(facts, 'lock-convoy', 'slow')
  const convoys = observationsOf(facts, 'lock-convoy', 'held', 'stuck', 'unknown')
  const ordered = [...mutex, ...waits, ...slow]
  const first = ordered[0]!
  const hazards = hazardsAt(facts, rules, ordered)
  const supports = new Set<SupportFactor>()
  if (mutex.length > 0) supports.add('a mutex profile names the critical section')
  if (waits.length > 0) supports.add('a block profile shows goroutines waiting for locks')
  if (convoys.some(one => one.confidence >= 0.5)) supports.add('many goroutines have waited for one lock for a minute')
  if (slow.some(one => one.confidence >= 0.5))
    supports.add('in every dump goroutines wait for a lock while one of its methods waits for something else')
  else if (slow.length > 0) supports.add('one dump shows many goroutines waiting for one lock')
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const shownSymbol = holderPlace(first)?.symbol ?? first.places[0]?.symbol ?? first.subject.name
  const readers = waits.some(one => one.message.id === 'readers')
  return {
    ...combine(supports, new Set()),
    title: `goroutines wait for a lock ${mutex.length > 0 || first === slow[0] ? 'held' : 'taken'} in ${shownSymbol}`,
    places: withHolders(placesOfAll([...ordered, ...hazards]), slow),
    chain: [
      ...ordered.map(shows),
      ...convoys.map(shows),
      ...hazards.map(explains),
      ...(readers ? [says('a waiting writer of an RWMutex stops new readers, so one slow writer delays all of them')] : []),
    ],
    wrongIf: [
      'the waiting is spread over many goroutines that have nothing else to do: compare with the latency of requests',
      'the profiles were switched on for so long that the seconds mean little: divide by the time they cover',
    ],
    remedies: [
      {
        kind: 'code',
        do: `Make the critical section at ${placeText(first)} shorter: compute before the lock, and never wait for I/O, channels or C inside it.`,
      },
      {kind: 'code', do: 'Split what the lock guards, by key or by field, or publish a read-only copy through atomic.Pointer.'},
      {
        kind: 'setting',
        do: 'Keep a mutex profile on in production, so that the next contention is seen with its holder.',
        command: 'runtime.SetMutexProfileFraction(100)',
      },
      {
        kind: 'guard',
        do: 'Let in no more requests than the critical section can serve: refuse the rest at once instead of letting them wait for the lock.',
      },
    ],
    verify: [
      {
        command: 'go tool pprof -top http://HOST:PORT/debug/pprof/mutex?seconds=30',
        expect: `the delay of ${shownSymbol} falls to less than half under the same load`,
      },
    ],
    settle:
      mutex.length > 0
        ? [settleBy('trace', 'it shows whether the goroutines that wait are those of slow requests')]
        : [settleBy('mutex', 'a block profile shows who waited; the mutex profile shows who held the lock')],
  }
}

/** Of a convoy: where the holder waits, which stands beside the place where the others wait. */
const holderPlace = (one: Observation) => (one.id === 'lock-convoy' ? one.places.find(place => place.role === 'related') : undefined)

function placeText(one: Observation): string {
  const place = holderPlace(one)
  return place === undefined ? shownPlace(one) : `${place.file}:${place.line}`
}

/** Where the holders of convoys wait, beside the other places. */
function withHolders(places: readonly Place[], slow: readonly Observation[]): readonly Place[] {
  const holders = slow.flatMap(one => holderPlace(one) ?? [])
  return [...places, ...holders.filter(holder => !places.some(place => place.file === holder.file && place.line === holder.line))]
}
