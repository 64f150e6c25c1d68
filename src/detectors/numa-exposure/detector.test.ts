import {expect, test} from 'vitest'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('sixteen Ps over two nodes are an advice to measure', async () => {
  const [found] = await observed(detector, testdata, ['numactl.txt', 'sixteen.schedtrace.txt'])
  expect(found?.severity).toBe('info')
  expect(found?.confidence).toBeLessThan(0.5)
  expect(found?.what).toContain('distance up to 21')
  expect(found?.why).toContain('was not measured')
})

test('bound to the CPUs of one node, or without a topology, there is nothing to say', async () => {
  expect(await observed(detector, testdata, ['numactl.txt', 'sixteen.schedtrace.txt', 'bound.status.txt'])).toEqual([])
  expect(await observed(detector, testdata, ['sixteen.schedtrace.txt'])).toEqual([])
})

silentOnCorpus(detector, ['topology', 'schedtrace'])
