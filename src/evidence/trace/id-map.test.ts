import fc from 'fast-check'
import {expect, test} from 'vitest'
import {IdMap} from './id-map.ts'

test('agrees with Map over any run of sets and deletes', () => {
  const key = fc.oneof(fc.nat(40), fc.double({min: -5, max: 2 ** 53, noNaN: true}).map(Math.trunc))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), key, fc.nat(1000)), {maxLength: 300}), steps => {
      const [ours, theirs] = [new IdMap(), new Map<number, number>()]
      for (const [add, id, value] of steps) {
        if (add) {
          ours.set(id, value)
          theirs.set(id, value)
        } else {
          ours.delete(id)
          theirs.delete(id)
        }
        expect(ours.get(id)).toBe(theirs.get(id) ?? -1)
      }
      expect(new Map(ours.entries())).toEqual(theirs)
      expect(ours.size).toBe(theirs.size)
    }),
  )
})
