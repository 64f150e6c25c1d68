// Tokens of DOT with their places, as Graphviz's own scanner cuts them: lib/cgraph/scan.l, graphviz.org/doc/info/lang.html.
import {errors} from '../../base/errors.ts'

export type DotToken =
  | {readonly kind: 'atom'; readonly text: string; readonly quoted: boolean; readonly at: number}
  | {readonly kind: 'html'; readonly text: string; readonly at: number}
  | {readonly kind: 'keyword'; readonly text: 'graph' | 'digraph' | 'subgraph' | 'node' | 'edge' | 'strict'; readonly at: number}
  | {readonly kind: 'edge'; readonly text: '->' | '--'; readonly at: number}
  | {readonly kind: 'sign'; readonly text: string; readonly at: number}
  | {readonly kind: 'end'; readonly text: ''; readonly at: number}

const keywords = new Set(['graph', 'digraph', 'subgraph', 'node', 'edge', 'strict'])
const name = /[A-Za-z_\u0080-\u{10ffff}][A-Za-z_0-9\u0080-\u{10ffff}]*/uy
const number = /-?(?:\d+(?:\.\d*)?|\.\d+)/y
const space = /[ \t\r\n\f\v]+/y

/** Line and column of an offset, both from 1; columns count UTF-8 bytes, as everywhere in gotriage. */
export function placeIn(text: string, at: number): {readonly line: number; readonly column: number} {
  const before = text.slice(0, at)
  const start = before.lastIndexOf('\n') + 1
  let line = 1
  for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line++
  return {line, column: new TextEncoder().encode(before.slice(start)).length + 1}
}

/** A DOT error at an offset. */
export function dotError(file: string, text: string, at: number, what: string): Error {
  const {line, column} = placeIn(text, at)
  return errors.syntaxAt(file, line, column, what)
}

export class DotScanner {
  readonly text: string
  readonly #file: string
  #at = 0

  constructor(text: string, file: string) {
    this.text = text
    this.#file = file
    if (text.startsWith('\ufeff')) this.#at = 1
  }

  next(): DotToken {
    this.#skip()
    const {text} = this
    const at = this.#at
    const c = text[at]
    if (c === undefined) return {kind: 'end', text: '', at}
    if (c === '"') return {kind: 'atom', text: this.#quoted(), quoted: true, at}
    if (c === '<') return {kind: 'html', text: this.#html(), at}
    const two = text.slice(at, at + 2)
    if (two === '->' || two === '--') {
      this.#at += 2
      return {kind: 'edge', text: two, at}
    }
    const word = this.#match(name) ?? this.#match(number)
    if (word !== undefined) {
      const lower = word.toLowerCase()
      return keywords.has(lower)
        ? {kind: 'keyword', text: lower as 'graph', at} // the set above holds just these
        : {kind: 'atom', text: word, quoted: false, at}
    }
    if (!'{}[]=;,:+'.includes(c)) {
      const code = text.codePointAt(at) ?? 0
      throw this.#error(at, `a stray ${code < 0x20 ? `control character U+${code.toString(16).padStart(4, '0').toUpperCase()}` : `"${c}"`}`)
    }
    this.#at++
    return {kind: 'sign', text: c, at}
  }

  #error(at: number, what: string): Error {
    return dotError(this.#file, this.text, at, what)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.text)?.[0]
    if (found === undefined) return undefined
    this.#at += found.length
    return found
  }

  /** White space and comments, those with `#` too. */
  #skip(): void {
    const {text} = this
    for (;;) {
      this.#match(space)
      const before = this.#at
      if (text.startsWith('//', this.#at)) this.#at = lineEnd(text, this.#at)
      else if (text[this.#at] === '#') this.#at = lineEnd(text, this.#at)
      else if (text.startsWith('/*', this.#at)) {
        const end = text.indexOf('*/', this.#at + 2)
        if (end === -1) throw this.#error(this.#at, 'a comment that does not end')
        this.#at = end + 2
      } else if (this.#at === before) return
    }
  }

  #quoted(): string {
    const {text} = this
    const start = this.#at++
    let out = ''
    for (;;) {
      const from = this.#at
      while (this.#at < text.length && text[this.#at] !== '"' && text[this.#at] !== '\\') this.#at++
      out += text.slice(from, this.#at)
      if (this.#at >= text.length) throw this.#error(start, 'a string that does not end')
      if (text[this.#at] === '"') {
        this.#at++
        return out
      }
      const pair = text.slice(this.#at, this.#at + 2)
      if (pair === '\\"') out += '"'
      else if (pair === '\\\r' && text[this.#at + 2] === '\n') this.#at++
      else if (pair !== '\\\n') out += pair
      this.#at += 2
    }
  }

  #html(): string {
    const {text} = this
    const start = this.#at
    let depth = 0
    for (; this.#at < text.length; this.#at++) {
      if (text.startsWith('<!--', this.#at)) {
        const end = text.indexOf('-->', this.#at + 4)
        if (end === -1) throw this.#error(this.#at, 'a comment that does not end in an HTML label')
        this.#at = end + 2
      } else if (text[this.#at] === '<') depth++
      else if (text[this.#at] === '>' && --depth === 0) {
        this.#at++
        return text.slice(start + 1, this.#at - 1)
      }
    }
    throw this.#error(start, 'an HTML label that does not end')
  }
}

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}
