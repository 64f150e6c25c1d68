// Running a goroutine's program: each instruction takes its time first and then has its effect.
import {assert} from '../../base/errors.ts'
import {mutexSpinPauses, mutexSpins, mutexStarvationNs} from '../../knowledge/scheduler.ts'
import {handoffp, ready, releasep, useP, wakeNetPoller, wakep, wakeSysmon} from './placement.ts'
import {globalPut, localEmpty, makeRunnable, runqput} from './queues.ts'
import {schedule, switchOut} from './find-runnable.ts'
import {yieldPreempted} from './preemption.ts'
import {goroutineExited, newGoroutine} from './goroutines.ts'
import {stopTheWorld} from './stop-the-world.ts'
import {enterSyscall} from './syscalls.ts'
import {pushSysmon} from './sysmon.ts'
import {block, step, wakeThread} from './threads.ts'
import {addTimer} from './timers.ts'
import {op, type Program} from './program.ts'
import {event, gStatus, then, use, type G, type M, type World} from './world.ts'

/** One PAUSE of a spinning mutex. Unit: ns. Between 10 (older Intel, AMD) and 45 (Intel since Skylake: 140 cycles, Intel optimisation manual). */
const pauseNs = 40

/** The switch to `m.curg` is done: it runs. */
export function startGoroutine(w: World, m: M): void {
  m.switched = false
  const g = m.curg!
  const p = m.p!
  assert(g.status === gStatus.runnable, 'only a runnable goroutine starts')
  assert(g.lockedM === undefined || g.lockedM === m, 'a locked goroutine runs only on its thread')
  const measures = w.measures
  measures.switches++
  if (g.role === 'user') measures.latency(w.nowNs, w.nowNs - g.runnableAtNs)
  g.status = gStatus.running
  g.preempt = false
  g.startedAtNs = w.nowNs
  const cpu = m.cpu!
  if (g.lastP >= 0) {
    if (g.lastP !== p.id) measures.movesP++
    if (g.lastM !== m.id) measures.movesM++
    if (g.lastCpu !== cpu.id) {
      measures.movesCpu++
      const remote = w.cpus[g.lastCpu]!.node !== cpu.node
      if (remote) measures.movesNode++
      m.extraNs += (remote ? w.costs.coldCacheRemoteNs : w.costs.coldCacheNs)(w.prng)
    }
  } else g.homeNode = cpu.node
  g.lastP = p.id
  g.lastM = m.id
  g.lastCpu = cpu.id
  useP(w, p, g.role === 'mark worker' ? use.collector : use.go)
  if (g.role === 'mark worker') w.collector!.runWorker(w, m, g)
  else if (g.role === 'force collection') w.collector!.start(w, m)
  else runOps(w, m, g)
}

/** Goes on with the program up to the next instruction that takes time. */
export function runOps(w: World, m: M, g: G): void {
  const program: Program = g.program
  for (;;) {
    const code = program.ops[g.pc]!
    switch (code) {
      case op.loopBegin:
        g.counters[program.arg[g.pc]!] = program.count[g.pc]!
        g.pc++
        continue
      case op.loopEnd: {
        const slot = program.arg[g.pc]!
        if (--g.counters[slot]! > 0) g.pc = program.count[g.pc]!
        else g.pc++
        continue
      }
      case op.jump:
        g.pc = program.arg[g.pc]!
        continue
      case op.measureBegin:
        g.marks[program.arg[g.pc]!] = w.nowNs
        g.pc++
        continue
      case op.measureEnd: {
        const measure = program.arg[g.pc]!
        w.measures.take(measure, w.nowNs, w.nowNs - g.marks[measure]!)
        g.pc++
        continue
      }
      case op.unlockThread:
        if (g.lockCount > 0 && --g.lockCount === 0) {
          g.lockedM = undefined
          m.lockedg = undefined
        }
        g.pc++
        continue
      case op.lockThread:
        g.lockCount++
        g.lockedM = m
        m.lockedg = g
        g.pc++
        continue
      default:
    }
    if (g.preempt) {
      yieldPreempted(w, m, g)
      return
    }
    step(w, m, costOf(w, g, program, code), then.op)
    return
  }
}

function costOf(w: World, g: G, program: Program, code: number): number {
  const costs = w.costs
  switch (code) {
    case op.compute:
    case op.computeHard: {
      const left = g.leftNs
      if (left > 0) {
        g.leftNs = 0
        return left
      }
      return program.draw[g.pc]!(w.prng)
    }
    case op.pace:
      if (g.paceNs < 0) g.paceNs = w.nowNs
      return Math.max(0, g.paceNs + program.count[g.pc]! - w.nowNs)
    case op.send:
    case op.receive:
      return costs.chanOpNs(w.prng) + (wakes(w, program, g.pc, code) ? costs.readyNs(w.prng) : 0)
    case op.unlock:
    case op.done:
      return costs.mutexOpNs(w.prng) + (wakes(w, program, g.pc, code) ? costs.readyNs(w.prng) : 0)
    case op.lock:
    case op.add:
    case op.wait:
      return costs.mutexOpNs(w.prng)
    case op.sleep:
    case op.network:
      return costs.timerOpNs(w.prng)
    case op.syscallBlocking:
    case op.syscallCpu:
    case op.syscallNanosleep:
      return costs.syscallOpNs(w.prng) / 2
    case op.write:
    case op.read:
      return costs.syscallOpNs(w.prng)
    case op.cgo:
      return costs.cgoOpNs(w.prng)
    case op.go:
      return costs.goCreateNs(w.prng) * program.count[g.pc]!
    case op.exit:
      return costs.goExitNs(w.prng)
    default:
      return 0
  }
}

/** Whether the operation at `pc`, as things are at its beginning, will wake a goroutine. */
function wakes(w: World, program: Program, pc: number, code: number): boolean {
  const index = program.arg[pc]!
  switch (code) {
    case op.send:
      return w.channels[index]!.receivers.length > 0
    case op.receive:
      return w.channels[index]!.senders.length > 0
    case op.unlock: {
      const {waiters, woken, starving} = w.mutexes[index]!
      return waiters.length > 0 && (starving || !woken)
    }
    default: {
      const {count, waiters} = w.groups[index]!
      return waiters.length > 0 && count <= program.count[pc]!
    }
  }
}

/** The time of the current instruction is over: its effect. */
export function opDone(w: World, m: M): void {
  const g = m.curg!
  const program = g.program
  const code = program.ops[g.pc]!
  const arg = program.arg[g.pc]!
  switch (code) {
    case op.compute:
    case op.computeHard:
      g.pc++
      runOps(w, m, g)
      return
    case op.pace:
      g.paceNs += program.count[g.pc]!
      g.pc++
      runOps(w, m, g)
      return
    case op.send:
      send(w, m, g, arg)
      return
    case op.receive:
      receive(w, m, g, arg)
      return
    case op.lock:
      lock(w, m, g, arg)
      return
    case op.unlock:
      unlock(w, m, g, arg)
      return
    case op.sleep: {
      const when = w.nowNs + program.draw[g.pc]!(w.prng)
      const p = m.p!
      g.pc++
      addTimer(p, when, g)
      if (p.timerG[0] === g) wakeNetPoller(w, when, m)
      park(w, m, g)
      return
    }
    case op.network:
      w.netWaiters++
      w.queue.push(w.nowNs + program.draw[g.pc]!(w.prng), event.ready, g.id, 0)
      g.pc++
      park(w, m, g)
      return
    case op.write: {
      noticeSyscall(w)
      w.queue.push(w.nowNs + w.sockets[arg]!.latency(w.prng), event.message, arg, 0)
      g.pc++
      runOps(w, m, g)
      return
    }
    case op.read: {
      noticeSyscall(w)
      const socket = w.sockets[arg]!
      if (socket.ready > 0) {
        socket.ready--
        g.pc++
        runOps(w, m, g)
        return
      }
      socket.readers.push(g)
      w.netWaiters++
      park(w, m, g)
      return
    }
    case op.syscallBlocking:
    case op.syscallCpu:
    case op.syscallNanosleep:
    case op.cgo:
      enterSyscall(w, m, g, code, program.draw[g.pc]!(w.prng))
      return
    case op.gosched:
      g.pc++
      w.measures.stint(w, g)
      makeRunnable(w, g)
      g.m = undefined
      m.curg = undefined
      globalPut(w, g)
      wakep(w, m)
      switchOut(w, m)
      return
    case op.go: {
      const count = program.count[g.pc]!
      for (let i = 0; i < count; i++) {
        const child = newGoroutine(w, w.programs[arg]!)
        makeRunnable(w, child)
        runqput(w, m.p!, child, true)
        wakep(w, m)
      }
      g.pc++
      runOps(w, m, g)
      return
    }
    case op.add:
      w.groups[arg]!.count += program.count[g.pc]!
      g.pc++
      runOps(w, m, g)
      return
    case op.done:
      groupDone(w, m, g, arg, program.count[g.pc]!)
      return
    case op.wait: {
      const group = w.groups[arg]!
      g.pc++
      if (group.count > 0) {
        group.waiters.push(g)
        park(w, m, g)
      } else runOps(w, m, g)
      return
    }
    case op.allocate:
      w.collector!.allocate(w, m, g, program.draw[g.pc]!(w.prng))
      return
    case op.stopTheWorld:
      if (w.stop !== undefined) {
        w.stopQueue.push(g)
        park(w, m, g)
        return
      }
      g.pc++
      stopTheWorld(w, m, 'other', 'nothing')
      return
    case op.collect:
      w.collector!.collect(w, m, g)
      return
    case op.exit:
      exit(w, m, g)
      return
    default:
      assert(false, `instruction ${code} has no effect of its own`)
  }
}

/** The goroutine waits; its M looks for other work. */
export function park(w: World, m: M, g: G): void {
  w.measures.stint(w, g)
  g.status = gStatus.waiting
  g.m = undefined
  m.curg = undefined
  switchOut(w, m, w.costs.parkNs)
}

function send(w: World, m: M, g: G, index: number): void {
  const channel = w.channels[index]!
  g.pc++
  const receiver = channel.receivers.shift()
  if (receiver !== undefined) ready(w, m, receiver, true)
  else if (channel.buffered < channel.capacity) channel.buffered++
  else {
    channel.senders.push(g)
    park(w, m, g)
    return
  }
  runOps(w, m, g)
}

function receive(w: World, m: M, g: G, index: number): void {
  const channel = w.channels[index]!
  g.pc++
  const sender = channel.senders.shift()
  if (sender !== undefined) ready(w, m, sender, true)
  else if (channel.buffered > 0) channel.buffered--
  else {
    channel.receivers.push(g)
    park(w, m, g)
    return
  }
  runOps(w, m, g)
}

/** sync.Mutex of internal/sync/mutex.go: spinning, barging, and order after 1 ms of waiting. */
function lock(w: World, m: M, g: G, index: number): void {
  const mutex = w.mutexes[index]!
  if (g.handed || (mutex.holder === undefined && !mutex.starving)) {
    if (!g.handed) mutex.holder = g
    if (g.waitSinceNs >= 0) mutex.woken = false
    g.handed = false
    g.waitSinceNs = -1
    g.spins = 0
    g.pc++
    runOps(w, m, g)
    return
  }
  const canSpin =
    !mutex.starving && g.spins < mutexSpins && w.gomaxprocs > 1 && w.gomaxprocs > w.pidle.length + w.nmspinning + 1 && localEmpty(m.p!)
  if (canSpin) {
    g.spins++
    step(w, m, mutexSpinPauses * pauseNs, then.op)
    return
  }
  g.spins = 0
  if (g.waitSinceNs < 0) {
    g.waitSinceNs = w.nowNs
    mutex.waiters.push(g)
  } else {
    // Woken and beaten: to the front, and after a millisecond the mutex is handed over in order.
    mutex.woken = false
    if (w.nowNs - g.waitSinceNs > mutexStarvationNs) mutex.starving = true
    mutex.waiters.unshift(g)
  }
  park(w, m, g)
}

function unlock(w: World, m: M, g: G, index: number): void {
  const mutex = w.mutexes[index]!
  mutex.holder = undefined
  g.pc++
  if (mutex.starving) {
    const next = mutex.waiters.shift()!
    mutex.holder = next
    next.handed = true
    if (mutex.waiters.length === 0 || w.nowNs - next.waitSinceNs < mutexStarvationNs) mutex.starving = false
    ready(w, m, next, true)
    // The one that unlocks yields to the new owner (goyield): to the tail of its local queue.
    w.measures.stint(w, g)
    makeRunnable(w, g)
    g.m = undefined
    m.curg = undefined
    runqput(w, m.p!, g, false)
    switchOut(w, m)
    return
  }
  if (mutex.waiters.length > 0 && !mutex.woken) {
    mutex.woken = true
    ready(w, m, mutex.waiters.shift()!, true)
  }
  runOps(w, m, g)
}

function groupDone(w: World, m: M, g: G, index: number, n: number): void {
  const group = w.groups[index]!
  group.count -= n
  g.pc++
  if (group.count <= 0) for (const waiter of group.waiters.splice(0)) ready(w, m, waiter, true)
  runOps(w, m, g)
}

/** A read or write enters the kernel for a moment: enough to end sysmon's deep sleep. */
function noticeSyscall(w: World): void {
  wakeSysmon(w, delay => pushSysmon(w, delay))
}

function exit(w: World, m: M, g: G): void {
  w.measures.stint(w, g)
  g.status = gStatus.dead
  g.m = undefined
  m.curg = undefined
  goroutineExited(w, g)
  if (g.lockedM === m) {
    // A goroutine that ends while locked takes its thread with it.
    m.lockedg = undefined
    g.lockedM = undefined
    g.lockCount = 0
    const p = releasep(m)
    handoffp(w, p, m)
    m.dead = true
    w.threads--
    block(w, m)
    return
  }
  // `goExitNs` is measured up to the start of the next goroutine.
  m.switched = true
  schedule(w, m)
}

/** Something outside made the goroutine's descriptor ready: whoever polls next will see it. */
export function descriptorReady(w: World, g: G): void {
  w.netReady.push(g)
  const poller = w.poller
  if (poller?.polling !== true) return
  poller.polling = false
  wakeThread(w, poller, then.polled)
}

/** A message reached a socket. */
export function messageArrived(w: World, index: number): void {
  const socket = w.sockets[index]!
  socket.ready++
  const reader = socket.readers.shift()
  if (reader !== undefined) descriptorReady(w, reader)
}
