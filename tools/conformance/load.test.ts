// The slice of package loading's comparison with `go list` that runs by default: small trees made for their corner cases, and some of std.
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterAll, expect, it} from 'vitest'
import {describeNeeding} from '../../src/base/testing/needs.ts'
import {compareLoad, type Configuration} from './load-compare.ts'

const linux: Configuration = {goos: 'linux', goarch: 'amd64', cgo: true}
const configurations: readonly Configuration[] = [
  linux,
  {goos: 'windows', goarch: '386', cgo: false},
  {goos: 'darwin', goarch: 'arm64', cgo: true},
]

const trees: Readonly<Record<string, {readonly dir: string; readonly files: Readonly<Record<string, string>>; readonly vendor?: boolean}>> =
  {
    'nested modules, replaced directories and files of every kind': {
      dir: 'app',
      files: {
        'app/go.mod':
          'module example.com/app\n\ngo 1.23\n\nrequire (\n\texample.com/lib v1.0.0\n\texample.com/old v0.1.0\n)\n\nreplace (\n\texample.com/lib => ../lib\n\texample.com/old v0.1.0 => ./old\n)\n',
        'app/main.go':
          'package main\n\nimport (\n\t_ "example.com/app/internal/x"\n\t_ "example.com/lib/sub"\n\t_ "example.com/old"\n)\n\nfunc main() {}\n',
        'app/main_windows.go': 'package main\n',
        'app/zz_darwin_test.go': 'package main\n',
        'app/both_test.go': 'package main_test\n',
        'app/ignored.go': '//go:build ignore\n\npackage ignored\n',
        'app/doc.go': 'package documentation\n',
        'app/_skipped.go': 'package skipped\n',
        'app/asm_amd64.s': '// nothing\n',
        'app/cgo.go': 'package main\n\n// int one(void);\nimport "C"\n',
        'app/one.c': 'int one(void) { return 1; }\n',
        'app/up.S': '// nothing\n',
        'app/obj_linux.syso': '',
        'app/old/go.mod': 'module example.com/old\n',
        'app/old/old.go': '// +build !windows\n\npackage old\n',
        'app/old/old2.go': '// +build windows,386 plan9\n\npackage old\n',
        'app/internal/x/x.go': 'package x\n',
        'app/internal/x/in_test.go': 'package x\n\nimport _ "testing"\n',
        'app/internal/x/ex_test.go': 'package x_test\n\nimport (\n\t_ "example.com/app/internal/x"\n\t_ "example.com/app/internal/y"\n)\n',
        'app/internal/y/y.go': 'package y\n\nimport _ "example.com/app/internal/x"\n',
        'app/onlytests/a_test.go': 'package onlytests\n',
        'app/onlywindows/w_windows.go': 'package onlywindows\n',
        'app/other/go.mod': 'module example.com/other\n',
        'app/other/o.go': 'package other\n',
        'app/vendor.d/v.go': 'package v\n',
        'lib/go.mod': 'module example.com/lib\n\ngo 1.18\n',
        'lib/sub/s.go': 'package sub\n\nimport _ "net/http"\n',
      },
    },
    'a workspace with shared and replaced modules': {
      dir: 'a',
      files: {
        'go.work': 'go 1.24\n\nuse (\n\t./a\n\t./b\n)\n\nreplace example.com/c => ./c\n',
        'a/go.mod': 'module example.com/a\n\ngo 1.24\n\nrequire example.com/c v1.0.0\n',
        'a/a.go': 'package a\n\nimport (\n\t_ "example.com/b"\n\t_ "example.com/c"\n)\n',
        'b/go.mod': 'module example.com/b\n\ngo 1.20\n\nrequire example.com/c v1.2.0\n',
        'b/b.go': 'package b\n\nimport _ "example.com/c"\n',
        'c/go.mod': 'module example.com/c\n\ngo 1.19\n',
        'c/c.go': 'package c\n',
      },
    },
    'vendored dependencies': {
      dir: '.',
      vendor: true,
      files: {
        'go.mod': 'module example.com/v\n\ngo 1.24\n\nrequire example.com/dep v1.0.0\n\nreplace example.com/dep => ./dep\n',
        'v.go': 'package v\n\nimport _ "example.com/dep/used"\n',
        'dep/go.mod': 'module example.com/dep\n\ngo 1.21\n',
        'dep/used/u.go': 'package used\n\nimport _ "fmt"\n',
        'dep/unused/u.go': 'package unused\n',
      },
    },
  }

describeNeeding('go', 'loading agrees with go list', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'gotriage-load-')))
  afterAll(() => rmSync(base, {recursive: true, force: true}))

  for (const [name, tree] of Object.entries(trees))
    it(`in a tree with ${name}`, async () => {
      const root = join(base, name.replaceAll(/\W+/g, '-'))
      for (const [path, content] of Object.entries(tree.files)) {
        mkdirSync(dirname(join(root, path)), {recursive: true})
        writeFileSync(join(root, path), content)
      }
      mkdirSync(join(root, '.git'))
      const dir = join(root, tree.dir)
      if (tree.vendor === true)
        execFileSync('go', ['mod', 'vendor'], {
          cwd: dir,
          stdio: 'ignore',
          env: {...process.env, GOFLAGS: '', GOPROXY: 'off', GONOSUMDB: '*'},
        })
      for (const configuration of configurations) {
        for (const pattern of ['./...', 'example.com/...'])
          expect((await compareLoad(dir, [pattern], configuration)).differences, `${configuration.goos} ${pattern}`).toEqual([])
        expect((await compareLoad(dir, ['./...'], configuration, {tests: true})).differences, `${configuration.goos} with tests`).toEqual(
          [],
        )
      }
    })

  it('for packages of the standard library, with their tests', async () => {
    const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
    for (const configuration of configurations)
      expect(
        (await compareLoad(join(goroot, 'src'), ['net/http', 'os/user', 'runtime/...'], configuration)).differences,
        configuration.goos,
      ).toEqual([])
    const tested = await compareLoad(join(goroot, 'src'), ['./strings', './go/types'], linux, {tests: true})
    expect(tested.packages).toBeGreaterThan(100)
    expect(tested.differences).toEqual([])
  })
})
