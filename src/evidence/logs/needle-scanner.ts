// Finds the lines of a text that hold one of many needles, and how many line ends stand before each, without looking at a byte twice.
import {nibbleTablesAt, scanModule, type ScanModule, textAt, tripleHash, tripleTableAt} from './scan-module.ts'
import type {Opening} from './openings.ts'

const newline = 10
const setsMax = 8

interface Needle {
  readonly bytes: Uint8Array
  /** Where in the needle its triple stands. */
  readonly at: number
  readonly withLineBefore: boolean
}

type Triple = readonly [number, number, number]

export interface NeedleScanner {
  /** The memory that is scanned; text lies from `begin`. */
  readonly bytes: Uint8Array
  readonly begin: number
  /** Next needle whose triple begins in `from` to `to`, in text that ends at `end`. */
  find(from: number, to: number, end: number): Found
}

export interface Found {
  /** Start of the triple; `to` when no needle was found. */
  readonly at: number
  /** Line ends in `from` to `at`. */
  readonly lineEnds: number
  readonly withLineBefore: boolean
}

/** Undefined where the scan module cannot run: every line is offered then. */
export function needleScanner(openings: readonly Opening[], textBytes: number): NeedleScanner | undefined {
  // Sixteen bytes are read at a time, and two behind the last triple.
  const module = scanModule(textBytes + 32)
  if (!module) return undefined
  const needles = openings.map(needleOf)
  const byTriple = new Map<number, Needle[]>()
  for (const needle of needles) {
    const key = tripleAt(needle.bytes, needle.at)
    const known = byTriple.get(key)
    if (known) known.push(needle)
    else byTriple.set(key, [needle])
  }
  const bytes = new Uint8Array(module.memory.buffer)
  writeTables(bytes, [...byTriple.keys()])
  return {bytes, begin: textAt, find: (from, to, end) => find(module, bytes, byTriple, from, to, end)}
}

function find(
  module: ScanModule,
  bytes: Uint8Array,
  byTriple: ReadonlyMap<number, readonly Needle[]>,
  from: number,
  to: number,
  end: number,
): Found {
  let lineEnds = 0
  for (let at = from; ;) {
    const hit = module.scan(at, to)
    lineEnds += module.lineEnds()
    if (hit >= to) return {at: to, lineEnds, withLineBefore: false}
    let found = false
    let withLineBefore = false
    for (const needle of byTriple.get(tripleAt(bytes, hit)) ?? [])
      if (stands(bytes, needle, hit - needle.at, end)) {
        found = true
        withLineBefore ||= needle.withLineBefore
      }
    if (found) return {at: hit, lineEnds, withLineBefore}
    if (bytes[hit] === newline) lineEnds++
    at = hit + 1
  }
}

function stands(bytes: Uint8Array, {bytes: needle}: Needle, start: number, end: number): boolean {
  if (start < 0 || start + needle.length > end) return false
  for (let i = 0; i < needle.length; i++) if (bytes[start + i] !== needle[i]) return false
  return true
}

const tripleAt = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)

/** How common a byte is in logs, by and large: the triple of a needle is its rarest. */
function commonness(byte: number): number {
  if (byte === 32) return 8
  if (byte >= 48 && byte <= 57) return 6
  if (byte >= 97 && byte <= 122) return 'etaonisrlcdp'.includes(String.fromCharCode(byte)) ? 5 : 3
  return byte === newline ? 2 : byte >= 65 && byte <= 90 ? 1.5 : 1
}

function needleOf({text, withLineBefore}: Opening): Needle {
  const bytes = new TextEncoder().encode(text)
  let best = 0
  let least = Infinity
  for (let at = 0; at + 3 <= bytes.length; at++) {
    const score = commonness(bytes[at] ?? 0) * commonness(bytes[at + 1] ?? 0) * commonness(bytes[at + 2] ?? 0)
    if (score < least) [best, least] = [at, score]
  }
  return {bytes, at: best, withLineBefore: withLineBefore === true}
}

/** Halves of the three bytes as bit sets: low and high of the first, second and third. */
type Halves = readonly number[]

const halvesOf = ([a, b, c]: Triple): Halves => [a, b, c].flatMap(byte => [1 << (byte & 15), 1 << (byte >> 4)])

const ones = (bits: number): number => {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}

/** How many triples a set lets through. */
const width = (halves: Halves): number => halves.reduce((product, bits) => product * ones(bits), 1)
const union = (a: Halves, b: Halves): Halves => a.map((bits, i) => bits | (b[i] ?? 0))

/** Puts the triples into at most eight sets that let little else through: the two that cost least together are joined until so few are left. */
function setsOf(triples: readonly Triple[]): Halves[] {
  const sets = triples.map(halvesOf)
  const cost = (a: Halves, b: Halves) => width(union(a, b)) - width(a) - width(b)
  const costs = sets.map((a, i) => sets.map((b, j) => (j > i ? cost(a, b) : Infinity)))
  while (sets.length > setsMax) {
    let [first, second, least] = [0, 1, Infinity]
    for (const [i, row] of costs.entries())
      for (let j = i + 1; j < row.length; j++) if ((row[j] ?? Infinity) < least) [first, second, least] = [i, j, row[j] ?? Infinity]
    const joined = union(sets[first] ?? [], sets[second] ?? [])
    sets.splice(second, 1)
    costs.splice(second, 1)
    for (const row of costs) row.splice(second, 1)
    sets[first] = joined
    for (const [i, row] of costs.entries()) {
      const other = cost(joined, sets[i] ?? [])
      if (i < first) row[first] = other
      else if (i > first) (costs[first] ?? [])[i] = other
    }
  }
  return sets
}

function writeTables(bytes: Uint8Array, triples: readonly number[]): void {
  for (const triple of triples) {
    const hash = tripleHash(triple)
    bytes[tripleTableAt + (hash >> 3)] = (bytes[tripleTableAt + (hash >> 3)] ?? 0) | (1 << (hash & 7))
  }
  const sets = setsOf(triples.map((triple): Triple => [triple & 255, (triple >> 8) & 255, triple >> 16]))
  for (const [set, halves] of sets.entries())
    for (const [table, bits] of halves.entries())
      for (let half = 0; half < 16; half++)
        if (((bits >> half) & 1) === 1) {
          const at = nibbleTablesAt + 16 * table + half
          bytes[at] = (bytes[at] ?? 0) | (1 << set)
        }
}
