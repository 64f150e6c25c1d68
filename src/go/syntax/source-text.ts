// The bytes of a file, made ready for scanning: a padded copy, its lines, the text behind it, and what is wrong with the encoding.
// Follows src/go/scanner/scanner.go next(): NUL, invalid UTF-8 and byte order marks are errors wherever they stand, but the scan goes on.
import {isPlain, lineTable, type LineTable} from './line-table.ts'

export interface SourceText {
  /** The file's bytes and then zeros, so that reading a few bytes too far is harmless. Shared: valid until the next `sourceText`. */
  readonly bytes: Uint8Array
  /** The same bytes four at a time, in the order of the machine. */
  readonly words: Int32Array
  readonly size: number
  /** Undefined where nobody asked for it. */
  readonly lines: LineTable | undefined
  /** Offset of the first byte to scan: 3 after a byte order mark, `size` where nothing can be scanned. */
  readonly start: number
  /** The decoded text; U+FFFD stands for what is no UTF-8. Undefined where the file is plain ASCII: `decode` gives it to whoever needs it. */
  readonly text: string | undefined
  decode(): string
  /** Offsets of the bytes behind each character outside ASCII, and how many bytes more than UTF-16 units there are up to each. */
  readonly wide: Wide | undefined
  readonly problems: readonly {readonly pos: number; readonly message: string}[]
}

export interface Wide {
  readonly ends: Int32Array
  readonly surplus: Int32Array
}

const padding = 16
/** Above this a file gets bytes of its own, so that one huge file does not stay in memory. */
const sharedBytesMax = 1 << 22

/** One piece of memory seen two ways: steps over plain text are taken four bytes at a time. */
interface Room {
  readonly bytes: Uint8Array
  readonly words: Int32Array
}

function roomFor(length: number): Room {
  const bytes = new Uint8Array((length + 3) & ~3)
  return {bytes, words: new Int32Array(bytes.buffer)}
}

let shared = roomFor(1 << 16)

function padded(input: Uint8Array): Room {
  const need = input.length + padding
  if (need > shared.bytes.length) {
    const room = roomFor(need > sharedBytesMax ? need : Math.max(need, shared.bytes.length * 2))
    if (need > sharedBytesMax) {
      room.bytes.set(input)
      return room
    }
    shared = room
  }
  shared.bytes.set(input)
  shared.bytes.fill(0, input.length, need)
  return shared
}

const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})
const lenient = new TextDecoder('utf-8', {ignoreBOM: true})

export function sourceText(input: Uint8Array, withLines = true): SourceText {
  const size = input.length
  const {bytes, words} = padded(input)
  if (size >= 2 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))) {
    const problems = [{pos: 0, message: 'illegal UTF-8 encoding (got UTF-16)'}]
    const lines = {starts: Int32Array.of(0, size + 1), total: 1, plain: false}
    return {bytes, words, size, lines, start: size, text: '', decode: () => '', wide: undefined, problems}
  }
  const lines = withLines ? lineTable(bytes, words, size) : undefined
  if (lines?.plain ?? isPlain(bytes, words, size))
    return {bytes, words, size, lines, start: 0, text: undefined, decode: () => strict.decode(input), wide: undefined, problems: []}
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const decoded = decodeStrictly(input)
  const text = decoded ?? lenient.decode(input)
  const clean = decoded !== undefined && !decoded.includes('\0') && decoded.indexOf('\ufeff', 1) < 0
  const ascii = decoded !== undefined && decoded.length === size
  const problems = clean ? [] : encodingProblems(bytes, size)
  return {bytes, words, size, lines, start, text, decode: () => text, wide: ascii ? undefined : wideOf(bytes, words, size), problems}
}

function decodeStrictly(input: Uint8Array): string | undefined {
  try {
    return strict.decode(input)
  } catch {
    return undefined
  }
}

/** Where byte offsets and UTF-16 indices part. In bytes that are no UTF-8 the replacement characters are counted as the decoder writes them. */
function wideOf(bytes: Uint8Array, words: Int32Array, size: number): Wide {
  let ends = new Int32Array(64)
  let surplus = new Int32Array(64)
  let count = 0
  let extra = 0
  for (let at = 0; at < size;) {
    if (bytes[at]! < 0x80) {
      at++
      if ((at & 3) === 0) while (at < size && (words[at >> 2]! & 0x80808080) === 0) at += 4
      continue
    }
    const rune = decodeRune(bytes, at, size)
    if (rune < 0) {
      const length = brokenLength(bytes, at, size)
      at += length
      extra += length - 1
    } else {
      at += runeLength(rune)
      extra += rune < 0x800 ? 1 : 2
    }
    if (count === ends.length) {
      const oldEnds = ends
      ends = new Int32Array(count * 2)
      ends.set(oldEnds)
      const oldSurplus = surplus
      surplus = new Int32Array(count * 2)
      surplus.set(oldSurplus)
    }
    ends[count] = at
    surplus[count++] = extra
  }
  return {ends: ends.subarray(0, count), surplus: surplus.subarray(0, count)}
}

/** How many bytes one U+FFFD stands for: the longest start of a well-formed sequence (WHATWG Encoding, UTF-8 decoder). */
function brokenLength(bytes: Uint8Array, at: number, size: number): number {
  const b0 = bytes[at]!
  const more = b0 >= 0xc2 && b0 < 0xe0 ? 1 : b0 >= 0xe0 && b0 < 0xf0 ? 2 : b0 >= 0xf0 && b0 < 0xf5 ? 3 : 0
  let length = 1
  while (length <= more && at + length < size) {
    const b = bytes[at + length]!
    const low = length > 1 ? 0x80 : b0 === 0xe0 ? 0xa0 : b0 === 0xf0 ? 0x90 : 0x80
    const high = length > 1 ? 0xbf : b0 === 0xed ? 0x9f : b0 === 0xf4 ? 0x8f : 0xbf
    if (b < low || b > high) break
    length++
  }
  return length
}

/** More would only repeat the first ones: the file is binary. */
const problemsMax = 100

function encodingProblems(bytes: Uint8Array, size: number) {
  const problems: {pos: number; message: string}[] = []
  for (let at = 0; at < size && problems.length < problemsMax;) {
    const byte = bytes[at]!
    if (byte === 0) problems.push({pos: at, message: 'illegal character NUL'})
    if (byte < 0x80) {
      at++
      continue
    }
    const rune = decodeRune(bytes, at, size)
    if (rune < 0) problems.push({pos: at, message: 'illegal UTF-8 encoding'})
    else if (rune === 0xfeff && at > 0) problems.push({pos: at, message: 'illegal byte order mark'})
    at += rune < 0 ? 1 : runeLength(rune)
  }
  return problems
}

/** Code point at `at`, or -1 where the bytes are no UTF-8 (unicode/utf8.DecodeRune gives RuneError of width 1 there). */
export function decodeRune(bytes: Uint8Array, at: number, size: number): number {
  const b0 = bytes[at]!
  if (b0 < 0x80) return b0
  const more = b0 >= 0xc2 && b0 < 0xe0 ? 1 : b0 >= 0xe0 && b0 < 0xf0 ? 2 : b0 >= 0xf0 && b0 < 0xf5 ? 3 : 0
  if (more === 0 || at + more >= size) return -1
  let rune = b0 & (0x3f >> more)
  for (let i = 1; i <= more; i++) {
    const b = bytes[at + i]!
    if ((b & 0xc0) !== 0x80) return -1
    rune = (rune << 6) | (b & 0x3f)
  }
  if (more === 2 && (rune < 0x800 || (rune >= 0xd800 && rune < 0xe000))) return -1
  if (more === 3 && (rune < 0x10000 || rune > 0x10ffff)) return -1
  return rune
}

export const runeLength = (rune: number) => (rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4)

const letter = /^\p{L}$/u
const digit = /^\p{Nd}$/u
/** unicode.IsLetter and unicode.IsDigit outside ASCII. The Unicode version is that of the JavaScript engine; Go 1.26 has 15.0. */
export const isLetterRune = (rune: number) => letter.test(String.fromCodePoint(rune))
export const isDigitRune = (rune: number) => digit.test(String.fromCodePoint(rune))
