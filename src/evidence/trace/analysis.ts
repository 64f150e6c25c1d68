// One pass over a trace's events that keeps what a report needs: columns per live goroutine, totals, histograms, bounded lists; no events.
// Here is what every event of a goroutine or P does; what it adds up to is in the classes this one is made of.
import type {TraceReport} from '../model/trace.ts'
import {BlockStays} from './block-stays.ts'
import {heldNs, longWaitNs} from './attribution.ts'
import {ev, go, proc} from './event-types.ts'
import {GcCycles} from './gc-cycles.ts'
import {
  goAssistSince,
  goBorn,
  goByTimer,
  goCreated,
  goCreatedAt,
  goDoes,
  goGroup,
  GoLedger,
  goLastThread,
  goRow,
  goRunnable,
  goRunning,
  goShared,
  goSince,
  goStarts,
  goWorker,
} from './go-ledger.ts'
import {GoroutineGroups} from './goroutine-groups.ts'
import {ProcClock, procGc, procIdle, procScheduler, procSyscall, procUser} from './proc-clock.ts'
import type {TraceContext, TraceSink} from './reader.ts'
import {RareEvents} from './rare-events.ts'
import {RunWaits} from './run-waits.ts'
import {Sites} from './sites.ts'
import {SyscallStays} from './syscall-stays.ts'
import {ThreadMoves} from './thread-moves.ts'
import {argColumn, timeColumn, type TraceEvent} from './trace-event.ts'
import * as wire from './wire-events.ts'
import {WorldStops} from './world-stops.ts'

/** A syscall longer than this is listed. Unit: ns. Source: sysmon retakes the P of one at the latest after forcePreemptNS, 10 ms. */
const longSyscallNs = 10_000_000
/** A stop longer than this takes part in clusters. Unit: ns. Source: the clusters of stops over 5 ms that users look for. */
const longStopNs = 5_000_000
/** Starts on one thread, while the program had several, from which on a goroutine is called probably locked to it. */
const lockedStartsMin = 50
const longListMax = 1000

/** What counts as long; `over300us` counts at 300 µs whatever is asked for. */
export const defaultLimits: TraceReport['limits'] = {waitNs: longWaitNs, stopNs: longStopNs, syscallNs: longSyscallNs}

export class TraceAnalysis implements TraceSink {
  readonly limits: TraceReport['limits']
  readonly sites = new Sites()
  readonly clock = new ProcClock()
  readonly byType = new Float64Array(256)
  readonly stops = new WorldStops(this.clock)
  readonly groups = new GoroutineGroups()
  readonly locked: {goroutine: string; group: string; thread: string; starts: number}[] = []
  readonly waits: RunWaits
  readonly blocked: BlockStays
  readonly syscalls: SyscallStays
  readonly moves: ThreadMoves
  readonly gc: GcCycles
  readonly rare: RareEvents
  seen = 0
  ended = 0
  created = 0
  byTimer = 0
  /** First event's time since the origin, and its wall clock where the trace has one. */
  zero = 0
  startUnixNs: bigint | undefined
  context!: TraceContext

  readonly #ledger = new GoLedger()
  #event!: TraceEvent
  readonly #gcWorker = this.sites.name('runtime.gcBgMarkWorker')
  readonly #timer = this.sites.name('time.goFunc')
  #started = false

  constructor(limits: Partial<TraceReport['limits']> = {}) {
    this.limits = {...defaultLimits, ...limits}
    const names = {goroutine: (slot: number) => this.#idOf(slot), group: (group: number) => this.sites.nameText(group)}
    this.waits = new RunWaits(this.limits, this.clock, this.#ledger, this.stops, names)
    this.blocked = new BlockStays(this.clock, this.#ledger, this.sites)
    this.syscalls = new SyscallStays(this.limits.syscallNs, this.clock, this.#ledger, this.sites, names)
    this.moves = new ThreadMoves(this.#ledger)
    this.gc = new GcCycles(this.clock, this.#ledger)
    this.rare = new RareEvents(this.clock)
  }

  /** Time of the last event, ns since the first. */
  get wallNs() {
    return this.clock.now
  }

  begin(context: TraceContext): void {
    this.context = context
    this.#event = context.event
  }

  event(): void {
    const event = this.#event
    const {type, p, g, resource} = event
    this.byType[type]!++
    if (!this.#started) {
      if (this.context.generation === undefined) return // a Sync before a generation that was cut off: its time is none
      this.#first(event.n[timeColumn]!)
    }
    const {clock} = this
    clock.now = event.n[timeColumn]! - this.zero
    switch (type) {
      case wire.evGoStart:
        return this.#start(resource, p, event.m)
      case wire.evGoUnblock:
      case wire.evGoSwitch:
      case wire.evGoSwitchDestroy:
        this.blocked.ends(resource, g)
        return this.waits.begins(resource)
      case wire.evGoBlock:
        return this.#block(g)
      default:
        this.#lessOften(type, p, g, resource)
    }
  }

  /** Apart from the switch above: V8 throws a function's code away when it meets a case it has not seen before, and that one is dear. */
  #lessOften(type: number, p: number, g: number, resource: number): void {
    const event = this.#event
    const {clock} = this
    switch (type) {
      case wire.evGoStop:
        this.#leave(g)
        return this.waits.begins(g)
      case wire.evGoDestroy:
        this.#stopRunning(g)
        return this.#end(g)
      case wire.evGoSyscallBegin:
        return this.#syscallBegin(g)
      case wire.evGoSyscallEnd:
        this.syscalls.ends(g, false)
        clock.set(p, this.#ledger.at[g * goRow + goDoes]!)
        return
      case wire.evGoSyscallEndBlocked:
        this.syscalls.ends(g, true)
        return this.waits.begins(g)
      case wire.evGoDestroySyscall:
        this.syscalls.ends(g, false)
        return this.#end(g)
      case wire.evGoCreate:
      case wire.evGoCreateBlocked:
      case wire.evGoCreateSyscall:
        return this.#create(type, resource)
      case wire.evGoStatus:
      case wire.evGoStatusStack:
        return this.#status(resource)
      case wire.evProcStart:
        this.moves.procStarts(resource, event.m)
        clock.set(resource, procScheduler)
        return
      case wire.evProcStop:
        return this.#procEnds(resource)
      case wire.evProcSteal:
        this.moves.procStolen(resource)
        return this.#procEnds(resource)
      case wire.evProcStatus:
        if (event.from !== event.to) clock.set(resource, event.to === proc.running ? procScheduler : procIdle)
        return
      default:
        this.#rest(type, g)
    }
  }

  #rest(type: number, g: number): void {
    const {context} = this
    const {event, generation, model} = context
    switch (type) {
      case ev.stwBegin: {
        const kind = generation?.text(event.n[argColumn]!) ?? ''
        const by = generation === undefined ? undefined : this.sites.site(this.sites.user(generation, event.stack))
        return this.stops.begin(kind, this.#idOf(g), by, this.gc.open !== undefined, model.tasks.size)
      }
      case ev.stwEnd: {
        const totalNs = this.stops.end(this.gc.open !== undefined)
        if (this.gc.open !== undefined) this.gc.open.stwNs += totalNs
        return
      }
      case ev.gcBegin:
      case ev.gcActive:
        return this.gc.markBegins()
      case ev.gcEnd:
        return this.gc.markEnds(model, true)
      case ev.gcMarkAssistBegin:
        return this.gc.assistBegins(g)
      case ev.gcMarkAssistActive:
        if (event.resource >= 0 && !this.gc.assists(event.resource)) this.gc.assistBegins(event.resource)
        return
      case ev.gcMarkAssistEnd:
        return this.gc.assistEnds(g, model)
      case ev.goLabel:
        this.#setWorker(g, workerLabels.get(generation?.text(event.n[argColumn]!) ?? '') ?? 0)
        return
      case ev.cpuSample:
        return this.waits.lockSamples.add(generation, event.stack, this.clock.now)
      default:
        this.rare.event(context)
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

  #open(slot: number): void {
    this.#ledger.open(slot, this.clock.now, procUser)
    this.seen++
  }

  #setGroup(slot: number, group: number): void {
    const {at} = this.#ledger
    at[slot * goRow + goGroup] = group
    at[slot * goRow + goDoes] = group === this.#gcWorker || at[slot * goRow + goWorker]! !== 0 ? procGc : procUser
  }

  #setWorker(slot: number, worker: number): void {
    const {at} = this.#ledger
    at[slot * goRow + goWorker] = worker
    at[slot * goRow + goDoes] = worker !== 0 || at[slot * goRow + goGroup] === this.#gcWorker ? procGc : procUser
  }

  /** Learns the start function of a goroutine from the stack of one of its events. */
  #learnGroup(slot: number): void {
    const {generation, event} = this.context
    if (event.stack >= 0) this.#setGroup(slot, this.sites.root(generation!, event.stack))
  }

  #create(type: number, slot: number): void {
    const {event} = this.context
    this.#open(slot)
    this.created++
    const row = slot * goRow
    this.#ledger.at[row + goCreated] = 1
    if (type === ev.goCreateSyscall) return
    const generation = this.context.generation!
    this.#setGroup(slot, this.sites.root(generation, generation.stackIndex(event.n[argColumn + 1]!)))
    this.#ledger.at[row + goCreatedAt] = this.sites.user(generation, event.stack)
    // Timers run in the scheduler, with no goroutine: nothing else creates goroutines there. A bubble of testing/synctest runs them with one.
    if (event.g < 0 || (event.stack >= 0 && this.sites.leaf(generation, event.stack) === this.#timer)) {
      this.#ledger.at[row + goByTimer] = 1
      this.byTimer++
    }
    if (type === ev.goCreate) this.waits.begins(slot)
  }

  #status(slot: number): void {
    const {event, generation} = this.context
    if (generation === undefined) return
    if (event.from === event.to) {
      if (this.#ledger.at[slot * goRow + goGroup] === -1) this.#learnGroup(slot)
      return
    }
    this.#open(slot)
    this.#setGroup(slot, this.sites.root(generation, event.stack))
    const {ns, at} = this.#ledger
    const row = slot * goRow
    if (event.to === go.runnable) ns[row + goSince] = Number.NaN // runnable since before the trace: no latency
    else if (event.to === go.running) this.clock.set(event.p, at[row + goDoes]!)
    else if (event.to === go.waiting) this.blocked.beganBefore(slot, generation, event.stack)
    else if (event.to === go.syscall) {
      this.syscalls.begins(slot, generation, event.stack)
      if (event.p >= 0) this.clock.set(event.p, procSyscall)
    }
  }

  #start(slot: number, p: number, m: number): void {
    const {ns, at} = this.#ledger
    const row = slot * goRow
    const since = ns[row + goSince]!
    if (since === since) {
      this.waits.ends(slot, this.context.model.procId.length)
      const cycle = this.gc.open
      if (cycle !== undefined) {
        cycle.waits++
        if (this.waits.last > cycle.waitNsMax) cycle.waitNsMax = this.waits.last
      }
    } else ns[row + goRunnable]! += this.clock.now - ns[row + goBorn]! // runnable since before the trace: time, but no latency
    ns[row + goSince] = this.clock.now
    this.moves.goStarts(slot, p, m)
    this.clock.set(p, at[row + goDoes]!)
  }

  #procEnds(slot: number): void {
    this.clock.set(slot, procIdle)
    this.stops.procEnds()
  }

  #idOf(slot: number): string {
    return String(this.context.wide.signed(this.context.model.goId[slot]!))
  }

  /** The goroutine ran until now: adds the slice to it, to a GC worker's kind, and to the over-long slices. */
  #stopRunning(g: number): void {
    const {ns, at} = this.#ledger
    const row = g * goRow
    const ran = this.clock.now - ns[row + goSince]!
    ns[row + goRunning]! += ran
    if (ran >= heldNs || at[row + goWorker]! !== 0 || ns[row + goAssistSince] === ns[row + goAssistSince]) this.#ranSpecially(g, ran)
  }

  #ranSpecially(g: number, ran: number): void {
    const {ns, at} = this.#ledger
    const row = g * goRow
    if (ns[row + goAssistSince] === ns[row + goAssistSince]) this.gc.ran(g)
    if (ran >= heldNs) this.waits.held.ended(ns[row + goSince]!, this.clock.now)
    const worker = at[row + goWorker]!
    if (worker === 0) return
    if (this.gc.open !== undefined) this.gc.open.worker[worker]! += ran
    this.#setWorker(g, 0)
  }

  /** Running to runnable or waiting: the P goes back to the scheduler. */
  #leave(g: number): void {
    this.#stopRunning(g)
    if (this.#ledger.at[g * goRow + goGroup] === -1) this.#learnGroup(g)
    this.clock.set(this.#event.p, procScheduler)
  }

  #block(g: number): void {
    this.#leave(g)
    const event = this.#event
    this.blocked.begins(g, this.context.generation!, event.n[argColumn]!, event.stack)
  }

  #syscallBegin(g: number): void {
    const {ns, at} = this.#ledger
    const row = g * goRow
    const event = this.#event
    ns[row + goRunning]! += this.clock.now - ns[row + goSince]!
    ns[row + goSince] = this.clock.now
    this.syscalls.begins(g, this.context.generation!, event.stack)
    if (at[row + goGroup] === -1) this.#learnGroup(g)
    this.clock.set(event.p, procSyscall)
  }

  #end(g: number): void {
    this.ended++
    this.gc.drop(g)
    this.#close(g, true)
  }

  /** Adds a goroutine's totals to its group. */
  #close(g: number, ended: boolean): void {
    const {at} = this.#ledger
    const row = g * goRow
    const totals = this.groups.close(this.#ledger, g, this.clock.now, ended)
    const starts = at[row + goStarts]!
    if (!ended && starts <= 1 && this.context.model.goState[g] === go.waiting) totals.neverWoken++
    if (starts < lockedStartsMin || at[row + goShared] !== 0 || this.locked.length >= longListMax) return
    const thread = String(this.context.wide.signed(this.context.model.threadId[at[row + goLastThread]!] ?? -1))
    this.locked.push({goroutine: this.#idOf(g), group: this.sites.nameText(at[row + goGroup]!), thread, starts})
  }

  /** Takes what is still open into the totals; call once, after the last event. */
  finish(): void {
    if (this.context === undefined) return
    const {model} = this.context
    for (const g of model.liveGoSlots()) {
      if (g >= this.#ledger.slots) continue
      this.#leftOpen(g, model.goState[g]!)
      this.#close(g, false)
    }
    this.gc.markEnds(model, false)
    this.clock.finish(model.procId.length)
  }

  #leftOpen(g: number, state: number): void {
    const {ns} = this.#ledger
    const row = g * goRow
    const since = ns[row + goSince]!
    const startNs = since === since ? since : ns[row + goBorn]!
    const open = this.clock.now - startNs
    if (state === go.running) ns[row + goRunning]! += open
    else if (state === go.runnable) ns[row + goRunnable]! += open
    else if (state === go.syscall) this.syscalls.leftOpen(g, open)
    else if (state === go.waiting) this.blocked.leftOpen(g, open)
  }
}

const workerLabels: ReadonlyMap<string, number> = new Map([
  ['GC (dedicated)', 1],
  ['GC (fractional)', 2],
  ['GC (idle)', 3],
])
