// Laws of the scheduler, looked at after every event when checks are on. A broken one is a bug of the simulator and names itself.
import {assert} from '../../base/errors.ts'
import {globalCheckEveryTicks, localRunQueueSlots, threadsMax} from '../../knowledge/scheduler.ts'
import {localEmpty} from './queues.ts'
import {pStatus, uses, type P, type World} from './world.ts'

/**
 * Longest time a P may idle beside runnable goroutines while nobody is on the way to it. Unit: ns.
 * The runtime's own gap: work put into a queue between a spinner's last look and its park is noticed by the next wake-up at the latest.
 */
const unservedMaxNs = 200_000

export function checkWorld(w: World): void {
  let idle = 0
  let work = w.globalSize > 0
  const globalEmpty = w.globalSize === 0
  for (const p of w.allp) {
    const size = p.tail - p.head
    if (globalEmpty) p.globalTick = p.schedtick
    // One comparison for all laws of a P; which of them is broken is looked up only then.
    if (
      size < 0 ||
      size > localRunQueueSlots ||
      p.schedtick - p.globalTick > globalCheckEveryTicks ||
      (p.m !== undefined && p.m.p !== p) ||
      (p.listed && (size > 0 || p.status !== pStatus.idle || p.runnext !== undefined || p.m !== undefined))
    )
      brokenP(p)
    if (p.listed) idle++
    if (size > 0) work = true
  }
  assert(w.pidle.length === idle, 'the list of idle Ps holds the idle Ps')
  assert(w.nmspinning >= 0, 'the number of spinning Ms is never negative')
  // Half of the busy Ps when one begins to spin; Ps that go idle afterwards leave more, never more than those that are not idle.
  assert(w.nmspinning <= Math.max(1, w.gomaxprocs - w.pidle.length), 'no more Ms spin than there are Ps that are not idle')
  assert(w.threads <= threadsMax, 'threads stay below the runtime limit')
  if (work) checkServed(w)
  else w.unservedSinceNs = Infinity
}

function brokenP(p: P): void {
  const size = p.tail - p.head
  assert(size >= 0 && size <= localRunQueueSlots, 'a local run queue holds between 0 and 256 goroutines')
  assert(p.schedtick - p.globalTick <= globalCheckEveryTicks, 'a busy P looks at the global queue at least once in 61 ticks')
  assert(p.m === undefined || p.m.p === p, 'P and M point at each other')
  assert(!p.listed || (p.status === pStatus.idle && localEmpty(p) && p.m === undefined), 'a listed P is idle and has no work')
}

/** Work conservation: no P idles for long beside runnable goroutines. */
function checkServed(w: World): void {
  const unserved = w.pidle.length > 0 && w.nmspinning === 0 && !w.gcwaiting && !w.throttled && !someoneOnTheWay(w)
  if (!unserved) {
    w.unservedSinceNs = Infinity
    return
  }
  if (w.unservedSinceNs === Infinity) w.unservedSinceNs = w.nowNs
  assert(w.nowNs - w.unservedSinceNs <= unservedMaxNs, 'no P idles beside runnable goroutines for longer than a wake-up')
}

function someoneOnTheWay(w: World): boolean {
  for (const m of w.allm) if (m.nextp !== undefined) return true
  return false
}

/** At the end: every P's time is accounted for. */
export function checkEnd(w: World): void {
  for (const p of w.allp) {
    let sum = 0
    for (let i = 0; i < uses.length; i++) sum += p.usedNs[i]!
    assert(Math.abs(sum - w.nowNs) < 1 + w.nowNs * 1e-9, 'the uses of a P add up to the wall time')
  }
  for (const p of w.pidle) assert(localEmpty(p), 'an idle P has no local work')
}
