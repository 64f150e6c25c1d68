// System calls and cgo calls: G and M stay together, the P may be taken. Follows reentersyscall and exitsyscall of src/runtime/proc.go.
import {acquirep, pidleget, stopm, stopOne, useP, wakeSysmon} from './placement.ts'
import {block, sleepThread, step} from './threads.ts'
import {globalPut, makeRunnable} from './queues.ts'
import {runOps} from './execute.ts'
import {sleepExtraNs} from './find-runnable.ts'
import {pushSysmon, takeP} from './sysmon.ts'
import {op} from './program.ts'
import {gStatus, pStatus, then, use, type G, type M, type World} from './world.ts'

export function enterSyscall(w: World, m: M, g: G, code: number, ns: number): void {
  w.measures.syscalls++
  g.status = gStatus.syscall
  const p = m.p!
  p.inSyscall = true
  useP(w, p, use.syscall)
  wakeSysmon(w, delay => pushSysmon(w, delay))
  if (w.gcwaiting) {
    takeP(p)
    p.status = pStatus.gcstop
    useP(w, p, use.stopped)
    stopOne(w)
  }
  if (code === op.syscallBlocking) sleepThread(w, m, ns, then.syscallDone)
  else if (code === op.syscallNanosleep) sleepThread(w, m, ns + sleepExtraNs(w), then.syscallDone)
  else step(w, m, ns, then.syscallDone)
}

export function exitSyscall(w: World, m: M): void {
  const g = m.curg!
  if (m.p !== undefined) {
    m.p.inSyscall = false
    m.p.syscalltick++
    resume(w, m, g)
    return
  }
  const old = m.oldp
  m.oldp = undefined
  if (old !== undefined && old.inSyscall && old.m !== undefined && old.status === pStatus.running) {
    takeP(old)
    acquirep(w, m, old)
    resume(w, m, g)
    return
  }
  const idle = w.gcwaiting ? undefined : pidleget(w)
  if (idle !== undefined) {
    wakeSysmon(w, delay => pushSysmon(w, delay))
    acquirep(w, m, idle)
    idle.syscalltick++
    resume(w, m, g)
    return
  }
  makeRunnable(w, g)
  g.m = undefined
  m.curg = undefined
  g.pc++
  globalPut(w, g)
  if (m.lockedg === g) {
    m.then = then.lockedStart
    m.extraNs = 0
    block(w, m)
  } else stopm(w, m)
}

function resume(w: World, m: M, g: G): void {
  g.status = gStatus.running
  useP(w, m.p!, use.go)
  m.extraNs += w.costs.syscallOpNs(w.prng) / 2
  g.pc++
  runOps(w, m, g)
}
