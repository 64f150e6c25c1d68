// Collects goroutines into groups of the same state, stack and creator, holding one copy of each frame: a dump of half a million
// goroutines costs what its distinct stacks cost.
import {errors} from '../../base/errors.ts'
import type {DumpFrame, GoroutineDump, GoroutineGroup} from '../model/goroutines.ts'
import type {GoroutineHeader} from './goroutine-header.ts'

/** Ids a group keeps: the smallest, which are of the goroutines that were started first. Ids are never used twice in a process. */
export const idsMax = 16
/** Goroutines of one dump at most. */
export const goroutinesMax = 50_000_000
/** Distinct frames of one dump at most. */
const framesMax = 10_000_000

interface Building {
  count: number
  readonly state: string
  waitMinutesMin: number | undefined
  waitMinutesMax: number | undefined
  readonly lockedToThread: boolean
  readonly frames: readonly DumpFrame[]
  readonly createdBy: DumpFrame | undefined
  readonly ids: string[]
  readonly parents: string[]
  readonly labels: ReadonlyMap<string, string> | undefined
  readonly line: number
}

export interface GoroutineRecord {
  readonly header: GoroutineHeader
  /** Leaf first, from `frame`. */
  readonly frames: readonly number[]
  readonly createdBy: number | undefined
  /** Id of the goroutine that started it. */
  readonly parent?: string | undefined
  /** Of the header. */
  readonly line: number
}

export class GoroutineGroups {
  readonly #groups = new Map<string, Building>()
  readonly #frames: DumpFrame[] = []
  readonly #frameIds = new Map<string, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  /** The number of a frame from its function and its location line (`/x/y.go:12 +0x44 …`, without the tab). */
  frame(fn: string, location: string): number {
    const space = location.endsWith(')') ? -1 : location.indexOf(' +0x')
    const place = space < 0 ? location.replace(/ (?:fp|sp|pc)=0x.*$/, '') : location.slice(0, space)
    const key = `${fn}\n${place}`
    const known = this.#frameIds.get(key)
    if (known !== undefined) return known
    if (this.#frames.length >= framesMax) throw errors.limit('distinct frames of a dump', framesMax)
    const colon = place.lastIndexOf(':')
    const line = colon < 0 ? NaN : Number(place.slice(colon + 1))
    const frame: DumpFrame =
      Number.isInteger(line) && colon > 0 ? {function: fn, file: place.slice(0, colon), line} : {function: fn, file: place, line: 0}
    this.#frames.push(frame)
    this.#frameIds.set(key, this.#frames.length - 1)
    return this.#frames.length - 1
  }

  frameAt(id: number): DumpFrame {
    const frame = this.#frames[id]
    if (!frame) throw new Error('Bug: a frame number of another dump')
    return frame
  }

  add({header, frames, createdBy, parent, line}: GoroutineRecord): void {
    if (++this.#total > goroutinesMax) throw errors.limit('goroutines of a dump', goroutinesMax)
    const labels = header.labels === undefined ? '' : JSON.stringify([...header.labels])
    const key = `${header.state}|${header.lockedToThread ? 'l' : ''}|${frames.join(' ')}|${createdBy ?? ''}|${labels}`
    const wait = header.waitMinutes
    const group = this.#groups.get(key)
    if (!group) {
      this.#groups.set(key, {
        count: 1,
        state: header.state,
        waitMinutesMin: wait,
        waitMinutesMax: wait,
        lockedToThread: header.lockedToThread,
        frames: frames.map(id => this.frameAt(id)),
        createdBy: createdBy === undefined ? undefined : this.frameAt(createdBy),
        ids: [header.id],
        parents: parent === undefined ? [] : [parent],
        labels: header.labels,
        line,
      })
      return
    }
    group.count++
    keepOldest(group.ids, header.id)
    if (parent !== undefined && !group.parents.includes(parent)) keepOldest(group.parents, parent)
    const before = group.waitMinutesMin
    if (wait === undefined && before === undefined) return
    group.waitMinutesMin = Math.min(before ?? 0, wait ?? 0)
    group.waitMinutesMax = Math.max(group.waitMinutesMax ?? 0, wait ?? 0)
  }

  /** Largest groups first, then as they stood. */
  dump(form: GoroutineDump['form']): GoroutineDump {
    const groups = [...this.#groups.values()].sort((a, b) => b.count - a.count || a.line - b.line)
    return {kind: 'goroutines', form, total: this.#total, groups: groups.map(finished)}
  }
}

/** Adds an id to the smallest ones, in ascending order. */
function keepOldest(ids: string[], id: string): void {
  if (ids.length >= idsMax && !isSmaller(id, ids[ids.length - 1]!)) return
  let at = ids.length
  while (at > 0 && isSmaller(id, ids[at - 1]!)) at--
  ids.splice(at, 0, id)
  if (ids.length > idsMax) ids.pop()
}

/** Decimal numbers without leading zeros, compared as numbers. */
const isSmaller = (a: string, b: string) => (a.length === b.length ? a < b : a.length < b.length)

function finished(group: Building): GoroutineGroup {
  const {waitMinutesMin, waitMinutesMax, createdBy, labels, parents, ...rest} = group
  return {
    ...rest,
    ...(waitMinutesMin === undefined ? {} : {waitMinutesMin}),
    ...(waitMinutesMax === undefined ? {} : {waitMinutesMax}),
    ...(createdBy === undefined ? {} : {createdBy}),
    ...(parents.length === 0 ? {} : {parents}),
    ...(labels === undefined ? {} : {labels}),
  }
}
