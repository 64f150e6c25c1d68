// What a run of the scheduler simulator counts. Durations in ns.
import {Histogram} from '../kernel/histogram.ts'
import {nextBelow} from './heat-slots.ts'
import type {G, P, World} from './world.ts'

export class Measures {
  /** Runnable until running, of every goroutine; nothing before `fromNs`. */
  readonly latencyNs = new Histogram()
  /** Running until it blocks or yields, of user goroutines. */
  readonly stintNs = new Histogram()
  /** Arrival until the goroutine that served it is done. */
  readonly responseNs = new Histogram()
  /** How late timers run. */
  readonly timerLateNs = new Histogram()
  readonly stoppingGcNs = new Histogram()
  readonly stoppingOtherNs = new Histogram()
  readonly pauseGcNs = new Histogram()
  readonly pauseOtherNs = new Histogram()
  /** By number of the `measure` step. */
  readonly named: Histogram[] = []
  readonly namedSamples: number[][] = []
  switches = 0
  created = 0
  finished = 0
  responses = 0
  preemptions = 0
  steals = 0
  runnextSteals = 0
  overflows = 0
  retakes = 0
  syscalls = 0
  wakes = 0
  lockedHandoffs = 0
  /** A goroutine that goes on with another P, M or CPU than before. */
  movesP = 0
  movesM = 0
  movesCpu = 0
  movesNode = 0
  threadMoves = 0
  threadsPeak = 0
  sysmonRounds = 0
  collections = 0
  throttles = 0
  throttledNs = 0
  periods = 0
  /** Running time of user goroutines, and how much of it on another node than their memory. */
  ranNs = 0
  remoteNs = 0
  /** Goroutines that stood in the way of a stop and went on afterwards: on another P or M, or where they were. */
  afterStopMoved = 0
  afterStopStayed = 0
  /** Keep single values of `measure` steps, for comparisons with real runs. */
  readonly samplesMax: number
  readonly slotNs: number
  readonly fromNs: number

  constructor(fromNs: number, slotNs: number, samplesMax: number) {
    this.fromNs = fromNs
    this.slotNs = slotNs
    this.samplesMax = samplesMax
  }

  latency(nowNs: number, ns: number): void {
    if (nowNs >= this.fromNs) this.latencyNs.add(ns)
  }

  stint(w: World, g: G): void {
    const ns = w.nowNs - g.startedAtNs
    if (w.nowNs < this.fromNs || g.role !== 'user') return
    this.stintNs.add(ns)
    this.ranNs += ns
    const node = w.cpus[g.lastCpu]?.node ?? 0
    if (g.homeNode >= 0 && node !== g.homeNode) this.remoteNs += ns
  }

  response(nowNs: number, ns: number): void {
    if (nowNs < this.fromNs) return
    this.responses++
    this.responseNs.add(ns)
  }

  take(measure: number, nowNs: number, ns: number): void {
    if (nowNs < this.fromNs) return
    const histogram = (this.named[measure] ??= new Histogram())
    histogram.add(ns)
    const samples = (this.namedSamples[measure] ??= [])
    if (samples.length < this.samplesMax) samples.push(ns)
  }

  stopping(reason: 'gc' | 'other', ns: number): void {
    if (reason === 'gc') this.stoppingGcNs.add(ns)
    else this.stoppingOtherNs.add(ns)
  }

  stoppedTotal(reason: 'gc' | 'other', ns: number): void {
    if (reason === 'gc') this.pauseGcNs.add(ns)
    else this.pauseOtherNs.add(ns)
  }

  /** Running time of a P into the slots of the heat map. */
  heat(p: P, fromNs: number, toNs: number): void {
    for (let at = fromNs; at < toNs;) {
      const slot = Math.floor(at / this.slotNs)
      const end = Math.min(toNs, nextBelow(slot, this.slotNs, at))
      if (slot < p.heat.length) p.heat[slot]! += end - at
      at = end
    }
  }
}
