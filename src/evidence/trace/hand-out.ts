// Hands events out in their order: table ids are checked, times corrected, the one event object filled, the sink called.
// Follows src/internal/trace/reader.go (Reader.ReadEvent) and event.go (Event.validateTableIDs), Go 1.26.
import {ev, otherStackArg, specs, stackArg, stringArg} from './event-types.ts'
import {argsMax, type Frontier} from './frontier.ts'
import type {Generation} from './generation.ts'
import type {TraceSink} from './reader.ts'
import {argColumn, timeColumn, type TraceEvent} from './trace-event.ts'
import {goTransition} from './transitions.ts'

/** Signals an event that cannot be: the reader turns it into an error with generation, batch and offset. */
export class OrderDamage extends Error {}

export function fail(what: string): never {
  throw new OrderDamage(what)
}

export const nameOf = (type: number) => specs.get(type)?.name ?? `event ${type}`

export class HandOut {
  generation!: Generation
  /** Events handed out so far. */
  events = 0
  readonly event: TraceEvent
  readonly #frontier: Frontier
  readonly #sink: TraceSink
  #lastTime = -0 // a double from the start, as in ProcClock
  /** Cursor of the event at hand, and where its arguments begin. */
  #cursor = 0
  #base = 0

  constructor(frontier: Frontier, event: TraceEvent, sink: TraceSink) {
    this.#frontier = frontier
    this.event = event
    this.#sink = sink
  }

  get lastTime() {
    return this.#lastTime
  }

  /** The first of the file's generations, in which states may come from before the trace. */
  get initial() {
    return this.generation.ordinal === 1
  }

  begin(generation: Generation, originNs: number): void {
    this.generation = generation
    if (this.initial) this.#lastTime = -originNs // the reader starts at 0 of the trace's clock: Reader.lastTs
  }

  /** The cursor's event is at hand. */
  at(cursor: number): void {
    this.#cursor = cursor
    this.#base = cursor * argsMax
  }

  arg(i: number): number {
    return this.#frontier.args[this.#base + i]!
  }

  /** Most events need a thread and a P, and those that user code causes need a goroutine. */
  need(m: number, p: number, g: number, withGo: boolean): void {
    if (m === 0 || p < 0 || (withGo && g < 0))
      fail(`${nameOf(this.type)} without ${m === 0 ? 'a thread' : p < 0 ? 'a proc' : 'a goroutine'}`)
  }

  plain(type: number, m: number, p: number, g: number): boolean {
    this.emit(type, m, p, g, -1, 0, 0)
    return true
  }

  /** Hands one event out: checks its table ids, corrects its time, fills the event. Reader.ReadEvent and Event.validateTableIDs. */
  emit(type: number, m: number, p: number, g: number, resource: number, from: number, to: number): void {
    const {n} = this.event
    const args = this.#frontier.args
    const base = this.#base
    n[argColumn] = args[base]!
    n[argColumn + 1] = args[base + 1]!
    n[argColumn + 2] = args[base + 2]!
    n[argColumn + 3] = args[base + 3]!
    this.hand(type, m, p, g, resource, from, to)
  }

  hand(type: number, m: number, p: number, g: number, resource: number, from: number, to: number): void {
    const {n} = this.event
    const main = stackArg[type]!
    if (main >= 0) {
      const index = this.generation.stackIndex(n[argColumn + main]!)
      if (index === -2) this.#unknown(type, 'stack', main)
      this.event.stack = index < 0 ? -1 : index
      const string = stringArg[type]!
      if (string >= 0 && !this.generation.hasString(n[argColumn + string]!)) this.#unknown(type, 'string', string)
      const other = otherStackArg[type]!
      if (other >= 0 && this.generation.stackIndex(n[argColumn + other]!) === -2) this.#unknown(type, 'stack', other)
      if (type === ev.userLog && !this.generation.hasString(n[argColumn + 2]!)) this.#unknown(type, 'string', 2)
    } else {
      this.event.stack = -1
      if (type === ev.goLabel && !this.generation.hasString(n[argColumn]!)) this.#unknown(type, 'string', 0)
    }
    const time = this.#frontier.time[this.#cursor]!
    this.#finish(type, time, m, p, g, resource, from, to)
  }

  /** The event names an id its generation's tables do not have. In a generation that the file's end cut off, that is to be expected. */
  #unknown(type: number, table: 'stack' | 'string', argument: number): void {
    if (!this.generation.partial)
      fail(`${nameOf(type)} names ${table} id ${this.event.n[argColumn + argument]}, which its generation does not have`)
    if (table === 'stack' && argument === stackArg[type]) this.event.stack = -1
  }

  #finish(type: number, time: number, m: number, p: number, g: number, resource: number, from: number, to: number): void {
    const event = this.event
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
  goEvent(type: number, m: number, p: number, g: number, resource: number): void {
    this.emit(type, m, p, g, resource, goTransition.from[type]!, goTransition.to[type]!)
  }

  /** Wire number of the event at hand. */
  get type() {
    return this.#frontier.type[this.#cursor]!
  }

  setArg(i: number, value: number): void {
    this.#frontier.args[this.#base + i] = value
  }
}
