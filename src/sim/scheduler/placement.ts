// Who runs where: Ps change hands, Ms are parked, woken and started. Follows wakep, startm, handoffp, injectglist of src/runtime/proc.go.
import {assert, errors} from '../../base/errors.ts'
import {threadsMax} from '../../knowledge/scheduler.ts'
import {globalPut, localEmpty, localSize, makeRunnable, runqput} from './queues.ts'
import {block, startThread, step, wakeCallNs, wakeThread} from './threads.ts'
import {pStatus, then, use, type G, type M, type P, type World} from './world.ts'

/** Charges the P's time so far to what it did and begins `next`. */
export function useP(w: World, p: P, next: number): void {
  const spent = w.nowNs - p.useSinceNs
  p.usedNs[p.use]! += spent
  if (p.use === use.go && spent > 0) w.measures.heat(p, p.useSinceNs, w.nowNs)
  p.use = next
  p.useSinceNs = w.nowNs
}

export function acquirep(w: World, m: M, p: P): void {
  assert(m.p === undefined && p.m === undefined, 'a P has one M and an M has one P')
  m.p = p
  p.m = m
  p.status = pStatus.running
  useP(w, p, use.scheduler)
}

export function releasep(m: M): P {
  const p = m.p
  assert(p !== undefined, 'only an M with a P can release it')
  m.p = undefined
  p.m = undefined
  p.oldM = m
  p.status = pStatus.idle
  return p
}

export function pidleput(w: World, p: P): void {
  assert(localEmpty(p), 'an idle P has no local work')
  p.status = pStatus.idle
  useP(w, p, use.idle)
  p.listed = true
  w.pidle.push(p)
}

export function pidleget(w: World): P | undefined {
  const p = w.pidle.pop()
  if (p !== undefined) {
    p.listed = false
    useP(w, p, use.scheduler)
  }
  return p
}

/** Asks the next M that wants to idle to spin instead, when no P is idle. */
export function pidlegetSpinning(w: World): P | undefined {
  const p = pidleget(w)
  if (p === undefined) w.needspinning = true
  return p
}

/** Runs `p` on a parked M, last in first out, or on a new thread. `caller` pays for the kernel call; with `relay` it sleeps at once. */
export function startm(w: World, p: P, spinning: boolean, caller: M | undefined, relay = false): void {
  startOn(w, w.midle.pop(), p, spinning, caller, relay)
}

/** Runs `p` on that parked M; on a new thread when there is none. */
export function startOn(w: World, parked: M | undefined, p: P, spinning: boolean, caller: M | undefined, relay = false): void {
  const m = parked ?? newThread(w)
  m.parked = false
  m.nextp = p
  m.spinning = spinning
  if (parked === undefined) {
    if (caller) caller.extraNs += w.costs.threadCallNs(w.prng)
    startThread(w, m, then.start)
  } else {
    if (caller) caller.extraNs += wakeCallNs(w, m)
    w.measures.wakes++
    wakeThread(w, m, then.start, relay)
  }
}

export function newThread(w: World): M {
  if (++w.threads > threadsMax) throw errors.limit('threads of the simulated process', threadsMax)
  w.measures.threadsPeak = Math.max(w.measures.threadsPeak, w.threads)
  const m: M = {
    id: w.allm.length,
    p: undefined,
    nextp: undefined,
    oldp: undefined,
    curg: undefined,
    lockedg: undefined,
    spinning: false,
    parked: false,
    polling: false,
    wasSpinning: false,
    dead: false,
    cpu: undefined,
    queued: undefined,
    lastCpu: undefined,
    vruntime: 0,
    onSinceNs: 0,
    offSinceNs: -1e9,
    then: then.never,
    leftNs: 0,
    startNs: 0,
    endNs: 0,
    slow: 1,
    version: 0,
    armed: false,
    extraNs: 0,
    switched: false,
    pendingSignal: undefined,
    stealAt: 0,
    stealStep: 1,
    stealLeft: 0,
    stealG: undefined,
    pollUntil: 0,
  }
  w.allm.push(m)
  return m
}

/** Parks the M: it must hold no P and spin no more. */
export function stopm(w: World, m: M): void {
  assert(m.p === undefined && !m.spinning, 'an M parks without P and without spinning')
  m.parked = true
  m.then = then.start
  m.extraNs = 0
  m.switched = false
  w.midle.push(m)
  block(w, m)
}

/** The same after the kernel calls it made, which it is not asleep during. Source: proc.go, `startlockedm`: `notewakeup`, then `stopm`. */
export function stopAfterCalls(w: World, m: M): void {
  if (m.extraNs > 0) step(w, m, 0, then.park)
  else stopm(w, m)
}

/** One more M looks for work, if none does and a P is idle. */
export function wakep(w: World, caller: M | undefined): void {
  if (w.nmspinning !== 0) return
  const p = pidlegetSpinning(w)
  if (p === undefined) return
  w.nmspinning = 1
  startm(w, p, true, caller)
}

export function becomeSpinning(w: World, m: M): void {
  m.spinning = true
  w.nmspinning++
  w.needspinning = false
}

/** A goroutine that waited can run: it goes to `runnext` of the P of the one who woke it. */
export function ready(w: World, m: M, g: G, next: boolean): void {
  makeRunnable(w, g)
  runqput(w, m.p!, g, next)
  wakep(w, m)
}

/** Gives a P whose M is blocked or locked to someone else. A caller goes to sleep next. */
export function handoffp(w: World, p: P, caller: M | undefined): void {
  p.status = pStatus.idle
  useP(w, p, use.scheduler)
  const collect = w.collector?.hasWork() === true
  if (!localEmpty(p) || w.globalSize > 0 || collect) {
    startm(w, p, false, caller, caller !== undefined)
    return
  }
  if (w.nmspinning + w.pidle.length === 0) {
    w.nmspinning = 1
    w.needspinning = false
    startm(w, p, true, caller, caller !== undefined)
    return
  }
  if (w.gcwaiting) {
    p.status = pStatus.gcstop
    useP(w, p, use.stopped)
    stopOne(w)
    return
  }
  if (w.pidle.length === w.gomaxprocs - 1 && w.lastpoll !== 0) {
    startm(w, p, false, caller, caller !== undefined)
    return
  }
  const when = p.timerNs[0]
  pidleput(w, p)
  if (when !== undefined) wakeNetPoller(w, when, caller)
}

/** One more P has stopped; the last one wakes whoever stops the world. */
export function stopOne(w: World): void {
  const stop = w.stop
  assert(stop !== undefined && stop.wait > 0, 'a P stops only while someone waits for it')
  if (--stop.wait > 0) return
  stop.stoppedNs = w.nowNs
  wakeThread(w, stop.m, then.stopped)
}

/** Goroutines the poller or a timer brought: idle Ps get one each through the global queue, the rest stays with the caller's P. */
export function injectglist(w: World, m: M | undefined, list: G[]): void {
  if (list.length === 0) return
  for (const g of list) makeRunnable(w, g)
  const p = m?.p
  if (m === undefined || p === undefined) {
    for (const g of list) globalPut(w, g)
    startIdle(w, m, list.length)
    return
  }
  const shared = Math.min(w.pidle.length, list.length)
  for (let i = 0; i < shared; i++) globalPut(w, list[i]!)
  if (shared > 0) startIdle(w, m, shared)
  for (let i = shared; i < list.length; i++) {
    const g = list[i]!
    if (localSize(p) < 256) runqput(w, p, g, false)
    else globalPut(w, g)
  }
  wakep(w, m)
}

function startIdle(w: World, caller: M | undefined, n: number): void {
  for (let i = 0; i < n; i++) {
    const p = pidlegetSpinning(w)
    if (p === undefined) return
    startm(w, p, false, caller)
  }
}

/** Makes the blocked poller, or some M, notice a timer at `when`. */
export function wakeNetPoller(w: World, when: number, caller: M | undefined): void {
  if (w.lastpoll === 0) {
    if (w.pollUntil === 0 || w.pollUntil > when) netpollBreak(w, caller)
  } else wakep(w, caller)
}

export function netpollBreak(w: World, caller: M | undefined, relay = false): void {
  const poller = w.poller
  if (poller === undefined || !poller.polling) return
  poller.polling = false
  if (caller) caller.extraNs += wakeCallNs(w, poller)
  wakeThread(w, poller, then.polled, relay)
}

/** sysmon leaves its deep sleep. */
export function wakeSysmon(w: World, pushSysmon: (delayNs: number) => void): void {
  if (!w.sysmonwait) return
  w.sysmonwait = false
  w.sysmonIdle = 0
  w.sysmonDelayNs = 20_000
  w.sysmonVersion++
  pushSysmon(w.costs.futexWakeNs(w.prng))
}
