import fc from 'fast-check'
import {expect, test} from 'vitest'
import {cosineOfTurns, exponential, naturalLog, powerOfTwo} from './portable-math.ts'

const close = (a: number, b: number) => Math.abs(a - b) <= 1e-14 * Math.max(1e-300, Math.abs(b))

test('the logarithm is that of Math.log to within a few units of the last place', () => {
  for (const x of [1e-320, 1e-300, 0.1, 0.5, 1, 1.5, Math.E, 10, 1e17, 1e300])
    expect(close(naturalLog(x), Math.log(x)) || Math.abs(naturalLog(x) - Math.log(x)) < 1e-15, String(x)).toBe(true)
  fc.assert(
    fc.property(
      fc.double({min: 1e-300, max: 1e300, noNaN: true}),
      x => Math.abs(naturalLog(x) - Math.log(x)) <= 4e-16 * Math.max(1, Math.abs(Math.log(x))),
    ),
  )
  expect([naturalLog(0), naturalLog(1), naturalLog(-1)]).toEqual([-Infinity, 0, Number.NaN])
})

test('the exponential is that of Math.exp to within a few units of the last place', () => {
  fc.assert(fc.property(fc.double({min: -700, max: 700, noNaN: true}), x => close(exponential(x), Math.exp(x))))
  expect([exponential(0), exponential(-1000), exponential(1000)]).toEqual([1, 0, Infinity])
})

test('the cosine is that of Math.cos to within a few units of the last place', () => {
  fc.assert(fc.property(fc.double({min: 0, max: 1, noNaN: true}), x => Math.abs(cosineOfTurns(x) - Math.cos(2 * Math.PI * x)) < 1e-15))
  expect([cosineOfTurns(0), cosineOfTurns(0.5), cosineOfTurns(0.25)]).toEqual([1, -1, 0])
})

test('powers of two are exact', () => {
  for (const k of [-1022, -3, 0, 1, 52, 1023]) expect(powerOfTwo(k)).toBe(Math.pow(2, k))
})
