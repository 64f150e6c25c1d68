// The head of a source file, as go/build reads it: build constraints, package clause and import clauses, and not a byte further
// (go/build/read.go readGoInfo). A file that breaks off there still yields what came before. It is no parser: a load reads thousands of
// heads and needs the tree of none.
import {constraintOf, holds, type FileConstraint} from './constraint-lines.ts'

export interface FileHeader {
  /** Empty when there is no readable package clause. */
  readonly packageName: string
  /** Unquoted, in source order, with repetitions. */
  readonly imports: readonly string[]
  /** What is wrong with it; undefined when go/build would read it without complaint. */
  readonly problem: string | undefined
}

const [tab, newline, formFeed, carriageReturn, space] = [9, 10, 12, 13, 32]
const [quote, openParen, closeParen, star, dot, slash, semicolon, backslash, backquote] = [34, 40, 41, 42, 46, 47, 59, 92, 96]

/** Imports of one file; generated code has been seen with about 1,500. */
const importsMax = 50_000

const isIdentByte = (c: number): boolean => (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 95 || c >= 0x80

const decoder = new TextDecoder()
const text = (bytes: Uint8Array, start: number, end: number): string => {
  let out = ''
  for (let i = start; i < end; i++) {
    const c = bytes[i] ?? 0
    if (c >= 0x80) return decoder.decode(bytes.subarray(start, end))
    out += String.fromCharCode(c)
  }
  return out
}

/** The offset behind spaces, semicolons and comments; `-1` behind a comment that does not end. */
function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  for (;;) {
    const c = bytes[at]
    if (c === space || c === newline || c === tab || c === carriageReturn || c === formFeed || c === semicolon) at++
    else if (c === slash && bytes[at + 1] === slash) {
      const end = bytes.indexOf(newline, at)
      if (end < 0) return bytes.length
      at = end + 1
    } else if (c === slash && bytes[at + 1] === star) {
      let end = bytes.indexOf(slash, at + 3)
      while (end >= 0 && bytes[end - 1] !== star) end = bytes.indexOf(slash, end + 1)
      if (end < 0) return -1
      at = end + 1
    } else return at
  }
}

class Reader {
  readonly bytes: Uint8Array
  at: number
  failed = false

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  }

  /** The next byte that is no space; undefined at the end. */
  peek(): number | undefined {
    const next = skipSpace(this.bytes, this.at)
    if (next < 0) {
      this.failed = true
      this.at = this.bytes.length
      return undefined
    }
    this.at = next
    return this.bytes[next]
  }

  word(): string {
    this.peek()
    const start = this.at
    while (isIdentByte(this.bytes[this.at] ?? 0)) this.at++
    if (this.at === start) this.failed = true
    return text(this.bytes, start, this.at)
  }

  /** A quoted import path with its quotes taken off. */
  string(): string {
    const open = this.peek()
    const start = this.at + 1
    if (open === backquote) {
      const end = this.bytes.indexOf(backquote, start)
      if (end < 0) this.failed = true
      this.at = end < 0 ? this.bytes.length : end + 1
      return end < 0 ? '' : text(this.bytes, start, end).replaceAll('\r', '')
    }
    if (open !== quote) {
      this.failed = true
      return ''
    }
    let escaped = false
    for (let at = start; at < this.bytes.length && this.bytes[at] !== newline; at++) {
      if (this.bytes[at] === backslash) {
        escaped = true
        at++
      } else if (this.bytes[at] === quote) {
        this.at = at + 1
        const raw = text(this.bytes, start, at)
        return escaped ? unescape(raw) : raw
      }
    }
    this.failed = true
    return ''
  }
}

/** Go's escapes in an interpreted string, as far as an import path can hold them. */
function unescape(raw: string): string {
  return raw.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/g, (whole, x, u, long, octal, other) => {
    const hex: unknown = x ?? u ?? long
    const code = typeof hex === 'string' ? parseInt(hex, 16) : typeof octal === 'string' ? parseInt(octal, 8) : undefined
    if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
    return other === '\\' || other === '"' ? other : whole
  })
}

/** go/build.isValidImport: what an import path may not contain. */
const illegalInPath = /[!"#$%&'()*,:;<=>?[\\\]^{|}`\ufffd\p{Z}\p{C}]/u

export function readGoHeader(bytes: Uint8Array): FileHeader {
  const reader = new Reader(bytes)
  const imports: string[] = []
  let problem: string | undefined
  const readImport = () => {
    const c = reader.peek()
    if (c === dot) reader.at++
    else if (c !== undefined && isIdentByte(c)) reader.word()
    const path = reader.string()
    if (reader.failed) return
    if (path === '' || illegalInPath.test(path)) problem ??= `invalid import path ${JSON.stringify(path)}`
    else if (imports.length < importsMax) imports.push(path)
  }

  const keyword = reader.word()
  if (keyword !== 'package') return {packageName: '', imports, problem: 'expected a package clause'}
  const packageName = reader.word()
  if (reader.failed) return {packageName: '', imports, problem: 'expected a package name'}
  while (!reader.failed && reader.peek() === 0x69) {
    if (!startsWithImport(reader)) break
    reader.at += 6
    if (reader.peek() === openParen) {
      reader.at++
      for (let c = reader.peek(); c !== closeParen && !reader.failed; c = reader.peek()) {
        if (c === undefined) reader.failed = true
        else readImport()
      }
      reader.at++
    } else readImport()
  }
  if (reader.failed) problem ??= 'syntax error in the import clauses'
  return {packageName, imports, problem}
}

const importWord = [0x69, 0x6d, 0x70, 0x6f, 0x72, 0x74]
const startsWithImport = ({bytes, at}: Reader): boolean =>
  importWord.every((c, i) => bytes[at + i] === c) && !isIdentByte(bytes[at + importWord.length] ?? 0)

/** The constraints at the head of a file, whatever its language. */
export function headerConstraint(bytes: Uint8Array): FileConstraint {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const end = skipSpace(bytes, start)
  if (end === start) return {kind: 'none'}
  const head = decoder.decode(bytes.subarray(start, end < 0 ? bytes.length : end))
  return head.includes('build') ? constraintOf(head) : {kind: 'none'}
}

/** Whether constraints let a file take part; a text where they are malformed. */
export const constraintSatisfies = (found: FileConstraint, satisfies: (tag: string) => boolean): boolean | string =>
  found.kind === 'malformed' ? found.message : holds(found, satisfies)

/** Whether the constraints at the head of a file (Go, assembly or C) let it take part; a text where they are malformed. */
export const headerSatisfies = (bytes: Uint8Array, satisfies: (tag: string) => boolean): boolean | string =>
  constraintSatisfies(headerConstraint(bytes), satisfies)
