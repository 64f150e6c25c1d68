// timer-goroutines: timers take CPU time, pile up on one P, or hold many goroutines of one line. See detector.md.
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {dumpsOf, placesOfWaiters, waitersOf} from '../../diagnosis/goroutine-waits.ts'
import {anyFrame, percent, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'

const timerWork =
  /^(?:runtime\.(?:timerproc|runtimer|runOneTimer|checkTimers|adjusttimers|siftupTimer|siftdownTimer|addtimer\w*|modtimer|deltimer|doaddtimer|\(\*timers\)\.\w+|\(\*timer\)\.\w+))$/

type Message = 'cpu' | 'heap' | 'sleepers'
type Settings = Readonly<Record<'shareMin' | 'samplesMin' | 'timersMin' | 'sleepersMin', number>>

export default defineDetector({
  id: 'timer-goroutines',
  title: 'Timers take CPU time or hold many goroutines',
  severity: 'warning',
  since: '0.1',
  sources: ['https://github.com/golang/go/blob/go1.26.0/src/runtime/time.go', 'https://go.dev/doc/go1.23#timer-changes'],
  settings: {
    shareMin: {value: 0.08, unit: 'of CPU time', source: 'detector.md#settings'},
    samplesMin: {value: 50, unit: 'samples', source: 'detector.md#settings'},
    timersMin: {value: 10_000, unit: 'timers on one P', source: 'detector.md#settings'},
    sleepersMin: {value: 100, unit: 'goroutines', source: 'detector.md#settings'},
  },
  messages: {
    cpu: {
      what: 'making, moving and running timers takes {share} of the CPU time, most of it from {site}',
      why: 'every timer goes into the heap of its P and out of it again, and each costs work that grows with the number of timers',
      next: 'Make one timer before the loop and Reset it, instead of time.After in each turn.',
    },
    heap: {
      what: 'one P holds {timers} timers',
      why: 'that many are rarely meant: each is a time-out that was made and has neither fired nor been stopped',
      next: 'Stop timers and cancel contexts when what they guard is done.',
    },
    sleepers: {
      what: '{count} goroutines sleep at {site}',
      why: 'a sleeping goroutine holds its stack and what the stack refers to, and does not hear of a cancelled context',
      next: 'Use one timer, or select on a timer and the context.',
    },
  },

  run: (evidence, settings) => [...ofProfiles(evidence, settings), ...ofTimers(evidence, settings), ...ofSleepers(evidence, settings)],
})

function ofProfiles(evidence: ProgramEvidence, settings: Settings): Observed<Message>[] {
  return evidence.of('profile').flatMap(artifact => {
    if (artifact.data.profileType !== 'cpu') return []
    const share = shareOf(artifact.data, timeIndex(artifact.data), anyFrame(timerWork), artifact.program.module)
    const [site] = share.callers
    if (site === undefined || share.share < settings.shareMin || share.samples < settings.samplesMin) return []
    return [
      {
        message: 'cpu' as const,
        data: {share: percent(share.share), site: shownFrame(site.frame)},
        subject: {kind: 'site' as const, name: site.frame.function},
        confidence: 0.8,
        measured: [
          {
            name: 'share of CPU time in timers',
            value: Number(share.share.toFixed(4)),
            unit: '1',
            limit: settings.shareMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
          {name: 'samples in timers', value: share.samples, unit: 'samples', limit: settings.samplesMin, artifact: artifact.id},
        ],
        places: placesOf(site.stack, 'makes or runs timers'),
      },
    ]
  })
}

function ofTimers(evidence: ProgramEvidence, settings: Settings): Observed<Message>[] {
  return evidence.of('schedtrace').flatMap(artifact => {
    let most: {readonly timers: number; readonly line: number} | undefined
    for (const sample of artifact.data.samples)
      for (const proc of sample.procs ?? []) {
        const timers = proc.timers ?? 0
        if (timers > (most?.timers ?? 0)) most = {timers, line: sample.line}
      }
    if (most === undefined || most.timers < settings.timersMin) return []
    return [
      {
        message: 'heap' as const,
        data: {timers: String(most.timers)},
        subject: {kind: 'process' as const, name: 'timers'},
        confidence: 0.8,
        measured: [
          {
            name: 'timers on one P',
            value: most.timers,
            unit: 'timers',
            limit: settings.timersMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
            at: `line ${most.line}`,
          },
        ],
        places: [],
      },
    ]
  })
}

function ofSleepers(evidence: ProgramEvidence, settings: Settings): Observed<Message>[] {
  const last = dumpsOf(evidence).at(-1)
  if (last === undefined) return []
  return waitersOf(last.dump, last.artifact.program.module)
    .filter(waiters => waiters.kind === 'sleep' && waiters.count >= settings.sleepersMin)
    .map(waiters => ({
      message: 'sleepers' as const,
      data: {count: String(waiters.count), site: shownFrame(waiters.frame)},
      subject: {kind: 'goroutines' as const, name: `sleep at ${waiters.frame.function}`},
      confidence: 0.7,
      measured: [
        {
          name: 'goroutines that sleep at one line',
          value: waiters.count,
          unit: 'goroutines',
          limit: settings.sleepersMin,
          limitSource: 'detector.md#settings',
          artifact: last.artifact.id,
          at: `line ${waiters.groups[0]?.line ?? 1}`,
        },
      ],
      places: placesOfWaiters(waiters),
    }))
}
