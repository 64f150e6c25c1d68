import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const incident = `${checkout}examples/incidents/map-growth-oom/`

test('a store that keeps every session has more and more objects, and no iterator is blamed', async () => {
  const [found] = await observed(detector, `${incident}evidence`, ['metrics.jsonl'])
  expect(found?.measured[0]?.value).toBeGreaterThan(0)
  expect(`${found?.what} ${found?.why} ${found?.next}`).not.toMatch(/iterator/i)
})

test('the mended service is not reported, nor a capture of two seconds', async () => {
  expect(await observed(detector, `${incident}fixed/evidence`, ['metrics.jsonl'])).toEqual([])
  expect(await observed(detector, `${checkout}src/evidence/metrics/testdata`, ['runtime-metrics.go1.26.jsonl'])).toEqual([])
})
