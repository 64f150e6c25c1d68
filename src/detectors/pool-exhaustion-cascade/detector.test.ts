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

test('transactions whose goroutines wait for a second connection are told with the line that asks for it', async () => {
  const captured = `${checkout}fixtures/services/price-outside-tx/evidence`
  for (const dump of ['goroutine-1.txt.gz', 'goroutine-2.txt.gz']) {
    const [found] = await observed(detector, captured, [dump])
    expect(found?.message).toMatchObject({id: 'nested', data: {nested: 'at least 8', open: 'a Tx'}})
    expect(found?.places[0]?.symbol).toBe('main.(*shop).price')
  }
})

test('a goroutine profile beside the dump, which has no ids, does not hide what the dump tells', async () => {
  const [found] = await observed(detector, `${checkout}fixtures/services/price-outside-tx/evidence`, [
    'goroutine-1.txt.gz',
    'goroutine-2.txt.gz',
    'goroutine-2.pb.gz',
  ])
  expect(found?.message.id).toBe('nested')
})

silentOnCorpus(detector, ['goroutine-dump', 'pprof-goroutine', 'crash'])
