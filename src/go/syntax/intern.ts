// One string per distinct identifier, found by its bytes, so that a parse allocates a name once and names compare by pointer. Keywords stand
// in the same table, so that one probe tells name and token. Shared by all files of a process and bounded: it starts over when it is full.
import {IDENT, firstKeyword, lastKeyword, spelling} from './token.ts'

const entriesMax = 1 << 19
const poolBytesMax = 1 << 23
/** Longer probes mean crafted collisions: such a name is simply not shared. */
const probesMax = 48

let slots = new Int32Array(1 << 13)
let mask = slots.length - 1
let hashes = new Int32Array(1 << 12)
let starts = new Int32Array((1 << 12) + 1)
let pool = new Uint8Array(1 << 15)
let count = 0
let names: string[] = []

/** What `intern` found: always read right after the call. */
export let internedToken = IDENT

function seed(): void {
  const encoder = new TextEncoder()
  for (let token = firstKeyword; token <= lastKeyword; token++) {
    const bytes = encoder.encode(spelling[token]!)
    let hash = 0
    for (const byte of bytes) hash = (Math.imul(hash, 31) + byte) | 0
    intern(bytes, 0, bytes.length, hash, spelling[token]!)
  }
}

function clear(): void {
  slots = new Int32Array(1 << 13)
  mask = slots.length - 1
  count = 0
  names = []
  seed()
}

function grow(length: number): void {
  if (count === hashes.length) {
    const [oldHashes, oldStarts] = [hashes, starts]
    hashes = new Int32Array(count * 2)
    hashes.set(oldHashes)
    starts = new Int32Array(count * 2 + 1)
    starts.set(oldStarts)
  }
  if (starts[count]! + length > pool.length) {
    const old = pool
    pool = new Uint8Array(Math.max(pool.length * 2, starts[count]! + length))
    pool.set(old)
  }
  if (count * 2 >= slots.length) {
    slots = new Int32Array(slots.length * 2)
    mask = slots.length - 1
    for (let i = 0; i < count; i++) {
      let slot = spread(hashes[i]!) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = i + 1
    }
  }
}

const spread = (hash: number) => hash ^ (hash >>> 15)

/**
 * The name at `bytes[from, to)`, which is ASCII; `hash` is that of h = h * 31 + byte. Sets `internedToken` to the keyword or IDENT.
 * `text` is what the bytes say, where the caller has it; else it is read off the bytes.
 */
export function intern(bytes: Uint8Array, from: number, to: number, hash: number, text?: string): string {
  const length = to - from
  let slot = spread(hash) & mask
  for (let probe = 0; probe < probesMax; probe++) {
    const index = slots[slot]! - 1
    if (index < 0) return add(bytes, from, to, hash, slot, text)
    if (hashes[index] === hash) {
      let at = starts[index]!
      if (starts[index + 1]! - at === length) {
        let i = from
        while (i < to && pool[at] === bytes[i]) {
          at++
          i++
        }
        if (i === to) {
          internedToken = index <= lastKeyword - firstKeyword ? firstKeyword + index : IDENT
          return names[index]!
        }
      }
    }
    slot = (slot + 1) & mask
  }
  internedToken = IDENT
  return text ?? latin1(bytes, from, to)
}

/** A literal, by the same table: import paths, zero and one are spelt in most files. */
export function internText(bytes: Uint8Array, from: number, to: number): string {
  let hash = 0
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
  return intern(bytes, from, to, hash)
}

function add(bytes: Uint8Array, from: number, to: number, hash: number, slot: number, text: string | undefined): string {
  const length = to - from
  const name = text ?? latin1(bytes, from, to)
  internedToken = IDENT
  if (length > 255) return name
  if (count >= entriesMax || starts[count]! + length > poolBytesMax) {
    clear()
    return intern(bytes, from, to, hash, name)
  }
  if (count === hashes.length || starts[count]! + length > pool.length || count * 2 >= slots.length) {
    grow(length)
    slot = spread(hash) & mask
    while (slots[slot] !== 0) slot = (slot + 1) & mask
  }
  const start = starts[count]!
  for (let i = 0; i < length; i++) pool[start + i] = bytes[from + i]!
  starts[count + 1] = start + length
  hashes[count] = hash
  names.push(name)
  slots[slot] = ++count
  return name
}

const piece = 4096
/** Bytes as Latin-1; the index into the string is the offset of the byte. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= piece) return String.fromCharCode.apply(undefined, bytes.subarray(from, to) as unknown as number[])
  let text = ''
  for (let at = from; at < to; at += piece) text += latin1(bytes, at, Math.min(at + piece, to))
  return text
}

seed()
