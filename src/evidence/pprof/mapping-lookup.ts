// In which part of a memory map an address lies: the first that holds it, in the order of the map, as pprof finds it by trying one after the other
// (massageMappings and remapMappingIDs of github.com/google/pprof/profile). Here the borders of all parts are sorted once, so that a million addresses in
// thousands of parts, which may overlap, take no longer than they should.

export interface MapEntry {
  start: bigint
  limit: bigint
  offset: bigint
  file: string
  buildId: string
}

export const wrapped = (address: bigint): bigint => BigInt.asUintN(64, address)

/** Answers which of `mappings` an address lies in; adds one that covers everything once an address lies in none. */
export function mappingLookup(mappings: MapEntry[]): (address: bigint) => number {
  const before = (m: MapEntry) => wrapped(m.start - m.offset)
  const count = mappings.length
  const borders = BigUint64Array.from(mappings.flatMap(m => [m.start, m.limit, before(m)])).sort()
  /** The first mapping that covers the addresses from a border to the next. */
  const owner = new Int32Array(borders.length).fill(count)
  /** The last border at or below an address; −1 for none. */
  const borderBelow = (address: bigint): number => {
    let [low, high] = [0, borders.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (borders[middle]! <= address) low = middle + 1
      else high = middle
    }
    return low - 1
  }
  const cover = (from: bigint, to: bigint, mapping: number) => {
    for (let at = borderBelow(from); at < borders.length && borders[at]! < to; at++) owner[at] = Math.min(owner[at]!, mapping)
  }
  for (const [index, {start, limit}] of mappings.entries()) cover(start, limit, index)
  let everything = -1
  return address => {
    const border = borderBelow(address)
    const found = border < 0 ? count : owner[border]!
    if (found < count) return found
    if (everything >= 0 && address < mappings[everything]!.limit) return everything
    // The first part of a mapping that was split was not written down by old writers.
    const split = mappings.findIndex(m => m.offset !== 0n && before(m) <= address && address < m.start)
    if (split >= 0) {
      const mapping = mappings[split]!
      const {start, limit} = mapping
      mapping.start = before(mapping)
      mapping.offset = 0n
      cover(mapping.start, start < limit ? start : limit, split)
      return split
    }
    if (everything < 0) {
      everything = mappings.length
      mappings.push({start: 0n, limit: (1n << 64n) - 1n, offset: 0n, file: '', buildId: ''})
    }
    return everything
  }
}
