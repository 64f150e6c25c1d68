// panic: the program ended itself at a line of its own: a panic that nothing recovered, or a recursion without an end. See cause.md.
import type {Place} from '../../base/place.ts'
import {combine} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {shownFrame} from '../../diagnosis/frame-places.ts'
import {type FoundCause, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import {isStandardLibrary} from '../../diagnosis/user-frames.ts'
import type {Crash} from '../../evidence/model/crash.ts'
import type {DumpFrame} from '../../evidence/model/goroutines.ts'
import type {Observation} from '../../findings/finding.ts'

/** How often a function must stand in the frames that the runtime prints (100) to be called a recursion. */
const repeatsMin = 10

export default defineCause({
  id: 'panic',
  title: 'The program ended itself at a line of its own',
  since: '0.1',
  joins: ['process-crash'],

  find(facts) {
    return observationsOf(facts, 'process-crash').flatMap(one => {
      if (one.message.data['class'] === 'stack-overflow') return recursionOf(one, facts) ?? []
      return one.message.id === 'panic' || one.message.id === 'closed-channel' ? [panicOf(one)] : []
    })
  },
})

const certain = () => combine(new Set(['the runtime stopped the process for it']), new Set())

function panicOf(crash: Observation): FoundCause {
  const place = shownPlace(crash, 'the line shown')
  return {
    ...certain(),
    title: `the program panicked: ${crash.message.data['message'] ?? ''}`,
    places: placesOfAll([crash]),
    chain: [
      shows(crash),
      says('a panic ends the whole process unless a deferred function of the same goroutine recovers it; other goroutines cannot'),
    ],
    wrongIf: [
      'the value comes from far away: the line is where it was used, not where it was made',
      'the dump is of another build than the source at hand',
    ],
    remedies: [
      {kind: 'code', do: `Look at what ${place} uses, and at who may hand it such a value.`},
      {
        kind: 'setting',
        do: 'Let the process print all goroutines when it dies, so that the others are in the next dump.',
        command: 'GOTRACEBACK=all ./service',
      },
      {
        kind: 'guard',
        do: 'Recover where one request or job begins and count what was recovered, so that one bad input ends one piece of work and is seen.',
      },
    ],
    verify: [{command: 'go test -race ./...', expect: `a test that calls ${place} with the same input no longer panics`}],
    settle: [],
  }
}

/** The functions that call each other without an end, by the frames the runtime printed; undefined when none of them repeats. */
function recursionOf(crash: Observation, facts: CaseFile): FoundCause | undefined {
  const frames = facts.evidence
    .of('crash')
    .map(({data}) => data)
    .filter((data): data is Crash & {goroutine: NonNullable<Crash['goroutine']>} => data.class === 'stack-overflow' && !!data.goroutine)
    .at(0)?.goroutine.frames
  const calls = frames === undefined ? [] : repeated(frames)
  const [first] = calls
  if (first === undefined) return undefined
  const functions = [...new Set(calls.map(({frame}) => frame.function))]
  const name = functions.join(' → ')
  return {
    ...certain(),
    title: functions.length === 1 ? `${name} calls itself without an end` : `${name} call each other without an end`,
    places: placesFrom(crash.places, first.frame),
    chain: [
      shows(crash),
      says(
        `of the ${frames?.length ?? 0} frames that the runtime printed ${calls.reduce((sum, {count}) => sum + count, 0)} are these calls, most of them at ${shownFrame(first.frame)}`,
        'shows',
        [crash.fingerprint],
      ),
      says(
        'a stack grows until its limit (1 GB on 64-bit systems), and no recover catches its end; the usual reason is data with a cycle in it',
      ),
    ],
    wrongIf: ['the recursion does end and the data is that deep: then a loop with a stack of its own is what is needed'],
    remedies: [
      {
        kind: 'code',
        do: `Keep what was visited on the way to ${shownFrame(first.frame)} and stop where it comes again, or give the depth a bound.`,
      },
      {kind: 'code', do: 'Refuse the cycle where the data is changed: a check when a child is added is cheaper than one in each walk.'},
      {
        kind: 'setting',
        do: 'A smaller limit of the stack makes the process die sooner and with less memory; it cures nothing: debug.SetMaxStack.',
      },
      {kind: 'guard', do: 'Recover does not help here. Bound the depth in the type that walks, and return an error beyond it.'},
    ],
    verify: [{command: 'go test ./...', expect: `a test that calls ${first.frame.function} on data with a cycle ends`}],
    settle: [],
  }
}

/** The places of the crash, which are joined to the source, from the call that comes again and again. */
function placesFrom(places: readonly Place[], call: DumpFrame): Place[] {
  const at = places.findIndex(
    place => place.line === call.line && place.symbol?.endsWith(call.function.replace(/^main(?=\.)/, '')) === true,
  )
  const from = at < 0 ? [...places] : [places[at]!, ...places.filter((_, i) => i !== at)]
  const once = from.filter((place, i) => from.findIndex(one => one.file === place.file && one.line === place.line) === i)
  return once.map((place, i) => ({...place, role: i === 0 ? 'primary' : 'step', label: i === 0 ? 'calls again here' : 'and here'}))
}

/** Calls in functions of the user's own that stand in the stack again and again, most frequent first. */
function repeated(frames: readonly DumpFrame[]): {readonly frame: DumpFrame; readonly count: number}[] {
  const calls = new Map<string, {readonly frame: DumpFrame; count: number}>()
  for (const frame of frames) {
    if (isStandardLibrary(frame.function)) continue
    const key = `${frame.function}:${frame.line}`
    const known = calls.get(key)
    if (known) known.count++
    else calls.set(key, {frame, count: 1})
  }
  return [...calls.values()].filter(({count}) => count >= repeatsMin).sort((a, b) => b.count - a.count)
}
