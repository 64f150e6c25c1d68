// The monitor thread: it has no P. Retakes Ps from system calls, asks for preemption, polls a forgotten network. Follows sysmon and retake of proc.go.
import {
  forcedCollectionAfterNs,
  preemptAfterNs,
  sysmonIdleRounds,
  sysmonNetpollAfterNs,
  sysmonSleepMaxNs,
  sysmonSleepMinNs,
} from '../../knowledge/scheduler.ts'
import {sleepExtraNs, takeReady} from './find-runnable.ts'
import {handoffp, injectglist} from './placement.ts'
import {preemptone} from './preemption.ts'
import {localEmpty} from './queues.ts'
import {earliestTimer} from './timers.ts'
import {event, gStatus, pStatus, type P, type World} from './world.ts'

export function pushSysmon(w: World, delayNs: number): void {
  w.queue.push(w.nowNs + delayNs, event.sysmon, 0, w.sysmonVersion)
}

/** The next round, after the runtime's own choice of sleep and what this machine adds to it. */
function sleepOn(w: World): void {
  if (w.sysmonIdle === 0) w.sysmonDelayNs = sysmonSleepMinNs
  else if (w.sysmonIdle > sysmonIdleRounds) w.sysmonDelayNs *= 2
  if (w.sysmonDelayNs > sysmonSleepMaxNs) w.sysmonDelayNs = sysmonSleepMaxNs
  const long = w.sysmonDelayNs >= 1e6
  pushSysmon(w, w.sysmonDelayNs + (long ? longSleepExtraNs(w) : sleepExtraNs(w)))
}

function longSleepExtraNs(w: World): number {
  for (const cpu of w.cpus) if (cpu.current === undefined) return w.costs.longSleepExtraNs(w.prng)
  return w.costs.longSleepExtraBusyNs(w.prng)
}

export function sysmon(w: World): void {
  if (w.throttled) {
    w.sysmonDue = true
    return
  }
  if (w.gcwaiting || w.pidle.length === w.gomaxprocs) {
    const next = earliestTimer(w)
    if (next === 0 || next > w.nowNs) {
      w.sysmonwait = true
      w.sysmonVersion++
      const sleep = Math.min(forcedCollectionAfterNs / 2, next === 0 ? Infinity : next - w.nowNs)
      pushSysmon(w, sleep + w.costs.longSleepExtraNs(w.prng))
      return
    }
  }
  w.measures.sysmonRounds++
  if (w.lastpoll !== 0 && w.lastpoll + sysmonNetpollAfterNs < w.nowNs) {
    injectglist(w, undefined, takeReady(w))
  }
  if (retake(w) > 0) w.sysmonIdle = 0
  else w.sysmonIdle++
  const helper = w.forceCollectionG
  if (helper?.status === gStatus.waiting && w.nowNs - w.lastCollectionNs > forcedCollectionAfterNs) injectglist(w, undefined, [helper])
  sleepOn(w)
}

/** A deep sleep ended by its time, not by being woken. */
export function sysmonSlept(w: World): void {
  w.sysmonwait = false
}

function retake(w: World): number {
  let taken = 0
  for (const p of w.allp) {
    if (p.status !== pStatus.running) continue
    let force = false
    if (p.seenTick !== p.schedtick) {
      p.seenTick = p.schedtick
      p.seenTickNs = w.nowNs
    } else if (p.seenTickNs + preemptAfterNs <= w.nowNs) {
      preemptone(w, p)
      force = true
    }
    if (!p.inSyscall) continue
    if (!force && p.seenSyscallTick !== p.syscalltick) {
      p.seenSyscallTick = p.syscalltick
      p.seenSyscallNs = w.nowNs
      continue
    }
    if (localEmpty(p) && w.nmspinning + w.pidle.length > 0 && p.seenSyscallNs + preemptAfterNs > w.nowNs) continue
    takeP(p)
    w.measures.retakes++
    taken++
    handoffp(w, p, undefined)
  }
  return taken
}

/** Takes the P from an M in a system call; it will notice when it comes back. */
export function takeP(p: P): void {
  const m = p.m!
  p.inSyscall = false
  p.syscalltick++
  p.m = undefined
  p.oldM = m
  m.oldp = p
  m.p = undefined
}
