import {existsSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {execFileSync} from 'node:child_process'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {trafficPhases, traffic, type TrafficKind} from '../../sim/traffic/traffic.ts'
import {goModule} from '../testing/go-module.ts'
import {cockatiel, gobreaker, opossum, type TrialBreaker} from './breaker-peers.ts'
import {arrivalMs, callMs, tryBreaker} from './breaker-trial.ts'
import {gogctuner} from './memory-trial.ts'
import {procsRules} from './procs-trial.ts'

const require = createRequire(import.meta.url)
const kinds = ['burst', 'brownout', 'flapping', 'recovery'] as const
const minutes = 9
const requestsOf = (kind: TrafficKind) => [...traffic(trafficPhases(kind, minutes * 60e9, 30), 5)]
const model = (kind: TrafficKind, breaker: TrialBreaker) =>
  tryBreaker(requestsOf(kind), breaker, minutes * 60_000, {decisions: true}).passed!

/** Where two strings of decisions part. */
const parting = (ours: string, theirs: string) => {
  const at = [...ours].findIndex((c, i) => c !== theirs[i])
  return ours.length === theirs.length && at < 0
    ? undefined
    : {at, ours: ours.slice(at - 5, at + 20), theirs: theirs.slice(at - 5, at + 20)}
}

/** Runs the requests through a library under a false clock; `call` gets the action and reports nothing itself. */
async function library(kind: TrafficKind, call: (action: () => Promise<void>) => Promise<unknown>): Promise<string> {
  let passed = ''
  for (const request of requestsOf(kind)) {
    await vi.advanceTimersByTimeAsync(arrivalMs(request) - (Date.now() - 1e12))
    let went = false
    const action = () => {
      went = true
      return new Promise<void>((resolve, reject) => {
        setTimeout(() => (request.failed ? reject(new Error('backend')) : resolve()), callMs(request))
      })
    }
    call(action).catch(() => undefined)
    // A few turns of microtasks, so that a library that decides in an async function has decided.
    for (let i = 0; i < 5; i++) await Promise.resolve()
    passed += went ? '1' : '0'
  }
  return passed
}

describe('the models take the same decisions as the libraries', () => {
  beforeEach(() => vi.useFakeTimers({now: 1e12}))
  afterEach(() => vi.useRealTimers())

  test.each(kinds)('opossum on %s', async kind => {
    // No types are published with it.
    const Opossum = require('opossum') as new (action: (run: () => Promise<void>) => Promise<void>) => {
      fire(run: () => Promise<void>): Promise<unknown>
      shutdown(): void
    }
    const breaker = new Opossum(run => run())
    const theirs = await library(kind, action => breaker.fire(action))
    breaker.shutdown()
    expect(parting(model(kind, opossum()), theirs)).toBeUndefined()
    // Its calls are cut at 10 s and are no failures before that: a brownout never opens it.
    expect(theirs.includes('0')).toBe(kind !== 'brownout')
  })

  test.each(kinds)('cockatiel on %s', async kind => {
    const {circuitBreaker, handleAll, SamplingBreaker} = await import('cockatiel')
    const breaker = circuitBreaker(handleAll, {halfOpenAfter: 10_000, breaker: new SamplingBreaker({threshold: 0.2, duration: 30_000})})
    const theirs = await library(kind, action => breaker.execute(action))
    expect(parting(model(kind, cockatiel()), theirs)).toBeUndefined()
    expect(theirs.includes('0')).toBe(kind !== 'brownout')
  })
})

const version = 'v2.4.0'
const moduleCache = () => {
  try {
    return execFileSync('go', ['env', 'GOMODCACHE'], {encoding: 'utf8'}).trim()
  } catch {
    return '/nowhere'
  }
}

describe.skipIf(!existsSync(`${moduleCache()}/github.com/sony/gobreaker/v2@${version}`))(
  'sony/gobreaker in its own language [needs the module in the cache]',
  () => {
    test('its model takes the same decisions', {timeout: 300_000}, () => {
      const module = goModule([], '.', '1.25')
      module.write('go.mod', `module example.com/guarded\n\ngo 1.25\n\nrequire github.com/sony/gobreaker/v2 ${version}\n`)
      module.write(
        'peer_test.go',
        `package peer

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sony/gobreaker/v2"
)

// A bubble of synctest has a clock of its own, so that minutes pass at once.
func TestDecisions(t *testing.T) {
	f, err := os.Open(os.Getenv("REQUESTS"))
	if err != nil {
		t.Fatal(err)
	}
	type request struct{ at, took, failed int64 }
	var requests []request
	for s := bufio.NewScanner(f); s.Scan(); {
		var r request
		fmt.Sscan(s.Text(), &r.at, &r.took, &r.failed)
		requests = append(requests, r)
	}
	out := make([]byte, len(requests))
	synctest.Test(t, func(t *testing.T) {
		cb := gobreaker.NewCircuitBreaker[int](gobreaker.Settings{})
		start := time.Now()
		for i, r := range requests {
			time.Sleep(time.Duration(r.at)*time.Millisecond - time.Since(start))
			out[i] = '0'
			go cb.Execute(func() (int, error) {
				out[i] = '1'
				time.Sleep(time.Duration(r.took) * time.Millisecond)
				if r.failed == 1 {
					return 0, errors.New("backend")
				}
				return 0, nil
			})
			synctest.Wait()
		}
		time.Sleep(time.Hour)
	})
	if err := os.WriteFile(os.Getenv("DECISIONS"), out, 0o644); err != nil {
		t.Fatal(err)
	}
}
`,
      )
      module.go(['test', '-c', '-o', 'peer.test', '.'], {env: {GONOSUMDB: '*', GOFLAGS: '-mod=mod'}})
      for (const kind of kinds) {
        writeFileSync(
          `${module.directory}/requests`,
          requestsOf(kind)
            .map(r => `${arrivalMs(r)} ${callMs(r)} ${r.failed ? 1 : 0}\n`)
            .join(''),
        )
        execFileSync(`${module.directory}/peer.test`, [], {
          env: {...process.env, REQUESTS: `${module.directory}/requests`, DECISIONS: `${module.directory}/decisions`},
        })
        const theirs = execFileSync('cat', [`${module.directory}/decisions`], {encoding: 'utf8'})
        expect(parting(model(kind, gobreaker()), theirs), kind).toBeUndefined()
      }
      module.remove()
    })
  },
)

const automaxprocs = 'go.uber.org/automaxprocs'
const cached = `${execFileSync('go', ['env', 'GOMODCACHE'], {encoding: 'utf8'}).trim()}/${automaxprocs}@v1.6.0`

describe.skipIf(!existsSync(cached))('automaxprocs [needs go and the module in its cache]', () => {
  test('its model gives the GOMAXPROCS the library gives for the same quotas', () => {
    const module = goModule([], '.')
    try {
      // Its own package may replace where the quota comes from; the copy is beside the module, not part of it.
      execFileSync('cp', ['-r', '--no-preserve=mode', cached, `${module.directory}/lib`])
      writeFileSync(
        `${module.directory}/lib/internal/runtime/model_test.go`,
        `package runtime

import (
	"fmt"
	"testing"
)

type fixed float64

func (q fixed) CPUQuota() (float64, bool, error) { return float64(q), true, nil }

func TestQuotas(t *testing.T) {
	for _, q := range []float64{0.1, 0.5, 0.99, 1, 1.5, 2, 2.5, 3.7, 8, 16} {
		_newQueryer = func() (queryer, error) { return fixed(q), nil }
		n, _, err := CPUQuotaToGOMAXPROCS(1, nil)
		fmt.Println("quota", q, n, err)
	}
}
`,
      )
      execFileSync('rm', ['-f', `${module.directory}/lib/internal/runtime/cpu_quota_linux_test.go`])
      const text = execFileSync('go', ['test', '-count=1', '-v', '-run', 'TestQuotas', './internal/runtime'], {
        cwd: `${module.directory}/lib`,
        encoding: 'utf8',
        env: {...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', GONOSUMDB: '*'},
      })
      const theirs = [...text.matchAll(/^quota (\S+) (\d+) <nil>$/gm)]
      expect(theirs).toHaveLength(10)
      const rule = procsRules.find(({name}) => name === 'automaxprocs')!
      for (const [, quota, procs] of theirs) expect([quota, rule.procs(Number(quota), 64)]).toEqual([quota, Number(procs)])
    } finally {
      module.remove()
    }
  })
})

describe('gogctuner', () => {
  // The module is no longer given out by the proxy; these are the values of its formula, worked out by hand.
  test('above the limit its model scales the value before the last one, as the library remembers it', () => {
    const tuner = gogctuner(0.7)
    const after = (cycles: number, usedPercent: number, gogc: number) =>
      tuner({kind: 'cycle', cycles, rssBytes: usedPercent, quotaBytes: 100, gogc} as Parameters<typeof tuner>[0])?.gogc
    expect(after(1, 35, 100)).toBeUndefined() // (70 - 35) / 35 = 100 %
    expect(after(2, 50, 100)).toBe(40)
    expect(after(3, 80, 40)).toBe(87) // 100 x 70 / 80, not 40 x 70 / 80
    expect(after(4, 80, 87)).toBe(35) // 40 x 70 / 80
    expect(after(4, 10, 35)).toBeUndefined() // no new cycle
  })
})
