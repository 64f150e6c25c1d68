import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

test('waits behind a loop that cannot be preempted are found, with their cause', async () => {
  const [found] = await observed(detector, testdataOf(import.meta.url), ['no-preemption.trace'])
  expect(found?.message.id).toBe('trace')
  expect(found?.measured[1]?.value).toBeGreaterThan(1e6)
  expect(found?.why).toMatch(/in most of the long waits/)
})

test('few waits, and many short ones, are not reported', async () => {
  for (const trace of ['stw.trace', 'gc.trace', 'idle.trace', 'syscalls.trace', 'tasks.trace'])
    expect(await observed(detector, `${checkout}fixtures/traces`, [trace]), trace).toEqual([])
})
