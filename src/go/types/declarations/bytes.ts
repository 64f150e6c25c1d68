// Unsigned numbers of seven bits a byte, and strings by number: what declaration files are made of.
import {errors} from '../../../base/errors.ts'

const firstBytes = 1024

/** A growing buffer. */
export class ByteWriter {
  #bytes = new Uint8Array(firstBytes)
  #length = 0

  get length(): number {
    return this.#length
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = value
  }

  /** A safe integer that is not negative. */
  number(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.byte((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    this.byte(rest)
  }

  raw(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }

  /** What was written; the writer is not used after. */
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}

/** Reads what ByteWriter wrote, from any place. It ends with an error, never with a value that was not written. */
export class ByteReader {
  readonly bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  byte(): number {
    const value = this.bytes[this.at]
    if (value === undefined) throw errors.malformed('declarations', this.at, 'ends too early')
    this.at++
    return value
  }

  number(): number {
    let value = this.byte()
    if (value < 128) return value
    value -= 128
    for (let scale = 128; ; scale *= 128) {
      const next = this.byte()
      value += (next & 127) * scale
      if (value > Number.MAX_SAFE_INTEGER) throw errors.malformed('declarations', this.at, 'has a number that is too large')
      if (next < 128) return value
    }
  }

  /** How many things follow: no more than there are bytes. */
  count(): number {
    const count = this.number()
    if (count > this.bytes.length - this.at) throw errors.malformed('declarations', this.at, 'ends too early')
    return count
  }

  raw(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw errors.malformed('declarations', this.at, 'ends too early')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
}
