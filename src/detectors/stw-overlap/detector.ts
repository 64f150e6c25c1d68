// stw-overlap: the world is stopped long, often, or in the slow requests. See detector.md.
import {formatNanos} from '../../base/units.ts'
import {defineDetector, type Identified, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {placesOf} from '../../diagnosis/frame-places.ts'
import {isStandardLibrary} from '../../diagnosis/user-frames.ts'
import {hostWasShort, maybeTheHost} from '../../diagnosis/host-view.ts'
import {percent} from '../../diagnosis/profile-shares.ts'
import type {TraceReport, TraceSpanGroup, TraceStop} from '../../evidence/model/trace.ts'

type Message = 'long' | 'sum' | 'tasks'
type Settings = Readonly<Record<'longNsMin' | 'sumShareMin' | 'wallNsMin' | 'slowMin' | 'slowShareMin', number>>

/** The stop that starting the trace makes itself. */
const ofTheTrace = (stop: TraceStop) => stop.kind === 'start trace' || stop.kind === 'stop trace'

export default defineDetector({
  id: 'stw-overlap',
  title: 'The world is stopped long or often',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/trace.go',
    'https://pkg.go.dev/runtime/metrics#hdr-Supported_metrics',
  ],
  settings: {
    longNsMin: {value: 10e6, unit: 'ns', source: 'detector.md#settings'},
    sumShareMin: {value: 0.01, unit: 'of wall time', source: 'detector.md#settings'},
    wallNsMin: {value: 100e6, unit: 'ns', source: 'detector.md#settings'},
    slowMin: {value: 5, unit: 'slow tasks', source: 'detector.md#settings'},
    slowShareMin: {value: 0.5, unit: 'of the slow tasks', source: 'detector.md#settings'},
  },
  messages: {
    long: {
      what: 'the world was stopped for {total} at {at} ({kind}), {stopping} of it until the last P had stopped',
      why: 'no goroutine runs Go code meanwhile; a long part until the last P stops means a goroutine without safe points, a short one means the stopped work itself is long, and the host may have taken the CPU away in either',
      next: '{advice}',
    },
    sum: {
      what: 'the world was stopped for {share} of the time, {count} times, most of it for {kind}{period}',
      why: 'no goroutine runs Go code meanwhile; {meaning}',
      next: '{advice}',
    },
    tasks: {
      what: 'of the {slow} slowest "{task}" tasks {hit} had the world stopped for a third of their time',
      why: 'these are the ones above the 99th percentile, so stops make the tail here',
      next: 'Look at the kinds of stops: collections follow allocation, the others are asked for.',
    },
  },

  run: (evidence, settings) =>
    evidence.of('trace').flatMap(artifact => [...ofStops(artifact, settings, evidence), ...ofTasks(artifact, settings)]),
})

const isOwn = (kind: string) => /read mem stats|goroutine profile|all goroutines stack trace|GOMAXPROCS/.test(kind)
const adviceFor = (kind: string) =>
  isOwn(kind)
    ? 'Read runtime/metrics instead of runtime.ReadMemStats, and take goroutine profiles seldom: this stop is asked for by the program itself.'
    : 'Look at how much is allocated: fewer collections mean fewer of these stops.'

function ofStops(artifact: Identified<'trace'>, settings: Settings, evidence: ProgramEvidence): Observed<Message>[] {
  const report: TraceReport = artifact.data
  const stops = report.stops.filter(stop => !ofTheTrace(stop))
  const sum = stops.reduce((total, stop) => total + stop.totalNs, 0)
  const [longest] = [...stops].sort((a, b) => b.totalNs - a.totalNs)
  if (longest === undefined) return []
  const found: Observed<Message>[] = []
  if (longest.totalNs >= settings.longNsMin)
    found.push({
      message: 'long',
      data: {
        total: formatNanos(longest.totalNs),
        at: `${(longest.startNs / 1e9).toFixed(2)} s`,
        kind: longest.kind,
        stopping: formatNanos(longest.stoppingNs),
        advice: adviceFor(longest.kind),
      },
      subject: {kind: 'process', name: `stop: ${longest.kind}`},
      confidence: 0.8,
      // One stop in a trace is one sample: it is told, not judged.
      severity: 'info',
      measured: [
        {
          name: 'longest stop',
          value: longest.totalNs,
          unit: 'ns',
          limit: settings.longNsMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
          at: `${longest.startNs} ns`,
        },
        {name: 'until the last P had stopped', value: longest.stoppingNs, unit: 'ns', artifact: artifact.id},
      ],
      places: longest.by === undefined || isStandardLibrary(longest.by.function) ? [] : placesOf([longest.by], 'stopped the world'),
    })
  const share = report.wallNs > 0 ? sum / report.wallNs : 0
  if (share >= settings.sumShareMin && report.wallNs >= settings.wallNsMin) found.push(ofSum(artifact, stops, share, settings, evidence))
  return found
}

/** The host may have made stops long by not running a thread. Those that the program asks for are its own unless it is known to have done so. */
function ofSum(
  artifact: Identified<'trace'>,
  stops: readonly TraceStop[],
  share: number,
  settings: Settings,
  evidence: ProgramEvidence,
): Observed<Message> {
  const byKind = new Map<string, number>()
  for (const stop of stops) byKind.set(stop.kind, (byKind.get(stop.kind) ?? 0) + stop.totalNs)
  const [kind] = [...byKind].sort((a, b) => b[1] - a[1])[0] ?? ['']
  const site = stops.find(stop => stop.kind === kind && stop.by !== undefined)?.by
  const ofKind = stops.filter(stop => stop.kind === kind)
  const period = periodOf(ofKind)
  // One or two profiles taken by hand are no habit of the program.
  const own = isOwn(kind) && (period !== undefined || ofKind.length >= habitMin)
  return {
    message: 'sum',
    data: {
      share: percent(share),
      count: String(stops.length),
      kind,
      own: own ? 'yes' : 'no',
      period: period === undefined ? '' : `, every ${formatNanos(period)}`,
      meaning: isOwn(kind)
        ? 'the program asks for these stops itself, in its own monitoring'
        : 'these stops begin and end the mark phase of a collection',
      advice: adviceFor(kind),
    },
    subject: {kind: 'process', name: `stops: ${kind}`},
    confidence: 0.85,
    ...((own ? hostWasShort : maybeTheHost)(evidence, artifact) ? {severity: 'info' as const} : {}),
    measured: [
      {
        name: 'share of time with the world stopped',
        value: Number(share.toFixed(4)),
        unit: '1',
        limit: settings.sumShareMin,
        limitSource: 'detector.md#settings',
        artifact: artifact.id,
      },
      {name: 'stops', value: stops.length, unit: 'stops', artifact: artifact.id},
      ...[...byKind].map(([name, ns]) => ({name: `stopped for ${name}`, value: ns, unit: 'ns', artifact: artifact.id})),
    ],
    places: site === undefined || isStandardLibrary(site.function) ? [] : placesOf([site], 'stops the world'),
  }
}

/** Stops of one kind in a trace from which on the program asks for them all the time. */
const habitMin = 10

/** Median distance when at least five stops come in a rhythm: half of the distances within a fifth of it. */
function periodOf(stops: readonly TraceStop[]): number | undefined {
  const distances = stops
    .slice(1)
    .map((stop, i) => stop.startNs - stops[i]!.startNs)
    .sort((a, b) => a - b)
  const middle = distances[distances.length >> 1]
  if (middle === undefined || distances.length < 4) return undefined
  return distances.filter(one => Math.abs(one - middle) <= 0.2 * middle).length * 2 >= distances.length ? middle : undefined
}

function ofTasks(artifact: Identified<'trace'>, settings: Settings): Observed<Message>[] {
  return artifact.data.tasks
    .filter((task: TraceSpanGroup) => task.slow >= settings.slowMin && task.slowInStw >= settings.slowShareMin * task.slow)
    .map(task => ({
      message: 'tasks' as const,
      data: {slow: String(task.slow), task: task.name, hit: String(task.slowInStw)},
      subject: {kind: 'process' as const, name: `slow ${task.name} tasks`},
      confidence: 0.8,
      measured: [
        {
          name: 'slow tasks with the world stopped',
          value: task.slowInStw,
          unit: 'tasks',
          limit: settings.slowMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
        },
      ],
      places: [],
    }))
}
