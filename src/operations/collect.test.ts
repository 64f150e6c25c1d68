import {execFileSync, spawn} from 'node:child_process'
import {closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync} from 'node:fs'
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

describeNeeding('go', 'collect and the host', () => {
  test('the host and the cgroup are taken at both ends and right around the trace', {timeout: 60_000}, async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'gotriage-collect-'))
    const binary = join(scratch, 'server')
    execFileSync('go', ['build', '-o', binary, './server'], {cwd: `${checkout}fixtures/programs`})
    const server = spawn(binary, ['-seconds', '60'], {stdio: 'ignore'})
    try {
      const directory = join(scratch, 'evidence')
      const asked = request({directory, pid: server.pid ?? 0, seconds: 4, cpuSeconds: 0, traceSeconds: 1})
      const {manifest} = await collect(asked, nodeProcesses, {})
      const time = (path: string) => BigInt(manifest.files.find(file => file.path === path)?.timeUnixNs ?? 0)
      const hosts = [1, 2, 3, 4].map(n => time(`host-${n}.txt`))
      expect(hosts.every((at, i) => at > (hosts[i - 1] ?? 0n))).toBe(true)
      expect(time('trace.out')).toBeGreaterThan(time('host-2.txt'))
      expect(time('host-3.txt') - time('trace.out')).toBeGreaterThan(900_000_000n)
      const host = readFileSync(join(directory, 'host-2.txt'), 'utf8')
      expect(host).toMatch(/^# \/proc\/stat\ncpu .*\ncpu0 /m)
      expect(host).toMatch(new RegExp(`^# /proc/${server.pid}/stat\n${server.pid} \\(server\\) `, 'm'))
      expect(host).not.toMatch(/^intr/m)
      const notes = manifest.notes.map(note => note.code)
      expect(/^# .*\/schedstat\n[1-9]/m.test(host) || notes.includes('schedstat-missing')).toBe(true)
      expect(host.includes('# /proc/pressure/cpu') || notes.includes('pressure-missing')).toBe(true)
    } finally {
      server.kill('SIGKILL')
      rmSync(scratch, {recursive: true, force: true})
    }
  })
})

test('what is missing of the host becomes a note, and the rest is captured', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'gotriage-collect-'))
  const sleeper = spawn('sleep', ['60'], {stdio: 'ignore'})
  try {
    const without: typeof nodeProcesses = {
      ...nodeProcesses,
      readKernelFile: (path, bytesMax) =>
        /pressure|schedstat/.test(path) ? Promise.resolve(undefined) : nodeProcesses.readKernelFile(path, bytesMax),
    }
    const {manifest} = await collect(request({directory: scratch, pid: sleeper.pid ?? 0, seconds: 0.5}), without, {})
    expect(manifest.notes.map(note => note.code)).toEqual(expect.arrayContaining(['pressure-missing', 'schedstat-missing']))
    expect(readFileSync(join(scratch, 'host-1.txt'), 'utf8')).toMatch(/^# \/proc\/loadavg\n/m)
  } finally {
    sleeper.kill('SIGKILL')
    rmSync(scratch, {recursive: true, force: true})
  }
})

test('where nothing can be captured the directories that were made for it go again, and no other', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'gotriage-collect-'))
  try {
    const gone = 2 ** 22 + 1 // above the largest process id of Linux
    const deep = join(scratch, 'a', 'b')
    await expect(collect(request({directory: deep, pid: gone, seconds: 0.3}), nodeProcesses, {})).rejects.toMatchObject({
      code: 'nothing-captured',
      message: expect.stringMatching(/^nothing could be captured from process \d+: \/proc\/\d+\/status cannot be read/) as unknown,
    })
    expect(readdirSync(scratch)).toEqual([])
    await expect(collect(request({directory: deep, url: 'http://127.0.0.1:9', seconds: 0.3}), nodeProcesses, {})).rejects.toMatchObject({
      code: 'unreadable',
    })
    expect(readdirSync(scratch)).toEqual([])
    mkdirSync(deep, {recursive: true})
    await expect(collect(request({directory: deep, pid: gone, seconds: 0.3}), nodeProcesses, {})).rejects.toMatchObject({
      code: 'nothing-captured',
    })
    expect(existsSync(deep)).toBe(true)
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
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
