import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {mappingLookup, wrapped, type MapEntry} from './mapping-lookup.ts'

/** As pprof does it: one mapping after the other. */
function oneByOne(mappings: MapEntry[]): (address: bigint) => number {
  let everything: number | undefined
  return address => {
    const found = mappings.findIndex(m => m.start <= address && address < m.limit)
    if (found >= 0) return found
    const split = mappings.findIndex(m => m.offset !== 0n && wrapped(m.start - m.offset) <= address && address < m.start)
    const mapping = mappings[split]
    if (mapping !== undefined) {
      mapping.start = wrapped(mapping.start - mapping.offset)
      mapping.offset = 0n
      return split
    }
    if (everything === undefined) {
      everything = mappings.length
      mappings.push({start: 0n, limit: (1n << 64n) - 1n, offset: 0n, file: '', buildId: ''})
    }
    return everything
  }
}

const small = fc.bigInt({min: 0n, max: 40n})
const far = fc.constantFrom(0n, (1n << 64n) - 1n, (1n << 64n) - 2n, 1n << 63n)
const address = fc.oneof({weight: 9, arbitrary: small}, {weight: 1, arbitrary: far})
const mapping = fc.record({start: address, limit: address, offset: fc.oneof(fc.constant(0n), small)})

describe('the mapping of an address', () => {
  it('is the one that pprof finds, with parts that overlap, are empty or were split', () => {
    fc.assert(
      fc.property(fc.array(mapping, {maxLength: 8}), fc.array(address, {maxLength: 60}), (parts, addresses) => {
        const copy = (): MapEntry[] => parts.map(part => ({...part, file: '', buildId: ''}))
        const [mine, theirs] = [copy(), copy()]
        const [lookup, expected] = [mappingLookup(mine), oneByOne(theirs)]
        for (const each of addresses) expect(lookup(each)).toBe(expected(each))
        expect(mine).toEqual(theirs)
      }),
      {numRuns: 2000},
    )
  })

  it('is found for a million addresses in thousands of parts', () => {
    const parts = Array.from({length: 4096}, (_, n): MapEntry => ({
      start: BigInt(n),
      limit: BigInt(1_000_000 + n),
      offset: 0n,
      file: '',
      buildId: '',
    }))
    const lookup = mappingLookup(parts)
    let sum = 0
    for (let n = 0n; n < 1_000_000n; n++) sum += lookup(n)
    expect(sum).toBe(0)
    expect(lookup(1_000_500n)).toBe(501)
  })
})
