import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {Prng} from '../../sim/kernel/prng.ts'
import {memoryPresets, memorySample, memoryWarnings, newMemory, type MemoryPolicy, type MemorySample} from '../policies/gogc.ts'
import {amd64Levels, goModule, type GoModule} from '../testing/go-module.ts'
import {memoryGo} from './memory.ts'

const policies: Readonly<Record<string, MemoryPolicy>> = {
  standard: memoryPresets.default,
  seed: memoryPresets['seed-s4'],
  odd: {
    ...memoryPresets.default,
    gogc: {rule: 'budget', peakShare: 0.73, gcCpuMax: 0.07, hysteresis: 0.03, cyclesBetween: 2, usual: 90, min: 30, max: 350},
    fuse: {
      liveShare: 0.57,
      heapShare: 0.83,
      totalShare: 0.79,
      inARow: 2,
      slopeMax: 3.3e6,
      slopeSamples: 4,
      refuseShare: 0.88,
      releaseShare: 0.61,
    },
  },
}

/** Samples of a heap that wanders between nothing and all of its quota. */
function samples(count: number, seed: number): MemorySample[] {
  const prng = new Prng(seed)
  const quota = 1 << 30
  let [nowMs, cycles, live, allocated, aim] = [0, 0, 1e8, 2e8, 2e8]
  return Array.from({length: count}, () => {
    nowMs += 1900 + prng.below(200)
    cycles += prng.below(4)
    if (prng.below(60) === 0) aim = prng.random() * 0.95 * quota
    live = Math.max(1e6, live + (aim - live) * 0.1 * prng.random())
    const heap = Math.floor(live * (1 + prng.random()))
    allocated += Math.floor(prng.random() * 1e9)
    return {
      nowMs,
      cycles,
      live: Math.floor(live),
      heap,
      goal: Math.floor(live * 2),
      total: Math.floor(Math.min(quota, heap * 1.05 + 2e7)),
      allocated,
      gcCpu: prng.random() * 0.3,
      quota: prng.below(200) === 0 ? 0 : quota,
    }
  })
}

const replay = (name: string) => `package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	g "example.com/guarded/machines/${name}"
)

func main() {
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	m := g.NewMachine(100)
	for n := 1; in.More(); n++ {
		var s g.Sample
		if err := in.Decode(&s); err != nil {
			panic(err)
		}
		m.Take(s)
		if n%1000 == 0 {
			text, _ := json.Marshal(m.State())
			var state g.State
			if err := json.Unmarshal(text, &state); err != nil {
				panic(err)
			}
			m, _ = g.Restore(state)
		}
		s2 := m.State()
		fmt.Fprintln(out, s2.GOGC, s2.GOGCReason, s2.Fuse, s2.FuseReason, s2.High, s2.Low, s2.ChangedAtCycle)
	}
}
`

const behaviour = `package standard

import (
	"context"
	"net/http/httptest"
	"runtime/debug"
	"testing"
	"time"
)

func TestAFullHeapAlarmsRefusesAndReleases(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	var changes []Change
	g := New(1<<30, func(c Change) { changes = append(changes, c) })
	sample := func(i int64, live float64) Sample {
		return Sample{NowMs: i * 2000, Cycles: i * 10, Live: live, Heap: live, Goal: 2 * live, Total: live + 5e7, Quota: 1 << 30}
	}
	for i := int64(1); i < 5; i++ {
		g.Take(sample(i, 7e8))
	}
	if g.Fuse() != Alarm || g.AllowRollout() {
		t.Fatalf("fuse is %s after four samples at 65 %%", g.Fuse())
	}
	if got := debug.SetGCPercent(25); got != 25 {
		t.Fatalf("GOGC is %d", got)
	}
	g.Take(sample(5, 1e9))
	r := httptest.NewRecorder()
	g.Ready().ServeHTTP(r, httptest.NewRequest("GET", "/ready", nil))
	if r.Code != 503 || r.Body.String() != "refusing\\n" {
		t.Fatal(r.Code, r.Body.String())
	}
	for i := int64(6); i < 10; i++ {
		g.Take(sample(i, 1e8))
	}
	if g.Fuse() != Armed || len(changes) < 3 {
		t.Fatalf("%s %+v", g.Fuse(), changes)
	}
}

func TestRunReadsTheRuntime(t *testing.T) {
	r := newReader()
	s := r.read(1 << 30)
	if s.Heap <= 0 || s.Goal <= 0 || s.Total < s.Heap || s.Quota != 1<<30 {
		t.Fatalf("%+v", s)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	New(0, nil).Run(ctx)
}
`

test('the controller of the text drifts to 150 although the heap is nearly full; the default does not', () => {
  const seed = newMemory()
  const usual = newMemory()
  for (let i = 1; i <= 300; i++) {
    // 50 MB a second are allocated, and 400 MB of the 1 GB stay: E-104.
    const sample = {
      nowMs: i * 2000,
      cycles: i,
      live: 4e8,
      heap: 5e8,
      goal: 8e8,
      total: 8.5e8,
      allocated: 4e8 + i * 1e8,
      gcCpu: 0.05,
      quota: 2 ** 30,
    }
    memorySample(memoryPresets['seed-s4'], seed, sample)
    memorySample(memoryPresets.default, usual, sample)
    if (i === 2) expect(seed.gogc).toBe(50)
  }
  expect(seed.gogc).toBe(150)
  expect(usual.gogc).toBe(100)
  expect(memoryWarnings(memoryPresets['seed-s4']).join('\n')).toMatch(/E-104/)
})

test('GOGC moves at most once in five collections and never for less than a tenth', () => {
  const policy = memoryPresets.default
  const state = newMemory()
  let [last, changedAt] = [state.gogc, 0]
  for (const sample of samples(20_000, 4)) {
    memorySample(policy, state, sample)
    expect(state.gogc).toBeGreaterThanOrEqual(policy.gogc.min)
    expect(state.gogc).toBeLessThanOrEqual(policy.gogc.max)
    if (state.gogc === last) continue
    expect(sample.cycles - changedAt).toBeGreaterThanOrEqual(5)
    expect(Math.abs(state.gogc - last)).toBeGreaterThan(0.1 * last)
    last = state.gogc
    changedAt = sample.cycles
  }
})

describeNeeding('go', 'the generated GOGC controller', () => {
  let module: GoModule
  beforeAll(() => {
    const files = Object.entries(policies).flatMap(([name, policy]) => {
      const guard = {package: name, preset: 'default', policy, dryRun: false}
      const all = memoryGo(guard, 'gogc.yaml', memoryWarnings(policy)).map(file => ({...file, path: `${name}/${file.path}`}))
      return [...all, {...all[0]!, path: `machines/${all[0]!.path}`}]
    })
    module = goModule(files, '.', '1.21')
    for (const name of Object.keys(policies)) module.write(`cmd/${name}/main.go`, replay(name))
    module.write('standard/behaviour_test.go', behaviour)
  })
  afterAll(() => module.remove())

  test('is gofmt-clean and go vet finds nothing', () => {
    const unformatted = module.unformatted().split('\n')
    expect(unformatted.filter(path => /^(standard|seed|odd)\/(machine|run)\.go/.test(path))).toEqual([])
    module.go(['vet', './standard', './seed', './odd'])
  })

  test('alarms, refuses, releases and reads the runtime, under the race detector', () => {
    expect(module.go(['test', '-race', '-count=1', './standard'])).toMatch(/^ok/)
  })

  describe.each(amd64Levels())('built for GOAMD64=%s', level => {
    test('takes the same decisions as the policy', () => {
      module.go(['build', '-o', `bin-${level}/`, './cmd/...'], {env: {GOAMD64: level}})
      for (const [name, policy] of Object.entries(policies)) {
        const input = samples(name === 'odd' ? 34_000 : 8000, 6)
        const state = newMemory()
        const ours = input.map(sample => {
          memorySample(policy, state, sample)
          return `${state.gogc} ${state.gogcReason} ${state.fuse} ${state.fuseReason} ${state.high} ${state.low} ${state.changedAtCycle}`
        })
        const theirs = module.run(`bin-${level}/${name}`, input.map(sample => JSON.stringify(sample)).join('\n')).split('\n')
        const at = ours.findIndex((line, i) => line !== theirs[i])
        expect(at < 0 ? undefined : {at, ours: ours[at], theirs: theirs[at]}).toBeUndefined()
        if (name === 'odd')
          expect(new Set(ours.map(line => /armed|alarm|refusing/.exec(line)?.[0]))).toEqual(new Set(['armed', 'alarm', 'refusing']))
      }
    })
  })
})
