// Protobuf wire format, read in place. Every read checks the end first; 64-bit integers come as two halves, because ids and addresses use all bits.
// Follows https://protobuf.dev/programming-guides/encoding/ and is as lenient as github.com/google/pprof/profile/proto.go.
import {errors} from '../../base/errors.ts'

const two32 = 4294967296
/** A 64-bit varint has at most ten bytes. */
const varintBytesMax = 10

/** Reads fields of one message after the other; `low` and `high` are the halves of the last varint. */
export class WireCursor {
  readonly bytes: Uint8Array
  at: number
  end: number
  low = 0
  high = 0
  /** Number and wire type of the field that `next` found. */
  field = 0
  wireType = 0
  /** Payload of the last length-delimited field. */
  start = 0
  stop = 0

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  varint(): void {
    const bytes = this.bytes
    const end = this.end
    let at = this.at
    if (at >= end) throw errors.truncated(at, 1, 0)
    let byte = bytes[at++]!
    if (byte < 0x80) {
      this.low = byte
      this.high = 0
      this.at = at
      return
    }
    let low = byte & 0x7f
    let high = 0
    for (let index = 1; index < varintBytesMax; index++) {
      if (at >= end) throw errors.truncated(at, 1, 0)
      byte = bytes[at++]!
      if (index < 4) low |= (byte & 0x7f) << (7 * index)
      else if (index === 4) {
        low |= (byte & 0x0f) << 28
        high = (byte & 0x7f) >>> 4
      } else high |= (byte & 0x7f) << (7 * index - 32)
      if (byte < 0x80) {
        this.low = low >>> 0
        this.high = high >>> 0
        this.at = at
        return
      }
    }
    throw errors.malformed('protobuf', this.at, 'a varint is longer than 10 bytes')
  }

  /** The next field of the message that ends at `end`; false at its end. Varints land in `low`/`high`, payloads in `start`/`stop`. */
  next(): boolean {
    if (this.at >= this.end) return false
    const tagAt = this.at
    this.varint()
    this.wireType = this.low & 7
    this.field = this.high === 0 ? this.low >>> 3 : -1
    switch (this.wireType) {
      case 0:
        this.varint()
        return true
      case 1:
        return this.#fixed(8)
      case 2: {
        this.varint()
        const length = this.high * two32 + this.low
        if (length > this.end - this.at) throw errors.truncated(this.at, length, this.end - this.at)
        this.start = this.at
        this.stop = this.at + length
        this.at = this.stop
        return true
      }
      case 5:
        return this.#fixed(4)
      default:
        throw errors.malformed('protobuf', tagAt, `wire type ${this.wireType} is not known`)
    }
  }

  #fixed(length: number): boolean {
    if (length > this.end - this.at) throw errors.truncated(this.at, length, this.end - this.at)
    this.at += length
    return true
  }

  /** Fails unless the field that `next` found has this wire type. */
  need(wireType: number): void {
    if (this.wireType !== wireType) {
      throw errors.malformed('protobuf', this.at, `field ${this.field} has wire type ${this.wireType} instead of ${wireType}`)
    }
  }

  /** The last varint as an unsigned number; rounded above 2^53. */
  unsigned(): number {
    return this.high * two32 + this.low
  }

  /** The last varint as int64; rounded beyond ±2^53. */
  signed(): number {
    if (this.high < 0x80000000) return this.high * two32 + this.low
    return -((~this.high >>> 0) * two32 + (~this.low >>> 0) + 1)
  }

  /** The last varint as int64, whole. */
  signedWhole(): bigint {
    return BigInt.asIntN(64, (BigInt(this.high) << 32n) | BigInt(this.low))
  }

  unsignedWhole(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low)
  }
}
