// goroutine-leak: goroutines that never end, from one line. See cause.md.
import {formatBytes} from '../../base/units.ts'
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {
  explains,
  type FoundCause,
  hazardsAt,
  measuredValue,
  observationsOf,
  placesOfAll,
  says,
  shownPlace,
  shows,
} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

const rules = [
  'goroutine-chan-send-leak',
  'goroutine-ticker-no-exit',
  'context-lost-cancel',
  'unbounded-goroutine-spawn',
  'ticker-not-stopped',
  'http-response-body-leak',
  'request-context-outlives-handler',
]

const factors: Readonly<Record<string, SupportFactor>> = {
  proven: 'the runtime proved that goroutines are leaked',
  nil: 'the runtime says that they wait on a nil channel',
  grows: 'goroutines at one line become more from dump to dump',
  stay: 'goroutines at one line become more, and the oldest of them stay',
  climbs: 'goroutines at one line become more in three dumps and more',
  stands: 'goroutines at one line have waited for minutes, their number unchanged',
  crowd: 'one dump shows very many goroutines at one line',
}

/** Stack of a waiting goroutine: 2 KiB at least (runtime/stack.go, stackMin), some 8 KiB with a request's depth. */
const stackBytes = [2048, 8192] as const

export default defineCause({
  id: 'goroutine-leak',
  title: 'Goroutines never end',
  since: '0.1',
  joins: ['goroutine-leak', 'live-heap-grows', ...rules],
  settledBy: 'goroutine-counts',

  find: facts =>
    observationsOf(facts, 'goroutine-leak')
      .filter(one => one.message.id !== 'count')
      .map(one => causeOf(one, facts)),
})

function causeOf(leak: Observation, facts: CaseFile): FoundCause {
  const factor = factors[leak.message.id] ?? 'one dump shows very many goroutines at one line'
  const hazards = hazardsAt(facts, rules, [leak])
  const supports = new Set<SupportFactor>([factor])
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const counts = observationsOf(facts, 'goroutine-leak', 'count')
  if (counts.length > 0) supports.add('the number of goroutines grows')
  const count = measuredValue(leak, 'goroutines that wait at one line') ?? measuredValue(leak, 'leaked goroutines') ?? 0
  const symbol = leak.places[0]?.symbol ?? 'the waiting function'
  const stacks = stackBytes.map(bytes => formatBytes(bytes * count)).join(' to ')
  const growing = observationsOf(facts, 'live-heap-grows')
  return {
    ...combine(supports, new Set()),
    ...(count > 0 ? {memoryBytes: [stackBytes[0] * count, stackBytes[1] * count]} : {}),
    title:
      leak.message.id === 'proven' || leak.message.id === 'nil' || leak.message.id === 'grows' || leak.message.id === 'stay'
        ? `goroutines that wait in ${symbol} never end`
        : `many goroutines wait in ${symbol}; they may be leaked`,
    places: placesOfAll([leak, ...hazards]),
    chain: [
      shows(leak),
      ...counts.map(shows),
      ...hazards.map(explains),
      says(
        `${count} stacks take about ${stacks}; what else the memory holds is what these stacks refer to, and must be looked for in a heap profile`,
        growing.length > 0 ? 'contradicts' : 'explains',
        growing.map(one => one.fingerprint),
      ),
    ],
    wrongIf: [
      'they are workers of a pool that wait for work: their number then stands still under constant load',
      'the load itself grew between the dumps, and each request rightly has a goroutine',
    ],
    remedies: [
      {
        kind: 'code',
        do: `Give the wait at ${shownPlace(leak)} a way out: select on the context too, close the channel, or give a channel for one answer room for one value.`,
      },
      {kind: 'code', do: 'Call every cancel function, on all paths, and stop tickers whose goroutine ends.'},
      {
        kind: 'setting',
        do: 'Bound what a request may take from outside, so that what it starts ends as well: ReadHeaderTimeout, WriteTimeout and IdleTimeout of http.Server, Timeout of http.Client.',
      },
      {
        kind: 'guard',
        do: 'Take a place in a channel of fixed size before each go statement here, and fail tests that end with more goroutines than they began with.',
      },
    ],
    verify: [
      {
        command: 'curl -s "http://HOST:PORT/debug/pprof/goroutine?debug=1" | head -1',
        expect: 'the total stays the same over an hour of constant load',
      },
      {command: 'gotriage diagnose goroutine-1.txt goroutine-2.txt', expect: `no goroutine-leak at ${symbol}`},
    ],
    settle:
      leak.message.id === 'proven' || leak.message.id === 'nil'
        ? []
        : leak.message.id === 'grows'
          ? [
              settleBy(
                'leak-profile',
                'it lists the goroutines that nothing can ever wake, where two dumps only show that they become more',
              ),
            ]
          : [settleBy('goroutine-counts', 'a leak grows and keeps its oldest members, a pool does neither')],
  }
}
