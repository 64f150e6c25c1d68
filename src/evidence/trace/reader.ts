// Reads a v2 execution trace in order: one generation in memory at a time, every event handed to a sink, damage reported with its place.
// Follows src/internal/trace/reader.go (Reader.ReadEvent, Go 1.26): order of Sync events and CPU samples, and how times are corrected.
import type {ByteSource} from '../../base/byte-source.ts'
import {TriageError} from '../../base/errors.ts'
import {checkpoint, type Task} from '../../base/progress.ts'
import {BatchFeed} from './batch-feed.ts'
import {damage} from './damage.ts'
import {ev} from './event-types.ts'
import {Frontier} from './frontier.ts'
import type {Generation} from './generation.ts'
import type {GenerationTables} from './generation-tables.ts'
import {HandOut, OrderDamage} from './hand-out.ts'
import {Ordering} from './ordering.ts'
import {SchedulerModel, type SchedulerView} from './scheduler-model.ts'
import {argColumn, TraceEvent} from './trace-event.ts'
import {BatchDamage} from './varint-reader.ts'
import {WideValues} from './wide-values.ts'

/** Everything a sink may look at while it is called. Tables of `generation` hold for the event at hand only. */
export interface TraceContext {
  readonly event: TraceEvent
  readonly model: SchedulerView
  readonly wide: WideValues
  /** Header without its zero bytes, `go 1.26 trace`, and its minor version. */
  readonly header: string
  readonly minor: number
  /** Trace clock at time 0, ns, exact as a bigint. */
  readonly originNs: bigint
  /** Undefined in Sync events that begin no whole generation: the last one, and one before a generation that the file's end cuts off. */
  readonly generation: GenerationTables | undefined
}

/** Called for every event in order. */
export interface TraceSink {
  /** Before the first event. */
  begin?(context: TraceContext): void
  event(): void
}

/** How the reading ended. `error` is what broke off the trace; everything before it was handed out. */
export interface TraceEnd {
  readonly header: string
  readonly minor: number
  readonly complete: boolean
  readonly error?: TriageError
  readonly events: number
  readonly generations: number
  readonly experimentalBatches: number
  readonly wideValues: WideValues
}

export interface TraceLimits {
  /** Generations beyond this are not read; for looking at the beginning only. */
  readonly generationsMax?: number
}

/** Throws for bytes that are no v2 trace; damage further on ends the reading and is in the result. */
export async function readTrace(source: ByteSource, sink: TraceSink, task: Task = {}, limits: TraceLimits = {}): Promise<TraceEnd> {
  const reader = new TraceReader(source, sink, task)
  return reader.run(limits.generationsMax ?? Number.POSITIVE_INFINITY)
}

/** How many events pass between two looks at the task's cancellation. */
const checkEvery = 1 << 20

class TraceReader implements TraceContext {
  readonly event = new TraceEvent()
  readonly model = new SchedulerModel()
  readonly wide = new WideValues()
  originNs = 0n
  generation: Generation | undefined
  readonly #feed: BatchFeed
  readonly #frontier: Frontier
  readonly #out: HandOut
  readonly #ordering: Ordering
  readonly #sink: TraceSink
  readonly #task: Task
  #origin = -0
  #syncs = 0
  #experimental = 0
  /** The cursor whose event is at hand, for messages. */
  #cursor = -1

  constructor(source: ByteSource, sink: TraceSink, task: Task) {
    this.#feed = new BatchFeed(source, this.wide, task)
    this.#frontier = new Frontier(this.wide)
    this.#sink = sink
    this.#task = task
    this.#out = new HandOut(this.#frontier, this.event, sink)
    this.#ordering = new Ordering(this.model, this.#frontier, this.#out)
  }

  get header() {
    return this.#feed.header
  }

  get minor() {
    return this.#feed.minor
  }

  async run(generationsMax: number): Promise<TraceEnd> {
    await this.#feed.readHeader()
    let generations = 0
    let error: TriageError | undefined
    let broken = false
    for (let more = true; more && generations < generationsMax;) {
      const fed = await this.#feed.next()
      more = fed.more
      if (fed.generation !== undefined) {
        if (generations++ === 0) this.#start(fed.generation)
        error = this.#drain(fed.generation)
        broken = error !== undefined
        if (broken && fed.generation.partial) error = fed.error ?? error // the cut is the cause, the gap in the order its effect
        if (broken) break
        this.#experimental += fed.generation.experimental.length
      }
      error = fed.error
      if (error !== undefined && generations === 0) throw error
      if (error !== undefined) break
    }
    if (generations === 0) this.#sink.begin?.(this)
    if (!broken) this.#sync(undefined, this.#out.lastTime)
    return {
      header: this.header,
      minor: this.minor,
      complete: error === undefined,
      ...(error === undefined ? {} : {error}),
      events: this.#out.events,
      generations,
      experimentalBatches: this.#experimental,
      wideValues: this.wide,
    }
  }

  #start(generation: Generation): void {
    this.#origin = Math.trunc(generation.minTicks * generation.nsPerTick)
    this.originNs = BigInt(this.#origin)
    this.#sink.begin?.(this)
  }

  #sync(generation: Generation | undefined, time: number): void {
    this.generation = generation
    this.event.n[argColumn] = ++this.#syncs
    this.event.stack = -1
    this.#out.inject(ev.readerSync, time, 0, -1, -1)
  }

  /** Hands out all events of a generation; the error that broke it off, if one did. */
  #drain(generation: Generation): TriageError | undefined {
    this.generation = generation
    this.#out.begin(generation, this.#origin)
    const frontier = this.#frontier
    this.#cursor = -1
    try {
      frontier.install(generation, this.#origin, id => this.model.threadSlot(id))
      // Of a generation without its end the official reader gives no more than this Sync, at the time of the event before it. Before Go 1.26
      // generations have no end of their own: one that has all tables passes for whole.
      if (generation.lacking || (generation.partial && this.minor >= 26)) this.#sync(undefined, this.#out.lastTime)
      else this.#sync(generation, Math.trunc(generation.minTicks * generation.nsPerTick) - this.#origin)
      this.generation = generation
      const samples = generation.sampleOrder
      let sample = 0
      for (let step = 1; frontier.length > 0 || sample < samples.length; step++) {
        if (step % checkEvery === 0) checkpoint(this.#task)
        if (sample < samples.length) {
          const time = generation.sampleTime[samples[sample]!]! - this.#origin
          if (frontier.length === 0 || time < frontier.time[frontier.heap[0]!]!) {
            this.#sample(generation, samples[sample++]!, time)
            continue
          }
        }
        const cursor = frontier.heap[0]!
        this.#cursor = cursor
        if (this.#ordering.advance(cursor)) this.#step(0, cursor)
        else this.#advanceOther(cursor)
      }
      return undefined
    } catch (error) {
      return this.#located(error, generation)
    }
  }

  #step(i: number, cursor: number): void {
    if (this.#frontier.decode(cursor)) this.#frontier.update(i)
    else this.#frontier.remove(i)
  }

  /** The first thread in order of time, after the earliest, whose event may come now. */
  #advanceOther(earliest: number): void {
    const frontier = this.#frontier
    frontier.sort()
    for (let i = 1; i < frontier.length; i++) {
      const cursor = frontier.heap[i]!
      this.#cursor = cursor
      if (!this.#ordering.advance(cursor)) continue
      this.#step(i, cursor)
      return
    }
    this.#cursor = earliest
    throw new OrderDamage('no thread has an event that may come next')
  }

  #sample(generation: Generation, index: number, time: number): void {
    const {event} = this
    event.n[argColumn] = generation.sampleStack[index]!
    event.stack = Math.max(-1, generation.stackIndex(generation.sampleStack[index]!))
    // A sample names its own context, which need not be known: ids go in the arguments, and slots where there are any.
    event.n[argColumn + 1] = generation.sampleThread[index]!
    event.n[argColumn + 2] = generation.sampleProc[index]!
    event.n[argColumn + 3] = generation.sampleGo[index]!
    const proc = generation.sampleProc[index]!
    const goid = generation.sampleGo[index]!
    this.#out.inject(
      ev.cpuSample,
      time,
      this.model.threadSlot(generation.sampleThread[index]!),
      proc < 0 ? -1 : this.model.procSlot(proc),
      goid < 0 ? -1 : this.model.goSlot(goid),
    )
  }

  #located(error: unknown, generation: Generation): TriageError {
    const cursor = Math.max(0, this.#cursor)
    const ordered = error instanceof OrderDamage
    if (!ordered && !(error instanceof BatchDamage)) throw error
    const at = this.#frontier.place(cursor)
    const thread = this.model.threadId[this.#frontier.thread[cursor] ?? 0] ?? -1
    const place = {
      generation: String(this.wide.unsigned(generation.number)),
      index: at.batchIndex,
      thread: String(this.wide.signed(thread)),
    }
    const located = damage(error.message, at.fileAt, place)
    return new TriageError(located.code, located.message, located.hint, error)
  }
}
