// A breaker on generated traffic whose answers come when they come: what it refuses, how soon it opens and how soon it lets traffic back.
// Every breaker sees the same requests; the answer a request would get is fixed beforehand.
import {errors} from '../../base/errors.ts'
import {EventQueue} from '../../sim/kernel/event-queue.ts'
import type {TrafficRequest} from '../../sim/traffic/traffic.ts'
import type {TrialBreaker} from './breaker-peers.ts'

export interface BreakerTrial {
  readonly requests: number
  readonly trips: number
  /** Opened while the backend was well, and had been for a minute. */
  readonly falseTrips: number
  readonly good: number
  readonly goodRefused: number
  readonly bad: number
  readonly badPassed: number
  /** From the begin of a bad stretch to the first opening in it; one value a stretch, absent where it did not open. */
  readonly tripMs: readonly number[]
  readonly badStretches: number
  /** From the end of a bad stretch in which it opened until a call goes out with the breaker closed. */
  readonly recoverMs: readonly number[]
  readonly durationMs: number
  /** Status at equal steps: `.` closed, `#` open, `?` half-open. */
  readonly timeline: string
  /** The truth at the same steps: `-` well, `X` bad. */
  readonly truth: string
  /** `1` for each request that went out at once, `0` for the others. */
  readonly passed?: string
}

/** Calls that wait for a probe at the same time. */
const waitingMax = 1_000_000
const columns = 72

/** Requests on a grid of 4 ms, answers between: nothing ever happens in the same millisecond, so that no order of timers matters. */
export const arrivalMs = (request: TrafficRequest): number => Math.floor(request.atNs / 4e6) * 4 + 2
export const callMs = (request: TrafficRequest): number => Math.floor(request.durationNs / 4e6) * 4 + 1

const secondWithoutFalse = 60_000

export function tryBreaker(
  traffic: Iterable<TrafficRequest>,
  breaker: TrialBreaker,
  durationMs: number,
  options: {readonly decisions?: boolean} = {},
): BreakerTrial {
  const ends = new EventQueue()
  const calls = new Map<number, {token: number; failed: boolean; durationMs: number}>()
  let waiting: {request: TrafficRequest; sinceMs: number}[] = []
  let [next, requests, trips, falseTrips, good, goodRefused, bad, badPassed] = [0, 0, 0, 0, 0, 0, 0, 0]
  const tripMs: number[] = []
  const recoverMs: number[] = []
  let [isBad, badSince, goodSince, badStretches] = [false, 0, -secondWithoutFalse, 0]
  let [openedInStretch, recovering] = [false, false]
  let [timeline, truth, passed] = ['', '', '']
  let status = breaker.status()
  const noteStatus = (nowMs: number) => {
    const now = breaker.status()
    if (now === 'open' && status !== 'open') {
      trips++
      if (!isBad && nowMs - goodSince >= secondWithoutFalse && status === 'closed') falseTrips++
      if (isBad && !openedInStretch) {
        tripMs.push(nowMs - badSince)
        openedInStretch = true
      }
    }
    status = now
  }
  const draw = (untilMs: number) => {
    while (timeline.length < Math.floor((untilMs / durationMs) * columns) && timeline.length < columns) {
      timeline += {closed: '.', open: '#', 'half-open': '?'}[status]
      truth += isBad ? 'X' : '-'
    }
  }
  const attempt = (request: TrafficRequest, nowMs: number): 'go' | 'refuse' | 'wait' => {
    const answer = breaker.ask(nowMs, request.saturation)
    noteStatus(nowMs)
    if (answer === 'wait') return answer
    if (answer === 'refuse') {
      if (!request.bad) goodRefused++
      return answer
    }
    if (request.bad) badPassed++
    else if (recovering && breaker.status() === 'closed') {
      recoverMs.push(nowMs - goodSince)
      recovering = false
    }
    const full = callMs(request)
    const cut = breaker.timeoutMs !== undefined && full > breaker.timeoutMs
    const took = cut ? breaker.timeoutMs : full
    calls.set(next, {token: breaker.token(), failed: request.failed || cut, durationMs: took})
    ends.push(nowMs + took, 0, next++, 0)
    return answer
  }
  const end = () => {
    const call = calls.get(ends.a)!
    const nowMs = ends.atNs // the queue's unit is the caller's; here milliseconds
    calls.delete(ends.a)
    breaker.ended(nowMs, call.token, call.failed, call.durationMs)
    noteStatus(nowMs)
    if (waiting.length === 0 || breaker.status() === 'half-open') return
    const again = waiting
    waiting = []
    for (const held of again) if (attempt(held.request, nowMs) === 'wait') waiting.push(held)
  }
  for (const request of traffic) {
    const nowMs = arrivalMs(request)
    while (ends.nextNs < nowMs && ends.pop()) end()
    draw(nowMs)
    requests++
    if (request.bad && !isBad) {
      badSince = nowMs
      badStretches++
      openedInStretch = status === 'open'
      if (openedInStretch) tripMs.push(0)
      recovering = false
    } else if (!request.bad && isBad) {
      goodSince = nowMs
      recovering = openedInStretch
    }
    isBad = request.bad
    if (isBad) bad++
    else good++
    const answer = attempt(request, nowMs)
    if (answer === 'wait') {
      if (waiting.length >= waitingMax) throw errors.limit('calls that wait for a probe', waitingMax)
      waiting.push({request, sinceMs: nowMs})
    }
    if (options.decisions === true) passed += answer === 'go' ? '1' : '0'
  }
  draw(durationMs)
  return {
    requests,
    trips,
    falseTrips,
    good,
    goodRefused,
    bad,
    badPassed,
    tripMs,
    badStretches,
    recoverMs,
    durationMs,
    timeline,
    truth,
    ...(options.decisions === true ? {passed} : {}),
  }
}
