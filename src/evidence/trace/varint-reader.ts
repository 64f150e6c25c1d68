// Reads the unsigned varints of a trace between two positions of an arena, and says where one is damaged.
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
