// The garbage collector's pacer of Go 1.19 to 1.26: goal, trigger, cons/mark and assist ratio, with the runtime's own truncations.
// Follows src/runtime/mgcpacer.go (gcControllerState); what the runtime reads from the heap comes in as numbers here.
import {markShare} from '../../knowledge/scheduler.ts'

/** Unit: bytes. Source: mgcpacer.go, `defaultHeapMinimum`. */
export const heapMinimumBytes = 4 << 20
/** Unit: bytes. Source: mgcsweep.go, `sweepMinHeapDistance`. */
const sweepMinDistanceBytes = 1 << 20
/** Unit: bytes. Source: mgcpacer.go, `heapGoalInternal`, `minRunway`. */
const minRunwayBytes = 64 << 10
/** Unit: bytes. Source: mgcpacer.go, `memoryLimitMinHeapGoalHeadroom`. */
const limitHeadroomMinBytes = 1 << 20
/** Source: mgcpacer.go, `memoryLimitHeapGoalHeadroomPercent`. */
const limitHeadroomPercent = 3
/** Unit: bytes. Source: mgcpacer.go, `gcOverAssistWork`. */
export const overAssistWorkBytes = 64 << 10

/** What the memory limit counts. Unit: bytes. Source: mgcpacer.go, `memoryLimitHeapGoal`. */
export interface MappedMemory {
  /** All mapped memory that was not given back. */
  readonly mappedReadyBytes: number
  /** Free and not given back. */
  readonly heapFreeBytes: number
  /** Objects, live or dead, not yet swept. */
  readonly heapAllocBytes: number
}

export class Pacer {
  /** Percent; negative is off. */
  gogc: number
  /** GOMEMLIMIT; Infinity is off. */
  memoryLimitBytes: number
  heapLive = 0
  heapScan = 0
  heapMarked = 0
  lastHeapScan = 0
  lastStackScan = 0
  maxStackScan = 0
  globalsScan = 0
  /** Heap live when the cycle began; Infinity outside a cycle. */
  triggered = Infinity
  consMark = 0
  assistWorkPerByte = 0
  heapScanWork = 0
  stackScanWork = 0
  globalsScanWork = 0
  /** Of the last cycle that ended. */
  lastHeapGoal = 0
  /** What the limit sees; without a limit nobody reads it. */
  mapped: MappedMemory = {mappedReadyBytes: 0, heapFreeBytes: 0, heapAllocBytes: 0}
  runway = 0
  #percentGoal = Infinity
  #sweepMin = 0
  readonly #lastConsMark = [0, 0, 0, 0]

  constructor(gogc = 100, memoryLimitBytes = Infinity) {
    this.gogc = gogc
    this.memoryLimitBytes = memoryLimitBytes
    this.commit(true)
  }

  /** Unit: bytes. Source: mgcpacer.go, `setGCPercent`. */
  get heapMinimum(): number {
    return this.gogc < 0 ? heapMinimumBytes : Math.trunc((heapMinimumBytes * this.gogc) / 100)
  }

  /** Applies debug.SetGCPercent at once, as the runtime does. */
  setGogc(gogc: number, sweepDone = true): void {
    this.gogc = gogc
    this.commit(sweepDone)
  }

  /** Source: mgcpacer.go, `commit`. */
  commit(sweepDone: boolean): void {
    this.#sweepMin = sweepDone ? 0 : this.heapLive + sweepMinDistanceBytes
    let goal = Infinity
    if (this.gogc >= 0) goal = this.heapMarked + Math.trunc(((this.heapMarked + this.lastStackScan + this.globalsScan) * this.gogc) / 100)
    this.#percentGoal = Math.max(goal, this.heapMinimum)
    this.runway = Math.trunc(((this.consMark * (1 - markShare)) / markShare) * (this.lastHeapScan + this.lastStackScan + this.globalsScan))
  }

  /** Source: mgcpacer.go, `memoryLimitHeapGoal`. */
  limitGoal(): number {
    if (this.memoryLimitBytes === Infinity) return Infinity
    const {mappedReadyBytes, heapFreeBytes, heapAllocBytes} = this.mapped
    const nonHeap = mappedReadyBytes - heapFreeBytes - heapAllocBytes
    const overage = Math.max(0, mappedReadyBytes - this.memoryLimitBytes)
    if (nonHeap + overage >= this.memoryLimitBytes) return this.heapMarked
    let goal = this.memoryLimitBytes - (nonHeap + overage)
    const headroom = Math.max(Math.trunc(goal / 100) * limitHeadroomPercent, limitHeadroomMinBytes)
    goal = goal < headroom || goal - headroom < headroom ? headroom : goal - headroom
    return Math.max(goal, this.heapMarked)
  }

  /** Source: mgcpacer.go, `heapGoalInternal`. */
  goal(): number {
    const limit = this.limitGoal()
    if (limit < this.#percentGoal) return limit
    let goal = Math.max(this.#percentGoal, this.#sweepMin)
    if (this.triggered !== Infinity) goal = Math.max(goal, this.triggered + minRunwayBytes)
    return goal
  }

  /** True when the memory limit, not GOGC, sets the goal. */
  get limited(): boolean {
    return this.limitGoal() < this.#percentGoal
  }

  /** Heap live at which the next cycle starts. Source: mgcpacer.go, `trigger`. */
  trigger(): number {
    const goal = this.goal()
    const marked = this.heapMarked
    if (marked >= goal) return goal
    const limited = this.limited
    let lowest = Math.max(limited ? 0 : this.#sweepMin, marked)
    if (goal === Infinity) return Infinity
    const step = Math.trunc((goal - marked) / 64)
    lowest = Math.max(lowest, step * 45 + marked)
    let highest = step * 61 + marked
    if (goal > heapMinimumBytes) highest = Math.max(highest, goal - heapMinimumBytes)
    highest = Math.max(highest, lowest)
    const wanted = this.runway > goal ? lowest : goal - this.runway
    return Math.min(Math.max(wanted, lowest), highest)
  }

  /** Source: mgcpacer.go, `startCycle`. */
  startCycle(): void {
    this.heapScanWork = 0
    this.stackScanWork = 0
    this.globalsScanWork = 0
    this.triggered = this.heapLive
    this.revise()
  }

  /** Recomputes the assist ratio. Source: mgcpacer.go, `revise`. */
  revise(): void {
    const gogc = this.gogc < 0 ? 100_000 : this.gogc
    const work = this.heapScanWork + this.stackScanWork + this.globalsScanWork
    let goal = this.goal()
    let expected = this.lastHeapScan + this.lastStackScan + this.globalsScan
    const workMax = this.heapScan + this.maxStackScan + this.globalsScan
    if (work > expected) {
      const extended = Math.trunc(((goal - this.triggered) / expected) * workMax) + this.triggered
      expected = workMax
      goal = Math.min(extended, Math.trunc((1 + gogc / 100) * goal))
    }
    if (this.heapLive > goal) {
      goal = Math.trunc(goal * 1.1)
      expected = workMax
    }
    const workLeft = Math.max(1000, expected - work)
    this.assistWorkPerByte = workLeft / Math.max(1, goal - this.heapLive)
  }

  /** Utilisations are shares of all Ps over the cycle. Source: mgcpacer.go, `endCycle`. */
  endCycle(markNs: number, procs: number, assistNs: number, idleMarkNs: number): void {
    this.lastHeapGoal = this.goal()
    const wall = markNs * procs
    const utilization = markShare + (markNs > 0 ? assistNs / wall : 0)
    if (this.heapLive <= this.triggered) return
    const idle = markNs > 0 ? idleMarkNs / wall : 0
    const work = this.heapScanWork + this.stackScanWork + this.globalsScanWork
    const current = ((this.heapLive - this.triggered) * (utilization + idle)) / (work * (1 - utilization))
    this.consMark = Math.max(current, ...this.#lastConsMark)
    this.#lastConsMark.shift()
    this.#lastConsMark.push(current)
  }

  /** Source: mgcpacer.go, `resetLive`. */
  resetLive(markedBytes: number): void {
    this.heapMarked = markedBytes
    this.heapLive = markedBytes
    this.heapScan = this.heapScanWork
    this.lastHeapScan = this.heapScanWork
    this.lastStackScan = this.stackScanWork
    this.triggered = Infinity
  }
}

/** Without assists the limiter looks at what was used after so long, when some P calls schedule. Unit: ns. Source: mgclimit.go, `gcCPULimiterUpdatePeriod`. */
export const limiterUpdateNs = 10e6

/** The limiter that keeps the collector at half of the CPU: a bucket of one CPU-second a P. Source: mgclimit.go, `accumulate`. */
export class GcCpuLimiter {
  fillNs = 0
  limiting = false
  readonly capacityNs: number
  #mutatorNs = 0
  #gcNs = 0

  constructor(procs: number) {
    this.capacityNs = procs * 1e9
  }

  /** CPU time since the last look that nobody has looked at yet. */
  pool(mutatorNs: number, gcNs: number): void {
    this.#mutatorNs += mutatorNs
    this.#gcNs += gcNs
  }

  /**
   * Looks at what was used: after every assist (`gcAssistAlloc1`), where a cycle begins and ends (`startGCTransition`), and while marking in schedule,
   * when the last look is `limiterUpdateNs` ago (`findRunnableGCWorker`). Only a look turns the limiter on or off. Source: mgclimit.go, `updateLocked`.
   */
  look(): void {
    const [mutator, gc] = [this.#mutatorNs, this.#gcNs]
    this.#mutatorNs = this.#gcNs = 0
    this.accumulate(mutator, gc)
  }

  /** How much more of the collector's time than of the program's fits before it limits. */
  get headroomNs(): number {
    return this.capacityNs - this.fillNs - (this.#gcNs - this.#mutatorNs)
  }

  accumulate(mutatorNs: number, gcNs: number): void {
    const change = gcNs - mutatorNs
    const headroom = this.capacityNs - this.fillNs
    if (change > 0 && headroom <= change) {
      this.fillNs = this.capacityNs
      this.limiting = true
      return
    }
    this.fillNs = Math.max(0, this.fillNs + change)
    if (change !== 0 && this.fillNs < this.capacityNs) this.limiting = false
  }
}
