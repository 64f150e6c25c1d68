// How wide a text is without a font: grapheme by grapheme, in em. The WebAssembly build of Graphviz has no font metrics and counts UTF-8 bytes,
// so that boxes around Chinese or Japanese come out too narrow; with these widths they fit (measured against native dot, docs/measurements/render.md).

/** Wide in fixed-pitch terms: Unicode 16 EastAsianWidth.txt, classes W and F, merged into the blocks that hold them. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23f3],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
]

/** em; a wide grapheme, and the mean of the others in a proportional serif face (capitals reach 0.72, `i` is 0.28). */
const wideEm = 1
const narrowEm = 0.56
const capitalEm = 0.72

const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'})
const emoji = /\p{Emoji_Presentation}|\u{fe0f}/u
const capital = /^[A-ZÀ-ÖØ-ÞΑ-ΩА-Я@MW&%]/u
const marksOnly = /^[\p{Mark}\p{Cf}\p{Cc}]+$/u

function isWide(codePoint: number): boolean {
  let low = 0
  let high = wideRanges.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [first, last] = wideRanges[middle]!
    if (codePoint < first) high = middle - 1
    else if (codePoint > last) low = middle + 1
    else return true
  }
  return false
}

/** Width in em, on the safe side: a box this wide holds the text in any common face. */
export function textWidthEm(text: string): number {
  let em = 0
  for (const {segment} of segmenter.segment(text)) {
    if (marksOnly.test(segment)) continue
    em += isWide(segment.codePointAt(0) ?? 0) || emoji.test(segment) ? wideEm : capital.test(segment) ? capitalEm : narrowEm
  }
  return em
}
