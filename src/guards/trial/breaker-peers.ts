// Models of other circuit breakers by the rules of their code, to try a policy beside them. Each says which version and settings it follows; the tests run
// the first three against the libraries themselves on the same traffic. Times are milliseconds.
import {ask, done, newBreaker, type BreakerPolicy} from '../policies/breaker.ts'

export type TrialStatus = 'closed' | 'open' | 'half-open'

export interface TrialBreaker {
  /** `wait`: the call is kept and asks again when the running probe has ended. */
  ask(nowMs: number, saturation: number): 'go' | 'refuse' | 'wait'
  /** Goes with a call that was let through and comes back with its end. */
  token(): number
  ended(nowMs: number, token: number, failed: boolean, durationMs: number): void
  status(): TrialStatus
  /** Calls are cut here and count as failed. */
  readonly timeoutMs?: number
}

export function ownBreaker(policy: BreakerPolicy): TrialBreaker {
  const state = newBreaker()
  return {
    ask(nowMs, saturation) {
      state.saturation = saturation
      return ask(policy, state, nowMs) === 'refuse' ? 'refuse' : 'go'
    },
    token: () => state.generation,
    ended: (nowMs, token, failed, durationMs) => done(policy, state, nowMs, token, failed ? 'failed' : 'good', durationMs),
    status: () =>
      state.status === 'open' || state.status === 'forced-open' ? 'open' : state.status === 'half-open' ? 'half-open' : 'closed',
  }
}

/** sony/gobreaker v2.4.0 with its defaults: more than 5 failures in a row open it for 60 s, one good probe closes it. Source: gobreaker.go. */
export function gobreaker(): TrialBreaker {
  let status: TrialStatus = 'closed'
  let [generation, row, probes, expiresMs] = [1, 0, 0, 0]
  const move = (to: TrialStatus, nowMs: number) => {
    status = to
    generation++
    row = 0
    probes = 0
    expiresMs = nowMs + 60_000
  }
  const current = (nowMs: number) => {
    if (status === 'open' && expiresMs < nowMs) move('half-open', nowMs)
  }
  return {
    ask(nowMs) {
      current(nowMs)
      if (status === 'open' || (status === 'half-open' && probes >= 1)) return 'refuse'
      probes++
      return 'go'
    },
    token: () => generation,
    ended(nowMs, token, failed) {
      current(nowMs)
      if (token !== generation) return
      if (!failed) {
        row = 0
        if (status === 'half-open') move('closed', nowMs)
      } else if (status === 'half-open' || ++row > 5) move('open', nowMs)
    },
    status: () => status,
  }
}

/**
 * opossum 9.0.0 with its defaults: more than 50 % of the calls of 10 s failed, 30 s open, one probe, calls cut at 10 s. Calls that were refused count as
 * calls; answers of calls from before an opening decide half-open too. Source: lib/circuit.js, lib/status.js.
 */
export function opossum(): TrialBreaker {
  const buckets = 10
  const [fires, failures] = [new Array<number>(buckets).fill(0), new Array<number>(buckets).fill(0)]
  let status: TrialStatus = 'closed'
  let [second, halfOpenAtMs, pending] = [0, Infinity, false]
  const pass = (nowMs: number) => {
    if (status === 'open' && nowMs >= halfOpenAtMs) {
      status = 'half-open'
      pending = true
    }
    for (const now = Math.floor(nowMs / 1000); second < now;) {
      second = Math.max(second + 1, now - buckets)
      fires[second % buckets] = 0
      failures[second % buckets] = 0
    }
  }
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0)
  return {
    timeoutMs: 10_000,
    ask(nowMs) {
      pass(nowMs)
      fires[second % buckets] = fires[second % buckets]! + 1
      if (status !== 'closed' && !pending) return 'refuse'
      pending = false
      return 'go'
    },
    token: () => 0,
    ended(nowMs, _token, failed) {
      pass(nowMs)
      if (!failed) {
        if (status === 'half-open') status = 'closed'
        return
      }
      failures[second % buckets] = failures[second % buckets]! + 1
      if (status === 'open') return
      if ((sum(failures) / sum(fires)) * 100 > 50 || status === 'half-open') {
        status = 'open'
        pending = false
        halfOpenAtMs = nowMs + 30_000
      }
    },
    status: () => status,
  }
}

/**
 * cockatiel 3.2.1 with the sampling breaker of its README: more than 20 % of 30 s failed and enough calls for five failures a second, 10 s open, one probe;
 * calls that come meanwhile wait for it. Source: CircuitBreakerPolicy.js, SamplingBreaker.js.
 */
export function cockatiel(): TrialBreaker {
  const [threshold, windowMs, windows] = [0.2, 1000, 30]
  const perMsMin = 5 / (threshold * 1000)
  /** Its windows begin at time 0 of the wall clock, long ago. */
  const startedMs = new Array<number>(windows).fill(-Infinity)
  const [good, bad] = [new Array<number>(windows).fill(0), new Array<number>(windows).fill(0)]
  let [at, goodSum, badSum, openedMs] = [0, 0, 0, 0]
  let status: TrialStatus = 'closed'
  let test = 0
  const push = (nowMs: number, failed: boolean) => {
    if (nowMs - startedMs[at]! >= windowMs) {
      at = (at + 1) % windows
      badSum -= bad[at]!
      goodSum -= good[at]!
      bad[at] = 0
      good[at] = 0
      startedMs[at] = nowMs
    }
    if (failed) {
      bad[at] = bad[at]! + 1
      badSum++
    } else {
      good[at] = good[at]! + 1
      goodSum++
    }
  }
  let asked: 'call' | 'test' = 'call'
  return {
    ask(nowMs) {
      asked = 'call'
      if (status === 'half-open') return 'wait'
      if (status === 'closed') return 'go'
      if (nowMs - openedMs < 10_000) return 'refuse'
      status = 'half-open'
      asked = 'test'
      return 'go'
    },
    token: () => (asked === 'test' ? ++test : 0),
    ended(nowMs, token, failed) {
      const isTest = token !== 0
      if (isTest && !failed) {
        goodSum = 0
        badSum = 0
        good.fill(0)
        bad.fill(0)
        startedMs.fill(-Infinity)
        push(nowMs, false)
        status = 'closed'
        return
      }
      push(nowMs, failed)
      if (!failed) return
      const total = goodSum + badSum
      const trips = isTest || (total >= windows * windowMs * perMsMin && badSum > threshold * total)
      if (trips && status !== 'open') {
        status = 'open'
        openedMs = nowMs
      }
    },
    status: () => status,
  }
}

/**
 * resilience4j 2 with its defaults: 50 % of the last 100 calls failed or all of them took 60 s, at least 100 calls, 60 s open, 10 probes decide. From its documentation;
 * not run against the library.
 */
export function resilience4j(): TrialBreaker {
  let status: TrialStatus = 'closed'
  let [generation, openedMs, asked] = [1, 0, 0]
  let ring: {failed: boolean; slow: boolean}[] = []
  const move = (to: TrialStatus, nowMs: number) => {
    status = to
    generation++
    openedMs = nowMs
    asked = 0
    ring = []
  }
  return {
    ask(nowMs) {
      if (status === 'open' && nowMs - openedMs >= 60_000) move('half-open', nowMs)
      if (status === 'open' || (status === 'half-open' && asked >= 10)) return 'refuse'
      asked++
      return 'go'
    },
    token: () => generation,
    ended(nowMs, token, failed, durationMs) {
      if (token !== generation) return
      ring.push({failed, slow: durationMs > 60_000})
      const size = status === 'half-open' ? 10 : 100
      if (ring.length > size) ring.shift()
      if (ring.length < size) return
      const share = (of: 'failed' | 'slow') => ring.filter(call => call[of]).length / ring.length
      const bad = share('failed') >= 0.5 || share('slow') >= 1
      if (bad) move('open', nowMs)
      else if (status === 'half-open') move('closed', nowMs)
    },
    status: () => status,
  }
}
