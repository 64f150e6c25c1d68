// p-imbalance: some Ps have work waiting while others have nothing to do. See detector.md.
import {defineDetector, type Identified, type Observed} from '../../diagnosis/engine/detector.ts'
import {maybeTheHost} from '../../diagnosis/host-view.ts'
import {percent} from '../../diagnosis/profile-shares.ts'

type Message = 'queues' | 'busy'
type Settings = Readonly<Record<'queueMin' | 'linesMin' | 'ratioMin' | 'utilisationMin' | 'p99NsMin' | 'idleWaitShareMin', number>>

export default defineDetector({
  id: 'p-imbalance',
  title: 'Work waits at one P while another is idle',
  severity: 'warning',
  since: '0.1',
  sources: ['https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go', 'https://go.dev/src/runtime/HACKING.md'],
  settings: {
    queueMin: {value: 8, unit: 'goroutines in the queue of one P', source: 'detector.md#settings'},
    linesMin: {value: 3, unit: 'consecutive lines of schedtrace', source: 'detector.md#settings'},
    ratioMin: {value: 1.5, unit: 'busiest P / mean', source: 'detector.md#settings'},
    utilisationMin: {value: 0.5, unit: 'of all P time', source: 'detector.md#settings'},
    p99NsMin: {value: 1e6, unit: 'ns', source: 'detector.md#settings'},
    idleWaitShareMin: {value: 0.5, unit: 'of the long waits', source: 'detector.md#settings'},
  },
  messages: {
    queues: {
      what: 'in {lines} lines in a row a P had {queue} goroutines and more in its queue while {idle} Ps were idle',
      why: 'idle Ps steal from the queues of others within microseconds, so this should not last: their threads may not get a CPU, or every waiting goroutine is bound to its thread',
      next: 'Check the CPUs the process may use (cgroup, affinity) and what calls runtime.LockOSThread.',
    },
    busy: {
      what: 'the busiest P worked {busiest} of the time, the mean is {mean}, and in {share} of the long waits a P was idle',
      why: 'goroutines waited although a P had nothing to do, so the delay lies in waking or running a thread rather than in too little CPU',
      next: 'Check run-queue latency of the host, the affinity of the process, and goroutines that are locked to threads.',
    },
  },

  run: (evidence, settings) => [
    ...evidence.of('schedtrace').flatMap(artifact => ofQueues(artifact, settings)),
    ...evidence.of('trace').flatMap(artifact => ofTrace(artifact, settings, maybeTheHost(evidence, artifact))),
  ],
})

function ofQueues(artifact: Identified<'schedtrace'>, settings: Settings): Observed<Message>[] {
  let [run, best, queue, idle, line] = [0, 0, 0, 0, 0]
  for (const sample of artifact.data.samples) {
    const longest = Math.max(0, ...sample.perProc)
    run = sample.idleprocs > 0 && sample.gcwaiting !== true && longest >= settings.queueMin ? run + 1 : 0
    if (run > best) [best, queue, idle, line] = [run, longest, sample.idleprocs, sample.line]
  }
  if (best < settings.linesMin) return []
  return [
    {
      message: 'queues',
      data: {lines: String(best), queue: String(queue), idle: String(idle)},
      subject: {kind: 'proc', name: 'run queues'},
      confidence: 0.7,
      measured: [
        {
          name: 'lines in a row with a queue beside an idle P',
          value: best,
          unit: 'lines',
          limit: settings.linesMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
          at: `line ${line}`,
        },
        {
          name: 'queue of one P',
          value: queue,
          unit: 'goroutines',
          limit: settings.queueMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
          at: `line ${line}`,
        },
        {name: 'idle Ps', value: idle, unit: 'Ps', artifact: artifact.id, at: `line ${line}`},
      ],
      places: [],
    },
  ]
}

function ofTrace(artifact: Identified<'trace'>, settings: Settings, doubtful: boolean): Observed<Message>[] {
  const {procTime, wallNs, latency, waitCauses} = artifact.data
  const busy = procTime.map(proc => (proc.userNs + proc.gcNs + proc.syscallNs) / Math.max(1, wallNs))
  const mean = busy.reduce((sum, share) => sum + share, 0) / Math.max(1, busy.length)
  const busiest = Math.max(0, ...busy)
  const all = waitCauses.reduce((sum, one) => sum + one.totalNs, 0)
  const idle = waitCauses.find(one => one.cause === 'wake-up')?.totalNs ?? 0
  if (busy.length < 2 || mean < settings.utilisationMin || busiest < settings.ratioMin * mean) return []
  if (latency.p99 < settings.p99NsMin || all === 0 || idle < settings.idleWaitShareMin * all) return []
  return [
    {
      message: 'busy',
      data: {busiest: percent(busiest), mean: percent(mean), share: percent(idle / all)},
      subject: {kind: 'proc', name: 'busy Ps'},
      confidence: doubtful ? 0.4 : 0.6,
      ...(doubtful ? {severity: 'info' as const} : {}),
      measured: [
        {
          name: 'busiest P / mean',
          value: Number((busiest / mean).toFixed(2)),
          unit: '1',
          limit: settings.ratioMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
        },
        {
          name: 'utilisation of all Ps',
          value: Number(mean.toFixed(3)),
          unit: '1',
          limit: settings.utilisationMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
        },
        {
          name: '99th percentile of waits to run',
          value: latency.p99,
          unit: 'ns',
          limit: settings.p99NsMin,
          limitSource: 'detector.md#settings',
          artifact: artifact.id,
        },
      ],
      places: [],
    },
  ]
}
