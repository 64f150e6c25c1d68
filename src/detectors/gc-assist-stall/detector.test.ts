import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('goroutines that have to help the collector are found in the trace, as an information for a trace this short', async () => {
  const [found] = await observed(detector, testdata, ['assist.trace'])
  expect(found?.message.data['group']).toMatch(/^main\.assist/)
  expect(found?.severity).toBe('info')
})

test('a program that allocates little is not reported', async () => {
  expect(await observed(detector, `${checkout}fixtures/traces`, ['idle.trace', 'afterfunc.trace', 'syscalls.trace'])).toEqual([])
})

silentOnCorpus(detector, ['pprof-cpu'])
