// Go's own table of functions and lines, which survives stripping. Formats: internal/abi/symtab.go, debug/gosym/pclntab.go,
// cmd/link/internal/ld/pcln.go: magic 0xfffffffb (Go 1.2), 0xfffffffa (1.16), 0xfffffff0 (1.18), 0xfffffff1 (1.20 to 1.26).
import {errors} from '../../base/errors.ts'
import {BinaryReader} from './binary-reader.ts'
import {sectionBytes, sectionNamed, symbolsOf, type Elf} from './elf.ts'

const functionsMax = 50_000_000
/** Steps of one pc-value table. */
const stepsMax = 10_000_000

export interface GoFunction {
  readonly name: string
  readonly entry: bigint
  /** Of the next function. */
  readonly end: bigint
  /** Line of the func keyword; since Go 1.20. */
  readonly startLine?: number
}

export interface GoPlace {
  readonly fn: GoFunction
  readonly file: string
  readonly line: number
}

export interface PclnTable {
  readonly version: '1.2' | '1.16' | '1.18' | '1.20'
  readonly functions: number
  lookup(pc: bigint): GoPlace | undefined
}

interface Layout {
  readonly version: PclnTable['version']
  readonly r: BinaryReader
  readonly pointer: 4 | 8
  readonly quantum: number
  readonly count: number
  readonly textStart: bigint
  readonly nameBase: number
  readonly cuBase: number
  readonly fileBase: number
  readonly pcBase: number
  readonly functionBase: number
  readonly tableAt: number
  /** Bytes of one field of the function table. */
  readonly field: number
}

/** The table of a Go executable; undefined when it is none. */
export async function readPclnTable(elf: Elf): Promise<PclnTable | undefined> {
  const bytes = (await sectionBytes(elf, '.gopclntab')) ?? (await sectionBytes(elf, '.data.rel.ro.gopclntab')) ?? bytesOfSymbols(elf)
  if (!bytes || bytes.length < 16) return undefined
  return parsePclnTable(bytes, elf.little, textStartOf(elf))
}

/** External linkers of some systems drop the section and keep the symbols around it. */
function bytesOfSymbols(elf: Elf): Uint8Array | undefined {
  const symbols = symbolsOf(elf)
  const start = symbols.find(s => s.name === 'runtime.pclntab')?.address
  const end = symbols.find(s => s.name === 'runtime.epclntab')?.address
  if (start === undefined || end === undefined || end <= start) return undefined
  const section = elf.sections.find(s => start >= s.address && end <= s.address + BigInt(s.size))
  if (!section) return undefined
  const at = section.offset + Number(start - section.address)
  return elf.bytes.subarray(at, at + Number(end - start))
}

/** Where Go's text begins: `runtime.text`; in a program with C, .text begins with C code. Go 1.26 no longer writes it into the table. */
function textStartOf(elf: Elf): bigint | undefined {
  return symbolsOf(elf).find(s => s.name === 'runtime.text')?.address ?? sectionNamed(elf, '.text')?.address
}

export function parsePclnTable(bytes: Uint8Array, little: boolean, textStart: bigint | undefined): PclnTable {
  const layout = layoutOf(new BinaryReader(bytes, little), textStart)
  return {version: layout.version, functions: layout.count, lookup: pc => lookup(layout, pc)}
}

function layoutOf(r: BinaryReader, textStart: bigint | undefined): Layout {
  const magic = r.u32()
  const versions = new Map<number, PclnTable['version']>([
    [0xfffffffb, '1.2'],
    [0xfffffffa, '1.16'],
    [0xfffffff0, '1.18'],
    [0xfffffff1, '1.20'],
  ])
  const version = versions.get(magic)
  if (version === undefined) throw errors.malformed('gopclntab', 0, `an unknown magic 0x${magic.toString(16)}`)
  r.skip(2)
  const quantum = r.u8()
  const pointer = r.u8()
  if (![1, 2, 4].includes(quantum) || (pointer !== 4 && pointer !== 8))
    throw errors.malformed('gopclntab', 6, 'an unknown instruction or pointer size')
  const word = () => (pointer === 8 ? r.size64() : r.u32())
  const count = word()
  if (count > functionsMax) throw errors.limit('functions of a gopclntab', functionsMax)
  const common = {version, r, pointer, quantum, count} as const
  if (version === '1.2') {
    const tableAt = 8 + pointer
    // Behind the table: the end of the last function, then the offset of the file table.
    const fileBase = r.from(tableAt + count * 2 * pointer + pointer).u32()
    return {...common, textStart: 0n, nameBase: 0, cuBase: 0, fileBase, pcBase: 0, functionBase: 0, tableAt, field: pointer}
  }
  r.skip(pointer) // nfiles
  const written = version === '1.16' ? 0n : r.word(pointer)
  const [nameBase, cuBase, fileBase, pcBase, functionBase] = [word(), word(), word(), word(), word()]
  const field = version === '1.16' ? pointer : 4
  // The written start may lack its relocation (PIE); the symbol or the section is what counts, as in debug/gosym.
  return {
    ...common,
    textStart: version === '1.16' ? 0n : (textStart ?? written),
    nameBase,
    cuBase,
    fileBase,
    pcBase,
    functionBase,
    tableAt: functionBase,
    field,
  }
}

const entryAt = ({r, tableAt, field, textStart}: Layout, index: number): bigint =>
  textStart + r.from(tableAt + index * 2 * field).word(field)

function lookup(layout: Layout, pc: bigint): GoPlace | undefined {
  const {count, r, tableAt, field, version, pointer, functionBase} = layout
  if (count === 0 || pc < entryAt(layout, 0) || pc >= entryAt(layout, count)) return undefined
  let low = 0
  let high = count
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (entryAt(layout, middle) <= pc) low = middle
    else high = middle
  }
  const at = functionBase + Number(r.from(tableAt + low * 2 * field + field).word(field))
  const f = r.from(at)
  const wide = version === '1.2' || version === '1.16'
  const entry = wide ? f.word(pointer) : layout.textStart + BigInt(f.u32())
  const nameOffset = f.i32()
  f.skip(8) // args, deferreturn (frame in Go 1.2)
  f.skip(4) // pcsp
  const [pcfile, pcln] = [f.u32(), f.u32()]
  f.skip(4) // npcdata
  const cuOffset = version === '1.2' ? 0 : f.u32()
  const startLine = version === '1.20' ? f.i32() : undefined
  const name = r.from(layout.nameBase + nameOffset).cstring()
  const line = valueAt(layout, pcln, entry, pc)
  const fileIndex = valueAt(layout, pcfile, entry, pc)
  const fn = {name, entry, end: entryAt(layout, low + 1), ...(startLine === undefined || startLine <= 0 ? {} : {startLine})}
  return {fn, file: fileIndex === undefined ? '' : fileName(layout, cuOffset, fileIndex), line: line ?? 0}
}

/** Value of a pc-value table at a pc: pairs of zigzag value delta and pc delta, ended by a zero. */
function valueAt({r, pcBase, quantum}: Layout, offset: number, entry: bigint, pc: bigint): number | undefined {
  if (offset === 0) return undefined
  const t = r.from(pcBase + offset)
  let value = -1
  let at = entry
  for (let step = 0; step < stepsMax; step++) {
    const delta = t.uleb()
    if (delta === 0 && step > 0) return undefined
    value += delta % 2 === 1 ? -(delta + 1) / 2 : delta / 2
    at += BigInt(t.uleb() * quantum)
    if (pc < at) return value
  }
  throw errors.limit('steps of a pc-value table', stepsMax)
}

function fileName({version, r, fileBase, cuBase}: Layout, cuOffset: number, index: number): string {
  if (index < 0) return ''
  if (version === '1.2') return r.from(r.from(fileBase + index * 4).u32()).cstring()
  const offset = r.from(cuBase + (cuOffset + index) * 4).u32()
  return offset === 0xffffffff ? '' : r.from(fileBase + offset).cstring()
}
