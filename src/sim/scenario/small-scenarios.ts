// Scenarios of the small models from YAML: pool, http-timeouts, retry, finalizers, breaker, ab. Each runs to its metrics.
import {goMinor} from '../../knowledge/scheduler.ts'
import {runPool} from '../gc/sync-pool.ts'
import type {Histogram} from '../kernel/histogram.ts'
import {runAb} from '../models/ab.ts'
import {breakers, runBreaker} from '../models/breaker.ts'
import {runFinalizers} from '../models/finalizers.ts'
import {httpOutcomes, runHttp} from '../models/http-timeouts.ts'
import {runRetry, type RetryAction} from '../models/retry.ts'
import {traffic, trafficKinds, trafficPhases} from '../traffic/traffic.ts'
import {figure, type Metric, type Metrics} from './metric.ts'
import type {Field} from './reader.ts'
import {cpusMax, need} from './scheduler-scenario.ts'

type Entries = ReadonlyMap<string, Field>
/** A scenario that was read: ask it for the figures of a seed. */
export type SmallScenario = (seed: number, eventsMax: number) => Metrics

export const smallKinds = ['pool', 'http-timeouts', 'retry', 'finalizers', 'breaker', 'ab'] as const
export type SmallKind = (typeof smallKinds)[number]

export const smallKeys: Readonly<Record<SmallKind, readonly string[]>> = {
  pool: ['procs', 'gets-per-second', 'held', 'moved', 'collect-every', 'lost', 'object', 'grow', 'duration'],
  'http-timeouts': [
    'requests-per-second',
    'dial',
    'tls',
    'server',
    'body',
    'client-timeout',
    'dial-timeout',
    'tls-timeout',
    'header-timeout',
    'idle-timeout',
    'idle-per-host',
    'context',
    'server-idle',
    'duration',
  ],
  retry: ['calls-per-second', 'attempt', 'ready', 'answers', 'table', 'spin', 'deadline', 'duration'],
  finalizers: ['go', 'with', 'chain', 'cycle', 'tiny', 'chains', 'collect-every', 'callback', 'gomaxprocs', 'duration'],
  breaker: ['policy', 'traffic', 'requests-per-second', 'duration'],
  ab: ['control', 'variant', 'requests', 'window', 'threshold', 'in-a-row', 'worse-by', 'requests-min', 'windows', 'trials'],
}

export function readSmallScenario(kind: SmallKind, root: Field, e: Entries): SmallScenario {
  const duration = (key: string, otherwise: number, min = 0) => e.get(key)?.duration(min) ?? otherwise
  const number = (key: string, otherwise: number, min: number, max: number) => e.get(key)?.number(min, max) ?? otherwise
  const whole = (key: string, otherwise: number, min: number, max: number) => e.get(key)?.whole(min, max) ?? otherwise
  const durationNs = duration('duration', 60e9, 1e6)
  const bounded = (perS: number) => {
    const n = (perS * durationNs) / 1e9
    if (n > 50_000_000) throw root.problem(`${Math.round(n)} requests, at most 50000000`, 'Make duration shorter or the rate lower.')
    return perS
  }
  switch (kind) {
    case 'pool': {
      const s = {
        procs: need(root, e, 'procs').whole(1, cpusMax),
        getsPerS: bounded(need(root, e, 'gets-per-second').number(0.001, 1e8)),
        heldNs: duration('held', 1e6),
        movedShare: number('moved', 0, 0, 1),
        collectEveryNs: duration('collect-every', 2e9, 1000),
        lostShare: number('lost', 0, 0, 1),
        objectBytes: e.get('object')?.bytes() ?? 4096,
        growBytes: e.get('grow')?.bytes() ?? 0,
        durationNs,
      }
      return (seed, eventsMax) => {
        const r = runPool(s, seed, eventsMax)
        return {
          gets: figure(r.gets, 'count'),
          misses: figure(r.misses / Math.max(1, r.gets), 'share'),
          stolen: figure(r.stolen / Math.max(1, r.gets), 'share'),
          victim: figure(r.fromVictim / Math.max(1, r.gets), 'share'),
          dropped: figure(r.dropped, 'count'),
          collections: figure(r.collections, 'count'),
          'pooled.peak': figure(r.pooledPeak, 'count'),
          'pooled.bytes.peak': figure(r.bytesPeak, 'B'),
          'alloc.total': figure(r.allocatedBytes, 'B'),
        }
      }
    }
    case 'http-timeouts': {
      const d = (key: string, otherwise: number) => e.get(key)?.durations() ?? otherwise
      const s = {
        requestsPerS: bounded(need(root, e, 'requests-per-second').number(0.001, 1e7)),
        dialNs: d('dial', 500e3),
        tlsNs: d('tls', 0),
        serverNs: need(root, e, 'server').durations(),
        bodyNs: d('body', 0),
        clientTimeoutNs: duration('client-timeout', 0),
        dialTimeoutNs: duration('dial-timeout', 30e9),
        tlsTimeoutNs: duration('tls-timeout', 10e9),
        headerTimeoutNs: duration('header-timeout', 0),
        idleTimeoutNs: duration('idle-timeout', 90e9),
        idlePerHostMax: whole('idle-per-host', 2, 0, 1e6),
        contextNs: duration('context', 0),
        serverIdleNs: duration('server-idle', 0),
        durationNs,
      }
      return (seed, eventsMax) => {
        const r = runHttp(s, seed, eventsMax)
        const out: Record<string, Metric> = {calls: figure(r.calls, 'count')}
        for (const name of httpOutcomes) out[`outcome.${name}`] = figure(r.outcomes[name] / Math.max(1, r.calls), 'share')
        spread(out, 'call', r.callNs)
        out['reused'] = figure(r.reused / Math.max(1, r.calls), 'share')
        out['stale'] = figure(r.staleReuse / Math.max(1, r.calls), 'share')
        out['server.wasted'] = figure(r.serverNs === 0 ? 0 : r.wastedServerNs / r.serverNs, 'share')
        return out
      }
    }
    case 'retry': {
      const actions = ['wait-read', 'wait-write', 'call-again', 'close', 'end'] as const
      const answers = Object.fromEntries([...need(root, e, 'answers').map()].map(([code, f]) => [code, f.number(0, 1)]))
      const table = Object.fromEntries([...need(root, e, 'table').map()].map(([code, f]) => [code, f.oneOf<RetryAction>(actions)]))
      const total = Object.values(answers).reduce((a, b) => a + b, 0)
      if (total > 1) throw need(root, e, 'answers').problem(`the shares add up to ${total}, at most 1`, 'Lower them; the rest succeeds.')
      const s = {
        callsPerS: bounded(need(root, e, 'calls-per-second').number(0.001, 1e7)),
        attemptNs: e.get('attempt')?.durations() ?? 2000,
        readyNs: need(root, e, 'ready').durations(),
        answers,
        table,
        spinNs: duration('spin', 5000, 1),
        deadlineNs: duration('deadline', 5e9, 1),
        durationNs,
      }
      return (seed, eventsMax) => {
        const r = runRetry(s, seed, eventsMax)
        const n = Math.max(1, r.operations)
        const out: Record<string, Metric> = {
          operations: figure(r.operations, 'count'),
          done: figure(r.done / n, 'share'),
          ended: figure(r.ended / n, 'share'),
          closed: figure(r.closed / n, 'share'),
          expired: figure(r.expired / n, 'share'),
          attempts: figure(r.attempts / n, 'count'),
          'attempts.useless': figure(r.uselessAttempts / Math.max(1, r.attempts), 'share'),
          cpu: figure(r.cpuNs / durationNs, 'CPUs'),
        }
        spread(out, 'wait', r.waitNs)
        spread(out, 'operation', r.operationNs)
        return out
      }
    }
    case 'finalizers': {
      const goField = e.get('go')
      const minor = goField === undefined ? 26 : goMinor(goField.text())
      if (minor === undefined || minor < 22 || minor > 26)
        throw (goField ?? root).problem('this Go version is not modelled', 'Give 1.22 to 1.26, in quotes.')
      const withField = need(root, e, 'with')
      const kindOf = withField.oneOf(['finalizer', 'cleanup'] as const)
      if (kindOf === 'cleanup' && minor < 24)
        throw withField.problem('runtime.AddCleanup needs Go 1.24', 'Set go to "1.24" or later, or use finalizer.')
      const s = {
        goMinor: minor,
        with: kindOf,
        chain: whole('chain', 1, 1, 1000),
        cycle: e.get('cycle')?.flag() ?? false,
        tiny: e.get('tiny')?.flag() ?? false,
        chainsPerCycle: whole('chains', 1, 1, 1_000_000),
        collectEveryS: duration('collect-every', 120e9, 1e6) / 1e9,
        callbackS: duration('callback', 1000) / 1e9,
        gomaxprocs: whole('gomaxprocs', 8, 1, cpusMax),
        runS: durationNs / 1e9,
      }
      return () => {
        const r = runFinalizers(s)
        return {
          'first.cycle': figure(r.firstCycle ?? 0, 'cycle'),
          'last.cycle': figure(r.lastCycle ?? 0, 'cycle'),
          'freed.cycle': figure(r.freedCycle ?? 0, 'cycle'),
          never: figure(r.firstCycle === undefined ? 1 : 0, 'count'),
          due: figure(r.callbacksDue, 'count'),
          ran: figure(r.callbacksDue === 0 ? 0 : r.callbacksRun / r.callbacksDue, 'share'),
          'delay.mean': figure(r.delayMeanS, 's'),
          'delay.max': figure(r.delayMaxS, 's'),
          workers: figure(r.workers, 'count'),
        }
      }
    }
    case 'breaker': {
      const policy = need(root, e, 'policy').oneOf(Object.keys(breakers))
      const kindOf = need(root, e, 'traffic').oneOf(trafficKinds)
      const perS = bounded(number('requests-per-second', 50, 0.001, 1e6))
      return seed => {
        const r = runBreaker(traffic(trafficPhases(kindOf, durationNs, perS), seed), breakers[policy]!())
        const days = Math.max(r.durationNs, 1) / 86400e9
        return {
          requests: figure(r.requests, 'count'),
          allowed: figure(r.allowed / Math.max(1, r.requests), 'share'),
          trips: figure(r.trips, 'count'),
          'trips.false': figure(r.falseTrips / days, '1/day'),
          'good.lost': figure(r.lostGood / Math.max(1, r.requests), 'share'),
          'bad.passed': figure(r.passedBad / Math.max(1, r.requests), 'share'),
          'trip.time': figure((r.tripNs ?? 0) / 1e9, 's'),
          tripped: figure(r.tripNs === undefined ? 0 : 1, 'count'),
          'recover.time': figure((r.recoverNs ?? 0) / 1e9, 's'),
        }
      }
    }
    case 'ab': {
      const s = {
        control: number('control', 0.01, 0, 1),
        variant: need(root, e, 'variant').number(0, 1),
        requestsPerWindow: need(root, e, 'requests').whole(1, 1_000_000),
        windowS: duration('window', 60e9, 1e6) / 1e9,
        threshold: number('threshold', 0.08, 0, 1),
        inARow: whole('in-a-row', 3, 1, 100),
        worseBy: number('worse-by', 0, 0, 1),
        requestsMin: whole('requests-min', 0, 0, 1_000_000),
        windows: whole('windows', 60, 1, 100_000),
        trials: whole('trials', 200, 1, 100_000),
      }
      const draws = s.requestsPerWindow * s.windows * s.trials
      if (draws > 1e9) throw root.problem(`${draws} requests, at most 1000000000`, 'Lower requests, windows or trials.')
      return seed => {
        const r = runAb(s, seed)
        return {
          'window.bad': figure(r.badWindowShare, 'share'),
          'row.bad': figure(r.badRowShare, 'share'),
          downgraded: figure(r.downgradedShare, 'share'),
          'downgrade.time': figure(r.downgradeMedianS ?? 0, 's'),
          inconclusive: figure(r.inconclusiveShare, 'share'),
        }
      }
    }
  }
}

function spread(out: Record<string, Metric>, name: string, h: Histogram): void {
  out[`${name}.mean`] = figure(h.mean, 'ns')
  for (const [label, p] of [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p99', 0.99],
    ['p999', 0.999],
  ] as const)
    out[`${name}.${label}`] = figure(h.quantile(p), 'ns')
}
