// Reads numbers out of bytes in the byte order of a file; every read past the end is an error with its offset.
import {errors} from '../../base/errors.ts'

const latin = new TextDecoder('latin1')
const utf8 = new TextDecoder()
const stringBytesMax = 1 << 20

export class BinaryReader {
  at: number
  readonly end: number
  readonly bytes: Uint8Array
  readonly little: boolean
  readonly #view: DataView

  constructor(bytes: Uint8Array, little: boolean, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.little = little
    this.at = at
    this.end = Math.min(end, bytes.length)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The same bytes from another offset. */
  from(at: number, end = this.end): BinaryReader {
    return new BinaryReader(this.bytes, this.little, at, end)
  }

  #take(length: number): number {
    const at = this.at
    if (at < 0 || length < 0 || at + length > this.end) throw errors.truncated(at, length, Math.max(0, this.end - at))
    this.at = at + length
    return at
  }

  skip(length: number): void {
    this.#take(length)
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), this.little)
  }

  u24(): number {
    const at = this.#take(3)
    const [a = 0, b = 0, c = 0] = this.bytes.subarray(at, at + 3)
    return this.little ? a | (b << 8) | (c << 16) : (a << 16) | (b << 8) | c
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), this.little)
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), this.little)
  }

  i8(): number {
    return this.#view.getInt8(this.#take(1))
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), this.little)
  }

  /** An offset or length, which must fit 2^53. */
  size64(): number {
    const at = this.at
    const value = this.u64()
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw errors.malformed('binary', at, 'an offset beyond 2^53')
    return Number(value)
  }

  word(bytes: number): bigint {
    return bytes === 8 ? this.u64() : bytes === 4 ? BigInt(this.u32()) : bytes === 2 ? BigInt(this.u16()) : BigInt(this.u8())
  }

  uleb(): number {
    let value = 0
    let factor = 1
    for (let i = 0; i < 10; i++) {
      const byte = this.u8()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
    throw errors.malformed('binary', this.at, 'a LEB128 number of more than ten bytes')
  }

  sleb(): number {
    let value = 0
    let factor = 1
    for (let i = 0; i < 10; i++) {
      const byte = this.u8()
      value += (byte & 0x7f) * factor
      factor *= 128
      if (byte < 0x80) return byte & 0x40 ? value - factor : value
    }
    throw errors.malformed('binary', this.at, 'a LEB128 number of more than ten bytes')
  }

  /** Up to the next zero byte. */
  cstring(): string {
    const end = this.bytes.indexOf(0, this.at)
    if (end < 0 || end >= this.end) throw errors.truncated(this.end, 1, 0)
    const text = utf8.decode(this.bytes.subarray(this.at, Math.min(end, this.at + stringBytesMax)))
    this.at = end + 1
    return text
  }

  text(length: number): string {
    const at = this.#take(length)
    return latin.decode(this.bytes.subarray(at, at + length))
  }
}
