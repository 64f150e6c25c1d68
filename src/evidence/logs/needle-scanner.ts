// Finds the lines of a text that hold one of many needles, and how many line ends stand before each, without looking at a byte twice.
import {assert} from '../../base/errors.ts'
import {nibbleTablesAt, scanModule, type ScanModule, textAt, tripleHash, tripleTableAt} from './scan-module.ts'
import {bytesOf, type Opening} from './openings.ts'

const newline = 10
const setsMax = 8

interface Needle {
  /** The bytes that may stand at each place. */
  readonly places: readonly (readonly number[])[]
  /** Where in the needle the part stands that is looked for. */
  readonly at: number
  readonly withLineBefore: boolean
}

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
  const needles = needlesOf(openings)
  const byTriple = new Map<number, Needle[]>()
  for (const needle of needles)
    for (const triple of triplesOf(needle)) {
      const known = byTriple.get(triple)
      if (known) known.push(needle)
      else byTriple.set(triple, [needle])
    }
  const bytes = new Uint8Array(module.memory.buffer)
  writeTables(bytes, needles, [...byTriple.keys()])
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

function stands(bytes: Uint8Array, {places}: Needle, start: number, end: number): boolean {
  if (start < 0 || start + places.length > end) return false
  return places.every((allowed, i) => allowed.includes(bytes[start + i] ?? -1))
}

function triplesOf({places, at}: Needle): number[] {
  const [first = [], second = [], third = []] = places.slice(at, at + 3)
  return first.flatMap(a => second.flatMap(b => third.map(c => a | (b << 8) | (c << 16))))
}

const tripleAt = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)

/** How often a byte stands in logs, by and large, in thousandths. Only speed depends on it. */
const frequencies: readonly number[] = Array.from({length: 256}, (_, byte) => {
  const character = String.fromCharCode(byte)
  if (character === ' ') return 110
  if (/[0-9]/.test(character)) return 22
  if (/[etaonirsdl]/.test(character)) return 40
  if (/[a-z]/.test(character)) return 16
  if (/[/.:=\-"_,]/.test(character)) return 14
  if (/[A-Z]/.test(character)) return 5
  return byte === newline ? 9 : byte === 0 || byte >= 128 ? 0.5 : 2
})

const windowBytes = 4
/** Low and high halves of the four bytes as bit sets, two numbers a byte; a fourth byte that may be anything has all bits. */
type Halves = Uint16Array

/** The part of each needle that is looked for: a rare one, rather one that other needles have too. */
function needlesOf(openings: readonly Opening[]): Needle[] {
  const all = openings.map(({text}) => bytesOf(text))
  for (const [i, places] of all.entries()) assert(places.length >= 3, `the opening "${openings[i]?.text}" has three bytes or more`)
  const shared = new Map<string, number>()
  for (const places of all)
    for (let at = 0; at + 3 <= places.length; at++) shared.set(windowKey(places, at), (shared.get(windowKey(places, at)) ?? 0) + 1)
  return all.map((places, i) => ({places, at: rarest(places, shared), withLineBefore: openings[i]?.withLineBefore === true}))
}

const windowKey = (places: Needle['places'], at: number): string => places.slice(at, at + windowBytes).join(' ')

function rarest(places: Needle['places'], shared: ReadonlyMap<string, number>): number {
  const often = (place: readonly number[] | undefined) => place?.reduce((sum, byte) => sum + (frequencies[byte] ?? 0), 0) ?? 1000
  let best = 0
  let least = Infinity
  for (let at = 0; at + 3 <= places.length; at++) {
    let product = 1
    for (let i = 0; i < windowBytes; i++) product *= often(places[at + i])
    product /= shared.get(windowKey(places, at)) ?? 1
    if (product < least) [best, least] = [at, product]
  }
  return best
}

function halvesOf({places, at}: Needle): Halves {
  const halves = new Uint16Array(2 * windowBytes)
  for (let i = 0; i < windowBytes; i++) {
    for (const byte of places[at + i] ?? []) {
      halves[2 * i] = (halves[2 * i] ?? 0) | (1 << (byte & 15))
      halves[2 * i + 1] = (halves[2 * i + 1] ?? 0) | (1 << (byte >> 4))
    }
    if (places[at + i] === undefined) halves.fill(0xffff, 2 * i, 2 * i + 2)
  }
  return halves
}

/** How often a set of needles lets something through. */
function rate(a: Halves, b: Halves): number {
  let product = 1
  for (let i = 0; i < 2 * windowBytes; i += 2) {
    const low = (a[i] ?? 0) | (b[i] ?? 0)
    const high = (a[i + 1] ?? 0) | (b[i + 1] ?? 0)
    let sum = 0
    if (low === 0xffff && high === 0xffff) sum = 1000
    else
      for (let h = 0; h < 16; h++)
        if (((high >> h) & 1) === 1) for (let l = 0; l < 16; l++) if (((low >> l) & 1) === 1) sum += frequencies[16 * h + l] ?? 0
    product *= sum
  }
  return product
}

/** Puts the needles into at most eight sets that let little else through: the two that cost least together are joined until so few are left. */
function setsOf(needles: readonly Needle[]): Halves[] {
  const sets = [...new Map(needles.map(needle => [halvesOf(needle).join(' '), halvesOf(needle)])).values()]
  const rates = sets.map(set => rate(set, set))
  const cost = (i: number, j: number): number =>
    rate(sets[i] ?? new Uint16Array(), sets[j] ?? new Uint16Array()) - (rates[i] ?? 0) - (rates[j] ?? 0)
  const costs = sets.map((_, i) => sets.map((_other, j) => (j > i ? cost(i, j) : Infinity)))
  const put = (i: number, j: number, value: number) => {
    const row = costs[Math.min(i, j)]
    if (row) row[Math.max(i, j)] = value
  }
  let left = sets.length
  const gone = sets.map(() => false)
  for (; left > setsMax; left--) {
    let [first, second, least] = [0, 1, Infinity]
    for (let i = 0; i < sets.length; i++) {
      const row = costs[i] ?? []
      for (let j = i + 1; j < row.length; j++) if ((row[j] ?? Infinity) < least) [first, second, least] = [i, j, row[j] ?? Infinity]
    }
    const [into, from] = [sets[first], sets[second]]
    if (!into || !from) break
    for (let i = 0; i < into.length; i++) into[i] = (into[i] ?? 0) | (from[i] ?? 0)
    gone[second] = true
    rates[first] = rate(into, into)
    for (let i = 0; i < sets.length; i++) {
      put(i, second, Infinity)
      put(i, first, i === first || gone[i] === true ? Infinity : cost(i, first))
    }
  }
  return sets.filter((_, i) => gone[i] !== true)
}

function writeTables(bytes: Uint8Array, needles: readonly Needle[], triples: readonly number[]): void {
  for (const triple of triples) {
    const hash = tripleHash(triple)
    bytes[tripleTableAt + (hash >> 3)] = (bytes[tripleTableAt + (hash >> 3)] ?? 0) | (1 << (hash & 7))
  }
  for (const [set, halves] of setsOf(needles).entries())
    for (const [table, bits] of halves.entries())
      for (let half = 0; half < 16; half++)
        if (((bits >> half) & 1) === 1) {
          const at = nibbleTablesAt + 16 * table + half
          bytes[at] = (bytes[at] ?? 0) | (1 << set)
        }
}
