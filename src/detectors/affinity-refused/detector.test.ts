import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const system = `${checkout}src/evidence/system/testdata`

test('a mask without a permitted CPU is told with its CPUs, and with those the process has', async () => {
  const [found] = await observed(detector, system, ['strace-affinity.txt', 'proc-status.txt'])
  expect(found?.message.id).toBe('einval')
  expect(found?.what).toMatch(/^sched_setaffinity for CPUs 7 failed with EINVAL once; the process may use 0/)
})

test('other failing calls are not reported', async () => {
  expect(await observed(detector, system, ['strace-f.txt'])).toEqual([])
  expect(await observed(detector, system, ['strace-c.txt'])).toEqual([])
})

silentOnCorpus(detector, ['bcc', 'perf'])
