// Lines of a text profile, as Go's bufio.Scanner gives them: without the end of line, and an error where one is too long. The text comes in chunks, of
// which no more is kept than the line that is being read, so that what a text holds is in memory once: in the columns made of it.
import {errors} from '../../base/errors.ts'
import {rawOfBytes} from './string-table.ts'

/** bufio.MaxScanTokenSize: longer lines are refused by the toolchain too. */
const lineBytesMax = 64 * 1024
/** Lines of one text; 512 MB of perf script have about 12 million. */
export const textLinesMax = 20_000_000
/** Bytes of lines that are not as writers of profiles write them and need a slow look; at most some seconds of it. */
export const irregularBytesMax = 32 * 1024 * 1024
/** Made into text at once, and what a part of a line that somebody keeps may keep with it. */
const windowBytes = 4096

const none: AsyncIterator<Uint8Array> = {next: () => Promise.resolve({done: true, value: undefined})}

/** To be read with `while (scanner.scan() || (await scanner.more()))`: only what is not there yet is waited for. */
export class LineScanner {
  /** Where the line last read starts in the whole text. */
  lineAt = 0
  /** That line is `bytes[start..end)`; empty at the end of the text. */
  bytes: Uint8Array
  start = 0
  end = 0
  #next: number
  #ended = false
  /** Where `bytes` starts in the whole text. */
  #base = 0
  #lines = 0
  #irregularBytes = 0
  #text: string | undefined = ''
  #window = ''
  #windowAt = 0
  #windowEnd = 0
  readonly #chunks: AsyncIterator<Uint8Array>

  constructor(chunks: AsyncIterator<Uint8Array>) {
    this.bytes = new Uint8Array(0)
    this.#next = 0
    this.#chunks = chunks
  }

  /** Of a text that is in memory. */
  static over(bytes: Uint8Array, at = 0): LineScanner {
    const scanner = new LineScanner(none)
    scanner.bytes = bytes
    scanner.#next = at
    scanner.#ended = true
    return scanner
  }

  /** One character for each byte. The line last read stays, at the end it does not: there is none then. */
  get text(): string {
    if (this.#text !== undefined) return this.#text
    if (this.end > this.#windowEnd) {
      this.#windowAt = this.start
      this.#windowEnd = Math.min(this.bytes.length, Math.max(this.end, this.start + windowBytes))
      this.#window = rawOfBytes(this.bytes.subarray(this.#windowAt, this.#windowEnd))
    }
    return (this.#text = this.#window.slice(this.start - this.#windowAt, this.end - this.#windowAt))
  }

  /** To be called for a line that takes a slow look. */
  irregular(text: string): void {
    this.#irregularBytes += text.length
    if (this.#irregularBytes > irregularBytesMax) throw errors.limit('bytes of irregular lines of a text profile', irregularBytesMax)
  }

  /** Reads the next line; false where there is none yet: then ask `more`. */
  scan(): boolean {
    const [bytes, start] = [this.bytes, this.#next]
    const found = bytes.indexOf(10, start)
    const end = found < 0 ? bytes.length : found
    this.lineAt = this.#base + start
    if (end - start >= lineBytesMax) throw errors.limit(`length of the line at byte ${this.lineAt} in bytes`, lineBytesMax)
    if (found < 0 && (!this.#ended || start >= end)) {
      this.#text = ''
      this.start = this.end = start
      return false
    }
    if (++this.#lines > textLinesMax) throw errors.limit('lines of a text profile', textLinesMax)
    this.#next = found < 0 ? end : end + 1
    this.#text = undefined
    this.start = start
    this.end = end > start && bytes[end - 1] === 13 ? end - 1 : end
    return true
  }

  /** The same, once more of the text has come; false at its end, where `text` is empty. */
  async more(): Promise<boolean> {
    while (!this.#ended) {
      const chunk = await this.#chunks.next()
      if (chunk.done === true) this.#ended = true
      else this.#append(chunk.value)
      if (this.scan()) return true
    }
    return false
  }

  #append(chunk: Uint8Array): void {
    const rest = this.bytes.subarray(this.#next)
    this.#base += this.#next
    this.#next = this.start = this.end = this.#windowAt = this.#windowEnd = 0
    if (rest.length === 0) {
      this.bytes = chunk
      return
    }
    this.bytes = new Uint8Array(rest.length + chunk.length)
    this.bytes.set(rest)
    this.bytes.set(chunk, rest.length)
  }
}
