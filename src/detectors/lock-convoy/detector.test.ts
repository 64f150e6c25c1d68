import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

test('forty goroutines behind a method that waits with its lock held name that method', async () => {
  const [found] = await observed(detector, testdataOf(import.meta.url), ['convoy.goroutine.txt'])
  expect(found?.message.id).toBe('held')
  expect(found?.measured[0]?.value).toBe(40)
  expect(found?.message.data['holderFunction']).toBe('main.(*ledger).audit')
  expect(found?.confidence).toBeGreaterThanOrEqual(0.7)
})

test('a few goroutines behind a lock, and workers on a channel, are not reported', async () => {
  expect(await observed(detector, `${checkout}src/evidence/dumps/testdata`, ['goroutine-debug2.go1.26.txt'])).toEqual([])
  expect(await observed(detector, `${checkout}src/detectors/timer-goroutines/testdata`, ['workers.goroutine.txt'])).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump', 'pprof-goroutine', 'crash'])
