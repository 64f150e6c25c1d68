import {createHash} from 'node:crypto'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname} from 'node:path'
import {afterAll, beforeEach, describe, expect, test} from 'vitest'
import type {Host} from '../base/host.ts'
import type {DeclarationCache} from '../base/declaration-cache.ts'
import type {ResultCache} from '../base/result-cache.ts'
import {defineRule} from '../analysis/engine/rule.ts'
import {envelopeJson} from '../findings/json.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {cachedRun} from './cached-run.ts'
import {check} from './check.ts'
import {recall, remember} from './remembered-answer.ts'

const root = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-remembered-`))
let dir = ''
let count = 0
let entries = new Map<string, string>()
/** How often an answer had to be made. */
let made = 0
const old = 1_700_000_000
const own = (n: number) =>
  `package a\n\nimport (\n\t"errors"\n\t"example.com/q"\n\t"example.com/r"\n)\n\nvar E = errors.New(q.Q + r.R)\n\nfunc A() { println(${n}) }\n`
beforeEach(() => {
  dir = `${root}/${++count}`
  entries = new Map()
  made = 0
  write(
    'm/go.mod',
    'module example.com/m\n\ngo 1.24\n\nrequire (\n\texample.com/q v1.0.0\n\texample.com/r v1.0.0\n)\n\nreplace example.com/r => ./r\n',
  )
  write('m/a/a.go', own(1))
  write('m/r/go.mod', 'module example.com/r\n')
  write('m/r/r.go', 'package r\n\nconst R = "r"\n')
  write('mod/example.com/q@v1.0.0/q.go', 'package q\n\nconst Q = "q"\n')
  write('mod/example.com/q@v1.0.0/go.mod', 'module example.com/q\n')
  write('mod/cache/download/example.com/q/@v/v1.0.0.mod', 'module example.com/q\n')
  write('mod/cache/download/example.com/q/@v/v1.0.0.ziphash', 'h1:one')
  write('go/VERSION', 'go1.24.1\n')
  write('go/src/runtime/runtime.go', 'package runtime\n')
  write('go/src/errors/errors.go', 'package errors\n\nfunc New(text string) error { return nil }\n')
})
afterAll(() => rmSync(root, {recursive: true, force: true}))

/** Long ago, so that time stamps may be believed; each a second later than the one before. */
let seconds = 0
function write(name: string, text: string): void {
  const path = `${dir}/${name}`
  mkdirSync(dirname(path), {recursive: true})
  writeFileSync(path, text)
  utimesSync(path, old, old + ++seconds)
}

const calls = defineRule({
  id: 'test-call',
  title: 't',
  severity: 'warning',
  confidence: 1,
  preset: 'default',
  since: '0.1',
  sources: [],
  messages: {call: {what: '{text} is called', why: 'a test says so', next: 'Read on.'}},
  run(pass) {
    for (const call of pass.nodes('CallExpr')) pass.report(call, 'call', {data: {text: pass.text(call)}})
  },
})
const shared = {identity: 'test', hash: (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex')}
const kept = new Map<string, Uint8Array>()
const declarations: DeclarationCache = {...shared, read: key => kept.get(key), write: (key, bytes) => void kept.set(key, bytes)}
const cache: ResultCache = {
  ...shared,
  read: name => Promise.resolve(entries.get(name)),
  write(name, text) {
    entries.set(name, text)
    return Promise.resolve()
  },
}

/** The findings of `check ./...` as JSON, and the lines they stand in. */
async function answer(env: Record<string, string> = {}, also?: (host: Host) => Promise<unknown>): Promise<string> {
  const base = {GOROOT: `${dir}/go`, GOMODCACHE: `${dir}/mod`, GOFLAGS: '-mod=mod', GOPROXY: 'off', HOME: dir, PATH: ''}
  const host = nodeHost({cwd: `${dir}/m`, env: {...base, ...env}})
  const remembering = {cache, host, now: Date.now, question: ['check']}
  const known = await recall(remembering)
  if (known !== undefined) return known.said.map(([, text]) => text).join('')
  made++
  const {said} = await remember(remembering, async (recorded, based) => {
    const run = cachedRun(cache, Date.now, declarations, based)
    const {envelope, sourceLine} = await check(
      {patterns: []},
      recorded,
      {},
      {registry: [calls], run: (request, _, task) => run(request, host, task)},
    )
    await also?.(recorded)
    const lines = envelope.findings.map(({places: [place]}) => sourceLine(place?.file ?? '', place?.line ?? 0))
    return {
      exitCode: 0,
      said: [
        ['out', envelopeJson(envelope)],
        ['note', lines.join('\n')],
      ],
    }
  })
  return said.map(([, text]) => text).join('')
}

test('an answer is told again, word by word, as long as nothing has changed', async () => {
  const first = await answer()
  expect(first).toContain('println(1) is called')
  expect(first).toContain('GOROOT go1.24.1')
  expect(first).toContain('"missing": []')
  expect([await answer(), await answer()]).toEqual([first, first])
  expect(made).toBe(1)
})

test('files that are only touched have not changed', async () => {
  const first = await answer()
  for (const name of ['m/a/a.go', 'm/r/r.go']) utimesSync(`${dir}/${name}`, old + 50_000, old + 50_000)
  expect(await answer()).toBe(first)
  expect(made).toBe(1)
})

describe('an answer is made anew after a change of', () => {
  test.each([
    ['an own file', 'm/a/a.go', 'package a\n\nfunc A() { println(22) }\n', 'println(22) is called'],
    ['an own file, by as many bytes', 'm/a/a.go', own(2), 'println(2) is called'],
    ['the files of a package', 'm/a/more.go', 'package a\n\nfunc More() { println(3) }\n', 'println(3) is called'],
    ['the directories of a module', 'm/b/b.go', 'package b\n\nfunc B() { println(4) }\n', 'println(4) is called'],
    ['go.mod', 'm/go.mod', 'module example.com/other\n\ngo 1.24\n', 'other'],
    ['a go.work above', 'go.work', 'go 1.24\n\nuse ./m\n', ''],
    ['a configuration that appears', 'm/gotriage.yaml', 'rules:\n  test-call: off\n', ''],
    ['a file of a dependency that a directory replaces', 'm/r/r.go', 'package r\n\nconst R = "s"\n', ''],
    ['what files of such a dependency there are', 'm/r/r_linux.go', 'package r\n', ''],
    ['the hash of a module in the module cache', 'mod/cache/download/example.com/q/@v/v1.0.0.ziphash', 'h1:two', ''],
    ["GOROOT's VERSION", 'go/VERSION', 'go1.24.2\n', 'GOROOT go1.24.2'],
    ['a file of GOROOT', 'go/src/errors/errors.go', 'package errors\n\nfunc New(text string) (err error) { return nil }\n', ''],
    ['the files of a package of GOROOT', 'go/src/errors/wrap.go', 'package errors\n', ''],
  ])('%s', async (_, name, text, says) => {
    const first = await answer()
    write(name, text)
    const second = await answer()
    expect(made).toBe(2)
    expect(second).toContain(says)
    if (says !== '') expect(second).not.toBe(first)
    expect(await answer()).toBe(second)
    expect(made, 'and that one is kept').toBe(2)
  })

  test('the environment', async () => {
    await answer()
    for (const [i, env] of [{GOOS: 'windows'}, {GOFLAGS: '-mod=mod -tags=x'}, {CGO_ENABLED: '0'}, {GOWORK: 'off'}].entries()) {
      await answer(env)
      expect(made, JSON.stringify(env)).toBe(i + 2)
    }
  })

  test('a file that went away, and a directory', async () => {
    await answer()
    rmSync(`${dir}/go/src/errors/errors.go`)
    expect(await answer()).not.toContain('GOROOT go1.24.2')
    rmSync(`${dir}/m/a`, {recursive: true})
    await expect(answer()).rejects.toThrow('no Go package')
    expect(made).toBe(3)
  })
})

test('a file as young as the answer is read, whatever its time stamp says', async () => {
  const now = Date.now() / 1000
  utimesSync(`${dir}/m/a/a.go`, now, now)
  const first = await answer()
  const before = statSync(`${dir}/m/a/a.go`)
  write('m/a/a.go', own(9))
  utimesSync(`${dir}/m/a/a.go`, now, now)
  const after = statSync(`${dir}/m/a/a.go`)
  expect([after.size, after.mtimeMs]).toEqual([before.size, before.mtimeMs])
  expect(await answer()).not.toBe(first)
  expect(made).toBe(2)
})

test('a file replaced by one of the same size with the same time stamp is read', async () => {
  const first = await answer()
  const {mtimeMs} = statSync(`${dir}/m/a/a.go`)
  write('m/a/a.go', own(9))
  utimesSync(`${dir}/m/a/a.go`, old, mtimeMs / 1000)
  expect(await answer()).not.toBe(first)
  expect(made).toBe(2)
})

test('what was asked besides the run counts too', async () => {
  write('asked.txt', 'one')
  const first = await answer({}, host => host.readFile(`${dir}/asked.txt`))
  expect(await answer()).toBe(first)
  write('asked.txt', 'two')
  await answer()
  expect(made).toBe(2)
})

test('what was read in pieces cannot be looked at again, and is not kept', async () => {
  await answer({}, host => host.open(`${dir}/go/VERSION`).then(source => source.read(0, 1)))
  await answer()
  expect(made).toBe(2)
})

test('an entry that is broken or of another shape is not believed', async () => {
  const first = await answer()
  for (const text of [
    '',
    '{',
    'null',
    '7',
    '{}',
    '{"exitCode":0,"said":[],"grounds":[null]}',
    '{"exitCode":0,"said":[],"grounds":[{"views":[]}]}',
  ]) {
    for (const name of entries.keys()) if (name.startsWith('["answer"')) entries.set(name, text)
    made = 0
    expect(await answer()).toBe(first)
    expect(made).toBe(1)
  }
})
