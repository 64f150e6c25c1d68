import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {nodeProcesses} from '../host/node/processes.ts'
import {gotriage} from '../cli/testing/command-line.ts'
import {svgProblem} from '../render/graphviz/check-output.ts'
import {readDot} from '../render/graphviz/read-dot.ts'
import {doctor, doctorText} from './doctor.ts'
import {textOf} from './render.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gotriage-render-'))
  writeFileSync(join(folder, 'good.dot'), 'digraph { "中文" -> b }')
  writeFileSync(join(folder, 'also.gv'), 'graph { a -- b }')
  writeFileSync(join(folder, 'bad.dot'), 'digraph {\n  a -> -> b\n}\n')
})
afterAll(() => rmSync(folder, {recursive: true}))

test('one file becomes one checked picture', async () => {
  const {exit, stdout} = await gotriage(['render', 'good.dot'], {cwd: folder})
  expect(exit).toBe(0)
  expect(svgProblem(stdout, readDot('digraph { "中文" -> b }', 'f'))).toBeUndefined()
})

test('of many files each good one is written, a refused one leaves no output and makes the exit 2', async () => {
  const out = join(folder, 'out')
  const {exit, stderr, files} = await gotriage(['render', 'good.dot', 'also.gv', 'bad.dot', '-T', 'json', '-o', out], {cwd: folder})
  expect(exit).toBe(2)
  expect([...files.keys()].toSorted()).toEqual([`${out}/also.json`, `${out}/good.json`])
  expect(stderr).toEqual([
    'gotriage: bad.dot:2:8: "->" where a node, a subgraph or a statement is expected. Mend the file at that place.',
    'note: 1 of 3 files gave no picture',
  ])
  for (const text of files.values()) expect(JSON.parse(text)).toHaveProperty('objects')
})

test('a machine without dot is told once that PDF needs it, however many files there are', async () => {
  const path = process.env['PATH']
  process.env['PATH'] = folder
  try {
    const {exit, stderr, files} = await gotriage(['render', 'good.dot', 'also.gv', '-T', 'pdf', '-o', join(folder, 'pdf')], {cwd: folder})
    expect([exit, files.size]).toEqual([2, 0])
    expect(stderr).toEqual([
      'gotriage: "dot" is not installed. PDF is drawn by the machine\'s own Graphviz: install "graphviz", or ask for -T svg.',
      'note: 2 of 2 files gave no picture',
    ])
  } finally {
    process.env['PATH'] = path
  }
})

test('a file that is missing, many files without -o and an unknown layout are bad usage', async () => {
  expect((await gotriage(['render', 'nothing.dot'], {cwd: folder})).exit).toBe(2)
  expect((await gotriage(['render', 'good.dot', 'also.gv'], {cwd: folder})).stderr[0]).toContain('2 files and no -o')
  expect((await gotriage(['render', 'good.dot', '-K', 'nosuch'], {cwd: folder})).exit).toBe(2)
})

test('counts come in the form Prometheus reads', async () => {
  const metrics = join(folder, 'metrics.prom')
  const {files} = await gotriage(['render', '-', '--metrics', metrics], {cwd: folder, stdin: new TextEncoder().encode('digraph { a }')})
  expect(files.get(metrics)).toMatch(
    /^# HELP .*\n# TYPE gotriage_renders_total counter\ngotriage_renders_total\{renderer="wasm",format="svg",outcome="rendered",environment="[^"]+"\} 1\n$/,
  )
})

test('bytes that are not UTF-8 are refused with their place, unless the graph says that it is latin1', () => {
  const latin = new Uint8Array([...'digraph { charset="latin1"; '].map(c => c.charCodeAt(0)).concat([0xe9, 0x20, 0x7d]))
  expect(textOf('f.dot', latin)).toContain('é }')
  expect(() => textOf('f.dot', new Uint8Array([0x61, 0x0a, 0x62, 0xc3, 0xa9, 0xe9, 0x20]))).toThrow('f.dot:2:4: a byte that is not UTF-8')
})

const diagram = async (kind: string, paths: readonly string[] = [], cwd = checkout) => {
  const {exit, stdout, stderr} = await gotriage(['render', '--diagram', kind, ...paths], {cwd})
  expect([exit, stderr.filter(line => line.startsWith('gotriage:'))], kind).toEqual([0, []])
  return stdout
}

test('the diagrams of the runtime are drawn from the tables of knowledge/', async () => {
  expect(await diagram('cgo-call')).toContain('asmcgocall')
  expect(await diagram('goroutine-states')).toMatch(/<title>running&#45;&gt;waiting<\/title>/)
  expect(await diagram('breaker')).toMatch(/<title>half&#45;open&#45;&gt;closed<\/title>/)
  expect(await diagram('ab')).toMatch(/<title>downgraded&#45;&gt;recovering<\/title>/)
})

test('a goroutine dump, escape analysis and causes become diagrams', async () => {
  expect(await diagram('goroutines', ['src/evidence/dumps/testdata/goroutine-debug2.go1.26.txt'])).toContain('chan receive')
  expect(await diagram('escapes', ['src/evidence/logs/testdata/escape-m2.go1.26.txt'])).toContain('flow:')
  const causes = await diagram('causes', ['examples/incidents/map-growth-oom'])
  for (const text of ['unbounded&#45;map&#45;growth', 'because', 'alloc&#45;site&#45;growth']) expect(causes).toContain(text)
})

test('the chain of a gin application shows order, conditions, keys set twice and keys nobody sets', async () => {
  const app = mkdtempSync(join(tmpdir(), 'gotriage-gin-'))
  writeFileSync(join(app, 'go.mod'), 'module example.com/shop\n\ngo 1.22\n')
  writeFileSync(
    join(app, 'main.go'),
    `package main

import "github.com/gin-gonic/gin"

func auth() gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Set("user", "ann")
		c.Next()
	}
}
func tenant(c *gin.Context) { c.Set("user", "bob") }
func orders(c *gin.Context) { c.String(200, c.GetString("user")+c.GetQuery("q")+c.MustGet("cart").(string)) }

func main() {
	r := gin.New()
	api := r.Group("/api", auth())
	api.GET("/early", orders)
	if debug {
		api.Use(tenant)
	}
	api.POST("/orders", orders)
}

var debug = true
`,
  )
  const svg = await diagram('middleware', ['.'], app)
  rmSync(app, {recursive: true})
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)
  expect(texts).toContain('sets user again (auth() did)')
  expect(texts.filter(text => text === 'nothing before sets cart')).toHaveLength(2)
  expect(texts).toEqual(expect.arrayContaining(['GET /api/early', 'POST /api/orders', 'if']))
  // Use comes after the first route: gin does not put it before it.
  expect(texts.filter(text => text === 'tenant')).toHaveLength(1)
  expect(texts.some(text => text?.includes('q,') || text === 'reads q')).toBe(false)
})

test('imports show packages of the module, other modules and what is missing', async () => {
  const app = mkdtempSync(join(tmpdir(), 'gotriage-imports-'))
  writeFileSync(join(app, 'go.mod'), 'module example.com/shop\n\ngo 1.22\n')
  writeFileSync(
    join(app, 'main.go'),
    'package main\n\nimport (\n\t"C"\n\t"fmt"\n\t"example.org/gone"\n)\n\nfunc main() { fmt.Println(gone.X) }\n',
  )
  const svg = await diagram('imports', ['.'], app)
  rmSync(app, {recursive: true})
  expect(svg).toContain('not on this machine')
  expect(svg).not.toContain('>fmt<')
})

test('doctor says of each part whether it works, and how to mend what does not', async () => {
  const checks = await doctor(nodeProcesses, {})
  expect(checks.find(check => check.id === 'graphviz')).toMatchObject({status: 'ok'})
  expect(checks.map(check => check.id)).toEqual(expect.arrayContaining(['fonts', 'png', 'native-graphviz', 'go']))
  for (const {status, mend} of checks) if (status === 'broken') expect(mend).toMatch(/\.$/)
  expect(doctorText(checks)).toContain('graphviz')
})

test('doctor reads cgroup limits and permissions as the kernel writes them', async () => {
  const files: Readonly<Record<string, string>> = {
    '/proc/self/status': 'Name:\tnode\nCapEff:\t0000000000000000\n',
    '/proc/self/cgroup': '0::/pod/app\n',
    '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
    '/sys/fs/cgroup/pod/app/cpu.max': '150000 100000\n',
    '/sys/fs/cgroup/pod/app/memory.max': '1073741824\n',
    '/proc/sys/kernel/perf_event_paranoid': '3\n',
    '/proc/sys/kernel/yama/ptrace_scope': '1\n',
    '/proc/sys/kernel/core_pattern': '|/usr/lib/systemd/systemd-coredump %P\n',
    '/proc/self/limits': 'Max core file size        0                    unlimited            bytes\n',
  }
  const processes = {
    ...nodeProcesses,
    readKernelFile: (path: string) => Promise.resolve(files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
    run: ([program = '']: readonly string[]) =>
      Promise.resolve(
        program === 'perf'
          ? {code: 0, stdout: 'perf version 6.1\n', stderr: ''}
          : program === 'dot'
            ? {code: 1, stdout: '', stderr: 'Format: "?" not recognized. No formats found.\nPerhaps "dot -c" needs to be run'}
            : undefined,
      ),
  }
  const checks = new Map((await doctor(processes, {})).map(check => [check.id, check]))
  expect(checks.get('cgroup-cpu')).toMatchObject({what: 'cgroup v2: a quota of 1.50 CPUs'})
  expect(checks.get('cgroup-memory')?.mend).toContain('921MiB')
  expect(checks.get('perf')).toMatchObject({status: 'off', what: 'perf_event_paranoid is 3: no profile without CAP_PERFMON'})
  expect(checks.get('ptrace')?.what).toContain('not their child')
  expect(checks.get('core')?.status).toBe('off')
  expect(checks.get('native-graphviz')).toMatchObject({status: 'broken', mend: 'Run "dot -c" as root: it writes the list of plug-ins.'})
})
