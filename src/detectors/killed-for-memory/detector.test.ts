import {readdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)
const shop = `${checkout}examples/incidents/map-growth-oom`
const cgroupsOf = (folder: string) => readdirSync(folder).filter(name => name.startsWith('cgroup-'))

test('the shop that was killed at 100 MB is told, with the limit', async () => {
  const folder = `${shop}/out-of-memory`
  const [found] = await observed(detector, folder, cgroupsOf(folder))
  expect(found?.message.id).toBe('during')
  expect(found?.what).toBe('the kernel killed one process of the cgroup for memory during the capture, whose limit is 100.0 MB')
})

test('a counter of version 2 that rose is told, and one capture alone says only that it was at some time', async () => {
  const [found] = await observed(detector, testdata, ['cgroup-1.txt', 'cgroup-2.txt'])
  expect(found).toMatchObject({severity: 'error', confidence: 0.95})
  const [once] = await observed(detector, testdata, ['cgroup-2.txt'])
  expect(once).toMatchObject({severity: 'info', message: {id: 'before'}})
})

test('a counter that stays at zero is not reported, nor is a shop that lives under the same limit', async () => {
  expect(await observed(detector, testdata, ['cgroup-1.txt'])).toEqual([])
  const folder = `${shop}/fixed/out-of-memory`
  expect(await observed(detector, folder, cgroupsOf(folder))).toEqual([])
})

silentOnCorpus(detector, ['cgroup'])
