// A slice of `npm run validate` from what was measured and stored: the figures whose agreement does not depend on who else used the machine.
import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {parseProfile} from '../calibration/profile-file.ts'
import {compare} from './compare.ts'
import {figureRows, heapRows, pacerJudgements, sampleRows} from './judge.ts'
import {kept, leastDisturbed, type Measurements} from './measured.ts'
import {pacedCycles, replayPacer} from './pacer-replay.ts'

const measured = JSON.parse(readFileSync(`${checkout}tools/validate/measurements.json`, 'utf8')) as Measurements
const profile = parseProfile('profile.json', readFileSync(`${checkout}tools/validate/profile.json`, 'utf8'))
const few = {seeds: 2}

describe('beside real Go', () => {
  test.each(['w1/slice', 'w2/wait', 'w3/p2', 'w3/p1-hog1', 'w4/p2-0us', 'w6/sleep-50us'])('%s: every figure is within its band', id => {
    const rows = sampleRows(profile, measured, {...few, only: one => one === id})
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row.compared, row.id).toMatchObject({verdict: 'agrees'})
  })

  test('a stop of the world waits for what is left of assembly as long as each run had it', () => {
    const rows = sampleRows(profile, measured, {seeds: 10, only: one => one === 'w10/assembly-5ms'})
    for (const row of rows) expect(row.compared, row.id).toMatchObject({verdict: 'agrees'})
  })

  test('mark workers, assists and idle workers have the shares that were measured, to 5 points', () => {
    for (const row of figureRows(profile, measured, {...few, only: id => id === 'w13'}))
      expect(row.compared, row.id).toMatchObject({verdict: 'agrees'})
  })

  test('the goal is that of runtime/metrics to the byte, in every release', () => {
    const all = pacerJudgements(measured)
    expect(all.map(p => p.go.slice(0, 6))).toEqual(['go1.26', 'go1.25', 'go1.24', 'go1.23', 'go1.22'])
    for (const {identityChecked, identityOff} of all) expect([identityChecked > 0, identityOff]).toEqual([true, 0])
  })

  test('gcpacertrace lines replay: goal and expected work equal, assist ratio to its printed digits, trigger to a few spans', () => {
    for (const {go, replay} of pacerJudgements(measured)) {
      expect(replay.cycles, go).toBeGreaterThan(10)
      expect(replay, go).toMatchObject({goalOff: 0, metricsGoalOff: 0, expectedOff: 0, earlyMaxBytes: 0})
      expect(replay.assistRatioOff, go).toBeLessThan(go.startsWith('go1.26') ? 1e-15 : 1e-6)
      expect(replay.lateMaxBytes, go).toBeLessThan(64 << 10)
    }
  })

  test('a replay notices a wrong goal, a wrong ratio and a trigger that came too early', () => {
    const flat = measured.cases['pacer/gogc-50-100']!.runs[0]!.values
    const cycles = pacedCycles(flat)
    expect(replayPacer(50, cycles).goalOff).toBe(0)
    expect(replayPacer(51, cycles).goalOff).toBeGreaterThan(0)
    expect(
      replayPacer(
        50,
        cycles.map(c => ({...c, assistRatio: 1.01 * c.assistRatio})),
      ).assistRatioOff,
    ).toBeGreaterThan(0.009)
    expect(
      replayPacer(
        50,
        cycles.map(c => ({...c, triggerBytes: c.triggerBytes - 1e6})),
      ).earlyMaxBytes,
    ).toBeGreaterThan(0)
  })

  test('collections and peaks of the scripted allocator are within their bands, but for the rows docs/validation.md names', () => {
    const rows = heapRows(profile, measured)
    expect(rows.length).toBe(30)
    expect(rows.filter(r => r.compared?.verdict === 'differs').map(r => r.id)).toEqual([
      'pacer/trigger-200-0',
      'pacer/goal-200-0',
      'pacer/end-200-0',
    ])
  })
})

describe('the comparison', () => {
  const runs = (value: number, spread = 0.01) =>
    Array.from({length: 4}, (_, k) => Array.from({length: 50}, (__, i) => value * (1 + spread * Math.sin(7 * k + i))))

  test('agrees inside the band, differs outside, and says when noise covers the difference', () => {
    const band = {statistic: 'p50', within: 0.1} as const
    expect(compare(band, runs(100), runs(105)).verdict).toBe('agrees')
    expect(compare(band, runs(100), runs(150)).verdict).toBe('differs')
    const loud = [runs(100)[0]!, runs(200)[0]!, runs(100)[0]!, runs(200)[0]!]
    expect(compare(band, loud, runs(190)).verdict).toBe('within noise')
    expect(compare({statistic: 'p99', factor: 2}, runs(100), runs(190))).toMatchObject({verdict: 'agrees', band: 'factor 2'})
  })

  test('keeps a hundred quantiles of many samples, and the runs with the least company', () => {
    const values = kept(Array.from({length: 5000}, (_, i) => 5000 - i))
    expect([values.length, values[0], values[99]]).toEqual([100, 25, 4975])
    expect(
      leastDisturbed(
        [3, 1, 2].map(foreignCpus => ({foreignCpus, count: 1, values: [1]})),
        2,
      ).map(r => r.foreignCpus),
    ).toEqual([1, 2])
  })
})
