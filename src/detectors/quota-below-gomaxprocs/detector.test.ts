import {expect, test} from 'vitest'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('sixteen threads for a quota of two CPUs, throttled in a quarter of the periods', async () => {
  const [found] = await observed(detector, testdata, ['cgroup.txt', 'sixteen.schedtrace.txt'])
  expect(found?.message.id).toBe('throttled')
  expect(found?.measured[1]?.value).toBeCloseTo(0.265, 3)
  expect(found?.next).toMatch(/GOMAXPROCS to 2/)
})

test('the same quota with two threads is not reported, nor is a quota alone', async () => {
  expect(await observed(detector, testdata, ['cgroup.txt', 'two.schedtrace.txt'])).toEqual([])
  expect(await observed(detector, testdata, ['cgroup.txt'])).toEqual([])
})

silentOnCorpus(detector, ['cgroup', 'schedtrace', 'gctrace'])
