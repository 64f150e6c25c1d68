import {expect, test} from 'vitest'
import {blockFor, slotBytesOf} from '../../diagnosis/heap-sites.ts'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const heaps = `${checkout}src/detectors/retained-map-buckets/testdata`

test('a map of a million entries is told with its line, and the truth lies between the two bounds', async () => {
  const [found] = await observed(detector, heaps, ['full.heap.pb.gz'])
  expect(found?.subject.name).toMatch(/^main\.fill /)
  const fewest = found?.measured[0]?.value ?? 0
  expect(fewest).toBeLessThan(1_000_000)
  expect(2 * fewest).toBeGreaterThan(1_000_000)
})

test('objects and buffers of other sizes are no map', async () => {
  expect(await observed(detector, `${checkout}fixtures/profiles`, ['heap.pb.gz', 'heap-before.pb.gz'])).toEqual([])
})

test('tables of int keys and pointers take 18,432 bytes, and half tables 9,472', () => {
  expect(blockFor(1024 * 17)).toBe(18_432)
  expect([16, 17]).toContain(slotBytesOf(18_432, 9472)) // rounding to size classes leaves both
  expect(slotBytesOf(65_536, 9472)).toBeUndefined()
})

silentOnCorpus(detector, ['pprof-heap'])
