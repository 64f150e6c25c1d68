// Go strings as "byte strings" (one JS character per byte), to and from text; and string and rune literals, as strconv.Unquote reads them.
import {makeInt, makeString, type StringValue, type IntValue, type UnknownValue, unknownValue} from './value.ts'

const encoder = new TextEncoder()
const asciiOnly = /^[\0-\x7f]*$/
/** How many bytes go to String.fromCharCode at once; more would overflow the stack. */
const chunkBytes = 8192

/** The UTF-8 bytes of a text, one character each. */
export function bytesOfText(text: string): string {
  if (asciiOnly.test(text)) return text
  const bytes = encoder.encode(text)
  let result = ''
  for (let at = 0; at < bytes.length; at += chunkBytes) result += String.fromCharCode(...bytes.subarray(at, at + chunkBytes))
  return result
}

/** The text of a byte string; invalid UTF-8 becomes U+FFFD. */
export function textOfBytes(bytes: string): string {
  if (asciiOnly.test(bytes)) return bytes
  return new TextDecoder('utf-8', {ignoreBOM: true}).decode(Uint8Array.from(bytes, c => c.charCodeAt(0)))
}

export interface Rune {
  /** U+FFFD with size 1 for a byte that is no valid UTF-8, as utf8.DecodeRuneInString. */
  readonly code: number
  readonly size: number
}

const runeError = 0xfffd

/** The rune that starts at `at`, which must lie inside the string. */
export function runeAt(bytes: string, at: number): Rune {
  const first = bytes.charCodeAt(at)
  if (first < 0x80) return {code: first, size: 1}
  const invalid = {code: runeError, size: 1}
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4 || at + size > bytes.length) return invalid
  let code = first & (0xff >> (size + 1))
  for (let i = 1; i < size; i++) {
    const next = bytes.charCodeAt(at + i)
    if ((next & 0xc0) !== 0x80) return invalid
    code = (code << 6) | (next & 0x3f)
  }
  const tooLong = (size === 3 && code < 0x800) || (size === 4 && code < 0x10000)
  return tooLong || !isValidRune(code) ? invalid : {code, size}
}

const isValidRune = (code: number) => code < 0xd800 || (code > 0xdfff && code <= 0x10ffff)

/** The bytes of string(rune): invalid code points give U+FFFD. */
export function bytesOfRune(code: bigint | number): string {
  const valid = code >= 0 && code <= 0x10ffff && isValidRune(Number(code))
  return bytesOfText(String.fromCodePoint(valid ? Number(code) : runeError))
}

const simpleEscapes: Readonly<Record<string, number>> = {a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, "'": 39, '"': 34}
const escapePattern = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/suy

interface Escape {
  readonly code: number
  /** \x and octal escapes are bytes, the others code points. */
  readonly isByte: boolean
  readonly end: number
}

function escapeAt(text: string, at: number, quote: string): Escape | undefined {
  escapePattern.lastIndex = at
  const match = escapePattern.exec(text)
  if (match === null) return undefined
  const [all, hex, u4, u8, octal, simple] = match
  const end = at + all.length
  if (hex !== undefined) return {code: Number.parseInt(hex, 16), isByte: true, end}
  if (octal !== undefined) {
    const code = Number.parseInt(octal, 8)
    return code > 255 ? undefined : {code, isByte: true, end}
  }
  const long = u4 ?? u8
  if (long !== undefined) {
    const code = Number.parseInt(long, 16)
    return isValidRune(code) ? {code, isByte: false, end} : undefined
  }
  if (simple === undefined || ((simple === "'" || simple === '"') && simple !== quote)) return undefined
  const code = simpleEscapes[simple]
  return code === undefined ? undefined : {code, isByte: false, end}
}

/** A STRING literal as it stands in the source; unknown when it is broken. */
export function stringFromLiteral(literal: string): StringValue | UnknownValue {
  const quote = literal.charAt(0)
  if (literal.length < 2 || literal.at(-1) !== quote) return unknownValue
  const inner = literal.slice(1, -1)
  if (quote === '`') return inner.includes('`') ? unknownValue : makeString(bytesOfText(inner.replaceAll('\r', '')))
  if (quote !== '"' || inner.includes('\n')) return unknownValue
  if (!inner.includes('\\')) return inner.includes('"') ? unknownValue : makeString(bytesOfText(inner))
  const parts: string[] = []
  for (let at = 0; at < inner.length;) {
    const backslash = inner.indexOf('\\', at)
    const plain = inner.slice(at, backslash < 0 ? inner.length : backslash)
    if (plain.includes('"')) return unknownValue
    parts.push(bytesOfText(plain))
    if (backslash < 0) break
    const escape = escapeAt(inner, backslash, '"')
    if (escape === undefined) return unknownValue
    parts.push(escape.isByte ? String.fromCharCode(escape.code) : bytesOfRune(escape.code))
    at = escape.end
  }
  return makeString(parts.join(''))
}

/** A CHAR literal; only its first character counts, as in go/constant, because the scanner has seen to the rest. */
export function runeFromLiteral(literal: string): IntValue | UnknownValue {
  const inner = literal.slice(1, -1)
  if (literal.length < 3 || inner.startsWith("'")) return unknownValue
  if (!inner.startsWith('\\')) return makeInt(inner.codePointAt(0) ?? 0)
  const escape = escapeAt(inner, 0, "'")
  return escape === undefined ? unknownValue : makeInt(escape.code)
}
