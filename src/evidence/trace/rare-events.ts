// The events of a trace that are few: GOMAXPROCS, tasks, regions, logs.
import {ev} from './event-types.ts'
import type {ProcClock} from './proc-clock.ts'
import type {TraceContext} from './reader.ts'
import {Spans} from './spans.ts'
import {argColumn} from './trace-event.ts'

const categoriesMax = 1000

export class RareEvents {
  readonly spans = new Spans()
  readonly logs = new Map<string, number>()
  readonly gomaxprocs: {atNs: number; value: number}[] = []
  readonly #clock: ProcClock

  constructor(clock: ProcClock) {
    this.#clock = clock
  }

  event({event, generation}: TraceContext): void {
    const clock = this.#clock
    const arg = event.n[argColumn]!
    const text = (argument: number) => generation?.text(event.n[argColumn + argument]!) ?? ''
    switch (event.type) {
      case ev.procsChange:
        clock.tick()
        clock.procs = arg
        if (this.gomaxprocs.at(-1)?.value !== arg) this.gomaxprocs.push({atNs: clock.now, value: arg})
        return
      case ev.userTaskBegin:
        return this.spans.begin('task', arg, -1, text(2), clock.now, clock.stoppedNs)
      case ev.userTaskEnd:
        return this.spans.end('task', arg, -1, event.name, clock.now, clock.stoppedNs)
      case ev.userRegionBegin:
        return this.spans.begin('region', arg, event.g, text(1), clock.now, clock.stoppedNs)
      case ev.userRegionEnd:
        return this.spans.end('region', arg, event.g, text(1), clock.now, clock.stoppedNs)
      case ev.userLog: {
        const category = text(1)
        if (this.logs.size < categoriesMax || this.logs.has(category)) this.logs.set(category, (this.logs.get(category) ?? 0) + 1)
        return
      }
    }
  }
}
