// What is kept between loads and checks of dependencies: heads of files and declaration files, used when nothing they depend on has changed, and
// then sources are not read at all.
import {createHash} from 'node:crypto'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname} from 'node:path'
import {afterAll, beforeEach, describe, expect, it} from 'vitest'
import type {DeclarationCache} from '../../base/declaration-cache.ts'
import type {Host} from '../../base/host.ts'
import {nodeHost} from '../../host/node/node-host.ts'
import {objectType, packageMember, typeString} from '../types/api.ts'
import {PackageChecker} from './check-packages.ts'
import {declarationText} from './declaration-digest.ts'
import {loadPackages} from './load-packages.ts'
import {packageKeys} from './package-keys.ts'

const root = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-kept-`))
let dir = ''
let count = 0
let files = new Map<string, Uint8Array>()
beforeEach(() => {
  dir = `${root}/${++count}`
  files = new Map()
  write('m/go.mod', 'module example.com/m\n\ngo 1.24\n\nrequire (\n\texample.com/q v1.0.0\n\texample.com/r v1.0.0\n)\n')
  write('m/m.go', 'package m\n\nimport "example.com/q"\n\nvar X = q.New()\nvar N = q.Size\n')
  module('q', 'package q\n\nimport "example.com/r"\n\nfunc New() *r.T { return nil }\n\nconst Size = r.Size\n')
  write('mod/example.com/q@v1.0.0/q_windows.go', 'package q\n\nvar OnlyThere = 1\n')
  module('r', 'package r\n\ntype T struct{ N int }\n\nconst Size = 7\n')
})
afterAll(() => rmSync(root, {recursive: true, force: true}))

function write(name: string, text: string): void {
  mkdirSync(dirname(`${dir}/${name}`), {recursive: true})
  writeFileSync(`${dir}/${name}`, text)
  utimesSync(`${dir}/${name}`, 1, 1)
}
function module(name: string, source: string, hash = 'h1:one'): void {
  write(`mod/example.com/${name}@v1.0.0/${name}.go`, source)
  write(`mod/example.com/${name}@v1.0.0/go.mod`, `module example.com/${name}\n\ngo 1.24\n`)
  write(`mod/cache/download/example.com/${name}/@v/v1.0.0.ziphash`, hash)
  write(`mod/cache/download/example.com/${name}/@v/v1.0.0.mod`, `module example.com/${name}\n\ngo 1.24\n`)
}

const cache: DeclarationCache = {
  identity: 'test',
  hash: content => createHash('sha256').update(content).digest('hex'),
  read: key => files.get(key),
  write: (key, bytes) => void files.set(key, bytes),
}

/** Types and value in package m, and which sources of dependencies were read. */
async function check(
  goos = 'linux',
  cgo = false,
): Promise<{readonly x: string; readonly n: string; readonly read: readonly string[]; readonly keys: number}> {
  const env = {GOMODCACHE: `${dir}/mod`, GOFLAGS: '-mod=mod', GOPROXY: 'off', HOME: dir, PATH: ''}
  const read: string[] = []
  const noting = (host: Host): Host => ({
    ...host,
    readFile(path, max) {
      read.push(path)
      return host.readFile(path, max)
    },
    readFileSync(path, max) {
      read.push(path)
      return host.readFileSync!(path, max)
    },
    within: roots => noting(host.within!(roots)),
  })
  const host = noting(nodeHost({cwd: `${dir}/m`, env}))
  const nowMs = Date.now()
  const loaded = await loadPackages(host, {
    dir: `${dir}/m`,
    patterns: ['./...'],
    std: 'bundled',
    goos,
    goarch: 'amd64',
    cgo,
    kept: {cache, nowMs},
  })
  const keys = await packageKeys(host, loaded, cache, nowMs)
  const checker = new PackageChecker(loaded, {kept: {cache, keys}})
  const checked = loaded.roots.map(pkg => checker.check(pkg))[0]!
  checker.keep()
  const [x, n] = ['X', 'N'].map(name => packageMember(checked.package, name)!)
  const value = checked.package.scope.elems?.get('N')
  return {
    x: typeString(objectType(x!)),
    n: `${typeString(objectType(n!))} ${value?.kind ?? ''} ${checked.errors.map(({message}) => message).join()}`,
    read: read.filter(path => /@v1\.0\.0\/.*\.go$/.test(path)).map(path => path.slice(dir.length + '/mod/example.com/'.length)),
    keys: keys.size,
  }
}

describe('dependencies from the module cache', () => {
  it('are read once; the next check reads none of their sources and finds the same', async () => {
    const first = await check()
    expect(first).toMatchObject({x: '*example.com/r.T', n: 'int Var ', keys: 2})
    expect(first.read).toContain('q@v1.0.0/q.go')
    expect(files.size, 'heads and declarations of two packages').toBe(4)
    const second = await check()
    expect(second).toEqual({...first, read: []})
  })

  it('are read again when the hash of their module is another one, and so is what depends on them', async () => {
    await check()
    module('r', 'package r\n\ntype T struct{ N int }\n\nconst Size = 7.5\n', 'h1:two')
    const changed = await check()
    expect(changed.n).toBe('float64 Var ')
    expect(changed.read).toEqual(expect.arrayContaining(['r@v1.0.0/r.go', 'q@v1.0.0/q.go']))
  })

  it('are read as another platform has them', async () => {
    await check('linux')
    const other = await check('windows')
    expect(other.read).toContain('q@v1.0.0/q_windows.go')
    expect((await check('windows')).read).toEqual([])
    expect((await check('linux')).read).toEqual([])
  })

  it('may import "C", whose names are unknown before and after', async () => {
    module('r', 'package r\n\n// int n;\nimport "C"\n\ntype T struct{ N C.int }\n\nconst Size = 7\n\nvar V, W = C.n, int(C.n)\n')
    write('m/m.go', 'package m\n\nimport (\n\t"example.com/q"\n\t"example.com/r"\n)\n\nvar X = q.New().N\nvar N = r.W\nvar V = r.V\n')
    const first = await check('linux', true)
    expect(first).toMatchObject({x: 'invalid type', n: 'int Var ', keys: 2})
    expect(await check('linux', true)).toEqual({...first, read: []})
  })

  it('are always read without a hash, and when they are damaged', async () => {
    await check()
    const whole = new Map(files)
    for (const [key, bytes] of whole) if (bytes[0] === 1) files.set(key, bytes.subarray(0, 10))
    expect(await check()).toMatchObject({x: '*example.com/r.T', n: 'int Var '})
    rmSync(`${dir}/mod/cache/download/example.com/r/@v/v1.0.0.ziphash`)
    const without = await check()
    expect(without.keys, 'nor is there a key for what depends on it').toBe(0)
    expect(without.read).toContain('r@v1.0.0/r.go')
  })
})

describe('what can be seen of a file from outside', () => {
  const seen = (text: string) => declarationText(new TextEncoder().encode(text))
  const source = 'package p\n\nimport "fmt"\n\n// F does.\nfunc F(a int) string { return fmt.Sprint(a) }\n\nvar V = 1\n'
  it.each([
    ['a body', source.replace('Sprint(a)', 'Sprintf("%d", a)')],
    ['a comment', source.replace('F does', 'F does it')],
    ['a blank variable', `${source}\nvar _ = 77\n`],
    ['init', `${source}\nfunc init() { println() }\n`],
    ['white space', source.replace('var V', '\n\n\nvar V')],
  ])('%s is not', (_, text) => expect(seen(text)).toBe(seen(source)))
  it.each([
    ['a parameter', source.replace('a int', 'a uint')],
    ['a result', source.replace(') string', ') any')],
    ['a value that gives a type', source.replace('V = 1', 'V = "1"')],
    ['an import', source.replace('"fmt"', '"errors"')],
    ['a version', `//go:build go1.20\n\n${source}`],
    ['a method of init', `${source}\ntype T int\nfunc (T) init() {}\n`],
    ['that a body is missing', source.replace(' { return fmt.Sprint(a) }', '')],
  ])('%s is', (_, text) => expect(seen(text)).not.toBe(seen(source)))
})
