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
	"syscall"
	"testing"

	"example.com/bench/breaker"
	"example.com/bench/clib"
	"example.com/bench/gate"
	"example.com/bench/typed"
	"github.com/sony/gobreaker/v2"
)

func ok() (int, error) { return 1, nil }

// measure reports processor time too: other programs on the machine stretch the wall time alone.
func measure(b *testing.B, op func()) {
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	for b.Loop() {
		op()
	}
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	used := after.Utime.Nano() - before.Utime.Nano() + after.Stime.Nano() - before.Stime.Nano()
	b.ReportMetric(float64(used)/float64(b.N), "cpu-ns/op")
}

func BenchmarkBreakerOurs(b *testing.B) {
	x := breaker.New(nil)
	measure(b, func() { _ = x.Do(context.Background(), func(context.Context) error { return nil }) })
}

func BenchmarkBreakerPeer(b *testing.B) {
	x := gobreaker.NewCircuitBreaker[int](gobreaker.Settings{})
	measure(b, func() { _, _ = x.Execute(ok) })
}

func BenchmarkCgoBare(b *testing.B)  { measure(b, func() { clib.Work(2000) }) }
func BenchmarkCgoTyped(b *testing.B) { measure(b, func() { _, _ = typed.Work(2000) }) }

func benchmarkGate(b *testing.B, name string) {
	measure(b, func() { _ = gate.Call(name, func() error { clib.Work(2000); return nil }) })
}

func BenchmarkCgoPlain(b *testing.B)   { benchmarkGate(b, "plain") }
func BenchmarkCgoLocked(b *testing.B)  { benchmarkGate(b, "locked") }
func BenchmarkCgoBounded(b *testing.B) { benchmarkGate(b, "bounded") }
`,
)
interface Timed {
  readonly wall: number
  readonly cpu: number
}
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
  const rounds: ReadonlyMap<string, Timed>[] = []
  for (let i = 0; i < 9; i++) {
    const ran = spawnSync(join(directory, 'bench.test'), ['-test.run=^$', '-test.bench=.', '-test.benchtime=80ms'], {
      cwd: directory,
      encoding: 'utf8',
      env,
    })
    const found = [...ran.stdout.matchAll(/^Benchmark(\w+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns\/op\s+([\d.]+) cpu-ns\/op/gm)]
    rounds.push(new Map(found.map(([, name = '', wall, cpu]) => [name, {wall: Number(wall), cpu: Number(cpu)}])))
  }
  const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
  const all = (name: string, key: keyof Timed) => rounds.map(round => round.get(name)?.[key] ?? Number.NaN)
  for (const name of rounds[0]?.keys() ?? [])
    console.log(
      `${name.padEnd(14)} wall ${Math.min(...all(name, 'wall')).toFixed(0)} ns at least, ${median(all(name, 'wall')).toFixed(0)} median; cpu ${Math.min(...all(name, 'cpu')).toFixed(0)}, ${median(all(name, 'cpu')).toFixed(0)}`,
    )
  const ratio = (a: string, b: string, key: keyof Timed) => {
    const [x, y] = [all(a, key), all(b, key)]
    return `${median(x.map((value, i) => value / y[i]!)).toFixed(2)} median, ${(Math.min(...x) / Math.min(...y)).toFixed(2)} of the least`
  }
  const print = (what: string, a: string, b: string) => console.log(`${what}: cpu ${ratio(a, b, 'cpu')}; wall ${ratio(a, b, 'wall')}`)
  print('breaker decision against gobreaker', 'BreakerOurs', 'BreakerPeer')
  for (const kind of ['CgoPlain', 'CgoLocked', 'CgoBounded', 'CgoTyped']) print(`${kind} against the bare call`, kind, 'CgoBare')
}
