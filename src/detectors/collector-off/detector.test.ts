import {expect, test} from 'vitest'
import type {MetricSeries} from '../../evidence/model/metrics.ts'
import {checkout} from '../../base/testing/needs.ts'
import {runDetectors} from '../../diagnosis/engine/run-detectors.ts'
import {evidenceOf, observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import {groupByProgram} from '../../diagnosis/programs.ts'
import alloc from '../alloc-site-growth/detector.ts'
import detector from './detector.ts'

const off = `${checkout}fixtures/services/uncollected/evidence`
const heaps = ['heap-1.pb.gz', 'heap-2.pb.gz', 'heap-3.pb.gz', 'heap-4.pb.gz']

test('a heap profile in which nothing was ever freed says that no collection has run, and no site of it is said to be retained', async () => {
  const [found, ...rest] = await observed(detector, off, heaps.slice(-1))
  expect(rest).toEqual([])
  expect(found?.message.id).toBe('profile')
  expect(await observed(alloc, off, heaps)).toEqual([])
})

const mib = 1024 * 1024

function metricsSay(values: Readonly<Record<string, number>>) {
  const data: MetricSeries = {
    kind: 'metrics',
    source: 'runtime/metrics',
    points: [{timeUnixNs: 1n, values: new Map(Object.entries(values)), histograms: new Map()}],
  }
  const {evidence} = groupByProgram([{format: 'metrics/runtime', path: 'm', program: {}, complete: true, notes: [], data}])
  return runDetectors([detector], evidence, place => place).observations.map(one => one.message.id)
}

test('a large heap without a collection is told from metrics; with a memory limit, a collection or a small heap nothing is', () => {
  const heap = {'/memory/classes/heap/objects:bytes': 65 * mib}
  expect(metricsSay({...heap, '/gc/cycles/total:gc-cycles': 0})).toEqual(['metrics'])
  expect(metricsSay({...heap, '/gc/cycles/total:gc-cycles': 1})).toEqual([])
  expect(metricsSay({...heap, '/gc/cycles/total:gc-cycles': 0, '/gc/gomemlimit:bytes': 512 * mib})).toEqual([])
  expect(metricsSay({'/memory/classes/heap/objects:bytes': 63 * mib, '/gc/cycles/total:gc-cycles': 0})).toEqual([])
})

test('heap profiles of programs that collect are not reported', async () => {
  for (const service of ['growing-slice', 'buffer-per-request', 'warm-up']) {
    const folder = `${checkout}fixtures/services/${service}/evidence`
    expect((await evidenceOf(folder, heaps)).length).toBe(1)
    expect(await observed(detector, folder, heaps)).toEqual([])
  }
})

silentOnCorpus(detector, ['pprof-heap'])
