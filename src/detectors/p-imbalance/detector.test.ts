import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('a queue that stands for three lines beside idle Ps is reported with its line', async () => {
  const [found] = await observed(detector, testdata, ['stuck-queue.schedtrace.txt'])
  expect(found?.measured.map(one => one.value)).toEqual([3, 11, 2])
  expect(found?.measured[0]?.at).toBe('line 4')
})

test('long queues while all Ps work, and ordinary traces, are not reported', async () => {
  expect(await observed(detector, testdata, ['spreading.schedtrace.txt'])).toEqual([])
  for (const trace of ['gc.trace', 'stw.trace', 'idle.trace', 'syscalls.trace'])
    expect(await observed(detector, `${checkout}fixtures/traces`, [trace]), trace).toEqual([])
})

silentOnCorpus(detector, ['schedtrace'])
