// Units and entries of .debug_info. Format: DWARF 2 to 5, chapters 2, 3 and 7 (forms: 7.5.6, abbreviations: 7.5.3, range lists: 2.17.3).
import {errors} from '../../base/errors.ts'
import {BinaryReader} from './binary-reader.ts'
import {sectionBytes, type Elf} from './elf.ts'

const abbreviationsMax = 1_000_000
const rangesMax = 10_000_000

export const at = {
  name: 0x03,
  stmtList: 0x10,
  lowPc: 0x11,
  highPc: 0x12,
  compDir: 0x1b,
  abstractOrigin: 0x31,
  specification: 0x47,
  ranges: 0x55,
  callFile: 0x58,
  callLine: 0x59,
  linkageName: 0x6e,
  strOffsetsBase: 0x72,
  addrBase: 0x73,
  rnglistsBase: 0x74,
  mipsLinkageName: 0x2007,
} as const

export const tag = {compileUnit: 0x11, inlined: 0x1d, subprogram: 0x2e} as const

interface Abbreviation {
  readonly tag: number
  readonly children: boolean
  readonly attributes: readonly {readonly name: number; readonly form: number; readonly constant: number}[]
}

export interface DwarfSections {
  readonly elf: Elf
  readonly info: Uint8Array
  readonly abbrev: Uint8Array
  readonly line: Uint8Array
  readonly str: Uint8Array
  readonly lineStr: Uint8Array
  readonly ranges: Uint8Array
  readonly rnglists: Uint8Array
  readonly addr: Uint8Array
  readonly strOffsets: Uint8Array
}

/** An attribute: an address or number, a text, or the offset of another entry in .debug_info; `index` waits for a base. */
export type Value =
  | {readonly kind: 'number' | 'address' | 'entry' | 'section' | 'address-index' | 'string-index' | 'range-index'; readonly value: bigint}
  | {readonly kind: 'text'; readonly value: string}
  | {readonly kind: 'other'; readonly value: undefined}

export interface Entry {
  readonly offset: number
  readonly tag: number
  readonly children: boolean
  readonly attributes: ReadonlyMap<number, Value>
}

export interface Unit {
  readonly sections: DwarfSections
  readonly start: number
  readonly end: number
  readonly version: number
  readonly addressBytes: number
  readonly wide: boolean
  readonly firstEntry: number
  readonly abbreviations: ReadonlyMap<number, Abbreviation>
  readonly root: Entry | undefined
}

export interface Range {
  readonly from: bigint
  readonly to: bigint
}

export async function dwarfSections(elf: Elf): Promise<DwarfSections | undefined> {
  const of = async (name: string) => (await sectionBytes(elf, name)) ?? new Uint8Array()
  const [info, abbrev] = [await of('.debug_info'), await of('.debug_abbrev')]
  if (info.length === 0 || abbrev.length === 0) return undefined
  return {
    elf,
    info,
    abbrev,
    line: await of('.debug_line'),
    str: await of('.debug_str'),
    lineStr: await of('.debug_line_str'),
    ranges: await of('.debug_ranges'),
    rnglists: await of('.debug_rnglists'),
    addr: await of('.debug_addr'),
    strOffsets: await of('.debug_str_offsets'),
  }
}

/** Every unit with its first entry; the rest of a unit is read when an address falls into it. */
export function unitsOf(sections: DwarfSections): Unit[] {
  const units: Unit[] = []
  const tables = new Map<number, ReadonlyMap<number, Abbreviation>>()
  const little = sections.elf.little
  const r = new BinaryReader(sections.info, little)
  while (r.at + 11 <= r.end) {
    const start = r.at
    const first = r.u32()
    const wide = first === 0xffffffff
    const length = wide ? r.size64() : first
    const end = r.at + length
    if (length === 0 || end > r.end) throw errors.malformed('dwarf', start, 'a unit longer than its section')
    const version = r.u16()
    if (version < 2 || version > 5) {
      r.at = end
      continue
    }
    const type = version >= 5 ? r.u8() : 1
    let addressBytes = version >= 5 ? r.u8() : 0
    const abbrevAt = wide ? r.size64() : r.u32()
    if (version < 5) addressBytes = r.u8()
    if (type === 4 || type === 5) r.skip(8) // skeleton and split: dwo_id
    else if (type === 2 || type === 6) r.skip(8 + (wide ? 8 : 4)) // type units: signature, type offset
    let abbreviations = tables.get(abbrevAt)
    if (abbreviations === undefined) {
      abbreviations = abbreviationsAt(new BinaryReader(sections.abbrev, little, abbrevAt))
      tables.set(abbrevAt, abbreviations)
    }
    const bare = {sections, start, end, version, addressBytes, wide, firstEntry: r.at, abbreviations, root: undefined}
    units.push({...bare, root: entryAt(bare, r.from(r.at, end))})
    r.at = end
  }
  return units
}

function abbreviationsAt(r: BinaryReader): ReadonlyMap<number, Abbreviation> {
  const table = new Map<number, Abbreviation>()
  for (let code = r.uleb(); code !== 0; code = r.uleb()) {
    if (table.size >= abbreviationsMax) throw errors.limit('abbreviations of a DWARF unit', abbreviationsMax)
    const kind = r.uleb()
    const children = r.u8() === 1
    const attributes: {name: number; form: number; constant: number}[] = []
    for (;;) {
      const [name, form] = [r.uleb(), r.uleb()]
      const constant = form === 0x21 ? r.sleb() : 0
      if (name === 0 && form === 0) break
      attributes.push({name, form, constant})
    }
    table.set(code, {tag: kind, children, attributes})
    if (r.at >= r.end) break
  }
  return table
}

/** The entry where the reader stands; undefined for the mark that ends a list of children. */
export function entryAt(unit: Unit, r: BinaryReader): Entry | undefined {
  const offset = r.at
  const code = r.uleb()
  if (code === 0) return undefined
  const abbreviation = unit.abbreviations.get(code)
  if (!abbreviation) throw errors.malformed('dwarf', offset, `abbreviation ${code}, which is not defined`)
  const attributes = new Map<number, Value>()
  for (const {name, form, constant} of abbreviation.attributes) attributes.set(name, valueOf(unit, r, form, constant))
  return {offset, tag: abbreviation.tag, children: abbreviation.children, attributes}
}

const number = (value: number | bigint): Value => ({kind: 'number', value: BigInt(value)})
const other: Value = {kind: 'other', value: undefined}

function valueOf(unit: Unit, r: BinaryReader, form: number, constant: number): Value {
  const {sections, wide} = unit
  const offset = () => (wide ? r.size64() : r.u32())
  const skipped = (length: number): Value => {
    r.skip(length)
    return other
  }
  const entry = (value: number | bigint): Value => ({kind: 'entry', value: BigInt(unit.start) + BigInt(value)})
  const index = (kind: 'address-index' | 'string-index' | 'range-index', value: number): Value => ({kind, value: BigInt(value)})
  const textAt = (bytes: Uint8Array, from: number): Value => ({
    kind: 'text',
    value: from < bytes.length ? new BinaryReader(bytes, true, from).cstring() : '',
  })
  switch (form) {
    case 0x01:
      return {kind: 'address', value: r.word(unit.addressBytes)}
    case 0x03:
      return skipped(r.u16())
    case 0x04:
      return skipped(r.u32())
    case 0x05:
      return number(r.u16())
    case 0x06:
      return number(r.u32())
    case 0x07:
      return number(r.u64())
    case 0x08:
      return {kind: 'text', value: r.cstring()}
    case 0x09:
    case 0x18:
      return skipped(r.uleb())
    case 0x0a:
      return skipped(r.u8())
    case 0x0b:
    case 0x0c:
      return number(r.u8())
    case 0x0d:
      return number(r.sleb())
    case 0x0e:
      return textAt(sections.str, offset())
    case 0x0f:
      return number(r.uleb())
    case 0x10:
      return {kind: 'entry', value: unit.version === 2 ? r.word(unit.addressBytes) : BigInt(offset())}
    case 0x11:
      return entry(r.u8())
    case 0x12:
      return entry(r.u16())
    case 0x13:
      return entry(r.u32())
    case 0x14:
      return entry(r.u64())
    case 0x15:
      return entry(r.uleb())
    case 0x16:
      return valueOf(unit, r, r.uleb(), 0)
    case 0x17:
      return {kind: 'section', value: BigInt(offset())}
    case 0x19:
      return number(1)
    case 0x1a:
      return index('string-index', r.uleb())
    case 0x1b:
      return index('address-index', r.uleb())
    case 0x1c:
      return skipped(4)
    case 0x1d:
    case 0x1f20:
    case 0x1f21:
      return skipped(wide ? 8 : 4)
    case 0x1e:
      return skipped(16)
    case 0x1f:
      return textAt(sections.lineStr, offset())
    case 0x20:
    case 0x24:
      return skipped(8)
    case 0x21:
      return number(constant)
    case 0x22:
      r.uleb()
      return other
    case 0x23:
      return index('range-index', r.uleb())
    case 0x25:
      return index('string-index', r.u8())
    case 0x26:
      return index('string-index', r.u16())
    case 0x27:
      return index('string-index', r.u24())
    case 0x28:
      return index('string-index', r.u32())
    case 0x29:
      return index('address-index', r.u8())
    case 0x2a:
      return index('address-index', r.u16())
    case 0x2b:
      return index('address-index', r.u24())
    case 0x2c:
      return index('address-index', r.u32())
    default:
      throw errors.malformed('dwarf', r.at, `form 0x${form.toString(16)}, which no version defines`)
  }
}

const baseOf = (unit: Unit, name: number): number => Number(unit.root?.attributes.get(name)?.value ?? 0)

export function textOf(unit: Unit, value: Value | undefined): string | undefined {
  if (value?.kind === 'text') return value.value
  if (value?.kind !== 'string-index') return undefined
  const size = unit.wide ? 8 : 4
  const {strOffsets, str, elf} = unit.sections
  const r = new BinaryReader(strOffsets, elf.little, (baseOf(unit, at.strOffsetsBase) || 2 * size) + Number(value.value) * size)
  return new BinaryReader(str, elf.little, unit.wide ? r.size64() : r.u32()).cstring()
}

export function addressOf(unit: Unit, value: Value | undefined): bigint | undefined {
  if (value?.kind === 'address') return value.value
  return value?.kind === 'address-index' ? indexedAddress(unit, Number(value.value)) : undefined
}

const indexedAddress = (unit: Unit, index: number): bigint =>
  new BinaryReader(unit.sections.addr, unit.sections.elf.little, (baseOf(unit, at.addrBase) || 8) + index * unit.addressBytes).word(
    unit.addressBytes,
  )

/** The addresses an entry covers. */
export function rangesOf(unit: Unit, entry: Entry): Range[] {
  const ranges = entry.attributes.get(at.ranges)
  const base = unit.root === undefined ? 0n : (addressOf(unit, unit.root.attributes.get(at.lowPc)) ?? 0n)
  if (ranges?.kind === 'section' || ranges?.kind === 'number' || ranges?.kind === 'range-index')
    return unit.version >= 5 ? listedRanges(unit, ranges, base) : oldRanges(unit, Number(ranges.value), base)
  const low = addressOf(unit, entry.attributes.get(at.lowPc))
  const high = entry.attributes.get(at.highPc)
  if (low === undefined || high === undefined) return []
  const end = high.kind === 'number' ? low + high.value : addressOf(unit, high)
  return end === undefined || end <= low ? [] : [{from: low, to: end}]
}

function oldRanges(unit: Unit, offset: number, unitBase: bigint): Range[] {
  const found: Range[] = []
  const size = unit.addressBytes
  const all = size === 8 ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn
  const r = new BinaryReader(unit.sections.ranges, unit.sections.elf.little, offset)
  let base = unitBase
  for (let i = 0; i < rangesMax; i++) {
    const [from, to] = [r.word(size), r.word(size)]
    if (from === 0n && to === 0n) return found
    if (from === all) base = to
    else if (to > from) found.push({from: base + from, to: base + to})
  }
  throw errors.limit('ranges of a DWARF entry', rangesMax)
}

function listedRanges(unit: Unit, value: Value, unitBase: bigint): Range[] {
  const {rnglists, elf} = unit.sections
  const size = unit.wide ? 8 : 4
  let offset = Number(value.value)
  if (value.kind === 'range-index') {
    const lists = baseOf(unit, at.rnglistsBase) || (unit.wide ? 20 : 12)
    const r = new BinaryReader(rnglists, elf.little, lists + offset * size)
    offset = lists + (unit.wide ? r.size64() : r.u32())
  }
  const found: Range[] = []
  const r = new BinaryReader(rnglists, elf.little, offset)
  const address = () => r.word(unit.addressBytes)
  const indexed = () => indexedAddress(unit, r.uleb())
  let base = unitBase
  for (let i = 0; i < rangesMax; i++) {
    const kind = r.u8()
    let range: [bigint, bigint] | undefined
    if (kind === 0) return found
    if (kind === 1) base = indexed()
    else if (kind === 2) range = [indexed(), indexed()]
    else if (kind === 3) {
      const from = indexed()
      range = [from, from + BigInt(r.uleb())]
    } else if (kind === 4) range = [base + BigInt(r.uleb()), base + BigInt(r.uleb())]
    else if (kind === 5) base = address()
    else if (kind === 6) range = [address(), address()]
    else if (kind === 7) {
      const from = address()
      range = [from, from + BigInt(r.uleb())]
    } else throw errors.malformed('dwarf', r.at, `range list entry ${kind}, which no version defines`)
    if (range && range[1] > range[0]) found.push({from: range[0], to: range[1]})
  }
  throw errors.limit('ranges of a DWARF entry', rangesMax)
}
