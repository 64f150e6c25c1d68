// Threads on CPUs: a small stand-in for the Linux scheduler (wake-up placement, slices, idle balancing, bandwidth quota). Not a model of EEVDF.
import type {Sampler} from '../kernel/distribution.ts'
import {event, type Cpu, type M, type World} from './world.ts'

/** Gives the running thread `m` work of `ns`; it goes on with `next` when it is done. */
export function step(w: World, m: M, ns: number, next: number): void {
  m.then = next
  m.leftNs = ns + m.extraNs
  m.extraNs = 0
  arm(w, m, 0)
}

function arm(w: World, m: M, delayNs: number): void {
  const cpu = m.cpu!
  m.slow = slowness(w, m, cpu)
  m.startNs = w.nowNs + delayNs
  m.endNs = m.startNs + m.leftNs * m.slow
  m.armed = true
  w.queue.push(m.endNs, event.step, m.id, ++m.version)
}

/** How much longer work takes here than on an undisturbed CPU of speed 1 with local memory. */
function slowness(w: World, m: M, cpu: Cpu): number {
  let slow = 1 / cpu.speed
  if (w.smtSlow !== 1 && cpu.sibling?.current !== undefined) slow *= w.smtSlow
  const g = m.curg
  if (g !== undefined && g.program.memoryShare > 0 && g.homeNode >= 0) {
    const ratio = w.distance[cpu.node]?.[g.homeNode] ?? 1
    slow *= 1 + g.program.memoryShare * (ratio - 1)
  }
  return slow
}

/** Stops the clock of a thread's work; what is left is kept. */
function pause(w: World, m: M): void {
  if (!m.armed) return
  if (w.nowNs > m.startNs) m.leftNs = (m.endNs - w.nowNs) / m.slow
  if (m.leftNs < 0) m.leftNs = 0
  m.version++
  m.armed = false
}

/** How much of its step a running thread has left, without stopping it. */
export const remaining = (w: World, m: M): number =>
  !m.armed || w.nowNs <= m.startNs ? m.leftNs : Math.max(0, (m.endNs - w.nowNs) / m.slow)

/** Cuts the step of a running thread short. */
export function interrupt(w: World, m: M): void {
  pause(w, m)
}

/** The thread leaves its CPU and sleeps in the kernel. */
export function block(w: World, m: M): void {
  const cpu = m.cpu!
  pause(w, m)
  m.vruntime += w.nowNs - m.onSinceNs
  m.version++
  m.cpu = undefined
  m.lastCpu = cpu
  m.offSinceNs = w.nowNs
  cpu.current = undefined
  cpu.idleSinceNs = w.nowNs
  quotaChanged(w, -1)
  disturbSibling(w, cpu)
  dispatchNext(w, cpu)
}

/** Sleeps in the kernel for `ns`, which already holds slack and wake-up; then `next`. */
export function sleepThread(w: World, m: M, ns: number, next: number): void {
  block(w, m)
  m.then = next
  m.leftNs = 0
  w.queue.push(w.nowNs + ns, event.wake, m.id, m.version)
}

/** Wakes a thread that sleeps on a futex or in epoll. `relay`: who wakes it goes to sleep at once. */
export function wakeThread(w: World, m: M, next: number, relay = false): void {
  m.then = next
  m.leftNs = m.extraNs
  m.extraNs = 0
  m.version++
  const cpu = freeCpu(w, m.lastCpu)
  place(w, m, cpu === undefined ? 0 : wakeLatency(w, cpu, relay)(w.prng))
}

/** A new thread begins. */
export function startThread(w: World, m: M, next: number): void {
  m.then = next
  m.leftNs = 0
  place(w, m, w.costs.threadStartNs(w.prng))
}

function wakeLatency(w: World, cpu: Cpu, relay: boolean): Sampler {
  if (!warm(w, cpu)) return w.costs.futexWakeNs
  return relay ? w.costs.futexRelayNs : w.costs.futexWakeWarmNs
}

/** The CPU went idle a moment ago and still polls for work. */
const warm = (w: World, cpu: Cpu) => w.nowNs - cpu.idleSinceNs <= w.costs.warmIdleNs

/** What a futex call costs its caller: most when a CPU in deeper idle has to be poked. */
export function wakeCallNs(w: World, woken: M): number {
  const cpu = freeCpu(w, woken.lastCpu)
  if (cpu === undefined) return w.costs.futexCallSameNs(w.prng)
  return (warm(w, cpu) ? w.costs.futexCallWarmNs : w.costs.futexCallNs)(w.prng)
}

/** A sleep ended: the wake-up is part of its length, so only a busy CPU delays it now. */
export function sleepEnded(w: World, m: M): void {
  place(w, m, 0)
}

function place(w: World, m: M, latencyNs: number): void {
  const cpu = freeCpu(w, m.lastCpu)
  if (cpu !== undefined) {
    dispatch(w, m, cpu, latencyNs)
    return
  }
  const target = m.lastCpu ?? leastLoaded(w)
  // A sleeper is owed at most one slice: it starts level with the CPU's running thread, less that.
  const current = target.current!
  const level = current.vruntime + (w.nowNs - current.onSinceNs)
  m.vruntime = Math.max(m.vruntime, level - w.costs.osSliceNs)
  m.queued = target
  target.queue.push(m)
  // The running thread may be the one that wakes: it is switched out when its own event is over, not inside it.
  if (level - m.vruntime > w.costs.osWakeGranularityNs && !w.throttled) armSlice(w, target, 0, true)
  else armSlice(w, target)
}

function freeCpu(w: World, last: Cpu | undefined): Cpu | undefined {
  if (last !== undefined && last.current === undefined) return last
  let best: Cpu | undefined
  for (const cpu of w.cpus) {
    if (cpu.current !== undefined) continue
    if (last !== undefined && cpu.node !== last.node) {
      best ??= cpu
      continue
    }
    if (cpu.sibling?.current === undefined) return cpu
    if (best === undefined || best.node !== last?.node) best = cpu
  }
  return best
}

function leastLoaded(w: World): Cpu {
  let best = w.cpus[0]!
  for (const cpu of w.cpus) if (cpu.queue.length < best.queue.length) best = cpu
  return best
}

function dispatch(w: World, m: M, cpu: Cpu, delayNs: number): void {
  m.queued = undefined
  m.cpu = cpu
  if (m.lastCpu !== undefined && m.lastCpu !== cpu) w.measures.threadMoves++
  cpu.current = m
  m.onSinceNs = w.nowNs
  quotaChanged(w, 1)
  disturbSibling(w, cpu)
  if (w.throttled) {
    m.armed = false
    return
  }
  arm(w, m, delayNs)
  if (cpu.queue.length > 0) armSlice(w, cpu)
  signalIfPending(w, m)
}

function signalIfPending(w: World, m: M): void {
  const g = m.pendingSignal
  if (g === undefined) return
  m.pendingSignal = undefined
  w.queue.push(w.nowNs, event.signal, m.id, g.id)
}

/** A CPU that falls idle takes no thread from another's queue that ran this short a time ago. Unit: ns. Source: Linux, kernel/sched/fair.c, `task_hot`, `sysctl_sched_migration_cost`. */
const migrationCostNs = 500_000
/** After more balancings than this that moved nothing it takes those too. Source: the same, `can_migrate_task`, `nr_balance_failed`; kernel/sched/topology.c, `cache_nice_tries`. */
const cacheNiceTries = 1

function dispatchNext(w: World, cpu: Cpu): void {
  let [from, m] = [cpu, longestOwed(cpu.queue)]
  if (m === undefined) {
    const ranNs = w.balanceFailed > cacheNiceTries ? Infinity : w.nowNs - migrationCostNs
    for (const other of w.cpus) {
      const cold = other.queue.length > from.queue.length ? longestOwed(other.queue, ranNs) : undefined
      if (cold !== undefined) [from, m] = [other, cold]
    }
    if (m === undefined) return
    w.balanceFailed = 0
  }
  from.queue.splice(from.queue.indexOf(m), 1)
  dispatch(w, m, cpu, w.costs.osSwitchNs(w.prng))
}

/** Of the threads that ran no later than then. */
function longestOwed(queue: readonly M[], ranNs = Infinity): M | undefined {
  let best: M | undefined
  for (const m of queue) if (m.offSinceNs <= ranNs && (best === undefined || m.vruntime < best.vruntime)) best = m
  return best
}

/** At a tick an idle CPU is told of threads that wait for a busy one. Source: Linux, kernel/sched/fair.c, `nohz_balancer_kick`. */
function balance(w: World, cpu: Cpu): void {
  w.balanceFailed++
  for (const idle of w.cpus) {
    if (idle.current !== undefined || cpu.queue.length === 0) continue
    const m = longestOwed(cpu.queue)!
    cpu.queue.splice(cpu.queue.indexOf(m), 1)
    dispatch(w, m, idle, w.costs.osSwitchNs(w.prng))
    w.balanceFailed = 0
  }
}

function armSlice(w: World, cpu: Cpu, delayNs = w.costs.osSliceNs, again = false): void {
  if (cpu.sliceArmed && !again) return
  cpu.sliceArmed = true
  w.queue.push(w.nowNs + delayNs, event.slice, cpu.id, ++cpu.sliceVersion)
}

/** The slice of a CPU is over: the next thread's turn, if one waits. */
export function sliceEnded(w: World, cpu: Cpu, version: number): void {
  if (version !== cpu.sliceVersion) return
  cpu.sliceArmed = false
  if (cpu.queue.length === 0 || w.throttled) return
  balance(w, cpu)
  if (cpu.queue.length === 0) return
  const current = cpu.current
  if (current === undefined) return
  if (current.onSinceNs === w.nowNs) armSlice(w, cpu)
  else preemptThread(w, cpu)
}

function preemptThread(w: World, cpu: Cpu): void {
  const m = cpu.current!
  pause(w, m)
  m.vruntime += w.nowNs - m.onSinceNs
  m.lastCpu = cpu
  m.offSinceNs = w.nowNs
  m.cpu = undefined
  cpu.current = undefined
  quotaChanged(w, -1)
  m.queued = cpu
  cpu.queue.push(m)
  dispatchNext(w, cpu)
  if (cpu.queue.length > 0) armSlice(w, cpu)
}

/** SMT: work on the other hardware thread goes on at another speed from here. */
function disturbSibling(w: World, cpu: Cpu): void {
  if (w.smtSlow === 1) return
  const other = cpu.sibling?.current
  if (other === undefined || !other.armed) return
  const started = w.nowNs > other.startNs
  const delay = started ? 0 : other.startNs - w.nowNs
  pause(w, other)
  arm(w, other, delay)
}

function quotaChanged(w: World, by: number): void {
  if (w.quotaNs === Infinity) {
    w.onCpu += by
    return
  }
  spend(w)
  w.onCpu += by
  if (by > 0 && !w.throttled) watchQuota(w)
}

function spend(w: World): void {
  if (!w.throttled) w.quotaLeftNs -= w.onCpu * (w.nowNs - w.quotaAtNs)
  w.quotaAtNs = w.nowNs
}

function watchQuota(w: World): void {
  if (w.onCpu > 0) w.queue.push(w.nowNs + Math.max(0, w.quotaLeftNs) / w.onCpu, event.quotaSpent, 0, ++w.quotaVersion)
}

/** The quota of this period may be used up: then every thread stands still until the next. */
export function quotaSpent(w: World, version: number): void {
  if (version !== w.quotaVersion || w.throttled) return
  spend(w)
  if (w.quotaLeftNs > 1) {
    watchQuota(w)
    return
  }
  w.throttled = true
  w.throttledSinceNs = w.nowNs
  w.measures.throttles++
  for (const cpu of w.cpus) if (cpu.current !== undefined) pause(w, cpu.current)
}

export function quotaRefill(w: World): void {
  spend(w)
  // What was overdrawn is paid back from the next period; unused quota is not kept.
  w.quotaLeftNs = w.quotaNs + Math.min(0, w.quotaLeftNs)
  w.queue.push(w.nowNs + w.periodNs, event.quotaRefill, 0, 0)
  w.measures.periods++
  if (w.throttled && w.quotaLeftNs > 0) {
    w.throttled = false
    w.measures.throttledNs += w.nowNs - w.throttledSinceNs
    for (const cpu of w.cpus) {
      if (cpu.current === undefined) {
        dispatchNext(w, cpu)
        continue
      }
      arm(w, cpu.current, 0)
      signalIfPending(w, cpu.current)
      if (cpu.queue.length > 0) armSlice(w, cpu)
    }
  }
  if (!w.throttled) watchQuota(w)
}
