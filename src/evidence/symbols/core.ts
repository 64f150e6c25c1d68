// Cores of Linux processes: which executable it was and its build ids, read in place without the rest, which may be many gigabytes.
// Formats: core(5), elf(5); notes of fs/binfmt_elf.c (fill_files_note, fill_psinfo, NT_AUXV) of the Linux kernel. The build ids stand in the
// image of the executable, of which a core holds the first page unless /proc/PID/coredump_filter says otherwise.
import type {ByteSource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'
import {BinaryReader} from './binary-reader.ts'
import {buildIdsIn, isElf, notesOf, programHeaders, type Segment} from './elf.ts'

const coreType = 4
const headersMax = 1_000_000
const noteBytesMax = 64 << 20
const filesMax = 1_000_000
const [loadSegment, noteSegment] = [1, 4]
const [processNote, auxiliaryNote, filesNote] = [3, 6, 0x46494c45]
/** Entry of the auxiliary vector: where the program headers of the executable are in memory. */
const headersEntry = 3

export interface Core {
  /** Path of the executable when it ran. */
  readonly executable?: string
  /** Its name and arguments, as ps shows them: the first eighty bytes. */
  readonly command?: string
  readonly gnu?: string
  readonly go?: string
}

interface Head {
  readonly little: boolean
  readonly wordBytes: 4 | 8
  readonly type: number
  readonly segments: readonly Segment[]
}

type Read = (at: bigint, length: number) => Promise<Uint8Array>

export async function isCore(source: ByteSource): Promise<boolean> {
  const head = await source.read(0, 20)
  if (!isElf(head) || head.length < 18) return false
  return (head[5] === 2 ? head[17] : head[16]) === coreType
}

export async function readCore(source: ByteSource): Promise<Core> {
  const inFile: Read = (at, length) => source.read(Number(at), length)
  const {little, wordBytes, segments} = await headOf(inFile, 0n)
  const inMemory: Read = async (at, length) => {
    const segment = segments.find(s => s.type === loadSegment && at >= s.address && at < s.address + BigInt(s.fileSize))
    if (!segment) return new Uint8Array()
    const from = Number(at - segment.address)
    return source.read(segment.offset + from, Math.min(length, segment.fileSize - from))
  }
  let command: string | undefined
  let headersAt: bigint | undefined
  let files: readonly MappedFile[] = []
  for (const segment of segments) {
    if (segment.type !== noteSegment) continue
    if (segment.fileSize > noteBytesMax) throw errors.limit('notes of a core in bytes', noteBytesMax)
    const r = new BinaryReader(await source.read(segment.offset, segment.fileSize), little)
    for (const {name, type, at, size} of notesOf(r)) {
      if (name !== 'CORE') continue
      const note = r.from(at, at + size)
      if (type === processNote) command ??= commandIn(note, size)
      else if (type === auxiliaryNote) headersAt ??= auxiliary(note, wordBytes)
      else if (type === filesNote) files = filesIn(note, wordBytes)
    }
  }
  const own = headersAt === undefined ? undefined : files.find(({start, end}) => headersAt >= start && headersAt < end)
  const image = own && files.find(({name, offset}) => name === own.name && offset === 0n)
  return {
    ...(own === undefined ? {} : {executable: own.name}),
    ...(command === undefined ? {} : {command}),
    ...(image === undefined ? {} : await buildIdsAt(inMemory, image.start)),
  }
}

async function headOf(read: Read, start: bigint): Promise<Head> {
  const head = await read(start, 64)
  if (!isElf(head)) throw errors.malformed('elf', Number(start), 'no ELF magic')
  const little = head[5] !== 2
  const wordBytes = head[4] === 1 ? 4 : 8
  const r = new BinaryReader(head, little, 16)
  const type = r.u16()
  r.skip(6)
  r.word(wordBytes)
  const headersAt = r.word(wordBytes)
  r.word(wordBytes)
  r.skip(6)
  const [entryBytes, count] = [r.u16(), r.u16()]
  if (entryBytes * count > headersMax * 56) throw errors.limit('program headers', headersMax)
  const bytes = await read(start + headersAt, entryBytes * count)
  return {little, wordBytes, type, segments: programHeaders(new BinaryReader(bytes, little), entryBytes, count, wordBytes)}
}

/** pr_psargs stands in the last eighty bytes (elf_prpsinfo). */
function commandIn(note: BinaryReader, size: number): string | undefined {
  if (size < 96) return undefined
  note.skip(size - 80)
  const text = note
    .text(80)
    .replace(/\0[^]*$/, '')
    .trim()
  return text === '' ? undefined : text
}

function auxiliary(note: BinaryReader, wordBytes: 4 | 8): bigint | undefined {
  while (note.end - note.at >= 2 * wordBytes) {
    const [key, value] = [note.word(wordBytes), note.word(wordBytes)]
    if (key === BigInt(headersEntry)) return value
  }
  return undefined
}

interface MappedFile {
  readonly start: bigint
  readonly end: bigint
  /** In bytes of the file. */
  readonly offset: bigint
  readonly name: string
}

function filesIn(note: BinaryReader, wordBytes: 4 | 8): MappedFile[] {
  const [count, pageBytes] = [Number(note.word(wordBytes)), note.word(wordBytes)]
  if (count > filesMax) throw errors.limit('mapped files of a core', filesMax)
  const places = Array.from({length: count}, () => [note.word(wordBytes), note.word(wordBytes), note.word(wordBytes)] as const)
  return places.map(([start, end, page]) => ({start, end, offset: page * pageBytes, name: note.cstring()}))
}

/** Build ids of an executable from its image in memory; none when the core does not hold its first page. */
async function buildIdsAt(read: Read, start: bigint): Promise<{gnu?: string; go?: string}> {
  if (!isElf(await read(start, 4))) return {}
  const {little, type, segments} = await headOf(read, start)
  // An executable lies where its headers say; PIE as far from it as its start is from the first segment.
  const executable = 2
  const first = segments.find(segment => segment.type === loadSegment)
  const bias = type === executable || !first ? 0n : start - (first.address & ~0xfffn)
  const ids: {gnu?: string; go?: string} = {}
  for (const segment of segments)
    if (segment.type === noteSegment && segment.fileSize <= 65_536)
      Object.assign(ids, buildIdsIn(new BinaryReader(await read(segment.address + bias, segment.fileSize), little)))
  return ids
}
