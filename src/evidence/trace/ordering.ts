// Puts the events of all threads into one order and checks that each may happen: the sequence numbers of Gs and Ps decide, times only help.
// Follows src/internal/trace/order.go (Advance and its handlers, Go 1.26). A handler returns false when another thread must go first.
import {ev, go, proc, procStatus} from './event-types.ts'
import type {Frontier} from './frontier.ts'
import {fail, type HandOut, nameOf} from './hand-out.ts'
import {newGo, RareOrdering} from './rare-ordering.ts'
import type {SchedulerModel} from './scheduler-model.ts'
import {argColumn} from './trace-event.ts'
import * as wire from './wire-events.ts'

export class Ordering {
  readonly #model: SchedulerModel
  readonly #frontier: Frontier
  readonly #out: HandOut
  readonly #rare: RareOrdering

  constructor(model: SchedulerModel, frontier: Frontier, out: HandOut) {
    this.#model = model
    this.#frontier = frontier
    this.#out = out
    this.#rare = new RareOrdering(model, out)
  }

  /** Takes the cursor's event if it may come now; false when another must come first. */
  advance(cursor: number): boolean {
    const type = this.#frontier.type[cursor]!
    const m = this.#frontier.thread[cursor]!
    const model = this.#model
    model.threadKnown[m] = 1
    this.#out.at(cursor)
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
        this.#out.need(m, p, g, false)
        return this.#out.plain(type, m, p, g)
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
      case wire.evGoCreateSyscall:
        return this.#goCreateSyscall(m, p, g)
      case wire.evGoDestroySyscall:
        return this.#goDestroySyscall(m, p, g)
      default:
        return this.#rare.event(type, m, p, g)
    }
  }

  #goSucceeds(slot: number, seq: number): boolean {
    return this.#model.goSeqGeneration[slot] === this.#out.generation.ordinal && seq === this.#model.goSeq[slot]! + 1
  }

  #procSucceeds(slot: number, seq: number): boolean {
    return this.#model.procSeqGeneration[slot] === this.#out.generation.ordinal && seq === this.#model.procSeq[slot]! + 1
  }

  #goStart(m: number, p: number, g: number): boolean {
    const model = this.#model
    const slot = model.goSlot(this.#out.arg(0))
    const seq = this.#out.arg(1)
    if (slot < 0 || model.goState[slot] !== wire.goRunnable || !this.#goSucceeds(slot, seq)) return false
    this.#out.need(m, p, g, false)
    if (g >= 0) fail('GoStart on a thread that runs a goroutine')
    model.goState[slot] = wire.goRunning
    model.goSeq[slot] = seq
    this.#out.emit(wire.evGoStart, m, p, g, slot, wire.goRunnable, wire.goRunning)
    model.threadGo[m] = slot
    return true
  }

  #goUnblock(m: number, p: number, g: number): boolean {
    const model = this.#model
    const slot = model.goSlot(this.#out.arg(0))
    const seq = this.#out.arg(1)
    if (slot < 0 || model.goState[slot] !== wire.goWaiting || !this.#goSucceeds(slot, seq)) return false
    model.goState[slot] = wire.goRunnable
    model.goSeq[slot] = seq
    this.#out.emit(wire.evGoUnblock, m, p, g, slot, wire.goWaiting, wire.goRunnable)
    return true
  }

  #running(g: number): void {
    if (this.#model.goState[g] !== wire.goRunning) fail(`${nameOf(this.#out.type)} of a goroutine that is not running`)
  }

  #goStopExec(type: number, m: number, p: number, g: number): boolean {
    this.#out.need(m, p, g, true)
    this.#running(g)
    const model = this.#model
    if (type === wire.evGoBlock) model.goState[g] = wire.goWaiting
    else if (type === wire.evGoStop) model.goState[g] = wire.goRunnable
    this.#out.goEvent(type, m, p, g, g)
    if (type === wire.evGoDestroy) model.dropGo(g)
    model.threadGo[m] = -1
    return true
  }

  #goSyscallBegin(m: number, p: number, g: number): boolean {
    this.#out.need(m, p, g, true)
    this.#running(g)
    const model = this.#model
    if (!this.#procSucceeds(p, this.#out.arg(0)))
      fail(`GoSyscallBegin with P sequence number ${this.#out.arg(0)} after ${model.procSeq[p]}`)
    model.goState[g] = go.syscall
    model.procStatus[p] = procStatus.syscall
    model.procSeq[p] = this.#out.arg(0)
    this.#out.goEvent(ev.goSyscallBegin, m, p, g, g)
    return true
  }

  #inSyscall(g: number): void {
    if (this.#model.goState[g] !== go.syscall) fail(`${nameOf(this.#out.type)} of a goroutine that is in no syscall`)
  }

  #goSyscallEnd(m: number, p: number, g: number): boolean {
    this.#out.need(m, p, g, true)
    this.#inSyscall(g)
    const model = this.#model
    if (model.procStatus[p] !== procStatus.syscall) fail('GoSyscallEnd on a P that is in no syscall')
    model.goState[g] = go.running
    model.procStatus[p] = procStatus.running
    this.#out.goEvent(ev.goSyscallEnd, m, p, g, g)
    return true
  }

  #goSyscallEndBlocked(m: number, p: number, g: number): boolean {
    const model = this.#model
    if (p >= 0 && model.procStatus[p] === procStatus.syscall) return false // the P is yet to be taken away
    if (m === 0 || g < 0) fail('GoSyscallEndBlocked without a thread or a goroutine')
    this.#inSyscall(g)
    model.goState[g] = go.runnable
    this.#out.goEvent(ev.goSyscallEndBlocked, m, p, g, g)
    model.threadGo[m] = -1
    return true
  }

  #goCreate(type: number, m: number, p: number, g: number): boolean {
    this.#out.need(m, p, g, false)
    if (g >= 0) this.#running(g)
    const slot = newGo(this.#model, this.#out.generation.ordinal, this.#out.arg(0), type === ev.goCreateBlocked ? go.waiting : go.runnable)
    this.#out.goEvent(type, m, p, g, slot)
    return true
  }

  #goCreateSyscall(m: number, p: number, g: number): boolean {
    if (m === 0 || g >= 0) fail('GoCreateSyscall without a thread, or on one that runs a goroutine')
    const slot = newGo(this.#model, this.#out.generation.ordinal, this.#out.arg(0), go.syscall)
    this.#out.goEvent(ev.goCreateSyscall, m, p, g, slot)
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
      const {n} = this.#out.event
      n[argColumn] = model.procId[p]!
      n[argColumn + 1] = 0
      n[argColumn + 2] = 0
      this.#out.hand(ev.procSteal, m, p, g, p, proc.running, proc.idle)
    }
    this.#out.goEvent(ev.goDestroySyscall, m, p, g, g)
    model.dropGo(g)
    model.threadGo[m] = -1
    model.threadProc[m] = -1
    return true
  }

  /** A coroutine switch is three events: the other is unblocked, this one blocks or ends, the other starts. */
  #goSwitch(type: number, m: number, p: number, g: number): boolean {
    this.#out.need(m, p, g, true)
    this.#running(g)
    const model = this.#model
    const next = model.goSlot(this.#out.arg(0))
    const seq = this.#out.arg(1)
    if (next < 0 || model.goState[next] !== go.waiting || !this.#goSucceeds(next, seq)) return false
    this.#out.goEvent(type, m, p, g, next)
    const {n} = this.#out.event
    n[argColumn] = 0
    n[argColumn + 1] = 0
    if (type === ev.goSwitch) {
      model.goState[g] = go.waiting
      this.#out.hand(ev.goBlock, m, p, g, g, go.running, go.waiting)
    } else {
      this.#out.hand(ev.goDestroy, m, p, g, g, go.running, go.notExist)
      model.dropGo(g)
    }
    model.goState[next] = go.running
    model.goSeq[next] = seq
    n[argColumn] = model.goId[next]!
    n[argColumn + 1] = seq
    this.#out.hand(ev.goStart, m, p, -1, next, go.runnable, go.running)
    model.threadGo[m] = next
    return true
  }

  #procStart(m: number, p: number, g: number): boolean {
    const model = this.#model
    const slot = model.procSlot(this.#out.arg(0))
    if (slot < 0 || model.procStatus[slot] !== procStatus.idle || !this.#procSucceeds(slot, this.#out.arg(1)) || p >= 0) return false
    if (m === 0) fail('ProcStart without a thread')
    model.procStatus[slot] = procStatus.running
    model.procSeq[slot] = this.#out.arg(1)
    this.#out.emit(ev.procStart, m, p, g, slot, proc.idle, proc.running)
    model.threadProc[m] = slot
    return true
  }

  #procStop(m: number, p: number, g: number): boolean {
    this.#out.need(m, p, g, false)
    const model = this.#model
    const status = model.procStatus[p]
    if (status !== procStatus.running && status !== procStatus.syscall) fail('ProcStop of a P that is not running')
    model.procStatus[p] = procStatus.idle
    this.#out.emit(ev.procStop, m, p, g, p, proc.running, proc.idle)
    model.threadProc[m] = -1
    return true
  }

  #procSteal(m: number, p: number, g: number): boolean {
    const model = this.#model
    const id = this.#out.arg(0)
    const slot = model.procSlot(id)
    const status = slot < 0 ? procStatus.bad : model.procStatus[slot]!
    if ((status !== procStatus.syscall && status !== procStatus.syscallAbandoned) || !this.#procSucceeds(slot, this.#out.arg(1)))
      return false
    if (m === 0) fail('ProcSteal without a thread')
    model.procStatus[slot] = procStatus.idle
    model.procSeq[slot] = this.#out.arg(1)
    const abandoned = status === procStatus.syscallAbandoned
    if (!abandoned) {
      const victim = model.threadSlot(this.#out.arg(2))
      if (victim !== m && model.threadKnown[victim] !== 1) fail(`P ${id} is stolen from a thread nobody knows`)
      if (model.threadProc[victim] !== slot) fail(`P ${id} is stolen from a thread that does not have it`)
      model.threadProc[victim] = -1
    }
    this.#out.emit(ev.procSteal, m, p, g, slot, abandoned ? proc.idle : proc.running, proc.idle)
    return true
  }

  #sweep(type: number, m: number, p: number, g: number): boolean {
    this.#out.need(m, p, g, false)
    const begins = type === ev.gcSweepBegin
    if (this.#model.procSweep[p] === begins) fail(begins ? 'GCSweepBegin on a P that sweeps' : 'GCSweepEnd on a P that does not sweep')
    this.#model.procSweep[p] = begins
    return this.#out.plain(type, m, p, g)
  }
}
