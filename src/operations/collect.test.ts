import {execFileSync, spawn} from 'node:child_process'
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {checkout, describeNeeding} from '../base/testing/needs.ts'
import {parseManifest} from '../evidence/containers/manifest.ts'
import {nodeProcesses} from '../host/node/processes.ts'
import {collect, costOf, type CollectRequest} from './collect.ts'
import {cgroupDirectories} from './collect-process.ts'

const request = (over: Partial<CollectRequest>): CollectRequest => ({
  directory: 'unused',
  seconds: 2,
  heaps: 2,
  cpuSeconds: 1,
  traceSeconds: 0,
  schedtraceMs: 0,
  goroutinesMax: 20_000,
  ...over,
})

test('the cost names what is asked of the target, and the trace only when one is taken', () => {
  expect(costOf(request({})).join('\n')).not.toContain('trace of')
  expect(costOf(request({traceSeconds: 3})).join('\n')).toContain('an execution trace of 3 s')
  expect(costOf(request({command: ['x'], schedtraceMs: 500})).at(-1)).toContain('gctrace=1,gcpacertrace=1,schedtrace=500')
})

test('the directories of a cgroup file are its own and the root of its mount, never outside', () => {
  expect(cgroupDirectories('0::/system.slice/x.service\n')).toEqual(['/sys/fs/cgroup/system.slice/x.service', '/sys/fs/cgroup'])
  expect(cgroupDirectories('4:cpu,cpuacct:/a\n3:freezer:/a\n')).toEqual([
    '/sys/fs/cgroup/cpu/a',
    '/sys/fs/cgroup/cpu',
    '/sys/fs/cgroup/cpuacct/a',
    '/sys/fs/cgroup/cpuacct',
  ])
  expect(cgroupDirectories('0::/../../etc\n')).toEqual([])
})

describeNeeding('go', 'collect', () => {
  test('a command is run, its /debug/pprof found, and everything lands beside a manifest', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'gotriage-collect-'))
    try {
      const binary = join(scratch, 'server')
      execFileSync('go', ['build', '-o', binary, './server'], {cwd: `${checkout}fixtures/programs`})
      const directory = join(scratch, 'evidence')
      const {manifest} = await collect(request({directory, command: [binary, '-seconds', '60']}), nodeProcesses, {})
      const kinds = new Set(manifest.files.map(file => file.kind))
      for (const kind of ['cpu', 'heap', 'goroutine', 'goroutine-profile', 'expvar', 'stderr', 'proc-status'])
        expect([kind, kinds.has(kind)]).toEqual([kind, true])
      expect(manifest.exit).toEqual({signal: 'SIGTERM'})
      expect(readFileSync(join(directory, 'stderr.log'), 'utf8')).toMatch(/^gc 1 @/m)
      expect(readFileSync(join(directory, 'goroutine-1.txt'), 'utf8')).toMatch(/^goroutine \d+ \[running\]:/)
      expect(parseManifest(readFileSync(join(directory, 'manifest.json'), 'utf8'))).toEqual(manifest)
      expect(manifest.program.startedUnixNs).toMatch(/^\d{19}$/)
      expect(manifest.program.goVersion).toMatch(/^go1\.\d+/)
    } finally {
      rmSync(scratch, {recursive: true, force: true})
    }
  })

  test(
    'a running process is captured by its pid, with what strace or a note says, and SIGQUIT only when asked for',
    {timeout: 60_000},
    async () => {
      const scratch = mkdtempSync(join(tmpdir(), 'gotriage-collect-'))
      const binary = join(scratch, 'server')
      execFileSync('go', ['build', '-o', binary, './server'], {cwd: `${checkout}fixtures/programs`})
      const stderr = openSync(join(scratch, 'stderr.txt'), 'w')
      const server = spawn(binary, ['-seconds', '60'], {stdio: ['ignore', 'ignore', stderr]})
      const ended = new Promise<number | null>(resolve => server.once('exit', code => resolve(code)))
      try {
        const first = await collect(request({directory: join(scratch, 'first'), pid: server.pid ?? 0}), nodeProcesses, {})
        const kinds = first.manifest.files.map(file => file.kind)
        expect(kinds).toEqual(expect.arrayContaining(['cpu', 'heap', 'goroutine', 'proc-status', 'smaps']))
        expect(first.manifest.program).toMatchObject({pid: String(server.pid), module: expect.stringContaining('/') as string})
        expect(server.exitCode).toBeNull()

        const asked = request({
          directory: join(scratch, 'second'),
          pid: server.pid ?? 0,
          cpuSeconds: 0,
          straceSeconds: 1,
          perfSeconds: 1,
          sigquit: true,
        })
        expect(costOf(asked).join('\n')).toMatch(/perf record[^]*strace -c[^]*ENDS/)
        const {manifest} = await collect(asked, nodeProcesses, {})
        const [got, notes] = [manifest.files.map(file => file.kind), manifest.notes.map(note => note.code)]
        for (const tool of ['strace', 'perf'])
          expect([tool, got.some(kind => kind.startsWith(tool)) || notes.includes(`${tool}-missing`)]).toEqual([tool, true])
        expect(notes).toContain('sigquit-sent')
        expect(await ended).toBe(2)
        expect(readFileSync(join(scratch, 'stderr.txt'), 'utf8')).toMatch(/^SIGQUIT: quit[^]*^goroutine \d+/m)
      } finally {
        server.kill('SIGKILL')
        closeSync(stderr)
        rmSync(scratch, {recursive: true, force: true})
      }
    },
  )

  test('a command that ends at once gives its stderr, and notes for what could not be had', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'gotriage-collect-'))
    try {
      const {manifest} = await collect(
        request({directory: scratch, command: ['sh', '-c', 'echo gone >&2; echo own > "$GOTRIAGE_EVIDENCE/own.txt"; exit 3']}),
        nodeProcesses,
        {},
      )
      expect(manifest.exit).toEqual({code: 3})
      expect(manifest.files.map(file => `${file.kind} ${file.path}`)).toEqual(
        expect.arrayContaining(['stderr stderr.log', 'other own.txt']),
      )
      expect(manifest.notes.map(note => note.code)).toContain('no-debug-endpoint')
    } finally {
      rmSync(scratch, {recursive: true, force: true})
    }
  })
})

test('a URL where nothing answers is an error that says so', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'gotriage-collect-'))
  try {
    await expect(collect(request({directory: scratch, url: 'http://127.0.0.1:9', seconds: 0.3}), nodeProcesses, {})).rejects.toMatchObject({
      code: 'unreadable',
    })
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
})
