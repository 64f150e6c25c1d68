// scheduler-latency: goroutines that could run do not, because of Ps, stops or the host. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type CounterFactor, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {hostView, type HostView, shortTraceNs, windowOf} from '../../diagnosis/host-view.ts'
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
  /** Of `quota-below-gomaxprocs` and `cpu-shortage`. */
  readonly throttled: readonly Observation[]
  readonly oversubscribed: readonly Observation[]
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
    'cpu-shortage',
    ...busyWith,
    ...rules,
  ],
  settledBy: 'trace',

  find(facts) {
    const seen: Seen = {
      throttled: [...observationsOf(facts, 'quota-below-gomaxprocs', 'throttled'), ...observationsOf(facts, 'cpu-shortage', 'throttled')],
      oversubscribed: observationsOf(facts, 'cpu-shortage', 'oversubscribed'),
      delays: observationsOf(facts, 'scheduling-delay'),
      stops: observationsOf(facts, 'stw-overlap', 'sum', 'tasks'),
      assembly: observationsOf(facts, 'stop-delayed-by-assembly'),
      imbalance: observationsOf(facts, 'p-imbalance'),
    }
    const any = Object.values(seen).reduce((sum, observations) => sum + observations.length, 0)
    return any === 0 ? [] : [causeOf(seen, facts)]
  },
})

function causeOf(seen: Seen, facts: CaseFile): FoundCause {
  const {throttled, oversubscribed, delays, stops, assembly, imbalance} = seen
  const all = [...throttled, ...oversubscribed, ...delays, ...stops, ...assembly, ...imbalance]
  const hazards = hazardsAt(facts, rules, all)
  const supports = new Set<SupportFactor>()
  const counters = new Set<CounterFactor>()
  if (throttled.length > 0) supports.add('the cgroup throttles the process')
  if (oversubscribed.length > 0) supports.add('its own threads wait for each other for a CPU')
  if (delays.some(one => one.message.id === 'trace')) supports.add('waits to run are long in an execution trace')
  if (delays.some(one => one.message.id === 'metrics')) supports.add('waits to run are long in runtime/metrics')
  if (stops.length > 0) supports.add('stops of the world take a large share of the time')
  if (assembly.length > 0) supports.add('stops of the world wait for code without safe points')
  if (imbalance.length > 0) supports.add('work waits beside idle Ps')
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const traces = facts.evidence.of('trace')
  if (throttled.length === 0 && traces.length > 0 && traces.every(trace => trace.data.wallNs < traceNsMin))
    counters.add('the capture is too short to judge')
  const host = hostOf(facts)
  // Only timing, or something that the host cannot feign: a limit, code at the place, a stop that the program asks for.
  const short = host?.verdict === 'host-full' || host?.verdict === 'stolen'
  const asked = stops.some(one => one.message.data['own'] === 'yes') && !short
  const onlyTiming = throttled.length + oversubscribed.length + assembly.length + hazards.length === 0 && !asked
  if (onlyTiming) weighHost(host, facts, supports, counters)
  const busy = busyWith.flatMap(id => observationsOf(facts, id))
  if (busy.length > 0 && throttled.length + oversubscribed.length === 0 && assembly.length === 0 && imbalance.length === 0)
    counters.add('another finding says what keeps the Ps busy')
  if (all.length === delays.length && usedShare(facts) < usedShareMin) counters.add('the Ps were in use for less than half of the time')
  const advice = observationsOf(facts, 'numa-exposure')
  return {
    ...combine(supports, counters),
    title: titleOf(seen, host),
    places: placesOfAll([...assembly, ...stops, ...delays, ...hazards].filter(one => one.places.length > 0)),
    chain: [
      ...all.map(shows),
      ...hazards.map(explains),
      ...busy.map(one => says(`the Ps are busy with this: ${one.what}`, 'explains', [one.fingerprint])),
      ...advice.map(one => says(`${one.what}; this is an advice to measure, not a finding of cost`, 'explains', [one.fingerprint])),
      ...hostSteps(host, traces.length > 0),
      says('single waits of milliseconds are normal; it is their share that counts here'),
    ],
    wrongIf: [
      ...(host !== undefined && host.verdict !== 'unclear' && !short
        ? []
        : ['the host did not run the threads: capture it beside the trace (collect --pid) before blaming the program']),
      'the trace covers the start of the program only',
    ],
    remedies: remediesOf(seen),
    verify: [
      {
        command: 'curl -s "http://HOST:PORT/debug/pprof/trace?seconds=5" -o after.trace && gotriage trace summary after.trace',
        expect: 'a 99th percentile of waits below 1 ms and less than 5 % above 300 µs',
      },
    ],
    settle: settleOf(host, traces.length > 0),
  }
}

/** What is known of the host during the traces; of all the capture where there is none. */
function hostOf(facts: CaseFile): HostView | undefined {
  const traces = facts.evidence.of('trace')
  if (traces.length === 0) return hostView(facts.evidence)
  const views = traces.flatMap(trace => hostView(facts.evidence, windowOf(trace)) ?? [])
  return views.find(view => view.verdict === 'host-full' || view.verdict === 'stolen') ?? views[0]
}

function weighHost(host: HostView | undefined, facts: CaseFile, supports: Set<SupportFactor>, counters: Set<CounterFactor>): void {
  const verdict = host?.verdict ?? 'unclear'
  const traces = facts.evidence.of('trace')
  if (verdict === 'host-full' || verdict === 'stolen') counters.add('the host had no CPU for its threads')
  else if (verdict === 'enough') supports.add('the threads had CPUs when they could run, so the delays are of the program')
  else if (traces.length === 0 || traces.some(trace => trace.data.wallNs >= shortTraceNs))
    counters.add('nothing shows whether the host had a CPU for its threads')
  else counters.add('nothing shows whether the host had a CPU for its threads, and the trace is short')
}

function settleOf(host: HostView | undefined, traced: boolean): FoundCause['settle'] {
  if (!traced) return [settleBy('trace', 'it shows what each long wait overlapped')]
  if (host === undefined || host.verdict === 'unclear')
    return [settleBy('host', 'it tells waits inside the program from a host that did not run its threads')]
  if (host.verdict === 'host-full' || host.verdict === 'stolen')
    return [settleBy('host', 'taken while the host is idle, it shows whether the program has delays of its own')]
  return [settleBy('cpu', 'it names the functions that have the CPUs meanwhile')]
}

function hostSteps(host: HostView | undefined, traced: boolean): FoundCause['chain'] {
  if (host?.waitShare === undefined)
    return traced ? [says('a trace does not show whether the host ran the threads, and nothing here does', 'contradicts')] : []
  const share = `waited for a CPU in ${Math.round(host.waitShare * 100)} % of the time in which they could run`
  if (host.verdict === 'enough') return [says(`the threads ${share}: the host had CPUs for them, so the delays are of the program`)]
  if (host.verdict === 'host-full' || host.verdict === 'stolen')
    return [says(`the threads ${share} because of the host, which alone gives such delays`, 'contradicts')]
  return [says(`the threads ${share}`)]
}

/** What keeps a goroutine from a P, where the host is known to have had CPUs for the threads. */
const ownTitles: Readonly<Record<string, string>> = {
  'proc-held': 'goroutines wait because others hold their Ps and cannot be preempted',
  saturation: 'goroutines wait because the program keeps all its Ps busy',
  'gc-mark': 'goroutines wait because the collector keeps all Ps busy',
  'wake-up-storm': 'goroutines wait because many become ready at once',
}

function titleOf({throttled, oversubscribed, delays, stops, assembly}: Seen, host: HostView | undefined): string {
  if (throttled.some(one => one.id === 'quota-below-gomaxprocs'))
    return 'the cgroup stops the process because its CPU quota is smaller than GOMAXPROCS'
  if (throttled.length > 0) return 'the cgroup stops the process because it uses up its CPU quota'
  if (oversubscribed.length > 0) return 'the program runs more threads than it has CPUs, and they wait for each other'
  const [late] = assembly
  if (late !== undefined)
    return `goroutines wait while the world is stopped, and it stops late because of assembly in ${late.places[0]?.symbol ?? late.subject.name}`
  if (delays.length === 0 && stops.length > 0) return stoppedTitle(stops)
  const own = host?.verdict === 'enough' ? ownTitles[delays[0]?.message.data['causeId'] ?? ''] : undefined
  if (own !== undefined) return own
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

function remediesOf({throttled, oversubscribed, delays, stops, assembly}: Seen): FoundCause['remedies'] {
  return [
    ...throttled.map(one => ({kind: 'setting' as const, do: one.next})),
    ...oversubscribed.map(one => ({kind: 'setting' as const, do: one.next})),
    ...(throttled.length + oversubscribed.length > 0 ? [] : delays.filter(one => one.message.id === 'trace')).map(one => ({
      kind: 'code' as const,
      do: one.next,
    })),
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
