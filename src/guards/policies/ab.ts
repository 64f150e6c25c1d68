// The decisions of an A/B guard: is the variant worse than control, and how much traffic does it get. No clock, no chance; the state is JSON.
// "Worse" is a sequential test that may be looked at after every request: bets against "the variant fails at most `margin` more often than
// control", each a product of 1 + lambda * (difference - margin), restarted at 1 (a CUSUM e-detector). Under that hypothesis the mean number of compared
// pairs before a false alarm is at least `pairsPerFalseAlarm`. Source: Shin, Ramdas, Rinaldo, "E-detectors" (2022); betting: Waudby-Smith,
// Ramdas, "Estimating means of bounded random variables by betting" (2020). The generated Go holds the same arithmetic in the same order.
import {assert} from '../../base/errors.ts'

export const abStatuses = ['running', 'downgraded', 'recovering', 'stopped'] as const
export type AbStatus = (typeof abStatuses)[number]
export const abEvents = ['result', 'tick', 'stop', 'start'] as const
export type AbEvent = (typeof abEvents)[number]
/** What is known of the variant since the last change of status. */
export type AbVerdict = 'inconclusive' | 'no worse' | 'worse'
export type AbReason = 'begun' | 'worse than control' | 'failing windows' | 'waited' | 'recovered' | 'by hand'

interface AbCommon {
  /** Share of the traffic the variant gets while running. */
  readonly share: number
  /** After a downgrade control has all traffic for so long; each further one waits twice as long, up to `waitMsMax`. */
  readonly waitMs: number
  readonly waitMsMax: number
  /** Then the variant gets this share, for at least `recoveryMs` and `samplesMin` requests. */
  readonly recoveryShare: number
  readonly recoveryMs: number
  /** Fewer requests of either side decide nothing. */
  readonly samplesMin: number
}

export type AbPolicy = AbCommon &
  (
    | {readonly rule: 'sequential'; readonly margin: number; readonly pairsPerFalseAlarm: number; readonly alpha: number}
    /** A window is bad when this share of the variant's requests failed or more; so many in a row downgrade. Control is not looked at. */
    | {readonly rule: 'windows'; readonly windowMs: number; readonly threshold: number; readonly inARow: number}
  )

/** Sizes of the bets, before they are divided by 1 + margin. Small ones find small differences, large ones large differences quickly. */
export const abBets = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8] as const

export interface AbState {
  version: 1
  status: AbStatus
  verdict: AbVerdict
  nowMs: number
  sinceMs: number
  downgrades: number
  variantCalls: number
  variantFailed: number
  controlCalls: number
  controlFailed: number
  /** Requests not yet compared. */
  blockVariant: number
  blockVariantFailed: number
  blockControl: number
  blockControlFailed: number
  pairs: number
  /** Evidence for "worse" and for "no worse", by bet. */
  worse: number[]
  noWorse: number[]
  windowStartMs: number
  windowCalls: number
  windowFailed: number
  badWindows: number
  reason: AbReason
}

/** Where each event may lead from each status. */
export const abTransitions: Readonly<Record<AbStatus, Readonly<Record<AbEvent, readonly AbStatus[]>>>> = {
  running: {result: ['running', 'downgraded'], tick: ['running', 'downgraded'], stop: ['stopped'], start: ['running']},
  downgraded: {result: ['downgraded', 'recovering'], tick: ['downgraded', 'recovering'], stop: ['stopped'], start: ['running']},
  recovering: {
    result: ['recovering', 'downgraded', 'running'],
    tick: ['recovering', 'downgraded', 'running'],
    stop: ['stopped'],
    start: ['running'],
  },
  stopped: {result: ['stopped'], tick: ['stopped'], stop: ['stopped'], start: ['running']},
}

export const abPresets = {
  default: {
    rule: 'sequential',
    share: 0.5,
    waitMs: 300_000,
    waitMsMax: 3_600_000,
    recoveryShare: 0.1,
    recoveryMs: 300_000,
    samplesMin: 200,
    margin: 0.02,
    pairsPerFalseAlarm: 1e7,
    alpha: 0.05,
  },
  /** S5 4.4: 8 % or more in windows of 60 s, three in a row, 300 s until traffic comes back step by step. No control, no minimum (E-128, E-129). */
  'seed-s5': {
    rule: 'windows',
    share: 0.5,
    waitMs: 300_000,
    waitMsMax: 300_000,
    recoveryShare: 0.1,
    recoveryMs: 300_000,
    samplesMin: 0,
    windowMs: 60_000,
    threshold: 0.08,
    inARow: 3,
  },
} as const satisfies Record<string, AbPolicy>

export const newAb = (nowMs = 0): AbState => ({
  version: 1,
  status: 'running',
  verdict: 'inconclusive',
  nowMs,
  sinceMs: nowMs,
  downgrades: 0,
  variantCalls: 0,
  variantFailed: 0,
  controlCalls: 0,
  controlFailed: 0,
  blockVariant: 0,
  blockVariantFailed: 0,
  blockControl: 0,
  blockControlFailed: 0,
  pairs: 0,
  worse: ones(),
  noWorse: ones(),
  windowStartMs: nowMs,
  windowCalls: 0,
  windowFailed: 0,
  badWindows: 0,
  reason: 'begun',
})

const ones = () => new Array<number>(abBets.length).fill(1)

/** The share of requests that go to the variant now. */
export function variantShare(policy: AbPolicy, state: AbState): number {
  if (state.status === 'running') return policy.share
  return state.status === 'recovering' ? Math.min(policy.share, policy.recoveryShare) : 0
}

/** One request ended. Changes `state`. */
export function abResult(policy: AbPolicy, state: AbState, nowMs: number, variant: boolean, failed: boolean): void {
  const before = state.status
  pass(policy, state, nowMs)
  if (state.status === 'running' || state.status === 'recovering') {
    if (variant) {
      state.variantCalls++
      state.blockVariant++
      state.windowCalls++
      if (failed) {
        state.variantFailed++
        state.blockVariantFailed++
        state.windowFailed++
      }
    } else {
      state.controlCalls++
      state.blockControl++
      if (failed) {
        state.controlFailed++
        state.blockControlFailed++
      }
    }
    if (policy.rule === 'sequential') compare(policy, state)
    recovered(policy, state)
  }
  legal(before, 'result', state)
}

/** Time passes. Changes `state`. */
export function abTick(policy: AbPolicy, state: AbState, nowMs: number): void {
  const before = state.status
  pass(policy, state, nowMs)
  recovered(policy, state)
  legal(before, 'tick', state)
}

/** Someone decides: `stop` gives control all traffic, `start` begins anew. Changes `state`. */
export function abCommand(state: AbState, nowMs: number, what: 'stop' | 'start'): void {
  const before = state.status
  state.nowMs = Math.max(state.nowMs, nowMs)
  move(state, what === 'stop' ? 'stopped' : 'running', 'by hand')
  if (what === 'start') state.downgrades = 0
  legal(before, what, state)
}

function pass(policy: AbPolicy, state: AbState, nowMs: number): void {
  state.nowMs = Math.max(state.nowMs, nowMs)
  if (state.status === 'downgraded') {
    let wait = policy.waitMs
    for (let i = 1; i < state.downgrades && wait < policy.waitMsMax; i++) wait *= 2
    if (state.nowMs - state.sinceMs >= Math.min(wait, policy.waitMsMax)) move(state, 'recovering', 'waited')
  } else if (policy.rule === 'windows' && state.status !== 'stopped') {
    const over = state.nowMs - state.windowStartMs
    if (over >= policy.windowMs) {
      closeWindow(policy, state)
      state.windowStartMs += Math.floor(over / policy.windowMs) * policy.windowMs
    }
  }
}

function closeWindow(policy: AbPolicy & {rule: 'windows'}, state: AbState): void {
  const calls = state.windowCalls
  // A window without requests of the variant says nothing: the row neither grows nor ends.
  if (calls > 0 && calls >= policy.samplesMin) {
    if (state.windowFailed / calls >= policy.threshold) state.badWindows++
    else state.badWindows = 0
  }
  state.windowCalls = 0
  state.windowFailed = 0
  if (state.badWindows < policy.inARow) return
  state.verdict = 'worse'
  downgrade(state, 'failing windows')
}

/** A block is complete when both sides have a request; its two shares are compared once. */
function compare(policy: AbPolicy & {rule: 'sequential'}, state: AbState): void {
  if (state.blockVariant === 0 || state.blockControl === 0) return
  const difference = state.blockVariantFailed / state.blockVariant - state.blockControlFailed / state.blockControl - policy.margin
  let [worse, noWorse] = [0, 0]
  for (let i = 0; i < abBets.length; i++) {
    const bet = abBets[i]! / (1 + policy.margin)
    state.worse[i] = Math.max(1, state.worse[i]!) * (1 + bet * difference)
    // Evidence for "no worse" is kept below a bound, so that it stays a number; it is only looked at until it passes 1 / alpha.
    state.noWorse[i] = Math.min(1e100, state.noWorse[i]! * (1 - bet * difference))
    worse += state.worse[i]!
    noWorse += state.noWorse[i]!
  }
  state.pairs++
  state.blockVariant = 0
  state.blockVariantFailed = 0
  state.blockControl = 0
  state.blockControlFailed = 0
  if (state.variantCalls < policy.samplesMin || state.controlCalls < policy.samplesMin) return
  if (worse / abBets.length >= policy.pairsPerFalseAlarm) {
    state.verdict = 'worse'
    downgrade(state, 'worse than control')
  } else if (noWorse / abBets.length >= 1 / policy.alpha) state.verdict = 'no worse'
}

function recovered(policy: AbPolicy, state: AbState): void {
  if (state.status !== 'recovering' || state.nowMs - state.sinceMs < policy.recoveryMs) return
  if (state.variantCalls < policy.samplesMin || (policy.rule === 'sequential' && state.controlCalls < policy.samplesMin)) return
  if (policy.rule === 'windows' && state.badWindows > 0) return
  move(state, 'running', 'recovered')
}

function downgrade(state: AbState, reason: AbReason): void {
  const {verdict} = state
  move(state, 'downgraded', reason)
  state.verdict = verdict
  state.downgrades++
}

function move(state: AbState, to: AbStatus, reason: AbReason): void {
  state.status = to
  state.reason = reason
  state.sinceMs = state.nowMs
  state.verdict = 'inconclusive'
  state.variantCalls = 0
  state.variantFailed = 0
  state.controlCalls = 0
  state.controlFailed = 0
  state.blockVariant = 0
  state.blockVariantFailed = 0
  state.blockControl = 0
  state.blockControlFailed = 0
  state.pairs = 0
  state.worse.fill(1)
  state.noWorse.fill(1)
  state.windowStartMs = state.nowMs
  state.windowCalls = 0
  state.windowFailed = 0
  state.badWindows = 0
}

function legal(from: AbStatus, event: AbEvent, {status}: AbState): void {
  assert(abTransitions[from][event].includes(status), `A/B guard went ${from} -> ${status} on ${event}`)
}

/** Chance that a window of `calls` shows the threshold or more although the variant truly fails with `share`: the binomial tail. */
export function badWindowChance(calls: number, share: number, threshold: number): number {
  const least = Math.ceil(threshold * calls - 1e-9)
  let [term, below] = [(1 - share) ** calls, 0]
  for (let k = 0; k < least; k++) {
    below += term
    term *= ((calls - k) / (k + 1)) * (share / (1 - share))
  }
  return Math.max(0, 1 - below)
}

/** What a policy is worth, in words. */
export function abWarnings(policy: AbPolicy): string[] {
  if (policy.rule === 'sequential')
    return [
      `false alarms: at most one in ${policy.pairsPerFalseAlarm.toLocaleString('en')} compared pairs on average, for a variant that fails at most ${percent(policy.margin)} more often than control`,
    ]
  const sizes = [25, 50, 100] as const
  const chances = sizes.map(calls => badWindowChance(calls, 0.05, policy.threshold))
  const list = (values: readonly number[]) => values.map(v => `${(100 * v).toFixed(1)} %`).join(', ')
  return [
    `control is not looked at: whatever makes both sides fail downgrades the variant`,
    `a variant that truly fails 5 % shows ${percent(policy.threshold)} or more in ${list(chances)} of windows of ${sizes.join(', ')} requests; ${policy.inARow} in a row: ${list(chances.map(c => c ** policy.inARow))}`,
    ...(policy.samplesMin > 0 ? [] : ['there is no minimum of requests: one failed request of one is 100 %']),
  ]
}

const percent = (share: number) => `${Math.round(share * 1000) / 10} %`
