// Rules that follow a value into functions of other packages of the module, with and without results of an earlier run.
import {createHash} from 'node:crypto'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname} from 'node:path'
import {afterAll, beforeEach, expect, test} from 'vitest'
import type {DeclarationCache} from '../base/declaration-cache.ts'
import type {ResultCache} from '../base/result-cache.ts'
import {nodeHost} from '../host/node/node-host.ts'
import tickers from '../rules/ticker-not-stopped/rule.ts'
import {cachedRun} from './cached-run.ts'
import {check} from './check.ts'
import {PackageChecker} from '../go/load/check-packages.ts'
import {loadPackages} from '../go/load/load-packages.ts'
import {packageKeys} from '../go/load/package-keys.ts'
import {budgetNote, moduleSummaries} from './module-summaries.ts'

const root = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-summaries-`))
let dir = ''
let count = 0
beforeEach(() => {
  dir = `${root}/m${++count}`
  write('go.mod', 'module example.com/m\n\ngo 1.22\n')
})
afterAll(() => rmSync(root, {recursive: true, force: true}))

function write(name: string, text: string): void {
  mkdirSync(dirname(`${dir}/${name}`), {recursive: true})
  writeFileSync(`${dir}/${name}`, text)
}

const poll = `package poll

import (
	"time"

	"example.com/m/ticks"
)

func Poll() {
	t := time.NewTicker(time.Second)
	<-t.C
	ticks.End(t)
}
`
const ends = 'package ticks\n\nimport "time"\n\nfunc End(t *time.Ticker) { end(t) }\n\nfunc end(t *time.Ticker) { t.Stop() }\n'
const looks = ends.replace('t.Stop()', '_ = t.C')

const sha = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex')
const entries = new Map<string, string>()
const results: ResultCache = {
  identity: 'test',
  hash: sha,
  read: async name => entries.get(name),
  write: async (name, text) => void entries.set(name, text),
}

const found = async (run?: ReturnType<typeof cachedRun>) => {
  const {envelope} = await check(
    {patterns: ['./...']},
    nodeHost({cwd: dir}),
    {},
    {registry: [tickers], ...(run === undefined ? {} : {run})},
  )
  return envelope.findings.map(({id}) => id)
}

test('a helper of another package that stops the ticker counts, one that only looks at it does not', async () => {
  write('poll/poll.go', poll)
  write('ticks/ticks.go', ends)
  expect(await found()).toEqual([])
  write('ticks/ticks.go', looks)
  expect(await found()).toEqual(['ticker-not-stopped'])
})

test('a change inside the helper reaches the result of the package that calls it, though nothing can be seen of it from outside', async () => {
  write('poll/poll.go', poll)
  write('ticks/ticks.go', ends)
  const run = cachedRun(results, () => Date.now() + 3_600_000)
  expect(await found(run)).toEqual([])
  write('ticks/ticks.go', looks)
  expect(await found(run)).toEqual(['ticker-not-stopped'])
  expect(await found(run)).toEqual(['ticker-not-stopped'])
})

test('what was worked out for a version of a module is there in the next run', async () => {
  const cached = `${root}/cache${count}`
  const module = `${cached}/example.com/ticks@v1.0.0`
  mkdirSync(module, {recursive: true})
  writeFileSync(`${module}/go.mod`, 'module example.com/ticks\n\ngo 1.22\n')
  writeFileSync(`${module}/ticks.go`, ends)
  mkdirSync(`${cached}/cache/download/example.com/ticks/@v`, {recursive: true})
  writeFileSync(`${cached}/cache/download/example.com/ticks/@v/v1.0.0.ziphash`, 'h1:abc=')
  writeFileSync(`${cached}/cache/download/example.com/ticks/@v/v1.0.0.mod`, 'module example.com/ticks\n\ngo 1.22\n')
  write('go.mod', 'module example.com/m\n\ngo 1.22\n\nrequire example.com/ticks v1.0.0\n')
  write('poll/poll.go', poll.replace('example.com/m/ticks', 'example.com/ticks'))
  const bytes = new Map<string, Uint8Array>()
  const cache: DeclarationCache = {
    identity: 'test',
    hash: sha,
    read: key => bytes.get(key),
    write: (key, made) => void bytes.set(key, made),
  }
  const once = async () => {
    const host = nodeHost({cwd: dir, env: {...process.env, GOMODCACHE: cached, GOFLAGS: '-mod=mod'}})
    const loaded = await loadPackages(host, {dir, patterns: ['./...']})
    const keys = await packageKeys(host, loaded, cache, Date.now() + 3_600_000)
    const summaries = moduleSummaries(loaded, new PackageChecker(loaded), {cache, keys})
    const summary = summaries.askedBy().of('example.com/ticks.End')
    summaries.keep()
    return summary?.parameters[0]?.effects
  }
  const stops = [{effect: 'stops', fields: [], always: true}]
  expect(await once()).toEqual(stops)
  expect([...bytes.values()].map(text => new TextDecoder().decode(text))).toEqual([expect.stringContaining('example.com/ticks.End')])
  for (const [key, text] of bytes)
    bytes.set(key, new TextEncoder().encode(new TextDecoder().decode(text).replaceAll('"stops"', '"closes"')))
  expect(await once()).toEqual([{...stops[0], effect: 'closes'}])
})

test('the note on what is too large names the largest few by place and size', () => {
  const one = (name: string) => ({
    name: `example.com/b.v2.${name}`,
    importPath: 'example.com/b.v2',
    file: '/somewhere/mod/example.com/b.v2@v2.1.0/big.go',
    line: 12,
    functions: 41,
    bytes: 20_400,
  })
  expect(budgetNote([])).toEqual([])
  expect(budgetNote([one('(*T).Do')]).map(({message}) => message)).toEqual([
    '1 function of another package is too large to be looked into ((*T).Do at example.com/b.v2/big.go:12, 41 functions and 21 kB or more with what it calls): rules claim nothing of what is handed to it',
  ])
  expect(budgetNote(['A', 'B', 'C', 'D', 'E'].map(one))[0]?.message).toMatch(/^5 functions .*\(A at .*; B at .*; C at .*; 2 more\): /)
})
