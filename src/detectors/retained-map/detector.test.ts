import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('a map that a waiting goroutine ranges over is a hint with both lines, and no iterator leak', async () => {
  const found = await observed(detector, testdata, ['goroutine.txt', 'heap-1.pb.gz', 'heap-2.pb.gz'])
  expect(found[0]?.subject.name).toBe('main.load and main.export')
  expect(found[0]?.confidence).toBeLessThan(0.5)
  for (const one of found) expect(`${one.what} ${one.why}`).not.toMatch(/iterator leak|leaks? iterators?/i)
})

test('waiting goroutines without standing memory, and the reverse, are not reported', async () => {
  expect(await observed(detector, testdata, ['goroutine.txt'])).toEqual([])
  expect(await observed(detector, testdata, ['heap-1.pb.gz', 'heap-2.pb.gz'])).toEqual([])
  expect(await observed(detector, `${checkout}src/detectors/goroutine-leak/testdata`, ['goroutine-1.txt', 'goroutine-2.txt'])).toEqual([])
})

silentOnCorpus(detector, ['pprof-heap', 'goroutine-dump'])
