import {createHash} from 'node:crypto'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname} from 'node:path'
import {afterAll, beforeEach, describe, expect, test} from 'vitest'
import type {ResultCache} from '../base/result-cache.ts'
import {defineModuleRule, defineRule} from '../analysis/engine/rule.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {cachedRun} from './cached-run.ts'
import {check} from './check.ts'
import {fix} from './check-fix.ts'

const root = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-cached-`))
let dir = ''
let count = 0
let entries = new Map<string, string>()
/** Packages that rules really looked at. */
let visited: string[] = []
beforeEach(() => {
  dir = `${root}/m${++count}`
  entries = new Map()
  visited = []
  write('go.mod', 'module example.com/m\n\ngo 1.24\n')
  write('a/a.go', 'package a\n\nfunc A() { println(1) }\n')
  write('b/b.go', 'package b\n\nimport "example.com/m/a"\n\nfunc B() { a.A() }\n')
  write('c/c.go', 'package c\n\nfunc C() {}\n')
})
afterAll(() => rmSync(root, {recursive: true, force: true}))

function write(name: string, text: string): void {
  mkdirSync(dirname(`${dir}/${name}`), {recursive: true})
  writeFileSync(`${dir}/${name}`, text)
}

const base = {title: 't', severity: 'warning', confidence: 1, preset: 'default', since: '0.1', sources: []} as const
const calls = defineRule({
  ...base,
  id: 'test-call',
  messages: {call: {what: '{text} is called', why: 'a test says so', next: 'Read on.'}},
  run(pass) {
    visited.push(pass.packagePath)
    for (const call of pass.nodes('CallExpr')) {
      const {path: file} = pass.fileOf(call)
      const fixes = [{kind: 'safe' as const, title: 'other', edits: [{file, start: call.pos, end: call.end, text: 'println(2)'}]}]
      if (pass.text(call) === 'println(1)') pass.report(call, 'call', {data: {text: pass.text(call)}, fixes})
    }
  },
})
const packages = defineModuleRule<'all', number>({
  ...base,
  id: 'test-module',
  messages: {all: {what: '{sum} functions in the module', why: 'a test says so', next: 'Read on.'}},
  collect: pass => [...pass.nodes('FuncDecl')].length,
  conclude(pass, facts) {
    const sum = facts.reduce((total, {fact}) => total + fact, 0)
    const place = {file: 'a/a.go', start: 0, end: 1, line: 1, column: 1, endLine: 1, endColumn: 2, symbol: 'm', sourceLine: 'package a'}
    pass.report(place, 'all', {data: {sum: String(sum)}})
  },
})

/** Says of what type variables called `seen` are. */
const types = defineRule({
  ...base,
  id: 'test-type',
  messages: {type: {what: 'seen is {text}', why: 'a test says so', next: 'Read on.'}},
  run(pass) {
    visited.push(pass.packagePath)
    for (const spec of pass.nodes('ValueSpec'))
      for (const name of spec.names) if (name.name === 'seen') pass.report(name, 'type', {data: {text: pass.typeText(name) ?? 'unknown'}})
  },
})

const cache: ResultCache = {
  identity: 'test',
  hash: content => createHash('sha256').update(content).digest('hex'),
  read: name => Promise.resolve(entries.get(name)),
  write(name, text) {
    entries.set(name, text)
    return Promise.resolve()
  },
}
/** Entries are written "an hour from now", so that the files of this test, seconds old, may be believed by their time stamp. */
const services = {registry: [calls, packages], run: cachedRun(cache, () => Date.now() + 3_600_000)}
async function findings(env?: Record<string, string>): Promise<string[]> {
  visited = []
  const host = nodeHost({cwd: dir, ...(env ? {env: {...process.env, ...env}} : {})})
  const {envelope} = await check({patterns: []}, host, {}, services)
  return envelope.findings.map(finding => `${finding.places[0]?.file}: ${finding.what}`)
}

const all = ['a/a.go: 3 functions in the module', 'a/a.go: println(1) is called']

describe('an unchanged tree', () => {
  test('is answered without looking at a package, with the same findings', async () => {
    expect(await findings()).toEqual(all)
    expect(visited).toHaveLength(3)
    expect(await findings()).toEqual(all)
    expect(visited).toEqual([])
  })

  test('stays unchanged when files are only touched', async () => {
    await findings()
    utimesSync(`${dir}/a/a.go`, 1, 1)
    expect(await findings()).toEqual(all)
    expect(visited).toEqual([])
  })

  test('a changed file counts even when size and time of change stay the same but are too young to be believed', async () => {
    const young = {registry: services.registry, run: cachedRun(cache, () => 0)}
    const run = async () => (await check({patterns: []}, nodeHost({cwd: dir}), {}, young)).envelope.findings.length
    utimesSync(`${dir}/a/a.go`, 1000, 1000)
    expect(await run()).toBe(2)
    write('a/a.go', 'package a\n\nfunc A() { println(7) }\n')
    utimesSync(`${dir}/a/a.go`, 1000, 1000)
    expect(await run()).toBe(1)
  })
})

describe('what changed is computed again', () => {
  test('a package and what imports it, and nothing else; module rules see old facts and new', async () => {
    await findings()
    write('a/a.go', 'package a\n\nfunc A() { println(1) }\nfunc More() {}\n')
    expect(await findings()).toEqual(['a/a.go: 4 functions in the module', 'a/a.go: println(1) is called'])
    expect(visited).toEqual(['example.com/m/a', 'example.com/m/b'])
  })

  test('a package alone when what changed in it cannot be seen from outside', async () => {
    await findings()
    write('a/a.go', 'package a\n\nfunc A() { println(2) }\n\nfunc init() {}\n')
    expect(await findings()).toEqual(['a/a.go: 4 functions in the module'])
    expect(visited).toEqual(['example.com/m/a'])
    write('a/a.go', 'package a\n\nfunc A(...int) { println(2) }\n\nfunc init() {}\n')
    await findings()
    expect(visited).toEqual(['example.com/m/a', 'example.com/m/b'])
  })

  test('a new file, a removed file', async () => {
    await findings()
    write('c/more.go', 'package c\n\nfunc More() { println(1) }\n')
    expect(await findings()).toContain('c/more.go: println(1) is called')
    rmSync(`${dir}/c/more.go`)
    expect(await findings()).toEqual(all)
  })

  test('a module that was missing and is there now', async () => {
    write('c/c.go', 'package c\n\nimport "example.com/gone"\n\nfunc C() { gone.Do() }\n')
    write('go.mod', 'module example.com/m\n\ngo 1.24\n\nrequire example.com/gone v0.0.0\n\nreplace example.com/gone => ./gone\n')
    const {summary} = await check({patterns: []}, nodeHost({cwd: dir}), {}, services)
    expect(summary.missing).toEqual(['example.com/gone'])
    write('gone/go.mod', 'module example.com/gone\n')
    write('gone/gone.go', 'package gone\n\nfunc Do() {}\n')
    expect((await check({patterns: []}, nodeHost({cwd: dir}), {}, services)).summary.missing).toEqual([])
  })

  test('the go line of the main module, and the environment', async () => {
    await findings()
    write('go.mod', 'module example.com/m\n\ngo 1.23\n')
    await findings()
    expect(visited).toHaveLength(3)
    await findings({GOFLAGS: '-tags=special'})
    expect(visited).toHaveLength(3)
  })
})

test('an entry that is broken or of another shape is not believed', async () => {
  await findings()
  for (const text of ['', '{', 'null', '{}', '{"writtenMs":1,"facts":[],"views":[],"packages":{},"run":{}}']) {
    for (const name of entries.keys()) entries.set(name, text)
    expect(await findings()).toEqual(all)
    expect(visited).toHaveLength(3)
  }
})

test('a fix is checked as it would be, not as the cache remembers it', async () => {
  const host = nodeHost({cwd: dir})
  const before = await check({patterns: []}, host, {}, services)
  const fixed = await fix({patterns: []}, before, host, {}, services)
  expect(fixed.files.map(file => file.file)).toEqual(['a/a.go'])
  expect(fixed.checked.envelope.findings.map(finding => finding.id)).toEqual(['test-module'])
  expect(await findings(), 'nothing was written, so nothing has changed').toEqual(all)
})

describe('headers of C', () => {
  const run = async () => {
    visited = []
    const host = nodeHost({cwd: dir, env: {...process.env, CGO_ENABLED: '1', GOOS: 'linux', GOARCH: 'amd64'}})
    const {envelope} = await check({patterns: []}, host, {}, {registry: [types], run: services.run})
    return envelope.findings.map(finding => `${finding.places[0]?.file}: ${finding.what}`)
  }
  beforeEach(() => {
    write('inc/number.h', '#include "further.h"\ntypedef int number;\n')
    write(
      'a/a.go',
      'package a\n\n// #cgo CFLAGS: -I${SRCDIR}/../inc\n// #include "number.h"\nimport "C"\n\nvar A = C.number(1)\n\nfunc F() { var seen = A + 1; _ = seen }\n',
    )
    write('b/b.go', 'package b\n\nimport "example.com/m/a"\n\nfunc B() { var seen = a.A; _ = seen }\n')
  })

  test('that a package or one it imports takes types from belong to what its result depends on', async () => {
    expect(await run()).toEqual(['a/a.go: seen is C.number', 'b/b.go: seen is C.number'])
    write('inc/number.h', '#include "further.h"\ntypedef long number;\n')
    write('c/c.go', 'package c\n\nfunc C() { println() }\n')
    expect(await run()).toEqual(['a/a.go: seen is C.number', 'b/b.go: seen is C.number'])
    expect(visited.toSorted()).toEqual(['example.com/m/a', 'example.com/m/b', 'example.com/m/c'])
    write('c/c.go', 'package c\n\nfunc C() {}\n')
    await run()
    expect(visited).toEqual(['example.com/m/c'])
  })

  test('that were looked for and were not there count when they come', async () => {
    write('inc/number.h', '#include "further.h"\n')
    expect(await run()).toEqual(['a/a.go: seen is unknown', 'b/b.go: seen is unknown'])
    write('inc/further.h', 'typedef long number;\n')
    expect(await run()).toEqual(['a/a.go: seen is C.number', 'b/b.go: seen is C.number'])
  })
})
