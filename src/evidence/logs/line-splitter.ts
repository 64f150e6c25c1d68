// Bytes to lines, streaming. With a scanner, lines that hold none of its needles are passed over undecoded while nobody reads; the caller
// sees the same lines, with the same numbers and offsets, as if each had been offered and refused.
import type {ByteSource} from '../../base/byte-source.ts'
import {checkpoint, type Task} from '../../base/progress.ts'
import {needleScanner, type NeedleScanner} from './needle-scanner.ts'
import type {Opening} from './openings.ts'
import {lineBytesMax, type Line} from './text-reader.ts'
import {textFeed, type TextFeed} from './text-feed.ts'

const newline = 10
const carriageReturn = 13
/** Text held from one buffer to the next: an unfinished line and the one before it. */
const headroomBytes = lineBytesMax + 65_536
const bufferBytes = 2 << 20
/** Bytes scanned at once, and bytes without a line end after which a line is looked at for its length. */
const scanBytes = 256 << 10
const longBytes = 512 << 10
/** Texts smaller than this are not worth the tables of a scanner. */
const smallBytes = 256 << 10

export interface SplitEnd {
  readonly bytes: number
  readonly lines: number
  /** The last line had no line end. */
  readonly cut: boolean
  /** Lines longer than `lineBytesMax`, of which only the head was read. */
  readonly overlong: number
}

/** Whoever wants only some of the lines. */
export interface Selection {
  readonly openings: readonly Opening[]
  /** True while every line is wanted. */
  readonly reading: () => boolean
  /** Also for small texts; tests compare so. */
  readonly always?: boolean
}

/** `candidate` is false for lines that are offered only because somebody reads. */
export type Take = (line: Line, candidate: boolean) => void

const utf8 = new TextDecoder('utf-8', {fatal: false, ignoreBOM: true})

/** Calls `take` for every line in order, or for those of the selection. Line ends are \n or \r\n; bytes that are not UTF-8 become U+FFFD. */
export async function splitLines(source: ByteSource, take: Take, task: Task, selection?: Selection): Promise<SplitEnd> {
  const worth = selection?.always === true || source.size === undefined || source.size >= smallBytes
  // A small text lies in one buffer and carries nothing over.
  const buffer = Math.min(bufferBytes, Math.max(1, source.size ?? bufferBytes))
  const sizes = {buffer, headroom: Math.min(headroomBytes, buffer + 2)}
  const scanner = selection && worth ? needleScanner(selection.openings, 2 * (sizes.headroom + sizes.buffer)) : undefined
  const splitter = new LineSplitter(take, selection, scanner, sizes)
  const feed = textFeed(source)
  try {
    // Two buffers: one is filled while the other is read.
    let filling = splitter.fill(feed)
    for (;;) {
      const length = await filling
      checkpoint(task)
      if (length === 0) break
      splitter.turn(length)
      filling = splitter.fill(feed)
      // A failure while the buffer is read comes first; that of the filling is not to be forgotten for it.
      filling.catch(() => undefined)
      splitter.read()
    }
  } finally {
    await feed.close()
  }
  return splitter.end()
}

interface Sizes {
  readonly buffer: number
  /** Room before a buffer for what is carried over. */
  readonly headroom: number
}

class LineSplitter {
  readonly #sizes: Sizes
  readonly #take: Take
  readonly #selection: Selection | undefined
  readonly #scanner: NeedleScanner | undefined
  readonly #bytes: Uint8Array
  readonly #begin: number
  /** Which half is read; the other is filled. */
  #half = 1
  /** Text in memory: what was carried, then what was filled. */
  #textEnd = 0
  /** What `fill` has put into the other half. */
  #filled = 0
  /** Start of the first line that was not passed, and how many were. */
  #next = 0
  #lines = 0
  /** Start of the line before `#next`, while it is in memory and was not offered. */
  #before = -1
  /** What to add to a place in memory for its place in the source. */
  #offset: number
  /** Next line to be offered, and how many stand before it. */
  #candidate = -1
  #candidateLines = 0
  /** Head of a line that did not fit. */
  #long: {readonly head: Uint8Array; readonly start: number} | undefined
  #overlong = 0

  constructor(take: Take, selection: Selection | undefined, scanner: NeedleScanner | undefined, sizes: Sizes) {
    this.#sizes = sizes
    this.#take = take
    this.#selection = selection
    this.#scanner = scanner
    this.#bytes = scanner?.bytes ?? new Uint8Array(2 * (sizes.headroom + sizes.buffer) + 1)
    this.#begin = scanner?.begin ?? 0
    this.#textEnd = this.#next = this.#dataAt(1)
    this.#offset = -this.#next
    // The start of the text is the start of a line.
    this.#bytes[this.#next - 1] = newline
  }

  /** Where the fresh bytes of a half begin; what is carried over stands before them. */
  #dataAt(half: number): number {
    return this.#begin + half * (this.#sizes.headroom + this.#sizes.buffer) + this.#sizes.headroom
  }

  async fill(feed: TextFeed): Promise<number> {
    const at = this.#dataAt(1 - this.#half)
    this.#filled = await feed.read(this.#bytes.subarray(at, at + this.#sizes.buffer))
    return this.#filled
  }

  /** Makes the filled half the one that is read, with the rest of the other before it. */
  turn(length: number): void {
    this.#half = 1 - this.#half
    const data = this.#dataAt(this.#half)
    let keep = this.#before >= 0 ? this.#before : this.#next
    if (this.#textEnd - keep > this.#sizes.headroom - 1) {
      if (this.#before >= 0) this.#push(this.#before, this.#next - 1, this.#lines, true)
      keep = this.#next
    }
    if (this.#textEnd - keep > this.#sizes.headroom - 1) {
      this.#long ??= {head: this.#bytes.slice(keep, keep + lineBytesMax + 1), start: this.#offset + keep}
      keep = this.#textEnd
      this.#next = keep
    }
    const moved = data - (this.#textEnd - keep) - keep
    this.#bytes.copyWithin(keep + moved, keep, this.#textEnd)
    this.#offset -= moved
    this.#next += moved
    if (this.#before >= 0) this.#before += moved
    this.#bytes[keep + moved - 1] = newline
    this.#textEnd = data + length
    this.#candidate = -1
  }

  /** Offers the lines that end in memory. */
  read(): void {
    if (this.#long) {
      const end = this.#bytes.indexOf(newline, this.#next)
      if (end < 0 || end >= this.#textEnd) {
        this.#next = this.#textEnd
        return
      }
      this.#finishLong(end + 1)
    }
    const last = this.#bytes.lastIndexOf(newline, this.#textEnd - 1)
    if (last >= this.#next) this.#lineRange(last + 1)
  }

  end(): SplitEnd {
    const cut = this.#textEnd > this.#next || this.#long !== undefined
    if (this.#long) this.#finishLong(this.#textEnd)
    // The last line has no end: it gets one, behind the text, which is not counted.
    else if (cut) {
      this.#bytes[this.#textEnd] = newline
      this.#lineRange(this.#textEnd + 1)
    }
    return {bytes: this.#offset + this.#textEnd, lines: this.#lines, cut, overlong: this.#overlong}
  }

  #finishLong(end: number): void {
    const long = this.#long
    this.#long = undefined
    if (!long) return
    this.#lines++
    this.#overlong++
    this.#next = end
    this.#before = -1
    const text = utf8.decode(long.head.subarray(0, lineBytesMax))
    this.#take({text, number: this.#lines, start: long.start, end: this.#offset + end}, true)
  }

  /** All whole lines up to `limit`, which stands behind a line end. */
  #lineRange(limit: number): void {
    while (this.#next < limit) {
      if (this.#scanner && this.#candidate < this.#next) this.#findCandidate(this.#scanner, limit)
      const isCandidate = this.#scanner === undefined || this.#candidate === this.#next || this.#lines === 0
      if (isCandidate || this.#selection?.reading() === true) {
        const end = this.#bytes.indexOf(newline, this.#next)
        this.#lines++
        // The last line of a buffer may be the line before a candidate of the next.
        this.#push(this.#next, end, this.#lines, isCandidate || end + 1 === limit)
        this.#next = end + 1
        this.#before = -1
      } else {
        // Nobody reads: on to the candidate. The line before what follows stays at hand.
        this.#before = this.#bytes.lastIndexOf(newline, this.#candidate - 2) + 1
        this.#next = this.#candidate
        this.#lines = this.#candidateLines
      }
    }
  }

  /** Finds the next line that must be offered; `limit` when none is left. */
  #findCandidate(scanner: NeedleScanner, limit: number): void {
    const bytes = this.#bytes
    // The line end before the line is part of needles that stand at its start, and was counted.
    let from = this.#next - 1
    let lines = this.#lines - 1
    let dull = 0
    for (;;) {
      const to = Math.min(limit, from + scanBytes)
      const found = scanner.find(from, to, limit)
      lines += found.lineEnds
      dull = found.lineEnds === 0 ? dull + found.at - from : 0
      if (found.at < to || dull >= longBytes) {
        // The line of the needle; when none was found, the long one that is being scanned.
        const within = found.at < to ? found.at + 2 : found.at - 1
        const start = bytes.lastIndexOf(newline, within) + 1
        for (let at = found.at; at < start; at++) if (bytes[at] === newline) lines++
        if (found.withLineBefore && start > this.#next) {
          const before = bytes.lastIndexOf(newline, start - 2) + 1
          this.#candidate = before
          this.#candidateLines = lines - 1
        } else {
          if (found.withLineBefore && this.#before >= 0) {
            this.#push(this.#before, this.#next - 1, this.#lines, true)
            this.#before = -1
          }
          this.#candidate = start
          this.#candidateLines = lines
        }
        return
      }
      if (to === limit) {
        this.#candidate = limit
        this.#candidateLines = lines
        return
      }
      from = to
    }
  }

  /** The line that ends before the line end at `end`. */
  #push(start: number, end: number, number: number, candidate: boolean): void {
    let length = end - start
    if (length > 0 && this.#bytes[end - 1] === carriageReturn) length--
    if (length > lineBytesMax) {
      length = lineBytesMax
      this.#overlong++
    }
    const text = utf8.decode(this.#bytes.subarray(start, start + length))
    this.#take({text, number, start: this.#offset + start, end: this.#offset + Math.min(end + 1, this.#textEnd)}, candidate)
  }
}
