import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {median, sampler} from './distribution.ts'
import {EventQueue} from './event-queue.ts'
import {Histogram} from './histogram.ts'
import {Prng} from './prng.ts'
import {simulate} from './simulate.ts'
import {ascending, bootstrapRuns, ksDistance, overSeeds, quantileOfSorted} from './statistics.ts'

describe('the event queue', () => {
  test('gives events in order of time, and those of one time in the order they were put in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: 0, max: 20}), {maxLength: 300}), times => {
        const queue = new EventQueue(2)
        times.forEach((at, i) => queue.push(at, 0, i, 0))
        const out: [number, number][] = []
        while (queue.pop()) out.push([queue.atNs, queue.a])
        expect(out).toEqual(times.map((at, i): [number, number] => [at, i]).toSorted((x, y) => x[0] - y[0] || x[1] - y[1]))
      }),
    )
  })
})

describe('chance', () => {
  test('is the same from the same seed and stream, and another from another', () => {
    const draw = (seed: number, stream: number) => {
      const prng = new Prng(seed, stream)
      return Array.from({length: 5}, () => prng.uint32())
    }
    expect(draw(7, 0)).toEqual(draw(7, 0))
    expect(new Prng(7, 0).uint32()).not.toBe(new Prng(8, 0).uint32())
    expect(new Prng(7, 0).uint32()).not.toBe(new Prng(7, 1).uint32())
  })

  test('has the mean and deviation it says', () => {
    const prng = new Prng(3)
    const n = 40_000
    let [e, z, zz] = [0, 0, 0]
    for (let i = 0; i < n; i++) {
      e += prng.exponential()
      const v = prng.normal()
      z += v
      zz += v * v
    }
    expect(e / n).toBeCloseTo(1, 1)
    expect(z / n).toBeCloseTo(0, 1)
    expect(zz / n).toBeCloseTo(1, 1)
  })

  test('draws a measured distribution between its first and its last value, with its median', () => {
    const measured = {kind: 'quantiles', at: [0.01, 0.5, 0.99], value: [10, 20, 100]} as const
    const draw = sampler(measured)
    const prng = new Prng(1)
    const values = ascending(Array.from({length: 4000}, () => draw(prng)))
    expect(values[0]).toBeGreaterThanOrEqual(10)
    expect(values.at(-1)).toBeLessThanOrEqual(100)
    expect(quantileOfSorted(values, 0.5)).toBeCloseTo(median(measured), -1)
  })
})

describe('a histogram', () => {
  test('draw from measured quantiles with the mean of what was measured, tail and all', () => {
    const prng = new Prng(5)
    const samples = Array.from({length: 20_000}, () => prng.exponential()).sort((a, b) => a - b)
    const at = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]
    const draw = sampler({kind: 'quantiles', at, value: at.map(p => samples[Math.floor(p * samples.length)]!)})
    let sum = 0
    for (let i = 0; i < 100_000; i++) sum += draw(prng)
    expect(Math.abs(sum / 100_000 - 1)).toBeLessThan(0.02)
  })

  test('tells quantiles to the width of a bucket and the mean exactly', () => {
    const h = new Histogram()
    for (let i = 1; i <= 10_000; i++) h.add(i)
    expect(h.mean).toBe(5000.5)
    for (const p of [0.1, 0.5, 0.9, 0.99]) expect(Math.abs(h.quantile(p) / (p * 10_000) - 1)).toBeLessThan(0.016)
    expect(h.deviation).toBeCloseTo(2886.75, 1)
    expect(h.shareAbove(5000)).toBeCloseTo(0.5, 1)
  })

  test('of two equal heaps of values has one bit', () => {
    const h = new Histogram()
    for (let i = 0; i < 100; i++) h.add(i % 2 === 0 ? 1500 : 90_500)
    expect(h.entropyBits(1000)).toBeCloseTo(1, 9)
  })
})

describe('statistics', () => {
  test('the distance of two distributions is 0 for the same and 1 for ones that do not meet', () => {
    expect(ksDistance([1, 2, 3], [1, 2, 3])).toBe(0)
    expect(ksDistance([1, 2], [3, 4])).toBe(1)
    expect(ksDistance([1, 2, 3, 4], [3, 4, 5, 6])).toBe(0.5)
  })

  test('the interval over seeds is that of Student', () => {
    const {value, lo95, hi95} = overSeeds([1, 2, 3, 4, 5])
    expect(value).toBe(3)
    expect([lo95, hi95].map(v => v.toFixed(3))).toEqual(['1.037', '4.963'])
    expect(overSeeds([4])).toEqual({value: 4, lo95: 4, hi95: 4})
  })

  test('resampling whole runs gives an interval that holds the figure', () => {
    const runs = Array.from({length: 8}, (_, k) => Array.from({length: 20}, (__, i) => 100 + k + i))
    const {value, lo95, hi95} = bootstrapRuns(runs, sorted => quantileOfSorted(sorted, 0.5))
    expect(lo95).toBeLessThanOrEqual(value)
    expect(hi95).toBeGreaterThanOrEqual(value)
  })
})

test('a model that never ends meets its limit', () => {
  const model = {
    start: (ctx: {after(ns: number, kind: number): void}) => ctx.after(1, 1),
    handle: (_k: number, _a: number, _b: number, ctx: {after(ns: number, kind: number): void}) => ctx.after(1, 1),
  }
  expect(() => simulate(model, {seed: 1, untilNs: 1e9, eventsMax: 1000})).toThrow('eventsMax')
  expect(simulate(model, {seed: 1, untilNs: 500, eventsMax: 1000}).events).toBe(500)
})
