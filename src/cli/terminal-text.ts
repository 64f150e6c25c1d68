// The one escaping function for the terminal: text from source or evidence may hold escape sequences and bidi controls.
import {visibleControls} from '../findings/visible-controls.ts'

/** Control characters but newline and tab, and Unicode bidi and zero-width controls, as visible `\u{…}`. */
export const terminalText = (text: string): string => visibleControls(text)
