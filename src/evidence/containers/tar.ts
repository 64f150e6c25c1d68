// Regular files of a tar archive as sources. Format: POSIX.1-2001 pax, GNU long names (tar(5) of libarchive).
import {sliceSource, type ByteSource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'

const block = 512
const membersMax = 100_000
const nameBytesMax = 1 << 16

const latin = new TextDecoder('latin1')
const utf8 = new TextDecoder()

const field = (header: Uint8Array, at: number, length: number): string => {
  const bytes = header.subarray(at, at + length)
  const end = bytes.indexOf(0)
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end))
}

export const isTar = (head: Uint8Array): boolean =>
  head.length >= block && latin.decode(head.subarray(257, 262)) === 'ustar' && checksumHolds(head.subarray(0, block))

/** The sum of all bytes, its own field counted as blanks. */
function checksumHolds(header: Uint8Array): boolean {
  const stored = Number.parseInt(field(header, 148, 8).trim(), 8)
  let sum = 0
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 32 : (header[i] ?? 0)
  return sum === stored
}

/** Octal, or base 256 when the top bit of the first byte is set. */
function sizeOf(header: Uint8Array, at: number): number {
  const first = header[124] ?? 0
  if ((first & 0x80) !== 0) {
    let size = 0
    for (let i = 125; i < 136; i++) size = size * 256 + (header[i] ?? 0)
    if (!Number.isSafeInteger(size)) throw errors.malformed('tar', at + 124, 'a size beyond 2^53')
    return size
  }
  const text = field(header, 124, 12).trim()
  if (!/^[0-7]*$/.test(text)) throw errors.malformed('tar', at + 124, 'a size that is not octal')
  return text === '' ? 0 : Number.parseInt(text, 8)
}

export async function* tarMembers(source: ByteSource): AsyncGenerator<ByteSource> {
  let at = 0
  let longName: string | undefined
  for (let members = 0; ; members++) {
    if (members > membersMax) throw errors.limit('members of a tar archive', membersMax)
    const header = await source.read(at, block)
    if (header.every(byte => byte === 0)) return // also at the end of the source
    if (header.length < block) throw errors.truncated(at, block, header.length)
    if (!checksumHolds(header)) throw errors.malformed('tar', at, 'a header whose checksum does not hold')
    const size = sizeOf(header, at)
    const type = String.fromCharCode(header[156] ?? 0)
    const prefix = field(header, 345, 155)
    const name = longName ?? (prefix === '' ? field(header, 0, 100) : `${prefix}/${field(header, 0, 100)}`)
    const data = at + block
    const end = data + size
    if (type === 'L' || type === 'x') {
      const text = utf8.decode(await source.read(data, Math.min(size, nameBytesMax)))
      longName = type === 'L' ? text.replace(/\0.*$/s, '') : (/(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1] ?? longName)
    } else {
      longName = undefined
      if (type === '0' || type === '\0') {
        if (size > 0 && (await source.read(end - 1, 1)).length === 0)
          throw errors.truncated(data, size, source.size === undefined ? 0 : source.size - data)
        if (size > 0) yield {...sliceSource(source, data, end), name: `${source.name}!${name}`}
      }
    }
    at = data + Math.ceil(size / block) * block
  }
}
