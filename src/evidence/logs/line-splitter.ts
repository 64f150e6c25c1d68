// Bytes to lines, streaming: at most one chunk and one line are in memory.
import {checkpoint, type Task} from '../../base/progress.ts'
import {lineBytesMax, type Line} from './text-reader.ts'

const newline = 10
const carriageReturn = 13

export interface SplitEnd {
  readonly bytes: number
  readonly lines: number
  /** The last line had no line end. */
  readonly cut: boolean
  /** Lines longer than `lineBytesMax`, of which only the head was read. */
  readonly overlong: number
}

const utf8 = new TextDecoder('utf-8', {fatal: false, ignoreBOM: true})

/** Calls `take` for every line in order. Line ends are \n or \r\n; bytes that are not UTF-8 become U+FFFD. */
export async function splitLines(chunks: AsyncIterable<Uint8Array>, take: (line: Line) => void, task: Task): Promise<SplitEnd> {
  let number = 0
  let offset = 0
  let start = 0
  let carry: Uint8Array[] = []
  let carried = 0
  let overlong = 0
  const push = (bytes: Uint8Array, end: number) => {
    let length = bytes.length
    if (length > 0 && bytes[length - 1] === carriageReturn) length--
    if (length > lineBytesMax) {
      length = lineBytesMax
      overlong++
    }
    number++
    take({text: utf8.decode(length === bytes.length ? bytes : bytes.subarray(0, length)), number, start, end})
    start = end
  }
  for await (const chunk of chunks) {
    checkpoint(task)
    let at = 0
    for (;;) {
      const end = chunk.indexOf(newline, at)
      if (end < 0) break
      const piece = chunk.subarray(at, end)
      if (carried === 0 && carry.length === 0) push(piece, offset + end + 1)
      else {
        if (carried <= lineBytesMax) carry.push(piece)
        push(joined(carry), offset + end + 1)
        carry = []
        carried = 0
      }
      at = end + 1
    }
    if (at < chunk.length) {
      if (carried <= lineBytesMax) carry.push(chunk.slice(at))
      carried += chunk.length - at
    }
    offset += chunk.length
  }
  const cut = carry.length > 0
  if (cut) push(joined(carry), offset)
  return {bytes: offset, lines: number, cut, overlong}
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const only = pieces[0]
  if (pieces.length === 1 && only) return only
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
