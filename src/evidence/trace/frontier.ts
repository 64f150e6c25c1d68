// One cursor per thread over its batches, and the min-heap of cursors by time of their next event. All state is in typed arrays.
// Follows src/internal/trace/batchcursor.go (Go 1.26); the heap moves cursors as it does there, since ties depend on it.
import {argCounts} from './event-types.ts'
import type {Generation} from './generation.ts'
import {goSortByKey} from './sort-by-key.ts'
import {BatchDamage, VarintReader} from './varint-reader.ts'
import type {WideValues} from './wide-values.ts'

/** Arguments after the time difference, at most (tracev2 MaxTimedEventArgs - 1). */
export const argsMax = 4

export class Frontier {
  /** By cursor: the next event. Its time, ns, is also what the one after it counts from. */
  time = new Float64Array(0)
  type = new Uint8Array(0)
  args = new Float64Array(0)
  /** By cursor: slot of its thread in the model. */
  thread = new Int32Array(0)
  /** Cursors as a heap; only the first `length` count. */
  heap = new Int32Array(0)
  length = 0

  readonly #wide: WideValues
  #generation!: Generation
  #arena: Uint8Array = new Uint8Array(0)
  #nsPerTick: number = Number.NaN // a double from the start, as in ProcClock
  #origin = -0
  #batches: (readonly number[])[] = []
  #batch = new Int32Array(0)
  #at = new Int32Array(0)
  #end = new Int32Array(0)
  /** Where the event at hand begins. */
  #from = new Int32Array(0)
  /** Position of the varint reader. */
  #read = 0

  constructor(wide: WideValues) {
    this.#wide = wide
  }

  /** Starts over with a generation. Times count from `originNs`. */
  install(generation: Generation, originNs: number, slotOf: (thread: number) => number): void {
    const count = generation.batchesOfThread.size
    if (count > this.time.length) this.#allocate(count + 16)
    this.#generation = generation
    this.#arena = generation.arena
    this.#nsPerTick = generation.nsPerTick
    this.#origin = originNs
    this.#batches = []
    this.length = 0
    for (const [thread, batches] of generation.batchesOfThread) {
      const cursor = this.#batches.push(batches) - 1
      this.thread[cursor] = slotOf(thread)
      this.#batch[cursor] = -1
      this.#at[cursor] = this.#end[cursor] = 0
      if (this.decode(cursor)) this.insert(cursor)
    }
  }

  #allocate(count: number): void {
    this.time = new Float64Array(count)
    this.type = new Uint8Array(count)
    this.args = new Float64Array(count * argsMax)
    this.thread = new Int32Array(count)
    this.heap = new Int32Array(count)
    this.#batch = new Int32Array(count)
    this.#at = new Int32Array(count)
    this.#end = new Int32Array(count)
    this.#from = new Int32Array(count)
  }

  /** Reads the cursor's next event; false when its batches are used up. Damage throws with a position in the arena. */
  decode(cursor: number): boolean {
    let at = this.#at[cursor]!
    if (at === this.#end[cursor]!) {
      if (!this.#nextBatch(cursor)) return false
      at = this.#at[cursor]!
    }
    const bytes = this.#arena
    this.#from[cursor] = at
    const type = bytes[at]!
    const count = argCounts[type]!
    if (count < 0) throw new BatchDamage(`event type ${type} in a batch of timed events`, at)
    // Nearly all values have one or two bytes: those are read here, without a call. The arena has bytes to spare; the batch's end is checked afterwards.
    let ticks = bytes[at + 1]!
    if (ticks < 0x80) at += 2
    else if (bytes[at + 2]! < 0x80) {
      ticks = (ticks & 0x7f) | (bytes[at + 2]! << 7)
      at += 3
    } else {
      ticks = this.#varint(at + 1)
      at = this.#read
      if (ticks < 0) ticks = this.#wide.double(ticks)
    }
    const args = this.args
    for (let to = cursor * argsMax, end = to + count; to < end; to++) {
      const byte = bytes[at]!
      if (byte < 0x80) {
        args[to] = byte
        at++
      } else if (bytes[at + 1]! < 0x80) {
        args[to] = (byte & 0x7f) | (bytes[at + 1]! << 7)
        at += 2
      } else {
        args[to] = this.#varint(at)
        at = this.#read
      }
    }
    if (at > this.#end[cursor]!) throw new BatchDamage('event runs past its batch', this.#from[cursor]!)
    this.type[cursor] = type
    this.time[cursor]! += Math.trunc(ticks * this.#nsPerTick)
    this.#at[cursor] = at
    return true
  }

  #nextBatch(cursor: number): boolean {
    const batches = this.#batches[cursor]!
    for (let next = this.#batch[cursor]! + 1; next < batches.length; next++) {
      const batch = batches[next]!
      this.#batch[cursor] = next
      this.#at[cursor] = this.#generation.batchStart[batch]!
      this.#end[cursor] = this.#generation.batchEnd[batch]!
      this.time[cursor] = Math.trunc(this.#generation.batchTicks[batch]! * this.#nsPerTick) - this.#origin
      if (this.#at[cursor] !== this.#end[cursor]) return true
    }
    return false
  }

  /** Reads a varint without looking at the batch's end, and leaves the position after it in #read. */
  #varint(at: number): number {
    const bytes = this.#arena
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#read = at
        return value
      }
    }
    return this.#longVarint(at, value)
  }

  #longVarint(at: number, low: number): number {
    const bytes = this.#arena
    let high = 0
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = bytes[at++]!
      high |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#read = at
        return low + high * 2 ** 28
      }
    }
    const slow = new VarintReader(bytes, at - 7, bytes.length, this.#wide)
    const value = slow.u64()
    this.#read = slow.at
    return value
  }

  /** File position, batch and thread of the event a cursor stands on, for messages. */
  place(cursor: number): {readonly fileAt: number; readonly batchIndex: number} {
    const batch = this.#batches[cursor]?.[Math.max(0, this.#batch[cursor]!)]
    if (batch === undefined) return {fileAt: 0, batchIndex: -1}
    const g = this.#generation
    return {fileAt: g.batchFileAt[batch]! + (this.#from[cursor]! - g.batchStart[batch]!), batchIndex: g.batchIndex[batch]!}
  }

  insert(cursor: number): void {
    this.heap[this.length] = cursor
    this.#up(this.length++)
  }

  /** Restores the heap after the event at `i` changed. */
  update(i: number): void {
    if (this.#up(i) === i) this.#down(i)
  }

  remove(i: number): void {
    const heap = this.heap
    const removed = heap[i]!
    for (; i > 0; i = (i - 1) >> 1) heap[i] = heap[(i - 1) >> 1]!
    this.length--
    heap[0] = heap[this.length]!
    if (this.length > 0) this.#down(0)
    else heap[0] = removed
  }

  sort(): void {
    goSortByKey(this.heap, this.length, this.time)
  }

  #up(i: number): number {
    const {heap, time} = this
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!(time[heap[parent]!]! > time[heap[i]!]!)) break
      const held = heap[parent]!
      heap[parent] = heap[i]!
      heap[i] = held
      i = parent
    }
    return i
  }

  #down(i: number): void {
    const {heap, time, length} = this
    const moved = heap[i]!
    const own = time[moved]!
    for (;;) {
      const left = 2 * i + 1
      if (left >= length) break
      let least = own
      let at = i
      const leftTime = time[heap[left]!]!
      if (leftTime < least) {
        least = leftTime
        at = left
      }
      if (left + 1 < length && time[heap[left + 1]!]! < least) at = left + 1
      if (at === i) break
      heap[i] = heap[at]!
      i = at
    }
    heap[i] = moved
  }
}
