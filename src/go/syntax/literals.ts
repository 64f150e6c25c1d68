// The rare paths of literals: numbers that are not plain decimals, escapes, and what is wrong with them. Rules and wording follow
// src/go/scanner/scanner.go (scanNumber, scanEscape, scanRune, invalidSep). All functions work on padded bytes and give the end back.
import {FLOAT, IMAG, INT} from './token.ts'
import {decodeRune, runeLength} from './source-text.ts'

export type Report = (pos: number, message: string) => void

const isDecimal = (c: number) => c >= 48 && c <= 57
const isHex = (c: number) => isDecimal(c) || ((c | 32) >= 97 && (c | 32) <= 102)
const underscore = 95

const literalNames = new Map([
  ['x', 'hexadecimal literal'],
  ['o', 'octal literal'],
  ['0', 'octal literal'],
  ['b', 'binary literal'],
])
const nameOf = (prefix: string) => literalNames.get(prefix) ?? 'decimal literal'

/** What a run of digits held; `end` is behind it. */
interface Digits {
  readonly end: number
  readonly some: boolean
  readonly separators: boolean
  /** First decimal digit the base does not have; -1 when there is none. */
  readonly invalid: number
}

function digits(bytes: Uint8Array, from: number, base: number): Digits {
  let at = from
  let some = false
  let separators = false
  let invalid = -1
  for (; ; at++) {
    const c = bytes[at]!
    if (c === underscore) separators = true
    else if (base <= 10 ? isDecimal(c) : isHex(c)) {
      some = true
      if (base <= 10 && c >= 48 + base && invalid < 0) invalid = at
    } else return {end: at, some, separators, invalid}
  }
}

/** Set by `scanNumber`: INT, FLOAT or IMAG. */
export let numberToken = INT

/** A number of any form from `from`; gives its end and sets `numberToken`. */
export function scanNumber(bytes: Uint8Array, from: number, report: Report): number {
  let at = from
  let base = 10
  let prefix = ''
  let some = false
  let separators = false
  let invalid = -1
  const take = (run: Digits) => {
    at = run.end
    some ||= run.some
    separators ||= run.separators
    if (invalid < 0) invalid = run.invalid
  }
  numberToken = INT
  if (bytes[at] !== 46) {
    if (bytes[at] === 48) {
      const letter = String.fromCharCode(bytes[at + 1]! | 32)
      prefix = letter === 'x' || letter === 'o' || letter === 'b' ? letter : '0'
      base = prefix === 'x' ? 16 : prefix === 'b' ? 2 : 8
      at += prefix === '0' ? 1 : 2
      some = prefix === '0'
    }
    take(digits(bytes, at, base))
  }
  if (bytes[at] === 46) {
    numberToken = FLOAT
    if (prefix === 'o' || prefix === 'b') report(at, `invalid radix point in ${nameOf(prefix)}`)
    take(digits(bytes, at + 1, base))
  }
  if (!some) report(at, `${nameOf(prefix)} has no digits`)
  const e = bytes[at]! | 32
  if (e === 101 || e === 112) {
    const spelled = `'${String.fromCharCode(bytes[at]!)}'`
    if (e === 101 && prefix !== '' && prefix !== '0') report(at, `${spelled} exponent requires decimal mantissa`)
    if (e === 112 && prefix !== 'x') report(at, `${spelled} exponent requires hexadecimal mantissa`)
    at++
    numberToken = FLOAT
    if (bytes[at] === 43 || bytes[at] === 45) at++
    const exponent = digits(bytes, at, 10)
    separators ||= exponent.separators
    at = exponent.end
    if (!exponent.some) report(at, 'exponent has no digits')
  } else if (prefix === 'x' && numberToken === FLOAT) report(at, "hexadecimal mantissa requires a 'p' exponent")
  if (bytes[at] === 105) {
    numberToken = IMAG
    at++
  }
  if (numberToken === INT && invalid >= 0) report(invalid, `invalid digit '${String.fromCharCode(bytes[invalid]!)}' in ${nameOf(prefix)}`)
  if (separators) {
    const wrong = invalidSeparator(bytes, from, at)
    if (wrong >= 0) report(wrong, "'_' must separate successive digits")
  }
  return at
}

/** Offset of the first `_` that does not stand between digits (a base prefix counts as one); -1 when all do. */
function invalidSeparator(bytes: Uint8Array, from: number, to: number): number {
  let previous: 'digit' | 'separator' | 'other' = 'other'
  let at = from
  const letter = bytes[from] === 48 ? bytes[from + 1]! | 32 : 0
  const hex = letter === 120
  if (hex || letter === 111 || letter === 98) {
    previous = 'digit'
    at += 2
  }
  for (; at < to; at++) {
    const c = bytes[at]!
    if (c === underscore) {
      if (previous !== 'digit') return at
      previous = 'separator'
    } else if (isDecimal(c) || (hex && isHex(c))) previous = 'digit'
    else {
      if (previous === 'separator') return at - 1
      previous = 'other'
    }
  }
  return previous === 'separator' ? to - 1 : -1
}

const simpleEscapes = new Set(Array.from('abfnrtv\\', c => c.charCodeAt(0)))
const digitValue = (c: number) => (isDecimal(c) ? c - 48 : isHex(c) ? (c | 32) - 87 : 16)
const unicodeName = (rune: number) => {
  const code = `U+${rune.toString(16).toUpperCase().padStart(4, '0')}`
  return rune > 32 && rune !== 127 ? `${code} '${String.fromCodePoint(rune)}'` : code
}

/** An escape whose backslash stands before `from`; gives the end, or ~end after an error, where `end` is the offending character. */
export function scanEscape(bytes: Uint8Array, from: number, size: number, quote: number, report: Report): number {
  const c = bytes[from]!
  if (from < size && (c === quote || simpleEscapes.has(c))) return from + 1
  let at = from + 1
  let left = 0
  let base = 16
  let max = 0x10ffff
  if (c >= 48 && c <= 55) [at, left, base, max] = [from, 3, 8, 255]
  else if (c === 120) [left, max] = [2, 255]
  else if (c === 117) left = 4
  else if (c === 85) left = 8
  else {
    report(from, from >= size ? 'escape sequence not terminated' : 'unknown escape sequence')
    return ~from
  }
  let value = 0
  for (; left > 0; left--, at++) {
    const digit = digitValue(bytes[at]!)
    if (digit >= base) {
      const rune = at < size ? Math.max(decodeRune(bytes, at, size), 0) : -1
      report(at, rune < 0 ? 'escape sequence not terminated' : `illegal character ${unicodeName(rune)} in escape sequence`)
      return ~at
    }
    value = value * base + digit
  }
  if (value > max || (value >= 0xd800 && value < 0xe000)) {
    report(from, 'escape sequence is invalid Unicode code point')
    return ~at
  }
  return at
}

/** A rune literal that starts at `from`; gives its end. */
export function scanRune(bytes: Uint8Array, from: number, size: number, report: Report): number {
  let at = from + 1
  let valid = true
  let count = 0
  for (;;) {
    const c = bytes[at]!
    if (c === 10 || at >= size) {
      if (valid) report(from, 'rune literal not terminated')
      return at
    }
    if (c === 39) {
      at++
      break
    }
    count++
    if (c === 92) {
      const end = scanEscape(bytes, at + 1, size, 39, report)
      valid &&= end >= 0
      at = end < 0 ? ~end : end
    } else {
      const rune = decodeRune(bytes, at, size)
      at += rune < 0 ? 1 : runeLength(rune)
    }
  }
  if (valid && count !== 1) report(from, 'illegal rune literal')
  return at
}

/** What the scanner says of a character that starts no token. */
export const illegalCharacter = (rune: number): string =>
  rune === 0x201c || rune === 0x201d
    ? `curly quotation mark '${String.fromCodePoint(rune)}' (use neutral '"')`
    : `illegal character ${unicodeName(rune)}`

/** Carriage returns leave raw strings and comments; `*\r/` in a general comment keeps its own, lest the comment end there. */
export function withoutCarriageReturns(text: string, generalComment: boolean): string {
  if (!generalComment) return text.replaceAll('\r', '')
  const kept: string[] = []
  let start = 0
  let previous = ''
  let length = 0 // the last kept character, and how many are kept
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) {
    if (at > start) {
      kept.push(text.slice(start, at))
      previous = text[at - 1]!
      length += at - start
    }
    if (length > 2 && previous === '*' && text[at + 1] === '/') start = at
    else start = at + 1
  }
  return kept.join('') + text.slice(start)
}
