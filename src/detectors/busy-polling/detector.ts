// busy-polling: a function takes a processor by asking a channel without waiting, again and again. See detector.md.
import {defineDetector, type Identified, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {anyFrame, type CallerShare, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'
import {isStandardLibrary} from '../../diagnosis/user-frames.ts'
import type {Frame, Profile} from '../../evidence/model/profile.ts'

type Settings = Readonly<Record<'cpusMin' | 'samplesMin' | 'askingShareMin' | 'goroutineShareMin' | 'secondsMin', number>>

/** What the compiler makes of a select with one case and a default (runtime/chan.go, Go 1.5 to 1.26). */
const asks = anyFrame(/^runtime\.selectnb(?:recv2?|send)$/)
const readsClock = anyFrame(/^time\.(?:Now|Since|Until|now|runtimeNow)$/)
/** Calls that may wait, whether they did or not: channels, select, locks, sleep, the network, the kernel. */
const mayWait = anyFrame(
  /^(?:runtime\.(?:gopark|chanrecv[12]|chansend1|selectgo|semacquire\w*)|time\.Sleep|sync\.runtime_\w*|(?:sync|internal\/sync)\.\(\*(?:RW)?Mutex\)\.\w+|(?:internal\/poll|syscall|internal\/runtime\/syscall)\..*)$/,
)

export default defineDetector({
  id: 'busy-polling',
  title: 'A loop takes a processor by asking a channel without waiting',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://go.dev/ref/spec#Select_statements',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/chan.go',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/pprof/pprof.go',
  ],
  settings: {
    cpusMin: {value: 0.25, unit: 'CPUs', source: 'detector.md#settings'},
    samplesMin: {value: 3, unit: 'samples', source: 'detector.md#settings'},
    askingShareMin: {value: 0.2, unit: "of the function's CPU time beside the clock", source: 'detector.md#settings'},
    goroutineShareMin: {value: 0.9, unit: "of the goroutines' CPU time", source: 'detector.md#settings'},
    secondsMin: {value: 1, unit: 's', source: 'detector.md#settings'},
  },
  messages: {
    polls: {
      what: '{function} takes {cpus} CPUs of the {seconds} s, and asks a channel without waiting at {site}',
      why: 'a select with a default comes back at once whenever no channel is ready, so a loop around it runs all the time, with or without work',
      next: 'Leave the default out and let select wait; for what is to be done at a certain time add a case with a Timer or Ticker.',
    },
  },

  run: (evidence, settings) =>
    evidence.of('profile').flatMap(artifact => (artifact.data.profileType === 'cpu' ? ofProfile(artifact, settings) : [])),
})

function ofProfile(artifact: Identified<'profile'>, settings: Settings): Observed<'polls'>[] {
  const profile = artifact.data
  const seconds = Number(profile.durationNanos) / 1e9
  if (seconds < settings.secondsMin) return []
  const time = timeIndex(profile)
  const {callers} = shareOf(profile, time, askedByProgram, artifact.program.module)
  const askers = new Map<string, CallerShare>()
  for (const caller of callers) {
    const known = askers.get(caller.frame.function)
    if (known === undefined) askers.set(caller.frame.function, {...caller})
    else {
      known.samples += caller.samples
      known.value += caller.value
    }
  }
  return [...askers.values()].flatMap((asker): Observed<'polls'>[] => {
    const {frame} = asker
    const {whole, clock, goroutine, waiting} = timesOf(profile, time, frame.function)
    const cpus = whole / 1e9 / seconds
    const asking = whole > clock ? asker.value / (whole - clock) : 0
    if (asker.samples < settings.samplesMin || cpus < settings.cpusMin || asking < settings.askingShareMin) return []
    if (whole < settings.goroutineShareMin * goroutine || waiting > 0) return []
    return [
      {
        message: 'polls',
        data: {function: frame.function, cpus: cpus.toFixed(2), seconds: seconds.toFixed(0), site: shownFrame(frame)},
        subject: {kind: 'site', name: frame.function},
        confidence: 0.85,
        measured: [
          {
            name: 'CPUs',
            value: Number(cpus.toFixed(3)),
            unit: 'CPUs',
            limit: settings.cpusMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
          {
            name: 'samples that ask a channel',
            value: asker.samples,
            unit: 'samples',
            limit: settings.samplesMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
          {
            name: "share of the function's CPU time beside the clock",
            value: Number(asking.toFixed(4)),
            unit: '1',
            limit: settings.askingShareMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
        ],
        places: placesOf(asker.stack, 'asks here without waiting'),
      },
    ]
  })
}

/** Asked by the program itself; what net/http and others ask beside their work is their business. */
function askedByProgram(frames: readonly Frame[]): number | undefined {
  const at = asks(frames)
  const caller = at === undefined ? undefined : frames[at + 1]
  return caller === undefined || isStandardLibrary(caller.function) ? undefined : at
}

interface Times {
  /** In the function and what it calls. */
  readonly whole: number
  /** Of that, reading the clock. */
  readonly clock: number
  /** In all of the goroutines that begin with the functions this one's do. */
  readonly goroutine: number
  /** Of that, in calls that may wait. */
  readonly waiting: number
}

function timesOf(profile: Profile, time: number, name: string): Times {
  const starts = new Set<string>()
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const frames = profile.frames(sample)
    if (frames.some(frame => frame.function === name)) starts.add(startOf(frames))
  }
  let [whole, clock, goroutine, waiting] = [0, 0, 0, 0]
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const frames = profile.frames(sample)
    if (!starts.has(startOf(frames))) continue
    const value = profile.value(sample, time)
    goroutine += value
    if (mayWait(frames) !== undefined) waiting += value
    if (!frames.some(frame => frame.function === name)) continue
    whole += value
    if (readsClock(frames) !== undefined) clock += value
  }
  return {whole, clock, goroutine, waiting}
}

/** The function a goroutine begins with. */
const startOf = (frames: readonly Frame[]) => frames.findLast(frame => frame.function !== 'runtime.goexit')?.function ?? ''
