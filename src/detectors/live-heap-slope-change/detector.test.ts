import {expect, test} from 'vitest'
import {bestBreak} from '../../diagnosis/piecewise.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('a cache that stops evicting after 65 s is dated', async () => {
  const [found] = await observed(detector, testdata, ['eviction-stops.gctrace.txt'])
  const at = Number(found?.message.data['at'])
  expect(at).toBeGreaterThan(55)
  expect(at).toBeLessThan(75)
  expect(found?.measured[0]?.value).toBeGreaterThan(1e6)
})

test('the same cache that goes on evicting is not reported', async () => {
  expect(await observed(detector, testdata, ['evicting.gctrace.txt'])).toEqual([])
})

test('a line without a break gains nothing from one, and the place of a break is found', () => {
  const line = Array.from({length: 40}, (_, i) => [i, 3 * i + (i % 3)] as const)
  expect(bestBreak(line, 8)?.bicGain).toBeLessThan(10)
  const bent = Array.from({length: 40}, (_, i) => [i, (i < 20 ? 0 : 5 * (i - 20)) + (i % 3)] as const)
  expect(bestBreak(bent, 8)?.at).toBeCloseTo(20, -1)
  expect(bestBreak(bent, 8)?.bicGain).toBeGreaterThan(10)
})

silentOnCorpus(detector, ['gctrace', 'paired-gctrace-cpu'])
