import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const dumps = ['goroutine-1.txt.gz', 'goroutine-2.txt.gz']
const of = (service: string) => `${checkout}fixtures/services/${service}/evidence`

test('senders and takers that all wait on one Cond are told with both lines, more surely from two dumps', async () => {
  const [both, ...rest] = await observed(detector, of('one-cond'), dumps)
  expect(rest).toEqual([])
  expect(both?.message).toMatchObject({id: 'signal', data: {methods: '2', dumps: '2', owner: 'main.outbox'}})
  expect(both?.confidence).toBeGreaterThanOrEqual(0.8)
  expect(both?.places.map(place => place.symbol)).toEqual(expect.arrayContaining(['main.(*outbox).put', 'main.(*outbox).take']))
  const [one] = await observed(detector, of('one-cond'), dumps.slice(1))
  expect(one?.confidence).toBe(0.55)
})

test('a semaphore whose places were kept is told where it is taken; one dump makes it a suspicion', async () => {
  const [both] = await observed(detector, of('kept-permits'), dumps)
  expect(both?.message).toMatchObject({id: 'room', data: {owner: 'main.converter'}})
  expect(both?.places[0]?.symbol).toBe('main.(*converter).acquire')
  expect(both?.severity).toBe('warning')
  const [one] = await observed(detector, of('kept-permits'), dumps.slice(1))
  expect(one?.severity).toBe('info')
})

test('workers without work, and senders beside a consumer that is at work, are not reported', async () => {
  expect(await observed(detector, `${checkout}src/detectors/timer-goroutines/testdata`, ['workers.goroutine.txt'])).toEqual([])
  expect(await observed(detector, of('slow-consumer'), dumps)).toEqual([])
  expect(await observed(detector, of('slow-lock'), dumps)).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump', 'crash', 'labelled-dump'])
