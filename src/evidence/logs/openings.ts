// What the lines hold that a reader reacts to while it is not open. Where no reader is open and none of these stands, text is passed over by its
// bytes and never decoded. A reader that declares too little would lose evidence; a test compares with every line offered to every reader.

/** Stands behind a line end, and before the first byte of a text. */
export const lineStart = '\n'

export interface Opening {
  /**
   * ASCII, three bytes or more; `[0-9ab]` is one byte of a class (`-` stands for itself at the end). A line end only as the first byte, for
   * what stands at the start of a line.
   */
  readonly text: string
  /** The line before is wanted as well: it names what follows. */
  readonly withLineBefore?: true
}

/** The words where a line starts. */
export const atLineStart = (...words: readonly string[]): string[] => words.map(word => lineStart + word)

/** A number, a colon, a blank: `file.go:12:3: `, `100.5: `. */
export const numberColonBlank = '[0-9.:][0-9]:[ \t]'

/** The bytes an opening may have, place by place. */
export function bytesOf(text: string): readonly (readonly number[])[] {
  const places: number[][] = []
  for (const [, inside, single] of text.matchAll(/\[([^\]]+)\]|([^])/g)) {
    const part = inside ?? single ?? ''
    const bytes: number[] = []
    for (let i = 0; i < part.length; i++) {
      const from = part.charCodeAt(i)
      const range = inside !== undefined && part[i + 1] === '-' && i + 2 < part.length
      const to = range ? part.charCodeAt(i + 2) : from
      for (let byte = from; byte <= to; byte++) bytes.push(byte)
      if (range) i += 2
    }
    places.push(bytes)
  }
  return places
}
