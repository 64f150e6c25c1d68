import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
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

test('under a quota of one CPU two threads are what Go itself takes, sixteen are a suspicion', async () => {
  const incident = `${checkout}examples/incidents/scheduler-latency/evidence/cgroup-2.txt`
  expect(await observed(detector, '', [incident, `${testdata}two.schedtrace.txt`])).toEqual([])
  const [found] = await observed(detector, '', [incident, `${testdata}sixteen.schedtrace.txt`])
  expect(found?.what).toBe('GOMAXPROCS is 16 and the cgroup allows 1 CPU')
})

silentOnCorpus(detector, ['cgroup', 'schedtrace', 'gctrace'])
