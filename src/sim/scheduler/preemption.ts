// Asking a goroutine to yield, and what happens when it does. Follows preemptone, goschedImpl (proc.go) and doSigPreempt (signal_unix.go).
import {wakep} from './placement.ts'
import {globalPut, makeRunnable, runqput} from './queues.ts'
import {switchOut} from './find-runnable.ts'
import {interrupt, remaining} from './threads.ts'
import {op} from './program.ts'
import {event, gStatus, then, type G, type M, type P, type World} from './world.ts'

/** Flags the goroutine on `p` (it sees that at its next call) and sends its thread SIGURG. */
export function preemptone(w: World, p: P): void {
  const m = p.m
  const g = m?.curg
  if (m === undefined || g === undefined) return
  g.preempt = true
  p.preempt = true
  if (g.status === gStatus.running) w.queue.push(w.nowNs + w.costs.signalNs(w.prng), event.signal, m.id, g.id)
}

/** SIGURG arrived: Go code at a safepoint yields at once, everything else at its next look at the flag. */
export function signalled(w: World, m: M, g: G): void {
  if (m.curg !== g || g.status !== gStatus.running || !g.preempt) return
  if (m.cpu === undefined || w.throttled) {
    m.pendingSignal = g
    return
  }
  if (m.then === then.marked) {
    w.collector?.preemptWorker(w, m, g)
    return
  }
  const code = g.program.ops[g.pc]
  if (m.then !== then.op || (code !== op.compute && code !== op.pace)) return
  // How long a loop still looks at the clock is found anew.
  if (code === op.compute) g.leftNs = remaining(w, m)
  interrupt(w, m)
  yieldPreempted(w, m, g)
}

/** The goroutine leaves its M: to the global queue, or before a stop-the-world (1.26) to `runnext` of its P. */
export function yieldPreempted(w: World, m: M, g: G): void {
  w.measures.preemptions++
  w.measures.stint(w, g)
  m.extraNs += w.costs.preemptNs(w.prng)
  makeRunnable(w, g)
  g.m = undefined
  m.curg = undefined
  g.preempt = false
  if (w.gcwaiting && w.version.stableAfterStop) runqput(w, m.p!, g, true)
  else {
    globalPut(w, g)
    wakep(w, m)
  }
  switchOut(w, m)
}
