// Reads the header and then one generation after another from a byte source. Only batch headers are looked at here.
// Follows src/internal/trace/batch.go (readBatch) and generation.go (readGeneration, readGenerationWithSpill), Go 1.26.
import type {ByteSource} from '../../base/byte-source.ts'
import {errors, type TriageError} from '../../base/errors.ts'
import {checkpoint, type Task} from '../../base/progress.ts'
import {damage, newHeader, oldHeader, type BatchPlace} from './damage.ts'
import {batchBytesMax, ev} from './event-types.ts'
import {Generation} from './generation.ts'
import {BatchDamage, VarintReader} from './varint-reader.ts'
import {WideValues} from './wide-values.ts'

export const headerBytes = 16
/** Bytes of a generation that are kept in memory at once. The runtime starts a new generation every second. */
const generationBytesMax = 2 ** 31 - 1
const chunkBytes = 1 << 20
/** A batch header is at most two bytes and four 10-byte varints. */
const batchHeaderBytesMax = 42

/** `go 1.22`-style header of a v2 trace; undefined when the bytes are no trace header at all. */
export function headerVersion(head: Uint8Array): {readonly minor: number; readonly text: string} | undefined {
  const text = String.fromCharCode(...head.subarray(0, headerBytes))
  const match = /^go 1\.(\d{1,2}) trace\0+/.exec(text)
  if (match === null) return undefined
  return {minor: Number(match[1]), text: text.replace(/\0+$/, '')}
}

const readMinors = [22, 23, 25, 26]

/** Throws for headers of other formats. */
export function checkVersion(version: {readonly minor: number; readonly text: string}): void {
  if (version.minor < 22) throw oldHeader(version.text)
  if (!readMinors.includes(version.minor)) throw newHeader(version.text)
}

/** What came of asking for the next generation. With `generation`, an `error` lies after it; both are absent at a clean end. */
export interface FedGeneration {
  readonly generation?: Generation
  readonly error?: TriageError
  /** Whether the next call may give another generation. */
  readonly more: boolean
}

export class BatchFeed {
  readonly wide: WideValues
  minor = 0
  header = ''
  readonly #source: ByteSource
  readonly #name: string
  readonly #size: number | undefined
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #task: Task
  /** What was read and not used up yet is in `#buffer` from `#at` on, which is the beginning of `#room`. */
  #room: Uint8Array = new Uint8Array(0)
  #buffer: Uint8Array = new Uint8Array(0)
  #at = 0
  /** File offset of the first byte of the buffer. */
  #base = 0
  #ended = false
  #batches = 0
  /** Of the last whole generation: the clock's frequency does not change while a process runs. */
  #nsPerTick = 0
  #generations = 0
  #arena: Uint8Array = new Uint8Array(1 << 20)

  constructor(source: ByteSource, wide: WideValues, task: Task) {
    this.#source = source
    this.#name = source.name
    this.#size = source.size
    this.#chunks = chunksOf(source)[Symbol.asyncIterator]()
    this.wide = wide
    this.#task = task
  }

  /** File offset of the next byte. */
  get offset() {
    return this.#base + this.#at
  }

  async readHeader(): Promise<void> {
    while (this.#left < headerBytes && (await this.#fill()));
    if (this.#left === 0) throw errors.empty(this.#name)
    const version = headerVersion(this.#buffer)
    if (version === undefined) throw damage('not the header of an execution trace', 0, undefined)
    checkVersion(version)
    if (this.#left < headerBytes) throw errors.truncated(this.#left, headerBytes - this.#left, 0)
    this.minor = version.minor
    this.header = version.text
    this.#at = headerBytes
  }

  get #left() {
    return this.#buffer.length - this.#at
  }

  /** Reads the next chunk behind what is left. The buffer is used again: batches were copied out of it. */
  async #fill(): Promise<boolean> {
    checkpoint(this.#task)
    if (this.#ended) return false
    if (this.#source.readInto !== undefined && this.#size !== undefined) return this.#fillInPlace(this.#size)
    const next = await this.#chunks.next()
    if (next.done === true) {
      this.#ended = true
      return false
    }
    const left = this.#left
    const need = left + next.value.length
    const room = this.#room.length >= need ? this.#room : new Uint8Array(need * 2)
    if (room === this.#room) room.copyWithin(0, this.#at, this.#at + left)
    else room.set(this.#buffer.subarray(this.#at))
    room.set(next.value, left)
    this.#base += this.#at
    this.#room = room
    this.#buffer = room.subarray(0, need)
    this.#at = 0
    this.#task.progress?.('reading the trace', this.#base, this.#size)
    return true
  }

  /** The same where the source can put its bytes behind what is left itself. */
  async #fillInPlace(size: number): Promise<boolean> {
    const left = this.#left
    const want = Math.min(chunkBytes, size - this.#base - this.#buffer.length)
    const room = this.#room.length >= left + want ? this.#room : new Uint8Array((left + want) * 2)
    if (room === this.#room) room.copyWithin(0, this.#at, this.#at + left)
    else room.set(this.#buffer.subarray(this.#at))
    const offset = this.#base + this.#buffer.length
    this.#base += this.#at
    this.#at = 0
    this.#room = room
    this.#buffer = room.subarray(0, left)
    const got = want <= 0 ? 0 : await this.#source.readInto!(offset, room.subarray(left, left + want))
    this.#buffer = room.subarray(0, left + got)
    this.#ended = got === 0
    if (got > 0) this.#task.progress?.('reading the trace', this.#base, this.#size)
    return got > 0
  }

  /** The next generation. Call it only after the previous one was used up: they share one arena. */
  async next(): Promise<FedGeneration> {
    const generation = new Generation(this.#arena, this.wide)
    generation.ordinal = ++this.#generations
    const fed = await this.#read(generation)
    this.#arena = generation.arena
    if (fed.generation === undefined) return fed
    const problem = generation.finish(this.minor >= 25, this.#nsPerTick)
    this.#nsPerTick = generation.nsPerTick
    if (problem === undefined) return fed
    return {error: fed.error ?? damage(problem, this.offset, this.#place(generation, -1)), more: false}
  }

  async #read(generation: Generation): Promise<FedGeneration> {
    const explicitEnd = this.minor >= 26
    let any = false
    for (;;) {
      while (this.#left < batchHeaderBytesMax + batchBytesMax && (await this.#fill()));
      if (this.#left === 0) {
        if (!any && (explicitEnd || this.#generations > 1)) return {more: false}
        if (!any) return {error: damage('file ends before the first generation', this.offset, undefined), more: false}
        if (!explicitEnd) return {generation, more: false}
        generation.partial = true
        return {generation, error: damage('file ends inside a generation', this.offset, this.#place(generation, -1)), more: false}
      }
      const head = this.#readHead()
      if (head instanceof Error) {
        // What was read so far stands, as far as it goes. Before 1.26 that may be all of the generation (readGenerationWithSpill).
        generation.partial = any
        return any ? {generation, error: head, more: false} : {error: head, more: false}
      }
      if (head === 'end') {
        if (explicitEnd) return {generation, more: true}
        return {error: damage('end of generation in a trace older than Go 1.26', this.offset, undefined), more: false}
      }
      if (head.generation === 0) return {error: damage('generation number 0', head.fileAt, undefined), more: false}
      if (generation.number === 0) generation.number = head.generation
      else if (head.generation !== generation.number) {
        if (!explicitEnd && head.generation === generation.number + 1) return {generation, more: true}
        return {error: damage('generations are out of order', head.fileAt, this.#place(generation, head.thread)), more: false}
      }
      any = true
      const problem = this.#take(generation, head)
      if (problem !== undefined) return {error: problem, more: false}
    }
  }

  /** Reads a batch header without consuming it. */
  #readHead(): BatchHead | 'end' | TriageError {
    const fileAt = this.offset
    const type = this.#buffer[this.#at]!
    if (type === ev.endOfGeneration) {
      if (this.minor >= 26) this.#at++
      return 'end'
    }
    if (type !== ev.eventBatch && type !== ev.experimentalBatch)
      return damage(`event type ${type} where a batch must begin`, fileAt, this.#placeAt('?', -1))
    const r = new VarintReader(this.#buffer, this.#at + 1, this.#buffer.length, this.wide)
    try {
      const experiment = type === ev.experimentalBatch ? r.byte() : 0
      const generation = r.u64()
      const thread = r.u64()
      const ticks = this.wide.double(r.u64())
      const size = r.u64()
      const place = this.#placeAt(String(this.wide.unsigned(generation)), thread)
      if (size < 0 || size > batchBytesMax)
        return damage(`batch of ${this.wide.unsigned(size)} bytes, at most ${batchBytesMax}`, fileAt, place)
      if (r.at + size > this.#buffer.length)
        return damage(`file ends inside a batch of ${size} bytes`, this.#base + this.#buffer.length, place)
      return {experiment, generation, thread, ticks, start: r.at, end: r.at + size, fileAt: this.#base + r.at}
    } catch (error) {
      if (error instanceof BatchDamage) return damage(error.message, this.#base + error.at, this.#placeAt('?', -1))
      throw error
    }
  }

  /** Moves a batch's bytes into the generation. */
  #take(generation: Generation, head: BatchHead): TriageError | undefined {
    const size = head.end - head.start
    if (generation.used + size > generationBytesMax) return errors.limit('bytes of one trace generation', generationBytesMax)
    const start = generation.reserve(size)
    generation.arena.set(this.#buffer.subarray(head.start, head.end), start)
    this.#at = head.end
    const index = this.#batches++
    try {
      const {experiment, thread, ticks, fileAt} = head
      generation.addBatch(start, start + size, {experiment, thread, ticks, fileAt, index}, this.minor >= 25)
      return undefined
    } catch (error) {
      if (!(error instanceof BatchDamage)) throw error
      this.#batches--
      return damage(error.message, head.fileAt + (error.at - start), this.#place(generation, head.thread))
    }
  }

  #place(generation: Generation, thread: number): BatchPlace {
    return this.#placeAt(String(this.wide.unsigned(generation.number)), thread)
  }

  #placeAt(generation: string, thread: number): BatchPlace {
    return {generation, index: this.#batches, thread: String(this.wide.signed(thread))}
  }
}

interface BatchHead {
  readonly experiment: number
  readonly generation: number
  readonly thread: number
  readonly ticks: number
  readonly start: number
  readonly end: number
  readonly fileAt: number
}

/** Large chunks where the source can be read at will: fewer turns of the event loop than its stream. */
async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  if (source.size === undefined) {
    yield* source.stream()
    return
  }
  for (let at = 0; at < source.size;) {
    const bytes = await source.read(at, Math.min(chunkBytes, source.size - at))
    if (bytes.length === 0) return
    yield bytes
    at += bytes.length
  }
}

export const traceFormat = (minor: number) => `trace/go1.${minor}`
