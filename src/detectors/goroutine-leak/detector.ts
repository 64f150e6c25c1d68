// goroutine-leak: goroutines that never end: proven by the runtime, or many that wait at one line and become more. See detector.md.
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {
  dumpsOf,
  oldestStay,
  placesOfWaiters,
  type SeenDump,
  type Waiters,
  waitersOf,
  waitsForGoroutine,
  waitWords,
} from '../../diagnosis/goroutine-waits.ts'
import {trendOf} from '../../diagnosis/trend.ts'
import {firstUserFrame} from '../../diagnosis/user-frames.ts'

type Message = 'proven' | 'nil' | 'grows' | 'stay' | 'climbs' | 'stands' | 'crowd' | 'count'
type Settings = Readonly<
  Record<
    'countMin' | 'waitMinutesMin' | 'growthMin' | 'crowdMin' | 'crowdShareMin' | 'crowdTotalMin' | 'stayMin' | 'climbDumpsMin' | 'climbMin',
    number
  >
>

/** Waiting by design: accept loops, signal handling, the testing package. */
const ordinaryCreator = /^(?:net\/http\.\(\*(?:Server|Transport|persistConn|http2\w+)\)|os\/signal\.|testing\.|database\/sql\.OpenDB)/

const why = 'a goroutine that waits for ever keeps its stack and all that the stack refers to; the collector does not end goroutines'
const next = 'Give {function} a way out of every wait: a context, a closed channel, or a buffered channel for the one answer.'

export default defineDetector({
  id: 'goroutine-leak',
  title: 'Goroutines that never end',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/pprof/pprof.go',
    'https://github.com/golang/go/issues/74609',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go',
  ],
  settings: {
    countMin: {value: 100, unit: 'goroutines', source: 'detector.md#settings'},
    waitMinutesMin: {value: 5, unit: 'minutes', source: 'detector.md#settings'},
    growthMin: {value: 1.1, unit: 'last / first', source: 'detector.md#settings'},
    crowdMin: {value: 1000, unit: 'goroutines', source: 'detector.md#settings'},
    crowdShareMin: {value: 0.5, unit: 'of all goroutines', source: 'detector.md#settings'},
    climbDumpsMin: {value: 3, unit: 'dumps', source: 'detector.md#settings'},
    climbMin: {value: 2, unit: 'last / first', source: 'detector.md#settings'},
    stayMin: {value: 20, unit: 'goroutines in the first dump', source: 'detector.md#settings'},
    crowdTotalMin: {value: 200, unit: 'goroutines', source: 'detector.md#settings'},
  },
  messages: {
    proven: {
      what: '{count} goroutines are leaked at {site}',
      why: 'the collector found that nothing which could wake them can be reached any more',
      next,
    },
    nil: {
      what: '{count} goroutines wait on a nil channel at {site}',
      why: 'a send to a nil channel and a receive from one never go on (Go spec, Send statements and Receive operator)',
      next: 'Make the channel before {function} uses it; a nil channel has its place only as a case of a select that is switched off.',
    },
    grows: {
      what: 'goroutines that wait {wait} at {site} become more: {series}, the oldest for {minutes} minutes',
      why,
      next,
    },
    stay: {
      what: 'goroutines that wait {wait} at {site} become more: {series}, and those that were started first are the same in every dump',
      why,
      next,
    },
    climbs: {
      what: 'goroutines that wait {wait} at {site} become more in each dump: {series}',
      why: 'none has waited for five minutes: they are young, or something wakes them now and then, as a ticker does',
      next,
    },
    stands: {
      what: '{count} goroutines have waited {wait} at {site} for {minutes} minutes and longer, in {dumps} dumps',
      why: 'they may be leaked, or workers of a pool that have nothing to do: both look like this',
      next: 'Compare their number over a time with load: a pool stays as it is, a leak grows.',
    },
    crowd: {
      what: '{count} of {total} goroutines wait {wait} at {site}',
      why: 'one dump cannot tell a leak from a design with many waiting goroutines',
      next: 'Take a second dump a minute later, or with Go 1.26 the goroutineleak profile.',
    },
    count: {
      what: 'the number of goroutines grows from {first} to {last} over {span} s',
      why: 'it grows with load too: only the place where they wait tells which',
      next: 'Take two goroutine dumps a minute apart.',
    },
  },

  run(evidence, settings) {
    const dumps = dumpsOf(evidence)
    const found = [...ofLeakProfile(evidence), ...ofNilChannels(dumps)]
    found.push(...(dumps.length >= 2 ? ofDumps(dumps, settings) : ofOneDump(dumps, settings)))
    return found.some(one => one.message !== 'climbs') ? found : [...found, ...ofCounts(evidence, settings)]
  },
})

function ofLeakProfile(evidence: ProgramEvidence): Observed<Message>[] {
  return evidence
    .of('profile')
    .filter(artifact => artifact.data.profileType === 'goroutineleak')
    .flatMap(artifact => {
      const sites = new Map<string, {count: number; frames: ReturnType<typeof artifact.data.frames>}>()
      for (let sample = 0; sample < artifact.data.sampleCount; sample++) {
        const frames = artifact.data.frames(sample)
        const own = frames.slice(firstUserFrame(frames, artifact.program.module) ?? 0)
        const key = `${own[0]?.function} ${own[0]?.line}`
        const known = sites.get(key)
        if (known) known.count += artifact.data.value(sample, 0)
        else sites.set(key, {count: artifact.data.value(sample, 0), frames: own})
      }
      return [...sites.values()]
        .filter(site => site.count > 0 && site.frames[0] !== undefined)
        .sort((a, b) => b.count - a.count)
        .map(({count, frames}) => ({
          message: 'proven' as const,
          data: {count: String(count), site: shownFrame(frames[0]!), function: frames[0]!.function},
          subject: {kind: 'goroutines' as const, name: `leaked at ${frames[0]!.function}`},
          confidence: 0.98,
          measured: [{name: 'leaked goroutines', value: count, unit: 'goroutines', artifact: artifact.id}],
          places: placesOf(frames, 'waits here for ever'),
        }))
    })
}

/** The runtime names it in the state (runtime/runtime2.go, waitReasonChanReceiveNilChan, waitReasonChanSendNilChan). */
const onNilChannel = (waiters: Waiters) => waiters.groups.some(group => /\(nil chan\)/.test(group.state))

function ofNilChannels(dumps: readonly SeenDump[]): Observed<Message>[] {
  const last = dumps.findLast(({dump}) => dump.form === 'debug2' || dump.form === 'crash')
  if (last === undefined) return []
  return waitersOf(last.dump, last.artifact.program.module)
    .filter(waiters => onNilChannel(waiters) && waiters.frame.function !== 'main.main') // a way to wait for ever on purpose
    .map(waiters => ({
      message: 'nil' as const,
      data: {count: String(waiters.count), site: shownFrame(waiters.frame), function: waiters.frame.function},
      subject: {kind: 'goroutines' as const, name: `nil channel at ${waiters.frame.function}`},
      confidence: 0.97,
      measured: [
        {
          name: 'goroutines that wait at one line',
          value: waiters.count,
          unit: 'goroutines',
          artifact: last.artifact.id,
          at: `line ${waiters.groups[0]?.line ?? 1}`,
        },
      ],
      places: placesOfWaiters(waiters),
    }))
}

const suspicious = (waiters: Waiters) =>
  !onNilChannel(waiters) &&
  waitsForGoroutine(waiters.kind) &&
  waiters.kind !== 'lock' &&
  waiters.kind !== 'read-lock' &&
  !ordinaryCreator.test(waiters.createdBy?.function ?? '')

/** What the same group of waiters counts in every dump that tells as much: forms are not mixed, their keys differ. */
function ofDumps(all: readonly SeenDump[], settings: Settings): Observed<Message>[] {
  const form = all.some(({dump}) => dump.form === 'debug2') ? 'debug2' : all.at(-1)!.dump.form
  const dumps = all.filter(({dump}) => dump.form === form)
  const last = dumps.at(-1)!
  if (dumps.length < 2) return ofOneDump([last], settings)
  const earlier = dumps.slice(0, -1).map(({dump, artifact}) => new Map(waitersOf(dump, artifact.program.module).map(w => [w.key, w])))
  return waitersOf(last.dump, last.artifact.program.module)
    .filter(waiters => suspicious(waiters) && waiters.count >= settings.countMin)
    .flatMap(waiters => {
      const before = earlier.map(dump => dump.get(waiters.key))
      const counts = [...before.map(w => w?.count ?? 0), waiters.count]
      const first = counts[0] ?? 0
      const neverFalls = counts.every((count, i) => i === 0 || count >= (counts[i - 1] ?? 0))
      const oldest = waiters.waitMinutesMax ?? 0
      const timed = form === 'debug2' && oldest >= settings.waitMinutesMin
      if (!neverFalls) return []
      const grows = waiters.count >= settings.growthMin * Math.max(first, 1)
      const allWait =
        (waiters.waitMinutesMin ?? 0) >= settings.waitMinutesMin && (before.at(-1)?.waitMinutesMin ?? 0) >= settings.waitMinutesMin
      const climbs = dumps.length >= settings.climbDumpsMin && counts.every((count, i) => i === 0 || count > (counts[i - 1] ?? 0))
      const doubled = waiters.count >= settings.climbMin * Math.max(first, 1)
      const stay = form === 'debug2' && first >= settings.stayMin && doubled && oldestStay([...before, waiters])
      const message = grows && timed ? 'grows' : stay ? 'stay' : allWait ? 'stands' : climbs && doubled ? 'climbs' : undefined
      if (message === undefined) return []
      const confidence = confidenceOf(message, dumps.length)
      return [observe(message, waiters, last, settings, confidence, counts)]
    })
}

/** Two dumps show a difference, three a trend. */
function confidenceOf(message: 'grows' | 'stay' | 'climbs' | 'stands', dumps: number): number {
  if (message === 'grows') return dumps >= 3 ? 0.85 : 0.75
  if (message === 'stay') return dumps >= 3 ? 0.7 : 0.6
  return message === 'climbs' ? 0.45 : 0.4
}

function ofOneDump(dumps: readonly SeenDump[], settings: Settings): Observed<Message>[] {
  const last = dumps.at(-1)
  if (last === undefined) return []
  const {total} = last.dump
  return waitersOf(last.dump, last.artifact.program.module)
    .filter(waiters => suspicious(waiters))
    .filter(
      waiters => waiters.count >= settings.crowdMin || (total >= settings.crowdTotalMin && waiters.count >= settings.crowdShareMin * total),
    )
    .map(waiters => observe('crowd', waiters, last, settings, 0.35, [waiters.count]))
}

function observe(
  message: Message,
  waiters: Waiters,
  last: SeenDump,
  settings: Settings,
  confidence: number,
  counts: readonly number[],
): Observed<Message> {
  return {
    message,
    data: {
      count: String(waiters.count),
      total: String(last.dump.total),
      wait: waitWords[waiters.kind],
      site: shownFrame(waiters.frame),
      function: waiters.frame.function,
      series: counts.join(' → '),
      dumps: String(counts.length),
      minutes: String((message === 'grows' ? waiters.waitMinutesMax : waiters.waitMinutesMin) ?? 0),
    },
    subject: {kind: 'goroutines', name: `${waiters.kind} at ${waiters.frame.function}`},
    confidence,
    ...(message === 'grows' || message === 'stay' ? {} : {severity: 'info' as const}),
    measured: [
      {
        name: 'goroutines that wait at one line',
        value: waiters.count,
        unit: 'goroutines',
        limit: message === 'crowd' ? settings.crowdMin : settings.countMin,
        limitSource: 'detector.md#settings',
        artifact: last.artifact.id,
        at: `line ${waiters.groups[0]?.line ?? 1}`,
      },
      {name: 'all goroutines', value: last.dump.total, unit: 'goroutines', artifact: last.artifact.id},
      ...(waiters.waitMinutesMax === undefined
        ? []
        : [
            {name: 'longest wait, as the collector stamped it', value: waiters.waitMinutesMax, unit: 'minutes', artifact: last.artifact.id},
          ]),
    ],
    places: placesOfWaiters(waiters),
  }
}

function ofCounts(evidence: ProgramEvidence, settings: Settings): Observed<Message>[] {
  return evidence.of('metrics').flatMap(artifact => {
    const points = artifact.data.points.flatMap(point => {
      const value = point.values.get('/sched/goroutines:goroutines') ?? point.values.get('go_goroutines')
      return value === undefined || point.timeUnixNs === undefined ? [] : [[Number(point.timeUnixNs / 1_000_000n) / 1e3, value] as const]
    })
    const trend = trendOf(points)
    if (trend === undefined || points.length < 8 || trend.span < 60 || trend.rising < 0.9) return []
    if (trend.last < settings.crowdTotalMin || trend.last < 2 * trend.first) return []
    return [
      {
        message: 'count' as const,
        data: {first: String(trend.first), last: String(trend.last), span: trend.span.toFixed(0)},
        subject: {kind: 'goroutines' as const, name: 'all goroutines'},
        confidence: 0.45,
        severity: 'info' as const,
        measured: [
          {name: 'goroutines at the start', value: trend.first, unit: 'goroutines', artifact: artifact.id},
          {name: 'goroutines at the end', value: trend.last, unit: 'goroutines', artifact: artifact.id},
        ],
        places: [],
      },
    ]
  })
}
