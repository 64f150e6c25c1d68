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

test('two Ps that nothing keeps on one of two nodes are an advice of less confidence', async () => {
  const [found] = await observed(detector, testdata, ['numactl.txt', 'two.schedtrace.txt'])
  expect(found?.message.id).toBe('fits')
  expect(found?.confidence).toBeLessThan(0.4)
  expect(found?.next).toContain('numactl --cpunodebind=0 --membind=0')
  expect(found?.why).toContain('was not measured')
  expect(await observed(detector, testdata, ['numactl.txt', 'two.schedtrace.txt', 'bound.status.txt'])).toEqual([])
})

silentOnCorpus(detector, ['topology', 'schedtrace'])
