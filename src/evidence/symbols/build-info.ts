// What a Go executable says of itself: Go version, module, dependencies. Format: debug/buildinfo (inline strings since Go 1.18, pointers before).
import {BinaryReader} from './binary-reader.ts'
import {bytesAt, sectionNamed, type Elf} from './elf.ts'

const magic = '\xff Go buildinf:'
const textBytesMax = 1 << 20

export interface BuildInfo {
  readonly goVersion: string
  /** `path` line: the main package. */
  readonly path?: string
  /** `mod` line: the main module. */
  readonly module?: string
  readonly moduleVersion?: string
  readonly settings: ReadonlyMap<string, string>
}

export function buildInfoOf(elf: Elf): BuildInfo | undefined {
  const section = sectionNamed(elf, '.go.buildinfo')
  if (!section || section.size < 32 || section.offset + section.size > elf.bytes.length) return undefined
  const r = new BinaryReader(elf.bytes, elf.little, section.offset, section.offset + section.size)
  if (r.text(magic.length) !== magic) return undefined
  const pointer = r.u8()
  const flags = r.u8()
  let goVersion: string
  let text: string
  if ((flags & 2) !== 0) {
    r.at = section.offset + 32
    goVersion = inlineText(r)
    text = inlineText(r)
  } else {
    const little = (flags & 1) === 0
    const p = new BinaryReader(elf.bytes, little, section.offset + 16, section.offset + section.size)
    goVersion = pointedText(elf, p.word(pointer), pointer, little)
    text = pointedText(elf, p.word(pointer), pointer, little)
  }
  if (goVersion === '') return undefined
  // The text stands between two marks of 16 bytes, from when it had to be found in the data segment.
  const module = text.length >= 33 && text.at(-17) === '\n' ? text.slice(16, -16) : ''
  const settings = new Map<string, string>()
  let path: string | undefined
  let main: string[] = []
  for (const line of module.split('\n')) {
    const [kind, ...rest] = line.split('\t')
    if (kind === 'path') path = rest[0]
    else if (kind === 'mod') main = rest
    else if (kind === 'build') {
      const [key = '', ...value] = (rest[0] ?? '').split('=')
      settings.set(key, value.join('='))
    }
  }
  return {
    goVersion,
    ...(path === undefined ? {} : {path}),
    ...(main[0] === undefined ? {} : {module: main[0]}),
    ...(main[1] === undefined ? {} : {moduleVersion: main[1]}),
    settings,
  }
}

function inlineText(r: BinaryReader): string {
  const length = r.uleb()
  return r.text(Math.min(length, textBytesMax))
}

/** A pointer to a string header: data pointer and length. */
function pointedText(elf: Elf, address: bigint, pointer: number, little: boolean): string {
  const header = bytesAt(elf, address, pointer * 2)
  if (!header) return ''
  const h = new BinaryReader(header, little)
  const [data, length] = [h.word(pointer), Number(h.word(pointer))]
  const bytes = length > textBytesMax ? undefined : bytesAt(elf, data, length)
  return bytes ? new TextDecoder('latin1').decode(bytes) : ''
}
