import {expect, test} from 'vitest'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('a map whose entries were deleted keeps its tables', async () => {
  const [found] = await observed(detector, testdata, ['full.heap.pb.gz', 'emptied.heap.pb.gz'])
  expect(found?.subject.name).toMatch(/^main\.fill /)
  expect(found?.measured.find(one => one.name === 'large blocks at last')?.value).toBeGreaterThan(20e6)
  expect(found?.measured.find(one => one.name === 'objects at last')?.value).toBe(0)
})

test('a map that stays full is not reported, nor is one profile', async () => {
  expect(await observed(detector, testdata, ['steady-1.heap.pb.gz', 'steady-2.heap.pb.gz'])).toEqual([])
  expect(await observed(detector, testdata, ['emptied.heap.pb.gz'])).toEqual([])
})

silentOnCorpus(detector, ['pprof-heap'])
