// Sizes, alignments and offsets of C types by platform, bit-fields, `packed`, `aligned` and #pragma pack included.
// Undefined means unknown: an incomplete or uncertain type, or one with an unknown part.
import {type CEnum, type CField, type CRecord, type CType, stripTypedefs} from './c-type.ts'
import {integerBytes} from './constant-expression.ts'
import type {CPlatform} from './platform.ts'

export interface Layout {
  /** Bytes. */
  readonly size: number
  readonly align: number
}
export interface FieldLayout {
  readonly field: CField
  /** Bytes from the start; for bit-fields the byte their first bit lies in. */
  readonly offset: number
  /** Bits from the start. */
  readonly bitOffset: number
  readonly size: number
}
export interface RecordLayout extends Layout {
  readonly fields: readonly FieldLayout[]
}

const nestingMax = 100
/** Bytes of one object: gcc refuses more than half of the address space; past 2^50 numbers are not exact here. */
const sizeMax = 2 ** 50

/** Records whose layout was worked out for one question: each once, however often it is nested; undefined while it is worked out. */
type Known = Map<CRecord, RecordLayout | undefined>

export const layoutOf = (type: CType, platform: CPlatform): Layout | undefined => layoutIn(type, platform, new Map(), 0)

export const recordLayout = (record: CRecord, platform: CPlatform): RecordLayout | undefined => recordIn(record, platform, new Map(), 0)

function layoutIn(type: CType, platform: CPlatform, known: Known, depth: number): Layout | undefined {
  if (depth > nestingMax) return undefined
  const t = stripTypedefs(type)
  switch (t.kind) {
    case 'bool':
      return {size: 1, align: 1}
    case 'integer':
      return scalar(integerBytes(t.name, platform), platform)
    case 'floating':
      return t.name === 'longdouble' ? longDouble(platform) : scalar(t.name === 'float' ? 4 : 8, platform)
    case 'complex': {
      if (t.name === 'longdouble') return undefined
      const part = scalar(t.name === 'float' ? 4 : 8, platform)
      return {size: part.size * 2, align: part.align}
    }
    case 'pointer':
      return {size: platform.pointerBytes, align: platform.pointerBytes}
    case 'array': {
      const element = layoutIn(t.of, platform, known, depth + 1)
      if (element === undefined || t.length === undefined) return undefined
      const size = t.length === 'open' ? 0 : element.size * t.length
      return size > sizeMax ? undefined : {size, align: element.align}
    }
    case 'enum':
      return enumLayout(t.enumeration)
    case 'record':
      return recordIn(t.record, platform, known, depth + 1)
    default:
      return undefined
  }
}

const scalar = (size: number, platform: CPlatform): Layout => ({
  size,
  align: size >= 8 && size < 16 ? Math.min(size, platform.wideAlign) : size,
})

function longDouble(platform: CPlatform): Layout {
  const size = platform.longDoubleBytes
  return {size, align: size === 12 ? 4 : size}
}

/** gcc's rule: unsigned int, int if a value is negative, 64 bits if one needs them; with `packed` as small as possible. */
export function enumShape(enumeration: CEnum): {readonly bytes: number; readonly signed: boolean} | undefined {
  const {members} = enumeration
  if (members === undefined || enumeration.uncertain) return undefined
  let [low, high] = [0n, 0n]
  for (const {value, uncertain} of members) {
    if (value === undefined || uncertain) return undefined
    if (value < low) low = value
    if (value > high) high = value
  }
  const signed = low < 0n
  const fits = (bytes: number) => {
    const bits = BigInt(bytes * 8)
    return signed ? low >= -(1n << (bits - 1n)) && high < 1n << (bits - 1n) : high < 1n << bits
  }
  const bytes = (enumeration.packed ? [1, 2, 4, 8] : [4, 8]).find(fits)
  return bytes === undefined ? undefined : {bytes, signed}
}

function enumLayout(enumeration: CEnum): Layout | undefined {
  const shape = enumShape(enumeration)
  return shape === undefined ? undefined : {size: shape.bytes, align: shape.bytes}
}

const roundUp = (x: number, to: number) => Math.ceil(x / to) * to

function recordIn(record: CRecord, platform: CPlatform, known: Known, depth: number): RecordLayout | undefined {
  if (known.has(record)) return known.get(record)
  known.set(record, undefined)
  const layout = laidOut(record, platform, known, depth)
  known.set(record, layout)
  return layout
}

function laidOut(record: CRecord, platform: CPlatform, known: Known, depth: number): RecordLayout | undefined {
  const {fields} = record
  if (fields === undefined || record.uncertain || depth > nestingMax) return undefined
  const place = platform.microsoftBitFields ? new MicrosoftPlaces(record) : new GccPlaces(record, platform)
  let align = 1
  let size = 0
  const placed: FieldLayout[] = []
  for (const field of fields) {
    const own = layoutIn(field.type, platform, known, depth + 1)
    if (own === undefined || field.bits === 'unknown' || field.strange) return undefined
    if (field.bits !== undefined && (own.size === 0 || field.bits > own.size * 8)) return undefined
    const packMax = record.packMax > 0 ? record.packMax : Infinity // it caps what `aligned` asks for, too
    const packed = (record.packed || field.packed) && (field.bits === undefined || record.packMax === 0)
    const natural = packed ? 1 : own.align
    const fieldAlign = Math.min(Math.max(natural, field.aligned), packMax)
    const bitOffset =
      field.bits === undefined ? place.whole(own.size, fieldAlign) : place.bitField(field, field.bits, own, Math.min(natural, packMax))
    if (bitOffset === undefined) return undefined
    placed.push({field, offset: Math.floor(bitOffset / 8), bitOffset, size: own.size})
    if (place.raisesAlignment(field)) align = Math.max(align, fieldAlign)
    size = Math.max(size, Math.ceil(place.end / 8))
    if (size > sizeMax) return undefined
  }
  align = Math.max(align, record.aligned)
  return {size: roundUp(size, align), align, fields: placed}
}

/** Where fields come to lie, in bits, as gcc's stor-layout.c place_field has it where PCC_BITFIELD_TYPE_MATTERS: all System V platforms. */
class GccPlaces {
  end = 0
  readonly #record: CRecord
  readonly #platform: CPlatform

  constructor(record: CRecord, platform: CPlatform) {
    this.#record = record
    this.#platform = platform
  }

  whole(size: number, align: number): number {
    const at = this.#record.kind === 'union' ? 0 : roundUp(Math.ceil(this.end / 8), align) * 8
    this.end = at + size * 8
    return at
  }

  bitField(field: CField, bits: number, own: Layout, align: number): number {
    const {kind, packed, packMax} = this.#record
    let at = kind === 'union' ? 0 : this.end
    if (field.aligned > 0) at = roundUp(at, Math.min(field.aligned, packMax > 0 ? packMax : Infinity) * 8)
    const unit = own.align * 8
    if (bits === 0) at = roundUp(at, unit) // whatever is packed
    // excess_unit_span: a field may not reach over more units of its type's alignment than the type has; not with packed or #pragma pack.
    else if (!packed && !field.packed && packMax === 0 && Math.ceil(((at % unit) + bits) / unit) > (own.size * 8) / unit)
      at = roundUp(at, align * 8)
    this.end = at + bits
    return at
  }

  /** An unnamed bit-field does not raise the alignment on x86; on ARM it does (targetm.align_anon_bitfield). */
  raisesAlignment(field: CField): boolean {
    return field.bits === undefined || field.name !== undefined || this.#platform.goarch.startsWith('arm')
  }
}

/**
 * Microsoft's rule, which gcc follows on Windows (ms_struct): bit-fields of types of one size share a unit of that size, which is there as a whole.
 * With `packed` or an alignment of its own it is not modelled.
 */
class MicrosoftPlaces {
  end = 0
  readonly #record: CRecord
  #unitBytes = 0
  #left = 0

  constructor(record: CRecord) {
    this.#record = record
  }

  whole(size: number, align: number): number {
    const at = this.#record.kind === 'union' ? 0 : roundUp(Math.ceil(this.end / 8), align) * 8
    this.end = at + size * 8
    this.#unitBytes = 0
    return at
  }

  bitField(field: CField, bits: number, own: Layout, align: number): number | undefined {
    if (this.#record.packed || field.packed || field.aligned > 0) return undefined
    if (bits === 0) {
      // It ends a run of bit-fields, and does nothing elsewhere.
      if (this.#unitBytes > 0) this.end = roundUp(this.end, align * 8)
      this.#unitBytes = 0
      return this.end
    }
    if (this.#record.kind === 'union') {
      this.end = bits
      return 0
    }
    if (this.#unitBytes !== own.size || this.#left < bits) {
      this.end = roundUp(this.end, align * 8) + own.size * 8
      this.#unitBytes = own.size
      this.#left = own.size * 8
    }
    const at = this.end - this.#left
    this.#left -= bits
    return at
  }

  raisesAlignment(field: CField): boolean {
    return field.bits !== 0
  }
}
