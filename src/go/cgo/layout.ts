// Sizes, alignments and offsets of C types by platform: the System V rules, bit-fields included, `packed`, `aligned` and #pragma pack.
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
  readonly size: number
}
export interface RecordLayout extends Layout {
  readonly fields: readonly FieldLayout[]
}

const nestingMax = 100

export function layoutOf(type: CType, platform: CPlatform, depth = 0): Layout | undefined {
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
      const element = layoutOf(t.of, platform, depth + 1)
      if (element === undefined || t.length === undefined) return undefined
      return {size: t.length === 'open' ? 0 : element.size * t.length, align: element.align}
    }
    case 'enum':
      return enumLayout(t.enumeration)
    case 'record':
      return recordLayout(t.record, platform, depth + 1)
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

export function recordLayout(record: CRecord, platform: CPlatform, depth = 0): RecordLayout | undefined {
  const {fields} = record
  if (fields === undefined || record.uncertain || depth > nestingMax) return undefined
  let bits = 0 // next free bit of a struct
  let size = 0
  let align = 1
  const placed: FieldLayout[] = []
  for (const field of fields) {
    const own = layoutOf(field.type, platform, depth + 1)
    if (own === undefined || field.bits === 'unknown') return undefined
    if (field.bits !== undefined && (platform.microsoftBitFields || own.size === 0)) return undefined
    const natural = record.packed || field.packed ? 1 : own.align
    const capped = record.packMax > 0 ? Math.min(natural, record.packMax) : natural
    const fieldAlign = Math.max(capped, field.aligned)
    if (field.bits === undefined) {
      const offset = record.kind === 'union' ? 0 : roundUp(Math.ceil(bits / 8), fieldAlign)
      placed.push({field, offset, size: own.size})
      bits = (offset + own.size) * 8
    } else {
      if (record.kind === 'union') bits = 0
      const unit = own.size * 8
      if (field.bits === 0) bits = roundUp(bits, unit)
      else if (!(record.packed || field.packed) && Math.floor(bits / unit) !== Math.floor((bits + field.bits - 1) / unit))
        bits = roundUp(bits, fieldAlign * 8)
      placed.push({field, offset: Math.floor(bits / 8), size: own.size})
      bits += field.bits
    }
    // An unnamed bit-field does not raise the alignment on x86; on ARM it does.
    const counts = field.bits === undefined || field.name !== undefined || platform.goarch.startsWith('arm')
    if (counts) align = Math.max(align, fieldAlign)
    size = Math.max(size, Math.ceil(bits / 8))
  }
  align = Math.max(align, record.aligned)
  return {size: roundUp(size, align), align, fields: placed}
}
