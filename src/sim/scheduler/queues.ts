// Run queues: the ring and `runnext` of each P, the global list. Follows runqput, runqget, runqgrab, globrunq* of src/runtime/proc.go.
import {assert} from '../../base/errors.ts'
import {localRunQueueSlots} from '../../knowledge/scheduler.ts'
import {gStatus, type G, type P, type World} from './world.ts'

export const localSize = (p: P): number => p.tail - p.head
export const localEmpty = (p: P): boolean => p.tail === p.head && p.runnext === undefined

/** Marks a goroutine runnable from now on. */
export function makeRunnable(w: World, g: G): void {
  assert(g.status !== gStatus.runnable && g.status !== gStatus.dead, 'only a goroutine that waits or runs becomes runnable')
  g.status = gStatus.runnable
  g.runnableAtNs = w.nowNs
}

/** `next` puts it into `runnext` and kicks out what was there. */
export function runqput(w: World, p: P, g: G, next: boolean): void {
  let put: G | undefined = g
  if (next) {
    put = p.runnext
    p.runnext = g
    if (put === undefined) return
  }
  if (p.tail - p.head < localRunQueueSlots) {
    p.runq[p.tail % localRunQueueSlots] = put
    p.tail++
    return
  }
  // The ring is full: its first half and the new one go to the global queue.
  w.measures.overflows++
  const half = localRunQueueSlots / 2
  for (let i = 0; i < half; i++) globalPut(w, takeHead(p))
  globalPut(w, put)
}

function takeHead(p: P): G {
  const at = p.head % localRunQueueSlots
  const g = p.runq[at]!
  p.runq[at] = undefined
  p.head++
  return g
}

/** What `runqget` returns: `inherit` says that it came from `runnext` and shares the time slice. */
export function runqget(p: P): {readonly g: G; readonly inherit: boolean} | undefined {
  const next = p.runnext
  if (next !== undefined) {
    p.runnext = undefined
    return {g: next, inherit: true}
  }
  return p.tail === p.head ? undefined : {g: takeHead(p), inherit: false}
}

export function globalPut(w: World, g: G): void {
  g.next = undefined
  if (w.globalTail === undefined) w.globalHead = g
  else w.globalTail.next = g
  w.globalTail = g
  w.globalSize++
}

export function globalGet(w: World): G | undefined {
  const g = w.globalHead
  if (g === undefined) return undefined
  w.globalHead = g.next
  if (w.globalHead === undefined) w.globalTail = undefined
  g.next = undefined
  w.globalSize--
  return g
}

/** A P's fair share of the global queue: the first is returned, the rest fills its local queue. */
export function globalBatch(w: World, p: P): G | undefined {
  const g = w.globalHead
  if (g === undefined) return undefined
  let n = Math.min(localRunQueueSlots / 2, w.globalSize, Math.trunc(w.globalSize / w.gomaxprocs) + 1)
  const first = globalGet(w)
  for (n--; n > 0; n--) runqput(w, p, globalGet(w)!, false)
  return first
}

/** Moves half of `from`'s ring to `to` and returns the last one moved, to run at once. */
export function stealHalf(from: P, to: P): G | undefined {
  const size = localSize(from)
  const n = size - Math.trunc(size / 2)
  if (n === 0) return undefined
  for (let i = 0; i < n - 1; i++) {
    to.runq[to.tail % localRunQueueSlots] = takeHead(from)
    to.tail++
  }
  return takeHead(from)
}
