import {readdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const services = `${checkout}fixtures/services`

test('a loop around a select with a default is told with its line and the CPUs it takes', async () => {
  const [found, ...more] = await observed(detector, `${services}/eager-batcher/evidence`, ['cpu.pb.gz'])
  expect(more).toEqual([])
  expect(found?.message.data['function']).toBe('main.(*batcher).run')
  expect(found?.measured[0]?.value).toBeGreaterThanOrEqual(0.25)
  expect(found?.measured[0]?.value).toBeLessThanOrEqual(1.05)
})

test('no other service is said to poll', async () => {
  for (const name of readdirSync(services, {withFileTypes: true}))
    if (name.isDirectory() && name.name !== 'eager-batcher')
      expect([name.name, await observed(detector, `${services}/${name.name}/evidence`, ['cpu.pb.gz'])]).toEqual([name.name, []])
})

silentOnCorpus(detector, ['pprof-cpu'])
