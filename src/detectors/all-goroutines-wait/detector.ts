// all-goroutines-wait: a dump in which goroutines wait for each other and nothing can wake them. See detector.md.
import {blockingOf, blockingWords, type Blocking} from '../../diagnosis/blocking-class.ts'
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {shownFrame} from '../../diagnosis/frame-places.ts'
import {dumpsOf, placesOfWaiters, type SeenDump, waitKind, waitsForGoroutine, waitWords} from '../../diagnosis/goroutine-waits.ts'
import {firstUserFrame} from '../../diagnosis/user-frames.ts'

type Message = 'fatal' | 'time-out' | 'left-over' | 'long' | 'excerpt'

export default defineDetector({
  id: 'all-goroutines-wait',
  title: 'Goroutines wait for each other and nothing in the dump can wake them',
  severity: 'error',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go',
    'https://lujie.ac.cn/files/papers/GoBench.pdf',
  ],
  settings: {
    longMinutesMin: {value: 5, unit: 'minutes', source: 'detector.md#settings'},
  },
  messages: {
    fatal: {
      what: 'all goroutines wait for each other: {class}; {waits}',
      why: 'the runtime itself found that no goroutine can run again',
      next: 'Follow who would have to release what the first of them waits for.',
    },
    'time-out': {
      what: 'when the test was stopped, {class}; {waits}',
      why: 'the dump was made because the test did not end in its time',
      next: 'Follow who would have to release what the first of them waits for.',
    },
    'left-over': {
      what: 'goroutines were left over at the end of the test: {class}; {waits}',
      why: 'the leak check of the test had waited for them to end',
      next: 'Give each a way to end before the test returns.',
    },
    long: {
      what: '{class}, for {minutes} minutes and longer; {waits}',
      why: 'the collector stamps waiting goroutines, so a wait is at least as long as the dump says; nobody waits this long for a lock or a send on purpose',
      next: 'Take a second dump a minute later: what still stands there is stuck.',
    },
    excerpt: {
      what: 'no goroutine of this dump can run: {class}; {waits}',
      why: 'if the dump is whole nothing can wake them; if it is an excerpt this says little',
      next: 'Take a whole dump with the debug=2 form, and a second one a minute later.',
    },
  },

  run(evidence, settings) {
    const seen = dumpsOf(evidence).filter(({dump}) => dump.form !== 'profile' && dump.form !== 'debug1')
    const found = [ofCrash(evidence), ofLeftOvers(seen), ofLongWaits(seen, settings.longMinutesMin), ofExcerpt(seen)]
    return found.filter(one => one !== undefined).slice(0, 1)
  },
})

function ofCrash(evidence: ProgramEvidence): Observed<Message> | undefined {
  for (const artifact of evidence.of('crash')) {
    const crash = artifact.data
    const fatal = crash.class === 'deadlock'
    // Only a test that gives up waiting means this by a panic; elsewhere "timeout" is any error text.
    const inTest = crash.goroutine?.frames.some(frame => frame.function.startsWith('testing.tRunner')) === true
    const timedOut = crash.class === 'test-timeout' || (crash.severity === 'panic' && inTest && /\btimed? ?out\b/i.test(crash.message))
    if (!fatal && !timedOut) continue
    const blocking = blockingOf([crash.goroutines], artifact.program.module)
    if (blocking === undefined) continue
    return observe(fatal ? 'fatal' : 'time-out', blocking, artifact.id, fatal ? 0.99 : 0.8)
  }
  return undefined
}

/** What a leak checker printed: goroutines beside the one that runs the test. */
function ofLeftOvers(seen: readonly SeenDump[]): Observed<Message> | undefined {
  const left = seen.find(({artifact}) => artifact.format === 'dumps/goleak')
  if (left === undefined) return undefined
  const blocking = blockingOf(
    seen.filter(({dump}) => canOnlyWait(dump)).map(({dump}) => dump),
    left.artifact.program.module,
  )
  return blocking && observe('left-over', blocking, left.artifact.id, 0.7, 'warning')
}

/** Locks and sends only: who receives or selects may be idle by design. */
function ofLongWaits(seen: readonly SeenDump[], minutes: number): Observed<Message> | undefined {
  const last = seen.at(-1)
  const blocking = last && blockingOf([last.dump], last.artifact.program.module)
  const long = blocking?.waiters.filter(
    waiters =>
      (waiters.kind === 'lock' || waiters.kind === 'read-lock' || waiters.kind === 'channel-send') &&
      (waiters.waitMinutesMin ?? 0) >= minutes,
  )
  if (last === undefined || blocking === undefined || long === undefined || long.length === 0) return undefined
  const locks = long.some(waiters => waiters.kind !== 'channel-send')
  return observe('long', blocking, last.artifact.id, locks ? 0.75 : 0.45, locks ? 'warning' : 'info', long[0]?.waitMinutesMin)
}

function ofExcerpt(seen: readonly SeenDump[]): Observed<Message> | undefined {
  const last = seen.at(-1)
  if (last === undefined || !canOnlyWait(last.dump)) return undefined
  const blocking = blockingOf([last.dump], last.artifact.program.module)
  return blocking && observe('excerpt', blocking, last.artifact.id, 0.4, 'info')
}

/** Whether every goroutine with a frame of the user's own waits for another goroutine; the runtime's own are left out. */
const canOnlyWait = (dump: SeenDump['dump']) =>
  dump.groups.every(group => firstUserFrame(group.frames) === undefined || waitsForGoroutine(waitKind(group)))

function observe(
  message: Message,
  blocking: Blocking,
  artifact: string,
  confidence: number,
  severity?: 'warning' | 'info',
  minutes?: number,
): Observed<Message> {
  const shown = blocking.waiters.slice(0, 3)
  const waits = shown.map(
    waiters => `${waiters.count} wait${waiters.count === 1 ? 's' : ''} ${waitWords[waiters.kind]} at ${shownFrame(waiters.frame)}`,
  )
  return {
    message,
    data: {class: blockingWords[blocking.class], blocking: blocking.class, waits: waits.join(', '), minutes: String(minutes ?? 0)},
    subject: {kind: 'goroutines', name: `blocked (${blocking.class})`},
    confidence,
    ...(severity === undefined ? {} : {severity}),
    measured: shown.map(waiters => ({
      name: `goroutines that wait ${waitWords[waiters.kind]}`,
      value: waiters.count,
      unit: 'goroutines',
      artifact,
      at: `line ${waiters.groups[0]?.line ?? 1}`,
    })),
    places: shown.flatMap((waiters, i) =>
      placesOfWaiters(waiters)
        .filter(place => i === 0 || place.role === 'primary')
        .map(place => (i === 0 ? place : {...place, role: 'related' as const})),
    ),
  }
}
