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

const pattern = new RegExp(
  [
    String.raw`((?:[ \t\v\f\r]|\\\r?\n)+)`, // space
    String.raw`(\n)`,
    String.raw`(//(?:\\\r?\n|[^\n])*|/\*[^]*?(?:\*/|$))`, // comment
    String.raw`((?:u8|[uUL])?"(?:\\[^]|[^"\\\n])*"?)`,
    String.raw`([uUL]?'(?:\\[^]|[^'\\\n])*'?)`,
    String.raw`([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(\.?\d(?:[eEpP][+-]|[\w.])*)`,
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
      spaced = true
      continue
    }
    if (newline !== undefined) {
      first = true
      continue
    }
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
    tokens.push({kind, text: all, source, at, first, spaced: spaced || first, uncertain: false})
    first = false
    spaced = false
  }
  return tokens
}
