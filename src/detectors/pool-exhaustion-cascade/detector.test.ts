import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

test('five calls that hang and sixty that wait for a connection are told with both lines', async () => {
  const [found] = await observed(detector, testdataOf(import.meta.url), ['hanging.goroutine.txt'])
  expect(found?.measured.map(one => one.value)).toEqual([60, 5])
  expect(found?.message.data['acquire']).toBe('database/sql.(*DB).conn')
  expect(found?.message.data['holder']).toMatch(/^main\.holdThread/)
})

test('calls that hang while connections are left are not reported', async () => {
  expect(await observed(detector, `${checkout}src/detectors/timer-goroutines/testdata`, ['workers.goroutine.txt'])).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump', 'pprof-goroutine', 'crash'])
