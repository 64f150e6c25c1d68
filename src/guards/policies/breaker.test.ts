import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {
  ask,
  breakerEvents,
  breakerStatuses,
  breakerText,
  breakerTransitions,
  command,
  done,
  health,
  newBreaker,
  tick,
  wilsonLower,
  windowSlices,
  type BreakerEvent,
  type BreakerPolicy,
  type BreakerState,
  type BreakerStatus,
} from './breaker.ts'
import {breakerPresets, breakerWarnings} from './breaker-presets.ts'

const usual = breakerPresets.default
const seed = breakerPresets['seed-s2']

/** One event as it would come from outside; `done` events answer a call of this generation. */
function apply(
  policy: BreakerPolicy,
  state: BreakerState,
  event: BreakerEvent,
  nowMs: number,
  durationMs: number,
  generation = state.generation,
) {
  if (event === 'ask') ask(policy, state, nowMs)
  else if (event === 'tick') tick(policy, state, nowMs)
  else if (event === 'good' || event === 'failed' || event === 'ignored') done(policy, state, nowMs, generation, event, durationMs)
  else command(state, nowMs, event)
}

/** A breaker that was brought to this status by events alone. */
function inStatus(policy: BreakerPolicy, status: BreakerStatus): {state: BreakerState; nowMs: number} {
  const state = newBreaker()
  let nowMs = 0
  if (status === 'forced-open') command(state, 0, 'force-open')
  if (status === 'disabled') command(state, 0, 'disable')
  if (status === 'open' || status === 'half-open') {
    for (let i = 0; i < 40 && state.status !== 'open'; i++) apply(policy, state, 'failed', (nowMs += 500), 10)
    expect(state.status).toBe('open')
  }
  if (status === 'half-open') ask(policy, state, (nowMs = state.openUntilMs))
  expect(state.status).toBe(status)
  return {state, nowMs}
}

describe('the table of steps', () => {
  test('has a cell for every status and event, and none of them is empty', () => {
    for (const from of breakerStatuses)
      for (const event of breakerEvents) expect(breakerTransitions[from][event].length, `${from} ${event}`).toBeGreaterThan(0)
  })

  test('is kept whatever happens, and the sums stay those of the slices', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<BreakerPolicy>(usual, seed, {...usual, afterHalfOpen: 'closed', probes: 3, closeShare: 0.6, reopenFailures: 2}),
        fc.array(fc.tuple(fc.constantFrom(...breakerEvents), fc.nat(70_000), fc.nat(3000), fc.nat(2)), {maxLength: 400, size: 'max'}),
        (policy, events) => {
          const state = newBreaker(0, 7)
          let nowMs = 0
          for (const [event, after, durationMs, older] of events) {
            nowMs += after % 100 < 95 ? after % 300 : after
            apply(policy, state, event, nowMs, durationMs, state.generation - older)
            const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0)
            expect([sum(state.calls), sum(state.errors), sum(state.slow)]).toEqual([state.callsSum, state.errorsSum, state.slowSum])
            expect(Math.min(...state.calls, ...state.errors, ...state.slow)).toBeGreaterThanOrEqual(0)
            expect(state.asked).toBeLessThanOrEqual(policy.probes)
            expect(health(policy, state).score).toBeLessThanOrEqual(1)
          }
        },
      ),
      {numRuns: 60},
    )
  })

  test('holds no step that cannot happen', () => {
    const seen = new Set<string>()
    const policies: BreakerPolicy[] = [
      usual,
      {...usual, afterHalfOpen: 'closed'},
      {...usual, afterHalfOpen: 'open', openMs: 60_000},
      {...usual, closeShare: 0.6, reopenFailures: 4, slowProbeFails: false},
    ]
    for (const policy of policies) {
      for (const from of breakerStatuses) {
        for (const event of breakerEvents) {
          for (const laterMs of [0, 9_999, policy.halfOpenMsMax, 700_000]) {
            for (const before of [
              [],
              ['good', 'good', 'good', 'good'],
              ['failed', 'good', 'good', 'good'],
              ['failed', 'failed', 'failed', 'good'],
            ] as BreakerEvent[][]) {
              for (const durationMs of [10, 5000]) {
                const {state, nowMs} = inStatus(policy, from)
                if (from === 'closed')
                  for (let i = 0; i < 30; i++) done(policy, state, nowMs, state.generation, i % 5 === 0 ? 'good' : 'failed', 10)
                for (const earlier of before) apply(policy, state, earlier, nowMs, 10)
                if (state.status !== from) continue
                apply(policy, state, event, nowMs + laterMs, durationMs)
                seen.add(`${from} ${event} ${state.status}`)
              }
            }
          }
        }
      }
    }
    const listed = breakerStatuses.flatMap(from =>
      breakerEvents.flatMap(event => breakerTransitions[from][event].map(to => `${from} ${event} ${to}`)),
    )
    expect(listed.filter(step => !seen.has(step))).toEqual([])
  })
})

describe('half-open', () => {
  test('ends at its limit although no probe is ever answered', () => {
    const {state, nowMs} = inStatus(usual, 'half-open')
    for (let i = 0; i < 10; i++) ask(usual, state, nowMs + i)
    tick(usual, state, nowMs + usual.halfOpenMsMax)
    expect(state.status).toBe('open')
    expect(state.reason).toBe('probes unanswered')
  })

  test('with little traffic ends at its limit by the probes that were answered', () => {
    for (const [answers, status] of [
      [['good', 'good'], 'closed'],
      [['good'], 'open'], // two went out
      [['good', 'failed'], 'reopened'],
    ] as const) {
      const {state, nowMs} = inStatus(usual, 'half-open')
      ask(usual, state, nowMs + 10)
      const {generation} = state
      for (const answer of answers) done(usual, state, nowMs + 100, generation, answer, 10)
      tick(usual, state, nowMs + usual.halfOpenMsMax)
      if (status === 'reopened') expect(state.openings).toBe(2)
      else expect(state.status, answers.join(' ')).toBe(status)
    }
  })

  test('closes on five good probes, reopens on the first failed one, for half as long again', () => {
    const first = inStatus(usual, 'half-open')
    for (let i = 0; i < 5; i++) done(usual, first.state, first.nowMs + i, first.state.generation, 'good', 10)
    expect(first.state.status).toBe('closed')
    const second = inStatus({...usual, openJitter: 0}, 'half-open')
    done({...usual, openJitter: 0}, second.state, second.nowMs, second.state.generation, 'failed', 10)
    expect(second.state.openUntilMs - second.nowMs).toBe(1.5 * usual.openMs)
  })

  test('of the source text hangs between its two rules on exactly one failure, and still ends', () => {
    const {state, nowMs} = inStatus(seed, 'half-open')
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5; i++) {
        if (round > 0 || i > 0) expect(ask(seed, state, nowMs + round)).toBe('probe')
        done(seed, state, nowMs + round, state.generation, i === 2 ? 'failed' : 'good', 10)
      }
      expect([state.status, state.reason]).toEqual(['half-open', 'probes undecided'])
    }
    tick(seed, state, nowMs + seed.halfOpenMsMax)
    expect(state.status).toBe('open')
    expect(breakerWarnings(seed).join('\n')).toMatch(/1 failed of 5 probes neither close nor reopen it/)
  })

  test('frees the place of a probe its caller gave up', () => {
    const {state, nowMs} = inStatus(usual, 'half-open')
    for (let i = 0; i < 4; i++) expect(ask(usual, state, nowMs)).toBe('probe')
    expect(ask(usual, state, nowMs)).toBe('refuse')
    done(usual, state, nowMs, state.generation, 'ignored', 10)
    expect(ask(usual, state, nowMs)).toBe('probe')
  })
})

describe('a backend that is only slow', () => {
  const brownout = (policy: BreakerPolicy) => {
    const state = newBreaker()
    for (let i = 0; i < 600 && state.status === 'closed'; i++) done(policy, state, i * 100, state.generation, 'good', 3000)
    if (state.status === 'closed') tick(policy, state, 60_000)
    return state
  }

  test('leaves the score of the text at 0.6, so that it never opens, and the preset says so', () => {
    const state = brownout(seed)
    expect(state.status).toBe('closed')
    expect(health(seed, state).score).toBeCloseTo(0.6, 12)
    expect(breakerWarnings(seed).join('\n')).toMatch(/only slow never opens it/)
  })

  test('opens the default by its rule for slow calls', () => {
    const state = brownout(usual)
    expect(breakerText(usual, state)).toBe('open: 100.0 % of 101 calls took longer than 1000 ms, limit 50.0 %')
    expect(breakerWarnings(usual)).toEqual([])
  })
})

test('five calls with one error open the breaker of the text and not the default', () => {
  const five = (policy: BreakerPolicy) => {
    const state = newBreaker()
    for (let i = 0; i < 5; i++) done(policy, state, 9000 + i, state.generation, i === 0 ? 'failed' : 'good', 10)
    tick(policy, state, 10_000)
    return state.status
  }
  expect(five(seed)).toBe('open')
  expect(five(usual)).toBe('closed')
})

test('ten failures in a row open the default before any evaluation is due', () => {
  const state = newBreaker()
  for (let i = 0; i < 10; i++) done(usual, state, i, state.generation, 'failed', 10)
  expect(breakerText(usual, state)).toBe('open: 10 calls in a row failed')
})

test('answers of calls from before a change do not count', () => {
  const {state, nowMs} = inStatus(usual, 'half-open')
  done(usual, state, nowMs, state.generation - 2, 'failed', 10)
  expect([state.status, state.failed]).toEqual(['half-open', 0])
})

test('the window forgets after its length, not before', () => {
  const state = newBreaker()
  done(usual, state, 0, state.generation, 'failed', 10)
  tick(usual, state, usual.windowMs - usual.windowMs / windowSlices)
  expect(state.callsSum).toBe(1)
  tick(usual, state, 2 * usual.windowMs)
  expect(state.callsSum).toBe(0)
})

test('the lower end of the Wilson interval is that of the tables', () => {
  expect(wilsonLower(0.5, 10)).toBeCloseTo(0.2366, 4)
  expect(wilsonLower(0, 20)).toBeCloseTo(0, 12)
  expect(wilsonLower(1, 20)).toBeCloseTo(0.8389, 4)
})
