import {spawnSync} from 'node:child_process'
import {chmodSync, copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {describeNeeding} from '../base/testing/needs.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const root = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-vet-`))
const tool = `${root}/package/bin/gotriage-vet.js`
const files = {
  'go.mod': 'module example.com/m\n\ngo 1.24\n',
  'main.go': 'package main\n\nimport (\n\t"runtime"\n\n\t"example.com/m/inner"\n)\n\nfunc main() {\n\truntime.GC()\n\tinner.F()\n}\n',
  'main_test.go': 'package main\n\nfunc inTest() { main() }\n',
  'inner/inner.go': 'package inner\n\nimport "runtime"\n\nfunc F() {\n\truntime.GC() //gotriage:ignore explicit-gc-call wanted\n}\n',
}
const run = (command: string, words: readonly string[]) =>
  spawnSync(command, words, {cwd: `${root}/m`, encoding: 'utf8', env: {...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off'}})
const vet = (...words: readonly string[]) => run('go', ['vet', `-vettool=${tool}`, ...words, './...'])

describeNeeding('go', 'go vet -vettool', () => {
  beforeAll(async () => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(`${root}/m/${name}`), {recursive: true})
      writeFileSync(`${root}/m/${name}`, text)
    }
    mkdirSync(dirname(tool), {recursive: true})
    copyFileSync(`${project}/bin/gotriage-vet.js`, tool)
    chmodSync(tool, 0o755)
    copyFileSync(`${project}/package.json`, `${root}/package/package.json`)
    symlinkSync(`${project}/node_modules`, `${root}/package/node_modules`)
    await build({
      entryPoints: [`${project}/src/main.ts`],
      outfile: `${root}/package/dist/main.js`,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      loader: {'.md': 'text', '.css': 'text', '.html': 'text'},
      logLevel: 'error',
    })
  }, 60_000)
  afterAll(() => rmSync(root, {recursive: true, force: true}))

  test('a real go vet prints each finding once, at its place, and fails', () => {
    const {status, stderr} = vet('-rules=explicit-gc-call')
    expect(stderr).toContain('main.go')
    expect(stderr.match(/main\.go:10:2: .*\(explicit-gc-call\)/g)).toHaveLength(1)
    expect(stderr).not.toContain('inner.go')
    expect(status).toBe(1)
  }, 120_000)

  test('-json gives a tree of package, rule and diagnostics on stdout, and passes', () => {
    const {status, stdout} = vet('-rules=explicit-gc-call', '-json')
    const tree = Object.assign(
      {},
      ...stdout
        .split(/^(?=\{)/m)
        .filter(text => text.startsWith('{'))
        .map(text => JSON.parse(text) as unknown),
    ) as unknown // one object a package
    expect(tree).toMatchObject({
      'example.com/m': {
        'explicit-gc-call': [{category: 'explicit-gc-call', posn: `${root}/m/main.go:10:2`, end: `${root}/m/main.go:10:14`}],
      },
    })
    expect(stdout).toContain('(explicit-gc-call)\\n  why:  ')
    expect(status).toBe(0)
  }, 120_000)

  test('what a function of an imported package does is looked at again when only its body has changed', () => {
    const imported = (body: string) => `package held\n\nimport "time"\n\n//go:noinline\nfunc End(t *time.Ticker) {\n\t${body}\n}\n`
    mkdirSync(`${root}/m/held`)
    writeFileSync(`${root}/m/held/held.go`, imported('println(t != nil)'))
    writeFileSync(
      `${root}/m/get.go`,
      '//go:debug asynctimerchan=1\npackage main\n\nimport (\n\t"time"\n\n\t"example.com/m/held"\n)\n\nfunc wait() {\n\tt := time.NewTicker(time.Second)\n\t<-t.C\n\theld.End(t)\n}\n',
    )
    const first = vet('-rules=ticker-not-stopped')
    writeFileSync(`${root}/m/held/held.go`, imported('t.Stop()'))
    const second = vet('-rules=ticker-not-stopped')
    writeFileSync(`${root}/m/held/held.go`, imported('println(t != nil)'))
    const third = vet('-rules=ticker-not-stopped')
    rmSync(`${root}/m/held`, {recursive: true})
    rmSync(`${root}/m/get.go`)
    expect([second.status, third.status, third.stderr]).toEqual([0, first.status, first.stderr])
    expect(first.stderr).toContain('get.go:')
  }, 120_000)

  test('what gotriage.yaml says is part of the version that the go command keeps results by', () => {
    const before = run(tool, ['-V=full']).stdout
    writeFileSync(`${root}/m/gotriage.yaml`, 'preset: strict\n')
    const within = run(tool, ['-V=full']).stdout
    rmSync(`${root}/m/gotriage.yaml`)
    expect(within).not.toBe(before)
    expect(run(tool, ['-V=full']).stdout).toBe(before)
  })

  test('-fix is refused by name of the command that fixes', () => {
    const {status, stderr} = vet('-fix')
    expect(stderr).toContain('gotriage check --fix')
    expect(status).not.toBe(0)
  }, 120_000)

  test('a real go vet passes where nothing is found, and passes flags on', () => {
    expect(vet('-rules=nil-map-write').status).toBe(0)
    expect(vet('-preset=none').stderr).toContain('none')
  }, 120_000)

  test('the handshake names a version for the cache and the flags', () => {
    expect(run(tool, ['-V=full']).stdout).toMatch(/^gotriage-vet version \d+\.\d+\.\d+ buildID=[0-9a-f]{40}\n$/)
    const flags = JSON.parse(run(tool, ['-flags']).stdout) as {Name: string; Bool: boolean; Usage: string}[]
    expect(flags.map(flag => flag.Name)).toContain('preset')
  })

  test('a package that is only asked for facts is answered without loading the program', () => {
    writeFileSync(`${root}/facts.cfg`, JSON.stringify({VetxOnly: true, VetxOutput: `${root}/facts.out`}))
    rmSync(`${root}/package/dist`, {recursive: true})
    expect(run(tool, [`${root}/facts.cfg`])).toMatchObject({status: 0, stdout: '', stderr: ''})
  })
})
