// One pass over a trace's events that keeps what a report needs: columns per live goroutine, totals, histograms, bounded lists; no events.
import type {LongSyscall, LongWait, TraceReport, TraceSite, TraceStop, WaitCause} from '../model/trace.ts'
import {causeOf, HeldSlices, Longest, longWaitNs} from './attribution.ts'
import {ev, go, kindIndex, proc} from './event-types.ts'
import {ExactHistogram} from './exact-histogram.ts'
import type {Generation} from './generation.ts'
import {IdMap} from './id-map.ts'
import {GoLedger} from './go-ledger.ts'
import {ProcClock, procDoes} from './proc-clock.ts'
import type {TraceContext, TraceSink} from './reader.ts'
import {isCgoStub, Sites} from './sites.ts'
import {Spans} from './spans.ts'
import {argColumn, timeColumn} from './trace-event.ts'

/** A syscall longer than this is listed. Unit: ns. Source: sysmon retakes the P of one at the latest after forcePreemptNS, 10 ms. */
const longSyscallNs = 10_000_000
/** A stop longer than this takes part in clusters. Unit: ns. Source: the clusters of stops over 5 ms that users look for. */
const longStopNs = 5_000_000

/** What counts as long; `over300us` counts at 300 µs whatever is asked for. */
export const defaultLimits: TraceReport['limits'] = {waitNs: longWaitNs, stopNs: longStopNs, syscallNs: longSyscallNs}
const longListMax = 1000
const stopsMax = 100_000
const cyclesMax = 100_000
/** Waking goroutines are counted in windows of this length, ns. */
const burstWindowNs = 100_000

export interface GroupTotals {
  seen: number
  created: number
  ended: number
  byTimer: number
  createdAt: number
  lifeNs: number
  runningNs: number
  runnableNs: number
  blockedNs: number
  syscallNs: number
  assistNs: number
  neverWoken: number
}
export interface SiteTotals {
  readonly reason: number
  readonly site: number
  group: number
  count: number
  totalNs: number
  maxNs: number
  open: number
  retaken: number
}
export interface CycleTotals {
  readonly startNs: number
  endNs: number
  readonly worker: [number, number, number, number]
  assistNs: number
  assistRunningNs: number
  stwNs: number
  waits: number
  waitNsMax: number
  ended: boolean
}
interface OpenStop {
  readonly kind: string
  readonly startNs: number
  readonly g: number
  readonly by: TraceSite | undefined
  readonly duringMark: boolean
  readonly tasks: number
  stoppedNs: number
  delayed: number
}

export class TraceAnalysis implements TraceSink {
  readonly limits: TraceReport['limits']
  readonly sites = new Sites()
  readonly clock = new ProcClock()
  readonly latency = new ExactHistogram()
  readonly spans = new Spans()
  readonly byKind = new Float64Array(16)
  readonly longWaits = new Longest<LongWait>(longListMax)
  readonly longSyscalls = new Longest<LongSyscall>(longListMax)
  readonly waitCauses = new Map<WaitCause, {count: number; totalNs: number}>()
  readonly stops: (TraceStop & {delayed: number})[] = []
  readonly cycles: CycleTotals[] = []
  readonly blocked: SiteTotals[] = []
  readonly syscalls: SiteTotals[] = []
  readonly groups: GroupTotals[] = []
  /** Packed key (block site, waker's group, woken group) to an index of wakeCounts. */
  readonly wakes = new IdMap()
  wakeCounts = new Float64Array(256)
  readonly gomaxprocs: {atNs: number; value: number}[] = []
  readonly retakes = new Map<number, number>()
  readonly locked: {goroutine: string; group: string; thread: string; starts: number}[] = []
  readonly logs = new Map<string, number>()
  over300us = 0
  seen = 0
  ended = 0
  created = 0
  byTimer = 0
  starts = 0
  handoffs = 0
  toOtherProc = 0
  toOtherThread = 0
  cpuSamples = 0
  assistNs = 0
  wallNs = 0
  /** First event's time since the origin, and its wall clock where the trace has one. */
  zero = 0
  startUnixNs: bigint | undefined
  context!: TraceContext
  readonly cut = new Set<string>()

  readonly #ledger = new GoLedger()
  readonly #held = new HeldSlices()
  /** Slots with a mark assist under way. */
  readonly #assisting = new Set<number>()
  readonly #blockedBy = new Map<number, number>()
  readonly #syscallBy = new Map<number, number>()
  readonly #gcWorker = this.sites.name('runtime.gcBgMarkWorker')
  readonly #timer = this.sites.name('time.goFunc')
  #stop: OpenStop | undefined
  #cycle: CycleTotals | undefined
  #window = -1
  /** By P slot: the M that had it last. By M slot: a serial number of the goroutine that ran there last. */
  readonly #threadOfProc: number[] = []
  readonly #ranOnThread: number[] = []
  #blockGeneration: Generation | undefined
  #blockOfStack = new Int32Array(0)
  #inWindow = 0
  #started = false

  constructor(limits: Partial<TraceReport['limits']> = {}) {
    this.limits = {...defaultLimits, ...limits}
  }

  begin(context: TraceContext): void {
    this.context = context
  }

  event(): void {
    const {event} = this.context
    const {type} = event
    if (!this.#started) {
      if (this.context.generation === undefined) return this.#count(type) // a Sync before a generation that was cut off: its time is none
      this.#first(event.n[timeColumn]!)
    }
    const now = event.n[timeColumn]! - this.zero
    this.wallNs = now
    this.#count(type)
    const {p, g, resource} = event
    switch (type) {
      case ev.goStart:
        return this.#start(resource, now)
      case ev.goUnblock:
      case ev.goSwitch:
      case ev.goSwitchDestroy:
        return this.#unblock(resource, now)
      case ev.goBlock:
      case ev.goStop:
        return this.#leave(type, g, now)
      case ev.goDestroy:
        this.#stopRunning(g, now)
        return this.#end(g, now)
      case ev.goSyscallBegin:
        return this.#syscallBegin(g, now)
      case ev.goSyscallEnd:
        this.#syscallEnd(g, now, false)
        this.clock.set(p, this.#does(g), now)
        return
      case ev.goSyscallEndBlocked:
        this.#syscallEnd(g, now, true)
        return this.#runnable(g, now)
      case ev.goDestroySyscall:
        this.#syscallEnd(g, now, false)
        return this.#end(g, now)
      case ev.goCreate:
      case ev.goCreateBlocked:
      case ev.goCreateSyscall:
        return this.#create(type, resource, now)
      case ev.goStatus:
      case ev.goStatusStack:
        return this.#status(resource, now)
      case ev.procStart:
        if (this.#threadOfProc[resource] !== event.m) this.#procMoved(resource, event.m)
        this.clock.set(resource, procDoes.scheduler, now)
        return
      case ev.procStop:
        return this.#procEnds(resource, now)
      case ev.procSteal:
        this.retakes.set(resource, (this.retakes.get(resource) ?? 0) + 1)
        return this.#procEnds(resource, now)
      case ev.procStatus:
        if (event.from !== event.to) this.clock.set(resource, event.to === proc.running ? procDoes.scheduler : procDoes.idle, now)
        return
      default:
        this.#rest(type, g, now)
    }
  }

  #count(type: number): void {
    this.byKind[kindIndex[type]!]!++
  }

  #rest(type: number, g: number, now: number): void {
    const {event, generation} = this.context
    const arg = event.n[argColumn]!
    switch (type) {
      case ev.procsChange:
        this.clock.tick(now)
        this.clock.procs = arg
        if (this.gomaxprocs.at(-1)?.value !== arg) this.gomaxprocs.push({atNs: now, value: arg})
        return
      case ev.stwBegin:
        return this.#stopBegins(now)
      case ev.stwEnd:
        return this.#stopEnds(now)
      case ev.gcBegin:
      case ev.gcActive:
        return this.#markBegins(now)
      case ev.gcEnd:
        return this.#markEnds(now, true)
      case ev.gcMarkAssistBegin:
        return this.#assistBegins(g, now)
      case ev.gcMarkAssistActive:
        if (event.resource >= 0 && Number.isNaN(this.#ledger.assistSince[event.resource]!)) this.#assistBegins(event.resource, now)
        return
      case ev.gcMarkAssistEnd:
        return this.#assistEnds(g, now)
      case ev.goLabel:
        this.#ledger.worker[g] = workerLabels.get(generation?.text(arg) ?? '') ?? 0
        return
      case ev.cpuSample:
        this.cpuSamples++
        return
      case ev.userTaskBegin:
        return this.spans.begin('task', arg, -1, generation?.text(event.n[argColumn + 2]!) ?? '', now, this.clock.stoppedNs(now))
      case ev.userTaskEnd:
        return this.spans.end('task', arg, -1, event.name, now, this.clock.stoppedNs(now))
      case ev.userRegionBegin:
        return this.spans.begin('region', arg, g, generation?.text(event.n[argColumn + 1]!) ?? '', now, this.clock.stoppedNs(now))
      case ev.userRegionEnd:
        return this.spans.end('region', arg, g, generation?.text(event.n[argColumn + 1]!) ?? '', now, this.clock.stoppedNs(now))
      case ev.userLog: {
        const category = generation?.text(event.n[argColumn + 1]!) ?? ''
        if (this.logs.size < longListMax || this.logs.has(category)) this.logs.set(category, (this.logs.get(category) ?? 0) + 1)
        return
      }
    }
  }

  #first(time: number): void {
    this.#started = true
    this.zero = time
    const {generation, originNs, wide} = this.context
    const clock = generation?.clock
    if (generation === undefined || clock === undefined) return
    const wall = wide.signed(clock.sec) * 1_000_000_000n + wide.signed(clock.nsec)
    this.startUnixNs = wall - (BigInt(Math.trunc(clock.ticks * generation.nsPerTick)) - originNs - BigInt(time))
  }

  #generation(): Generation {
    return this.context.generation!
  }

  #open(slot: number, now: number): void {
    this.#ledger.open(slot, now)
    this.seen++
  }

  #create(type: number, slot: number, now: number): void {
    const {event} = this.context
    const ledger = this.#ledger
    this.#open(slot, now)
    this.created++
    ledger.created[slot] = 1
    if (type === ev.goCreateSyscall) return
    const generation = this.#generation()
    ledger.group[slot] = this.sites.root(generation, generation.stackIndex(event.n[argColumn + 1]!))
    ledger.createdAt[slot] = this.sites.user(generation, event.stack)
    // Timers run in the scheduler, with no goroutine: nothing else creates goroutines there. A bubble of testing/synctest runs them with one.
    if (event.g < 0 || (event.stack >= 0 && this.sites.leaf(generation, event.stack) === this.#timer)) {
      ledger.byTimer[slot] = 1
      this.byTimer++
    }
    if (type === ev.goCreate) this.#runnable(slot, now)
  }

  #status(slot: number, now: number): void {
    const {event} = this.context
    const ledger = this.#ledger
    const generation = this.#generation()
    if (event.from === event.to) {
      if (ledger.group[slot] === -1 && event.stack >= 0) ledger.group[slot] = this.sites.root(generation, event.stack)
      return
    }
    this.#open(slot, now)
    ledger.group[slot] = this.sites.root(generation, event.stack)
    if (event.to === go.runnable) ledger.since[slot] = Number.NaN // runnable since before the trace: no latency
    else if (event.to === go.running) this.clock.set(event.p, this.#does(slot), now)
    else if (event.to === go.waiting)
      ledger.blockSite[slot] = this.#siteIndex(this.blocked, this.#blockedBy, -1, this.sites.user(generation, event.stack))
    else if (event.to === go.syscall) {
      const call = this.sites.call(generation, event.stack)
      ledger.syscallSite[slot] = this.#siteIndex(this.syscalls, this.#syscallBy, call, this.sites.user(generation, event.stack))
      if (event.p >= 0) this.clock.set(event.p, procDoes.syscall, now)
    }
  }

  #does(g: number): number {
    return this.#ledger.group[g] === this.#gcWorker || this.#ledger.worker[g] !== 0 ? procDoes.gc : procDoes.user
  }

  #runnable(slot: number, now: number): void {
    const ledger = this.#ledger
    ledger.since[slot] = now
    ledger.moved[slot] = 1
    ledger.stopped[slot] = this.clock.stoppedNs(now)
    ledger.saturated[slot] = this.clock.saturatedNs(now)
    ledger.gcSaturated[slot] = this.clock.gcSaturatedNs(now)
    const window = Math.floor(now / burstWindowNs)
    if (window !== this.#window) {
      this.#window = window
      this.#inWindow = 0
    }
    ledger.burst[slot] = ++this.#inWindow
  }

  #start(slot: number, now: number): void {
    const ledger = this.#ledger
    const {p, m} = this.context.event
    const since = ledger.since[slot]!
    if (since === since) this.#waited(slot, since, now)
    else ledger.runnable[slot]! += now - ledger.born[slot]! // runnable since before the trace: time, but no latency
    ledger.since[slot] = now
    this.starts++
    const starts = ++ledger.starts[slot]!
    const serial = ledger.serial[slot]!
    if (starts > 1) {
      if (ledger.lastProc[slot] !== p) this.toOtherProc++
      if (ledger.lastThread[slot] !== m) {
        this.toOtherThread++
        ledger.shared[slot] = 1
      } else if (this.#ranOnThread[m] !== serial) ledger.shared[slot] = 1
    }
    ledger.lastProc[slot] = p
    ledger.lastThread[slot] = m
    this.#ranOnThread[m] = serial
    this.clock.set(p, this.#does(slot), now)
  }

  #waited(slot: number, since: number, now: number): void {
    const wait = now - since
    const ledger = this.#ledger
    ledger.runnable[slot]! += wait
    this.latency.add(wait)
    const cycle = this.#cycle
    if (cycle !== undefined) {
      cycle.waits++
      if (wait > cycle.waitNsMax) cycle.waitNsMax = wait
    }
    const stwNs = this.clock.stoppedNs(now) - ledger.stopped[slot]!
    if (stwNs > 0) this.#delayedBy(since)
    if (wait > longWaitNs) this.over300us++
    if (wait <= this.limits.waitNs) return
    const allProcsBusyNs = this.clock.saturatedNs(now) - ledger.saturated[slot]!
    const gcAllProcsBusyNs = this.clock.gcSaturatedNs(now) - ledger.gcSaturated[slot]!
    const held = this.#held.overlapNs(since, now, this.clock, this.context.model.procId.length)
    const cause = causeOf(wait, {stwNs, allProcsBusyNs, gcAllProcsBusyNs, burst: ledger.burst[slot]!}, held, this.clock.procs)
    const total = this.waitCauses.get(cause) ?? {count: 0, totalNs: 0}
    total.count++
    total.totalNs += wait
    this.waitCauses.set(cause, total)
    if (!this.longWaits.wants(wait)) return
    const goroutine = this.#idOf(slot)
    const group = this.sites.nameText(ledger.group[slot]!)
    this.longWaits.add(wait, {goroutine, group, startNs: since, waitNs: wait, cause, stwNs, allProcsBusyNs, gcAllProcsBusyNs})
  }

  /** Counts a wait at the stops that lie in it, the latest first. */
  #delayedBy(since: number): void {
    if (this.#stop !== undefined) this.#stop.delayed++
    for (let i = this.stops.length - 1; i >= 0; i--) {
      const stop = this.stops[i]!
      if (stop.startNs + stop.totalNs <= since) return
      stop.delayed++
    }
  }

  #procMoved(slot: number, m: number): void {
    if (this.#threadOfProc[slot] !== undefined) this.handoffs++
    this.#threadOfProc[slot] = m
  }

  #idOf(slot: number): string {
    return String(this.context.wide.signed(this.context.model.goId[slot]!))
  }

  /** The goroutine ran until now: adds the slice to it, to a GC worker's kind, and to the over-long slices. */
  #stopRunning(g: number, now: number): void {
    const ledger = this.#ledger
    const since = ledger.since[g]!
    ledger.running[g]! += now - since
    if (ledger.assistSince[g] === ledger.assistSince[g]) this.#assistRan(g, now)
    this.#held.ended(since, now)
    const worker = ledger.worker[g]!
    if (worker === 0) return
    if (this.#cycle !== undefined) this.#cycle.worker[worker]! += now - since
    ledger.worker[g] = 0
  }

  #leave(type: number, g: number, now: number): void {
    const {event} = this.context
    const ledger = this.#ledger
    const generation = this.#generation()
    this.#stopRunning(g, now)
    if (ledger.group[g] === -1 && event.stack >= 0) ledger.group[g] = this.sites.root(generation, event.stack)
    this.clock.set(event.p, procDoes.scheduler, now)
    if (type === ev.goStop) return this.#runnable(g, now)
    ledger.since[g] = now
    ledger.moved[g] = 1
    const at = this.#blockSite(generation, this.sites.text(generation, event.n[argColumn]!), event.stack)
    ledger.blockSite[g] = at
    this.blocked[at]!.group = ledger.group[g]!
  }

  /** Index of a block site; nearly every stack blocks for one reason only, so the last answer is kept by stack. */
  #blockSite(generation: Generation, reason: number, stack: number): number {
    if (stack < 0) return this.#siteIndex(this.blocked, this.#blockedBy, reason, -1)
    if (this.#blockGeneration !== generation) {
      this.#blockGeneration = generation
      this.#blockOfStack = new Int32Array(generation.stackCount).fill(-1)
    }
    const last = this.#blockOfStack[stack]!
    if (last >= 0 && this.blocked[last]!.reason === reason) return last
    return (this.#blockOfStack[stack] = this.#siteIndex(this.blocked, this.#blockedBy, reason, this.sites.user(generation, stack)))
  }

  #siteIndex(list: SiteTotals[], index: Map<number, number>, reason: number, site: number): number {
    const key = (reason + 1) * 2 ** 24 + site + 1
    const known = index.get(key)
    if (known !== undefined) return known
    const at = list.push({reason, site, group: -1, count: 0, totalNs: 0, maxNs: 0, open: 0, retaken: 0}) - 1
    index.set(key, at)
    return at
  }

  #unblock(slot: number, now: number): void {
    const ledger = this.#ledger
    const {g} = this.context.event
    const blocked = now - ledger.since[slot]!
    ledger.blocked[slot]! += blocked
    const block = ledger.blockSite[slot]!
    const at = this.blocked[block]
    if (at !== undefined) {
      at.count++
      at.totalNs += blocked
      if (blocked > at.maxNs) at.maxNs = blocked
    }
    const waker = g < 0 ? 0 : ledger.group[g]! + 2
    const key = ((block + 1) * 2 ** 17 + waker) * 2 ** 17 + ledger.group[slot]! + 1
    let wake = this.wakes.get(key)
    if (wake < 0) wake = this.#newWake(key)
    this.wakeCounts[wake]!++
    ledger.blockSite[slot] = -1
    this.#runnable(slot, now)
  }

  #newWake(key: number): number {
    const index = this.wakes.size
    this.wakes.set(key, index)
    if (index >= this.wakeCounts.length) {
      const grown = new Float64Array(index * 2)
      grown.set(this.wakeCounts)
      this.wakeCounts = grown
    }
    return index
  }

  #syscallBegin(g: number, now: number): void {
    const {event} = this.context
    const ledger = this.#ledger
    const generation = this.#generation()
    ledger.running[g]! += now - ledger.since[g]!
    ledger.since[g] = now
    ledger.moved[g] = 1
    const call = this.sites.call(generation, event.stack)
    ledger.syscallSite[g] = this.#siteIndex(this.syscalls, this.#syscallBy, call, this.sites.user(generation, event.stack))
    if (ledger.group[g] === -1 && event.stack >= 0) ledger.group[g] = this.sites.root(generation, event.stack)
    this.clock.set(event.p, procDoes.syscall, now)
  }

  #syscallEnd(g: number, now: number, retaken: boolean): void {
    const ledger = this.#ledger
    const since = ledger.since[g]!
    const took = now - since
    ledger.syscall[g]! += took
    ledger.since[g] = now
    const site = this.syscalls[ledger.syscallSite[g]!]
    if (site === undefined) return
    ledger.syscallSite[g] = -1
    site.count++
    site.totalNs += took
    if (took > site.maxNs) site.maxNs = took
    if (retaken) site.retaken++
    if (took > this.limits.syscallNs) this.#longSyscall(g, site, since, took, true, retaken)
  }

  #longSyscall(g: number, site: SiteTotals, startNs: number, totalNs: number, ended: boolean, retaken: boolean): void {
    if (!this.longSyscalls.wants(totalNs)) return
    const group = this.sites.nameText(this.#ledger.group[g]!)
    this.longSyscalls.add(totalNs, {
      goroutine: this.#idOf(g),
      group,
      site: this.sites.site(site.site),
      call: this.sites.nameText(site.reason),
      cgo: isCgoStub(this.sites.nameText(site.reason)),
      startNs,
      totalNs,
      ended,
      retaken,
    })
  }

  #procEnds(slot: number, now: number): void {
    this.clock.set(slot, procDoes.idle, now)
    const stop = this.#stop
    if (stop !== undefined && (stop.stoppedNs < 0 || this.clock.busy >= 1) && !(stop.stoppedNs >= 0 && this.#settled)) {
      stop.stoppedNs = now - stop.startNs
      if (this.clock.busy <= 1) this.#settled = true
    }
  }

  /** Whether all other Ps had stopped since the open stop began. */
  #settled = false

  #stopBegins(now: number): void {
    const {event, generation} = this.context
    this.clock.tick(now)
    this.clock.stwDepth++
    const kind = generation?.text(event.n[argColumn]!) ?? ''
    const by = generation === undefined ? undefined : this.sites.site(this.sites.user(generation, event.stack))
    this.#settled = this.clock.busy <= 1
    this.#stop = {
      kind,
      startNs: now,
      g: event.g,
      by,
      duringMark: this.#cycle !== undefined,
      tasks: this.context.model.tasks.size,
      stoppedNs: this.#settled ? 0 : -1,
      delayed: 0,
    }
  }

  #stopEnds(now: number): void {
    this.clock.tick(now)
    if (this.clock.stwDepth > 0) this.clock.stwDepth--
    const stop = this.#stop
    if (stop === undefined) return
    this.#stop = undefined
    const totalNs = now - stop.startNs
    if (this.#cycle !== undefined) this.#cycle.stwNs += totalNs
    if (this.stops.length >= stopsMax) {
      this.cut.add('stops')
      return
    }
    const {kind, startNs, by, duringMark, tasks, delayed} = stop
    const stoppingNs = Math.max(0, stop.stoppedNs)
    this.stops.push({
      kind,
      startNs,
      stoppingNs,
      totalNs,
      goroutine: this.#idOf(stop.g),
      by,
      duringMark: duringMark || this.#cycle !== undefined,
      delayed,
      tasks,
    })
  }

  #markBegins(now: number): void {
    if (this.#cycle !== undefined) return // GCActive of a later generation
    this.clock.tick(now)
    this.clock.gcActive = true
    this.#cycle = {
      startNs: now,
      endNs: now,
      worker: [0, 0, 0, 0],
      assistNs: 0,
      assistRunningNs: 0,
      stwNs: 0,
      waits: 0,
      waitNsMax: 0,
      ended: false,
    }
    if (this.cycles.length < cyclesMax) this.cycles.push(this.#cycle)
    else this.cut.add('gc')
  }

  #markEnds(now: number, ended: boolean): void {
    this.clock.tick(now)
    this.clock.gcActive = false
    if (this.#cycle === undefined) return
    for (const g of this.#assisting) this.#assistInCycle(g, now)
    this.#cycle.endNs = now
    this.#cycle.ended = ended
    this.#cycle = undefined
  }

  #assistBegins(g: number, now: number): void {
    this.#ledger.assistSince[g] = now
    this.#assisting.add(g)
  }

  #assistEnds(g: number, now: number): void {
    const since = this.#ledger.assistSince[g]!
    if (since !== since) return
    this.#ledger.assist[g]! += now - since
    this.assistNs += now - since
    this.#assistInCycle(g, now)
    this.#ledger.assistSince[g] = Number.NaN
    this.#assisting.delete(g)
  }

  /** Adds an assist that is under way, up to now, to the cycle. */
  #assistInCycle(g: number, now: number): void {
    const cycle = this.#cycle
    if (cycle === undefined) return
    const since = this.#ledger.assistSince[g]!
    cycle.assistNs += now - Math.max(since, cycle.startNs)
    if (this.context.model.goState[g] === go.running) this.#assistRan(g, now)
  }

  #assistRan(g: number, now: number): void {
    const cycle = this.#cycle
    const {since, assistSince} = this.#ledger
    if (cycle !== undefined) cycle.assistRunningNs += now - Math.max(since[g]!, assistSince[g]!, cycle.startNs)
  }

  #end(g: number, now: number): void {
    this.ended++
    this.#assisting.delete(g)
    this.#close(g, now, true)
  }

  /** Adds a goroutine's totals to its group. */
  #close(g: number, now: number, ended: boolean): void {
    const ledger = this.#ledger
    const totals = (this.groups[ledger.group[g]! + 1] ??= {
      seen: 0,
      created: 0,
      ended: 0,
      byTimer: 0,
      createdAt: -1,
      lifeNs: 0,
      runningNs: 0,
      runnableNs: 0,
      blockedNs: 0,
      syscallNs: 0,
      assistNs: 0,
      neverWoken: 0,
    })
    totals.seen++
    totals.created += ledger.created[g]!
    totals.byTimer += ledger.byTimer[g]!
    if (ended) totals.ended++
    if (ledger.createdAt[g]! >= 0) totals.createdAt = ledger.createdAt[g]!
    totals.lifeNs += now - ledger.born[g]!
    totals.runningNs += ledger.running[g]!
    totals.runnableNs += ledger.runnable[g]!
    totals.blockedNs += ledger.blocked[g]!
    totals.syscallNs += ledger.syscall[g]!
    totals.assistNs += ledger.assist[g]!
    if (ledger.starts[g]! >= lockedStartsMin && ledger.shared[g] === 0 && this.locked.length < longListMax) {
      const thread = String(this.context.wide.signed(this.context.model.threadId[ledger.lastThread[g]!] ?? -1))
      this.locked.push({goroutine: this.#idOf(g), group: this.sites.nameText(ledger.group[g]!), thread, starts: ledger.starts[g]!})
    }
  }

  /** Takes what is still open into the totals; call once, after the last event. */
  finish(): void {
    if (this.context === undefined) return
    const now = this.wallNs
    const {model} = this.context
    const ledger = this.#ledger
    for (const g of model.liveGoSlots()) {
      if (g >= ledger.since.length) continue
      const state = model.goState[g]
      const since = ledger.since[g]!
      const open = since === since ? now - since : now - ledger.born[g]!
      if (state === go.running) ledger.running[g]! += open
      else if (state === go.runnable) ledger.runnable[g]! += open
      else if (state === go.syscall) this.#leftInSyscall(g, since, open)
      else if (state === go.waiting) {
        ledger.blocked[g]! += open
        const site = this.blocked[ledger.blockSite[g]!]
        if (site !== undefined) {
          site.open++
          site.totalNs += open
          if (open > site.maxNs) site.maxNs = open
          if (site.group === -1) site.group = ledger.group[g]!
        }
      }
      this.#close(g, now, false)
      if (state === go.waiting && ledger.starts[g]! <= 1) this.groups[ledger.group[g]! + 1]!.neverWoken++
    }
    this.#markEnds(now, false)
    this.clock.finish(model.procId.length, now)
  }

  #leftInSyscall(g: number, since: number, open: number): void {
    this.#ledger.syscall[g]! += open
    const site = this.syscalls[this.#ledger.syscallSite[g]!]
    if (site === undefined) return
    site.open++
    site.totalNs += open
    if (open > site.maxNs) site.maxNs = open
    if (open > this.limits.syscallNs) this.#longSyscall(g, site, since, open, false, false)
  }
}

/** Starts on one thread, while the program had several, from which on a goroutine is called probably locked to it. */
const lockedStartsMin = 50
const workerLabels: ReadonlyMap<string, number> = new Map([
  ['GC (dedicated)', 1],
  ['GC (fractional)', 2],
  ['GC (idle)', 3],
])
