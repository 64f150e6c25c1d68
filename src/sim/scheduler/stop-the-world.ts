// Stopping and starting the world. Follows stopTheWorldWithSema, startTheWorldWithSema and procresize of src/runtime/proc.go.
import {stopTheWorldRetryNs} from '../../knowledge/scheduler.ts'
import {takeReady} from './find-runnable.ts'
import {injectglist, pidleput, startOn, useP, wakep, wakeSysmon} from './placement.ts'
import {preemptone} from './preemption.ts'
import {localEmpty} from './queues.ts'
import {block, step} from './threads.ts'
import {pushSysmon, takeP} from './sysmon.ts'
import {event, pStatus, then, use, type M, type P, type Stop, type World} from './world.ts'

/** The goroutine of `m` stops the world. Nobody else may be doing so. */
export function stopTheWorld(w: World, m: M, reason: Stop['reason'], after: Stop['after']): void {
  const stop: Stop = {reason, m, after, startedNs: w.nowNs, stoppedNs: 0, wait: w.gomaxprocs - 1, number: ++w.stops}
  w.stop = stop
  w.gcwaiting = true
  m.p!.status = pStatus.gcstop
  useP(w, m.p!, use.stopped)
  preemptAll(w, m)
  for (const p of w.allp) {
    if (!p.inSyscall || p.m === undefined) continue
    takeP(p)
    stopIdle(w, p, stop)
  }
  for (const p of w.pidle.splice(0)) stopIdle(w, p, stop)
  if (stop.wait === 0) {
    stop.stoppedNs = w.nowNs
    stopped(w, m)
    return
  }
  m.then = then.stopped
  block(w, m)
  w.queue.push(w.nowNs + stopTheWorldRetryNs + w.costs.sleepExtraNs(w.prng), event.stopRetry, 0, stop.number)
}

function stopIdle(w: World, p: P, stop: Stop): void {
  p.status = pStatus.gcstop
  useP(w, p, use.stopped)
  stop.wait--
}

function preemptAll(w: World, but: M): void {
  for (const p of w.allp) if (p.status === pStatus.running && p.m !== but) preemptone(w, p)
}

/** Some P did not stop in time: all are asked again. */
export function stopRetry(w: World, number: number): void {
  const stop = w.stop
  if (stop === undefined || stop.number !== number || stop.wait === 0) return
  preemptAll(w, stop.m)
  w.queue.push(w.nowNs + stopTheWorldRetryNs + w.costs.sleepExtraNs(w.prng), event.stopRetry, 0, number)
}

/** Everything stands still: the work the pause is for. */
export function stopped(w: World, m: M): void {
  const stop = w.stop!
  w.measures.stopping(stop.reason, w.nowNs - stop.startedNs)
  step(w, m, w.costs.stopWorkNs(w.prng), then.stopDone)
}

export function startTheWorld(w: World, m: M): void {
  const stop = w.stop!
  const own = m.p!
  own.status = pStatus.running
  const runnable: {p: P; m: M | undefined}[] = []
  const idle: P[] = []
  for (let i = w.gomaxprocs - 1; i >= 0; i--) {
    const p = w.allp[i]!
    if (p === own) continue
    p.status = pStatus.idle
    if (localEmpty(p)) {
      idle.push(p)
      continue
    }
    runnable.push({p, m: w.version.stableAfterStop ? takeParked(w, p.oldM) : undefined})
  }
  const collector = w.collector
  if (w.version.stableAfterStop && collector?.marking === true) {
    while (idle.length > 0) {
      const p = idle.at(-1)!
      const worker = collector.assign(w, p)
      if (worker === undefined) break
      p.worker = worker
      idle.pop()
      runnable.push({p, m: undefined})
    }
  }
  while (idle.length > 0) pidleput(w, idle.pop()!)
  w.gcwaiting = false
  w.stop = undefined
  wakeSysmon(w, delay => pushSysmon(w, delay))
  useP(w, own, use.go)
  injectglist(w, m, w.netReady.length > 0 ? takeReady(w) : [])
  for (const row of runnable) startOn(w, row.m ?? w.midle.pop(), row.p, false, m)
  w.measures.stoppedTotal(stop.reason, w.nowNs - stop.startedNs)
  wakep(w, m)
}

/** Takes that M from the list of parked ones, if it is there. */
function takeParked(w: World, m: M | undefined): M | undefined {
  const at = m === undefined ? -1 : w.midle.lastIndexOf(m)
  return at < 0 ? undefined : w.midle.splice(at, 1)[0]
}
