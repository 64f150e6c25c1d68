import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {Prng} from '../../sim/kernel/prng.ts'
import {abCommand, abPresets, abResult, abTick, abWarnings, newAb, variantShare, type AbPolicy} from '../policies/ab.ts'
import {amd64Levels, goModule, type GoModule} from '../testing/go-module.ts'
import {abGo, type AbGuard} from './ab.ts'

const guard = (name: string, policy: AbPolicy, middleware: AbGuard['middleware'] = []): AbGuard => ({
  test: 'pay "v2"',
  package: name,
  preset: 'default',
  policy,
  control: 'A',
  variant: 'B',
  middleware,
})

const policies: Readonly<Record<string, AbPolicy>> = {
  standard: abPresets.default,
  seed: abPresets['seed-s5'],
  odd: {
    ...abPresets.default,
    margin: 0.037,
    pairsPerFalseAlarm: 3000,
    share: 0.3,
    waitMs: 7000,
    waitMsMax: 30_000,
    recoveryMs: 5000,
    samplesMin: 20,
  },
}

/** A line is one event; after it both sides print what they know. */
function steps(policy: AbPolicy, seed: number, count: number): {input: string; decisions: string[]} {
  const prng = new Prng(seed)
  const state = newAb()
  const input: string[] = []
  const decisions: string[] = []
  let [now, control, variant] = [0, 0.03, 0.03]
  for (let i = 0; i < count; i++) {
    now += prng.below(40)
    if (prng.below(5000) === 0) [control, variant] = [[0.01, 0.05, 0.1][prng.below(3)]!, [0.01, 0.05, 0.12, 0.3][prng.below(4)]!]
    const kind = prng.below(2000)
    if (kind === 0) {
      const what = prng.below(3) === 0 ? 'stop' : 'start'
      abCommand(state, now, what)
      input.push(`${what} ${now}`)
    } else if (kind < 20) {
      abTick(policy, state, (now += prng.below(3000)))
      input.push(`tick ${now}`)
    } else {
      const isVariant = prng.random() < variantShare(policy, state)
      const failed = prng.random() < (isVariant ? variant : control)
      abResult(policy, state, now, isVariant, failed)
      input.push(`${isVariant ? 'B' : 'A'} ${now} ${failed ? 1 : 0}`)
    }
    decisions.push(
      `${state.status}|${state.verdict}|${state.reason}|${state.pairs}|${state.badWindows}|${variantShare(policy, state)}|${state.worse.map(bits).join()}|${state.noWorse.map(bits).join()}`,
    )
  }
  return {input: `${input.join('\n')}\n`, decisions}
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

	ab "example.com/guarded/${name}"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	m := ab.NewMachine(0)
	hex := func(list []float64) string {
		var words []string
		for _, x := range list {
			words = append(words, fmt.Sprintf("%x", math.Float64bits(x)))
		}
		return strings.Join(words, ",")
	}
	for n := 1; in.Scan(); n++ {
		var word string
		var now, failed int64
		fmt.Sscan(in.Text(), &word, &now, &failed)
		switch word {
		case "tick":
			m.Tick(now)
		case "stop":
			m.Stop(now)
		case "start":
			m.Start(now)
		default:
			m.Result(now, word == "B", failed == 1)
		}
		if n%5000 == 0 {
			text, _ := json.Marshal(m.State())
			var s ab.State
			if err := json.Unmarshal(text, &s); err != nil {
				panic(err)
			}
			m, _ = ab.Restore(s)
		}
		s := m.State()
		fmt.Fprintf(out, "%s|%s|%s|%d|%d|%v|%s|%s\\n", s.Status, s.Verdict, s.Reason, s.Pairs, s.BadWindows, m.Share(), hex(s.Worse[:]), hex(s.NoWorse[:]))
	}
}
`

const behaviour = `package standard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAWorseVariantIsDowngradedAndSaidSo(t *testing.T) {
	var audit bytes.Buffer
	var mu sync.Mutex
	var got []Decision
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var d Decision
		if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
			t.Error(err)
		}
		mu.Lock()
		got = append(got, d)
		mu.Unlock()
	}))
	defer hook.Close()
	trial := New(&audit, Webhook(hook.URL, time.Second, func(err error) { t.Error(err) }))
	var events bytes.Buffer
	handler := trial.Middleware(func(r *http.Request) string { return r.Header.Get("User") }, NewEventWriter(&events))(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if Side(r.Context()) == Variant {
			w.WriteHeader(500)
		}
	}))
	n := 0
	for ; trial.Share() > 0 && n < 5000; n++ {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("User", fmt.Sprint(n))
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	if n < 400 || n > 2000 {
		t.Fatalf("downgraded after %d requests", n)
	}
	if strings.Count(audit.String(), "\\n") != 1 || !strings.Contains(audit.String(), "worse than control") {
		t.Fatalf("audit log: %s", audit.String())
	}
	if len(got) != 1 || got[0].To != Downgraded || got[0].Share != 0 || got[0].VariantFailed != got[0].VariantCalls {
		t.Fatalf("webhook got %+v", got)
	}
	other := New(nil, nil)
	taken, err := other.Read(&events)
	if err != nil || taken != n || other.Share() != 0 {
		t.Fatalf("replayed %d of %d events: %v, share %v", taken, n, err, other.Share())
	}
}

func TestSidesAreKeptAndShared(t *testing.T) {
	trial := New(nil, nil)
	variant := 0
	for i := 0; i < 20000; i++ {
		key := fmt.Sprint("user", i)
		side := trial.Assign(key)
		if side != trial.Assign(key) {
			t.Fatal("a user changed sides")
		}
		if side == Variant {
			variant++
		}
	}
	if variant < 9700 || variant > 10300 {
		t.Fatalf("%d of 20000 on the variant", variant)
	}
}

func TestEventsOfOthersArePassedOver(t *testing.T) {
	trial := New(nil, nil)
	r := httptest.NewRecorder()
	body := "{\\"ab_test_id\\":\\"other\\",\\"variant\\":\\"B\\",\\"ok\\":true}\\n\\n{\\"ab_test_id\\":\\"pay \\\\\\"v2\\\\\\"\\",\\"variant\\":\\"B\\",\\"ok\\":false,\\"error_type\\":\\"timeout\\",\\"duration_ms\\":3,\\"at\\":\\"2026-01-02T03:04:05Z\\"}\\n"
	trial.Handler().ServeHTTP(r, httptest.NewRequest("POST", "/", strings.NewReader(body)))
	if r.Code != 200 || r.Body.String() != "{\\"taken\\": 1}\\n" {
		t.Fatal(r.Code, r.Body.String())
	}
	r = httptest.NewRecorder()
	trial.Handler().ServeHTTP(r, httptest.NewRequest("POST", "/", strings.NewReader("{}\\nnonsense\\n")))
	if r.Code != 400 || !strings.Contains(r.Body.String(), "line 2") {
		t.Fatal(r.Code, r.Body.String())
	}
}
`

describeNeeding('go', 'the generated A/B guard', () => {
  let module: GoModule
  beforeAll(() => {
    const files = Object.entries(policies).flatMap(([name, policy]) =>
      abGo(guard(name, policy, name === 'standard' ? ['http', 'gin'] : []), 'ab.yaml', abWarnings(policy)).map(file => ({
        ...file,
        path: `${name}/${file.path}`,
      })),
    )
    // The machine alone decides; without net/http the replay programs build quickly.
    const machines = Object.entries(policies).flatMap(([name, policy]) =>
      abGo(guard(name, policy), 'ab.yaml', abWarnings(policy))
        .filter(file => file.path === 'machine.go')
        .map(file => ({...file, path: `machines/${name}/${file.path}`})),
    )
    module = goModule([...files, ...machines], '.', '1.21')
    for (const name of Object.keys(policies)) module.write(`cmd/${name}/main.go`, replay(`machines/${name}`))
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

  test('downgrades, audits, posts and takes events, under the race detector', () => {
    expect(module.go(['test', '-race', '-count=1', './standard'])).toMatch(/^ok/)
  })

  describe.each(amd64Levels())('built for GOAMD64=%s', level => {
    test('takes the same 100,000 decisions as the policy, to the last bit of the evidence', () => {
      module.go(['build', '-o', `bin-${level}/`, './cmd/...'], {env: {GOAMD64: level}})
      for (const [name, policy] of Object.entries(policies)) {
        const {input, decisions} = steps(policy, 11, name === 'odd' ? 100_000 : 20_000)
        const theirs = module.run(`bin-${level}/${name}`, input).split('\n')
        const at = decisions.findIndex((line, i) => line !== theirs[i])
        expect(at < 0 ? undefined : {at, ours: decisions[at], theirs: theirs[at]}).toBeUndefined()
        if (name === 'odd')
          expect(new Set(decisions.map(line => line.split('|')[0]))).toEqual(new Set(['running', 'downgraded', 'recovering', 'stopped']))
      }
    })
  })
})
