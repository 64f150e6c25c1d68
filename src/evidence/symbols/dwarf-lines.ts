// Line number programs. Format: DWARF 2 to 5, section 6.2.
import {errors} from '../../base/errors.ts'
import {BinaryReader} from './binary-reader.ts'
import {at, textOf, type Unit} from './dwarf-unit.ts'

const filesMax = 1_000_000
const rowsMax = 50_000_000

export interface LineRow {
  readonly address: bigint
  readonly file: number
  readonly line: number
  readonly end: boolean
}

export interface LineTable {
  /** Name of a file by the number that rows and call sites use. */
  file(index: number): string
  /** In the order of the program; each sequence ends with a row that has `end`. */
  readonly rows: readonly LineRow[]
}

interface Named {
  readonly name: string
  readonly directory: number
}

export function lineTableOf(unit: Unit): LineTable | undefined {
  const {sections} = unit
  const offset = unit.root?.attributes.get(at.stmtList)
  if (offset?.kind !== 'section' && offset?.kind !== 'number') return undefined
  const compDir = textOf(unit, unit.root?.attributes.get(at.compDir)) ?? ''
  const r = new BinaryReader(sections.line, sections.elf.little, Number(offset.value))
  const first = r.u32()
  const wide = first === 0xffffffff
  const length = wide ? r.size64() : first
  const end = r.at + length
  const version = r.u16()
  if (version < 2 || version > 5) throw errors.malformed('dwarf', r.at, `line table version ${version}`)
  const addressBytes = version >= 5 ? r.u8() : unit.addressBytes
  if (version >= 5) r.skip(1)
  const headerLength = wide ? r.size64() : r.u32()
  const program = r.at + headerLength
  const minimum = r.u8()
  if (version >= 4) r.skip(1)
  r.skip(1)
  const [lineBase, lineRange, opcodeBase] = [r.i8(), r.u8(), r.u8()]
  if (lineRange === 0) throw errors.malformed('dwarf', r.at, 'a line range of 0')
  const operands = Array.from({length: Math.max(0, opcodeBase - 1)}, () => r.u8())
  const [directories, files] = version >= 5 ? namesFrom5(unit, r, wide) : namesBefore5(r)
  const file = (index: number): string => {
    const named = files[version >= 5 ? index : index - 1]
    if (!named) return '??'
    if (named.name.startsWith('/')) return named.name
    const directory =
      version < 5 && named.directory === 0 ? compDir : (directories[version >= 5 ? named.directory : named.directory - 1] ?? '')
    const parent = directory.startsWith('/') || compDir === '' ? directory : `${compDir}/${directory}`
    return parent === '' ? named.name : `${parent}/${named.name}`
  }
  const common = {minimum, lineBase, lineRange, opcodeBase, operands, addressBytes}
  return {file, rows: rowsOf(r.from(program, end), common)}
}

function namesBefore5(r: BinaryReader): [string[], Named[]] {
  const directories: string[] = []
  for (let name = r.cstring(); name !== ''; name = r.cstring()) directories.push(name)
  const files: Named[] = []
  for (let name = r.cstring(); name !== ''; name = r.cstring()) {
    if (files.length >= filesMax) throw errors.limit('files of a line table', filesMax)
    files.push({name, directory: r.uleb()})
    r.uleb()
    r.uleb()
  }
  return [directories, files]
}

function namesFrom5(unit: Unit, r: BinaryReader, wide: boolean): [string[], Named[]] {
  const list = (): Named[] => {
    const formats = Array.from({length: r.u8()}, () => [r.uleb(), r.uleb()] as const)
    const count = r.uleb()
    if (count > filesMax) throw errors.limit('files of a line table', filesMax)
    return Array.from({length: count}, () => {
      let name = ''
      let directory = 0
      for (const [content, form] of formats) {
        const value = pathField(unit, r, form, wide)
        if (content === 1 && typeof value === 'string') name = value
        if (content === 2 && typeof value === 'number') directory = value
      }
      return {name, directory}
    })
  }
  const directories = list().map(({name}) => name)
  return [directories, list()]
}

function pathField(unit: Unit, r: BinaryReader, form: number, wide: boolean): string | number | undefined {
  const {lineStr, str, elf} = unit.sections
  const offset = () => (wide ? r.size64() : r.u32())
  switch (form) {
    case 0x08:
      return r.cstring()
    case 0x0e:
      return new BinaryReader(str, elf.little, offset()).cstring()
    case 0x1f:
      return new BinaryReader(lineStr, elf.little, offset()).cstring()
    case 0x0b:
      return r.u8()
    case 0x05:
      return r.u16()
    case 0x06:
      return r.u32()
    case 0x0f:
      return r.uleb()
    case 0x1e:
      r.skip(16)
      return undefined
    case 0x09:
      r.skip(r.uleb())
      return undefined
    default:
      throw errors.malformed('dwarf', r.at, `form 0x${form.toString(16)} in a line table`)
  }
}

interface Header {
  readonly minimum: number
  readonly lineBase: number
  readonly lineRange: number
  readonly opcodeBase: number
  readonly operands: readonly number[]
  readonly addressBytes: number
}

function rowsOf(r: BinaryReader, {minimum, lineBase, lineRange, opcodeBase, operands, addressBytes}: Header): LineRow[] {
  const rows: LineRow[] = []
  let [address, file, line] = [0n, 1, 1]
  const push = (end: boolean) => {
    if (rows.length >= rowsMax) throw errors.limit('rows of a line table', rowsMax)
    rows.push({address, file, line, end})
  }
  while (r.at < r.end) {
    const opcode = r.u8()
    if (opcode >= opcodeBase) {
      const step = opcode - opcodeBase
      address += BigInt(Math.floor(step / lineRange) * minimum)
      line += lineBase + (step % lineRange)
      push(false)
    } else if (opcode === 0) {
      const length = r.uleb()
      const next = r.at + length
      const extended = length === 0 ? 0 : r.u8()
      if (extended === 1) {
        push(true)
        ;[address, file, line] = [0n, 1, 1]
      } else if (extended === 2) address = r.word(Math.min(addressBytes, length - 1))
      r.at = next
    } else if (opcode === 1) push(false)
    else if (opcode === 2) address += BigInt(r.uleb() * minimum)
    else if (opcode === 3) line += r.sleb()
    else if (opcode === 4) file = r.uleb()
    else if (opcode === 8) address += BigInt(Math.floor((255 - opcodeBase) / lineRange) * minimum)
    else if (opcode === 9) address += BigInt(r.u16())
    else for (let i = operands[opcode - 1] ?? 0; i > 0; i--) r.uleb()
  }
  return rows
}

/** The row that covers an address: the last at or before it, in a sequence that ends behind it. */
export function rowAt({rows}: LineTable, pc: bigint): LineRow | undefined {
  let found: LineRow | undefined
  for (let i = 0; i + 1 < rows.length; i++) {
    const [row, next] = [rows[i], rows[i + 1]]
    if (row && next && !row.end && row.address <= pc && pc < next.address) found = row
  }
  return found
}
