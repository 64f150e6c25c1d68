// scheduler-latency: goroutines that could run do not, because of Ps, stops or the host. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type CounterFactor, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, hazardsAt, observationsOf, placesOfAll, says, shows} from '../../diagnosis/join.ts'
import {gomaxprocsOf} from '../../diagnosis/gomaxprocs.ts'
import {timeIndex} from '../../diagnosis/profile-shares.ts'
import type {Observation} from '../../findings/finding.ts'

const rules = [
  'gomaxprocs-hardcoded',
  'readmemstats-hot-path',
  'busy-wait-loop',
  'asm-unbounded-loop',
  'explicit-gc-call',
  'tiny-sleep-loop',
]

/** What uses so much CPU time that others wait for it: the waits are its symptom. */
const busyWith = ['setup-repeated', 'allocation-churn', 'busy-polling', 'gc-thrash']

/** Nanoseconds of trace below which a share says little. */
const traceNsMin = 200e6

interface Seen {
  readonly throttled: readonly Observation[]
  readonly delays: readonly Observation[]
  readonly stops: readonly Observation[]
  readonly assembly: readonly Observation[]
  readonly imbalance: readonly Observation[]
}

export default defineCause({
  id: 'scheduler-latency',
  title: 'Goroutines that could run have to wait',
  since: '0.1',
  joins: [
    'scheduling-delay',
    'stw-overlap',
    'stop-delayed-by-assembly',
    'quota-below-gomaxprocs',
    'p-imbalance',
    'observer-effect',
    'numa-exposure',
    ...busyWith,
    ...rules,
  ],
  settledBy: 'trace',

  find(facts) {
    const seen: Seen = {
      throttled: observationsOf(facts, 'quota-below-gomaxprocs', 'throttled'),
      delays: observationsOf(facts, 'scheduling-delay'),
      stops: observationsOf(facts, 'stw-overlap', 'sum', 'tasks'),
      assembly: observationsOf(facts, 'stop-delayed-by-assembly'),
      imbalance: observationsOf(facts, 'p-imbalance'),
    }
    const any = seen.throttled.length + seen.delays.length + seen.stops.length + seen.assembly.length + seen.imbalance.length
    return any === 0 ? [] : [causeOf(seen, facts)]
  },
})

function causeOf(seen: Seen, facts: CaseFile): FoundCause {
  const {throttled, delays, stops, assembly, imbalance} = seen
  const all = [...throttled, ...delays, ...stops, ...assembly, ...imbalance]
  const hazards = hazardsAt(facts, rules, all)
  const supports = new Set<SupportFactor>()
  const counters = new Set<CounterFactor>()
  if (throttled.length > 0) supports.add('the cgroup throttles the process')
  if (delays.some(one => one.message.id === 'trace')) supports.add('waits to run are long in an execution trace')
  if (delays.some(one => one.message.id === 'metrics')) supports.add('waits to run are long in runtime/metrics')
  if (stops.length > 0) supports.add('stops of the world take a large share of the time')
  if (assembly.length > 0) supports.add('stops of the world wait for code without safe points')
  if (imbalance.length > 0) supports.add('work waits beside idle Ps')
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const traces = facts.evidence.of('trace')
  if (throttled.length === 0 && traces.length > 0 && traces.every(trace => trace.data.wallNs < traceNsMin))
    counters.add('the capture is too short to judge')
  const busy = busyWith.flatMap(id => observationsOf(facts, id))
  if (busy.length > 0 && throttled.length === 0 && assembly.length === 0 && imbalance.length === 0)
    counters.add('another finding says what keeps the Ps busy')
  if (all.length === delays.length && usedShare(facts) < usedShareMin) counters.add('the Ps were in use for less than half of the time')
  const advice = observationsOf(facts, 'numa-exposure')
  return {
    ...combine(supports, counters),
    title: titleOf(seen),
    places: placesOfAll([...assembly, ...stops, ...delays, ...hazards].filter(one => one.places.length > 0)),
    chain: [
      ...all.map(shows),
      ...hazards.map(explains),
      ...busy.map(one => says(`the Ps are busy with this: ${one.what}`, 'explains', [one.fingerprint])),
      ...advice.map(one => says(`${one.what}; this is an advice to measure, not a finding of cost`, 'explains', [one.fingerprint])),
      says('single waits of milliseconds are normal; it is their share that counts here'),
    ],
    wrongIf: [
      'the host did not run the threads: check run-queue latency (runqlat, perf sched) before blaming the program',
      'the trace covers the start of the program only',
    ],
    remedies: remediesOf(seen),
    verify: [
      {
        command: 'curl -s "http://HOST:PORT/debug/pprof/trace?seconds=5" -o after.trace && gotriage trace summary after.trace',
        expect: 'a 99th percentile of waits below 1 ms and less than 5 % above 300 µs',
      },
    ],
    settle:
      traces.length > 0
        ? [settleBy('cgroup', 'it tells waits inside the program from a host that did not run its threads')]
        : [settleBy('trace', 'it shows what each long wait overlapped')],
  }
}

function titleOf({throttled, delays, stops, assembly}: Seen): string {
  if (throttled.length > 0) return 'the cgroup stops the process because its CPU quota is smaller than GOMAXPROCS'
  const [late] = assembly
  if (late !== undefined)
    return `goroutines wait while the world is stopped, and it stops late because of assembly in ${late.places[0]?.symbol ?? late.subject.name}`
  if (delays.length === 0 && stops.length > 0) return stoppedTitle(stops)
  return delays[0] === undefined ? 'work waits at one P while another is idle' : 'goroutines that could run wait for a P'
}

/** Below it goroutines wait behind each other in bursts, or for the host, and not for want of Ps; as in p-imbalance. */
const usedShareMin = 0.5

/** The smallest share of the Ps' time that a CPU profile or a trace shows in use; a trace counts as used what the host took away. */
function usedShare({evidence}: CaseFile): number {
  const procs = gomaxprocsOf(evidence)?.value
  const shares = evidence.of('trace').map(({data}) => data.imbalance.utilisation)
  for (const {data} of evidence.of('profile')) {
    if (data.profileType !== 'cpu' || data.durationNanos <= 0n || procs === undefined) continue
    let used = 0
    for (let sample = 0; sample < data.sampleCount; sample++) used += data.value(sample, timeIndex(data))
    shares.push(used / (Number(data.durationNanos) * procs))
  }
  return Math.min(1, ...shares)
}

/** How much that is, and not that it is too much: one per cent costs nobody a thing who does not wait for it. */
function stoppedTitle(stops: readonly Observation[]): string {
  const sum = stops.find(one => one.message.id === 'sum')?.message.data
  return sum === undefined
    ? `the world is stopped while "${stops[0]?.message.data['task'] ?? 'slow'}" tasks run`
    : `the world is stopped for ${sum['share'] ?? 'a part'} of the time, most of it for ${sum['kind'] ?? 'collections'}`
}

function remediesOf({throttled, delays, stops, assembly}: Seen): FoundCause['remedies'] {
  return [
    ...throttled.map(one => ({kind: 'setting' as const, do: one.next})),
    ...delays.filter(one => one.message.id === 'trace').map(one => ({kind: 'code' as const, do: one.next})),
    ...stops.map(one => ({kind: 'code' as const, do: one.next})),
    ...assembly.map(one => ({kind: 'code' as const, do: one.next})),
    {kind: 'setting' as const, do: 'Compare GOMAXPROCS with the CPUs the process may really use, and leave it unset from Go 1.25 on.'},
    ...(delays.some(one => one.message.id === 'trace') || stops.length > 0
      ? []
      : [
          {
            kind: 'code' as const,
            do: 'Remove calls that fix GOMAXPROCS, and cut loops that run for milliseconds without a call into parts.',
          },
        ]),
    {
      kind: 'guard' as const,
      do: 'Raise an alarm when the 99th percentile of /sched/latencies:seconds is above 1 ms for five minutes, and refuse work above a fixed number of requests in flight.',
    },
  ]
}
