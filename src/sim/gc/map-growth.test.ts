import {describe, expect, test} from 'vitest'
import {bucketBytes, groupBytes, mapAllocatedBytes, mapBytes, mapBytesForHint} from './map-growth.ts'

describe('memory of a map', () => {
  test('grows by doubling buckets at 6.5 entries each up to Go 1.23', () => {
    expect(bucketBytes(8, 8)).toBe(144)
    expect([8, 9, 13, 14, 26, 27].map(n => mapBytes('buckets', n, 8, 8) / 144)).toEqual([1, 2, 2, 4, 4, 8])
    expect(mapBytesForHint('buckets', 104, 8, 8) / 144).toBe(17) // 16 and one spare for overflow
  })

  test('grows by groups of eight at 7/8 since Go 1.24', () => {
    expect(groupBytes(8, 8)).toBe(136)
    expect([1, 8, 9, 14, 15, 28, 29].map(n => mapBytes('swiss', n, 8, 8) / 136)).toEqual([1, 1, 2, 2, 4, 4, 8])
    expect(mapBytesForHint('swiss', 8, 8, 8)).toBe(136)
  })

  test('keeps large keys and elements by pointer, and allocates about twice what it ends with', () => {
    expect(groupBytes(200, 8)).toBe(groupBytes(8, 8))
    const now = mapBytes('swiss', 1_000_000, 8, 8)
    expect(mapAllocatedBytes('swiss', 1_000_000, 8, 8) / now).toBeGreaterThan(1.5)
    expect(mapAllocatedBytes('swiss', 1_000_000, 8, 8) / now).toBeLessThanOrEqual(2.1)
  })
})
