// The bytes of a file, made ready for scanning: a padded copy, the text whose indices are byte offsets, and what is wrong with the encoding.
// Follows src/go/scanner/scanner.go next(): NUL, invalid UTF-8 and byte order marks are errors wherever they stand, but the scan goes on.
import {latin1} from './intern.ts'

export interface SourceText {
  /** The file's bytes and then at least one zero, so that reading one byte too far is harmless. */
  readonly bytes: Uint8Array
  readonly size: number
  /** Offset of the first byte to scan: 3 after a byte order mark, `size` where nothing can be scanned. */
  readonly start: number
  /** One UTF-16 unit a byte; the text itself where the file is ASCII. */
  readonly text: string
  readonly ascii: boolean
  readonly problems: readonly {readonly pos: number; readonly message: string}[]
}

const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})
const lenient = new TextDecoder('utf-8', {ignoreBOM: true})

export function sourceText(input: Uint8Array): SourceText {
  const size = input.length
  const bytes = new Uint8Array(size + 8)
  bytes.set(input)
  if (size >= 2 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))) {
    const problems = [{pos: 0, message: 'illegal UTF-8 encoding (got UTF-16)'}]
    return {bytes, size, start: size, text: latin1(bytes, 0, size), ascii: false, problems}
  }
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const decoded = decodeStrictly(input)
  const clean = decoded !== undefined && !decoded.includes('\0') && decoded.indexOf('\ufeff', 1) < 0
  const ascii = decoded !== undefined && decoded.length === size
  return {
    bytes,
    size,
    start,
    text: ascii ? decoded : latin1(bytes, 0, size),
    ascii,
    problems: clean ? [] : encodingProblems(bytes, size),
  }
}

function decodeStrictly(input: Uint8Array): string | undefined {
  try {
    return strict.decode(input)
  } catch {
    return undefined
  }
}

/** The text of `bytes[from, to)`, with U+FFFD for what is not UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array, from: number, to: number): string => lenient.decode(bytes.subarray(from, to))

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
