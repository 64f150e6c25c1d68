import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

test('patterns that are compiled for each request are told with the line that compiles', async () => {
  const [found, ...rest] = await observed(detector, `${checkout}fixtures/services/pattern-per-request/evidence`, ['cpu.pb.gz'])
  expect(rest).toEqual([])
  expect(found?.message.id).toBe('regexp')
  expect(found?.places[0]?.symbol).toBe('main.matches')
})

test('CPU time that goes elsewhere is not reported', async () => {
  for (const service of ['buffer-per-request', 'low-memory-limit', 'warm-up'])
    expect(await observed(detector, `${checkout}fixtures/services/${service}/evidence`, ['cpu.pb.gz'])).toEqual([])
})

silentOnCorpus(detector, ['pprof-cpu'])
