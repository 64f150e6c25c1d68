// The tables of one generation that events refer to: strings, stacks and their frames, and its clock. What a sink sees of a generation.
// Follows src/internal/trace/generation.go (addStrings, addStacks; Go 1.26): what is checked there is checked here.
import {ev, stackFramesMax, stringBytesMax} from './event-types.ts'
import {BatchDamage, VarintReader} from './varint-reader.ts'
import type {WideValues} from './wide-values.ts'

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

export class GenerationTables {
  /** Counts generations of this file from 1. */
  ordinal = 0
  /** Nanoseconds per tick; 0 before it was read, a double from the start, as in ProcClock: code made for one generation fits the next. */
  nsPerTick = -0
  clock: {readonly ticks: number; readonly mono: number; readonly sec: number; readonly nsec: number} | undefined
  /** The strings' bytes, among others. */
  arena: Uint8Array

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

  /** Empty tables whose strings will lie in `arena`. */
  constructor(arena: Uint8Array) {
    this.arena = arena
  }

  addStrings(at: number, end: number, wide: WideValues): void {
    const r = new VarintReader(this.arena, at, end, wide)
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

  addStacks(at: number, end: number, wide: WideValues): void {
    const r = new VarintReader(this.arena, at, end, wide)
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

  /** The first string id that a frame names and the tables do not have. */
  get unknownString(): number | undefined {
    for (let frame = 0; frame < this.#framePc.length; frame++)
      for (const id of [this.#frameFunc[frame]!, this.#frameFile[frame]!]) if (!this.hasString(id)) return id
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
