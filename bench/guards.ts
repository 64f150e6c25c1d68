// `npm run bench -- guards`: in one Go benchmark run, a decision of the generated breaker against sony/gobreaker (from the module cache or proxy) and a call
// through the generated cgo gate, or a typed wrapper, against the bare call. Prints ratios; the figures differ between machines, the ratios hardly.
import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {breakerGo} from '../src/guards/codegen/breaker.ts'
import {cgoGo} from '../src/guards/codegen/cgo.ts'
import {readCgoGuard} from '../src/guards/config/cgo.ts'
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
for (const file of cgoGo({package: 'gate', functions, blockedMax: 16, threadsMax: 64, openssl: false, otel: false}, 'bench'))
  write(`gate/${file.path}`, file.text)
const typed = `package: typed
preamble: "static int work(int n) { for (volatile int i = 0; i < n; i++); return n; }"
functions: [{name: work, args: [{name: n, type: int}], returns: int}]
`
for (const file of cgoGo(readCgoGuard('bench', typed), 'bench')) write(`typed/${file.path}`, file.text)
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
	"example.com/bench/typed"
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

func BenchmarkCgoTyped(b *testing.B) {
	for b.Loop() {
		_, _ = typed.Work(2000)
	}
}

func BenchmarkCgoPlain(b *testing.B)   { benchmarkGate(b, "plain") }
func BenchmarkCgoLocked(b *testing.B)  { benchmarkGate(b, "locked") }
func BenchmarkCgoBounded(b *testing.B) { benchmarkGate(b, "bounded") }
`,
)
const env = {...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off'}
const built = spawnSync('go', ['test', '-c', '-o', 'bench.test', '.'], {cwd: directory, encoding: 'utf8', env})
if (built.status === 0) measure()
else {
  console.error(built.stdout + built.stderr)
  process.exitCode = 1
}
rmSync(directory, {recursive: true, force: true})

/** Rounds of all benchmarks one after another, so that what else the machine does falls on all of them; ratios are taken within a round. */
function measure(): void {
  const rounds: Map<string, number>[] = []
  for (let i = 0; i < 9; i++) {
    const ran = spawnSync(join(directory, 'bench.test'), ['-test.run=^$', '-test.bench=.', '-test.benchtime=60ms'], {
      cwd: directory,
      encoding: 'utf8',
      env,
    })
    const found = [...ran.stdout.matchAll(/^Benchmark(\w+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns\/op/gm)]
    rounds.push(new Map(found.map(([, name = '', value = '']) => [name, Number(value)])))
  }
  const of = (name: string) => rounds.map(round => round.get(name) ?? Number.NaN).sort((a, b) => a - b)
  for (const name of rounds[0]?.keys() ?? [])
    console.log(`${name.padEnd(14)} least ${of(name)[0]?.toFixed(1)} ns, median ${of(name)[4]?.toFixed(1)} ns`)
  const ratio = (a: string, b: string) => {
    const ratios = rounds.map(round => (round.get(a) ?? Number.NaN) / (round.get(b) ?? Number.NaN)).sort((x, y) => x - y)
    const least = (of(a)[0] ?? Number.NaN) / (of(b)[0] ?? Number.NaN)
    return `${ratios[4]?.toFixed(2)} (median of 9 rounds, ${ratios[1]?.toFixed(2)} to ${ratios[7]?.toFixed(2)}; of the least ${least.toFixed(2)})`
  }
  console.log(`breaker decision against gobreaker: ${ratio('BreakerOurs', 'BreakerPeer')}`)
  for (const kind of ['CgoPlain', 'CgoLocked', 'CgoBounded', 'CgoTyped'])
    console.log(`${kind} against the bare call: ${ratio(kind, 'CgoBare')}`)
}
