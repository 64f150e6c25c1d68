import {describe, expect, it} from 'vitest'
import {memoryHost, type MemoryEntry, type MemoryHostOptions} from '../../host/memory/memory-host.ts'
import type {Loaded, LoadOptions} from './api.ts'
import {loadPackages} from './load-packages.ts'
import {sourceBytesMax} from './scan-directory.ts'

/** A GOROOT of four packages, as small as loading needs it. */
const goroot: Readonly<Record<string, MemoryEntry>> = {
  '/go/VERSION': 'go1.26.8\ntime 2026-01-01T00:00:00Z\n',
  '/go/src/go.mod': 'module std\n\ngo 1.26\n',
  '/go/src/runtime/runtime.go': 'package runtime\n',
  '/go/src/runtime/cgo/cgo.go': 'package cgo\n',
  '/go/src/unsafe/unsafe.go': 'package unsafe\n',
  '/go/src/syscall/syscall.go': 'package syscall\n',
  '/go/src/fmt/print.go': 'package fmt\n\nimport "unsafe"\n',
  '/go/src/testing/testing.go': 'package testing\n',
  '/go/src/net/net.go': 'package net\n\nimport "golang.org/x/dns"\n',
  '/go/src/vendor/golang.org/x/dns/dns.go': 'package dns\n',
}

const host = (files: Readonly<Record<string, MemoryEntry>>, options: MemoryHostOptions = {}) =>
  memoryHost({...goroot, ...files}, {cwd: '/w', env: {GOROOT: '/go', HOME: '/home/u', GOFLAGS: ''}, ...options})

const load = (files: Readonly<Record<string, MemoryEntry>>, options: Partial<LoadOptions> = {}, hostOptions: MemoryHostOptions = {}) =>
  loadPackages(host(files, hostOptions), {dir: '/w', patterns: ['./...'], ...options})

const cache = '/home/u/go/pkg/mod'
/** A module in the module cache: its go.mod in the download cache, and its files when there are any. */
const cached = (path: string, version: string, goMod: string, files: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries([
    [`${cache}/cache/download/${path}/@v/${version}.mod`, `module ${path}\n${goMod}`],
    ...Object.entries(files).map(([name, text]) => [`${cache}/${path}@${version}/${name}`, text]),
  ])

const rootIds = (loaded: Loaded) => loaded.roots.map(root => root.id)
const namesOf = (files: readonly {name: string}[]) => files.map(file => file.name)
const codes = (loaded: Loaded) => loaded.notes.map(note => note.code)
const versionOf = (loaded: Loaded, id: string) => loaded.package(id)?.module?.version

describe('loadPackages', () => {
  it('finds packages below a directory and leaves out nested modules, testdata and names that begin with _ or .', async () => {
    const loaded = await load({
      '/w/go.mod': 'module example.com/m\n\ngo 1.22\n',
      '/w/a.go': 'package m\n\nimport "example.com/m/sub"\n',
      '/w/sub/s.go': 'package sub\n',
      '/w/nested/go.mod': 'module example.com/nested\n',
      '/w/nested/n.go': 'package nested\n',
      '/w/testdata/t.go': 'package t\n',
      '/w/sub/_x/x.go': 'package x\n',
      '/w/.git/HEAD': 'ref',
      '/w/.hidden/h.go': 'package h\n',
      '/w/vendor/example.com/v/v.go': 'package v\n',
      '/w/empty/README.md': 'nothing',
    })
    expect(rootIds(loaded)).toEqual(['example.com/m', 'example.com/m/sub'])
    expect(loaded.notes).toEqual([])
    expect(loaded.package('example.com/m')?.goVersion).toBe('go1.22')
  })

  it('sorts files by name, constraint, cgo and test, as go/build does', async () => {
    const files = {
      '/w/go.mod': 'module m\n',
      '/w/a.go': 'package m\n',
      '/w/a_windows.go': 'package m\n',
      '/w/linux.go': 'package m\n',
      '/w/tagged.go': '// +build special\n\npackage m\n',
      '/w/modern.go': '/* licence */\n//go:build !linux || special\n\npackage m\n',
      '/w/doc.go': '//go:build ignore\n\npackage main\n',
      '/w/c.go': 'package m\n\n// int x;\nimport "C"\n',
      '/w/x.c': 'int x;\n',
      '/w/x_arm64.s': 'TEXT\n',
      '/w/x_amd64.s': 'TEXT\n',
      '/w/a_test.go': 'package m\n',
      '/w/b_test.go': 'package m_test\n',
    }
    const plain = await load(files, {tests: true, goos: 'linux', goarch: 'amd64', cgo: true, tags: ['special']})
    const m = plain.package('m')
    expect(namesOf(m?.goFiles ?? [])).toEqual(['a.go', 'linux.go', 'modern.go', 'tagged.go'])
    expect(namesOf(m?.cgoFiles ?? [])).toEqual(['c.go'])
    expect(namesOf(m?.cFiles ?? [])).toEqual(['x.c'])
    expect(namesOf(m?.sFiles ?? [])).toEqual(['x_amd64.s'])
    expect(namesOf(m?.ignoredGoFiles ?? [])).toEqual(['a_windows.go', 'doc.go'])
    expect(rootIds(plain)).toEqual(['m [m.test]', 'm_test [m.test]'])

    const windows = await load(files, {goos: 'windows', goarch: 'arm64'})
    expect(windows.config.cgo).toBe(false) // cross-compiling turns cgo off
    expect(namesOf(windows.package('m')?.files ?? [])).toEqual(['a.go', 'a_windows.go', 'linux.go', 'modern.go'])
    expect(namesOf(windows.package('m')?.ignoredGoFiles ?? [])).toEqual(['c.go', 'doc.go', 'tagged.go'])
  })

  it('resolves vendored packages of the standard library only from within it', async () => {
    const loaded = await load({'/w/go.mod': 'module m\n', '/w/a.go': 'package m\n\nimport (\n\t"net"\n\t"golang.org/x/dns"\n)\n'})
    const net = loaded.package('net')
    expect(net && loaded.resolve(net, 'golang.org/x/dns')?.id).toBe('vendor/golang.org/x/dns')
    expect(loaded.package('m')?.missing).toEqual(['golang.org/x/dns'])
    expect(net?.standard).toBe(true)
    expect(net?.goVersion).toBe('go1.26')
  })

  it('selects the highest required version and prunes what lazily loaded modules hide', async () => {
    const files = {
      '/w/a.go': 'package m\n\nimport (\n\t_ "example.com/a"\n\t_ "example.com/c"\n)\n',
      ...cached('example.com/a', 'v1.0.0', 'go 1.17\nrequire example.com/b v1.1.0\n', {'a.go': 'package a\n\nimport _ "example.com/b"\n'}),
      ...cached('example.com/b', 'v1.0.0', 'go 1.17\n', {'b.go': 'package b\n'}),
      ...cached('example.com/b', 'v1.1.0', 'go 1.17\nrequire example.com/c v1.9.0\n', {'b.go': 'package b\n'}),
      ...cached('example.com/c', 'v1.2.0', '', {'c.go': 'package c\n'}),
      ...cached('example.com/c', 'v1.9.0', '', {'c.go': 'package c\n'}),
    }
    const requires = 'require (\n\texample.com/a v1.0.0\n\texample.com/b v1.0.0\n\texample.com/c v1.2.0\n)\n'
    const unpruned = await load({...files, '/w/go.mod': `module m\n\ngo 1.16\n${requires}`})
    expect([versionOf(unpruned, 'example.com/b'), versionOf(unpruned, 'example.com/c')]).toEqual(['v1.1.0', 'v1.9.0'])
    const pruned = await load({...files, '/w/go.mod': `module m\n\ngo 1.17\n${requires}`})
    expect(versionOf(pruned, 'example.com/c')).toBe('v1.2.0')
    const excluding = await load({...files, '/w/go.mod': `module m\n\ngo 1.16\n${requires}exclude example.com/c v1.9.0\n`})
    expect(versionOf(excluding, 'example.com/c')).toBe('v1.2.0')
  })

  it('follows replacements to versions and to directories of the repository', async () => {
    const loaded = await load(
      {
        '/r/.git/HEAD': 'ref',
        '/r/app/go.mod':
          'module app\n\ngo 1.20\n\nrequire (\n\texample.com/Up v1.0.0\n\texample.com/lib v0.0.0\n)\n\nreplace example.com/lib => ../lib\nreplace example.com/Up v1.0.0 => example.com/fork v1.5.0\n',
        '/r/app/main.go': 'package main\n\nimport (\n\t_ "example.com/Up/x"\n\t_ "example.com/lib"\n)\n',
        '/r/lib/go.mod': 'module example.com/lib\n\ngo 1.19\n',
        '/r/lib/lib.go': 'package lib\n',
        ...cached('example.com/fork', 'v1.5.0', 'go 1.18\n', {'x/x.go': 'package x\n'}),
      },
      {dir: '/r/app'},
    )
    expect(loaded.notes).toEqual([])
    expect(loaded.package('example.com/lib')?.dir).toBe('/r/lib')
    expect(loaded.package('example.com/lib')?.goVersion).toBe('go1.19')
    expect(loaded.package('example.com/Up/x')?.module).toMatchObject({
      version: 'v1.0.0',
      goVersion: '1.18',
      replace: {path: 'example.com/fork', version: 'v1.5.0'},
    })
  })

  it('takes dependencies from vendor/ when modules.txt says so', async () => {
    const files = {
      '/w/go.mod': 'module m\n\ngo 1.20\n\nrequire example.com/v v1.2.3\n',
      '/w/a.go': 'package m\n\nimport _ "example.com/v/p"\n',
      '/w/vendor/modules.txt': '# example.com/v v1.2.3\n## explicit; go 1.18\nexample.com/v/p\n',
      '/w/vendor/example.com/v/p/p.go': 'package p\n',
    }
    const loaded = await load(files)
    expect(loaded.config.vendored).toBe(true)
    expect(loaded.package('example.com/v/p')).toMatchObject({
      dir: '/w/vendor/example.com/v/p',
      goVersion: 'go1.18',
      module: {version: 'v1.2.3'},
    })
    const ignoring = await load(files, {}, {env: {GOROOT: '/go', HOME: '/home/u', GOFLAGS: '-mod=mod -tags=a,b'}})
    expect(ignoring.config.vendored).toBe(false)
    expect(ignoring.config.tags).toEqual(['a', 'b'])
    expect(codes(ignoring)).toContain('module-missing')
  })

  it('loads every module a go.work uses, and a directory outside the roots it does not', async () => {
    const loaded = await load(
      {
        '/r/go.work': 'go 1.22\n\nuse (\n\t./a\n\t./b\n\t../../outside\n)\n',
        '/r/a/go.mod': 'module example.com/a\n\ngo 1.22\n',
        '/r/a/a.go': 'package a\n\nimport _ "example.com/b"\n',
        '/r/b/go.mod': 'module example.com/b\n\ngo 1.21\n',
        '/r/b/b.go': 'package b\n',
        '/outside/go.mod': 'module example.com/outside\n',
      },
      {dir: '/r/a'},
    )
    expect(loaded.mainModules.map(module => module.path)).toEqual(['example.com/a', 'example.com/b'])
    expect(loaded.package('example.com/b')).toMatchObject({dir: '/r/b', goVersion: 'go1.21', root: false})
    expect(codes(loaded)).toContain('go-mod-invalid')
  })

  it('copies what stands between a test and the package under test', async () => {
    const loaded = await load(
      {
        '/w/go.mod': 'module m\n\ngo 1.22\n',
        '/w/p/p.go': 'package p\n',
        '/w/p/in_test.go': 'package p\n\nimport _ "testing"\n',
        '/w/p/ex_test.go': 'package p_test\n\nimport (\n\t_ "m/p"\n\t_ "m/mid"\n)\n',
        '/w/mid/mid.go': 'package mid\n\nimport _ "m/p"\n',
      },
      {tests: true, patterns: ['./p']},
    )
    expect(rootIds(loaded)).toEqual(['m/p [m/p.test]', 'm/p_test [m/p.test]'])
    const external = loaded.package('m/p_test [m/p.test]')
    expect(external && loaded.resolve(external, 'm/mid')?.id).toBe('m/mid [m/p.test]')
    expect(external && loaded.resolve(external, 'm/p')?.id).toBe('m/p [m/p.test]')
    const mid = loaded.package('m/mid [m/p.test]')
    expect(mid && loaded.resolve(mid, 'm/p')?.files.map(file => file.name)).toEqual(['p.go', 'in_test.go'])
    expect(loaded.package('m/mid')).toBeUndefined()
  })

  it('says once that a module is missing, and which imports lead nowhere', async () => {
    const loaded = await load({
      '/w/go.mod': 'module m\n\ngo 1.22\n\nrequire example.com/gone v1.0.0\n',
      '/w/a.go': 'package m\n\nimport (\n\t_ "example.com/gone/x"\n\t_ "example.com/gone/y"\n\t_ "fmt"\n)\n',
    })
    expect(loaded.package('m')?.missing).toEqual(['example.com/gone/x', 'example.com/gone/y'])
    expect(codes(loaded).filter(code => code === 'module-missing')).toHaveLength(1)
    expect(loaded.package('fmt')?.id).toBe('fmt')
  })

  it('cuts an import cycle and says so', async () => {
    const loaded = await load({
      '/w/go.mod': 'module m\n',
      '/w/a/a.go': 'package a\n\nimport _ "m/b"\n',
      '/w/b/b.go': 'package b\n\nimport _ "m/a"\n',
    })
    expect(codes(loaded)).toContain('import-cycle')
    expect(loaded.packages.map(each => each.id)).toEqual(['m/b', 'm/a'])
    expect(loaded.package('m/b')?.missing).toEqual(['m/a'])
  })

  it('gives the same answer however reads interleave', async () => {
    const files = Object.fromEntries(
      Array.from({length: 40}, (_, i) => [`/w/p${i}/x.go`, `package p${i}\n${i < 39 ? `\nimport _ "m/p${i + 1}"\n` : ''}`]),
    )
    const runs = await Promise.all([1, 2, 3].map(() => load({...files, '/w/go.mod': 'module m\n'})))
    const [first, ...others] = runs.map(run => run.packages.map(each => each.id).join(' '))
    expect(first?.startsWith('m/p39 m/p38')).toBe(true)
    for (const other of others) expect(other).toBe(first)
  })

  it('reads a platform, tags and module cache from the go env file, and the environment wins', async () => {
    const loaded = await load(
      {
        '/w/go.mod': 'module m\n',
        '/w/a.go': 'package m\n',
        '/home/u/.config/go/env': 'GOOS=windows\nGOARCH=arm64\nGOMODCACHE=/mods\n# note\n',
      },
      {},
      {env: {GOROOT: '/go', HOME: '/home/u', GOARCH: '386'}},
    )
    expect(loaded.config).toMatchObject({goos: 'windows', goarch: '386', gomodcache: '/mods', std: 'GOROOT go1.26.8'})
    expect(['386.sse2', 'go1.26', 'gc', 'windows'].every(loaded.config.satisfies)).toBe(true)
    expect(['go1.27', 'unix', 'cgo', 'linux'].some(loaded.config.satisfies)).toBe(false)
  })

  it('takes the toolchain go would switch to from the module cache, and says when it is not there', async () => {
    const files = {'/w/go.mod': 'module m\n\ngo 1.27.1\n', '/w/a.go': '//go:build go1.27\n\npackage m\n\nimport _ "fmt"\n'}
    const without = await load(files)
    expect([without.config.std, codes(without)[0]]).toEqual(['GOROOT go1.26.8', 'std-missing'])
    const toolchain = `${cache}/golang.org/toolchain@v0.0.1-go1.27.1.linux-amd64`
    const newer = Object.fromEntries(Object.entries(goroot).map(([path, entry]) => [path.replace('/go', toolchain), entry]))
    const loaded = await load({...files, ...newer, [`${toolchain}/VERSION`]: 'go1.27.1\n'})
    expect(loaded.config.std).toBe('GOROOT go1.27.1')
    expect(loaded.package('fmt')?.dir).toBe(`${toolchain}/src/fmt`)
    expect(loaded.notes).toEqual([])
  })

  it('names files one by one as command-line-arguments, whatever their constraints', async () => {
    const loaded = await load(
      {'/w/go.mod': 'module m\n', '/w/a.go': '//go:build ignore\n\npackage main\n', '/w/b.go': 'package other\n'},
      {patterns: ['a.go']},
    )
    expect(rootIds(loaded)).toEqual(['command-line-arguments'])
    expect(namesOf(loaded.roots[0]?.files ?? [])).toEqual(['a.go'])
  })
})

describe('loadPackages in a hostile tree', () => {
  const module = {'/w/go.mod': 'module m\n\ngo 1.22\n', '/w/a.go': 'package m\n'}

  it('refuses a replacement outside the roots, with a note', async () => {
    const loaded = await load({
      '/w/go.mod': 'module m\n\ngo 1.22\n\nrequire example.com/x v1.0.0\n\nreplace example.com/x => ../../../etc\n',
      '/w/a.go': 'package m\n\nimport _ "example.com/x"\n',
      '/etc/x.go': 'package x\n',
    })
    expect(codes(loaded)).toContain('outside-roots')
    expect(loaded.package('example.com/x')).toBeUndefined()
  })

  it('opens a link only when it stays inside the roots, and never a loop', async () => {
    const loaded = await load({
      ...module,
      '/w/inside.go': {link: 'sub/real.go.txt'},
      '/w/sub/real.go.txt': 'package m\n',
      '/w/outside.go': {link: '/secret/s.go'},
      '/secret/s.go': 'package m\n',
      '/w/loop.go': {link: 'loop.go'},
      '/w/ring': {link: '.'},
    })
    expect(namesOf(loaded.package('m')?.files ?? [])).toEqual(['a.go', 'inside.go'])
    expect(namesOf(loaded.package('m')?.invalidGoFiles ?? [])).toEqual(['loop.go', 'outside.go'])
    expect(codes(loaded)).toContain('outside-roots')
    expect(loaded.packages).toHaveLength(1)
  })

  it('never opens a FIFO or a device, and goes on when a file vanishes', async () => {
    const loaded = await load({
      ...module,
      '/w/fifo.go': {special: 'fifo'},
      '/w/device.go': {special: 'device'},
      '/w/gone.go': {special: 'vanished'},
    })
    expect(namesOf(loaded.package('m')?.files ?? [])).toEqual(['a.go'])
    expect(codes(loaded).filter(code => code === 'file-unreadable')).toHaveLength(3)
  })

  it('leaves out a file above the limit', async () => {
    const big = new Uint8Array(sourceBytesMax + 1)
    big.set(new TextEncoder().encode('package m\n'))
    const loaded = await load({...module, '/w/big.go': big})
    expect(namesOf(loaded.package('m')?.files ?? [])).toEqual(['a.go'])
    expect(codes(loaded)).toEqual(['file-too-large'])
  })

  it('never opens what a line directive names', async () => {
    const asked: string[] = []
    const inner = host({...module, '/w/l.go': 'package m\n\n//line /etc/passwd:1\nvar X int\n', '/etc/passwd': 'root'})
    const watched = (of: typeof inner): typeof inner => ({
      ...of,
      readFile: (path, max) => {
        asked.push(path)
        return of.readFile(path, max)
      },
      within: roots => watched(of.within?.(roots) ?? of),
    })
    await loadPackages(watched(inner), {dir: '/w', patterns: ['./...']})
    expect(asked).toContain('/w/l.go')
    expect(asked).not.toContain('/etc/passwd')
  })

  it('keeps files of another package, or without a package clause, out of checking', async () => {
    const loaded = await load({
      ...module,
      '/w/b.go': 'package other\n',
      '/w/c.go': 'func broken(',
      '/w/d.go': 'package m\n\nimport (\n\t"fmt"\n\t"bro',
    })
    expect(namesOf(loaded.package('m')?.files ?? [])).toEqual(['a.go', 'd.go'])
    expect(namesOf(loaded.package('m')?.goFiles ?? [])).toEqual(['a.go', 'b.go', 'c.go', 'd.go'])
    expect(loaded.package('m')?.imports.get('fmt')).toBe('fmt')
    expect(codes(loaded)).toEqual(['package-invalid', 'package-invalid', 'package-invalid'])
  })

  it('takes import paths that climb or are absolute for missing', async () => {
    const loaded = await load({
      ...module,
      '/w/b.go': 'package m\n\nimport (\n\t_ "../../etc"\n\t_ "/etc"\n\t_ "m/../x"\n\t_ "__proto__"\n\t_ "constructor"\n)\n',
    })
    expect(loaded.package('m')?.missing).toEqual(['../../etc', '/etc', '__proto__', 'constructor', 'm/../x'])
  })

  it('serves hosts that cannot read synchronously, and says when a file goes after loading', async () => {
    const loaded = await load(module, {}, {asynchronousOnly: true, cwd: '/w', env: {GOROOT: '/go'}})
    const [file] = loaded.package('m')?.files ?? []
    expect(file && new TextDecoder().decode(loaded.bytes(file))).toBe('package m\n')
    if (file) loaded.release(file)
    expect(() => file && loaded.bytes(file)).toThrow(/was not preloaded/)
    await loaded.preload([...(file ? [file] : []), {path: '/w/never.go', name: 'never.go'}])
    expect(file && loaded.bytes(file).length).toBe(10)
    expect(codes(loaded)).toEqual(['file-unreadable'])
  })

  it('stops when cancelled', async () => {
    const controller = new AbortController()
    controller.abort()
    const cancelled = loadPackages(host(module), {dir: '/w', patterns: ['./...']}, {signal: controller.signal})
    await expect(cancelled).rejects.toMatchObject({code: 'cancelled'})
  })
})

describe('loadPackages without Go', () => {
  const user = {'/w/a.go': 'package m\n\nimport (\n\t_ "net/http"\n\t_ "testing/synctest"\n\t_ "nothing/here"\n)\n'}
  const bare = (goLine: string, options: Partial<LoadOptions> = {}) =>
    loadPackages(memoryHost({...user, '/w/go.mod': `module m\n\n${goLine}\n`}, {cwd: '/w', env: {}}), {
      dir: '/w',
      patterns: ['.'],
      ...options,
    })
  const source = (loaded: Loaded, id: string, name: string) => {
    const file = loaded.package(id)?.files.find(each => each.name === name)
    return file === undefined ? undefined : new TextDecoder().decode(loaded.bytes(file))
  }

  it('finds the standard library among the bundled declarations and says so', async () => {
    const loaded = await bare('go 1.26')
    expect(loaded.config.std).toBe('bundled go1.26')
    expect(codes(loaded)).toEqual(['std-missing', 'package-missing'])
    expect(loaded.package('m')?.missing).toEqual(['nothing/here'])
    expect(loaded.package('net/http')).toMatchObject({standard: true, declarationsOnly: true, dir: 'std:/net/http', goVersion: 'go1.26'})
    expect(source(loaded, 'net/http', 'server.go')).toMatch(/^type Handler interface \{$/m)
    expect(loaded.packages.some(each => each.id.startsWith('vendor/'))).toBe(false) // no exported declaration of net/http needs one
  })

  /** One declaration that each version brought, from GOROOT/api/go1.N.txt. */
  const brought = [
    [23, 'slices', 'iter.go', 'func Collect['],
    [24, 'strings', 'iter.go', 'func Lines('],
    [25, 'sync', 'waitgroup.go', ') Go('],
    [26, 'errors', 'wrap.go', 'func AsType['],
  ] as const

  it.each([
    ['go 1.19', 22],
    ['go 1.22', 22],
    ['go 1.23', 23],
    ['go 1.24', 24],
    ['go 1.25', 25],
    ['go 1.26', 26],
    ['go 1.22\ntoolchain go1.26.1', 26],
  ])('shows a module with "%s" what go1.%i had, and nothing newer', async (goLine, minor) => {
    const loaded = await bare(goLine, {patterns: ['.', ...brought.map(([, path]) => path)]})
    expect(loaded.config.goVersion).toBe(`go1.${minor}`)
    expect(loaded.config.satisfies('go1.26')).toBe(minor === 26)
    const seen = brought.filter(([, path, file, declaration]) => source(loaded, path, file)?.includes(declaration) === true)
    expect(seen.map(([since]) => since)).toEqual(brought.map(([since]) => since).filter(since => since <= minor))
  })

  it('has the files of every platform', async () => {
    const windows = await bare('go 1.26', {patterns: ['syscall'], goos: 'windows', goarch: '386'})
    expect(windows.package('syscall')?.files.map(file => file.name)).toContain('zsyscall_windows.go')
    expect(windows.package('syscall')?.files.map(file => file.name)).not.toContain('syscall_linux.go')
  })

  it('takes it even where Go is installed, when asked', async () => {
    const loaded = await load({'/w/go.mod': 'module m\n', '/w/a.go': 'package m\n\nimport _ "fmt"\n'}, {std: 'bundled'})
    expect(loaded.package('fmt')?.dir).toBe('std:/fmt')
    expect(loaded.notes).toEqual([])
  })
})
