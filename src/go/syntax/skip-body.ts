// Skips a function body without parsing it: only strings, runes, comments, braces and newlines are looked at.
import type {Parser} from './parser.ts'

/** 1 for the bytes that need a look, 0 for those that can be stepped over. */
const stops = new Uint8Array(256)
for (const c of '{}"\'`/\n\0') stops[c.charCodeAt(0)] = 1

/** For two bytes read as one number: 1 where the first needs a look, 2 where only the second does. */
const pairStops = new Uint8Array(1 << 16)
const firstIsLow = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
for (let pair = 0; pair < pairStops.length; pair++) {
  const [low, high] = [stops[pair & 255]!, stops[pair >> 8]!]
  const [first, second] = firstIsLow ? [low, high] : [high, low]
  pairStops[pair] = first !== 0 ? 1 : second !== 0 ? 2 : 0
}

/** From the current `{`; afterwards the parser stands behind the matching `}`, whose range it gives. */
export function skipBody(p: Parser): {readonly start: number; readonly end: number} {
  const start = p.pos
  const end = matchingBrace(p, p.at)
  if (end < 0) p.error(start, "expected '}', found 'EOF'")
  p.resumeAfterBrace(end < 0 ? p.size : end)
  return {start, end: end < 0 ? p.size : end}
}

function matchingBrace(p: Parser, from: number): number {
  const {src, size, pairs} = p
  let at = from
  let depth = 1
  for (;;) {
    if ((at & 1) !== 0 && stops[src[at]!] === 0) at++
    if ((at & 1) === 0) {
      let half = at >> 1
      let stop = pairStops[pairs[half]!]!
      while (stop === 0) stop = pairStops[pairs[++half]!]!
      at = (half << 1) + stop - 1
    }
    const c = src[at]!
    switch (c) {
      case 10:
        p.newline(at + 1)
        break
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
        at = rawEnd(p, at + 1)
        continue
      case 47:
        if (src[at + 1] === 47) {
          at += 2
          while (src[at] !== 10 && (src[at] !== 0 || at < size)) at++
          continue
        }
        if (src[at + 1] === 42) {
          at = generalCommentEnd(p, at + 2)
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

function rawEnd(p: Parser, from: number): number {
  const {src, size} = p
  for (let at = from; at < size; at++) {
    const c = src[at]
    if (c === 96) return at + 1
    if (c === 10) p.newline(at + 1)
  }
  return size
}

function generalCommentEnd(p: Parser, from: number): number {
  const {src, size} = p
  for (let at = from; at < size; at++) {
    const c = src[at]
    if (c === 42 && src[at + 1] === 47) return at + 2
    if (c === 10) p.newline(at + 1)
  }
  return size
}
