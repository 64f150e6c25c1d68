// lock-convoy: many goroutines wait for locks at the lines of one type while one of its methods does something else. See detector.md.
import {parseSymbolName} from '../../base/symbol-name.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {relatedPlace, shownFrame} from '../../diagnosis/frame-places.ts'
import {
  dumpsOf,
  oldestOf,
  oldestStay,
  placesOfWaiters,
  type SeenDump,
  type Waiters,
  waitersOf,
  waitsForGoroutine,
  waitWords,
} from '../../diagnosis/goroutine-waits.ts'
import type {DumpFrame} from '../../evidence/model/goroutines.ts'

interface Convoy {
  readonly owner: string
  readonly waiters: readonly Waiters[]
  readonly count: number
  readonly minutes: number
}

interface Holder {
  readonly frame: DumpFrame
  readonly waiters: Waiters
}

export default defineDetector({
  id: 'lock-convoy',
  title: 'Many goroutines wait for one lock',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/internal/sync/mutex.go',
    'https://github.com/golang/go/blob/go1.26.0/src/sync/rwmutex.go',
  ],
  settings: {
    waitersMin: {value: 10, unit: 'goroutines', source: 'detector.md#settings'},
    minutesMin: {value: 1, unit: 'minutes', source: 'detector.md#settings'},
  },
  messages: {
    held: {
      what: '{count} goroutines wait for a lock in {owner}{minutes}, and one goroutine in its methods waits {holds} at {holder}',
      why: 'whoever holds a lock while it waits makes everybody else wait as long; if what it waits for needs the lock, nobody goes on',
      next: 'Release the lock before waiting in {holderFunction}, and take it again afterwards.',
    },
    slow: {
      what: '{count} goroutines wait for a lock in {owner}, and one goroutine in its methods waits {holds} at {holder}{dumps}',
      why: 'whoever holds a lock while it waits makes everybody else wait as long, one after the other: the waits end, and new ones begin',
      next: 'Release the lock before waiting in {holderFunction}, and take it again afterwards.',
    },
    stuck: {
      what: '{count} goroutines wait for a lock in {owner}{lines}, the same ones in {dumps} dumps, and nobody in its methods does anything else',
      why: 'whoever holds the lock would show as a goroutine in these methods that runs or waits for something else: there is none in any of the dumps, so the holder is one of the waiters or has returned without unlocking',
      next: 'Look for two locks taken in different order, for a second Lock in the same goroutine, and for a return without Unlock.',
    },
    unknown: {
      what: '{count} goroutines wait for a lock in {owner}{lines}{minutes}',
      why: 'a dump does not show who holds a lock: no goroutine in its methods waits for anything else, so the holder may be running, may have returned without unlocking, or may be one of the waiters',
      next: 'Look for a return without Unlock and for a second Lock in the same goroutine; a second dump shows whether they move.',
    },
  },

  run(evidence, settings) {
    const dumps = dumpsOf(evidence)
    const last = dumps.at(-1)
    if (last === undefined) return []
    const all = waitersOf(last.dump, last.artifact.program.module)
    return convoysOf(all)
      .filter(convoy => convoy.count >= settings.waitersMin)
      .map((convoy): Observed<Message> => {
        const timed = convoy.minutes >= settings.minutesMin
        const holder = holderOf(convoy, all)
        const first = convoy.waiters[0]!
        const earlier = timed ? [] : earlierOf(convoy.owner, dumps, settings.waitersMin)
        const message = messageOf(convoy, holder, earlier, timed)
        return {
          message,
          data: {
            dumps:
              message === 'stuck'
                ? String(earlier.length + 1)
                : earlier.length > 0
                  ? `, as in ${earlier.length === 1 ? 'the dump' : `${earlier.length} dumps`} before`
                  : '',
            count: String(convoy.count),
            lines: linesOf(convoy),
            owner: convoy.owner,
            minutes: timed ? `, for ${convoy.minutes} minute${convoy.minutes === 1 ? '' : 's'} and longer` : '',
            holder: holder === undefined ? '' : shownFrame(holder.frame),
            holderFunction: holder?.frame.function ?? '',
            holds: holder === undefined ? '' : waitWords[holder.waiters.kind],
          },
          subject: {kind: 'goroutines', name: `locks of ${convoy.owner}`},
          confidence: confidenceOf(message, timed, earlier.length),
          severity: timed || earlier.length > 0 ? 'warning' : 'info',
          measured: [
            {
              name: 'goroutines that wait for a lock',
              value: convoy.count,
              unit: 'goroutines',
              limit: settings.waitersMin,
              limitSource: 'detector.md#settings',
              artifact: last.artifact.id,
              at: `line ${first.groups[0]?.line ?? 1}`,
            },
            {
              name: 'shortest wait among the oldest group',
              value: convoy.minutes,
              unit: 'minutes',
              limit: settings.minutesMin,
              limitSource: 'detector.md#settings',
              artifact: last.artifact.id,
            },
          ],
          places: [
            ...(holder === undefined || holder.frame.file === ''
              ? []
              : [relatedPlace(holder.frame, `waits here ${waitWords[holder.waiters.kind]}`)]),
            ...placesOfWaiters(first),
          ].sort((a, b) => Number(b.role === 'primary') - Number(a.role === 'primary')),
        }
      })
  },
})

/** Where they wait when it is more than one line: whoever waits at the second lock of a function holds its first. */
function linesOf(convoy: Convoy): string {
  const lines = new Map<string, number>()
  for (const {frame, count} of convoy.waiters) {
    const line = `${frame.file.replace(/^.*[/\\]/, '')}:${frame.line}`
    lines.set(line, (lines.get(line) ?? 0) + count)
  }
  return lines.size < 2
    ? ''
    : ` (${[...lines]
        .slice(0, 3)
        .map(([line, count]) => `${count} at ${line}`)
        .join(', ')})`
}

type Message = 'held' | 'slow' | 'stuck' | 'unknown'

function messageOf(convoy: Convoy, holder: Holder | undefined, earlier: readonly Earlier[], timed: boolean): Message {
  if (holder !== undefined) return timed || waitsForGoroutine(holder.waiters.kind) ? 'held' : 'slow'
  const same =
    earlier.length > 0 &&
    earlier.every(one => one.holder === undefined) &&
    oldestStay([...earlier.map(one => one.convoy), convoy].map(withIds))
  return same ? 'stuck' : 'unknown'
}

function confidenceOf(message: Message, timed: boolean, earlier: number): number {
  if (timed) return message === 'unknown' ? 0.65 : 0.85
  if (message === 'stuck') return 0.8
  return message === 'slow' && earlier > 0 ? 0.7 : 0.4
}

const withIds = (convoy: Convoy) => ({oldestIds: oldestOf(convoy.waiters.flatMap(one => one.groups))})

interface Earlier {
  readonly convoy: Convoy
  readonly holder: Holder | undefined
}

/** The convoy of the same type in the dumps before, when each of them has one. */
function earlierOf(owner: string, dumps: readonly SeenDump[], waitersMin: number): Earlier[] {
  const before = dumps.filter(({dump}) => dump.form === 'debug2').slice(0, -1)
  const found = before.flatMap(({dump, artifact}) => {
    const all = waitersOf(dump, artifact.program.module)
    const convoy = convoysOf(all).find(one => one.owner === owner && one.count >= waitersMin)
    return convoy === undefined ? [] : [{convoy, holder: holderOf(convoy, all)}]
  })
  return found.length === before.length ? found : []
}

/** Package and receiver type of a function, or the function itself. */
function ownerOf(name: string): string {
  const symbol = parseSymbolName(name)
  if (symbol === undefined) return name
  return `${symbol.packagePath}.${symbol.receiver ?? symbol.name}`
}

/** Waiters for locks by the type in whose method they take it. */
function convoysOf(all: readonly Waiters[]): Convoy[] {
  const owners = new Map<string, Waiters[]>()
  for (const waiters of all) {
    if (waiters.kind !== 'lock' && waiters.kind !== 'read-lock') continue
    const owner = ownerOf(waiters.frame.function)
    owners.set(owner, [...(owners.get(owner) ?? []), waiters])
  }
  return [...owners].map(([owner, waiters]) => ({
    owner,
    waiters,
    count: waiters.reduce((sum, one) => sum + one.count, 0),
    minutes: Math.max(0, ...waiters.map(one => one.waitMinutesMin ?? 0)),
  }))
}

/** A goroutine with a method of the same type on its stack that waits for something other than a lock. */
function holderOf(convoy: Convoy, all: readonly Waiters[]): Holder | undefined {
  for (const waiters of all) {
    if (waiters.kind === 'lock' || waiters.kind === 'read-lock') continue
    for (const group of waiters.groups) {
      const frame = group.frames.find(one => ownerOf(one.function) === convoy.owner)
      if (frame !== undefined) return {frame, waiters}
    }
  }
  return undefined
}
