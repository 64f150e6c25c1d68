// Go that nests too deeply for the main thread, through the whole process: the run is repeated on a thread with a deeper stack, and nothing shows it.
import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {nodeContext} from './node-context.ts'
import {runDeeply} from './deep-thread.ts'

const levels = 50_000
const nested = `${'('.repeat(levels)}1${')'.repeat(levels)}`
const lateAdd = (name: string) =>
  `func ${name}() {\n\tvar wg sync.WaitGroup\n\tgo func() {\n\t\twg.Add(1)\n\t\tdefer wg.Done()\n\t}()\n\twg.Wait()\n}\n`
let dir = ''

beforeAll(() => {
  dir = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-deep-`))
  mkdirSync(`${dir}/m`)
  writeFileSync(`${dir}/m/go.mod`, 'module example.com/m\n\ngo 1.24\n')
  writeFileSync(`${dir}/m/deep.go`, `package m\n\nimport "sync"\n\n${lateAdd('inDeep')}\nvar x = ${nested}\n`)
  writeFileSync(`${dir}/m/flat.go`, `package m\n\nimport "sync"\n\n${lateAdd('inFlat')}`)
  writeFileSync(`${dir}/m/blocks.go`, `package m\n\nfunc blocks() {${'{'.repeat(levels / 2)}${'}'.repeat(levels / 2)}}\n`)
})
const start = process.cwd()
afterAll(() => {
  process.chdir(start) // -C moves the process
  rmSync(dir, {recursive: true, force: true})
})

function gotriage(words: readonly string[], input = '') {
  const run = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), `${checkout}src/main.ts`, ...words], {
    cwd: dir,
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: {...process.env, TSX_TSCONFIG_PATH: `${checkout}tsconfig.json`, XDG_CACHE_HOME: `${dir}/cache`},
  })
  return {exit: run.status, stdout: run.stdout, stderr: run.stderr}
}

interface Found {
  readonly complete: boolean
  readonly findings: readonly {readonly id: string; readonly places: readonly {readonly file: string}[]}[]
  readonly notes: readonly {readonly code: string; readonly path?: string}[]
}

describe('a package with a file that nests deeply', () => {
  test('check reports what is wrong in that file and in the one beside it', () => {
    const {exit, stdout, stderr} = gotriage(['check', '-C', 'm', '--rules', 'waitgroup-add-in-goroutine', '--format', 'json', '--no-cache'])
    const {findings, notes, complete} = JSON.parse(stdout) as Found // what check prints
    expect(findings.map(({id, places}) => `${id} ${places[0]?.file}`)).toEqual([
      'waitgroup-add-in-goroutine deep.go',
      'waitgroup-add-in-goroutine flat.go',
    ])
    expect([notes, complete, exit]).toEqual([[], true, 1])
    expect(stderr.trimEnd().split('\n'), 'the summary, once').toHaveLength(1)
  })

  test('inspect types gives rows of both, each once', () => {
    const {exit, stdout} = gotriage(['inspect', 'types', '-C', 'm', './...'])
    const rows = stdout.trimEnd().split('\n')
    expect(exit).toBe(0)
    expect(rows.filter(row => row.includes('"deep.go"')).length).toBeGreaterThan(levels)
    expect(new Set(rows).size).toBe(rows.length)
  })

  test('inspect syntax prints files before it, standard input and files behind it once, in order', () => {
    const {exit, stdout, stderr} = gotriage(
      ['inspect', 'syntax', '--digest', 'm/flat.go', 'm/gone.go', 'm/blocks.go', '-', 'm/deep.go'],
      'package p\n',
    )
    const files = stdout
      .trimEnd()
      .split('\n')
      .map(line => (JSON.parse(line) as {file: string}).file) // a line each
    expect(files).toEqual(['m/flat.go', 'm/blocks.go', '-', 'm/deep.go'])
    expect(stderr.match(/gone\.go/g)).toHaveLength(2) // one note, which names it twice
    expect(exit).toBe(0)
  })

  test('bad usage and a directory that is not there are told by the thread as by the process', async () => {
    const {context, dispose} = nodeContext()
    const printed = {outBytes: 0, notes: 1} // the note that would say so is held back: this process is a test
    try {
      expect(await runDeeply(['check', '-C', `${dir}/gone`], printed, context, false)).toBe(2)
      expect(await runDeeply(['check', '--no-such-flag'], printed, context, false)).toBe(2)
    } finally {
      dispose()
    }
  })

  test('a run that was cancelled ends with 130 on the thread too', async () => {
    const {context, dispose} = nodeContext()
    const abort = new AbortController()
    abort.abort()
    try {
      const code = await runDeeply(
        ['inspect', 'types', '-C', `${dir}/m`, './...'],
        {outBytes: 0, notes: 0},
        {...context, task: {signal: abort.signal}},
        false,
      )
      expect(code).toBe(130)
    } finally {
      dispose()
    }
  })
})
