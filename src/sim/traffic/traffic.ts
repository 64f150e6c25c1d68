// Generated traffic for trying policies: what a backend answers over time, and when it was truly bad. The same seed gives the same requests.
// A policy decides whether a request is let through; the answer it would have got is fixed beforehand, so that policies can be compared.
import {errors} from '../../base/errors.ts'
import {exponential, naturalLog} from '../kernel/portable-math.ts'
import {Prng} from '../kernel/prng.ts'

export interface TrafficRequest {
  readonly atNs: number
  /** What the backend answers when asked. */
  readonly failed: boolean
  readonly durationNs: number
  /** Load of the backend, 0 to 1: memory, connections or lag, whatever saturates first. */
  readonly saturation: number
  /** The backend is truly bad now: letting through is a loss, refusing is right. */
  readonly bad: boolean
}

/** A stretch of time in which the backend behaves the same. */
export interface TrafficPhase {
  readonly untilNs: number
  readonly requestsPerS: number
  readonly errorShare: number
  readonly medianNs: number
  readonly p99Ns: number
  readonly saturation: number
  readonly bad: boolean
}

export const trafficKinds = ['steady', 'burst', 'brownout', 'flapping', 'low-traffic', 'recovery'] as const
export type TrafficKind = (typeof trafficKinds)[number]

/** Requests of one generated stream. */
export const requestsMax = 20_000_000

const s = 1e9
const good = {errorShare: 0.01, medianNs: 40e6, p99Ns: 250e6, saturation: 0.4, bad: false}
const dead = {errorShare: 0.9, medianNs: 30e6, p99Ns: 900e6, saturation: 0.9, bad: true}
const slow = {errorShare: 0.01, medianNs: 2500e6, p99Ns: 8000e6, saturation: 0.95, bad: true}

/** The phases of a kind, over `durationNs`. */
export function trafficPhases(kind: TrafficKind, durationNs: number, requestsPerS = 50): readonly TrafficPhase[] {
  const phase = (untilNs: number, how: Omit<TrafficPhase, 'untilNs' | 'requestsPerS'>, rate = requestsPerS): TrafficPhase => ({
    untilNs,
    requestsPerS: rate,
    ...how,
  })
  switch (kind) {
    case 'steady':
      return [phase(durationNs, good)]
    case 'burst':
      return [phase(durationNs / 2, good), phase(durationNs / 2 + 60 * s, dead), phase(durationNs, good)]
    case 'brownout':
      return [phase(durationNs / 2, good), phase(durationNs / 2 + 300 * s, slow), phase(durationNs, good)]
    case 'flapping':
      return Array.from({length: Math.max(2, Math.ceil(durationNs / (20 * s)))}, (_, i) =>
        phase((i + 1) * 20 * s, i % 2 === 0 ? good : dead),
      )
    case 'low-traffic':
      return [phase(durationNs, {...good, errorShare: 0.05}, 5 / 60)]
    case 'recovery':
      return [
        phase(durationNs / 3, good),
        phase(durationNs / 2, dead),
        phase((2 * durationNs) / 3, {...good, errorShare: 0.2, bad: true}),
        phase(durationNs, good),
      ]
    default:
      throw errors.usage(`no traffic "${String(kind)}"`, `Give one of: ${trafficKinds.join(', ')}.`)
  }
}

/** The requests of these phases in order of time: Poisson arrivals, lognormal durations. */
export function* traffic(phases: readonly TrafficPhase[], seed: number): Generator<TrafficRequest> {
  const prng = new Prng(seed, 7)
  let atNs = 0
  let made = 0
  for (const phase of phases) {
    const sigma = naturalLog(phase.p99Ns / phase.medianNs) / 2.326347874
    for (;;) {
      const next = atNs + (prng.exponential() * s) / phase.requestsPerS
      if (next >= phase.untilNs) {
        atNs = phase.untilNs // memoryless: the wait begins anew with the next phase's rate
        break
      }
      atNs = next
      if (++made > requestsMax) throw errors.limit('generated requests', requestsMax)
      yield {
        atNs,
        failed: prng.random() < phase.errorShare,
        durationNs: phase.medianNs * exponential(sigma * prng.normal()),
        saturation: phase.saturation,
        bad: phase.bad,
      }
    }
  }
}
