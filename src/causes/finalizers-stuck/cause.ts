// finalizers-stuck: a finalizer waits, and what the others would free piles up behind it. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {endedBy, type FoundCause, measuredValue, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

export default defineCause({
  id: 'finalizers-stuck',
  title: 'A finalizer waits, and what the others would free piles up',
  since: '0.1',
  joins: ['finalizer-blocked', 'c-memory-growth', 'live-heap-grows', 'live-objects-grow', 'alloc-site-growth', 'killed-for-memory'],
  settledBy: 'goroutine-stacks',

  find: facts => observationsOf(facts, 'finalizer-blocked').map(one => causeOf(one, facts)),
})

function causeOf(blocked: Observation, facts: CaseFile): FoundCause {
  const {id} = blocked.message
  const outside = observationsOf(facts, 'c-memory-growth')
  const growing = [
    ...outside,
    ...observationsOf(facts, 'live-heap-grows'),
    ...observationsOf(facts, 'live-objects-grow'),
    ...observationsOf(facts, 'alloc-site-growth', 'grows'),
  ]
  const supports = new Set<SupportFactor>([
    id === 'stuck'
      ? 'the goroutine of finalizers has waited at one line for a minute'
      : id === 'again'
        ? 'the goroutine of finalizers waits at one line in every dump'
        : 'one dump shows the goroutine of finalizers waiting',
  ])
  if (outside.length > 0) supports.add('the process grows and what Go has from the system does not')
  const grown = outside[0] === undefined ? undefined : measuredValue(outside[0], 'growth outside Go')
  const whole = outside[0] === undefined ? undefined : measuredValue(outside[0], 'memory outside Go')
  const kind = blocked.message.data['kind'] ?? 'finalizers'
  const symbol = blocked.places[0]?.symbol ?? 'the finalizer'
  return {
    ...combine(supports, new Set()),
    ...(grown === undefined ? {} : {memoryBytes: [grown, whole ?? grown]}),
    title: id === 'seen' ? `${kind} may wait behind ${symbol}` : `${kind} wait behind ${symbol}`,
    places: placesOfAll([blocked]),
    chain: [
      shows(blocked),
      ...growing.map(shows),
      ...endedBy(facts),
      says(
        `what ${kind} give back (memory of C, descriptors, locks) stays taken meanwhile, and objects that wait for theirs stay in the heap with all they refer to`,
      ),
    ],
    wrongIf: [
      'each wait is short and the queue is worked off all the same: then queued and executed finalizers stay close together in runtime/metrics',
    ],
    remedies: [
      {
        kind: 'code',
        do: `Do not wait at ${shownPlace(blocked)}: free what is to be freed, and hand the rest to a goroutine or to a send with a default.`,
      },
      {
        kind: 'code',
        do: 'Give the owner a Close that releases at once, call it with defer, and keep the finalizer for what was forgotten.',
      },
      {
        kind: 'guard',
        do: `Raise an alarm when /gc/${kind}/queued:${kind} − /gc/${kind}/executed:${kind} of runtime/metrics only rises (Go 1.26).`,
      },
    ],
    verify: [
      {command: 'gotriage diagnose goroutine-1.txt goroutine-2.txt', expect: `no goroutine that runs ${kind} waits in ${symbol}`},
      {command: 'for i in 1 2 3 4; do grep VmRSS /proc/PID/status; sleep 60; done', expect: 'RSS stays level under constant load'},
    ],
    settle: [settleBy('goroutine-stacks', 'the same goroutine at the same line in both is stuck')],
  }
}
