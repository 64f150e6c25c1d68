import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

test('a monitor that reads the memory statistics all the time is named, with its period', async () => {
  const found = await observed(detector, testdataOf(import.meta.url), ['stop-the-world.trace'])
  const sum = found.find(one => one.message.id === 'sum')
  expect(sum?.message.data['kind']).toBe('read mem stats')
  expect(sum?.what).toMatch(/every \d/)
  expect(sum?.next).toMatch(/runtime\/metrics/)
})

test('single short stops are not reported', async () => {
  for (const trace of ['stw.trace', 'idle.trace', 'syscalls.trace'])
    expect(await observed(detector, `${checkout}fixtures/traces`, [trace]), trace).toEqual([])
})
