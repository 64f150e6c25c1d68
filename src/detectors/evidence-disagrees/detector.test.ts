import {readdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout, corpus, describeNeeding} from '../../base/testing/needs.ts'
import {observed} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const incident = `${checkout}examples/incidents/map-growth-oom/evidence`
const cMemory = `${checkout}src/detectors/c-memory-growth/testdata`

test('the percentage of gctrace and the share in the profile are set side by side', async () => {
  const [found] = await observed(detector, incident, ['stderr.log', 'cpu.pb.gz'])
  expect(found?.message.id).toBe('collector')
  expect(found?.measured[1]?.value).toBeGreaterThan(3 * (found?.measured[0]?.value ?? 1))
})

test('RSS far above what Go has is told', async () => {
  const [found] = await observed(detector, cMemory, ['leak.metrics.jsonl', 'leak.status-11.txt'])
  expect(found?.message.id).toBe('memory')
})

test('captures that agree, and one alone, are not reported', async () => {
  expect(await observed(detector, incident, ['metrics.jsonl', 'status-2.txt'])).toEqual([])
  expect(await observed(detector, cMemory, ['mended.metrics.jsonl', 'mended.status-11.txt'])).toEqual([])
  expect(await observed(detector, incident, ['stderr.log'])).toEqual([])
})

describeNeeding('corpus', 'a pair that is known to disagree', () => {
  test('1 % by gctrace on twelve Ps, 18 % by its CPU profile', async () => {
    const files = readdirSync(`${corpus}paired-gctrace-cpu`).filter(name => name !== 'README.md')
    const found = await observed(detector, `${corpus}paired-gctrace-cpu`, files)
    expect(found.map(one => one.message.id)).toEqual(['collector'])
  })
})
