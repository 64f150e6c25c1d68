// Probes of a small program with cgo: addresses are the program's own, no return is probed unsafely, and bpftrace and gdb read them where they are.
import {execFileSync, spawnSync} from 'node:child_process'
import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {gotriage} from '../cli/testing/command-line.ts'
import {describeNeeding} from '../base/testing/needs.ts'
import {probeQuestions, type ProbeTarget, probeScripts} from '../guards/codegen/probes.ts'
import {debuggerText} from '../guards/codegen/debugger.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {debuggerHelp, planProbes, probeQuestion} from './guard-probes.ts'

const works = (command: string, args: readonly string[]) => spawnSync(command, args, {stdio: 'ignore'}).status === 0
/** Also one that is unpacked somewhere: it needs its libraries on the loader's path. */
const bpftrace = process.env['GOTRIAGE_BPFTRACE'] ?? 'bpftrace'

const invented: ProbeTarget = {
  binary: '/srv/app',
  goVersion: 'go1.26.0',
  goarch: 'arm64',
  buildId: 'abc',
  stripped: false,
  entry: () => 0x1000n,
  fileOffset: address => address - 0x800n,
  goidOffset: 152,
}

describe('probes', () => {
  test.each(probeQuestions)('%s never plants a uretprobe and knows the registers of arm64 and of the old stack', question => {
    const old = {...invented, goVersion: 'go1.16.5', goarch: 'amd64'} as const
    for (const target of [invented, old]) {
      const {files} = probeScripts(question, target, 'app')
      expect(files.length).toBeGreaterThan(0)
      for (const file of files) {
        expect(file.text.replaceAll(/^(?:\/\/|#).*$/gm, '')).not.toMatch(/uretprobe|%return|^r:/m)
        if (file.path.endsWith('.sh')) expect(spawnSync('bash', ['-n'], {input: file.text}).status).toBe(0)
      }
    }
    const text = (target: ProbeTarget) =>
      probeScripts(question, target, 'app')
        .files.map(file => file.text)
        .join('')
    expect(text(invented)).not.toMatch(/reg\("(?:ax|bx|r14)"\)/)
    expect(text(old)).not.toMatch(/reg\("(?:ax|bx)"\)/)
  })

  test('a question that is not known is told with the nearest', () => {
    expect(() => probeQuestion('lock-hol')).toThrow(expect.objectContaining({hint: 'Did you mean "lock-hold"?'}))
  })

  test('maps have another header before Go 1.24', () => {
    for (const name of ['gdb', 'dlv'] as const) {
      expect(debuggerText(name, 'go1.23.4', 'app')).toMatch(/hmap/)
      expect(debuggerText(name, 'go1.24.0', 'app')).toMatch(/internal\/runtime\/maps\.Map/)
    }
  })
})

const program = fileURLToPath(new URL('../guards/testing/probes/main.go.txt', import.meta.url))
/** The first line of a function's body in the program. */
const firstLineOf = (head: string) =>
  readFileSync(program, 'utf8')
    .split('\n')
    .findIndex(line => line.startsWith(head)) + 2

describeNeeding('cc', 'probes of a real program', () => {
  let dir = ''
  let plain = ''
  let stripped = ''
  const host = () => nodeHost({cwd: dir})
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'gotriage-probes-'))
    copyFileSync(program, join(dir, 'main.go'))
    writeFileSync(join(dir, 'go.mod'), 'module prog\n\ngo 1.24\n')
    const build = (name: string, ...flags: readonly string[]) => {
      execFileSync('go', ['build', ...flags, '-o', name, '.'], {
        cwd: dir,
        env: {...process.env, CGO_ENABLED: '1', GOFLAGS: '-buildvcs=false', GOWORK: 'off'},
      })
      return join(dir, name)
    }
    plain = build('plain', '-gcflags=-N -l')
    stripped = build('stripped', '-gcflags=-N -l', '-ldflags=-s -w')
  })
  afterAll(() => rmSync(dir, {recursive: true, force: true}))

  test('have the same addresses with and without a symbol table, and say what a stripped program costs', async () => {
    for (const question of probeQuestions) {
      const [with_, without] = [await planProbes(question, plain, host()), await planProbes(question, stripped, host())]
      const addresses = (text: string) => [...text.matchAll(/^\/\/ (\S+)\nuprobe:\S+:(0x[0-9a-f]+)/gm)].map(([, name]) => name)
      expect(addresses(without.files[0]!.text)).toEqual(addresses(with_.files[0]!.text))
      expect(addresses(with_.files[0]!.text).length).toBeGreaterThan(0)
    }
    const notes = (await planProbes('run-queue-wait', stripped, host())).notes.join('\n')
    expect(notes).toMatch(/--unsafe/)
    expect(notes).toMatch(/no DWARF: goroutines are shown by the address of their g/)
  })

  test('are in JSON one document of the schema, with or without a debugger', async () => {
    const json = async (...words: readonly string[]) => {
      const {exit, stdout} = await gotriage(['guard', 'probes', ...words, '--format', 'json'], {cwd: dir})
      return {exit, document: JSON.parse(stdout) as unknown}
    }
    const {files, notes} = await planProbes('run-queue-wait', plain, host())
    const data = {question: 'run-queue-wait', files: files.map(({path, text}) => ({path, text})), notes}
    expect(await json('run-queue-wait', 'plain')).toMatchObject({exit: 0, document: {schema: 'gotriage/1', tool: {command: 'guard'}, data}})
    const text = await debuggerHelp('dlv', 'plain', host())
    expect(await json('--dlv', 'plain')).toMatchObject({exit: 0, document: {schema: 'gotriage/1', data: {debugger: 'dlv', text}}})
  })

  test('probe what nm calls by that name', async () => {
    const symbols = execFileSync('go', ['tool', 'nm', plain], {encoding: 'utf8', maxBuffer: 1 << 26})
    for (const question of probeQuestions)
      for (const file of (await planProbes(question, plain, host())).files)
        for (const [, name, address] of file.text.matchAll(/^\/\/ (\S+)\nuprobe:\S+:0x([0-9a-f]+)/gm))
          expect(symbols.split('\n').some(line => line.trim() === `${address} T ${name}` || line.trim() === `${address} t ${name}`)).toBe(
            true,
          )
  })

  test.skipIf(!works(bpftrace, ['--version']))('are programs that bpftrace reads [needs bpftrace]', async () => {
    for (const question of probeQuestions) {
      const [file] = (await planProbes(question, plain, host())).files
      const path = join(dir, file!.path)
      writeFileSync(path, file!.text)
      const text = path.endsWith('.sh') ? execFileSync('bash', [path], {encoding: 'utf8', env: {...process.env, PRINT: '1'}}) : file!.text
      if (question === 'lock-hold') expect(text.match(/^uprobe:/gm)!.length).toBeGreaterThan(2) // RETs were found
      writeFileSync(`${path}.bt`, text)
      const ran = spawnSync(bpftrace, ['-d', `${path}.bt`], {encoding: 'utf8'})
      expect(`${question}: ${ran.status} ${ran.status === 0 ? '' : ran.stderr}`).toBe(`${question}: 0 `)
    }
  })

  test.skipIf(!works('gdb', ['--version']))('gdb reads maps, contexts and goroutines with them [needs gdb]', async () => {
    writeFileSync(join(dir, 'go.gdb'), await debuggerHelp('gdb', plain, host()))
    const commands = [
      'set pagination off',
      'set debuginfod enabled off',
      // A line of its body: what gdb steps over by `next` may go on in another thread.
      `break main.go:${firstLineOf('func stop(')}`,
      'run',
      'gomap small',
      'gomap large',
      'govaluectx ctx',
      'gogoroutines',
    ]
    writeFileSync(join(dir, 'run.gdb'), `${commands.join('\n')}\n`)
    const {stdout} = spawnSync('gdb', ['-batch', '-nx', '-x', 'go.gdb', '-x', 'run.gdb', plain], {
      cwd: dir,
      encoding: 'utf8',
      timeout: 60_000,
    })
    if (/ptrace|Operation not permitted/.test(stdout)) return
    expect(stdout).toMatch(/^count 3, dirLen 0/m)
    expect(stdout).toMatch(/^count 1000, dirLen [1-9]/m)
    expect(stdout).toContain('value word 0x2a')
    // Which goroutine is where when the program stops is the scheduler's: all of them are counted, and one waits or runs.
    const counts = [...(/^.*\bwaiting \d.*$/m.exec(stdout)?.[0] ?? '').matchAll(/[a-z]+ (\d+)/g)].map(match => Number(match[1]))
    expect(counts.length).toBeGreaterThanOrEqual(1)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(3)
  })
})
