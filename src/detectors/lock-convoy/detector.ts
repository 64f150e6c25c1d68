// lock-convoy: many goroutines wait for locks at the lines of one type while one of its methods does something else. See detector.md.
import {parseSymbolName} from '../../base/symbol-name.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {relatedPlace, shownFrame} from '../../diagnosis/frame-places.ts'
import {dumpsOf, placesOfWaiters, type Waiters, waitersOf, waitWords} from '../../diagnosis/goroutine-waits.ts'
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
    unknown: {
      what: '{count} goroutines wait for a lock in {owner}{minutes}',
      why: 'a dump does not show who holds a lock: no goroutine in its methods waits for anything else, so the holder may be running, may have returned without unlocking, or may be one of the waiters',
      next: 'Look for a return without Unlock and for a second Lock in the same goroutine; a second dump shows whether they move.',
    },
  },

  run(evidence, settings) {
    const last = dumpsOf(evidence).at(-1)
    if (last === undefined) return []
    const all = waitersOf(last.dump, last.artifact.program.module)
    return convoysOf(all)
      .filter(convoy => convoy.count >= settings.waitersMin)
      .map((convoy): Observed<'held' | 'unknown'> => {
        const timed = convoy.minutes >= settings.minutesMin
        const holder = holderOf(convoy, all)
        const first = convoy.waiters[0]!
        return {
          message: holder === undefined ? 'unknown' : 'held',
          data: {
            count: String(convoy.count),
            owner: convoy.owner,
            minutes: timed ? `, for ${convoy.minutes} minute${convoy.minutes === 1 ? '' : 's'} and longer` : '',
            holder: holder === undefined ? '' : shownFrame(holder.frame),
            holderFunction: holder?.frame.function ?? '',
            holds: holder === undefined ? '' : waitWords[holder.waiters.kind],
          },
          subject: {kind: 'goroutines', name: `locks of ${convoy.owner}`},
          confidence: timed ? (holder === undefined ? 0.65 : 0.85) : 0.4,
          severity: timed ? 'warning' : 'info',
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
