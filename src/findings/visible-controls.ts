// Text from source, file names or evidence may hold escape sequences and bidi controls: they become visible before any sink prints them.

/** Control characters but newline and tab, and Unicode bidi and zero-width controls, as visible `\u{…}`; carriage returns vanish. */
export const visibleControls = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, c =>
    c === '\r' ? '' : `\\u{${c.codePointAt(0)!.toString(16)}}`,
  )

/** The same on one line: a newline in a name must not begin a line of its own. */
export const oneLine = (text: string): string => visibleControls(text).replaceAll('\n', '\\u{a}')
