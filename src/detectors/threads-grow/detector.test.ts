import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('goroutines in blocking reads make threads, and the dump says where', async () => {
  const [found] = await observed(detector, testdata, ['blocking.schedtrace.txt', 'blocking.goroutine.txt'])
  expect(found?.message.id).toBe('grows')
  expect(found?.measured[0]?.value).toBeGreaterThan(5)
  expect(found?.places[0]?.symbol).toBe('main.holdThread')
  expect(found?.confidence).toBeGreaterThanOrEqual(0.7)
})

test('as many goroutines in time.Sleep make none', async () => {
  expect(await observed(detector, testdata, ['sleeping.schedtrace.txt', 'sleeping.goroutine.txt'])).toEqual([])
})

test('the end by too many threads is certain', async () => {
  const [found] = await observed(detector, `${checkout}src/evidence/dumps/testdata`, ['crash-threads.go1.26.txt'])
  expect(found?.message.id).toBe('exhausted')
  expect(found?.confidence).toBeGreaterThanOrEqual(0.95)
})

silentOnCorpus(detector, ['schedtrace', 'goroutine-dump', 'pprof-goroutine'])
