import fc from 'fast-check'
import {expect, test} from 'vitest'
import {goSortByKey} from './sort-by-key.ts'

test('any keys come out in order, every entry once', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), {maxLength: 400}), keys => {
      const data = Int32Array.from(keys.keys())
      goSortByKey(data, data.length, Float64Array.from(keys))
      const sorted = [...data].map(i => keys[i]!)
      expect(sorted).toEqual([...keys].sort((a, b) => a - b))
      expect(new Set(data).size).toBe(keys.length)
    }),
  )
})

test('twelve or fewer equal keys keep their order, as in Go', () => {
  const data = Int32Array.from({length: 12}, (_, i) => i)
  goSortByKey(data, 12, new Float64Array(12))
  expect([...data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})
