// A circuit breaker on generated traffic: how fast it opens, how often for nothing, what it costs, how fast it lets traffic back.
// The policy is any object of this shape; here are one source text's rules and the plain consecutive-failures rule to compare with.
import type {TrafficRequest} from '../traffic/traffic.ts'

export interface BreakerPolicy {
  /** May this request go out? */
  allow(nowNs: number): boolean
  /** How a request that went out ended. */
  observe(nowNs: number, request: TrafficRequest): void
  readonly open: boolean
}

export interface BreakerRun {
  readonly requests: number
  readonly allowed: number
  readonly trips: number
  /** Opened while the backend was well. */
  readonly falseTrips: number
  /** Well requests that were refused. */
  readonly lostGood: number
  /** Requests let through to a bad backend. */
  readonly passedBad: number
  /** From the first bad request to open; undefined if it never opened in a bad stretch. */
  readonly tripNs: number | undefined
  /** From the last bad request to the first one let through with the breaker closed. */
  readonly recoverNs: number | undefined
  readonly durationNs: number
}

export function runBreaker(requests: Iterable<TrafficRequest>, policy: BreakerPolicy): BreakerRun {
  let [n, allowed, trips, falseTrips, lostGood, passedBad] = [0, 0, 0, 0, 0, 0]
  let badSince: number | undefined
  let goodSince: number | undefined
  let tripNs: number | undefined
  let recoverNs: number | undefined
  let wasBad = false
  let last = 0
  for (const request of requests) {
    n++
    last = request.atNs
    if (request.bad && !wasBad) badSince ??= request.atNs
    if (!request.bad && wasBad) goodSince = request.atNs
    wasBad = request.bad
    const before = policy.open
    if (policy.allow(request.atNs)) {
      allowed++
      if (request.bad) passedBad++
      policy.observe(request.atNs, request)
      if (goodSince !== undefined && !request.bad && !policy.open && tripNs !== undefined) recoverNs ??= request.atNs - goodSince
    } else if (!request.bad) lostGood++
    if (!before && policy.open) {
      trips++
      if (!request.bad) falseTrips++
      else if (badSince !== undefined) tripNs ??= request.atNs - badSince
    }
  }
  return {requests: n, allowed, trips, falseTrips, lostGood, passedBad, tripNs, recoverNs, durationNs: last}
}

/** The rules of S2 2.5 as its code has them: window of 60 s, one bad score opens, 60 s open, five probes of which 95 % must be good. */
export function seedS2Breaker(): BreakerPolicy {
  const window: {atNs: number; failed: boolean; slow: boolean}[] = []
  let state: 'closed' | 'open' | 'half-open' = 'closed'
  let openedNs = 0
  let probes = 0
  let failures = 0
  let evaluatedNs = 0
  return {
    get open() {
      return state === 'open'
    },
    allow(nowNs) {
      if (state === 'open' && nowNs - openedNs >= 60e9) {
        state = 'half-open'
        probes = 0
        failures = 0
      }
      return state !== 'open' && (state !== 'half-open' || probes < 5)
    },
    observe(nowNs, request) {
      const slow = request.durationNs > 1e9
      if (state === 'half-open') {
        probes++
        if (request.failed) failures++
        if (failures >= 2) {
          state = 'open'
          openedNs = nowNs
        } else if (probes === 5 && failures === 0) {
          state = 'closed'
          window.length = 0
        } else if (probes === 5) probes = 0 // one failure of five is neither: the text leaves it open, here the probes begin anew
        if (state === 'half-open' && probes === 0) failures = 0
        return
      }
      window.push({atNs: nowNs, failed: request.failed, slow})
      while (window.length > 0 && nowNs - window[0]!.atNs > 60e9) window.shift()
      if (nowNs - evaluatedNs < 10e9) return
      evaluatedNs = nowNs
      const share = (of: 'failed' | 'slow') => window.filter(r => r[of]).length / window.length
      const errorShare = share('failed')
      const health = 1 - (0.4 * share('slow') + 0.4 * Math.min(1, errorShare / 0.15) + 0.2 * request.saturation)
      if (health < 0.4 || errorShare > 0.15) {
        state = 'open'
        openedNs = nowNs
      }
    },
  }
}

/** More than so many failures in a row open it for 60 s; one good probe closes it. The rule of sony/gobreaker's defaults. */
export function consecutiveBreaker(failuresMax = 5, openNs = 60e9): BreakerPolicy {
  let state: 'closed' | 'open' | 'half-open' = 'closed'
  let row = 0
  let openedNs = 0
  return {
    get open() {
      return state === 'open'
    },
    allow(nowNs) {
      if (state === 'open' && nowNs - openedNs >= openNs) state = 'half-open'
      return state !== 'open'
    },
    observe(nowNs, request) {
      if (!request.failed) {
        row = 0
        state = 'closed'
        return
      }
      if (state === 'half-open' || ++row > failuresMax) {
        state = 'open'
        openedNs = nowNs
        row = 0
      }
    },
  }
}

export const breakers: Readonly<Record<string, () => BreakerPolicy>> = {'seed-s2': seedS2Breaker, consecutive: () => consecutiveBreaker()}
