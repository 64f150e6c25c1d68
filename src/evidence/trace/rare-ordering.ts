// The events of a trace that are few, put into order: states at a generation's begin, GC, stops, assists, sweeps, tasks and regions.
// Follows the handlers of src/internal/trace/order.go (Go 1.26), as ordering.ts does, where the frequent events are.
import {ev, go, goStateOfStatus, proc, procStateOfStatus, procStatus} from './event-types.ts'
import {fail, type HandOut, nameOf} from './hand-out.ts'
import type {SchedulerModel} from './scheduler-model.ts'
import * as wire from './wire-events.ts'

const gcPhase = {undetermined: 0, notRunning: 1, running: 2} as const

/** The slot of a goroutine that did not exist. */
export function newGo(model: SchedulerModel, ordinal: number, id: number, state: number): number {
  if (id < 0) return fail('goroutine id that is none')
  if (model.goSlot(id) >= 0) return fail(`goroutine ${id} is created twice`)
  return model.addGo(id, state, ordinal) ?? fail('too many live goroutines')
}

export class RareOrdering {
  readonly #model: SchedulerModel
  readonly #out: HandOut
  #gcSeq = 0
  #gc: number = gcPhase.undetermined

  constructor(model: SchedulerModel, out: HandOut) {
    this.#model = model
    this.#out = out
  }

  /** As `Ordering.advance`. */
  event(type: number, m: number, p: number, g: number): boolean {
    switch (type) {
      case wire.evProcStatus:
        return this.#procStatus(m, p, g)
      case wire.evGoStatus:
      case wire.evGoStatusStack:
        return this.#goStatus(type, m, p, g)
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
        this.#out.need(m, p, g, true)
        return this.#out.plain(type, m, p, g)
      case wire.evUserTaskBegin:
      case wire.evUserTaskEnd:
        return this.#task(type, m, p, g)
      case wire.evUserRegionBegin:
      case wire.evUserRegionEnd:
        return this.#region(type, m, p, g)
      default:
        if (type < wire.evSpan) return fail(`${nameOf(type)} is no event of a thread`)
        if (m === 0) return fail(`${nameOf(type)} without a thread`)
        return this.#out.plain(type, m, p, g)
    }
  }

  #goStatus(type: number, m: number, p: number, g: number): boolean {
    const model = this.#model
    const id = this.#out.arg(0)
    const status = this.#out.arg(2)
    const state = goStateOfStatus[status]
    if (state === undefined || id < 0) return fail(`GoStatus of goroutine ${id} with status ${status}`)
    let slot = model.goSlot(id)
    let from: number = state
    if (slot >= 0) {
      if (model.goState[slot] !== state) fail(`GoStatus of goroutine ${id} contradicts the events before it`)
      model.goSeq[slot] = 0
      model.goSeqGeneration[slot] = this.#out.generation.ordinal
    } else {
      if (!this.#out.initial) fail(`goroutine ${id} appears by a status after the first generation`)
      slot = newGo(this.#model, this.#out.generation.ordinal, id, state)
      from = go.undetermined
    }
    const thread = m
    let bind = state === go.running
    if (state === go.syscall) {
      const named = this.#out.arg(1)
      if (named === -1) fail(`goroutine ${id} is in a syscall without a thread`)
      const other = model.threadSlot(named)
      if (other === m) {
        if (!this.#out.initial && g !== slot) fail(`goroutine ${id} is in a syscall on a thread that has another goroutine`)
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
    this.#out.emit(type, m, p, g, slot, from, state)
    if (bind && thread !== 0) model.threadGo[thread] = slot
    return true
  }

  #procStatus(m: number, p: number, g: number): boolean {
    const model = this.#model
    const id = this.#out.arg(0)
    const status = this.#out.arg(1)
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
      model.procSeqGeneration[slot] = this.#out.generation.ordinal
    } else {
      slot = model.addProc(id, status, this.#out.generation.ordinal)
      from = this.#out.initial ? proc.undetermined : proc.notExist
    }
    if (promoted) {
      // The P is about to be stolen and another thread says so: the event belongs to the thread the P is bound to.
      const holder = model.threadId.findIndex((_, t) => t > 0 && model.threadProc[t] === slot)
      if (holder < 0) fail(`P ${id} is about to be stolen from a thread nobody knows`)
      m = holder
      p = slot
      g = model.threadGo[holder]!
    }
    this.#out.emit(ev.procStatus, m, p, g, slot, from, promoted ? proc.running : state)
    if (thread !== 0 && (status === procStatus.running || status === procStatus.syscall)) model.threadProc[thread] = slot
    return true
  }

  #sweepActive(m: number, p: number, g: number): boolean {
    const slot = this.#model.procSlot(this.#out.arg(0))
    if (slot < 0) fail(`GCSweepActive of unknown P ${this.#out.arg(0)}`)
    if (this.#model.procSweep[slot] === this.#out.initial) fail(`GCSweepActive of P ${this.#out.arg(0)} contradicts the events before it`)
    this.#model.procSweep[slot] = true
    return this.#out.plain(ev.gcSweepActive, m, p, g)
  }

  #assistActive(m: number, p: number, g: number): boolean {
    const slot = this.#model.goSlot(this.#out.arg(0))
    if (slot < 0) fail(`GCMarkAssistActive of unknown goroutine ${this.#out.arg(0)}`)
    if ((this.#model.goAssist[slot] === 1) === this.#out.initial)
      fail(`GCMarkAssistActive of goroutine ${this.#out.arg(0)} contradicts the events before it`)
    this.#model.goAssist[slot] = 1
    this.#out.emit(ev.gcMarkAssistActive, m, p, g, slot, 0, 0)
    return true
  }

  #goRange(type: number, m: number, p: number, g: number): boolean {
    this.#out.need(m, p, g, true)
    const model = this.#model
    if (type === ev.gcMarkAssistBegin || type === ev.gcMarkAssistEnd) {
      const begins = type === ev.gcMarkAssistBegin ? 1 : 0
      if (model.goAssist[g] === begins) fail(`${nameOf(type)} of a goroutine that ${begins === 1 ? 'already assists' : 'does not assist'}`)
      model.goAssist[g] = begins
      return this.#out.plain(type, m, p, g)
    }
    const inFlight = model.goStw.get(g) ?? []
    if (type === ev.stwBegin) {
      if (inFlight.includes(this.#out.arg(0))) fail('STWBegin inside the same stop-the-world')
      model.goStw.set(g, [...inFlight, this.#out.arg(0)])
      return this.#out.plain(type, m, p, g)
    }
    const [kind, ...rest] = inFlight
    if (kind === undefined) return fail('STWEnd without STWBegin')
    // The first entry is swapped with the last before it goes, rangeState.endRange.
    model.goStw.set(g, rest.length > 1 ? [rest.at(-1)!, ...rest.slice(0, -1)] : rest)
    this.#out.setArg(0, kind)
    return this.#out.plain(type, m, p, g)
  }

  #gcPhase(type: number, m: number, p: number, g: number): boolean {
    const seq = this.#out.arg(0)
    const first = type === ev.gcActive ? this.#out.initial : type === ev.gcBegin && this.#gc === gcPhase.undetermined
    if (first) {
      if (this.#gc !== gcPhase.undetermined) fail('GCActive in the first generation is not its first GC event')
      this.#gcSeq = seq
      this.#gc = gcPhase.running
      return this.#out.plain(type, m, p, g)
    }
    if (seq !== this.#gcSeq + 1) return false
    const wanted = type === ev.gcBegin ? gcPhase.notRunning : gcPhase.running
    if (this.#gc !== wanted) fail(`${nameOf(type)} while ${this.#gc === gcPhase.running ? 'a GC runs' : 'no GC is known to run'}`)
    this.#gcSeq = seq
    this.#gc = type === ev.gcEnd ? gcPhase.notRunning : gcPhase.running
    this.#out.need(m, p, g, true)
    return this.#out.plain(type, m, p, g)
  }

  #needString(id: number): void {
    if (!this.#out.generation.partial && !this.#out.generation.hasString(id))
      fail(`${nameOf(this.#out.type)} names string id ${id}, which its generation does not have`)
  }

  #task(type: number, m: number, p: number, g: number): boolean {
    const {tasks} = this.#model
    const id = this.#out.arg(0)
    if (type === ev.userTaskBegin) {
      if (tasks.has(id)) fail(`task ${id} begins twice`)
      const parent = this.#out.arg(1) === 0 ? -1 : this.#out.arg(1) // 0 here means no parent, not the background task
      this.#out.setArg(1, parent)
      this.#needString(this.#out.arg(2))
      tasks.set(id, {name: this.#out.generation.text(this.#out.arg(2)), parent})
      this.#out.need(m, p, g, true)
      return this.#out.plain(type, m, p, g)
    }
    const task = tasks.get(id)
    tasks.delete(id)
    this.#out.need(m, p, g, true)
    this.#out.event.name = task?.name ?? ''
    this.#out.setArg(2, task?.parent ?? -1)
    return this.#out.plain(type, m, p, g)
  }

  #region(type: number, m: number, p: number, g: number): boolean {
    this.#out.need(m, p, g, true)
    const {goRegions} = this.#model
    const task = this.#out.arg(0)
    this.#needString(this.#out.arg(1))
    const name = this.#out.generation.text(this.#out.arg(1))
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
    return this.#out.plain(type, m, p, g)
  }
}
