// What the lines hold that a reader reacts to while it is not open. Where no reader is open and none of these stands, text is passed over by its
// bytes and never decoded. A reader that declares too little would lose evidence; a test compares with every line offered to every reader.

/** What a text begins with stands behind a line end too. */
export const lineStart = '\n'

export interface Opening {
  /** ASCII, three bytes or more; a line end only as the first byte, for what stands at the start of a line. */
  readonly text: string
  /** The line before is wanted as well: it names what follows. */
  readonly withLineBefore?: true
}

/** `lineStart` texts for each of the words. */
export const atLineStart = (...words: readonly string[]): string[] => words.map(word => lineStart + word)

const digits = [...'0123456789']

/** A digit, a colon, a blank: `file.go:12:3: `, `100.5: `. */
export const numberColonBlank: readonly string[] = digits.flatMap(digit => [`${digit}: `, `${digit}:\t`])

/** The text followed by any digit. */
export const beforeDigit = (text: string): string[] => digits.map(digit => text + digit)
