import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const files = (variant: string) => [`${variant}.metrics.jsonl`, ...['02', '05', '08', '11'].map(n => `${variant}.status-${n}.txt`)]

test('memory that C takes and does not give back is told apart from the Go heap', async () => {
  const [found] = await observed(detector, testdataOf(import.meta.url), files('leak'))
  expect(found?.measured.find(one => one.name === 'growth outside Go')?.value).toBeGreaterThan(60e6)
  expect(found?.confidence).toBeGreaterThanOrEqual(0.7)
})

test('the same program with C.free is not reported', async () => {
  expect(await observed(detector, testdataOf(import.meta.url), files('mended'))).toEqual([])
})

test('a Go heap that grows is not memory of C', async () => {
  expect(
    await observed(detector, `${checkout}examples/incidents/map-growth-oom/evidence`, ['metrics.jsonl', 'status-1.txt', 'status-2.txt']),
  ).toEqual([])
})
