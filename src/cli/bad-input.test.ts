import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {gotriage} from './testing/command-line.ts'

const evidence = `${checkout}examples/incidents/map-growth-oom/evidence/`
let dir = ''

beforeAll(() => {
  dir = mkdtempSync(`${tmpdir()}/gotriage-bad-`)
  const heap = readFileSync(`${evidence}heap-5.pb.gz`)
  writeFileSync(`${dir}/cut.pb.gz`, heap.subarray(0, heap.length >> 1))
  writeFileSync(`${dir}/whole.pb.gz`, heap)
  writeFileSync(`${dir}/empty.pb.gz`, '')
  writeFileSync(`${dir}/poem.txt`, 'Two roads diverged in a yellow wood,\nAnd sorry I could not travel both\n')
  writeFileSync(
    `${dir}/noise.bin`,
    Uint8Array.from({length: 4096}, (_, i) => (i * 7919) & 255),
  )
  mkdirSync(`${dir}/no-go`)
  writeFileSync(`${dir}/no-go/notes.txt`, 'nothing here\n')
})
afterAll(() => rmSync(dir, {recursive: true, force: true}))

describe('one clear line and exit code 2', () => {
  test.each([
    ['a truncated gzip', 'cut.pb.gz', /cut\.pb\.gz.*(ends|truncated|cut)/],
    ['an empty file', 'empty.pb.gz', /empty\.pb\.gz.*empty/],
    ['a text that is no evidence', 'poem.txt', /poem\.txt/],
    ['bytes that are no evidence', 'noise.bin', /noise\.bin/],
    ['a missing path', 'gone.pb.gz', /gone\.pb\.gz.*does not exist/],
    ['a directory without Go files or evidence', 'no-go', /no-go/],
  ])('%s', async (_, path, says) => {
    const {exit, stdout, stderr} = await gotriage(['diagnose', path], {cwd: dir})
    expect(exit).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toHaveLength(1)
    expect(stderr[0]).toMatch(says)
    expect(stderr[0], 'what next').toMatch(/\. [A-Z][^.]*.*\.$/)
  })

  test('a directory without Go files, for check', async () => {
    const {exit, stderr} = await gotriage(['check', '-C', `${dir}/no-go`])
    expect(exit).toBe(2)
    expect(stderr).toHaveLength(1)
    expect(stderr[0]).toMatch(/no Go package/)
  })

  test.each([
    [['frobnicate'], /no command "frobnicate"/],
    [['diagnos', 'x'], /Did you mean "diagnose"/],
    [['diagnose', '--fromat', 'json', 'x'], /Did you mean "--format"/],
    [['diagnose', '--format', 'xml', 'x'], /Give one of: text, json, html/],
    [['diagnose'], /nothing to diagnose/],
    [['diagnose', 'whole.pb.gz', '--source', 'poem.txt'], /--source poem\.txt: it is no directory/],
    [['diagnose', 'whole.pb.gz', '--source', 'gone'], /"gone" does not exist/],
    [['paste'], /nothing was pasted.*--help/],
    [['check', '--rules', 'map-unbounded-grwth'], /Did you mean "map-unbounded-growth"/],
    [['explain', 'gc-thrsh'], /Did you mean "gc-thrash"/],
    [['help', 'diagnos'], /Did you mean "diagnose"/],
    [['-C', '/', 'check'], /Write the command first/],
    [['collect', '-o', 'x', '--goroutines-max', 'many', ':6060'], /--goroutines-max many.*whole number/],
  ])('%j', async (words, says) => {
    const {exit, stderr} = await gotriage(words, {cwd: dir})
    expect(exit).toBe(2)
    expect(stderr).toHaveLength(1)
    expect(stderr[0]).toMatch(says)
  })
})

describe('nothing is lost of the rest', () => {
  test('a truncated profile beside a whole one becomes a note, and complete is false', async () => {
    const {exit, stdout} = await gotriage(['diagnose', 'whole.pb.gz', 'cut.pb.gz', '--format', 'json'], {cwd: dir})
    const envelope: unknown = JSON.parse(stdout)
    expect(exit).toBe(0)
    expect(envelope).toMatchObject({complete: false, notes: expect.arrayContaining([expect.objectContaining({path: 'cut.pb.gz'})])})
  })

  test('a log that nobody wrote to is no failed capture, and an empty profile is one', async () => {
    mkdirSync(`${dir}/quiet`)
    writeFileSync(`${dir}/quiet/heap.pb.gz`, readFileSync(`${dir}/whole.pb.gz`))
    writeFileSync(`${dir}/quiet/stderr.log`, '')
    const quiet = JSON.parse((await gotriage(['diagnose', 'quiet', '--format', 'json'], {cwd: dir})).stdout) as {
      notes: readonly {path?: string}[]
    }
    expect(quiet).toMatchObject({complete: true})
    expect(quiet.notes.filter(note => note.path !== undefined)).toEqual([])
    writeFileSync(`${dir}/quiet/cpu.pb.gz`, '')
    const {stdout} = await gotriage(['diagnose', 'quiet', '--format', 'json'], {cwd: dir})
    expect(JSON.parse(stdout)).toMatchObject({
      complete: false,
      notes: expect.arrayContaining([expect.objectContaining({path: 'quiet/cpu.pb.gz'})]),
    })
    expect((await gotriage(['diagnose', 'quiet/stderr.log'], {cwd: dir})).exit).toBe(2) // named by itself it is
  })

  test('--strict-input turns that into exit code 2', async () => {
    const {exit} = await gotriage(['diagnose', 'whole.pb.gz', 'cut.pb.gz', '--strict-input'], {cwd: dir})
    expect(exit).toBe(2)
  })

  test('a profile of another kind is read for what it is', async () => {
    const {exit, stdout} = await gotriage(['diagnose', `${evidence}cpu.pb.gz`, '--format', 'json'], {cwd: dir})
    expect(exit).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({complete: true, artifacts: [{format: 'pprof/cpu'}], causes: []})
  })
})

describe('help', () => {
  test('every command of the table is in the general help, and its own help has usage and flags', async () => {
    const {commands} = await import('./registry.generated.ts')
    const {stdout} = await gotriage(['--help'])
    for (const command of commands) {
      expect(stdout).toContain(command.name)
      const own = await gotriage([command.name, '-help'])
      expect(own.exit).toBe(0)
      expect(own.stdout).toContain(`usage: gotriage ${command.name}`)
    }
  })

  test('the help of guard names every kind', async () => {
    const {guardKindNames} = await import('../guards/kinds.ts')
    const {stdout} = await gotriage(['guard', '--help'])
    expect(/^kinds: (.*);/m.exec(stdout)?.[1]).toBe(guardKindNames.join(', '))
  })

  test('--version prints the version of package.json', async () => {
    const {version} = JSON.parse(readFileSync(`${checkout}package.json`, 'utf8')) as {version: string}
    expect((await gotriage(['--version'])).stdout).toBe(`gotriage ${version}\n`)
  })

  test.each(['bash', 'zsh', 'fish'])('completion for %s names every command', async shell => {
    const {commands} = await import('./registry.generated.ts')
    const {stdout} = await gotriage(['completion', shell])
    for (const command of commands) expect(stdout).toContain(command.name)
  })
})
