// One generation of a v2 trace: its batches as byte ranges of one arena, and its own tables of strings, stacks and CPU samples.
// Follows src/internal/trace/generation.go and batch.go (Go 1.26): what is checked there is checked here.
import {goSort} from './go-sort.ts'
import {ev, stackFramesMax, stringBytesMax} from './event-types.ts'
import type {WideValues} from './wide-values.ts'

/** Signals damage found inside a batch; the reader turns it into an error with generation, batch and offset. */
export class BatchDamage extends Error {
  readonly at: number

  constructor(what: string, at: number) {
    super(what)
    this.at = at
  }
}

/** Reads varints between two positions of an arena; running past the end throws. */
export class VarintReader {
  at: number
  readonly end: number
  readonly #bytes: Uint8Array
  readonly #wide: WideValues

  constructor(bytes: Uint8Array, at: number, end: number, wide: WideValues) {
    this.#bytes = bytes
    this.at = at
    this.end = end
    this.#wide = wide
  }

  byte(): number {
    if (this.at >= this.end) throw new BatchDamage('bytes end inside an entry', this.at)
    return this.#bytes[this.at++]!
  }

  /** An unsigned 64-bit value in column form (see WideValues). */
  u64(): number {
    let value = 0
    let scale = 1
    for (let length = 1; length <= 7; length++) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    let high = BigInt(value)
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte()
      if (shift === 63n && byte > 1) throw new BatchDamage('varint does not fit 64 bits', this.at - 1)
      high |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return this.#wide.intern(high)
    }
    throw new BatchDamage('varint longer than 10 bytes', this.at)
  }
}

/** Maps the ids of a generation (dense in practice) to indices. */
class IdTable {
  #dense = new Int32Array(256)
  readonly #sparse = new Map<number, number>()
  #size = 0

  /** The index of a new id; undefined when it is taken. */
  add(id: number): number | undefined {
    if (this.index(id) >= 0 && id !== 0) return undefined
    const index = this.#size++
    if (id > 0 && id < 1 << 22 && id <= 16 * (index + 64)) {
      if (id >= this.#dense.length) {
        const grown = new Int32Array(Math.max(id + 1, this.#dense.length * 2))
        grown.set(this.#dense)
        this.#dense = grown
      }
      this.#dense[id] = index + 1
    } else this.#sparse.set(id, index)
    return index
  }

  /** -1 when the id is unknown. */
  index(id: number): number {
    if (id > 0 && id < this.#dense.length) {
      const index = this.#dense[id]! - 1
      if (index >= 0) return index
    }
    return this.#sparse.size === 0 ? -1 : (this.#sparse.get(id) ?? -1)
  }

  get size() {
    return this.#size
  }
}

const decoder = new TextDecoder()

export class Generation {
  /** Column form of the generation's number; 0 before the first batch. */
  number = 0
  /** Counts generations of this file from 1. */
  ordinal = 0
  arena: Uint8Array
  used = 0
  /** Batches of timed events, in order of appearance. */
  readonly batchStart: number[] = []
  readonly batchEnd: number[] = []
  /** Ticks, as doubles. */
  readonly batchTicks: number[] = []
  readonly batchFileAt: number[] = []
  readonly batchIndex: number[] = []
  /** M (column form) to its batches; Ms in order of appearance. */
  readonly batchesOfThread = new Map<number, number[]>()
  readonly experimental: {readonly experiment: number; readonly thread: number; readonly bytes: number}[] = []
  /** Earliest batch, in ticks. */
  minTicks = 0
  /** The file ends inside this generation: tables may lack entries that its events name. */
  partial = false
  /** The same, and something that every whole generation has is missing. */
  lacking = false
  /** Nanoseconds per tick; 0 before it was read. */
  nsPerTick = 0
  clock: {readonly ticks: number; readonly mono: number; readonly sec: number; readonly nsec: number} | undefined
  /** CPU samples: ticks until `finish`, then nanoseconds. */
  sampleTime = new Float64Array(0)
  readonly sampleThread: number[] = []
  readonly sampleProc: number[] = []
  readonly sampleGo: number[] = []
  readonly sampleStack: number[] = []
  readonly #sampleTicks: number[] = []
  sampleOrder = new Int32Array(0)

  readonly #wide: WideValues
  readonly #strings = new IdTable()
  readonly #stringStart: number[] = []
  readonly #stringEnd: number[] = []
  readonly #stringText: (string | undefined)[] = []
  readonly #stacks = new IdTable()
  readonly #stackFrom: number[] = []
  #stackFrames = new Int32Array(1024)
  #stackFramesUsed = 0
  readonly #frameOfPc = new Map<number, number>()
  readonly #framePc: number[] = []
  readonly #frameFunc: number[] = []
  readonly #frameFile: number[] = []
  readonly #frameLine: number[] = []

  constructor(arena: Uint8Array, wide: WideValues) {
    this.arena = arena
    this.#wide = wide
  }

  /** Room for `length` more bytes; returns where they go. A few spare bytes stay behind so that the hot path may read ahead. */
  reserve(length: number): number {
    const need = this.used + length + 64
    if (need > this.arena.length) {
      const grown = new Uint8Array(Math.max(need, this.arena.length + Math.max(this.arena.length >> 1, 1 << 20)))
      grown.set(this.arena.subarray(0, this.used))
      this.arena = grown
    }
    const start = this.used
    this.used += length
    return start
  }

  /** Adds a batch whose bytes stand in the arena. `splitSync`: 1.25 and later write a Sync batch, earlier ones a lone Frequency. */
  addBatch(
    start: number,
    end: number,
    batch: {experiment: number; thread: number; ticks: number; fileAt: number; index: number},
    splitSync: boolean,
  ) {
    const {experiment, thread, ticks} = batch
    if (this.minTicks === 0 || ticks < this.minTicks) this.minTicks = ticks
    const first = experiment === 0 && end > start ? this.arena[start]! : -1
    if (first === ev.strings) this.#addStrings(start + 1, end)
    else if (first === ev.stacks) this.#addStacks(start + 1, end)
    else if (first === ev.cpuSamples) this.#addSamples(start + 1, end)
    else if (first === ev.sync && splitSync) this.#addSync(start + 1, end, ticks, true)
    else if (first === ev.frequency && !splitSync) this.#addSync(start, end, ticks, false)
    else if (experiment !== 0) this.experimental.push({experiment, thread, bytes: end - start})
    else {
      const at = this.batchStart.push(start) - 1
      this.batchEnd.push(end)
      this.batchTicks.push(ticks)
      this.batchFileAt.push(batch.fileAt)
      this.batchIndex.push(batch.index)
      const list = this.batchesOfThread.get(thread)
      if (list === undefined) this.batchesOfThread.set(thread, [at])
      else list.push(at)
      return
    }
    if (first !== ev.strings) this.used = start // only strings are read again later; the other tables are decoded now
  }

  #addStrings(at: number, end: number): void {
    const r = new VarintReader(this.arena, at, end, this.#wide)
    while (r.at < end) {
      if (r.byte() !== ev.string) throw new BatchDamage('expected a string entry', r.at - 1)
      const id = r.u64()
      const length = r.u64()
      if (length < 0 || length > stringBytesMax) throw new BatchDamage(`string longer than ${stringBytesMax} bytes`, r.at)
      if (r.at + length > end) throw new BatchDamage('string runs past its batch', r.at)
      if (this.#strings.add(id) === undefined) throw new BatchDamage(`string id ${id} is given twice`, r.at)
      this.#stringStart.push(r.at)
      this.#stringEnd.push(r.at + length)
      r.at += length
    }
  }

  #addStacks(at: number, end: number): void {
    const r = new VarintReader(this.arena, at, end, this.#wide)
    while (r.at < end) {
      if (r.byte() !== ev.stack) throw new BatchDamage('expected a stack entry', r.at - 1)
      const id = r.u64()
      const length = r.u64()
      if (length < 0 || length > stackFramesMax) throw new BatchDamage(`stack deeper than ${stackFramesMax} frames`, r.at)
      if (this.#stackFramesUsed + length > this.#stackFrames.length) {
        const grown = new Int32Array(this.#stackFrames.length * 2 + length)
        grown.set(this.#stackFrames)
        this.#stackFrames = grown
      }
      const from = this.#stackFramesUsed
      for (let i = 0; i < length; i++) {
        const pc = r.u64()
        const func = r.u64()
        const file = r.u64()
        const line = r.u64()
        let frame = this.#frameOfPc.get(pc)
        if (frame === undefined) {
          frame = this.#framePc.push(pc) - 1 // the first frame given for a pc counts, generation.go addStacks
          this.#frameFunc.push(func)
          this.#frameFile.push(file)
          this.#frameLine.push(line)
          this.#frameOfPc.set(pc, frame)
        }
        this.#stackFrames[this.#stackFramesUsed++] = frame
      }
      if (this.#stacks.add(id) === undefined) throw new BatchDamage(`stack id ${id} is given twice`, r.at)
      this.#stackFrom.push(from)
    }
  }

  #addSamples(at: number, end: number): void {
    const r = new VarintReader(this.arena, at, end, this.#wide)
    while (r.at < end) {
      if (r.byte() !== ev.cpuSample) throw new BatchDamage('expected a CPU sample', r.at - 1)
      const ticks = this.#wide.double(r.u64())
      const thread = r.u64()
      const proc = r.u64()
      const goid = r.u64()
      const stack = r.u64()
      this.#sampleTicks.push(ticks)
      this.sampleThread.push(thread)
      this.sampleProc.push(proc)
      this.sampleGo.push(goid === 0 ? -1 : goid)
      this.sampleStack.push(stack)
    }
  }

  #addSync(at: number, end: number, ticks: number, withClock: boolean): void {
    const r = new VarintReader(this.arena, at, end, this.#wide)
    while (r.at < end) {
      const type = r.byte()
      if (type === ev.frequency) {
        if (this.nsPerTick !== 0) throw new BatchDamage('frequency is given twice', r.at - 1)
        this.nsPerTick = 1 / (this.#wide.double(r.u64()) / 1e9)
      } else if (type === ev.clockSnapshot && withClock) {
        if (this.clock !== undefined) throw new BatchDamage('clock snapshot is given twice', r.at - 1)
        const at = ticks + this.#wide.double(r.u64())
        this.clock = {ticks: at, mono: r.u64(), sec: r.u64(), nsec: r.u64()}
      } else throw new BatchDamage('expected a frequency or a clock snapshot', r.at - 1)
    }
  }

  /** Checks what must hold of a whole generation and puts the CPU samples in order; undefined when all is well. */
  finish(needsClock: boolean, nsPerTickBefore: number): string | undefined {
    this.lacking = this.partial && (this.nsPerTick === 0 || (needsClock && this.clock === undefined))
    if (this.partial && this.nsPerTick === 0) this.nsPerTick = nsPerTickBefore
    if (this.nsPerTick === 0) return 'generation without a frequency'
    if (needsClock && !this.partial && this.clock === undefined) return 'generation without a clock snapshot'
    for (let frame = 0; frame < this.#framePc.length; frame++) {
      for (const id of [this.#frameFunc[frame]!, this.#frameFile[frame]!])
        if (!this.hasString(id)) {
          if (!this.partial) return `stack frame names string id ${id}, which the generation does not have`
          this.lacking = true
        }
    }
    this.sampleTime = Float64Array.from(this.#sampleTicks, ticks => Math.trunc(ticks * this.nsPerTick))
    this.sampleOrder = Int32Array.from(this.#sampleTicks.keys())
    goSort(this.sampleOrder, this.sampleOrder.length, this.sampleTime)
    return undefined
  }

  hasString(id: number): boolean {
    return id === 0 || this.#strings.index(id) >= 0
  }

  /** The text of a string id; empty for 0 and for unknown ids. */
  text(id: number): string {
    const index = this.#strings.index(id)
    if (index < 0) return ''
    return (this.#stringText[index] ??= decoder.decode(this.arena.subarray(this.#stringStart[index]!, this.#stringEnd[index]!)))
  }

  /** Index of a stack id; -1 for 0 (no stack), -2 for an id the generation does not have. */
  stackIndex(id: number): number {
    const index = this.#stacks.index(id)
    return index >= 0 ? index : id === 0 ? -1 : -2
  }

  get stackCount() {
    return this.#stacks.size
  }

  /** Frames of a stack, leaf first, as numbers for the frame readers below. */
  frames(stack: number): Int32Array {
    return stack < 0
      ? this.#stackFrames.subarray(0, 0)
      : this.#stackFrames.subarray(this.#stackFrom[stack]!, this.#stackFrom[stack + 1] ?? this.#stackFramesUsed)
  }

  framePc(frame: number): number {
    return this.#framePc[frame]!
  }

  frameFunction(frame: number): string {
    return this.text(this.#frameFunc[frame]!)
  }

  frameFile(frame: number): string {
    return this.text(this.#frameFile[frame]!)
  }

  /** Line as the trace has it; damaged files can hold any 64-bit value, which shows as 0. */
  frameLine(frame: number): number {
    return Math.max(0, this.#frameLine[frame]!)
  }
}
