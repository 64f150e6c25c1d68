import {readdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const evidence = (service: string) => `${checkout}fixtures/services/${service}/evidence`

test('a buffer of a megabyte for each request is told with its line, its rate and what it costs', async () => {
  const folder = evidence('buffer-per-request')
  const [found, ...others] = await observed(detector, folder, readdirSync(folder))
  expect(others).toEqual([])
  expect(found?.what).toMatch(/^main\.countWords \(main\.go:17\) allocates \d/)
  expect(found?.measured.map(one => one.value >= (one.limit ?? 0))).toEqual([true, true, true])
})

test('the same heap profiles without a CPU profile say nothing, nor does a service that allocates little', async () => {
  const folder = evidence('buffer-per-request')
  expect(
    await observed(
      detector,
      folder,
      readdirSync(folder).filter(name => name.startsWith('heap-')),
    ),
  ).toEqual([])
  for (const well of ['warm-up', 'open-sockets', 'growing-slice', 'slow-consumer'])
    expect(await observed(detector, evidence(well), readdirSync(evidence(well))), well).toEqual([])
})

silentOnCorpus(detector, ['pprof-heap', 'pprof-cpu'])
