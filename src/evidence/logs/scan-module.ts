// The inner loop of the log scanner as a WebAssembly module, sixteen bytes a step: it counts line ends and stops where a part of a needle may
// stand. JavaScript has no vector instructions, and byte by byte a log of a gigabyte takes seconds. Method: the packed multi-literal
// search known as Teddy (Hyperscan, Rust's aho-corasick): a table for the low and one for the high half of each of four bytes gives the
// sets of needles that the byte is right for; a place where one set survives all eight is looked up in a table of the exact first three.
// Instructions: WebAssembly core specification 2.0, sections 5.4 and 5.5 (binary format).

/** Bit table of the exact triples, indexed by `tripleHash`. */
export const tripleTableAt = 0
export const tripleTableBytes = 8192
/** Eight tables of sixteen bytes: low and high halves of the first to fourth byte. */
export const nibbleTablesAt = 8192
/** Where text may lie. */
export const textAt = 65_536
const pageBytes = 65_536
const hashFactor = 0x9e3779b1

/** 16 bits of a little-endian triple; the module computes the same. */
export const tripleHash = (triple: number): number => Math.imul(triple, hashFactor | 0) >>> 16

export interface ScanModule {
  readonly memory: WebAssembly.Memory
  /** The first place from `from`, before `to`, where a triple of the table stands; `to` when there is none. */
  scan(from: number, to: number): number
  /** Line ends between `from` and the place that the last `scan` returned. */
  lineEnds(): number
}

/** Undefined where WebAssembly or its vector instructions are missing. */
export function scanModule(textBytes: number): ScanModule | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const bytes = moduleBytes(Math.ceil((textAt + textBytes) / pageBytes))
  if (!WebAssembly.validate(bytes)) return undefined
  const {memory, scan, lineEnds} = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
  if (!(memory instanceof WebAssembly.Memory) || typeof scan !== 'function' || !(lineEnds instanceof WebAssembly.Global)) return undefined
  return {
    memory,
    scan: (from, to) => Number(scan(from, to)),
    lineEnds: () => Number(lineEnds.value),
  }
}

const i32 = 0x7f
const v128 = 0x7b

/** LEB128, signed. */
function signed(value: number): number[] {
  const out: number[] = []
  for (let rest = value | 0; ;) {
    const byte = rest & 0x7f
    rest >>= 7
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...out, byte]
    out.push(byte | 0x80)
  }
}

/** LEB128, unsigned. */
function unsigned(value: number): number[] {
  const out: number[] = []
  for (let rest = value; ;) {
    const byte = rest & 0x7f
    rest >>>= 7
    if (rest === 0) return [...out, byte]
    out.push(byte | 0x80)
  }
}

const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes]
const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)]
const named = (name: string): number[] => sized([...name].map(character => character.charCodeAt(0)))
const constant = (value: number): number[] => [0x41, ...signed(value)]
const get = (local: number): number[] => [0x20, local]
const set = (local: number): number[] => [0x21, local]
const tee = (local: number): number[] => [0x22, local]
const simd = (op: number): number[] => [0xfd, ...unsigned(op)]
const load128 = (offset: number): number[] => [...simd(0x00), 0x00, ...unsigned(offset)]
const [shl, shrU, and, add, sub, mul, ctz, popcnt] = [0x74, 0x76, 0x71, 0x6a, 0x6b, 0x6c, 0x68, 0x69]
const [ltU, geU] = [0x49, 0x4f]
const [splat, swizzle, equal, notEqual, and128, bitmask, shrU8] = [0x0f, 0x0e, 0x23, 0x24, 0x4e, 0x64, 0x6d].map(simd) as [
  number[],
  number[],
  number[],
  number[],
  number[],
  number[],
  number[],
]
const zero128 = [...simd(0x0c), ...Array.from({length: 16}, () => 0)]

/** Locals of `scan` after its parameters `from` (which becomes the place read) and `to`. */
const [place, to, matches, ends, count, at, hash] = [0, 1, 2, 3, 4, 5, 6]
const [table0, halves, newlines, text, sets] = [7, 15, 16, 17, 18]

function moduleBytes(pages: number): Uint8Array<ArrayBuffer> {
  const tables = [0, 1, 2, 3, 4, 5, 6, 7].flatMap(n => [...constant(nibbleTablesAt + 16 * n), ...load128(0), ...set(table0 + n)])
  /** The sets that the byte at `offset` is right for. */
  const setsOf = (offset: number): number[] => [
    ...get(place),
    ...load128(offset),
    ...(offset === 0 ? tee(text) : set(text)),
    ...(offset === 0 ? [...get(newlines), ...equal, ...bitmask, ...set(ends)] : []),
    ...get(table0 + 2 * offset),
    ...get(text),
    ...get(halves),
    ...and128,
    ...swizzle,
    ...get(table0 + 2 * offset + 1),
    ...get(text),
    ...constant(4),
    ...shrU8,
    ...swizzle,
    ...and128,
  ]
  const triple = [...get(place), ...get(at), add, 0x28, 0x00, 0x00, ...constant(0xffffff), and]
  const bits = [
    ...[0x03, 0x40], // loop over the places of this step
    ...get(matches),
    ctz,
    ...set(at),
    ...[...triple, ...constant(hashFactor | 0), mul, ...constant(16), shrU, ...set(hash)],
    ...[...get(hash), ...constant(3), shrU, 0x2d, 0x00, ...unsigned(tripleTableAt)],
    ...[...get(hash), ...constant(7), and, shrU, ...constant(1), and],
    ...[0x04, 0x40], // a triple of the table: here it is
    ...[...get(count), ...get(ends), ...constant(1), ...get(at), shl, ...constant(1), sub, and, popcnt, add, 0x24, 0x00],
    ...[...get(place), ...get(at), add, 0x0f],
    0x0b,
    ...[...get(matches), ...get(matches), ...constant(1), sub, and, ...tee(matches)],
    ...[0x0d, 0x00],
    0x0b,
  ]
  const body = [
    ...tables,
    ...[...constant(15), ...splat, ...set(halves), ...constant(10), ...splat, ...set(newlines)],
    ...[0x02, 0x40], // block that the end of the text leaves
    ...[0x03, 0x40], // loop over sixteen bytes a step
    ...[...get(place), ...get(to), geU, 0x0d, 0x01],
    ...[
      ...setsOf(0),
      ...setsOf(1),
      ...and128,
      ...setsOf(2),
      ...and128,
      ...setsOf(3),
      ...and128,
      ...tee(sets),
      ...zero128,
      ...notEqual,
      ...set(sets),
    ],
    ...[...get(to), ...get(place), sub, ...tee(at), ...constant(16), ltU],
    ...[0x04, 0x40], // the last step: only what lies before `to`
    ...[...constant(1), ...get(at), shl, ...constant(1), sub, ...tee(hash), ...get(ends), and, ...set(ends)],
    ...[...get(sets), ...bitmask, ...get(hash), and, ...set(matches)],
    0x05,
    ...[...get(sets), ...bitmask, ...set(matches)],
    0x0b,
    ...[...get(matches), 0x04, 0x40, ...bits, 0x0b],
    ...[...get(count), ...get(ends), popcnt, add, ...set(count)],
    ...[...get(place), ...constant(16), add, ...set(place)],
    ...[0x0c, 0x00],
    0x0b,
    0x0b,
    ...[...get(count), 0x24, 0x00, ...get(to)],
    0x0b,
  ]
  const locals = [2, 5, i32, 12, v128]
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 2, i32, i32, 1, i32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0x01, ...unsigned(pages), ...unsigned(pages)]),
    ...section(6, [1, i32, 0x01, ...constant(0), 0x0b]),
    ...section(7, [3, ...named('memory'), 0x02, 0, ...named('scan'), 0x00, 0, ...named('lineEnds'), 0x03, 0]),
    ...section(10, [1, ...sized([...locals, ...body])]),
  ])
}
