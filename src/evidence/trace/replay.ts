// Hands the events of another thread's blocks (event-blocks.ts) to a sink, as the reader there saw them: the same values, the same model and tables.
import {TriageError} from '../../base/errors.ts'
import {numberColumns, slotColumns, type Additions, type BlockMessage, type EventBlocks, type LeftOver} from './event-blocks.ts'
import {ev} from './event-types.ts'
import {GenerationTables} from './generation-tables.ts'
import type {TraceContext, TraceEnd, TraceSink} from './reader.ts'
import type {OnThread, SchedulerView} from './scheduler-model.ts'
import {argColumn, timeColumn, TraceEvent} from './trace-event.ts'
import {goTransition} from './transitions.ts'
import {WideValues} from './wide-values.ts'

/** What an event does to the model: nothing; a goroutine changes its state; it is told with its id; a task begins or ends. */
const nothing = 0
const changes = 1
const names = 2
const task = 3

const effects = Uint8Array.from({length: 256}, (_, type) => (goTransition.to[type]! > 0 ? changes : nothing))
for (const type of [ev.goCreate, ev.goCreateBlocked, ev.goCreateSyscall, ev.goStatus, ev.goStatusStack]) effects[type] = names
effects[ev.userTaskBegin] = effects[ev.userTaskEnd] = task

/** The model as far as sinks see it, kept up with the events. */
class Mirror implements SchedulerView {
  goId: Float64Array = new Float64Array(64)
  goState: Uint8Array = new Uint8Array(64)
  readonly procId: number[] = []
  readonly threadId: number[] = []
  /** Names of the tasks under way. */
  readonly tasks = new Map<number, string>()
  #left: LeftOver | undefined

  get threads() {
    return this.threadId.length - 1
  }

  grow(slot: number): void {
    const [id, state] = [this.goId, this.goState]
    this.goId = new Float64Array(slot * 2)
    this.goState = new Uint8Array(slot * 2)
    this.goId.set(id)
    this.goState.set(state)
  }

  end(left: LeftOver): void {
    this.#left = left
    this.goId = left.goId
    this.goState = left.goState
  }

  /** Known after the last event only, when sinks ask. */
  liveGoSlots(): Iterable<number> {
    return this.#left?.live ?? []
  }

  onThreads(): Iterable<OnThread> {
    return this.#left?.onThreads ?? []
  }
}

export class Replay implements TraceContext {
  readonly event = new TraceEvent()
  readonly model = new Mirror()
  readonly wide = new WideValues()
  header = ''
  minor = 0
  originNs = 0n
  generation: GenerationTables | undefined
  readonly #blocks: EventBlocks
  readonly #sink: TraceSink
  #tables: GenerationTables | undefined

  constructor(blocks: EventBlocks, sink: TraceSink) {
    this.#blocks = blocks
    this.#sink = sink
  }

  /** Takes the writer's messages in order; how the reading ended, when this was the last one. */
  take(message: BlockMessage): TraceEnd | undefined {
    if (message.kind === 'begin') {
      this.header = message.header
      this.minor = message.minor
      this.originNs = message.originNs
      this.#sink.begin?.(this)
      return undefined
    }
    this.#add(message)
    switch (message.kind) {
      case 'tables':
        this.#tables = new GenerationTables(message.tables.bytes, message.tables)
        return undefined
      case 'events': {
        this.generation = message.ofGeneration ? this.#tables : undefined
        const from = message.block * this.#blocks.events
        this.#events(from, from + message.events)
        const {taken} = this.#blocks
        Atomics.add(taken, 0, 1)
        Atomics.notify(taken, 0)
        return undefined
      }
      case 'end': {
        this.model.end(message.left)
        const {failure, ...end} = message.end
        const error = failure === undefined ? {} : {error: new TriageError(failure.code, failure.message, failure.hint)}
        return {...end, ...error, wideValues: this.wide}
      }
    }
  }

  #add({wide, procs, threads}: Additions): void {
    for (const value of wide) this.wide.intern(value)
    for (const id of procs) this.model.procId.push(id)
    for (const id of threads) this.model.threadId.push(id)
  }

  #events(from: number, until: number): void {
    const {numbers, slots} = this.#blocks
    const {event} = this
    const {n} = event
    const sink = this.#sink
    for (let at = from; at < until; at++) {
      const number = at * numberColumns
      n[timeColumn] = numbers[number]!
      n[argColumn] = numbers[number + 1]!
      n[argColumn + 1] = numbers[number + 2]!
      n[argColumn + 2] = numbers[number + 3]!
      n[argColumn + 3] = numbers[number + 4]!
      const slot = at * slotColumns
      const states = slots[slot]!
      const type = states & 0xff
      event.type = type
      event.from = (states >> 8) & 0xff
      event.to = states >> 16
      event.m = slots[slot + 1]!
      event.p = slots[slot + 2]!
      event.g = slots[slot + 3]!
      event.resource = slots[slot + 4]!
      event.stack = slots[slot + 5]!
      const effect = effects[type]!
      if (effect === changes) this.model.goState[slots[slot + 4]!] = states >> 16
      else if (effect !== nothing) this.#seldom(effect)
      sink.event()
    }
  }

  #seldom(effect: number): void {
    const {model, event} = this
    const {resource, n} = event
    if (effect === names) {
      if (resource >= model.goId.length) model.grow(resource)
      model.goId[resource] = n[argColumn]!
      model.goState[resource] = event.to
      return
    }
    const id = n[argColumn]!
    if (event.type === ev.userTaskBegin) {
      model.tasks.set(id, this.generation?.text(n[argColumn + 2]!) ?? '')
      return
    }
    event.name = model.tasks.get(id) ?? ''
    model.tasks.delete(id)
  }
}
