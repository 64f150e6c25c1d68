// scheduling-delay: goroutines that could run have to wait for a P. See detector.md.
import {formatNanos} from '../../base/units.ts'
import {defineDetector, type Identified, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {captures} from '../../diagnosis/captures.ts'
import {hostView, maybeTheHost, windowOf} from '../../diagnosis/host-view.ts'
import {percent} from '../../diagnosis/profile-shares.ts'
import type {TraceReport, WaitCause} from '../../evidence/model/trace.ts'

type Message = 'trace' | 'metrics'
type Settings = Readonly<Record<'p99NsMin' | 'longShareMin' | 'waitsMin', number>>

const causeWords: Readonly<Record<WaitCause, string>> = {
  'stop-the-world': 'the world was stopped',
  'runtime-lock': 'threads were spinning for a lock of the runtime, as the CPU samples in the trace show',
  'gc-mark': 'the collector was marking and all Ps were busy',
  'proc-held': 'the P was held by a goroutine that was not preempted',
  saturation: 'all Ps were busy',
  'wake-up-storm': 'many goroutines became ready at once',
  'wake-up': 'a P was idle: the delay lies in waking a thread, or in the scheduler of the host',
}

export default defineDetector({
  id: 'scheduling-delay',
  title: 'Goroutines that could run wait for a P',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go',
    'https://pkg.go.dev/runtime/metrics#hdr-Supported_metrics',
    'https://go.dev/doc/go1.22#runtimetracepkgruntimetrace',
  ],
  settings: {
    p99NsMin: {value: 1e6, unit: 'ns', source: 'detector.md#settings'},
    longShareMin: {value: 0.05, unit: 'of waits above 300 µs', source: 'detector.md#settings'},
    waitsMin: {value: 500, unit: 'waits', source: 'detector.md#settings'},
  },
  messages: {
    trace: {
      what: 'of {count} waits to run, {share} took longer than 300 µs; the 99th percentile is {p99}, the longest {max}',
      why: 'in most of the long waits {cause}{host}',
      next: '{advice}',
    },
    metrics: {
      what: 'of {count} waits to run, {share} took longer than about 300 µs (runtime/metrics)',
      why: 'the histogram does not say why they waited: too few Ps, a collection, or goroutines that cannot be preempted',
      next: 'Capture an execution trace of a few seconds while it happens.',
    },
  },

  run: (evidence, settings) => [
    ...evidence.of('trace').flatMap(artifact => ofTrace(artifact, settings, evidence)),
    ...evidence.of('metrics').flatMap(artifact => ofMetrics(artifact, settings)),
  ],
})

/** Busy time of all Ps, from which on whatever becomes ready has to wait; nine tenths leave a goroutine one chance in ten for each P. */
const saturatedMin = 0.9

const advice: Readonly<Record<WaitCause, string>> = {
  'stop-the-world': 'Look at the list of stops: who stops the world, and how often.',
  'runtime-lock':
    'Look at the CPU profile for what calls into the runtime where lock2 shows: timers, goroutine creation, huge allocations.',
  'gc-mark': 'Allocate less, or let the collector run less often with a larger GOGC.',
  'proc-held': 'Look for a loop in assembly or a long call that cannot be preempted.',
  saturation: 'Look at the CPU profile for what keeps the Ps busy, and compare GOMAXPROCS with the CPUs the process may use.',
  'wake-up-storm': 'Spread what becomes ready at once: timers of one period, a broadcast, a closed channel.',
  'wake-up': 'Check the host: run-queue latency and throttling of the cgroup.',
}

/** Most of the time of the long waits; goroutines that become ready together are no storm where the Ps had no rest anyway. */
function mainCause({waitCauses, imbalance}: TraceReport): WaitCause {
  const [main] = [...waitCauses].sort((a, b) => b.totalNs - a.totalNs)
  const cause = main?.cause ?? 'saturation'
  return cause === 'wake-up-storm' && imbalance.utilisation >= saturatedMin ? 'saturation' : cause
}

/** What is known of the host in the time of the trace, which itself does not show whether a thread was run. */
function hostWords(artifact: Identified<'trace'>, evidence: ProgramEvidence): {host: string; advice?: string} {
  const view = hostView(evidence, windowOf(artifact))
  if (view?.waitShare !== undefined) {
    const share = `the threads waited for a CPU in ${percent(view.waitShare)} of the time in which they could run`
    if (view.verdict === 'host-full' || view.verdict === 'stolen')
      return {host: `, but ${share} because of the host, which alone gives such waits`, advice: 'Capture again when the host is not full.'}
    return {host: `; ${share}`}
  }
  return maybeTheHost(evidence, artifact)
    ? {
        host: ', or the host was full: a trace does not show whether threads were run',
        advice: `Capture the host beside the trace: ${captures.host.command}.`,
      }
    : {host: ''}
}

function ofTrace(artifact: Identified<'trace'>, settings: Settings, evidence: ProgramEvidence): Observed<Message>[] {
  const {latency, waitCauses, longWaits} = artifact.data
  const share = latency.count > 0 ? latency.over300us / latency.count : 0
  if (latency.count < settings.waitsMin || share < settings.longShareMin || latency.p99 < settings.p99NsMin) return []
  const cause = mainCause(artifact.data)
  const [host, doubtful] = [hostWords(artifact, evidence), maybeTheHost(evidence, artifact)]
  const [longest] = [...longWaits].sort((a, b) => b.waitNs - a.waitNs)
  return [
    {
      message: 'trace',
      data: {
        count: String(latency.count),
        share: percent(share),
        p99: formatNanos(latency.p99),
        max: formatNanos(latency.max),
        cause: causeWords[cause],
        causeId: cause,
        host: host.host,
        advice: host.advice ?? advice[cause],
      },
      subject: {kind: 'process', name: 'waits to run'},
      confidence: doubtful ? 0.5 : 0.85,
      ...(doubtful ? {severity: 'info' as const} : {}),
      measured: [
        {
          name: 'share of waits above 300 µs',
          value: Number(share.toFixed(4)),
          unit: '1',
          limit: settings.longShareMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
        },
        {
          name: '99th percentile of waits',
          value: latency.p99,
          unit: 'ns',
          limit: settings.p99NsMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
        },
        {
          name: 'waits',
          value: latency.count,
          unit: 'waits',
          limit: settings.waitsMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
        },
        ...waitCauses.map(one => ({name: `long waits: ${one.cause}`, value: one.totalNs, unit: 'ns', artifact: artifact.id})),
        ...(longest === undefined
          ? []
          : [
              {
                name: 'longest wait',
                value: longest.waitNs,
                unit: 'ns',
                artifact: artifact.id,
                at: `${longest.startNs} ns, ${longest.group}`,
              },
            ]),
      ],
      places: [],
    },
  ]
}

/** The histogram is cumulative: what counts is the difference between the first and the last sample. */
function ofMetrics(artifact: Identified<'metrics'>, settings: Settings): Observed<Message>[] {
  const name = '/sched/latencies:seconds'
  const [first, last] = [artifact.data.points[0]?.histograms.get(name), artifact.data.points.at(-1)?.histograms.get(name)]
  if (first === undefined || last === undefined || first === last) return []
  let [count, long] = [0, 0]
  last.counts.forEach((value, i) => {
    const waits = value - (first.counts[i] ?? 0)
    count += waits
    if ((last.buckets[i] ?? 0) >= 300e-6) long += waits
  })
  const share = count > 0 ? long / count : 0
  if (count < settings.waitsMin || share < settings.longShareMin) return []
  return [
    {
      message: 'metrics',
      data: {count: String(count), share: percent(share)},
      subject: {kind: 'process', name: 'waits to run (metrics)'},
      confidence: 0.6,
      measured: [
        {
          name: 'share of waits above 300 µs',
          value: Number(share.toFixed(4)),
          unit: '1',
          limit: settings.longShareMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
        },
        {name: 'waits', value: count, unit: 'waits', limit: settings.waitsMin, limitSource: 'detector.md#settings', artifact: artifact.id},
      ],
      places: [],
    },
  ]
}
