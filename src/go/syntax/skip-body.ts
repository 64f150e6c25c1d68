// Skips a function body without parsing it: only strings, runes, comments and braces are looked at; lines are known from the table, if at all.
import {newlineFrom} from './line-table.ts'
import type {Parser} from './parser.ts'

/** 1 for the bytes that need a look, 0 for those that can be stepped over. */
const stops = new Uint8Array(256)
for (const c of '{}"\'`/\0') stops[c.charCodeAt(0)] = 1

/** For two bytes read as one number: 1 where one of them needs a look. */
const pairStops = new Uint8Array(1 << 16)
for (let pair = 0; pair < pairStops.length; pair++) pairStops[pair] = stops[pair & 255]! | stops[pair >> 8]!

/** From the current `{`; afterwards the parser stands behind the matching `}`, whose range it gives. */
export function skipBody(p: Parser): {readonly start: number; readonly end: number} {
  const start = p.pos
  const end = matchingBrace(p, p.at)
  if (end < 0) p.error(start, "expected '}', found 'EOF'")
  p.resumeAfterBrace(end < 0 ? p.size : end)
  return {start, end: end < 0 ? p.size : end}
}

function matchingBrace(p: Parser, from: number): number {
  const {src, size, words, lineTotal} = p
  let at = from
  let line = p.lineCount
  let depth = 1
  for (;;) {
    while ((at & 3) !== 0 && stops[src[at]!] === 0) at++
    if ((at & 3) === 0) {
      let word = at >> 2
      let four = words[word]!
      while ((pairStops[four & 0xffff]! | pairStops[four >>> 16]!) === 0) four = words[++word]!
      at = word << 2
      while (stops[src[at]!] === 0) at++
    }
    const c = src[at]!
    switch (c) {
      case 123:
        depth++
        break
      case 125:
        if (--depth === 0) return at + 1
        break
      case 34:
      case 39:
        at = quotedEnd(src, at, c)
        continue
      case 96:
        at = rawEnd(src, size, at + 1)
        continue
      case 47:
        if (src[at + 1] === 47) {
          if (lineTotal > 0) {
            line = p.lineAt(at, line)
            at = p.lineStarts[line]! - 1
          } else at = newlineFrom(src, words, at, size)
          continue
        }
        if (src[at + 1] === 42) {
          at = generalCommentEnd(src, size, at + 2)
          continue
        }
        break
      default:
        if (at >= size) return -1
    }
    at++
  }
}

/** Behind the closing quote, or at the newline that ends a broken literal. */
function quotedEnd(src: Uint8Array, from: number, quote: number): number {
  let at = from + 1
  for (;;) {
    const c = src[at]!
    if (c === quote) return at + 1
    if (c === 10 || c === 0) return at
    at += c === 92 && src[at + 1] !== 10 && src[at + 1] !== 0 ? 2 : 1
  }
}

function rawEnd(src: Uint8Array, size: number, from: number): number {
  for (let at = from; at < size; at++) if (src[at] === 96) return at + 1
  return size
}

function generalCommentEnd(src: Uint8Array, size: number, from: number): number {
  for (let at = from; at < size; at++) if (src[at] === 42 && src[at + 1] === 47) return at + 2
  return size
}
