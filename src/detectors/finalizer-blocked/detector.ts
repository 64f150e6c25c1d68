// finalizer-blocked: the goroutine that runs finalizers or cleanups waits inside one, and all others behind it. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {shownFrame} from '../../diagnosis/frame-places.ts'
import {dumpsOf, placesOfWaiters, type SeenDump, type Waiters, waitersOf, waitWords} from '../../diagnosis/goroutine-waits.ts'

type Message = 'stuck' | 'again' | 'seen'

/** What the goroutines of finalizers and cleanups run in; cleanups had those of finalizers in Go 1.24 (runtime/mfinal.go, mcleanup.go). */
const runners: readonly (readonly [entry: RegExp, what: string])[] = [
  [/^runtime\.(?:runFinalizers|runfinq)$/, 'finalizers'],
  [/^runtime\.runCleanups$/, 'cleanups'],
]

const next =
  'Do not wait in {function}: free without waiting there, hand what takes time to a goroutine of its own, and give the owner a Close that is called.'

export default defineDetector({
  id: 'finalizer-blocked',
  title: 'A finalizer waits, and all others behind it',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://pkg.go.dev/runtime#SetFinalizer',
    'https://pkg.go.dev/runtime#AddCleanup',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/mfinal.go',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/mcleanup.go',
  ],
  settings: {
    minutesMin: {value: 1, unit: 'minutes', source: 'detector.md#settings'},
  },
  messages: {
    stuck: {
      what: 'the goroutine that runs {kind} waits {wait} at {site}, for {minutes} minutes and longer',
      why: '{alone}: what comes behind this one is not run, and all that it would free or close stays, with the objects themselves',
      next,
    },
    again: {
      what: 'the goroutine that runs {kind} waits {wait} at {site}, in {dumps} dumps',
      why: '{alone}: what comes behind this one waits as well; it is stuck there, or too slow for what there is to free',
      next,
    },
    seen: {
      what: 'the goroutine that runs {kind} waits {wait} at {site}',
      why: '{alone}; one dump does not tell whether it waits long',
      next: 'Take a second dump a minute later: if it still waits there, everything that finalizers free piles up.',
    },
  },

  run(evidence, settings) {
    const dumps = dumpsOf(evidence)
    const last = dumps.at(-1)
    if (last === undefined) return []
    return runners.flatMap(([entry, kind]) =>
      blockedIn(last, entry).map((waiters): Observed<Message> => {
        const minutes = waiters.waitMinutesMin ?? 0
        const same = waiters.oldestIds.length > 0 ? dumps.slice(0, -1).filter(dump => isThere(dump, entry, waiters)).length : 0
        const message = minutes >= settings.minutesMin ? 'stuck' : same > 0 ? 'again' : 'seen'
        return {
          message,
          data: {
            kind,
            wait: waitWords[waiters.kind],
            site: shownFrame(waiters.frame),
            function: waiters.frame.function,
            minutes: String(minutes),
            dumps: String(same + 1),
            alone:
              kind === 'finalizers'
                ? 'one goroutine runs all finalizers of a program, one after the other'
                : 'few goroutines run all cleanups of a program, at most a quarter of GOMAXPROCS and at least one',
          },
          subject: {kind: 'goroutines', name: `${kind} at ${waiters.frame.function}`},
          confidence: {stuck: 0.9, again: 0.75, seen: 0.45}[message],
          severity: message === 'seen' ? 'info' : 'warning',
          measured: [
            {
              name: 'shortest wait',
              value: minutes,
              unit: 'minutes',
              limit: settings.minutesMin,
              limitSource: 'detector.md#settings',
              artifact: last.artifact.id,
              at: `line ${waiters.groups[0]?.line ?? 1}`,
            },
            {name: 'earlier dumps with the same goroutine at this line', value: same, unit: 'dumps', artifact: last.artifact.id},
          ],
          places: placesOfWaiters(waiters),
        }
      }),
    )
  },
})

/** Finalizers of the program that wait; those of the standard library (a file that is closed) are left out, as is one that runs. */
const blockedIn = ({dump, artifact}: SeenDump, entry: RegExp): Waiters[] =>
  waitersOf(dump, artifact.program.module).filter(
    waiters =>
      waiters.kind !== 'running' &&
      waiters.kind !== 'other' &&
      waiters.groups.some(group => group.frames.some(frame => entry.test(frame.function))),
  )

const isThere = (dump: SeenDump, entry: RegExp, now: Waiters): boolean =>
  blockedIn(dump, entry).some(then => then.key === now.key && then.oldestIds.some(id => now.oldestIds.includes(id)))
