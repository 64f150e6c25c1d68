// Passes over the bytes of a file before it is scanned, four at a step: where its lines start, and whether it is plain, so that nothing need be
// decoded or checked. With the table the scanner knows the end of a line, and bodies can be skipped without looking for newlines.

export interface LineTable {
  /** Offset of the first byte of each line, and then one entry behind the end of the last. Shared: valid until the next `lineTable`. */
  readonly starts: Int32Array
  /** How many lines there are. As in go/token.File.AddLine, none begins at the very end. */
  readonly total: number
  /** Every byte is ASCII and none is NUL. */
  readonly plain: boolean
}

/** Whether the first byte of a word is its lowest; elsewhere the bytes are taken one by one. */
const lowFirst = new Uint8Array(Int32Array.of(1).buffer)[0] === 1

const sharedLinesMax = 1 << 18
let shared: Int32Array = new Int32Array(1 << 12)

function grown(starts: Int32Array): Int32Array {
  const larger = new Int32Array(starts.length * 2)
  larger.set(starts)
  if (larger.length <= sharedLinesMax) shared = larger
  return larger
}

/** `words` are `bytes` four at a time; of both, `size` bytes are the file. */
export function lineTable(bytes: Uint8Array, words: Int32Array, size: number): LineTable {
  let starts = shared
  let total = 1
  let strange = 0
  starts[0] = 0
  const whole = lowFirst ? size >> 2 : 0
  for (let word = 0; word < whole; word++) {
    const four = words[word]!
    strange |= (four - 0x01010101) | four // the high bit of a byte is set by NUL, which borrows, and by what is not ASCII
    const apart = four ^ 0x0a0a0a0a
    let zeros = (apart - 0x01010101) & ~apart & 0x80808080 // marks the bytes that were a newline, and by a borrow perhaps the one behind
    if (zeros === 0) continue
    if (total + 8 > starts.length) starts = grown(starts)
    do {
      const at = (word << 2) + ((31 - Math.clz32(zeros & -zeros)) >> 3)
      if (bytes[at] === 10) starts[total++] = at + 1
      zeros &= zeros - 1
    } while (zeros !== 0)
  }
  for (let at = whole << 2; at < size; at++) {
    const byte = bytes[at]!
    if (total + 2 > starts.length) starts = grown(starts)
    if (byte === 10) starts[total++] = at + 1
    if (byte === 0 || byte >= 0x80) strange = -1
  }
  const endsInNewline = size > 0 && starts[total - 1] === size
  if (endsInNewline) total--
  starts[total] = endsInNewline ? size : size + 1
  return {starts, total, plain: (strange & 0x80808080) === 0}
}

/** `plain` alone, where nobody asks for lines. */
export function isPlain(bytes: Uint8Array, words: Int32Array, size: number): boolean {
  let strange = 0
  const whole = size >> 2
  for (let word = 0; word < whole; word++) {
    const four = words[word]!
    strange |= (four - 0x01010101) | four
  }
  for (let at = whole << 2; at < size; at++) if (bytes[at] === 0 || bytes[at]! >= 0x80) strange = -1
  return (strange & 0x80808080) === 0
}

/** The first newline that is not before `from`, or the end of the file. */
export function newlineFrom(bytes: Uint8Array, words: Int32Array, from: number, size: number): number {
  let at = from
  while ((at & 3) !== 0 && bytes[at] !== 10) at++
  if ((at & 3) === 0) {
    const whole = size >> 2
    let word = at >> 2
    for (; word < whole; word++) {
      const apart = words[word]! ^ 0x0a0a0a0a
      if (((apart - 0x01010101) & ~apart & 0x80808080) !== 0) break
    }
    at = word << 2
    while (at < size && bytes[at] !== 10) at++
  }
  return Math.min(at, size)
}
