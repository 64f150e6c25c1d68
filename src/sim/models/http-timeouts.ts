// The timeouts of one HTTP client against one server: which of them ends a call, and what the server worked on for nobody.
// Follows net/http Client.Timeout (covers everything, the body included), Transport.{DialContext, TLSHandshakeTimeout, ResponseHeaderTimeout,
// IdleConnTimeout, MaxIdleConnsPerHost} of Go 1.22 to 1.26 (src/net/http/client.go, transport.go). HTTP/1.1: one call a connection.
import {sampler, type Distribution} from '../kernel/distribution.ts'
import {Histogram} from '../kernel/histogram.ts'
import {simulate} from '../kernel/simulate.ts'

export interface HttpScenario {
  readonly requestsPerS: number
  readonly dialNs: Distribution
  readonly tlsNs: Distribution
  /** Until the first byte of the answer. */
  readonly serverNs: Distribution
  readonly bodyNs: Distribution
  /** 0 is no limit, as in net/http. */
  readonly clientTimeoutNs: number
  readonly dialTimeoutNs: number
  readonly tlsTimeoutNs: number
  readonly headerTimeoutNs: number
  readonly idleTimeoutNs: number
  readonly idlePerHostMax: number
  /** The caller's own deadline, by context; 0 for none. */
  readonly contextNs: number
  /** The server closes idle connections after this; 0 never. */
  readonly serverIdleNs: number
  readonly durationNs: number
}

export const httpOutcomes = ['ok', 'client-timeout', 'dial-timeout', 'tls-timeout', 'header-timeout', 'context'] as const
type Outcome = (typeof httpOutcomes)[number]

export interface HttpRun {
  readonly calls: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly callNs: Histogram
  readonly reused: number
  readonly dialled: number
  /** A reused connection the server had closed: the transport dials anew and tries once more if the request can be repeated. */
  readonly staleReuse: number
  /** Server time spent on calls whose client had gone. Unit: ns. */
  readonly wastedServerNs: number
  readonly serverNs: number
}

const kinds = {call: 1, release: 2} as const

export function runHttp(s: HttpScenario, seed: number, eventsMax: number): HttpRun {
  const [dial, tls, server, body] = [sampler(s.dialNs), sampler(s.tlsNs), sampler(s.serverNs), sampler(s.bodyNs)]
  const outcomes: Record<Outcome, number> = {
    ok: 0,
    'client-timeout': 0,
    'dial-timeout': 0,
    'tls-timeout': 0,
    'header-timeout': 0,
    context: 0,
  }
  const callNs = new Histogram()
  let [calls, reused, dialled, staleReuse, wasted, served] = [0, 0, 0, 0, 0, 0]
  /** When each idle connection became idle. */
  const idle: number[] = []
  const limit = (ns: number) => (ns <= 0 ? Infinity : ns)
  simulate(
    {
      start: ctx => ctx.after(0, kinds.call),
      handle(kind, _a, _b, ctx) {
        const now = ctx.nowNs
        if (kind === kinds.release) {
          if (idle.length < s.idlePerHostMax) idle.push(now)
          return
        }
        ctx.after((ctx.prng.exponential() * 1e9) / s.requestsPerS, kinds.call)
        calls++
        while (idle.length > 0 && now - idle[0]! > limit(s.idleTimeoutNs)) idle.shift()
        const overall = Math.min(limit(s.clientTimeoutNs), limit(s.contextNs))
        const whose: Outcome = limit(s.contextNs) < limit(s.clientTimeoutNs) ? 'context' : 'client-timeout'
        let at = 0
        const since = idle.pop()
        const stale = since !== undefined && now - since > limit(s.serverIdleNs)
        if (stale) staleReuse++
        if (since === undefined || stale) {
          dialled++
          const d = dial(ctx.prng)
          if (d > limit(s.dialTimeoutNs) && limit(s.dialTimeoutNs) < overall) return end('dial-timeout', s.dialTimeoutNs)
          at += d
          const t = tls(ctx.prng)
          if (at < overall && t > limit(s.tlsTimeoutNs) && at + limit(s.tlsTimeoutNs) < overall)
            return end('tls-timeout', at + s.tlsTimeoutNs)
          at += t
        } else reused++
        if (at >= overall) return end(whose, overall)
        const work = server(ctx.prng)
        served += work
        const header = limit(s.headerTimeoutNs)
        if (work > header && at + header < overall) {
          wasted += work - header
          return end('header-timeout', at + header)
        }
        if (at + work >= overall) {
          wasted += at + work - overall
          return end(whose, overall)
        }
        at += work + body(ctx.prng)
        if (at >= overall) return end(whose, overall)
        ctx.after(at, kinds.release)
        return end('ok', at)
      },
    },
    {seed, untilNs: s.durationNs, eventsMax},
  )
  return {calls, outcomes, callNs, reused, dialled, staleReuse, wastedServerNs: wasted, serverNs: served}

  function end(outcome: Outcome, ns: number): void {
    outcomes[outcome]++
    callNs.add(ns)
  }
}
