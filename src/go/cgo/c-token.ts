// Splits C text into tokens, tolerantly: comments and line splices go, anything unknown becomes a token of its own. Never fails.

export interface CToken {
  readonly kind: 'identifier' | 'number' | 'string' | 'character' | 'punctuator'
  readonly text: string
  /** Which text of the translation unit, as given to `tokenize`. */
  readonly source: number
  /** Offset in that text, in UTF-16 units. */
  readonly at: number
  /** First on its logical line: only there a `#` starts a directive. */
  readonly first: boolean
  /** Something stands between it and the token before. */
  readonly spaced: boolean
  /** Whether it is there may depend on a macro nobody here knows. */
  readonly uncertain: boolean
  /** Right before it, text was left out that may be compiled: what goes on across this place may have more parts. */
  readonly gap?: boolean
}

/** A longer text is cut: its rest is unknown. The largest known single C file, SQLite's amalgamation, has 9 MB. */
export const textLengthMax = 32 << 20
export const tokensMax = 8_000_000

/** Strings, characters and comments are read by hand: they may be megabytes long, and a pattern keeps a stack. */
const pattern = new RegExp(
  [
    String.raw`([ \t\v\f\r]+|\\\r?\n)`, // space
    String.raw`(\n)`,
    String.raw`(/[/*])`, // comment
    String.raw`((?:u8|[uUL])?")`,
    String.raw`([uUL]?')`,
    String.raw`([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(\.?\d[\w.]*(?:(?<=[eEpP])[+-][\w.]*){0,20})`,
    String.raw`(\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|[<>=!]=|&&|\|\||[-+*/%&|^]=|##|[^])`,
  ].join('|'),
  'uy',
)

export function tokenize(text: string, source: number): CToken[] {
  const tokens: CToken[] = []
  const end = Math.min(text.length, textLengthMax)
  let first = true
  let spaced = true
  pattern.lastIndex = 0
  while (pattern.lastIndex < end && tokens.length < tokensMax) {
    const at = pattern.lastIndex
    const match = pattern.exec(text)
    if (match === null) break
    const [all, space, newline, comment, string, character, identifier, number] = match
    if (space !== undefined || comment !== undefined) {
      if (comment !== undefined) pattern.lastIndex = comment === '//' ? lineEnd(text, at) : commentEnd(text, at)
      spaced = true
      continue
    }
    if (newline !== undefined) {
      first = true
      continue
    }
    const quoted = string !== undefined || character !== undefined
    if (quoted) pattern.lastIndex = literalEnd(text, pattern.lastIndex, string === undefined ? "'" : '"')
    const kind =
      identifier !== undefined
        ? 'identifier'
        : number !== undefined
          ? 'number'
          : string !== undefined
            ? 'string'
            : character !== undefined
              ? 'character'
              : 'punctuator'
    const own = quoted ? text.slice(at, pattern.lastIndex) : all
    tokens.push({kind, text: own, source, at, first, spaced: spaced || first, uncertain: false})
    first = false
    spaced = false
  }
  return tokens
}

/** The end of a line, over lines that a backslash joins to it. */
function lineEnd(text: string, from: number): number {
  for (let end = text.indexOf('\n', from); end >= 0; end = text.indexOf('\n', end + 1)) {
    const before = text[end - 1] === '\r' ? end - 2 : end - 1
    if (text[before] !== '\\') return end
  }
  return text.length
}

function commentEnd(text: string, from: number): number {
  const end = text.indexOf('*/', from + 2)
  return end < 0 ? text.length : end + 2
}

/** Behind the closing quote; a literal that is not closed ends with its line. */
function literalEnd(text: string, from: number, quote: string): number {
  for (let i = from; i < text.length; i++) {
    const c = text[i]
    if (c === quote) return i + 1
    if (c === '\n') return i
    if (c === '\\') i += text[i + 1] === '\r' && text[i + 2] === '\n' ? 2 : 1
  }
  return text.length
}
