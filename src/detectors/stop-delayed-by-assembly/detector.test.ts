import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const incident = `${checkout}examples/incidents/scheduler-latency/`

test('a checksum in assembly that stops are late for is named, with its caller', async () => {
  const [found, ...rest] = await observed(detector, `${incident}evidence`, ['trace.out', 'cpu.pb.gz', 'manifest.json'])
  expect(rest).toEqual([])
  expect(found?.places[0]?.symbol).toBe('example.com/quotes/digest.Sum')
  expect(found?.places.map(place => place.symbol)).toContain('example.com/quotes/digest.(*Archive).Run')
})

test('the same work in short parts is nothing to tell', async () => {
  expect(await observed(detector, `${incident}fixed/evidence`, ['trace.out', 'cpu.pb.gz', 'manifest.json'])).toEqual([])
})

test('neither the trace nor the profile alone says it', async () => {
  expect(await observed(detector, `${incident}evidence`, ['trace.out'])).toEqual([])
  expect(await observed(detector, `${incident}evidence`, ['cpu.pb.gz'])).toEqual([])
})

silentOnCorpus(detector, ['pprof-cpu', 'trace-v1', 'trace-v2'])
