// `npm run bench -- guards`: in one Go benchmark run, a decision of the generated breaker against sony/gobreaker (from the module cache or proxy) and a call
// through the generated cgo gate against the bare call. Prints ratios; the figures differ between machines, the ratios hardly.
import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {breakerGo} from '../src/guards/codegen/breaker.ts'
import {cgoGo} from '../src/guards/codegen/cgo.ts'
import {breakerPresets} from '../src/guards/policies/breaker-presets.ts'

const directory = mkdtempSync(join(tmpdir(), 'gotriage-bench-guards-'))
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(directory, path)), {recursive: true})
  writeFileSync(join(directory, path), text)
}
const breaker = {
  name: 'bench',
  package: 'breaker',
  preset: 'default',
  policy: breakerPresets.default,
  middleware: [],
  fallback: {status: 503, contentType: 'text/plain', body: ''},
}
for (const file of breakerGo(breaker, 'bench')) write(`breaker/${file.path}`, file.text)
const functions = [
  {name: 'plain', timeoutMs: 0, mayBlock: false},
  {name: 'locked', timeoutMs: 0, mayBlock: false, lock: 'l'},
  {name: 'bounded', timeoutMs: 5000, mayBlock: true, lock: 'l'},
]
for (const file of cgoGo({package: 'gate', functions, blockedMax: 16, threadsMax: 64, openssl: false, otel: false}, 'bench')) write(`gate/${file.path}`, file.text)
write('go.mod', 'module example.com/bench\n\ngo 1.24\n\nrequire github.com/sony/gobreaker/v2 v2.4.0\n')
write(
  'clib/clib.go',
  'package clib\n\n// static int work(int n) { for (volatile int i = 0; i < n; i++); return n; }\nimport "C"\n\nfunc Work(n int) { C.work(C.int(n)) }\n',
)
write(
  'bench_test.go',
  `package bench

import (
	"context"
	"testing"

	"example.com/bench/breaker"
	"example.com/bench/clib"
	"example.com/bench/gate"
	"github.com/sony/gobreaker/v2"
)

func ok() (int, error) { return 1, nil }

func BenchmarkBreakerOurs(b *testing.B) {
	x := breaker.New(nil)
	for b.Loop() {
		_ = x.Do(context.Background(), func(context.Context) error { return nil })
	}
}

func BenchmarkBreakerPeer(b *testing.B) {
	x := gobreaker.NewCircuitBreaker[int](gobreaker.Settings{})
	for b.Loop() {
		_, _ = x.Execute(ok)
	}
}

func BenchmarkCgoBare(b *testing.B) {
	for b.Loop() {
		clib.Work(2000)
	}
}

func benchmarkGate(b *testing.B, name string) {
	for b.Loop() {
		_ = gate.Call(name, func() error { clib.Work(2000); return nil })
	}
}

func BenchmarkCgoPlain(b *testing.B)   { benchmarkGate(b, "plain") }
func BenchmarkCgoLocked(b *testing.B)  { benchmarkGate(b, "locked") }
func BenchmarkCgoBounded(b *testing.B) { benchmarkGate(b, "bounded") }
`,
)
const ran = spawnSync('go', ['test', '-run=^$', '-bench=.', '-benchtime=300ms', '-count=3', '.'], {
  cwd: directory,
  encoding: 'utf8',
  env: {...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off'},
})
if (ran.status !== 0) {
  console.error(ran.stdout + ran.stderr)
  process.exitCode = 1
} else {
  const ns = new Map<string, number>()
  for (const [, name = '', value = ''] of ran.stdout.matchAll(/^Benchmark(\w+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns\/op/gm))
    ns.set(name, Math.min(ns.get(name) ?? Infinity, Number(value))) // the least of three: what the machine can do
  for (const [name, value] of ns) console.log(`${name.padEnd(14)} ${value.toFixed(1)} ns`)
  const ratio = (a: string, b: string) => ((ns.get(a) ?? Number.NaN) / (ns.get(b) ?? Number.NaN)).toFixed(2)
  console.log(`breaker decision against gobreaker: ${ratio('BreakerOurs', 'BreakerPeer')}`)
  for (const kind of ['CgoPlain', 'CgoLocked', 'CgoBounded']) console.log(`${kind} against the bare call: ${ratio(kind, 'CgoBare')}`)
}
rmSync(directory, {recursive: true, force: true})
