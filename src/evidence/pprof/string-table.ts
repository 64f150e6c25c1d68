// The string table of a profile. Strings stay bytes until asked for: `raw` gives one character a byte (what Go compares and prints), `text` decodes UTF-8.

const utf8 = new TextDecoder()
const encoder = new TextEncoder()
/** Arguments a single `String.fromCharCode` call is given. */
const chunkBytes = 4096
/** From here on it pays to ask first whether all is ASCII, which the host decodes much faster. */
const asciiBytesMin = 64

/** One character for each byte. Sorting and measuring such strings is sorting and measuring bytes, as Go does. */
export function rawOfBytes(bytes: Uint8Array): string {
  if (bytes.length >= asciiBytesMin && isAscii(bytes)) return utf8.decode(bytes)
  if (bytes.length <= chunkBytes) return String.fromCharCode(...bytes)
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) parts.push(String.fromCharCode(...bytes.subarray(at, at + chunkBytes)))
  return parts.join('')
}

// oxlint-disable-next-line no-control-regex -- the question is exactly whether every character is one byte of ASCII
const ascii = /^[\u0000-\u007f]*$/

export const rawOfText = (text: string): string => (ascii.test(text) ? text : rawOfBytes(encoder.encode(text)))

export function bytesOfRaw(raw: string): Uint8Array {
  const bytes = new Uint8Array(raw.length)
  for (let index = 0; index < raw.length; index++) bytes[index] = raw.charCodeAt(index)
  return bytes
}

export const textOfRaw = (raw: string): string => (ascii.test(raw) ? raw : utf8.decode(bytesOfRaw(raw)))

function isAscii(bytes: Uint8Array): boolean {
  let all = 0
  for (let at = 0; at < bytes.length; at++) all |= bytes[at]!
  return all < 0x80
}

/** Bytes of a table up to which it is made into one string of which the others are parts. */
const joinedBytesMax = 64 << 20

export class StringTable {
  readonly #bytes: Uint8Array
  readonly #starts: Uint32Array
  readonly #cache: (string | undefined)[]
  readonly #texts: (string | undefined)[]
  /** All strings behind each other where every byte is ASCII; undefined before anybody asked, null where it is not so. */
  #joined: string | null | undefined
  #added: Map<string, number> | undefined
  count: number

  /** String `i` is `bytes[starts[i]..starts[i + 1])`. */
  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.#bytes = bytes
    this.#starts = starts
    this.count = starts.length - 1
    this.#cache = Array.from({length: this.count}) // they are asked for in any order, and an array with holes becomes a dictionary
    this.#texts = Array.from({length: this.count})
  }

  static of(strings: readonly string[]): StringTable {
    const table = new StringTable(new Uint8Array(0), new Uint32Array(1))
    for (const string of strings) table.add(string)
    return table
  }

  raw(index: number): string {
    const known = this.#cache[index]
    if (known !== undefined) return known
    const start = this.#starts[index] ?? 0
    const end = this.#starts[index + 1] ?? start
    const joined = this.#ascii()
    return (this.#cache[index] = joined === null ? rawOfBytes(this.#bytes.subarray(start, end)) : joined.slice(start, end))
  }

  text(index: number): string {
    if (index < this.#starts.length - 1 && this.#ascii() !== null) return this.raw(index)
    return (this.#texts[index] ??= textOfRaw(this.raw(index)))
  }

  #ascii(): string | null {
    if (this.#joined !== undefined) return this.#joined
    const small = this.#bytes.length <= joinedBytesMax
    return (this.#joined = small && isAscii(this.#bytes) ? utf8.decode(this.#bytes) : null)
  }

  /** Index of a byte string, added at the end when it is new. */
  add(raw: string): number {
    if (this.#added === undefined) {
      this.#added = new Map()
      for (let index = 0; index < this.count; index++) this.#added.set(this.raw(index), index)
    }
    const known = this.#added.get(raw)
    if (known !== undefined) return known
    const index = this.count++
    this.#cache[index] = raw
    this.#added.set(raw, index)
    return index
  }
}
