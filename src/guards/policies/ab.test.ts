import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {Prng} from '../../sim/kernel/prng.ts'
import {
  abBets,
  abCommand,
  abEvents,
  abPresets,
  abResult,
  abStatuses,
  abTick,
  abTransitions,
  abWarnings,
  badWindowChance,
  newAb,
  variantShare,
  type AbPolicy,
  type AbState,
} from './ab.ts'

const usual = abPresets.default
const seed = abPresets['seed-s5']

/** Requests at `perS` a second until `untilMs` or the first downgrade. */
function run(policy: AbPolicy, prng: Prng, perS: number, untilMs: number, failing: (variant: boolean, nowMs: number) => number): AbState {
  const state = newAb()
  for (let nowMs = 0; nowMs < untilMs && state.status === 'running'; nowMs += 1000 / perS) {
    const variant = prng.random() < variantShare(policy, state)
    abResult(policy, state, Math.floor(nowMs), variant, prng.random() < failing(variant, nowMs))
  }
  return state
}

test('every status and event has its cell, and no event leads elsewhere', () => {
  for (const from of abStatuses) for (const event of abEvents) expect(abTransitions[from][event].length).toBeGreaterThan(0)
  const quick: AbPolicy = {...usual, samplesMin: 3, pairsPerFalseAlarm: 4, waitMs: 50, waitMsMax: 200, recoveryMs: 60}
  const seen = new Set<string>()
  fc.assert(
    fc.property(
      fc.constantFrom<AbPolicy>(quick, {...seed, windowMs: 20, waitMs: 50, waitMsMax: 50, recoveryMs: 60}),
      fc.array(fc.tuple(fc.constantFrom('A', 'B', 'tick', 'stop', 'start'), fc.boolean(), fc.nat(12), fc.nat(60)), {
        maxLength: 400,
        size: 'max',
      }),
      (policy, events) => {
        const state = newAb()
        let nowMs = 0
        for (const [event, failed, after, rare] of events) {
          const from = state.status
          nowMs += after
          if (event === 'A' || event === 'B') abResult(policy, state, nowMs, event === 'B', event === 'B' ? rare > 9 || failed : rare < 3)
          else if (event === 'tick') abTick(policy, state, nowMs)
          else if (rare === 0 || state.status === 'stopped') abCommand(state, nowMs, event === 'stop' ? 'stop' : 'start')
          seen.add(`${from} ${state.status}`)
          expect(variantShare(policy, state)).toBeLessThanOrEqual(policy.share)
          for (let i = 0; i < abBets.length; i++) expect(Math.min(state.worse[i]!, state.noWorse[i]!)).toBeGreaterThan(0)
        }
      },
    ),
    {numRuns: 100},
  )
  for (const step of ['running downgraded', 'downgraded recovering', 'recovering running', 'running stopped', 'stopped running'])
    expect(seen).toContain(step)
})

describe('the sequential test', () => {
  test('keeps its bound on false alarms for a variant that is worse by exactly the margin', () => {
    // At a bound of 2,000 pairs, the mean number of pairs to an alarm must be at least that; 60 runs, each cut at 20,000 pairs.
    const policy: AbPolicy = {...usual, pairsPerFalseAlarm: 2000, samplesMin: 1}
    let pairs = 0
    for (let i = 0; i < 60; i++) {
      const prng = new Prng(i + 1)
      const state = newAb()
      let n = 0
      for (; n < 20_000 && state.status === 'running'; n++) {
        abResult(policy, state, n, true, prng.random() < 0.07)
        if (state.status === 'running') abResult(policy, state, n, false, prng.random() < 0.05)
      }
      pairs += n
    }
    expect(pairs / 60).toBeGreaterThan(2000)
  })

  test('finds a variant that fails 10 % more often within minutes, although it was well for an hour', () => {
    const state = run(usual, new Prng(3), 50, 4_600_000, (variant, nowMs) => (variant && nowMs > 3_600_000 ? 0.12 : 0.02))
    expect([state.status, state.verdict, state.reason]).toEqual(['downgraded', 'worse', 'worse than control'])
    expect(state.sinceMs).toBeGreaterThan(3_600_000)
    expect(state.sinceMs).toBeLessThan(3_600_000 + 180_000)
  })

  test('does not blame the variant for what makes both sides fail; the rule of the text does', () => {
    const outage = () => 0.2
    expect(run(usual, new Prng(4), 50, 3_600_000, outage).status).toBe('running')
    expect(run(seed, new Prng(4), 50, 3_600_000, outage).reason).toBe('failing windows')
  })

  test('says "no worse" when it is, and stays inconclusive below the minimum of requests', () => {
    expect(run(usual, new Prng(5), 50, 1_200_000, () => 0.01).verdict).toBe('no worse')
    expect(run(usual, new Prng(5), 5 / 60, 3_600_000, variant => (variant ? 0.5 : 0)).verdict).toBe('inconclusive')
  })
})

test('comes back in two steps, and waits twice as long after the second downgrade', () => {
  const policy: AbPolicy = {...usual, samplesMin: 10}
  const state = newAb()
  let nowMs = 0
  const until = (status: string, failing: number) => {
    const from = nowMs
    const prng = new Prng(9)
    while (state.status !== status && nowMs < from + 1e8) {
      nowMs += 20
      const variant = prng.random() < variantShare(policy, state)
      abResult(policy, state, nowMs, variant, prng.random() < (variant ? failing : 0.01))
    }
    return nowMs - from
  }
  until('downgraded', 0.5)
  expect(variantShare(policy, state)).toBe(0)
  expect(until('recovering', 0.01)).toBe(policy.waitMs)
  expect(variantShare(policy, state)).toBe(0.1)
  until('downgraded', 0.9)
  expect(until('recovering', 0.01)).toBe(2 * policy.waitMs)
  expect(until('running', 0.01)).toBeGreaterThanOrEqual(policy.recoveryMs)
  expect(variantShare(policy, state)).toBe(0.5)
})

test('a recovering variant without enough requests stays where it is', () => {
  const state = newAb()
  abCommand(state, 0, 'stop')
  abCommand(state, 0, 'start')
  Object.assign(state, {status: 'recovering'})
  abTick(usual, state, 10 * usual.recoveryMs)
  expect([state.status, state.verdict]).toEqual(['recovering', 'inconclusive'])
})

test('the chances of a false window are those of the binomial distribution', () => {
  expect([25, 50, 100].map(n => Math.round(1000 * badWindowChance(n, 0.05, 0.08)) / 10)).toEqual([35.8, 24, 12.8])
  expect(badWindowChance(1, 0.05, 0.08)).toBeCloseTo(0.05, 12)
  expect(abWarnings(seed).join('\n')).toMatch(
    /35\.8 %, 24\.0 %, 12\.8 % of windows of 25, 50, 100 requests; 3 in a row: 4\.6 %, 1\.4 %, 0\.2 %/,
  )
})

test('8 % exactly is bad: at least, not more than', () => {
  const state = newAb()
  for (let w = 0; w < 3; w++) for (let i = 0; i < 25; i++) abResult(seed, state, w * 60_000 + i, true, i < 2)
  abTick(seed, state, 180_000)
  expect(state.status).toBe('downgraded')
})
