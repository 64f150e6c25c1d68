// The garbage collector as the scheduler sees it: when it starts, who marks, who assists, two pauses. Pacing is gc/pacer.ts.
// Follows gcStart, gcMarkDone (mgc.go), findRunnableGCWorker (mgcpacer.go), gcBgMarkWorker and gcAssistAlloc (mgcmark.go).
import {markWorkers} from '../../knowledge/scheduler.ts'
import {overAssistWorkBytes, type GcCpuLimiter, type Pacer} from '../gc/pacer.ts'
import {park, runOps} from './execute.ts'
import {newGoroutine} from './goroutines.ts'
import {ready, wakep} from './placement.ts'
import {globalPut, localEmpty, runqget} from './queues.ts'
import {startTheWorld, stopTheWorld} from './stop-the-world.ts'
import {interrupt, step} from './threads.ts'
import {op, type Program} from './program.ts'
import {gStatus, then, workerMode, type G, type M, type P, type World} from './world.ts'

/** A worker looks up this often. Unit: ns. Source: mgcmark.go, `gcDrainCheckThreshold` (100,000 units of work) at about 1 byte a ns. */
const checkEveryNs = 100_000

export interface CollectorOptions {
  /** What survives every cycle. Unit: bytes. */
  readonly liveBytes: number
  readonly stackBytes: number
  readonly globalsBytes: number
  /** Share of the heap that holds pointers. */
  readonly scanShare: number
}

export class Collector {
  marking = false
  readonly pacer: Pacer
  readonly limiter: GcCpuLimiter
  readonly options: CollectorOptions
  /** CPU time by who marked. Unit: ns. */
  dedicatedNs = 0
  fractionalNs = 0
  idleNs = 0
  assistNs = 0
  markWallNs = 0
  heapPeak = 0
  #workLeft = 0
  #blackBytes = 0
  #credit = 0
  #dedicatedNeeded = 0
  #fractionalShare = 0
  #idleMax = 0
  #idleRunning = 0
  #periodic = false
  #markStartNs = 0
  #cycleAssistNs = 0
  #cycleIdleNs = 0
  #limiterAtNs = 0
  #limiterAssistNs = 0
  readonly #pool: G[] = []
  readonly #waiters: G[] = []
  readonly #rate: number
  readonly #workerProgram: Program

  constructor(pacer: Pacer, limiter: GcCpuLimiter, options: CollectorOptions, markBytesPerNs: number, workerProgram: Program) {
    this.pacer = pacer
    this.limiter = limiter
    this.options = options
    this.#rate = markBytesPerNs
    this.#workerProgram = workerProgram
    pacer.globalsScan = options.globalsBytes
    pacer.lastStackScan = options.stackBytes
    pacer.maxStackScan = options.stackBytes
    pacer.lastHeapScan = options.liveBytes * options.scanShare
    pacer.heapScan = pacer.lastHeapScan
    pacer.heapMarked = options.liveBytes
    pacer.heapLive = options.liveBytes
    pacer.commit(true)
  }

  hasWork(): boolean {
    return this.marking && this.#workLeft > 0
  }

  /** The worker `p` should run now, if any. */
  assign(w: World, p: P): G | undefined {
    if (!this.hasWork()) return undefined
    if (this.#dedicatedNeeded > 0) {
      this.#dedicatedNeeded--
      return this.#worker(w, workerMode.dedicated)
    }
    if (this.#fractionalShare === 0) return undefined
    const since = w.nowNs - this.#markStartNs
    if (since > 0 && p.fractionalNs / since > this.#fractionalShare) return undefined
    return this.#worker(w, workerMode.fractional)
  }

  /** A worker for a P that has nothing else to do. */
  assignIdle(w: World): G | undefined {
    if (!this.hasWork() || this.#idleRunning >= this.#idleMax) return undefined
    this.#idleRunning++
    return this.#worker(w, workerMode.idle)
  }

  #worker(w: World, mode: G['mode']): G {
    const g = this.#pool.pop() ?? this.#newWorker(w)
    g.mode = mode
    return g
  }

  #newWorker(w: World): G {
    const g = newGoroutine(w, this.#workerProgram, 'mark worker')
    g.status = gStatus.waiting
    return g
  }

  /** An allocation of user code: it may owe mark work, and it may start a cycle. */
  allocate(w: World, m: M, g: G, bytes: number): void {
    const pacer = this.pacer
    g.pc++
    pacer.heapLive += bytes
    pacer.heapScan += bytes * this.options.scanShare
    this.heapPeak = Math.max(this.heapPeak, pacer.heapLive)
    if (this.marking) {
      this.#blackBytes += bytes
      g.assistBytes -= bytes
      if (g.assistBytes < 0 && this.#workLeft > 0 && !this.limiter.limiting) {
        this.#assist(w, m, g)
        return
      }
    } else if (w.stop === undefined && pacer.heapLive >= pacer.trigger()) {
      this.#periodic = false
      stopTheWorld(w, m, 'gc', 'mark')
      return
    }
    runOps(w, m, g)
  }

  #assist(w: World, m: M, g: G): void {
    this.pacer.revise()
    const perByte = this.pacer.assistWorkPerByte
    let work = Math.max(overAssistWorkBytes, -g.assistBytes * perByte)
    g.assistBytes += work / perByte
    const free = Math.min(work, this.#credit)
    this.#credit -= free
    work = Math.min(work - free, this.#workLeft)
    if (work <= 0) {
      runOps(w, m, g)
      return
    }
    this.#workLeft -= work
    this.#scanned(work)
    const ns = work / this.#rate
    this.assistNs += ns
    this.#cycleAssistNs += ns
    this.#limiterAssistNs += ns
    step(w, m, ns, then.assisted)
  }

  assisted(w: World, m: M): void {
    const g = m.curg!
    if (this.marking && this.#workLeft <= 0 && w.stop === undefined) {
      stopTheWorld(w, m, 'gc', 'marked')
      return
    }
    runOps(w, m, g)
  }

  #scanned(work: number): void {
    this.pacer.heapScanWork += work
  }

  /** The worker goroutine runs: a stint of marking, cut short by what its mode asks for. */
  runWorker(w: World, m: M, g: G): void {
    g.stintNs = w.nowNs
    this.#chunk(w, m)
  }

  #chunk(w: World, m: M): void {
    step(w, m, Math.min(checkEveryNs, Math.max(1, this.#workLeft / this.#rate / this.#sharers(w))), then.marked)
  }

  /** Workers that drain the same work at once, so that the last chunk is not waited for too long. */
  #sharers(w: World): number {
    let n = 0
    for (const p of w.allp) if (p.m?.curg?.role === 'mark worker') n++
    return Math.max(1, n)
  }

  #account(w: World, m: M, g: G): void {
    const started = g.stintNs
    const ns = Math.max(0, w.nowNs - started)
    g.stintNs = w.nowNs
    const work = Math.min(this.#workLeft, ns * this.#rate)
    this.#workLeft -= work
    this.#credit += work
    this.#scanned(work)
    if (g.mode === workerMode.dedicated) this.dedicatedNs += ns
    else if (g.mode === workerMode.fractional) {
      this.fractionalNs += ns
      m.p!.fractionalNs += ns
    } else {
      this.idleNs += ns
      this.#cycleIdleNs += ns
    }
    this.#watchLimiter(w)
  }

  marked(w: World, m: M): void {
    const g = m.curg!
    this.#account(w, m, g)
    if (!this.marking) {
      this.#dismiss(w, m, g)
      return
    }
    if (this.#workLeft <= 0) {
      if (w.stop === undefined) stopTheWorld(w, m, 'gc', 'marked')
      else this.#dismiss(w, m, g)
      return
    }
    const p = m.p!
    if (g.mode === workerMode.fractional) {
      const since = w.nowNs - this.#markStartNs
      if (g.preempt || p.fractionalNs > 1.2 * this.#fractionalShare * since) {
        this.#dismiss(w, m, g)
        return
      }
    } else if (g.mode === workerMode.idle) {
      if (g.preempt || !localEmpty(p) || w.globalSize > 0 || w.netReady.length > 0) {
        this.#dismiss(w, m, g)
        return
      }
    } else if (g.preempt) {
      this.preemptWorker(w, m, g)
      return
    }
    this.#chunk(w, m)
  }

  /** SIGURG, or the flag seen: a dedicated worker gives its local queue away and goes on, unless the world is stopping. */
  preemptWorker(w: World, m: M, g: G): void {
    interrupt(w, m)
    this.#account(w, m, g)
    if (w.gcwaiting || g.mode !== workerMode.dedicated) {
      this.#dismiss(w, m, g)
      return
    }
    g.preempt = false
    const p = m.p!
    for (let local = runqget(p); local !== undefined; local = runqget(p)) globalPut(w, local.g)
    wakep(w, m)
    this.#chunk(w, m)
  }

  #dismiss(w: World, m: M, g: G): void {
    if (g.mode === workerMode.dedicated && this.marking) this.#dedicatedNeeded++
    else if (g.mode === workerMode.idle) this.#idleRunning--
    g.mode = workerMode.none
    this.#pool.push(g)
    park(w, m, g)
  }

  /** runtime.GC(): a whole cycle from now on. */
  collect(w: World, m: M, g: G): void {
    g.pc++
    if (this.marking || w.stop !== undefined) {
      this.#waiters.push(g)
      park(w, m, g)
      return
    }
    g.pc--
    this.#periodic = false
    stopTheWorld(w, m, 'gc', 'mark')
  }

  /** The helper that starts a cycle after two minutes without one. */
  start(w: World, m: M): void {
    const g = m.curg!
    if (this.marking || w.stop !== undefined) {
      park(w, m, g)
      return
    }
    this.#periodic = true
    stopTheWorld(w, m, 'gc', 'mark')
  }

  /** The work of a pause is done. */
  stopDone(w: World, m: M): void {
    const g = m.curg!
    const stop = w.stop!
    if (stop.after === 'mark') this.#beginMark(w)
    else if (stop.after === 'marked') this.#endMark(w)
    const waiters = stop.after === 'marked' ? this.#waiters.splice(0) : []
    startTheWorld(w, m)
    for (const waiter of waiters) ready(w, m, waiter, true)
    const next = w.stopQueue.shift()
    if (next !== undefined) ready(w, m, next, true)
    if (g.role === 'mark worker') {
      if (g.mode === workerMode.idle) this.#idleRunning--
      g.mode = workerMode.none
      this.#pool.push(g)
      park(w, m, g)
    } else if (g.role === 'force collection') park(w, m, g)
    else if (stop.after === 'mark' && g.program.ops[g.pc] === op.collect) {
      g.pc++
      this.#waiters.push(g)
      park(w, m, g)
    } else runOps(w, m, g)
  }

  #beginMark(w: World): void {
    const {liveBytes, scanShare, stackBytes, globalsBytes} = this.options
    this.pacer.globalsScan = globalsBytes
    this.pacer.maxStackScan = stackBytes
    this.pacer.startCycle()
    this.#workLeft = liveBytes * scanShare + stackBytes + globalsBytes
    this.#blackBytes = 0
    this.#credit = 0
    const {dedicated, fractionalShare} = markWorkers(w.gomaxprocs)
    this.#dedicatedNeeded = dedicated
    this.#fractionalShare = fractionalShare
    this.#idleMax = this.#periodic ? (dedicated > 0 ? 0 : 1) : w.gomaxprocs - dedicated
    this.#idleRunning = 0
    this.#markStartNs = w.nowNs
    this.#cycleAssistNs = 0
    this.#cycleIdleNs = 0
    for (const p of w.allp) p.fractionalNs = 0
    for (const g of w.allg) g.assistBytes = 0
    this.#watchLimiter(w)
    this.marking = true
  }

  #endMark(w: World): void {
    const {stackBytes, globalsBytes} = this.options
    const wall = w.nowNs - this.#markStartNs
    this.markWallNs += wall
    this.#watchLimiter(w)
    this.marking = false
    for (const p of w.allp) {
      const worker = p.worker
      if (worker === undefined) continue
      p.worker = undefined
      worker.mode = workerMode.none
      this.#pool.push(worker)
    }
    const pacer = this.pacer
    pacer.endCycle(wall, w.gomaxprocs, this.#cycleAssistNs, this.#cycleIdleNs)
    pacer.heapScanWork = Math.max(0, pacer.heapScanWork - stackBytes - globalsBytes)
    pacer.stackScanWork = stackBytes
    pacer.globalsScanWork = globalsBytes
    pacer.resetLive(this.options.liveBytes + this.#blackBytes)
    pacer.commit(true)
    w.measures.collections++
    w.lastCollectionNs = w.nowNs
  }

  #watchLimiter(w: World): void {
    const wall = (w.nowNs - this.#limiterAtNs) * w.gomaxprocs
    this.#limiterAtNs = w.nowNs
    const gc = this.#limiterAssistNs + (this.marking ? wall * 0.25 : 0)
    this.#limiterAssistNs = 0
    this.limiter.accumulate(Math.max(0, wall - gc), gc)
  }

  /** CPU time the collector used. Unit: ns. */
  get cpuNs(): number {
    return this.dedicatedNs + this.fractionalNs + this.idleNs + this.assistNs
  }
}
