// Lines of a text profile, as Go's bufio.Scanner gives them: without the end of line, and an error where one is too long.
import {errors} from '../../base/errors.ts'
import {rawOfBytes} from './string-table.ts'

/** bufio.MaxScanTokenSize: longer lines are refused by the toolchain too. */
const lineBytesMax = 64 * 1024
/** Lines of one text; 512 MB of perf script have about 12 million. */
export const textLinesMax = 20_000_000
/** Bytes of lines that are not as writers of profiles write them and need a slow look; at most some seconds of it. */
export const irregularBytesMax = 32 * 1024 * 1024

export class LineScanner {
  /** The line last read; the last line of all stays readable at the end, as with bufio.Scanner it does not. */
  text = ''
  /** Where that line starts. */
  lineAt = 0
  #next: number
  #lines = 0
  #irregularBytes = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#next = at
  }

  /** To be called for a line that takes a slow look. */
  irregular(text: string): void {
    this.#irregularBytes += text.length
    if (this.#irregularBytes > irregularBytesMax) throw errors.limit('bytes of irregular lines of a text profile', irregularBytesMax)
  }

  /** Reads the next line; false at the end, and `text` is then empty. */
  scan(): boolean {
    const start = this.#next
    this.lineAt = start
    if (start >= this.#bytes.length) {
      this.text = ''
      return false
    }
    if (++this.#lines > textLinesMax) throw errors.limit('lines of a text profile', textLinesMax)
    const found = this.#bytes.indexOf(10, start)
    const end = found < 0 ? this.#bytes.length : found
    if (end - start >= lineBytesMax) throw errors.limit(`length of the line at byte ${start} in bytes`, lineBytesMax)
    this.#next = end + 1
    const carriageReturn = end > start && this.#bytes[end - 1] === 13
    this.text = rawOfBytes(this.#bytes.subarray(start, carriageReturn ? end - 1 : end))
    return true
  }
}
