// What an M does when it needs work, in the order of findRunnable (src/runtime/proc.go), and what it does when there is none.
import {assert} from '../../base/errors.ts'
import {epollTimeoutNs, globalCheckEveryTicks, netpollBatch, stealRounds, stealRunnextSleepNs} from '../../knowledge/scheduler.ts'
import {
  acquirep,
  becomeSpinning,
  handoffp,
  injectglist,
  netpollBreak,
  pidleget,
  pidlegetSpinning,
  pidleput,
  releasep,
  stopAfterCalls,
  stopm,
  stopOne,
  useP,
  wakep,
} from './placement.ts'
import {globalBatch, globalGet, localEmpty, makeRunnable, runqget, stealHalf} from './queues.ts'
import {block, sleepThread, step, wakeCallNs, wakeThread} from './threads.ts'
import {startGoroutine} from './execute.ts'
import {earliestTimer, runTimers} from './timers.ts'
import {event, gStatus, pStatus, then, use, type G, type M, type P, type World} from './world.ts'

/**
 * The goroutine that ran is off the P and the M goes for the next. The cost of a switch comes before the pick: gopark, mcall, schedule and what
 * findRunnable looks at before `runqget` are most of it, and until then `runnext` can be seen and stolen. Source: proc.go, `park_m`, `findRunnable`.
 */
export function switchOut(w: World, m: M, cost = w.costs.goSwitchNs): void {
  if (m.lockedg !== undefined) {
    schedule(w, m)
    return
  }
  useP(w, m.p!, use.scheduler)
  m.switched = true
  step(w, m, cost(w.prng), then.schedule)
}

/** The M looks for a goroutine. It holds a P, or is locked to a goroutine that cannot run now. */
export function schedule(w: World, m: M): void {
  if (m.lockedg !== undefined) {
    stopLocked(w, m)
    return
  }
  const p = m.p
  assert(p !== undefined, 'schedule needs a P')
  if (w.gcwaiting) {
    gcstopm(w, m)
    return
  }
  if (p.use !== use.scheduler) useP(w, p, use.scheduler)
  p.preempt = false
  if (p.timerNs.length > 0) runTimers(w, m, p)
  const collector = w.collector
  if (collector?.marking === true) {
    const worker = p.worker ?? collector.assign(w, p)
    p.worker = undefined
    if (worker !== undefined) {
      if (worker.status === gStatus.waiting) makeRunnable(w, worker)
      found(w, m, worker, false, true)
      return
    }
  }
  if (p.schedtick % globalCheckEveryTicks === 0 && w.globalSize > 0) {
    p.globalTick = p.schedtick
    found(w, m, globalGet(w)!, false, false)
    return
  }
  const local = runqget(p)
  if (local !== undefined) {
    found(w, m, local.g, local.inherit, false)
    return
  }
  if (w.globalSize > 0) {
    p.globalTick = p.schedtick
    found(w, m, globalBatch(w, p)!, false, false)
    return
  }
  // Since 1.25 one M polls at a time; before, each paid for its own look.
  if (w.netWaiters > 0 && w.lastpoll !== 0 && (!w.version.onePoller || w.nowNs >= w.pollingUntilNs)) {
    const cost = w.costs.netpollNs(w.prng)
    w.pollingUntilNs = w.nowNs + cost
    m.extraNs += cost
    const list = takeReady(w)
    const g = list.shift()
    if (g !== undefined) {
      injectglist(w, m, list)
      makeRunnable(w, g)
      found(w, m, g, false, false)
      return
    }
  }
  if (m.spinning || 2 * w.nmspinning < w.gomaxprocs - w.pidle.length) {
    if (!m.spinning) becomeSpinning(w, m)
    // Three rounds look at the queues alone; nothing can change between them in this model but time.
    step(w, m, Math.max(1, w.gomaxprocs - 1) * stealRounds * w.costs.stealLookNs(w.prng), then.steal)
    return
  }
  goIdle(w, m)
}

/** A goroutine was found: others are told, then it starts, after the cost of the switch when the M has not paid it yet. */
function found(w: World, m: M, g: G, inherit: boolean, tryWake: boolean): void {
  if (m.spinning) {
    m.spinning = false
    w.nmspinning--
    wakep(w, m)
  }
  if (tryWake) wakep(w, m)
  if (g.lockedM !== undefined && g.lockedM !== m) {
    startLocked(w, m, g)
    return
  }
  m.curg = g
  g.m = m
  if (!inherit) m.p!.schedtick++
  if (!m.switched) step(w, m, w.costs.goSwitchNs(w.prng), then.execute)
  else if (m.extraNs > 0) step(w, m, 0, then.execute)
  else startGoroutine(w, m)
}

/** The P goes to the thread the goroutine is locked to; this M parks. */
function startLocked(w: World, m: M, g: G): void {
  const target = g.lockedM!
  target.nextp = releasep(m)
  useP(w, target.nextp, use.scheduler)
  target.curg = g
  g.m = target
  w.measures.wakes++
  w.measures.lockedHandoffs++
  if (target.then === then.lockedSleep) {
    // It is still on its way to sleep and finds the P then: `notewakeup` before `notesleep`.
    stopm(w, m)
    return
  }
  m.extraNs += wakeCallNs(w, target)
  wakeThread(w, target, then.lockedStart, true)
  stopAfterCalls(w, m)
}

/** The locked goroutine cannot run: its thread gives the P away and sleeps until startLocked. */
function stopLocked(w: World, m: M): void {
  if (m.spinning) {
    m.spinning = false
    w.nmspinning--
  }
  if (m.p !== undefined) {
    const p = releasep(m)
    if (w.gcwaiting) {
      p.status = pStatus.gcstop
      useP(w, p, use.stopped)
      stopOne(w)
    } else handoffp(w, p, m)
  }
  // Its call to wake another thread takes time before it sleeps.
  if (m.extraNs > 0) {
    step(w, m, 0, then.lockedSleep)
    return
  }
  m.then = then.lockedStart
  block(w, m)
}

/** The world is stopping: the P stops here and the M parks. */
function gcstopm(w: World, m: M): void {
  if (m.spinning) {
    m.spinning = false
    w.nmspinning--
  }
  const p = releasep(m)
  p.status = pStatus.gcstop
  useP(w, p, use.stopped)
  // The one who waits may be woken here, so this M must be parked already.
  m.parked = true
  m.then = then.start
  m.switched = false
  m.extraNs = 0
  w.midle.push(m)
  block(w, m)
  stopOne(w)
}

/** Descriptors that became ready, at most one epoll_wait's worth. */
export function takeReady(w: World): G[] {
  const list = w.netReady.splice(0, netpollBatch)
  w.netWaiters -= list.length
  w.lastpoll = Math.max(1, w.nowNs)
  return list
}

/** One pass over all Ps in random order; the last round of it also takes timers and `runnext`. */
export function steal(w: World, m: M): void {
  if (w.gcwaiting) {
    schedule(w, m)
    return
  }
  const n = w.gomaxprocs
  const p = m.p!
  const start = w.prng.below(n)
  const inc = coprime(n, w.prng.below(n))
  for (let i = 0, at = start; i < n; i++, at = (at + inc) % n) {
    const from = w.allp[at]!
    if (from === p || from.listed) continue
    const g = stealHalf(from, p)
    if (g !== undefined) {
      w.measures.steals++
      found(w, m, g, false, false)
      return
    }
  }
  m.stealAt = w.prng.below(n)
  m.stealStep = coprime(n, w.prng.below(n))
  m.stealLeft = n
  m.stealG = undefined
  lastRound(w, m)
}

function coprime(n: number, from: number): number {
  for (let k = 0; k < n; k++) {
    const candidate = ((from + k) % n) + 1
    if (gcd(candidate, n) === 1) return candidate
  }
  return 1
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/** The fourth round, which can sleep before it takes the `runnext` of a running P. */
export function lastRound(w: World, m: M): void {
  const p = m.p!
  for (; m.stealLeft > 0; m.stealLeft--, m.stealAt = (m.stealAt + m.stealStep) % w.gomaxprocs) {
    if (w.gcwaiting) {
      m.stealG = undefined
      schedule(w, m)
      return
    }
    const from = w.allp[m.stealAt]!
    if (from === p) continue
    if (m.stealG === undefined && from.timerNs.length > 0 && runTimers(w, m, from)) {
      const mine = runqget(p)
      if (mine !== undefined) {
        found(w, m, mine.g, mine.inherit, false)
        return
      }
    }
    if (m.stealG !== undefined) {
      const wanted = m.stealG
      m.stealG = undefined
      if (from.runnext === wanted) {
        from.runnext = undefined
        w.measures.runnextSteals++
        found(w, m, wanted, false, false)
        return
      }
    }
    if (from.listed) continue
    const g = stealHalf(from, p)
    if (g !== undefined) {
      w.measures.steals++
      found(w, m, g, false, false)
      return
    }
    const next = from.runnext
    if (next === undefined) continue
    if (from.status === pStatus.running && from.m !== undefined && !from.inSyscall) {
      m.stealG = next
      sleepThread(w, m, stealRunnextSleepNs + sleepExtraNs(w), then.stealSlept)
      return
    }
    from.runnext = undefined
    w.measures.runnextSteals++
    found(w, m, next, false, false)
    return
  }
  goIdle(w, m)
}

/** How much longer than asked a short sleep of a thread lasts here and now. */
export function sleepExtraNs(w: World): number {
  for (const cpu of w.cpus) if (cpu.current === undefined) return w.costs.sleepExtraNs(w.prng)
  return w.costs.sleepExtraBusyNs(w.prng)
}

/** Nothing to do: a last look, then the P is given up and the M polls the network or parks. */
export function goIdle(w: World, m: M): void {
  const p = m.p!
  const idleWorker = w.collector?.assignIdle(w)
  if (idleWorker !== undefined) {
    makeRunnable(w, idleWorker)
    found(w, m, idleWorker, false, false)
    return
  }
  if (w.gcwaiting || !localEmpty(p) || w.globalSize > 0) {
    schedule(w, m)
    return
  }
  if (!m.spinning && w.needspinning) {
    becomeSpinning(w, m)
    schedule(w, m)
    return
  }
  let pollUntil = p.timerNs[0] ?? 0
  releasep(m)
  pidleput(w, p)
  const wasSpinning = m.spinning
  if (m.spinning) {
    m.spinning = false
    w.nmspinning--
    // Work may have come after the last look at a queue; the last spinner must not miss it.
    for (const other of w.allp) {
      if (other.listed || localEmpty(other)) continue
      const again = pidlegetSpinning(w)
      if (again === undefined) break
      acquirep(w, m, again)
      becomeSpinning(w, m)
      schedule(w, m)
      return
    }
    pollUntil = earliestTimer(w)
  }
  if ((w.netWaiters > 0 || pollUntil !== 0) && w.lastpoll !== 0) {
    blockInPoller(w, m, pollUntil, wasSpinning)
    return
  }
  if (pollUntil !== 0 && (w.pollUntil === 0 || w.pollUntil > pollUntil)) netpollBreak(w, m, true)
  stopAfterCalls(w, m)
}

function blockInPoller(w: World, m: M, pollUntil: number, wasSpinning: boolean): void {
  w.lastpoll = 0
  w.pollUntil = pollUntil
  w.poller = m
  m.wasSpinning = wasSpinning
  if (w.netReady.length > 0 || (pollUntil !== 0 && pollUntil <= w.nowNs)) {
    step(w, m, w.costs.netpollNs(w.prng), then.polled)
    return
  }
  m.polling = true
  m.then = then.polled
  m.switched = false
  m.leftNs = 0
  block(w, m)
  if (pollUntil === 0) return
  const timeout = epollTimeoutNs(pollUntil - w.nowNs)
  const extra = timeout >= 1e6 ? w.costs.longSleepExtraNs(w.prng) : sleepExtraNs(w)
  w.queue.push(w.nowNs + timeout + extra, event.pollTimeout, m.id, m.version)
}

/** epoll_wait returned: the M takes an idle P and what came, or leaves it to others. */
export function polled(w: World, m: M): void {
  m.polling = false
  if (w.poller === m) w.poller = undefined
  w.pollUntil = 0
  const list = takeReady(w)
  const p = pidleget(w)
  if (p === undefined) {
    injectglist(w, m, list)
    stopAfterCalls(w, m)
    return
  }
  acquirep(w, m, p)
  const g = list.shift()
  if (g !== undefined) {
    injectglist(w, m, list)
    makeRunnable(w, g)
    found(w, m, g, false, false)
    return
  }
  if (m.wasSpinning) becomeSpinning(w, m)
  schedule(w, m)
}

/** A parked M was woken with a P. */
export function startWithP(w: World, m: M): void {
  const p: P | undefined = m.nextp
  assert(p !== undefined, 'an M is woken with a P')
  m.nextp = undefined
  acquirep(w, m, p)
  if (w.collector !== undefined && p.worker !== undefined && !w.collector.marking) p.worker = undefined
  schedule(w, m)
}
