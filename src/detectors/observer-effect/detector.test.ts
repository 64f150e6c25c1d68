import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

test('stops that the monitoring asks for are found', async () => {
  const [found] = await observed(detector, `${checkout}src/detectors/stw-overlap/testdata`, ['stop-the-world.trace'])
  expect(found?.message.id).toBe('stops')
  expect(found?.measured[1]?.value).toBeGreaterThan(20)
})

test('a trace that is mostly user logs is told so', async () => {
  const [found] = await observed(detector, testdataOf(import.meta.url), ['trace-log.trace'])
  expect(found?.message.id).toBe('logs')
})

test('one goroutine profile in a trace is not reported', async () => {
  for (const trace of ['stw.trace', 'tasks.trace', 'profile.trace'])
    expect(await observed(detector, `${checkout}fixtures/traces`, [trace]), trace).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump'])
