// Gives equal byte sequences the same number. A million samples share a few thousand stacks: each is kept, and later looked at, once.
import {errors} from '../../base/errors.ts'

/** Distinct stacks or label sets of one profile. */
export const distinctMax = 20_000_000

export class Interner {
  #table = new Int32Array(4096).fill(-1)
  #bytes = new Uint8Array(1 << 16)
  #used = 0
  #starts = new Uint32Array(1024)
  #hashes = new Int32Array(1024)
  count = 0
  readonly #what: string

  constructor(what: string) {
    this.#what = what
  }

  /** Number of the sequence `source[start..end)`; the next free one when it is new. */
  add(source: Uint8Array, start: number, end: number): number {
    let hash = (end - start) | 0
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 0x01000193) ^ source[at]!) | 0
    hash ^= hash >>> 15
    const mask = this.#table.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const known = this.#table[slot]!
      if (known < 0) return this.#insert(slot, hash, source, start, end)
      if (this.#hashes[known] === hash && this.#same(known, source, start, end)) return known
    }
  }

  #same(known: number, source: Uint8Array, start: number, end: number): boolean {
    let mine = this.#starts[known]!
    const mineEnd = known + 1 < this.count ? this.#starts[known + 1]! : this.#used
    if (mineEnd - mine !== end - start) return false
    const bytes = this.#bytes
    for (let at = start; at < end; at++) if (bytes[mine++] !== source[at]) return false
    return true
  }

  #insert(slot: number, hash: number, source: Uint8Array, start: number, end: number): number {
    const index = this.count++
    if (index >= distinctMax) throw errors.limit(`${this.#what} of a profile`, distinctMax)
    if (index >= this.#starts.length) {
      this.#starts = grown(this.#starts, new Uint32Array(this.#starts.length * 2))
      this.#hashes = grown(this.#hashes, new Int32Array(this.#hashes.length * 2))
    }
    const need = this.#used + end - start
    if (need > this.#bytes.length) {
      this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(need, Math.ceil(this.#bytes.length * 1.5))))
    }
    this.#bytes.set(source.subarray(start, end), this.#used)
    this.#starts[index] = this.#used
    this.#hashes[index] = hash
    this.#used = need
    this.#table[slot] = index
    if (this.count * 2 > this.#table.length) this.#rehash()
    return index
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2).fill(-1)
    const mask = table.length - 1
    for (let index = 0; index < this.count; index++) {
      let slot = this.#hashes[index]! & mask
      while (table[slot]! >= 0) slot = (slot + 1) & mask
      table[slot] = index
    }
    this.#table = table
  }

  /** The bytes of all sequences in order; sequence `i` starts at `starts[i]`, `starts[count]` is the end. */
  finish(): {readonly bytes: Uint8Array; readonly starts: Uint32Array} {
    const starts = new Uint32Array(this.count + 1)
    starts.set(this.#starts.subarray(0, this.count))
    starts[this.count] = this.#used
    return {bytes: this.#bytes.subarray(0, this.#used), starts}
  }
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
