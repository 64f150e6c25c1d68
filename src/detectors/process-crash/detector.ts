// process-crash: how the process died, and the line to look at. See detector.md.
import {defineDetector, type Identified, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import type {Crash, CrashClass} from '../../evidence/model/crash.ts'

const messages = {
  'concurrent-map': {
    what: 'the runtime stopped the process: {message}{site}',
    why: 'a map was used by two goroutines at once, one of them writing; this is a fatal error that recover does not catch, and the dump does not show the other goroutine as such',
    next: 'Guard the map with a mutex, and run the tests with -race to see both accesses.',
  },
  deadlock: {
    what: 'the runtime stopped the process: {message}{site}',
    why: 'no goroutine could ever run again; the runtime only sees this when all of them are stuck',
    next: 'Look at what each goroutine of the dump waits for.',
  },
  'closed-channel': {
    what: 'the process panicked: {message}{site}',
    why: 'a send on a closed channel and a second close panic; a receive from a closed channel does not',
    next: 'Let only the sender close the channel, once, after its last send.',
  },
  'late-log': {
    what: 'a test was logged to after it had ended{site}',
    why: 'a goroutine that the test started outlived it, so the test and its clean-up do not wait for it',
    next: 'Wait for the goroutine before the test returns.',
  },
  threads: {
    what: 'the process could not make another thread: {message}{site}',
    why: 'a thread is kept by every goroutine that blocks in a system call or in C, and threads that were made are kept for reuse',
    next: 'Bound how many goroutines may block in system calls or C at once, and check the limits of the system.',
  },
  memory: {
    what: 'the process ran out of memory: {message}{site}',
    why: 'the place is where the last allocation failed, which need not be what fills the memory',
    next: 'Compare heap profiles from before, and the process size with what the Go heap holds.',
  },
  pointer: {
    what: 'a check of pointers stopped the process: {message}{site}',
    why: 'cgo and checkptr check rules of unsafe.Pointer and of passing pointers at run time; what they report is a bug even where it used to work',
    next: 'Look at the conversion or the call in this line.',
  },
  'test-timeout': {
    what: 'a test ran into its time limit: {message}{site}',
    why: 'the panic is made by the testing package; the goroutines in the dump say what the test was waiting for',
    next: 'Look at the goroutines of the test in the dump.',
  },
  'native-signal': {
    what: 'a signal stopped the process inside C code: {message}{site}',
    why: 'the Go frames show the call into C; what went wrong may have happened earlier, in C memory',
    next: 'Run the same with the C library under AddressSanitizer, or look at the core with gdb.',
  },
  panic: {
    what: 'the process panicked: {message}{site}',
    why: 'nothing on the stack recovered it; the line is the first of the program itself behind the panic',
    next: 'Look at the value that this line uses.',
  },
  fatal: {
    what: 'the runtime stopped the process: {message}{site}',
    why: 'a fatal error of the runtime is not a panic: recover does not catch it',
    next: 'Look at the first line of the program itself in the goroutine that failed.',
  },
} as const

type Message = keyof typeof messages

const byClass: Partial<Record<CrashClass, Message>> = {
  'concurrent-map': 'concurrent-map',
  deadlock: 'deadlock',
  'closed-channel': 'closed-channel',
  'thread-exhaustion': 'threads',
  'out-of-memory': 'memory',
  'cgo-pointer': 'pointer',
  checkptr: 'pointer',
  'test-timeout': 'test-timeout',
}

export default defineDetector({
  id: 'process-crash',
  title: 'The process died, or a goroutine panicked',
  severity: 'error',
  since: '0.1',
  sources: ['https://github.com/golang/go/blob/go1.26.0/src/runtime/panic.go', 'https://go.dev/ref/spec#Handling_panics'],
  settings: {},
  messages,

  run(evidence) {
    const found = new Map<string, Observed<Message>>()
    for (const artifact of evidence.of('crash')) {
      if (artifact.data.class === 'quit' || artifact.data.class === 'http-handler-panic') continue
      const one = observe(artifact)
      if (!found.has(one.subject.name)) found.set(one.subject.name, one) // a log often holds the same end twice
    }
    return [...found.values()]
  },
})

function observe(artifact: Identified<'crash'>): Observed<Message> {
  const crash = artifact.data
  const site = crash.site
  const frames = crash.goroutine?.frames ?? []
  const at = site === undefined ? -1 : frames.findIndex(frame => frame.function === site.function && frame.line === site.line)
  return {
    message: messageOf(crash),
    data: {
      message: crash.message.slice(0, 200),
      class: crash.class,
      site: site === undefined ? '' : `, at ${shownFrame(site)}`,
    },
    subject: {kind: 'process', name: `${crash.class}${site === undefined ? '' : ` in ${site.function}`}`},
    confidence: 0.99,
    measured: [
      {name: 'goroutines in the dump', value: crash.goroutines.total, unit: 'goroutines', artifact: artifact.id},
      ...(crash.throws > 1 ? [{name: 'threads that failed at once', value: crash.throws, unit: 'threads', artifact: artifact.id}] : []),
    ],
    places: site === undefined ? [] : placesOf(at < 0 ? [site] : frames.slice(at, at + 4), 'failed here'),
  }
}

/** What a failure means and what to do next, for answers that need no whole diagnosis. */
export const crashAdvice = (crash: Crash): {readonly why: string; readonly next: string} => messages[messageOf(crash)]

function messageOf(crash: Crash): Message {
  if (/^Log in goroutine after \S+ has completed/.test(crash.message)) return 'late-log'
  const named = byClass[crash.class]
  if (named !== undefined) return named
  if (crash.signal?.duringCgo === true) return 'native-signal'
  return crash.severity === 'panic' || crash.class === 'nil-dereference' ? 'panic' : 'fatal'
}
