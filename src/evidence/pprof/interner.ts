// Gives equal byte sequences the same number. A million samples share a few thousand stacks: each is kept, and later looked at, once.
import {assert, errors} from '../../base/errors.ts'

/** Distinct stacks or label sets of one profile. */
export const distinctMax = 20_000_000
/** Bytes of all distinct ones together. */
export const distinctBytesMax = 256 * 1024 * 1024

export class Interner {
  /** Two words a slot, the hash and the number: what differs is told apart without leaving the cache line. */
  #table = new Int32Array(8192).fill(-1)
  #bytes = new Uint8Array(1 << 16)
  #used = 0
  #starts = new Uint32Array(1024)
  count = 0
  #finished = false
  readonly #what: string
  #view = viewOf(this.#bytes)
  /** What the last sequence was read from, and its view: nearly always the same bytes. */
  #source: Uint8Array = this.#bytes
  #sourceView = this.#view

  constructor(what: string) {
    this.#what = what
  }

  /** Number of the sequence `source[start..end)`; the next free one when it is new. */
  add(source: Uint8Array, start: number, end: number): number {
    this.#look(source)
    const hash = hashOf(source, this.#sourceView, start, end)
    const table = this.#table
    const mask = table.length - 2
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const known = table[slot + 1]!
      if (known < 0) return this.#insert(slot, hash, source, start, end)
      if (table[slot] === hash && this.#same(known, source, start, end)) return known
    }
  }

  #look(source: Uint8Array): void {
    if (source === this.#source) return
    this.#source = source
    this.#sourceView = viewOf(source)
  }

  /** Number of a sequence that was added before. */
  find(source: Uint8Array, start: number, end: number): number | undefined {
    this.#look(source)
    const hash = hashOf(source, this.#sourceView, start, end)
    const table = this.#table
    const mask = table.length - 2
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const known = table[slot + 1]!
      if (known < 0) return undefined
      if (table[slot] === hash && this.#same(known, source, start, end)) return known
    }
  }

  #same(known: number, source: Uint8Array, start: number, end: number): boolean {
    let mine = this.#starts[known]!
    const mineEnd = known + 1 < this.count ? this.#starts[known + 1]! : this.#used
    if (mineEnd - mine !== end - start) return false
    const [bytes, view, sourceView] = [this.#bytes, this.#view, this.#sourceView]
    let at = start
    for (; at + 4 <= end; at += 4, mine += 4) if (view.getUint32(mine, true) !== sourceView.getUint32(at, true)) return false
    for (; at < end; at++) if (bytes[mine++] !== source[at]) return false
    return true
  }

  #insert(slot: number, hash: number, source: Uint8Array, start: number, end: number): number {
    assert(!this.#finished, 'nothing is added to what is finished')
    const index = this.count++
    if (index >= distinctMax) throw errors.limit(`${this.#what} of a profile`, distinctMax)
    if (index >= this.#starts.length) {
      this.#starts = grown(this.#starts, new Uint32Array(this.#starts.length * 2))
    }
    const need = this.#used + end - start
    if (need > distinctBytesMax) throw errors.limit(`bytes of the ${this.#what} of a profile`, distinctBytesMax)
    if (need > this.#bytes.length) {
      this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(need, Math.ceil(this.#bytes.length * 1.5))))
      this.#view = viewOf(this.#bytes)
    }
    this.#bytes.set(source.subarray(start, end), this.#used)
    this.#starts[index] = this.#used
    this.#used = need
    this.#table[slot] = hash
    this.#table[slot + 1] = index
    if (this.count * 4 > this.#table.length) this.#rehash()
    return index
  }

  #rehash(): void {
    const old = this.#table
    const table = new Int32Array(old.length * 2).fill(-1)
    const mask = table.length - 2
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1]! < 0) continue
      let slot = (old[from]! << 1) & mask
      while (table[slot + 1]! >= 0) slot = (slot + 2) & mask
      table[slot] = old[from]!
      table[slot + 1] = old[from + 1]!
    }
    this.#table = table
  }

  /** The bytes of all sequences in order; sequence `i` starts at `starts[i]`, `starts[count]` is the end. None can be added afterwards. */
  finish(): {readonly bytes: Uint8Array; readonly starts: Uint32Array} {
    this.#finished = true
    this.#table = new Int32Array(2).fill(-1)
    const starts = new Uint32Array(this.count + 1)
    starts.set(this.#starts.subarray(0, this.count))
    starts[this.count] = this.#used
    return {bytes: this.#bytes.subarray(0, this.#used), starts}
  }
}

/** The mixing of MurmurHash3 (x86, 32 bits), four bytes a step: neighbouring inputs must not land in neighbouring slots. */
function hashOf(source: Uint8Array, view: DataView, start: number, end: number): number {
  let hash = end - start
  let at = start
  for (; at + 4 <= end; at += 4) {
    const word = Math.imul(view.getInt32(at, true), 0xcc9e2d51)
    hash ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593)
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  for (; at < end; at++) hash = Math.imul(hash ^ source[at]!, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
