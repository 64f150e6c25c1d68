// One generation of a v2 trace: its batches as byte ranges of one arena, its CPU samples, and the tables its events refer to.
// Follows src/internal/trace/generation.go and batch.go (Go 1.26): what is checked there is checked here.
import {ev} from './event-types.ts'
import {GenerationTables} from './generation-tables.ts'
import {goSortByKey} from './sort-by-key.ts'
import {BatchDamage, VarintReader} from './varint-reader.ts'
import type {WideValues} from './wide-values.ts'

export class Generation extends GenerationTables {
  /** Column form of the generation's number; 0 before the first batch. */
  number = 0
  /** Bytes of the arena in use. */
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
  /** Earliest batch, in ticks; a double from the start, as nsPerTick. */
  minTicks = -0
  /** The file ends inside this generation: tables may lack entries that its events name. */
  partial = false
  /** The same, and something that every whole generation has is missing. */
  lacking = false
  /** CPU samples: ticks until `finish`, then nanoseconds. */
  sampleTime = new Float64Array(0)
  readonly sampleThread: number[] = []
  readonly sampleProc: number[] = []
  readonly sampleGo: number[] = []
  readonly sampleStack: number[] = []
  readonly #sampleTicks: number[] = []
  sampleOrder = new Int32Array(0)

  readonly #wide: WideValues

  constructor(arena: Uint8Array, wide: WideValues) {
    super(arena)
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
    if (first === ev.strings) this.addStrings(start + 1, end, this.#wide)
    else if (first === ev.stacks) this.addStacks(start + 1, end, this.#wide)
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
    const unknown = this.unknownString
    if (unknown !== undefined) {
      if (!this.partial) return `stack frame names string id ${unknown}, which the generation does not have`
      this.lacking = true
    }
    this.sampleTime = Float64Array.from(this.#sampleTicks, ticks => Math.trunc(ticks * this.nsPerTick))
    this.sampleOrder = Int32Array.from(this.#sampleTicks.keys())
    goSortByKey(this.sampleOrder, this.sampleOrder.length, this.sampleTime)
    return undefined
  }
}
