// The heap over time: a workload allocates and retains, the pacer decides when to collect, and memory is given back or runs out.
// Between two cycles everything is linear, so a run steps from trigger to trigger; pacing is gc/pacer.ts, from src/runtime/mgcpacer.go.
import {assert, errors} from '../../base/errors.ts'
import {forcedCollectionAfterNs, markShare, markWorkers, preemptAfterNs} from '../../knowledge/scheduler.ts'
import {Prng} from '../kernel/prng.ts'
import {drained, type Steps} from '../kernel/steps.ts'
import {sampler, type Distribution, type Sampler} from '../kernel/distribution.ts'
import {GcCpuLimiter, limiterUpdateNs, Pacer} from './pacer.ts'
import type {HeapController, HeapSample, HeapSettings} from './controller.ts'
import {demandAt, nextChange, type Workload} from './workload.ts'

export interface HeapScenario {
  readonly procs: number
  readonly gogc: number
  readonly memoryLimitBytes?: number
  readonly globalsBytes: number
  /** Share of the heap that holds pointers. */
  readonly scanShare: number
  /** Marking speed of one CPU. Unit: bytes per second. */
  readonly markBytesPerS: number
  /** How that differs from cycle to cycle, as a share of it; drawn with `seed`. */
  readonly markSpread?: Distribution
  readonly seed?: number
  /** CPUs the program itself keeps busy. */
  readonly mutatorCpus: number
  /** CPUs it needs to meet its demand; `mutatorCpus` when absent. With less than that its demand is met even beside the collector. */
  readonly neededCpus?: number
  readonly workloads: readonly Workload[]
  /** Mapped memory that is no heap: code, runtime structures. */
  readonly nonHeapBytes: number
  /** Free slots inside spans and size classes, as a share of the live heap. */
  readonly overheadShare: number
  /** What it costs to bring in 4 KiB of memory the process has not got: never touched, or given back. Unit: ns of CPU; nothing when absent. */
  readonly pageTouchNs?: number
  /** Where the kernel kills the process. */
  readonly oomBytes?: number
  /** The run begins just after a collection, with what is live then; else with an empty heap. */
  readonly warm?: boolean
  readonly durationS: number
  /** Longest step; also how often a controller is asked between cycles. */
  readonly tickS: number
}

export interface HeapCycle {
  readonly atS: number
  readonly markedBytes: number
  readonly triggerBytes: number
  readonly peakBytes: number
  readonly goalBytes: number
  readonly markS: number
  /** Share of all CPUs the collector had while it marked, idle workers not counted. */
  readonly utilization: number
  readonly gogc: number
  readonly limited: boolean
}

export interface HeapPoint {
  readonly atS: number
  readonly heapBytes: number
  readonly rssBytes: number
  readonly goalBytes: number
  readonly gogc: number
}

export interface HeapRun {
  readonly cycles: readonly HeapCycle[]
  readonly series: readonly HeapPoint[]
  readonly decisions: readonly {readonly atS: number; readonly because: string; readonly settings: HeapSettings}[]
  readonly endS: number
  readonly oomAtS: number | undefined
  readonly heapPeakBytes: number
  readonly rssPeakBytes: number
  readonly heapMeanBytes: number
  readonly totalAllocBytes: number
  /** CPU seconds. */
  readonly gcCpuS: number
  readonly assistCpuS: number
  readonly idleMarkCpuS: number
  readonly markWallS: number
  readonly limitingS: number
  readonly refusedS: number
}

const cyclesMax = 5_000_000
const seriesMax = 400
/** Steps a cycle's marking is cut into; the assist ratio is computed anew in each. */
const reviseSteps = 16
/** What the background scavenger gives back: 1 % of a CPU at about 10 µs for 64 KiB. Unit: bytes per second. Source: mgcscavenge.go, `scavengePercent`. */
const scavengeBytesPerS = 64 * 1024 * 1000
/** What the scavenger leaves, of the heap the next cycle is expected to have. Source: mgcscavenge.go, `retainExtraPercent`. */
const retainShare = 1.1
/** Source: mgcscavenge.go, `reduceExtraPercent`: with a limit the scavenger aims 5 % below it. */
const limitShare = 0.95

/** Runs the scenario; a controller, when given, is asked after every cycle and every tick. */
export function runHeap(scenario: HeapScenario, controller?: HeapController): HeapRun {
  return drained(heapInSteps(scenario, controller))
}

/** The same run, handing over now and then the share of the simulated time that is done. */
export function heapInSteps(scenario: HeapScenario, controller?: HeapController): Steps<HeapRun> {
  return new Heap(scenario, controller).run()
}

/** Cycles and ticks between two turns of whoever drives a run in steps: some tens of milliseconds. */
const roundsAStep = 1 << 12

/** What `pageTouchNs` is for. Unit: bytes. */
const touchedBytes = 4096

/** Shortest step to where the limiter begins. Unit: s. */
const limiterStepS = 20e-6

/** The next time some P calls schedule and the last look is long enough ago: sysmon sees to the first every so often, for a goroutine that computes as for a mark worker. */
function nextLookS(startedS: number, lookedS: number): number {
  const everyS = preemptAfterNs / 1e9
  const rounds = Math.floor((lookedS + limiterUpdateNs / 1e9 - startedS) / everyS + 1e-9) + 1
  return startedS + rounds * everyS
}

class Heap {
  readonly #s: HeapScenario
  readonly #controller: HeapController | undefined
  readonly #pacer: Pacer
  readonly #limiter: GcCpuLimiter
  readonly #prng: Prng
  readonly #spread: Sampler
  /** CPU time for a byte of an object in memory the process has not got. Unit: s. */
  readonly #touchS: number
  /** CPUs the program needs to meet its demand. */
  readonly #needed: number
  readonly #cycles: HeapCycle[] = []
  readonly #series: HeapPoint[] = []
  readonly #decisions: {atS: number; because: string; settings: HeapSettings}[] = []
  #nowS = 0
  #refusing = false
  /** Heap pages in use or kept after use. */
  #retained = 0
  /** Heap pages at the end of the last mark, and those the scavenger leaves. */
  #lastInUse = 0
  #keep = Infinity
  #heapPeak = 0
  #rssPeak = 0
  #cyclePeak = 0
  #heapIntegral = 0
  #totalAlloc = 0
  #gcCpu = 0
  #assistCpu = 0
  #idleCpu = 0
  #markWall = 0
  #limitingS = 0
  #refusedS = 0
  #oomAt: number | undefined
  #lastCycleS = 0
  #sampledGcCpu = 0
  #sampledS = 0

  constructor(scenario: HeapScenario, controller: HeapController | undefined) {
    this.#s = scenario
    this.#controller = controller
    this.#pacer = new Pacer(scenario.gogc, scenario.memoryLimitBytes ?? Infinity)
    this.#limiter = new GcCpuLimiter(scenario.procs)
    this.#prng = new Prng(scenario.seed ?? 1)
    this.#spread = sampler(scenario.markSpread ?? 1)
    this.#touchS = ((scenario.pageTouchNs ?? 0) / 1e9 / touchedBytes) * (1 + scenario.overheadShare)
    this.#needed = Math.max(1e-9, Math.min(scenario.mutatorCpus, scenario.neededCpus ?? scenario.mutatorCpus))
    this.#pacer.globalsScan = scenario.globalsBytes
    if (scenario.warm === true) {
      const {liveBytes, stackBytes} = this.#demand()
      this.#pacer.heapScanWork = liveBytes * scenario.scanShare
      this.#pacer.stackScanWork = stackBytes
      this.#pacer.resetLive(liveBytes)
      this.#pacer.commit(true)
      const goal = this.#pacer.goal()
      // It has grown to its goal before.
      if (goal !== Infinity) this.#retained = goal * (1 + scenario.overheadShare)
    }
    this.#mapped()
    this.#pacer.commit(true)
  }

  *run(): Steps<HeapRun> {
    const {durationS, tickS} = this.#s
    for (let n = 1; this.#nowS < durationS && this.#oomAt === undefined; n++) {
      if (n % roundsAStep === 0) yield this.#nowS / durationS
      const pacer = this.#pacer
      const demand = this.#demand()
      const left = Math.min(
        tickS,
        durationS - this.#nowS,
        nextChange(this.#s.workloads, this.#nowS) - this.#nowS,
        this.#lastCycleS + forcedCollectionAfterNs / 1e9 - this.#nowS,
      )
      const trigger = pacer.trigger()
      const {bytesPerS, lastsS} = this.#pace(demand.allocBytesPerS)
      const untilTrigger = bytesPerS > 0 ? Math.max(0, trigger - pacer.heapLive) / bytesPerS : Infinity
      if (untilTrigger <= Math.min(left, lastsS)) {
        this.#mutate(untilTrigger, bytesPerS)
        if (this.#oomAt === undefined) this.#collect()
      } else if (lastsS < left) this.#mutate(lastsS, bytesPerS)
      else {
        this.#mutate(left, bytesPerS)
        if (this.#nowS - this.#lastCycleS >= forcedCollectionAfterNs / 1e9 - 1e-9) this.#collect()
        else this.#ask('tick')
      }
    }
    return this.#result()
  }

  #demand() {
    return demandAt(this.#s.workloads, this.#nowS, this.#refusing)
  }

  /** Bytes the program can allocate before it comes to memory the process has not got. */
  #room(): number {
    return this.#touchS === 0 ? Infinity : Math.max(0, this.#retained / (1 + this.#s.overheadShare) - this.#pacer.heapLive)
  }

  /** How fast the program allocates alone, and for how long: memory it has not got costs CPU time, and CPUs it has not got cost speed. */
  #pace(wantedPerS: number): {readonly bytesPerS: number; readonly lastsS: number} {
    const room = this.#room()
    if (wantedPerS === 0) return {bytesPerS: 0, lastsS: Infinity}
    if (room >= 1) return {bytesPerS: wantedPerS, lastsS: room / wantedPerS}
    return {bytesPerS: wantedPerS * Math.min(1, this.#s.mutatorCpus / (this.#needed + wantedPerS * this.#touchS)), lastsS: Infinity}
  }

  /** The program runs alone for `s` seconds. */
  #mutate(s: number, bytesPerS: number): void {
    const pacer = this.#pacer
    this.#limiter.pool(s * this.#s.mutatorCpus * 1e9, 0)
    this.#grow(s, bytesPerS * s)
    pacer.heapScan += bytesPerS * s * this.#s.scanShare
  }

  /** Time passes and the heap grows in a straight line; stops the run where it meets the OOM line. */
  #grow(s: number, bytes: number): void {
    const pacer = this.#pacer
    const oom = this.#s.oomBytes
    const before = pacer.heapLive
    pacer.heapLive += bytes
    this.#totalAlloc += bytes
    this.#heapIntegral += (before + bytes / 2) * s
    this.#nowS += s
    if (this.#limiter.limiting) this.#limitingS += s
    if (this.#refusing) this.#refusedS += s
    this.#heapPeak = Math.max(this.#heapPeak, pacer.heapLive)
    this.#cyclePeak = Math.max(this.#cyclePeak, pacer.heapLive)
    this.#scavenge(s)
    const rss = this.#rss()
    this.#rssPeak = Math.max(this.#rssPeak, rss)
    this.#mapped()
    if (oom !== undefined && rss > oom) {
      const over = rss - oom
      const rate = bytes / Math.max(s, 1e-12)
      if (rate > 0) this.#nowS -= Math.min(s, over / (rate * (1 + this.#s.overheadShare)))
      this.#oomAt = this.#nowS
    }
    this.#note(false)
  }

  #inUse(): number {
    return this.#pacer.heapLive * (1 + this.#s.overheadShare)
  }

  #rss(): number {
    return this.#s.nonHeapBytes + Math.max(this.#retained, this.#inUse()) + this.#demand().stackBytes
  }

  /** What the background scavenger leaves from now on: nothing is given back before the first collection. Source: mgcscavenge.go, `gcPaceScavenger`. */
  #paceScavenger(): void {
    const {lastHeapGoal} = this.#pacer
    if (lastHeapGoal > 0 && lastHeapGoal < Infinity) this.#keep = this.#lastInUse * (this.#pacer.goal() / lastHeapGoal) * retainShare
  }

  #scavenge(s: number): void {
    const pacer = this.#pacer
    const inUse = this.#inUse()
    const limitKeep = pacer.memoryLimitBytes === Infinity ? Infinity : pacer.memoryLimitBytes * limitShare - this.#s.nonHeapBytes
    const target = Math.max(inUse, Math.min(this.#keep, limitKeep))
    if (this.#retained > target) this.#retained = Math.max(target, this.#retained - scavengeBytesPerS * s)
    this.#retained = Math.max(this.#retained, inUse)
  }

  #mapped(): void {
    const pacer = this.#pacer
    if (pacer.memoryLimitBytes === Infinity) return
    const inUse = pacer.heapLive
    const overhead = pacer.heapLive * this.#s.overheadShare
    const free = Math.max(0, this.#retained - inUse - overhead)
    pacer.mapped = {
      mappedReadyBytes: this.#s.nonHeapBytes + inUse + overhead + free + this.#demand().stackBytes,
      heapFreeBytes: free,
      heapAllocBytes: inUse,
    }
  }

  #collect(): void {
    if (this.#cycles.length >= cyclesMax) throw errors.limit('garbage collections of the simulation', cyclesMax)
    const {procs, scanShare, mutatorCpus, globalsBytes} = this.#s
    const markBytesPerS = this.#s.markBytesPerS * this.#spread(this.#prng)
    const pacer = this.#pacer
    const demand = this.#demand()
    const marked = Math.min(demand.liveBytes, pacer.heapLive)
    pacer.globalsScan = globalsBytes
    pacer.maxStackScan = demand.stackBytes
    pacer.heapScan = Math.min(pacer.heapScan, pacer.heapLive * scanShare)
    pacer.startCycle()
    const startedS = this.#nowS
    const work = marked * scanShare + demand.stackBytes + globalsBytes
    const step = Math.max(1, work / reviseSteps)
    let left = work
    let [black, assist, idle] = [0, 0, 0]
    // Dedicated workers take whole Ps, and the program moves to the others; a fractional worker takes its share of every P, the program's too.
    const {dedicated, fractionalShare} = markWorkers(procs)
    const workers = dedicated + procs * fractionalShare
    const mutatorMax = Math.min(mutatorCpus, procs - dedicated) * (1 - fractionalShare)
    const idleCpus = Math.max(0, procs - workers - mutatorMax)
    const background = markBytesPerS * (workers + idleCpus)
    const limiter = this.#limiter
    limiter.look()
    let lookedS = startedS
    while (left > 0 && this.#oomAt === undefined) {
      pacer.revise()
      const owed = pacer.assistWorkPerByte * demand.allocBytesPerS
      const room = this.#room()
      const needed = room >= 1 ? this.#needed : this.#needed + demand.allocBytesPerS * this.#touchS
      // Of the program's demand this share runs; what it owes beyond the workers' pace it marks itself. Formula: mgcpacer_test.go, idealised utilisation.
      const limiting = limiter.limiting
      const most = Math.min(1, mutatorMax / needed)
      const runs = limiting ? most : Math.min(most, (background + markBytesPerS * mutatorMax) / (owed + markBytesPerS * needed))
      const assistCpus = limiting ? 0 : Math.max(0, Math.min(mutatorMax - runs * needed, (owed * runs - background) / markBytesPerS))
      const speed = background + markBytesPerS * assistCpus
      // Assists look all the time, so the limiter begins where its headroom ends; it ends with the first look that schedule makes, when less is used.
      const filling = procs * markShare + 2 * assistCpus - mutatorMax
      const untilFull = limiting || assistCpus === 0 || filling <= 0 ? Infinity : Math.max(limiterStepS, limiter.headroomNs / 1e9 / filling)
      const untilLook = limiting && filling < 0 ? nextLookS(startedS, lookedS) - this.#nowS : Infinity
      const untilTouch = room >= 1 && room < Infinity && runs > 0 ? room / (demand.allocBytesPerS * runs) : Infinity
      const done = Math.min(step, left, speed * Math.min(untilFull, untilLook, untilTouch))
      const s = done / speed
      const bytes = demand.allocBytesPerS * runs * s
      left -= done
      pacer.heapScanWork += done
      pacer.heapScan += bytes * scanShare
      black += bytes
      assist += assistCpus * s
      idle += idleCpus * s
      limiter.pool((mutatorMax - assistCpus) * s * 1e9, (assistCpus + procs * markShare) * s * 1e9)
      this.#grow(s, bytes)
      if (assistCpus > 0 || untilLook <= s) {
        limiter.look()
        lookedS = this.#nowS
      }
    }
    limiter.look()
    const markS = this.#nowS - startedS
    this.#gcCpu += markS * procs * markShare + assist + idle
    this.#assistCpu += assist
    this.#idleCpu += idle
    this.#markWall += markS
    const goal = pacer.goal()
    const limited = pacer.limited
    const trigger = pacer.triggered
    this.#lastInUse = this.#inUse()
    pacer.endCycle(markS * 1e9, procs, assist * 1e9, idle * 1e9)
    pacer.heapScanWork = marked * scanShare
    pacer.stackScanWork = demand.stackBytes
    pacer.globalsScanWork = globalsBytes
    pacer.resetLive(marked + black)
    this.#mapped()
    pacer.commit(true)
    this.#paceScavenger()
    this.#lastCycleS = this.#nowS
    assert(pacer.heapMarked <= this.#heapPeak + 1, 'no more is marked than there is')
    this.#cycles.push({
      atS: startedS,
      markedBytes: pacer.heapMarked,
      triggerBytes: trigger,
      peakBytes: this.#cyclePeak,
      goalBytes: goal,
      markS,
      utilization: markS > 0 ? markShare + assist / (markS * procs) : markShare,
      gogc: pacer.gogc,
      limited,
    })
    this.#cyclePeak = 0
    this.#ask('cycle')
  }

  #ask(kind: HeapSample['kind']): void {
    if (this.#controller === undefined) return
    const pacer = this.#pacer
    const wall = this.#nowS - this.#sampledS
    const sample: HeapSample = {
      kind,
      nowS: this.#nowS,
      gogc: pacer.gogc,
      memoryLimitBytes: pacer.memoryLimitBytes,
      heapMarkedBytes: pacer.heapMarked,
      heapLiveBytes: pacer.heapLive,
      goalBytes: pacer.goal(),
      rssBytes: this.#rss(),
      quotaBytes: this.#s.oomBytes ?? Infinity,
      totalAllocBytes: this.#totalAlloc,
      cycles: this.#cycles.length,
      lastCycle: this.#cycles.at(-1),
      gcCpuShare: wall > 0 ? (this.#gcCpu - this.#sampledGcCpu) / (wall * this.#s.procs) : 0,
      procs: this.#s.procs,
      stackScanBytes: pacer.lastStackScan,
      globalsScanBytes: pacer.globalsScan,
    }
    this.#sampledS = this.#nowS
    this.#sampledGcCpu = this.#gcCpu
    const settings = this.#controller(sample)
    if (settings === undefined) return
    if (settings.memoryLimitBytes !== undefined) pacer.memoryLimitBytes = settings.memoryLimitBytes
    if (settings.gogc !== undefined && settings.gogc !== pacer.gogc) pacer.setGogc(settings.gogc)
    else if (settings.memoryLimitBytes !== undefined) pacer.commit(true)
    this.#paceScavenger()
    if (settings.refuse !== undefined) this.#refusing = settings.refuse
    if (this.#decisions.length < 10_000) this.#decisions.push({atS: this.#nowS, because: settings.because, settings})
  }

  #note(force: boolean): void {
    const every = this.#s.durationS / seriesMax
    const last = this.#series.at(-1)
    if (!force && last !== undefined && this.#nowS - last.atS < every) return
    const goal = this.#pacer.goal()
    this.#series.push({atS: this.#nowS, heapBytes: this.#pacer.heapLive, rssBytes: this.#rss(), goalBytes: goal, gogc: this.#pacer.gogc})
  }

  #result(): HeapRun {
    this.#note(true)
    return {
      cycles: this.#cycles,
      series: this.#series,
      decisions: this.#decisions,
      endS: this.#nowS,
      oomAtS: this.#oomAt,
      heapPeakBytes: this.#heapPeak,
      rssPeakBytes: this.#rssPeak,
      heapMeanBytes: this.#nowS > 0 ? this.#heapIntegral / this.#nowS : 0,
      totalAllocBytes: this.#totalAlloc,
      gcCpuS: this.#gcCpu,
      assistCpuS: this.#assistCpu,
      idleMarkCpuS: this.#idleCpu,
      markWallS: this.#markWall,
      limitingS: this.#limitingS,
      refusedS: this.#refusedS,
    }
  }
}
