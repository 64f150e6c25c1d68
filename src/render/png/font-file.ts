// As much of a font file as says which characters it has: table directory, cmap formats 4, 6, 10, 12, 13; WOFF 1.0 unpacked to OpenType.
// OpenType 1.9 "Organization of an OpenType Font" and "cmap"; WOFF File Format 1.0 sections 3 to 5.
import {inflateSync} from 'node:zlib'

/** Code points from first to last, both in it. */
export type Range = readonly [first: number, last: number]

const tablesMax = 512
const groupsMax = 200_000
const tableBytesMax = 64 * 1024 * 1024

const tagOf = (view: DataView, at: number) =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))

/** Where tables are: tag → offset and length; for a collection, of its first font. Empty for anything that is no font. */
export function fontTables(head: DataView): ReadonlyMap<string, {readonly offset: number; readonly length: number}> {
  const tables = new Map<string, {offset: number; length: number}>()
  if (head.byteLength < 16) return tables
  const start = tagOf(head, 0) === 'ttcf' ? head.getUint32(12) : 0
  if (start + 12 > head.byteLength || !['\0\x01\0\0', 'OTTO', 'true'].includes(tagOf(head, start))) return tables
  const count = Math.min(tablesMax, head.getUint16(start + 4))
  for (let i = 0; i < count && start + 12 + i * 16 + 16 <= head.byteLength; i++) {
    const at = start + 12 + i * 16
    tables.set(tagOf(head, at), {offset: head.getUint32(at + 8), length: head.getUint32(at + 12)})
  }
  return tables
}

/** The characters of the best Unicode subtable; empty when there is none. Damage ends the list, it does not throw. */
export function cmapRanges(cmap: DataView): readonly Range[] {
  try {
    let best: {readonly offset: number; readonly score: number} | undefined
    for (let i = 0; i < Math.min(tablesMax, cmap.getUint16(2)); i++) {
      const [platform, encoding, offset] = [cmap.getUint16(4 + i * 8), cmap.getUint16(6 + i * 8), cmap.getUint32(8 + i * 8)]
      const full = (platform === 3 && encoding === 10) || (platform === 0 && (encoding === 4 || encoding === 6))
      const score = full ? 2 : (platform === 3 && encoding === 1) || (platform === 0 && encoding !== 5) ? 1 : 0
      if (score > (best?.score ?? 0)) best = {offset, score}
    }
    return best === undefined ? [] : subtable(cmap, best.offset)
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}

function subtable(cmap: DataView, at: number): Range[] {
  const format = cmap.getUint16(at)
  const ranges: Range[] = []
  if (format === 4) {
    const segments = cmap.getUint16(at + 6) / 2
    for (let i = 0; i < segments; i++) {
      const last = cmap.getUint16(at + 14 + i * 2)
      const first = cmap.getUint16(at + 16 + segments * 2 + i * 2)
      if (first <= last && first !== 0xffff) ranges.push([first, last === 0xffff ? 0xfffe : last])
    }
  } else if (format === 6) ranges.push([cmap.getUint16(at + 6), cmap.getUint16(at + 6) + cmap.getUint16(at + 8) - 1])
  else if (format === 10) ranges.push([cmap.getUint32(at + 12), cmap.getUint32(at + 12) + cmap.getUint32(at + 16) - 1])
  else if (format === 12 || format === 13) {
    const groups = Math.min(groupsMax, cmap.getUint32(at + 12))
    for (let i = 0; i < groups; i++) ranges.push([cmap.getUint32(at + 16 + i * 12), cmap.getUint32(at + 20 + i * 12)])
  }
  return ranges
}

/** A WOFF 1.0 file as the OpenType file it was made from; undefined when it is none or is damaged. freetype inside sharp reads no WOFF. */
export function unpackWoff(woff: Uint8Array): Uint8Array | undefined {
  try {
    const view = new DataView(woff.buffer, woff.byteOffset, woff.byteLength)
    if (tagOf(view, 0) !== 'wOFF') return undefined
    const count = Math.min(tablesMax, view.getUint16(12))
    const tables = Array.from({length: count}, (_, i) => {
      const at = 44 + i * 20
      const [offset, packedLength, length] = [view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)]
      const packed = woff.subarray(offset, offset + packedLength)
      const bytes = packedLength < length ? inflateSync(packed, {maxOutputLength: tableBytesMax}) : packed
      return {tag: view.getUint32(at), checksum: view.getUint32(at + 16), bytes}
    })
    const padded = (length: number) => (length + 3) & ~3
    const out = new Uint8Array(12 + 16 * count + tables.reduce((sum, {bytes}) => sum + padded(bytes.length), 0))
    const head = new DataView(out.buffer)
    const power = Math.floor(Math.log2(count))
    head.setUint32(0, view.getUint32(4))
    head.setUint16(4, count)
    head.setUint16(6, 2 ** power * 16)
    head.setUint16(8, power)
    head.setUint16(10, count * 16 - 2 ** power * 16)
    let at = 12 + 16 * count
    tables.forEach(({tag, checksum, bytes}, i) => {
      head.setUint32(12 + i * 16, tag)
      head.setUint32(16 + i * 16, checksum)
      head.setUint32(20 + i * 16, at)
      head.setUint32(24 + i * 16, bytes.length)
      out.set(bytes, at)
      at += padded(bytes.length)
    })
    return out
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return undefined
    throw error
  }
}
