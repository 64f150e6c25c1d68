// Puts the events of all threads into one order and checks that each may happen: the sequence numbers of Gs and Ps decide, times only help.
// Follows src/internal/trace/order.go (Advance and its handlers, Go 1.26). A handler returns false when another thread must go first.
import {ev, go, goStateOfStatus, otherStackArg, proc, procStateOfStatus, procStatus, specs, stackArg, stringArg} from './event-types.ts'
import {argsMax, type Frontier} from './frontier.ts'
import type {Generation} from './generation.ts'
import type {SchedulerModel} from './scheduler-model.ts'
import {argColumn, timeColumn, type TraceEvent} from './trace-event.ts'
import type {TraceSink} from './reader.ts'
import {goTransition} from './transitions.ts'
import * as wire from './wire-events.ts'

/** Signals an event that cannot be: the reader turns it into an error with generation, batch and offset. */
export class OrderDamage extends Error {}

const nameOf = (type: number) => specs.get(type)?.name ?? `event ${type}`
const gcPhase = {undetermined: 0, notRunning: 1, running: 2} as const

export class Ordering {
  generation!: Generation
  /** Events handed out so far. */
  events = 0
  readonly #model: SchedulerModel
  readonly #frontier: Frontier
  readonly #event: TraceEvent
  readonly #sink: TraceSink
  #gcSeq = 0
  #gc: number = gcPhase.undetermined
  #lastTime = Number.NEGATIVE_INFINITY
  /** Cursor of the event at hand, and where its arguments begin. */
  #cursor = 0
  #base = 0
  #initial = true

  constructor(model: SchedulerModel, frontier: Frontier, event: TraceEvent, sink: TraceSink) {
    this.#model = model
    this.#frontier = frontier
    this.#event = event
    this.#sink = sink
  }

  get lastTime() {
    return this.#lastTime
  }

  begin(generation: Generation, originNs: number): void {
    this.generation = generation
    this.#initial = generation.ordinal === 1
    if (this.#initial) this.#lastTime = -originNs // the reader starts at 0 of the trace's clock: Reader.lastTs
  }

  /** Takes the cursor's event if it may come now; false when another must come first. */
  advance(cursor: number): boolean {
    const type = this.#frontier.type[cursor]!
    const m = this.#frontier.thread[cursor]!
    const model = this.#model
    model.threadKnown[m] = 1
    this.#cursor = cursor
    this.#base = cursor * argsMax
    const g = model.threadGo[m]!
    const p = model.threadProc[m]!
    switch (type) {
      case wire.evGoStart:
        return this.#goStart(m, p, g)
      case wire.evGoUnblock:
        return this.#goUnblock(m, p, g)
      case wire.evGoBlock:
        return this.#goStopExec(type, m, p, g)
      default:
        return this.#lessOften(type, m, p, g)
    }
  }

  /** Apart from the switch above: V8 throws a function's code away when it meets a case it has not seen before, and that one is dear. */
  #lessOften(type: number, m: number, p: number, g: number): boolean {
    switch (type) {
      case wire.evGoStop:
      case wire.evGoDestroy:
        return this.#goStopExec(type, m, p, g)
      case wire.evHeapAlloc:
      case wire.evHeapGoal:
        this.#need(m, p, g, false)
        return this.#plain(type, m, p, g)
      case wire.evGoSyscallBegin:
        return this.#goSyscallBegin(m, p, g)
      case wire.evGoSyscallEnd:
        return this.#goSyscallEnd(m, p, g)
      case wire.evGoSyscallEndBlocked:
        return this.#goSyscallEndBlocked(m, p, g)
      case wire.evProcStart:
        return this.#procStart(m, p, g)
      case wire.evProcStop:
        return this.#procStop(m, p, g)
      case wire.evGoCreate:
      case wire.evGoCreateBlocked:
        return this.#goCreate(type, m, p, g)
      case wire.evGcSweepBegin:
      case wire.evGcSweepEnd:
        return this.#sweep(type, m, p, g)
      case wire.evGoSwitch:
      case wire.evGoSwitchDestroy:
        return this.#goSwitch(type, m, p, g)
      case wire.evProcSteal:
        return this.#procSteal(m, p, g)
      case wire.evProcStatus:
        return this.#procStatus(m, p, g)
      case wire.evGoStatus:
      case wire.evGoStatusStack:
        return this.#goStatus(type, m, p, g)
      case wire.evGoCreateSyscall:
        return this.#goCreateSyscall(m, p, g)
      case wire.evGoDestroySyscall:
        return this.#goDestroySyscall(m, p, g)
      case wire.evStwBegin:
      case wire.evStwEnd:
      case wire.evGcMarkAssistBegin:
      case wire.evGcMarkAssistEnd:
        return this.#goRange(type, m, p, g)
      case wire.evGcMarkAssistActive:
        return this.#assistActive(m, p, g)
      case wire.evGcSweepActive:
        return this.#sweepActive(m, p, g)
      case wire.evGcActive:
      case wire.evGcBegin:
      case wire.evGcEnd:
        return this.#gcPhase(type, m, p, g)
      case wire.evProcsChange:
      case wire.evGoLabel:
      case wire.evUserLog:
        this.#need(m, p, g, true)
        return this.#plain(type, m, p, g)
      case wire.evUserTaskBegin:
      case wire.evUserTaskEnd:
        return this.#task(type, m, p, g)
      case wire.evUserRegionBegin:
      case wire.evUserRegionEnd:
        return this.#region(type, m, p, g)
      default:
        if (type < wire.evSpan) return fail(`${nameOf(type)} is no event of a thread`)
        if (m === 0) return fail(`${nameOf(type)} without a thread`)
        return this.#plain(type, m, p, g)
    }
  }

  #arg(i: number): number {
    return this.#frontier.args[this.#base + i]!
  }

  /** Most events need a thread and a P, and those that user code causes need a goroutine. */
  #need(m: number, p: number, g: number, withGo: boolean): void {
    if (m === 0 || p < 0 || (withGo && g < 0))
      fail(`${nameOf(this.#frontier.type[this.#cursor]!)} without ${m === 0 ? 'a thread' : p < 0 ? 'a proc' : 'a goroutine'}`)
  }

  #plain(type: number, m: number, p: number, g: number): boolean {
    this.#emit(type, m, p, g, -1, 0, 0)
    return true
  }

  /** Hands one event out: checks its table ids, corrects its time, fills the event. Reader.ReadEvent and Event.validateTableIDs. */
  #emit(type: number, m: number, p: number, g: number, resource: number, from: number, to: number): void {
    const {n} = this.#event
    const args = this.#frontier.args
    const base = this.#base
    n[argColumn] = args[base]!
    n[argColumn + 1] = args[base + 1]!
    n[argColumn + 2] = args[base + 2]!
    n[argColumn + 3] = args[base + 3]!
    this.#hand(type, m, p, g, resource, from, to)
  }

  #hand(type: number, m: number, p: number, g: number, resource: number, from: number, to: number): void {
    const {n} = this.#event
    const main = stackArg[type]!
    if (main >= 0) {
      const index = this.generation.stackIndex(n[argColumn + main]!)
      if (index === -2) this.#unknown(type, 'stack', main)
      this.#event.stack = index < 0 ? -1 : index
      const string = stringArg[type]!
      if (string >= 0 && !this.generation.hasString(n[argColumn + string]!)) this.#unknown(type, 'string', string)
      const other = otherStackArg[type]!
      if (other >= 0 && this.generation.stackIndex(n[argColumn + other]!) === -2) this.#unknown(type, 'stack', other)
      if (type === ev.userLog && !this.generation.hasString(n[argColumn + 2]!)) this.#unknown(type, 'string', 2)
    } else {
      this.#event.stack = -1
      if (type === ev.goLabel && !this.generation.hasString(n[argColumn]!)) this.#unknown(type, 'string', 0)
    }
    const time = this.#frontier.time[this.#cursor]!
    this.#finish(type, time, m, p, g, resource, from, to)
  }

  /** The event names an id its generation's tables do not have. In a generation that the file's end cut off, that is to be expected. */
  #unknown(type: number, table: 'stack' | 'string', argument: number): void {
    if (!this.generation.partial)
      fail(`${nameOf(type)} names ${table} id ${this.#event.n[argColumn + argument]}, which its generation does not have`)
    if (table === 'stack' && argument === stackArg[type]) this.#event.stack = -1
  }

  #finish(type: number, time: number, m: number, p: number, g: number, resource: number, from: number, to: number): void {
    const event = this.#event
    if (time <= this.#lastTime) time = this.#lastTime + 1
    this.#lastTime = time
    event.n[timeColumn] = time
    event.type = type
    event.m = m
    event.p = p
    event.g = g
    event.resource = resource
    event.from = from
    event.to = to
    this.events++
    this.#sink.event()
  }

  /** An event that is not in any thread's stream: Sync and CPU samples. Arguments are in the event already. */
  inject(type: number, time: number, m: number, p: number, g: number): void {
    this.#finish(type, time, m, p, g, -1, 0, 0)
  }

  /** A goroutine event whose states the event type fixes. */
  #goEvent(type: number, m: number, p: number, g: number, resource: number): void {
    this.#emit(type, m, p, g, resource, goTransition.from[type]!, goTransition.to[type]!)
  }

  #goSucceeds(slot: number, seq: number): boolean {
    return this.#model.goSeqGeneration[slot] === this.generation.ordinal && seq === this.#model.goSeq[slot]! + 1
  }

  #procSucceeds(slot: number, seq: number): boolean {
    return this.#model.procSeqGeneration[slot] === this.generation.ordinal && seq === this.#model.procSeq[slot]! + 1
  }

  #goStart(m: number, p: number, g: number): boolean {
    const model = this.#model
    const slot = model.goSlot(this.#arg(0))
    const seq = this.#arg(1)
    if (slot < 0 || model.goState[slot] !== wire.goRunnable || !this.#goSucceeds(slot, seq)) return false
    this.#need(m, p, g, false)
    if (g >= 0) fail('GoStart on a thread that runs a goroutine')
    model.goState[slot] = wire.goRunning
    model.goSeq[slot] = seq
    this.#emit(wire.evGoStart, m, p, g, slot, wire.goRunnable, wire.goRunning)
    model.threadGo[m] = slot
    return true
  }

  #goUnblock(m: number, p: number, g: number): boolean {
    const model = this.#model
    const slot = model.goSlot(this.#arg(0))
    const seq = this.#arg(1)
    if (slot < 0 || model.goState[slot] !== wire.goWaiting || !this.#goSucceeds(slot, seq)) return false
    model.goState[slot] = wire.goRunnable
    model.goSeq[slot] = seq
    this.#emit(wire.evGoUnblock, m, p, g, slot, wire.goWaiting, wire.goRunnable)
    return true
  }

  #running(g: number): void {
    if (this.#model.goState[g] !== wire.goRunning) fail(`${nameOf(this.#frontier.type[this.#cursor]!)} of a goroutine that is not running`)
  }

  #goStopExec(type: number, m: number, p: number, g: number): boolean {
    this.#need(m, p, g, true)
    this.#running(g)
    const model = this.#model
    if (type === wire.evGoBlock) model.goState[g] = wire.goWaiting
    else if (type === wire.evGoStop) model.goState[g] = wire.goRunnable
    this.#goEvent(type, m, p, g, g)
    if (type === wire.evGoDestroy) model.dropGo(g)
    model.threadGo[m] = -1
    return true
  }

  #goSyscallBegin(m: number, p: number, g: number): boolean {
    this.#need(m, p, g, true)
    this.#running(g)
    const model = this.#model
    if (!this.#procSucceeds(p, this.#arg(0))) fail(`GoSyscallBegin with P sequence number ${this.#arg(0)} after ${model.procSeq[p]}`)
    model.goState[g] = go.syscall
    model.procStatus[p] = procStatus.syscall
    model.procSeq[p] = this.#arg(0)
    this.#goEvent(ev.goSyscallBegin, m, p, g, g)
    return true
  }

  #inSyscall(g: number): void {
    if (this.#model.goState[g] !== go.syscall) fail(`${nameOf(this.#frontier.type[this.#cursor]!)} of a goroutine that is in no syscall`)
  }

  #goSyscallEnd(m: number, p: number, g: number): boolean {
    this.#need(m, p, g, true)
    this.#inSyscall(g)
    const model = this.#model
    if (model.procStatus[p] !== procStatus.syscall) fail('GoSyscallEnd on a P that is in no syscall')
    model.goState[g] = go.running
    model.procStatus[p] = procStatus.running
    this.#goEvent(ev.goSyscallEnd, m, p, g, g)
    return true
  }

  #goSyscallEndBlocked(m: number, p: number, g: number): boolean {
    const model = this.#model
    if (p >= 0 && model.procStatus[p] === procStatus.syscall) return false // the P is yet to be taken away
    if (m === 0 || g < 0) fail('GoSyscallEndBlocked without a thread or a goroutine')
    this.#inSyscall(g)
    model.goState[g] = go.runnable
    this.#goEvent(ev.goSyscallEndBlocked, m, p, g, g)
    model.threadGo[m] = -1
    return true
  }

  #goCreate(type: number, m: number, p: number, g: number): boolean {
    this.#need(m, p, g, false)
    if (g >= 0) this.#running(g)
    const slot = this.#newGo(this.#arg(0), type === ev.goCreateBlocked ? go.waiting : go.runnable)
    this.#goEvent(type, m, p, g, slot)
    return true
  }

  #newGo(id: number, state: number): number {
    if (id < 0) return fail('goroutine id that is none')
    if (this.#model.goSlot(id) >= 0) return fail(`goroutine ${id} is created twice`)
    return this.#model.addGo(id, state, this.generation.ordinal) ?? fail('too many live goroutines')
  }

  #goCreateSyscall(m: number, p: number, g: number): boolean {
    if (m === 0 || g >= 0) fail('GoCreateSyscall without a thread, or on one that runs a goroutine')
    const slot = this.#newGo(this.#arg(0), go.syscall)
    this.#goEvent(ev.goCreateSyscall, m, p, g, slot)
    this.#model.threadGo[m] = slot
    return true
  }

  #goDestroySyscall(m: number, p: number, g: number): boolean {
    if (m === 0 || g < 0) fail('GoDestroySyscall without a thread or a goroutine')
    this.#inSyscall(g)
    const model = this.#model
    if (p >= 0) {
      if (model.procStatus[p] !== procStatus.syscall) fail('GoDestroySyscall on a P that is in no syscall')
      model.procStatus[p] = procStatus.syscallAbandoned
      // The P is lost with the goroutine: shown as a steal from itself, before the goroutine's end.
      const {n} = this.#event
      n[argColumn] = model.procId[p]!
      n[argColumn + 1] = 0
      n[argColumn + 2] = 0
      this.#hand(ev.procSteal, m, p, g, p, proc.running, proc.idle)
    }
    this.#goEvent(ev.goDestroySyscall, m, p, g, g)
    model.dropGo(g)
    model.threadGo[m] = -1
    model.threadProc[m] = -1
    return true
  }

  /** A coroutine switch is three events: the other is unblocked, this one blocks or ends, the other starts. */
  #goSwitch(type: number, m: number, p: number, g: number): boolean {
    this.#need(m, p, g, true)
    this.#running(g)
    const model = this.#model
    const next = model.goSlot(this.#arg(0))
    const seq = this.#arg(1)
    if (next < 0 || model.goState[next] !== go.waiting || !this.#goSucceeds(next, seq)) return false
    this.#goEvent(type, m, p, g, next)
    const {n} = this.#event
    n[argColumn] = 0
    n[argColumn + 1] = 0
    if (type === ev.goSwitch) {
      model.goState[g] = go.waiting
      this.#hand(ev.goBlock, m, p, g, g, go.running, go.waiting)
    } else {
      this.#hand(ev.goDestroy, m, p, g, g, go.running, go.notExist)
      model.dropGo(g)
    }
    model.goState[next] = go.running
    model.goSeq[next] = seq
    n[argColumn] = model.goId[next]!
    n[argColumn + 1] = seq
    this.#hand(ev.goStart, m, p, -1, next, go.runnable, go.running)
    model.threadGo[m] = next
    return true
  }

  #goStatus(type: number, m: number, p: number, g: number): boolean {
    const model = this.#model
    const id = this.#arg(0)
    const status = this.#arg(2)
    const state = goStateOfStatus[status]
    if (state === undefined || id < 0) return fail(`GoStatus of goroutine ${id} with status ${status}`)
    let slot = model.goSlot(id)
    let from: number = state
    if (slot >= 0) {
      if (model.goState[slot] !== state) fail(`GoStatus of goroutine ${id} contradicts the events before it`)
      model.goSeq[slot] = 0
      model.goSeqGeneration[slot] = this.generation.ordinal
    } else {
      if (!this.#initial) fail(`goroutine ${id} appears by a status after the first generation`)
      slot = this.#newGo(id, state)
      from = go.undetermined
    }
    const thread = m
    let bind = state === go.running
    if (state === go.syscall) {
      const named = this.#arg(1)
      if (named === -1) fail(`goroutine ${id} is in a syscall without a thread`)
      const other = model.threadSlot(named)
      if (other === m) {
        if (!this.#initial && g !== slot) fail(`goroutine ${id} is in a syscall on a thread that has another goroutine`)
        bind = true
      } else {
        if (model.threadKnown[other] === 1) {
          if (model.threadGo[other] !== slot) fail(`goroutine ${id} is in a syscall on a thread that has another goroutine`)
          g = slot
        } else {
          model.threadKnown[other] = 1
          model.threadGo[other] = slot
          model.threadProc[other] = -1
        }
        m = other
      }
    }
    this.#emit(type, m, p, g, slot, from, state)
    if (bind && thread !== 0) model.threadGo[thread] = slot
    return true
  }

  #procStatus(m: number, p: number, g: number): boolean {
    const model = this.#model
    const id = this.#arg(0)
    const status = this.#arg(1)
    const state = procStateOfStatus[status]
    if (state === undefined) return fail(`ProcStatus of P ${id} with status ${status}`)
    const thread = m
    let from: number = state
    let promoted = false
    let slot = model.procSlot(id)
    if (slot >= 0) {
      const known = model.procStatus[slot]
      if (status === procStatus.syscallAbandoned && known === procStatus.syscall) {
        promoted = true // nothing was lost after all: shown as still running
        from = proc.running
      } else if (known !== status) fail(`ProcStatus of P ${id} contradicts the events before it`)
      model.procSeq[slot] = 0
      model.procSeqGeneration[slot] = this.generation.ordinal
    } else {
      slot = model.addProc(id, status, this.generation.ordinal)
      from = this.#initial ? proc.undetermined : proc.notExist
    }
    if (promoted) {
      // The P is about to be stolen and another thread says so: the event belongs to the thread the P is bound to.
      const holder = model.threadId.findIndex((_, t) => t > 0 && model.threadProc[t] === slot)
      if (holder < 0) fail(`P ${id} is about to be stolen from a thread nobody knows`)
      m = holder
      p = slot
      g = model.threadGo[holder]!
    }
    this.#emit(ev.procStatus, m, p, g, slot, from, promoted ? proc.running : state)
    if (thread !== 0 && (status === procStatus.running || status === procStatus.syscall)) model.threadProc[thread] = slot
    return true
  }

  #procStart(m: number, p: number, g: number): boolean {
    const model = this.#model
    const slot = model.procSlot(this.#arg(0))
    if (slot < 0 || model.procStatus[slot] !== procStatus.idle || !this.#procSucceeds(slot, this.#arg(1)) || p >= 0) return false
    if (m === 0) fail('ProcStart without a thread')
    model.procStatus[slot] = procStatus.running
    model.procSeq[slot] = this.#arg(1)
    this.#emit(ev.procStart, m, p, g, slot, proc.idle, proc.running)
    model.threadProc[m] = slot
    return true
  }

  #procStop(m: number, p: number, g: number): boolean {
    this.#need(m, p, g, false)
    const model = this.#model
    const status = model.procStatus[p]
    if (status !== procStatus.running && status !== procStatus.syscall) fail('ProcStop of a P that is not running')
    model.procStatus[p] = procStatus.idle
    this.#emit(ev.procStop, m, p, g, p, proc.running, proc.idle)
    model.threadProc[m] = -1
    return true
  }

  #procSteal(m: number, p: number, g: number): boolean {
    const model = this.#model
    const id = this.#arg(0)
    const slot = model.procSlot(id)
    const status = slot < 0 ? procStatus.bad : model.procStatus[slot]!
    if ((status !== procStatus.syscall && status !== procStatus.syscallAbandoned) || !this.#procSucceeds(slot, this.#arg(1))) return false
    if (m === 0) fail('ProcSteal without a thread')
    model.procStatus[slot] = procStatus.idle
    model.procSeq[slot] = this.#arg(1)
    const abandoned = status === procStatus.syscallAbandoned
    if (!abandoned) {
      const victim = model.threadSlot(this.#arg(2))
      if (victim !== m && model.threadKnown[victim] !== 1) fail(`P ${id} is stolen from a thread nobody knows`)
      if (model.threadProc[victim] !== slot) fail(`P ${id} is stolen from a thread that does not have it`)
      model.threadProc[victim] = -1
    }
    this.#emit(ev.procSteal, m, p, g, slot, abandoned ? proc.idle : proc.running, proc.idle)
    return true
  }

  #sweep(type: number, m: number, p: number, g: number): boolean {
    this.#need(m, p, g, false)
    const begins = type === ev.gcSweepBegin
    if (this.#model.procSweep[p] === begins) fail(begins ? 'GCSweepBegin on a P that sweeps' : 'GCSweepEnd on a P that does not sweep')
    this.#model.procSweep[p] = begins
    return this.#plain(type, m, p, g)
  }

  #sweepActive(m: number, p: number, g: number): boolean {
    const slot = this.#model.procSlot(this.#arg(0))
    if (slot < 0) fail(`GCSweepActive of unknown P ${this.#arg(0)}`)
    if (this.#model.procSweep[slot] === this.#initial) fail(`GCSweepActive of P ${this.#arg(0)} contradicts the events before it`)
    this.#model.procSweep[slot] = true
    return this.#plain(ev.gcSweepActive, m, p, g)
  }

  #assistActive(m: number, p: number, g: number): boolean {
    const slot = this.#model.goSlot(this.#arg(0))
    if (slot < 0) fail(`GCMarkAssistActive of unknown goroutine ${this.#arg(0)}`)
    if ((this.#model.goAssist[slot] === 1) === this.#initial)
      fail(`GCMarkAssistActive of goroutine ${this.#arg(0)} contradicts the events before it`)
    this.#model.goAssist[slot] = 1
    this.#emit(ev.gcMarkAssistActive, m, p, g, slot, 0, 0)
    return true
  }

  #goRange(type: number, m: number, p: number, g: number): boolean {
    this.#need(m, p, g, true)
    const model = this.#model
    if (type === ev.gcMarkAssistBegin || type === ev.gcMarkAssistEnd) {
      const begins = type === ev.gcMarkAssistBegin ? 1 : 0
      if (model.goAssist[g] === begins) fail(`${nameOf(type)} of a goroutine that ${begins === 1 ? 'already assists' : 'does not assist'}`)
      model.goAssist[g] = begins
      return this.#plain(type, m, p, g)
    }
    const inFlight = model.goStw.get(g) ?? []
    if (type === ev.stwBegin) {
      if (inFlight.includes(this.#arg(0))) fail('STWBegin inside the same stop-the-world')
      model.goStw.set(g, [...inFlight, this.#arg(0)])
      return this.#plain(type, m, p, g)
    }
    const [kind, ...rest] = inFlight
    if (kind === undefined) return fail('STWEnd without STWBegin')
    // The first entry is swapped with the last before it goes, rangeState.endRange.
    model.goStw.set(g, rest.length > 1 ? [rest.at(-1)!, ...rest.slice(0, -1)] : rest)
    this.#frontier.args[this.#base] = kind
    return this.#plain(type, m, p, g)
  }

  #gcPhase(type: number, m: number, p: number, g: number): boolean {
    const seq = this.#arg(0)
    const first = type === ev.gcActive ? this.#initial : type === ev.gcBegin && this.#gc === gcPhase.undetermined
    if (first) {
      if (this.#gc !== gcPhase.undetermined) fail('GCActive in the first generation is not its first GC event')
      this.#gcSeq = seq
      this.#gc = gcPhase.running
      return this.#plain(type, m, p, g)
    }
    if (seq !== this.#gcSeq + 1) return false
    const wanted = type === ev.gcBegin ? gcPhase.notRunning : gcPhase.running
    if (this.#gc !== wanted) fail(`${nameOf(type)} while ${this.#gc === gcPhase.running ? 'a GC runs' : 'no GC is known to run'}`)
    this.#gcSeq = seq
    this.#gc = type === ev.gcEnd ? gcPhase.notRunning : gcPhase.running
    this.#need(m, p, g, true)
    return this.#plain(type, m, p, g)
  }

  #needString(id: number): void {
    if (!this.generation.partial && !this.generation.hasString(id))
      fail(`${nameOf(this.#frontier.type[this.#cursor]!)} names string id ${id}, which its generation does not have`)
  }

  #task(type: number, m: number, p: number, g: number): boolean {
    const {tasks} = this.#model
    const id = this.#arg(0)
    if (type === ev.userTaskBegin) {
      if (tasks.has(id)) fail(`task ${id} begins twice`)
      const parent = this.#arg(1) === 0 ? -1 : this.#arg(1) // 0 here means no parent, not the background task
      this.#frontier.args[this.#base + 1] = parent
      this.#needString(this.#arg(2))
      tasks.set(id, {name: this.generation.text(this.#arg(2)), parent})
      this.#need(m, p, g, true)
      return this.#plain(type, m, p, g)
    }
    const task = tasks.get(id)
    tasks.delete(id)
    this.#need(m, p, g, true)
    this.#event.name = task?.name ?? ''
    this.#frontier.args[this.#base + 2] = task?.parent ?? -1
    return this.#plain(type, m, p, g)
  }

  #region(type: number, m: number, p: number, g: number): boolean {
    this.#need(m, p, g, true)
    const {goRegions} = this.#model
    const task = this.#arg(0)
    this.#needString(this.#arg(1))
    const name = this.generation.text(this.#arg(1))
    let regions = goRegions.get(g)
    if (type === ev.userRegionBegin) {
      if (regions === undefined) goRegions.set(g, (regions = []))
      regions.push({task, name})
    } else {
      const inner = regions?.at(-1)
      if (inner !== undefined) {
        if (inner.task !== task || inner.name !== name)
          fail(`region ${JSON.stringify(name)} ends inside region ${JSON.stringify(inner.name)}`)
        regions?.pop()
      }
    }
    return this.#plain(type, m, p, g)
  }
}

function fail(what: string): never {
  throw new OrderDamage(what)
}
