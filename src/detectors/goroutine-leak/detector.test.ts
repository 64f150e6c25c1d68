import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('senders that nobody receives from are found by two dumps, with the line and the go statement', async () => {
  const found = await observed(detector, testdata, ['goroutine-1.txt', 'goroutine-2.txt'])
  const leak = found.find(one => one.message.id === 'grows')
  expect(leak?.subject.name).toMatch(/^channel-send at main\.ask/)
  expect(leak?.message.data['series']).toMatch(/^(?:39\d|400) → (?:59\d|600)$/) // a few of the calls were answered in time
  expect(leak?.confidence).toBeGreaterThanOrEqual(0.7)
  expect(leak?.places.map(place => place.label)).toContain('started here')
})

test('idle workers of the same age, whose number stands, stay a suspicion', async () => {
  const found = await observed(detector, testdata, ['goroutine-1.txt', 'goroutine-2.txt'])
  const workers = found.filter(one => one.subject.name.includes('main.worker'))
  expect(workers.map(one => one.message.id)).toEqual(['stands'])
  expect(workers[0]?.confidence).toBeLessThan(0.5)
})

test('one dump is never more than a suspicion', async () => {
  for (const one of await observed(detector, testdata, ['goroutine-2.txt'])) expect(one.confidence).toBeLessThan(0.5)
})

test('what the goroutineleak profile names is certain', async () => {
  const [found] = await observed(detector, `${checkout}fixtures/profiles`, ['goroutineleak.pb.gz'])
  expect(found?.message.id).toBe('proven')
  expect(found?.subject.name).toMatch(/main\.leak/)
  expect(found?.confidence).toBeGreaterThanOrEqual(0.95)
})

silentOnCorpus(detector, ['goroutine-dump', 'pprof-goroutine', 'labelled-dump'])
