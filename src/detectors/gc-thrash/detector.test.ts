import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const incident = `${checkout}examples/incidents/map-growth-oom/evidence`
const share = 'GC share of used CPU'

test('without runtime/metrics the share of the collector comes from the CPU profile, idle marking left out', async () => {
  const [found] = await observed(detector, incident, ['cpu.pb.gz', 'stderr.log'])
  const measured = found?.measured.find(one => one.name === share)
  expect(measured?.artifact).toBe('a1')
  expect(measured!.value).toBeGreaterThan(0.01)
  expect(measured!.value).toBeLessThan(0.15) // what the profile shows with idle marking
})

test('runtime/metrics is believed before the profile, and gctrace alone gives no share', async () => {
  const [both] = await observed(detector, incident, ['stderr.log', 'cpu.pb.gz', 'metrics.jsonl'])
  expect(both?.measured.find(one => one.name === share)?.value).toBeCloseTo(0.064, 2)
  const [alone] = await observed(detector, incident, ['stderr.log'])
  expect(alone?.measured.some(one => one.name === share)).toBe(false)
})
