// The decisions of a circuit breaker: five states, a table of every legal step, a clock that the caller gives, a state that is plain JSON.
// The generated Go package (codegen/breaker) holds the same arithmetic in the same order, so that both take the same decisions bit for bit:
// no exp, no log, and in Go every product that is added to something is rounded first.
import {assert} from '../../base/errors.ts'

export const breakerStatuses = ['closed', 'open', 'half-open', 'forced-open', 'disabled'] as const
export type BreakerStatus = (typeof breakerStatuses)[number]
export const breakerEvents = ['ask', 'good', 'failed', 'ignored', 'tick', 'force-open', 'disable', 'enable'] as const
export type BreakerEvent = (typeof breakerEvents)[number]
export type BreakerReason =
  | 'errors'
  | 'row'
  | 'slow'
  | 'score'
  | 'time'
  | 'probe failed'
  | 'probes good'
  | 'probes undecided'
  | 'probes unanswered'
  | 'by hand'

export interface BreakerPolicy {
  readonly windowMs: number
  readonly evaluateEveryMs: number
  /** A call that takes longer is slow. */
  readonly slowMs: number
  /** Health is 1 minus the weighted sum of slow share, scaled error share and saturation. */
  readonly weights: {readonly slow: number; readonly errors: number; readonly saturation: number}
  /** The error share that counts as 1 in the score. */
  readonly errorScale: number
  readonly scoreBelow: number
  /** Evaluations in a row with a low score before it opens. */
  readonly scoreInARow: number
  readonly scoreSamplesMin: number
  /** Opens when the error share is above this … */
  readonly errorShareAbove: number
  readonly errorSamplesMin: number
  /** … and the lower end of its 95 % Wilson interval is above this; negative asks nothing. */
  readonly errorLowerAbove: number
  /** Opens at once after so many failures without a good call between; 0 never does. */
  readonly failuresInARow: number
  /** Opens when more than this share is slow; 1 never does. */
  readonly slowShareAbove: number
  readonly slowSamplesMin: number
  readonly openMs: number
  /** Each opening without a close between lasts this much longer, up to `openMsMax`. */
  readonly openFactor: number
  readonly openMsMax: number
  /** Share of the open time by which it varies, so that many instances do not probe together. */
  readonly openJitter: number
  readonly probes: number
  /** Closes when this share of the probes is good. */
  readonly closeShare: number
  readonly reopenFailures: number
  /** A slow probe counts as failed: a brownout must not look like health. */
  readonly slowProbeFails: boolean
  /** Half-open cannot last longer, whatever the probes do. */
  readonly halfOpenMsMax: number
  /** What follows then; `decide` closes when some probes were answered and none failed or is missing, so that little traffic cannot keep it open. */
  readonly afterHalfOpen: 'open' | 'closed' | 'decide'
}

/** A window is this many slices; the oldest is dropped as a new one begins. */
export const windowSlices = 50
/** Two-sided 95 % of the normal distribution, and its square as a literal, because Go folds constants exactly and TypeScript does not. */
const z = 1.96
const zz = 3.8416

/** Plain JSON. Times are the caller's milliseconds. */
export interface BreakerState {
  version: 1
  status: BreakerStatus
  /** Calls that were let through under an earlier generation no longer count. */
  generation: number
  nowMs: number
  sinceMs: number
  openUntilMs: number
  evaluatedMs: number
  /** Openings without a close between. */
  openings: number
  lowScores: number
  saturation: number
  asked: number
  good: number
  failed: number
  chance: number
  slice: number
  calls: number[]
  errors: number[]
  slow: number[]
  callsSum: number
  errorsSum: number
  slowSum: number
  row: number
  /** Of the last change. */
  reason: BreakerReason
}

/** Where each event may lead from each state: every cell is filled, and every step is checked against it. */
export const breakerTransitions: Readonly<Record<BreakerStatus, Readonly<Record<BreakerEvent, readonly BreakerStatus[]>>>> = {
  closed: {
    ask: ['closed', 'open'], // an evaluation that was due
    good: ['closed', 'open'],
    failed: ['closed', 'open'],
    ignored: ['closed'],
    tick: ['closed', 'open'],
    'force-open': ['forced-open'],
    disable: ['disabled'],
    enable: ['closed'],
  },
  open: {
    ask: ['open', 'half-open'],
    good: ['open'], // answers of calls from before
    failed: ['open'],
    ignored: ['open'],
    tick: ['open', 'half-open'],
    'force-open': ['forced-open'],
    disable: ['disabled'],
    enable: ['closed'],
  },
  'half-open': {
    ask: ['half-open', 'open', 'closed'], // the wait for probes has a limit
    good: ['half-open', 'closed', 'open'], // open: good, but too slow
    failed: ['half-open', 'open', 'closed'],
    ignored: ['half-open'],
    tick: ['half-open', 'open', 'closed'],
    'force-open': ['forced-open'],
    disable: ['disabled'],
    enable: ['closed'],
  },
  'forced-open': {
    ask: ['forced-open'],
    good: ['forced-open'],
    failed: ['forced-open'],
    ignored: ['forced-open'],
    tick: ['forced-open'],
    'force-open': ['forced-open'],
    disable: ['disabled'],
    enable: ['closed'],
  },
  disabled: {
    ask: ['disabled'],
    good: ['disabled'],
    failed: ['disabled'],
    ignored: ['disabled'],
    tick: ['disabled'],
    'force-open': ['forced-open'],
    disable: ['disabled'],
    enable: ['closed'],
  },
}

export const newBreaker = (nowMs = 0, chance = 1): BreakerState => ({
  version: 1,
  status: 'closed',
  generation: 1,
  nowMs,
  sinceMs: nowMs,
  openUntilMs: 0,
  evaluatedMs: nowMs,
  openings: 0,
  lowScores: 0,
  saturation: 0,
  asked: 0,
  good: 0,
  failed: 0,
  chance: chance >>> 0 || 1,
  slice: 0,
  calls: zeros(),
  errors: zeros(),
  slow: zeros(),
  callsSum: 0,
  errorsSum: 0,
  slowSum: 0,
  row: 0,
  reason: 'time',
})

const zeros = () => new Array<number>(windowSlices).fill(0)

export type Admission = 'allow' | 'probe' | 'refuse'
export type Outcome = 'good' | 'failed' | 'ignored'

/** May one more call go out? Remember `state.generation` with it. Changes `state`. */
export function ask(policy: BreakerPolicy, state: BreakerState, nowMs: number): Admission {
  const before = state.status
  pass(policy, state, nowMs)
  let admission: Admission = 'allow'
  if (state.status === 'open' || state.status === 'forced-open') admission = 'refuse'
  else if (state.status === 'half-open') {
    if (state.asked < policy.probes) {
      state.asked++
      admission = 'probe'
    } else admission = 'refuse'
  }
  legal(before, 'ask', state)
  return admission
}

/** A call ended. `ignored`: it says nothing about the backend, such as one its caller gave up. Changes `state`. */
export function done(
  policy: BreakerPolicy,
  state: BreakerState,
  nowMs: number,
  generation: number,
  outcome: Outcome,
  durationMs: number,
): void {
  const before = state.status
  state.nowMs = Math.max(state.nowMs, nowMs)
  if (generation === state.generation) {
    const slow = durationMs > policy.slowMs
    if (state.status === 'half-open') answerProbe(policy, state, outcome, slow)
    else if (state.status === 'closed' && outcome !== 'ignored') {
      count(policy, state, outcome === 'failed', slow)
      if (policy.failuresInARow > 0 && state.row >= policy.failuresInARow) open(policy, state, 'row')
      else evaluate(policy, state)
    }
  }
  legal(before, outcome, state)
}

/** Time passes without a call; what must happen by now happens. Changes `state`. */
export function tick(policy: BreakerPolicy, state: BreakerState, nowMs: number): void {
  const before = state.status
  pass(policy, state, nowMs)
  legal(before, 'tick', state)
}

/** Someone decides. `enable` closes it with an empty window. Changes `state`. */
export function command(state: BreakerState, nowMs: number, what: 'force-open' | 'disable' | 'enable'): void {
  const before = state.status
  state.nowMs = Math.max(state.nowMs, nowMs)
  const to = what === 'force-open' ? 'forced-open' : what === 'disable' ? 'disabled' : 'closed'
  if (to !== state.status) move(state, to, 'by hand')
  legal(before, what, state)
}

export interface Health {
  readonly calls: number
  readonly slowShare: number
  readonly errorShare: number
  readonly errorLower: number
  /** 1 is well. With no calls only saturation speaks. */
  readonly score: number
}

/** The figures an evaluation looks at. */
export function health(policy: BreakerPolicy, state: BreakerState): Health {
  const n = state.callsSum
  const slowShare = n === 0 ? 0 : state.slowSum / n
  const errorShare = n === 0 ? 0 : state.errorsSum / n
  const scaled = Math.min(1, errorShare / policy.errorScale)
  const {weights} = policy
  const score = 1 - (weights.slow * slowShare + weights.errors * scaled + weights.saturation * state.saturation)
  return {calls: n, slowShare, errorShare, errorLower: wilsonLower(errorShare, n), score}
}

/** Lower end of the 95 % Wilson interval of a share. */
export function wilsonLower(share: number, n: number): number {
  if (n === 0) return 0
  const spread = Math.sqrt((share * (1 - share)) / n + zz / (4 * n * n))
  return (share + zz / (2 * n) - z * spread) / (1 + zz / n)
}

function pass(policy: BreakerPolicy, state: BreakerState, nowMs: number): void {
  state.nowMs = Math.max(state.nowMs, nowMs)
  if (state.status === 'closed') evaluate(policy, state)
  else if (state.status === 'open' && state.nowMs >= state.openUntilMs) move(state, 'half-open', 'time')
  else if (state.status === 'half-open' && state.nowMs - state.sinceMs >= policy.halfOpenMsMax) {
    if (policy.afterHalfOpen === 'decide' && state.good > 0 && state.good === state.asked) move(state, 'closed', 'probes good')
    else if (policy.afterHalfOpen === 'closed') move(state, 'closed', 'probes unanswered')
    else open(policy, state, 'probes unanswered')
  }
}

function evaluate(policy: BreakerPolicy, state: BreakerState): void {
  if (state.nowMs - state.evaluatedMs < policy.evaluateEveryMs) return
  state.evaluatedMs = state.nowMs
  slide(policy, state)
  const {calls, slowShare, errorShare, errorLower, score} = health(policy, state)
  if (calls >= policy.errorSamplesMin && errorShare > policy.errorShareAbove && errorLower > policy.errorLowerAbove)
    return open(policy, state, 'errors')
  if (calls >= policy.slowSamplesMin && slowShare > policy.slowShareAbove) return open(policy, state, 'slow')
  if (calls >= policy.scoreSamplesMin && score < policy.scoreBelow) state.lowScores++
  else state.lowScores = 0
  if (state.lowScores >= policy.scoreInARow) open(policy, state, 'score')
}

function answerProbe(policy: BreakerPolicy, state: BreakerState, outcome: Outcome, slow: boolean): void {
  if (outcome === 'ignored') {
    if (state.asked > 0) state.asked-- // its place is free again
    return
  }
  if (outcome === 'failed' || (slow && policy.slowProbeFails)) state.failed++
  else state.good++
  if (state.failed >= policy.reopenFailures) return open(policy, state, 'probe failed')
  if (state.good + state.failed < policy.probes) return
  if (state.good / policy.probes >= policy.closeShare) move(state, 'closed', 'probes good')
  else {
    // Neither: the probes begin anew. `sinceMs` stays, so that this too ends at the limit.
    state.generation++
    state.reason = 'probes undecided'
    state.asked = 0
    state.good = 0
    state.failed = 0
  }
}

function open(policy: BreakerPolicy, state: BreakerState, reason: BreakerReason): void {
  let forMs = policy.openMs
  for (let i = 0; i < state.openings && forMs < policy.openMsMax; i++) forMs *= policy.openFactor
  forMs = Math.min(forMs, policy.openMsMax)
  state.chance = nextChance(state.chance)
  const swing = 2 * (state.chance / 4294967296) - 1
  forMs = Math.floor(forMs + forMs * policy.openJitter * swing)
  move(state, 'open', reason)
  state.openings++
  state.openUntilMs = state.nowMs + forMs
}

function move(state: BreakerState, to: BreakerStatus, reason: BreakerReason): void {
  state.status = to
  state.generation++
  state.sinceMs = state.nowMs
  state.reason = reason
  state.asked = 0
  state.good = 0
  state.failed = 0
  if (to !== 'closed') return
  state.openings = 0
  state.lowScores = 0
  state.evaluatedMs = state.nowMs
  state.calls.fill(0)
  state.errors.fill(0)
  state.slow.fill(0)
  state.callsSum = 0
  state.errorsSum = 0
  state.slowSum = 0
  state.row = 0
}

function count(policy: BreakerPolicy, state: BreakerState, failed: boolean, slow: boolean): void {
  slide(policy, state)
  const at = state.slice % windowSlices
  state.calls[at] = state.calls[at]! + 1
  state.callsSum++
  if (failed) {
    state.errors[at] = state.errors[at]! + 1
    state.errorsSum++
    state.row++
  } else state.row = 0
  if (slow) {
    state.slow[at] = state.slow[at]! + 1
    state.slowSum++
  }
}

/** Drops the slices that left the window. */
function slide(policy: BreakerPolicy, state: BreakerState): void {
  const slice = Math.floor((state.nowMs * windowSlices) / policy.windowMs)
  for (let i = 0; state.slice < slice && i < windowSlices; i++) {
    state.slice++
    const at = state.slice % windowSlices
    state.callsSum -= state.calls[at]!
    state.errorsSum -= state.errors[at]!
    state.slowSum -= state.slow[at]!
    state.calls[at] = 0
    state.errors[at] = 0
    state.slow[at] = 0
  }
  if (state.slice < slice) state.slice = slice
}

/** xorshift32, Marsaglia 2003. */
function nextChance(x: number): number {
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  return x >>> 0
}

function legal(from: BreakerStatus, event: BreakerEvent, {status}: BreakerState): void {
  assert(breakerTransitions[from][event].includes(status), `breaker went ${from} -> ${status} on ${event}`)
}

/** One line for people: why it is as it is. */
export function breakerText(policy: BreakerPolicy, state: BreakerState): string {
  const {calls, slowShare, errorShare, errorLower, score} = health(policy, state)
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const why: Record<BreakerReason, string> = {
    errors: `${percent(errorShare)} of ${calls} calls failed, limit ${percent(policy.errorShareAbove)} (lower end of the interval ${percent(errorLower)})`,
    row: `${policy.failuresInARow} calls in a row failed`,
    slow: `${percent(slowShare)} of ${calls} calls took longer than ${policy.slowMs} ms, limit ${percent(policy.slowShareAbove)}`,
    score: `health ${score.toFixed(2)} below ${policy.scoreBelow} ${policy.scoreInARow} times in a row`,
    time: state.status === 'half-open' ? 'the open time is over' : 'it has just begun',
    'probe failed': `${policy.reopenFailures} of ${policy.probes} probes failed`,
    'probes good': `${percent(policy.closeShare)} or more of up to ${policy.probes} probes were good`,
    'probes undecided': 'the probes neither closed nor opened it and begin anew',
    'probes unanswered': `the probes were not all answered in ${policy.halfOpenMsMax} ms`,
    'by hand': 'someone decided so',
  }
  return `${state.status}: ${why[state.reason]}`
}
