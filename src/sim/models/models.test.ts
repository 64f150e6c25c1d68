import {describe, expect, test} from 'vitest'
import {runPool, type PoolScenario} from '../gc/sync-pool.ts'
import {traffic, trafficKinds, trafficPhases} from '../traffic/traffic.ts'
import {runAb, type AbScenario} from './ab.ts'
import {breakers, runBreaker} from './breaker.ts'
import {runFinalizers, type FinalizerScenario} from './finalizers.ts'
import {runHttp, type HttpScenario} from './http-timeouts.ts'
import {runRetry, type RetryScenario} from './retry.ts'

const eventsMax = 5_000_000

describe('sync.Pool', () => {
  const pool: PoolScenario = {
    procs: 4,
    getsPerS: 5000,
    heldNs: 1e6,
    movedShare: 0.2,
    collectEveryNs: 1e9,
    lostShare: 0,
    objectBytes: 4096,
    growBytes: 0,
    durationNs: 5e9,
  }

  test('makes no more objects than are out at once between two collections', () => {
    const run = runPool(pool, 1, eventsMax)
    expect(run.misses / run.gets).toBeLessThan(0.01)
    expect(run.misses).toBeLessThan(run.collections * 40)
    expect(run.allocatedBytes).toBe(run.misses * 4096)
  })

  test('keeps what is used over one collection in the victim cache, and loses what is not used over two', () => {
    const often = runPool({...pool, collectEveryNs: 100e6}, 1, eventsMax)
    expect(often.fromVictim).toBeGreaterThan(0)
    const idle = runPool({...pool, getsPerS: 2, heldNs: 1e6, collectEveryNs: 1e9, durationNs: 60e9}, 1, eventsMax)
    const rare = runPool({...pool, getsPerS: 0.2, heldNs: 1e6, collectEveryNs: 1e9, durationNs: 600e9}, 1, eventsMax)
    expect(rare.misses / rare.gets).toBeGreaterThan(0.8)
    expect(idle.misses / idle.gets).toBeLessThan(rare.misses / rare.gets)
  })

  test('needs a new object for each get when none comes back', () => {
    const run = runPool({...pool, lostShare: 1}, 1, eventsMax)
    expect(run.misses).toBe(run.gets)
  })
})

describe('timeouts of an HTTP client', () => {
  const http: HttpScenario = {
    requestsPerS: 50,
    dialNs: 1e6,
    tlsNs: 0,
    serverNs: 20e6,
    bodyNs: 10e6,
    clientTimeoutNs: 0,
    dialTimeoutNs: 30e9,
    tlsTimeoutNs: 10e9,
    headerTimeoutNs: 0,
    idleTimeoutNs: 90e9,
    idlePerHostMax: 2,
    contextNs: 0,
    serverIdleNs: 0,
    durationNs: 20e9,
  }
  const share = (over: Partial<HttpScenario>, outcome: keyof ReturnType<typeof runHttp>['outcomes']) => {
    const run = runHttp({...http, ...over}, 1, eventsMax)
    return run.outcomes[outcome] / run.calls
  }

  test('without a limit end no call', () => expect(share({}, 'ok')).toBe(1))
  test('Client.Timeout covers the body', () => expect(share({clientTimeoutNs: 25e6}, 'client-timeout')).toBe(1))
  test('ResponseHeaderTimeout does not', () => {
    expect(share({headerTimeoutNs: 25e6}, 'ok')).toBe(1)
    expect(share({headerTimeoutNs: 15e6}, 'header-timeout')).toBe(1)
  })
  test('the earlier of context and client limit ends the call', () =>
    expect(share({clientTimeoutNs: 25e6, contextNs: 15e6}, 'context')).toBe(1))
  test('a dial that takes too long ends only calls that need a new connection', () => {
    const run = runHttp({...http, requestsPerS: 5, dialNs: 2e9, dialTimeoutNs: 1e9}, 1, eventsMax)
    expect(run.outcomes['dial-timeout']).toBe(run.calls)
  })
  test('a connection the server closed is found out and dialled anew', () => {
    expect(runHttp({...http, requestsPerS: 0.5, serverIdleNs: 1e9, durationNs: 200e9}, 1, eventsMax).staleReuse).toBeGreaterThan(0)
  })
  test('what the server did for a client that had gone is counted', () => {
    expect(runHttp({...http, clientTimeoutNs: 10e6}, 1, eventsMax).wastedServerNs).toBeGreaterThan(0)
  })
})

describe('the retry loop of an error table', () => {
  const retry: RetryScenario = {
    callsPerS: 1000,
    attemptNs: 2000,
    readyNs: 1e6,
    answers: {WANT_READ: 0.5, SYSCALL: 0.01, ZERO_RETURN: 0.02},
    table: {WANT_READ: 'wait-read', ZERO_RETURN: 'end'},
    spinNs: 2000,
    deadlineNs: 5e9,
    durationNs: 10e9,
  }

  test('ends every operation once: done, ended, closed or expired', () => {
    const run = runRetry(retry, 1, eventsMax)
    expect(run.done + run.ended + run.closed + run.expired).toBe(run.operations)
    expect(run.attempts / run.operations).toBeCloseTo(2, 0) // half of the attempts want again
  })

  test('a code without a row closes', () => expect(runRetry(retry, 1, eventsMax).closed).toBeGreaterThan(0))

  test('asking again without waiting costs CPU and changes nothing else', () => {
    const [waits, spins] = [
      runRetry(retry, 1, eventsMax),
      runRetry({...retry, table: {WANT_READ: 'call-again', ZERO_RETURN: 'end'}}, 1, eventsMax),
    ]
    expect(spins.cpuNs).toBeGreaterThan(50 * waits.cpuNs)
    expect(spins.done).toBe(waits.done)
  })

  test('the deadline ends what waits longer', () => {
    expect(runRetry({...retry, readyNs: 10e9}, 1, eventsMax).expired / runRetry(retry, 1, eventsMax).operations).toBeCloseTo(0.5, 1)
  })
})

describe('finalizers and cleanups', () => {
  const one: FinalizerScenario = {
    goMinor: 26,
    with: 'finalizer',
    chain: 3,
    cycle: false,
    tiny: false,
    chainsPerCycle: 1,
    collectEveryS: 120,
    callbackS: 0.01,
    gomaxprocs: 8,
    runS: 3600,
  }

  test('a chain with finalizers goes one object a collection and is free one later', () => {
    expect(runFinalizers(one)).toMatchObject({firstCycle: 1, lastCycle: 3, freedCycle: 4, workers: 1})
  })

  test('cleanups hold nothing: all in the first collection', () => {
    expect(runFinalizers({...one, with: 'cleanup'})).toMatchObject({firstCycle: 1, lastCycle: 1, freedCycle: 1})
  })

  test('a cycle or a tiny object never has its finalizer run', () => {
    for (const over of [{cycle: true}, {tiny: true}])
      expect(runFinalizers({...one, ...over})).toMatchObject({firstCycle: undefined, callbacksDue: 0})
    expect(runFinalizers({...one, with: 'cleanup', cycle: true}).firstCycle).toBe(1)
  })

  test('several goroutines run cleanups since Go 1.25, one runs finalizers', () => {
    expect([24, 25, 26].map(goMinor => runFinalizers({...one, goMinor, with: 'cleanup'}).workers)).toEqual([1, 2, 2])
    expect(() => runFinalizers({...one, goMinor: 23, with: 'cleanup'})).toThrow('1.24')
  })

  test('one slow callback delays all behind it', () => {
    expect(runFinalizers({...one, chain: 1, chainsPerCycle: 10, callbackS: 5}).delayMaxS).toBeCloseTo(50, 0)
  })
})

describe('breakers and A/B windows under generated traffic', () => {
  test('traffic is the same from the same seed and comes at its rate', () => {
    for (const kind of trafficKinds) {
      const take = (seed: number) => [...traffic(trafficPhases(kind, 600e9), seed)].map(r => r.atNs)
      const times = take(1)
      expect(times).toEqual(take(1))
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(Math.abs(times.length / (kind === 'low-traffic' ? 50 : 30_000) - 1), kind).toBeLessThan(0.35)
    }
  })

  test('a breaker opens in a burst, and not on steady traffic', () => {
    for (const make of Object.values(breakers)) {
      const of = (kind: 'steady' | 'burst') => runBreaker(traffic(trafficPhases(kind, 1200e9), 1), make())
      expect(of('steady').trips).toBe(0)
      expect(of('burst').tripNs).toBeGreaterThan(0)
    }
  })

  test('8 % in a window of 25, 50 and 100 requests is seen as often as the binomial says (E-129)', () => {
    const ab: AbScenario = {
      control: 0.05,
      variant: 0.05,
      requestsPerWindow: 50,
      windowS: 60,
      threshold: 0.08,
      inARow: 3,
      worseBy: 0,
      requestsMin: 0,
      windows: 60,
      trials: 1500,
    }
    for (const [n, share] of [
      [25, 0.358],
      [50, 0.24],
      [100, 0.128],
    ] as const)
      expect(Math.abs(runAb({...ab, requestsPerWindow: n}, 1).badWindowShare - share)).toBeLessThan(0.01)
    expect(runAb({...ab, requestsMin: 100}, 1)).toMatchObject({downgradedShare: 0, inconclusiveShare: 1})
  })
})
