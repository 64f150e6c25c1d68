// Offsets, lines and columns. Lines and columns start at 1, columns count bytes; `//line` directives are never followed.

export interface Position {
  readonly line: number
  readonly column: number
}

type LineStarts = Int32Array | readonly number[]

/** The line that holds `offset`; `count` where only so many entries are filled. */
export function lineOf(starts: LineStarts, offset: number, count = starts.length): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (starts[middle]! <= offset) low = middle + 1
    else high = middle
  }
  return Math.max(low, 1)
}

export function positionOf(starts: LineStarts, offset: number): Position {
  const line = lineOf(starts, offset)
  return {line, column: offset - (starts[line - 1] ?? 0) + 1}
}

/** Offset of a line's first byte and of the byte behind its last one, the newline included; undefined for a line that is not there. */
export function lineRange(starts: LineStarts, line: number, fileEnd: number): {readonly start: number; readonly end: number} | undefined {
  const start = starts[line - 1]
  return start === undefined ? undefined : {start, end: starts[line] ?? fileEnd}
}

/** Line starts of bytes that need no parsing, as go/token records them: no line begins at the very end. */
export function lineStartsOf(bytes: Uint8Array): Int32Array {
  const starts = [0]
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) if (at + 1 < bytes.length) starts.push(at + 1)
  return Int32Array.from(starts)
}
