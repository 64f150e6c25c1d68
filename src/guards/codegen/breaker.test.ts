import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {Prng} from '../../sim/kernel/prng.ts'
import {ask, command, done, health, newBreaker, tick, type BreakerPolicy, type Outcome} from '../policies/breaker.ts'
import {breakerPresets} from '../policies/breaker-presets.ts'
import {amd64Levels, goModule, type GoModule} from '../testing/go-module.ts'
import {breakerGo, type BreakerGuard} from './breaker.ts'

const guard = (name: string, policy: BreakerPolicy, middleware: BreakerGuard['middleware'] = []): BreakerGuard => ({
  name: 'payments "EU"',
  package: name,
  preset: 'default',
  policy,
  middleware,
  fallback: {status: 503, contentType: 'application/json', body: '{"error": "busy"}\n'},
})

const policies: Readonly<Record<string, BreakerPolicy>> = {
  standard: breakerPresets.default,
  plain: breakerPresets.default,
  seed: breakerPresets['seed-s2'],
  odd: {
    ...breakerPresets.default,
    windowMs: 7300,
    evaluateEveryMs: 700,
    weights: {slow: 0.37, errors: 0.31, saturation: 0.29},
    errorScale: 0.37,
    scoreBelow: 0.61,
    errorShareAbove: 0.3,
    openMs: 1700,
    openFactor: 1.7,
    openMsMax: 9100,
    openJitter: 0.3,
    probes: 7,
    closeShare: 0.8,
    reopenFailures: 3,
    halfOpenMsMax: 4000,
    afterHalfOpen: 'closed',
  },
}

/** Without middleware, so that the programs need little of the standard library. */
const replayed = ['plain', 'seed', 'odd'] as const

/** A line is one event and what the policy decided; both sides print the same lines. */
function steps(policy: BreakerPolicy, seed: number, count: number): {input: string; decisions: string} {
  const prng = new Prng(seed)
  const state = newBreaker(0, 12345)
  const input: string[] = []
  const decisions: string[] = []
  const calls: number[] = []
  let [now, mood] = [0, 0.05]
  for (let i = 0; i < count; i++) {
    now += prng.below(1 + Math.floor(policy.evaluateEveryMs / 40))
    if (prng.below(400) === 0) mood = [0.01, 0.05, 0.14, 0.3, 0.9][prng.below(5)]!
    if (prng.below(2000) === 0) now += policy.openMs // no traffic for a while
    const kind = prng.below(1000)
    let line: string
    if (kind < 2) {
      const what = (['force-open', 'disable', 'enable', 'enable'] as const)[prng.below(4)]!
      command(state, now, what)
      line = `${what} ${now}`
    } else if (kind < 12) {
      tick(policy, state, now)
      line = `tick ${now}`
    } else if (kind < 32) {
      state.saturation = prng.random()
      line = `saturation ${now} ${state.saturation}`
    } else if (kind < 540 || calls.length === 0) {
      const admission = ask(policy, state, now)
      if (admission !== 'refuse') calls.push(state.generation)
      line = `ask ${now}`
      decisions.push(admission)
    } else {
      const generation = calls.splice(prng.below(calls.length), 1)[0]!
      const outcome: Outcome = prng.random() < mood ? 'failed' : prng.below(50) === 0 ? 'ignored' : 'good'
      const duration = prng.exponential() * policy.slowMs * (mood > 0.2 ? 1.4 : 0.3)
      done(policy, state, now, generation, outcome, duration)
      line = `${outcome} ${now} ${generation} ${duration}`
    }
    input.push(line)
    const {score, errorLower} = health(policy, state)
    decisions.push(`${state.status} ${state.generation} ${state.reason} ${bits(score)} ${bits(errorLower)}`)
  }
  decisions.push(JSON.stringify(state))
  return {input: `${input.join('\n')}\n`, decisions: `${decisions.join('\n')}\n`}
}

const view = new DataView(new ArrayBuffer(8))
function bits(x: number): string {
  view.setFloat64(0, x)
  return view.getBigUint64(0).toString(16)
}

const replay = (name: string) => `package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"

	b "example.com/guarded/${name}"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	m := b.NewMachine(0, 12345)
	outcomes := map[string]b.Outcome{"good": b.Good, "failed": b.Failed, "ignored": b.Ignored}
	steps := 0
	for in.Scan() {
		var word string
		var now, generation int64
		var duration float64
		line := in.Text()
		word, _, _ = strings.Cut(line, " ")
		switch word {
		case "ask":
			fmt.Sscan(line, &word, &now)
			fmt.Fprintln(out, [...]string{"allow", "probe", "refuse"}[m.Ask(now)])
		case "tick":
			fmt.Sscan(line, &word, &now)
			m.Tick(now)
		case "saturation":
			fmt.Sscan(line, &word, &now, &duration)
			m.SetSaturation(duration)
		case "force-open":
			fmt.Sscan(line, &word, &now)
			m.ForceOpen(now)
		case "disable":
			fmt.Sscan(line, &word, &now)
			m.Disable(now)
		case "enable":
			fmt.Sscan(line, &word, &now)
			m.Enable(now)
		default:
			fmt.Sscan(line, &word, &now, &generation, &duration)
			m.Done(now, generation, outcomes[word], duration)
		}
		h := m.Health()
		fmt.Fprintf(out, "%s %d %s %x %x\\n", m.Status(), m.Generation(), m.State().Reason, math.Float64bits(h.Score), math.Float64bits(h.ErrorLower))
		if steps++; steps%1000 == 0 { // a restart in between changes nothing
			text, _ := json.Marshal(m.State())
			var s b.State
			if err := json.Unmarshal(text, &s); err != nil {
				panic(err)
			}
			restored, err := b.Restore(s)
			if err != nil {
				panic(err)
			}
			m = restored
		}
	}
	text, _ := json.Marshal(m.State())
	fmt.Fprintln(out, string(text))
}
`

const behaviour = `package standard

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func TestConcurrentCallsAreCounted(t *testing.T) {
	b := New(nil)
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := 0; j < 500; j++ {
				err := b.Do(context.Background(), func(context.Context) error { return nil })
				if err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	if h := b.Health(); h.Calls != 4000 {
		t.Fatalf("%d calls counted", h.Calls)
	}
}

func TestOpenAnswersTheFallbackAndTellsWhy(t *testing.T) {
	var seen []Change
	b := New(func(c Change) { seen = append(seen, c) })
	handler := b.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }))
	get := func() *httptest.ResponseRecorder {
		r := httptest.NewRecorder()
		handler.ServeHTTP(r, httptest.NewRequest("GET", "/", nil))
		return r
	}
	for i := 0; i < 30; i++ { // ten failures in a row open it
		if got := get().Code; got != 500 && i < 10 || i >= 10 && got != 503 {
			t.Fatalf("answer %d", got)
		}
	}
	b.ForceOpen()
	r := get()
	if r.Code != 503 || r.Body.String() != "{\\"error\\": \\"busy\\"}\\n" || r.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("fallback is %d %q", r.Code, r.Body.String())
	}
	if len(seen) != 2 || seen[0].To != Open || seen[0].Health.ErrorShare != 1 || seen[1].To != ForcedOpen {
		t.Fatalf("changes: %+v", seen)
	}
	state := b.State()
	resumed, err := Resume(state, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := resumed.Ask(); ok {
		t.Fatal("a resumed breaker forgot that it was forced open")
	}
}

func TestAPanicCountsAndGoesOn(t *testing.T) {
	b := New(nil)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = b.Do(context.Background(), func(context.Context) error { panic("x") })
	}()
	if h := b.Health(); h.Calls != 1 || h.ErrorShare != 1 {
		t.Fatalf("%+v", h)
	}
}

func TestTransportEndsACallWithItsBody(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(502)
		}
		io.WriteString(w, strings.Repeat("x", 10000))
	}))
	defer server.Close()
	b := New(nil)
	client := &http.Client{Transport: &Transport{Breaker: b}}
	for _, path := range []string{"/", "/bad"} {
		response, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	if _, err := client.Get("http://127.0.0.1:1/"); err == nil {
		t.Fatal("port 1 answered")
	}
	if h := b.Health(); h.Calls != 3 || h.ErrorShare < 0.66 || h.ErrorShare > 0.67 {
		t.Fatalf("%+v", h)
	}
	b.ForceOpen()
	if _, err := client.Get(server.URL); !errors.Is(err, ErrOpen) {
		t.Fatal(err)
	}
}

func TestSources(t *testing.T) {
	redis := RedisMemory(func(context.Context) (string, error) { return "# Memory\\r\\nused_memory:750\\r\\nmaxmemory:1000\\r\\n", nil })
	if load, err := redis(context.Background()); load != 0.75 || err != nil {
		t.Fatal(load, err)
	}
	unlimited := RedisMemory(func(context.Context) (string, error) { return "used_memory:750\\nmaxmemory:0\\n", nil })
	if _, err := unlimited(context.Background()); err == nil {
		t.Fatal("without maxmemory there is no share")
	}
	kafka := KafkaLag(100, func(context.Context) ([]int64, error) { return []int64{1, 500, 3, 101}, nil })
	if load, err := kafka(context.Background()); load != 0.5 || err != nil {
		t.Fatal(load, err)
	}
}
`

test('the same configuration gives the same bytes', () => {
  expect(breakerGo(guard('standard', breakerPresets.default), 'b.yaml')).toEqual(
    breakerGo(guard('standard', breakerPresets.default), 'b.yaml'),
  )
})

describeNeeding('go', 'the generated breaker', () => {
  let module: GoModule
  beforeAll(() => {
    const files = Object.entries(policies).flatMap(([name, policy]) =>
      breakerGo(guard(name, policy, name === 'standard' ? ['http', 'gin', 'grpc'] : []), 'breaker.yaml').map(file => ({
        ...file,
        path: `${name}/${file.path}`,
      })),
    )
    module = goModule(files, '.', '1.21')
    for (const name of replayed) module.write(`cmd/${name}/main.go`, replay(name))
    module.write('standard/behaviour_test.go', behaviour)
  })
  afterAll(() => module.remove())

  test('is gofmt-clean and go vet finds nothing', () => {
    expect(
      module
        .unformatted()
        .split('\n')
        .filter(path => !/^(cmd|stubs)\//.test(path) && !path.endsWith('_test.go') && path !== ''),
    ).toEqual([])
    module.go(['vet', ...Object.keys(policies).map(name => `./${name}`)])
  })

  test('holds its promises under the race detector', () => {
    expect(module.go(['test', '-race', '-count=1', './standard'])).toMatch(/^ok/)
  })

  describe.each(amd64Levels())('built for GOAMD64=%s', level => {
    test('takes the same 100,000 decisions as the policy, to the last bit of the score', () => {
      module.go(['build', '-o', `bin-${level}/`, './cmd/...'], {env: {GOAMD64: level}})
      for (const name of replayed) {
        const policy = policies[name]!
        const {input, decisions} = steps(policy, 42, name === 'odd' ? 100_000 : 20_000)
        const went = module.run(`bin-${level}/${name}`, input)
        const [ours, theirs] = [decisions.split('\n'), went.split('\n')]
        const at = ours.findIndex((line, i) => line !== theirs[i])
        expect(at < 0 ? undefined : {at, ours: ours[at], theirs: theirs[at]}).toBeUndefined()
        const statuses = new Set(ours.map(line => line.split(' ')[0]))
        for (const status of ['closed', 'open', 'half-open', 'forced-open', 'disabled']) expect(statuses).toContain(status)
      }
    })
  })
})
