// ELF executables and cores: sections, segments, symbols, build ids. Format: elf(5); compressed sections: gABI SHF_COMPRESSED and .zdebug_.
import {readAll, type ByteSource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'
import {BinaryReader} from './binary-reader.ts'

const fileBytesMax = 2 * 1024 ** 3
const sectionsMax = 100_000
const symbolsMax = 20_000_000
const unfoldedBytesMax = 2 * 1024 ** 3

export interface Section {
  readonly name: string
  readonly type: number
  readonly flags: number
  readonly address: bigint
  readonly offset: number
  readonly size: number
  readonly link: number
}

export interface Segment {
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly address: bigint
  readonly fileSize: number
}

export interface Elf {
  readonly bytes: Uint8Array
  readonly little: boolean
  readonly wordBytes: 4 | 8
  /** 2 executable, 3 shared or PIE, 4 core. */
  readonly type: number
  readonly machine: number
  readonly sections: readonly Section[]
  readonly segments: readonly Segment[]
}

export const isElf = (head: Uint8Array): boolean => head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46

export const readElf = async (source: ByteSource): Promise<Elf> => parseElf(await readAll(source, fileBytesMax))

export function parseElf(bytes: Uint8Array): Elf {
  if (!isElf(bytes)) throw errors.malformed('elf', 0, 'no ELF magic')
  const [kind, order] = [bytes[4], bytes[5]]
  if ((kind !== 1 && kind !== 2) || (order !== 1 && order !== 2)) throw errors.malformed('elf', 4, 'an unknown class or byte order')
  const little = order === 1
  const wordBytes = kind === 2 ? 8 : 4
  const r = new BinaryReader(bytes, little, 16)
  const word = () => (wordBytes === 8 ? r.size64() : r.u32())
  const type = r.u16()
  const machine = r.u16()
  r.skip(4)
  r.word(wordBytes)
  const [programAt, sectionAt] = [word(), word()]
  r.skip(6)
  const [programSize, programCount, sectionSize, sectionCount, namesIndex] = [r.u16(), r.u16(), r.u16(), r.u16(), r.u16()]
  if (sectionCount > sectionsMax || programCount > sectionsMax) throw errors.limit('sections of an ELF file', sectionsMax)
  r.at = programAt
  const segments = programHeaders(r, programSize, programCount, wordBytes)
  const raw: {name: number; section: Omit<Section, 'name'>}[] = []
  for (let i = 0; i < sectionCount; i++) {
    r.at = sectionAt + i * sectionSize
    const name = r.u32()
    const kindOf = r.u32()
    const [flags, address] = [Number(r.word(wordBytes)), r.word(wordBytes)]
    const [offset, size] = [word(), word()]
    raw.push({name, section: {type: kindOf, flags, address, offset, size, link: r.u32()}})
  }
  const names = raw[namesIndex]?.section
  const sections = raw.map(({name, section}) => ({
    ...section,
    name: names && name < names.size ? r.from(names.offset + name, names.offset + names.size).cstring() : '',
  }))
  return {bytes, little, wordBytes, type, machine, sections, segments}
}

/** The program headers from where the reader stands. */
export function programHeaders(r: BinaryReader, entryBytes: number, count: number, wordBytes: 4 | 8): Segment[] {
  const segments: Segment[] = []
  const first = r.at
  for (let i = 0; i < count; i++) {
    r.at = first + i * entryBytes
    const type = r.u32()
    if (wordBytes === 8) {
      const flags = r.u32()
      const [offset, address] = [r.size64(), r.u64()]
      r.skip(8)
      segments.push({type, flags, offset, address, fileSize: r.size64()})
    } else {
      const [offset, address] = [r.u32(), BigInt(r.u32())]
      r.skip(4)
      const fileSize = r.u32()
      r.skip(4)
      segments.push({type, flags: r.u32(), offset, address, fileSize})
    }
  }
  return segments
}

export interface ElfNote {
  readonly name: string
  readonly type: number
  /** Where the description stands in the bytes of the reader. */
  readonly at: number
  readonly size: number
}

/** The notes from where the reader stands to its end; one that breaks off ends them. */
export function notesOf(r: BinaryReader): ElfNote[] {
  const notes: ElfNote[] = []
  while (r.end - r.at >= 12) {
    const [nameSize, size, type] = [r.u32(), r.u32(), r.u32()]
    if (nameSize > r.end - r.at) break
    const name = r.text(nameSize).replace(/\0+$/, '')
    r.at = Math.min(r.end, r.at + ((4 - (nameSize % 4)) % 4))
    if (size > r.end - r.at) break
    notes.push({name, type, at: r.at, size})
    r.at = Math.min(r.end, r.at + size + ((4 - (size % 4)) % 4))
  }
  return notes
}

/** What the notes of a file or of its image in memory say of its build. */
export function buildIdsIn(r: BinaryReader): {gnu?: string; go?: string} {
  const ids: {gnu?: string; go?: string} = {}
  for (const {name, type, at, size} of notesOf(r)) {
    const description = r.from(at).text(size)
    if (name === 'GNU' && type === 3) ids.gnu = [...description].map(c => c.charCodeAt(0).toString(16).padStart(2, '0')).join('')
    if (name === 'Go' && type === 4) ids.go = description
  }
  return ids
}

export const sectionNamed = (elf: Elf, name: string): Section | undefined => elf.sections.find(section => section.name === name)

/** The bytes of a section, unfolded; undefined when there is none, or it takes no room in the file. */
export async function sectionBytes(elf: Elf, name: string): Promise<Uint8Array | undefined> {
  const nobits = 8
  const section = sectionNamed(elf, name)
  if (section && section.type !== nobits) {
    if (section.offset + section.size > elf.bytes.length)
      throw errors.truncated(section.offset, section.size, elf.bytes.length - section.offset)
    const bytes = elf.bytes.subarray(section.offset, section.offset + section.size)
    const compressed = 0x800
    return (section.flags & compressed) === 0 ? bytes : inflated(bytes.subarray(elf.wordBytes === 8 ? 24 : 12))
  }
  const old = name.startsWith('.debug_') ? sectionNamed(elf, `.z${name.slice(1)}`) : undefined
  return old ? inflated(elf.bytes.subarray(old.offset + 12, old.offset + old.size)) : undefined
}

async function inflated(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('deflate'))
    const out = new Uint8Array(await new Response(stream).arrayBuffer())
    if (out.length > unfoldedBytesMax) throw errors.limit('size of a compressed section in bytes', unfoldedBytesMax)
    return out
  } catch (error) {
    throw errors.malformed('elf', 0, `a compressed section that does not unfold (${error instanceof Error ? error.message : 'unreadable'})`)
  }
}

export interface ElfSymbol {
  readonly name: string
  readonly address: bigint
  readonly size: bigint
  readonly type: number
}

/** .symtab, or .dynsym of a stripped file. */
export function symbolsOf(elf: Elf): ElfSymbol[] {
  const table = sectionNamed(elf, '.symtab') ?? sectionNamed(elf, '.dynsym')
  const strings = table && elf.sections[table.link]
  if (!table || !strings) return []
  const entry = elf.wordBytes === 8 ? 24 : 16
  const count = Math.floor(table.size / entry)
  if (count > symbolsMax) throw errors.limit('symbols of an ELF file', symbolsMax)
  const symbols: ElfSymbol[] = []
  const r = new BinaryReader(elf.bytes, elf.little)
  for (let i = 0; i < count; i++) {
    r.at = table.offset + i * entry
    const name = r.u32()
    let info: number
    let address: bigint
    let size: bigint
    if (elf.wordBytes === 8) {
      info = r.u8()
      r.skip(3)
      ;[address, size] = [r.u64(), r.u64()]
    } else {
      ;[address, size] = [BigInt(r.u32()), BigInt(r.u32())]
      info = r.u8()
    }
    if (name !== 0 && name < strings.size) symbols.push({name: r.from(strings.offset + name).cstring(), address, size, type: info & 15})
  }
  return symbols
}

/** Bytes at an address of the loaded image; undefined where the file holds none. */
export function bytesAt(elf: Elf, address: bigint, length: number): Uint8Array | undefined {
  const load = 1
  const segment = elf.segments.find(
    s => s.type === load && address >= s.address && address + BigInt(length) <= s.address + BigInt(s.fileSize),
  )
  if (!segment) return undefined
  const at = segment.offset + Number(address - segment.address)
  return at + length <= elf.bytes.length ? elf.bytes.subarray(at, at + length) : undefined
}

/** GNU build id in hex and Go's build id as text (cmd/go/internal/buildid; note name `Go`). */
export function buildIdsOf(elf: Elf): {gnu?: string; go?: string} {
  const ids: {gnu?: string; go?: string} = {}
  for (const {type, offset, size} of elf.sections)
    if (type === 7 && size <= 65_536 && offset + size <= elf.bytes.length)
      Object.assign(ids, buildIdsIn(new BinaryReader(elf.bytes, elf.little, offset, offset + size)))
  return ids
}

/** What to add to an address of the file to find it in the process, from a mapping of /proc/PID/maps. */
export function loadBias(elf: Elf, mapping: {readonly start: bigint; readonly offset: bigint}): bigint | undefined {
  const load = 1
  const segment = elf.segments.find(s => {
    const from = BigInt(s.offset) & ~0xfffn
    return s.type === load && mapping.offset >= from && mapping.offset < BigInt(s.offset + s.fileSize)
  })
  return segment && mapping.start - (segment.address + (mapping.offset - BigInt(segment.offset)))
}
