// Ordered events in blocks of columns, on their way from the thread that reads and orders a trace to the one that adds them up (replay.ts).
// The memory is shared; messages say which block is full. As many blocks as there are may be on their way before the writer has to wait.
import {TriageError} from '../../base/errors.ts'
import type {GenerationTables, PackedTables} from './generation-tables.ts'
import type {TraceContext, TraceEnd, TraceSink} from './reader.ts'
import type {OnThread} from './scheduler-model.ts'
import {argColumn, timeColumn, type TraceEvent} from './trace-event.ts'

const blocks = 8
/** Events of a block: few enough that one stays in a processor's cache until it is read. */
const eventsDefault = 8192
/** Columns of `EventBlocks.numbers` an event: its time and four arguments. */
export const numberColumns = 5
/** Columns of `EventBlocks.slots` an event: type with the states before and after, and the slots of TraceEvent. */
export const slotColumns = 6

export interface EventBlocks {
  /** Events of each block. */
  readonly events: number
  readonly numbers: Float64Array
  readonly slots: Int32Array
  /** How many blocks were read and may be written again. */
  readonly taken: Int32Array
}

export function newEventBlocks(events: number = eventsDefault): EventBlocks {
  return {
    events,
    numbers: new Float64Array(new SharedArrayBuffer(blocks * events * numberColumns * Float64Array.BYTES_PER_ELEMENT)),
    slots: new Int32Array(new SharedArrayBuffer(blocks * events * slotColumns * Int32Array.BYTES_PER_ELEMENT)),
    taken: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  }
}

/** A TriageError between threads, which would lose its class. */
export type Failure = Pick<TriageError, 'code' | 'message' | 'hint'>

/** What the writer says, in this order: one `begin`, then tables before the events that name them, at last one `end`. */
export type BlockMessage =
  | {readonly kind: 'begin'; readonly header: string; readonly minor: number; readonly originNs: bigint}
  | ({readonly kind: 'tables'; readonly tables: PackedTables} & Additions)
  | ({readonly kind: 'events'; readonly block: number; readonly events: number; readonly ofGeneration: boolean} & Additions)
  | ({
      readonly kind: 'end'
      readonly end: Omit<TraceEnd, 'error' | 'wideValues'> & {readonly failure?: Failure}
      readonly left: LeftOver
    } & Additions)

/** What was appended to the tables of the whole trace since the message before. */
export interface Additions {
  readonly wide: readonly bigint[]
  readonly procs: readonly number[]
  readonly threads: readonly number[]
}

/** The model after the last event. */
export interface LeftOver {
  readonly goId: Float64Array
  readonly goState: Uint8Array
  readonly live: Int32Array
  readonly onThreads: readonly OnThread[]
}

export class BlockWriter implements TraceSink {
  readonly #memory: EventBlocks
  readonly #numbers: Float64Array
  readonly #slots: Int32Array
  readonly #post: (message: BlockMessage) => void
  #context!: TraceContext
  #event!: TraceEvent
  #generation: GenerationTables | undefined
  /** Ordinal of the tables that were sent last. */
  #tables = 0
  #sent = 0
  /** Where the block at hand began, where the next event goes, and where the block ends. */
  #from = 0
  #at = 0
  #until: number
  #added = {wide: 0, procs: 0, threads: 0}

  constructor(memory: EventBlocks, post: (message: BlockMessage) => void) {
    this.#memory = memory
    this.#numbers = memory.numbers
    this.#slots = memory.slots
    this.#post = post
    this.#until = memory.events
  }

  begin(context: TraceContext): void {
    this.#context = context
    this.#event = context.event
    const {header, minor, originNs} = context
    this.#post({kind: 'begin', header, minor, originNs})
  }

  event(): void {
    if (this.#context.generation !== this.#generation) this.#turn(this.#context.generation)
    const event = this.#event
    const {n} = event
    const numbers = this.#numbers
    const slots = this.#slots
    const at = this.#at
    const number = at * numberColumns
    numbers[number] = n[timeColumn]!
    numbers[number + 1] = n[argColumn]!
    numbers[number + 2] = n[argColumn + 1]!
    numbers[number + 3] = n[argColumn + 2]!
    numbers[number + 4] = n[argColumn + 3]!
    const slot = at * slotColumns
    slots[slot] = event.type | (event.from << 8) | (event.to << 16)
    slots[slot + 1] = event.m
    slots[slot + 2] = event.p
    slots[slot + 3] = event.g
    slots[slot + 4] = event.resource
    slots[slot + 5] = event.stack
    this.#at = at + 1
    if (at + 1 === this.#until) this.#flush()
  }

  /** Call once, after the last event. */
  end(end: TraceEnd): void {
    this.#flush()
    const {model} = this.#context
    const {error, wideValues: _, ...rest} = end
    this.#post({
      kind: 'end',
      end: {...rest, ...(error === undefined ? {} : {failure: {code: error.code, message: error.message, hint: error.hint}})},
      left: {goId: model.goId, goState: model.goState, live: Int32Array.from(model.liveGoSlots()), onThreads: [...model.onThreads()]},
      ...this.#additions(),
    })
  }

  /** Another generation's events come, or those of none. */
  #turn(generation: GenerationTables | undefined): void {
    this.#flush()
    this.#generation = generation
    if (generation === undefined || generation.ordinal === this.#tables) return
    this.#tables = generation.ordinal
    this.#post({kind: 'tables', tables: generation.pack(), ...this.#additions()})
  }

  #flush(): void {
    const events = this.#at - this.#from
    if (events === 0) return
    const block = this.#sent++ % blocks
    this.#post({kind: 'events', block, events, ofGeneration: this.#generation !== undefined, ...this.#additions()})
    const {events: size} = this.#memory
    this.#from = this.#at = (this.#sent % blocks) * size
    this.#until = this.#from + size
    this.#awaitRoom()
  }

  #awaitRoom(): void {
    const {taken} = this.#memory
    for (;;) {
      const count = Atomics.load(taken, 0)
      if (((this.#sent - count) | 0) < blocks) return
      Atomics.wait(taken, 0, count)
    }
  }

  #additions(): Additions {
    const {wide, model} = this.#context
    const before = this.#added
    this.#added = {wide: wide.size, procs: model.procId.length, threads: model.threadId.length}
    return {
      wide: wide.after(before.wide),
      procs: model.procId.slice(before.procs),
      threads: model.threadId.slice(before.threads),
    }
  }
}
