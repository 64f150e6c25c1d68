// strconv.Quote: a Go string as a double-quoted Go literal.
import {runeAt} from './go-string.ts'
import {isPrint} from './printable.ts'

const plain = /^[ !#-[\]-~]*$/
const named = new Map([
  [7, '\\a'],
  [8, '\\b'],
  [12, '\\f'],
  [10, '\\n'],
  [13, '\\r'],
  [9, '\\t'],
  [11, '\\v'],
  [34, '\\"'],
  [92, '\\\\'],
])

/** `bytes` has one character per byte; the result is text. */
export function quote(bytes: string): string {
  if (plain.test(bytes)) return `"${bytes}"`
  const parts = ['"']
  for (let at = 0; at < bytes.length;) {
    const {code, size} = runeAt(bytes, at)
    const broken = code === 0xfffd && size === 1
    parts.push(broken ? `\\x${hex(bytes.charCodeAt(at), 2)}` : escapeRune(code))
    at += size
  }
  parts.push('"')
  return parts.join('')
}

function escapeRune(code: number): string {
  const name = named.get(code)
  if (name !== undefined) return name
  if (isPrint(code)) return String.fromCodePoint(code)
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0')
