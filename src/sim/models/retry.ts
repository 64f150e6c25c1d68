// The loop around a call that answers with an error table (SSL_get_error and its like): wait and call again, give up at the deadline, or close.
// Codes: OpenSSL SSL_get_error(3). Any call may want either direction.
import {sampler, type Distribution} from '../kernel/distribution.ts'
import {Histogram} from '../kernel/histogram.ts'
import {simulate} from '../kernel/simulate.ts'

/** What the loop does with a code. */
export type RetryAction = 'wait-read' | 'wait-write' | 'call-again' | 'close' | 'end'

export interface RetryScenario {
  readonly callsPerS: number
  /** CPU of one attempt. */
  readonly attemptNs: Distribution
  /** Until the socket is ready, once per want. */
  readonly readyNs: Distribution
  /** Share of attempts that answer with each code; the rest succeed. */
  readonly answers: Readonly<Record<string, number>>
  /** What to do with each code; a code without a row closes. */
  readonly table: Readonly<Record<string, RetryAction>>
  /** How often a loop without waiting asks again. Unit: ns. */
  readonly spinNs: number
  readonly deadlineNs: number
  readonly durationNs: number
}

export interface RetryRun {
  readonly operations: number
  readonly done: number
  readonly ended: number
  readonly closed: number
  readonly expired: number
  readonly attempts: number
  /** Attempts that could not succeed, because the socket was not ready. */
  readonly uselessAttempts: number
  readonly cpuNs: number
  readonly waitNs: Histogram
  readonly operationNs: Histogram
}

const kinds = {begin: 1} as const
/** Attempts of one operation; a loop that spins meets it before its deadline only if both are set absurdly. */
const attemptsMax = 1_000_000

export function runRetry(s: RetryScenario, seed: number, eventsMax: number): RetryRun {
  const [attempt, readiness] = [sampler(s.attemptNs), sampler(s.readyNs)]
  const codes = Object.entries(s.answers)
  let [operations, done, ended, closed, expired, attempts, useless, cpu] = [0, 0, 0, 0, 0, 0, 0, 0]
  const waitNs = new Histogram()
  const operationNs = new Histogram()
  simulate(
    {
      start: ctx => ctx.after(0, kinds.begin),
      handle(_kind, _a, _b, ctx) {
        ctx.after((ctx.prng.exponential() * 1e9) / s.callsPerS, kinds.begin)
        operations++
        let at = 0
        for (let n = 0; n < attemptsMax; n++) {
          attempts++
          const ns = attempt(ctx.prng)
          cpu += ns
          at += ns
          if (at >= s.deadlineNs) return void expired++
          let draw = ctx.prng.random()
          const code = codes.find(([, share]) => (draw -= share) < 0)?.[0]
          if (code === undefined) {
            done++
            operationNs.add(at)
            return
          }
          const action = s.table[code] ?? 'close'
          if (action === 'end') return void ended++
          if (action === 'close') return void closed++
          const wants = readiness(ctx.prng)
          waitNs.add(wants)
          if (action === 'call-again') {
            // Asking again before the socket is ready: each attempt costs CPU and changes nothing.
            const tries = Math.floor(wants / Math.max(1, s.spinNs))
            const spent = Math.min(tries, Math.floor((s.deadlineNs - at) / Math.max(1, s.spinNs)))
            attempts += spent
            useless += spent
            cpu += spent * ns
          }
          at += wants
          if (at >= s.deadlineNs) return void expired++
        }
      },
    },
    {seed, untilNs: s.durationNs, eventsMax},
  )
  return {operations, done, ended, closed, expired, attempts, uselessAttempts: useless, cpuNs: cpu, waitNs, operationNs}
}
