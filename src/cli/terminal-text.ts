// The one escaping function for the terminal: text from source or evidence may hold escape sequences and bidi controls.

/** Control characters but newline and tab, and Unicode bidi and zero-width controls, as visible `\u{…}`. */
export const terminalText = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, c =>
    c === '\r' ? '' : `\\u{${c.codePointAt(0)!.toString(16)}}`,
  )
