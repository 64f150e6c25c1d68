// threads-grow: the process makes more and more threads, because its goroutines block in system calls or C. See detector.md.
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {shownFrame} from '../../diagnosis/frame-places.ts'
import {dumpsOf, placesOfWaiters, type Waiters, waitersOf} from '../../diagnosis/goroutine-waits.ts'
import {trendOf} from '../../diagnosis/trend.ts'

type Message = 'grows' | 'many' | 'exhausted'
type Settings = Readonly<Record<'slopeMin' | 'spanSecondsMin' | 'blockedMin' | 'perProc' | 'extra', number>>

interface Counted {
  readonly artifact: string
  readonly source: string
  /** Seconds and threads that are not idle. */
  readonly points: readonly (readonly [number, number])[]
  readonly gomaxprocs: number | undefined
}

export default defineDetector({
  id: 'threads-grow',
  title: 'Threads become more because goroutines block in system calls or C',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go',
    'https://pkg.go.dev/runtime/debug#SetMaxThreads',
    'https://pkg.go.dev/runtime/metrics#hdr-Supported_metrics',
  ],
  settings: {
    slopeMin: {value: 1, unit: 'threads/s', source: 'detector.md#settings'},
    spanSecondsMin: {value: 10, unit: 's', source: 'detector.md#settings'},
    blockedMin: {value: 20, unit: 'goroutines', source: 'detector.md#settings'},
    perProc: {value: 4, unit: 'threads for each P', source: 'detector.md#settings'},
    extra: {value: 20, unit: 'threads', source: 'detector.md#settings'},
  },
  messages: {
    grows: {
      what: 'threads in use grow from {first} to {last} over {span} s ({source}){blocked}',
      why: 'a goroutine in a blocking system call or in C keeps its thread, and the runtime makes another for the rest; threads are kept for reuse afterwards, so the level alone says little',
      next: 'Bound how many goroutines may be in such calls at once, with a semaphore around them.',
    },
    many: {
      what: '{last} threads are in use with GOMAXPROCS={gomaxprocs} ({source}){blocked}',
      why: 'a goroutine in a blocking system call or in C keeps its thread; GOMAXPROCS only bounds those that run Go code',
      next: 'Bound how many goroutines may be in such calls at once, with a semaphore around them.',
    },
    exhausted: {
      what: 'the process could not make another thread: {message}{blocked}',
      why: 'the runtime stops at 10,000 threads unless SetMaxThreads says otherwise, and the system may have a lower limit',
      next: 'Bound how many goroutines may be in system calls or C at once; a higher limit only moves the end.',
    },
  },

  run(evidence, settings) {
    const blocked = blockedOf(evidence, settings)
    const found: Observed<Message>[] = []
    for (const artifact of evidence.of('crash'))
      if (artifact.data.class === 'thread-exhaustion')
        found.push({...observe('exhausted', blocked, {message: artifact.data.message}), confidence: 0.98, severity: 'error'})
    for (const counted of seriesOf(evidence)) {
      const one = judge(counted, blocked, settings)
      if (one) found.push(one)
    }
    return found
  },
})

/** Goroutines in C or system calls at one line, most first, of the last dump that shows enough of them: the very last may be of a crash that ended it. */
function blockedOf(evidence: ProgramEvidence, settings: Settings): {waiters: Waiters; artifact: string} | undefined {
  for (const {dump, artifact} of dumpsOf(evidence).toReversed()) {
    const most = waitersOf(dump, artifact.program.module).find(w => w.kind === 'c-call' || w.kind === 'syscall')
    if (most !== undefined && most.count >= settings.blockedMin) return {waiters: most, artifact: artifact.id}
  }
  return undefined
}

function seriesOf(evidence: ProgramEvidence): Counted[] {
  const series: Counted[] = evidence.of('schedtrace').map(artifact => ({
    artifact: artifact.id,
    source: 'schedtrace',
    points: artifact.data.samples.map(sample => [sample.atMs / 1e3, sample.threads - sample.idlethreads] as const),
    gomaxprocs: artifact.data.samples.at(-1)?.gomaxprocs,
  }))
  for (const artifact of evidence.of('metrics')) {
    const points = artifact.data.points.flatMap(point => {
      const value = point.values.get('/sched/threads/total:threads') ?? point.values.get('go_threads')
      return value === undefined || point.timeUnixNs === undefined ? [] : [[Number(point.timeUnixNs / 1_000_000n) / 1e3, value] as const]
    })
    const gomaxprocs = artifact.data.points.at(-1)?.values.get('/sched/gomaxprocs:threads')
    if (points.length > 0) series.push({artifact: artifact.id, source: artifact.data.source, points, gomaxprocs})
  }
  return series
}

function judge(counted: Counted, blocked: ReturnType<typeof blockedOf>, settings: Settings): Observed<Message> | undefined {
  const trend = trendOf(counted.points)
  if (trend === undefined) return undefined
  const enough = settings.perProc * (counted.gomaxprocs ?? 1) + settings.extra
  const grows = trend.span >= settings.spanSecondsMin && trend.slope >= settings.slopeMin && trend.rising >= 0.9 && trend.last >= enough
  // A level needs somebody who blocks: threads are never given back.
  const many = counted.gomaxprocs !== undefined && trend.last > enough && blocked !== undefined
  if (!grows && !many) return undefined
  const data = {
    first: String(trend.first),
    last: String(trend.last),
    span: trend.span.toFixed(0),
    source: counted.source,
    gomaxprocs: String(counted.gomaxprocs ?? 0),
  }
  const one = observe(grows ? 'grows' : 'many', blocked, data)
  return {
    ...one,
    confidence: grows ? (blocked === undefined ? 0.75 : 0.9) : 0.6,
    measured: [
      {
        name: 'threads made in a second',
        value: Number(trend.slope.toFixed(2)),
        unit: '1/s',
        limit: settings.slopeMin,
        limitSource: 'detector.md#settings',
        artifact: counted.artifact,
      },
      {
        name: 'threads in use at the end',
        value: trend.last,
        unit: 'threads',
        limit: enough,
        limitSource: 'detector.md#settings',
        artifact: counted.artifact,
      },
      ...one.measured,
    ],
  }
}

function observe(message: Message, blocked: ReturnType<typeof blockedOf>, data: Readonly<Record<string, string>>): Observed<Message> {
  const inside = blocked?.waiters.kind === 'c-call' ? 'in C' : 'in system calls'
  return {
    message,
    data: {
      ...data,
      blocked: blocked === undefined ? '' : `; ${blocked.waiters.count} goroutines are ${inside} at ${shownFrame(blocked.waiters.frame)}`,
    },
    subject: {kind: 'process', name: 'threads'},
    confidence: 0.75,
    measured:
      blocked === undefined
        ? []
        : [
            {
              name: `goroutines ${inside}`,
              value: blocked.waiters.count,
              unit: 'goroutines',
              artifact: blocked.artifact,
              at: `line ${blocked.waiters.groups[0]?.line ?? 1}`,
            },
          ],
    places: blocked === undefined ? [] : placesOfWaiters(blocked.waiters),
  }
}
