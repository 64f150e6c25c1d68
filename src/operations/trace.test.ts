import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Ajv2020} from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import {afterAll, describe, expect, test} from 'vitest'
import {checkout, describeNeeding} from '../base/testing/needs.ts'
import {gotriage} from '../cli/testing/command-line.ts'

const cwd = `${checkout}fixtures/traces`
const names = readdirSync(cwd)
const views = ['summary', 'latency', 'procs', 'stw', 'goroutines', 'blocked', 'gc', 'tasks'] as const
const trace = (...words: string[]) => gotriage(['trace', ...words], {cwd})
const dir = mkdtempSync(join(tmpdir(), 'gotriage-trace-'))
afterAll(() => rmSync(dir, {recursive: true, force: true}))

const ajv = new Ajv2020({strict: false})
formats.default(ajv)
const validate = ajv.compile(JSON.parse(readFileSync(`${checkout}docs/schema/gotriage-1.schema.json`, 'utf8')))

interface Document {
  readonly complete: boolean
  readonly data: Readonly<Record<string, never>> & {
    readonly events: number
    readonly wallNs: number
    readonly limits: {readonly waitNs: number; readonly stopNs: number}
    readonly longWaits: readonly {readonly waitNs: number}[]
    readonly host?: unknown
  }
}
const json = async (...words: string[]) => {
  const ran = await trace(...words, '--format', 'json')
  expect(ran.stdout.endsWith('\n')).toBe(true)
  const document = JSON.parse(ran.stdout) as Document
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
  return {...ran, document}
}

describe.each(views)('gotriage trace %s', view => {
  test('prints every capture as text and as a document of the schema, the same twice', async () => {
    for (const name of names) {
      const text = await trace(view, name)
      expect([text.exit, text.stderr], name).toEqual([0, []])
      expect(text.stdout, name).not.toMatch(/NaN|undefined|Infinity/)
      const {exit, document, stdout} = await json(view, name)
      expect([exit, document.complete], name).toEqual([0, true])
      expect((await json(view, name)).stdout).toBe(stdout)
    }
  })
})

describe('what a view says', () => {
  test('the summary has the fields that the contract names', async () => {
    const {document} = await json('summary', 'stw.trace')
    expect(Object.keys(document.data)).toEqual(
      expect.arrayContaining(['header', 'events', 'byKind', 'complete', 'wallNs', 'goroutines', 'procs', 'threads', 'stw', 'latencyNs']),
    )
    expect(document.data['latencyNs']).toMatchObject({count: expect.any(Number), p999: expect.any(Number), over300us: expect.any(Number)})
  })

  test('procs draws the Ps over time and counts what moved', async () => {
    const {stdout} = await trace('procs', 'hog.trace')
    expect(stdout).toMatch(/of what they could; the busiest over the mean \d/)
    expect(stdout).toMatch(/^ {2}P0 +[#+.G ]+$/m)
    expect(stdout).toMatch(/Ps that went to another M: \d+/)
  })

  test('goroutines tells where those that are left wait, and who wakes whom', async () => {
    const {stdout} = await trace('goroutines', 'leak.trace')
    expect(stdout).toMatch(/10 +main\.leak\.func1 +chan send +main\.leak\.func1/)
    expect(stdout).toContain('who wakes whom:')
  })

  test('blocked names the C function and the Go line that calls it', async () => {
    const {stdout} = await trace('blocked', 'cgo.trace')
    expect(stdout).toMatch(/15\.1 ms .* C\.nap +main\.main\.func2 .*main\.go:59/)
  })

  test('stw puts the longest first and says who asked', async () => {
    const {stdout} = await trace('stw', 'stw.trace')
    expect(stdout).toMatch(/3\.56 ms +31\.0 µs +16\.7 ms +GC sweep termination +yes/)
    expect(stdout).toMatch(/read mem stats .*main\.stw/)
  })

  test('--over moves what is long; the count over 300 µs stays', async () => {
    const [usual, low] = [await json('latency', 'stw.trace'), await json('latency', 'stw.trace', '--over', '1us')]
    expect(usual.document.data.limits).toMatchObject({waitNs: 300_000, stopNs: 5_000_000})
    expect(low.document.data.limits).toMatchObject({waitNs: 1000, stopNs: 1000})
    expect(low.document.data.longWaits.length).toBeGreaterThan(usual.document.data.longWaits.length)
    expect(low.document.data['latencyNs']).toEqual(usual.document.data['latencyNs'])
    expect((await trace('stw', 'stw.trace', '--over', '50us')).stdout).toContain('stops over 50.0 µs by kind:')
    expect((await trace('latency', 'stw.trace', '--over', '5')).exit).toBe(2)
  })

  test('--host says whether the host kept threads waiting, from perf sched and from runqlat', async () => {
    const perf = `${checkout}src/evidence/system/testdata/perf-sched-latency.txt`
    expect((await trace('latency', 'locked.trace', '--host', perf)).stdout).toMatch(
      /on the host, beside the trace: threads (did wait|never waited) for a CPU/,
    )
    const quiet = join(dir, 'runqlat.txt')
    writeFileSync(
      quiet,
      '     usecs               : count     distribution\n         0 -> 1          : 233      |****************|\n         2 -> 3          : 742      |****************|\n',
    )
    const {stdout} = await trace('latency', 'locked.trace', '--host', quiet)
    expect(stdout).toMatch(/threads never waited for a CPU over 300 µs, so the 8 waits called wake-up are not the host's doing/)
    expect((await json('latency', 'locked.trace', '--host', quiet)).document.data.host).toMatchObject({
      runQueue: [{waits: 975, over300us: 0}],
    })
    expect((await trace('latency', 'locked.trace', '--host', 'stw.trace')).exit).toBe(2)
  })

  test('of a damaged trace: what could be read, complete false, exit 0, or 2 with --strict-input', async () => {
    const path = join(dir, 'cut.trace')
    const bytes = readFileSync(`${cwd}/tasks.trace`)
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * 0.6)))
    const {exit, stderr, document} = await json('summary', path)
    expect([exit, document.complete]).toEqual([0, false])
    expect(stderr.join('\n')).toMatch(/everything before it was read/)
    expect(document.data.events).toBeGreaterThan(100)
    expect((await trace('summary', path, '--strict-input')).exit).toBe(2)
  })

  test('of a v1 trace: one line that names the header and what to do', async () => {
    const path = join(dir, 'old.trace')
    writeFileSync(path, 'go 1.21 trace\0\0\0rest')
    const {exit, stdout, stderr} = await trace('summary', path)
    expect([exit, stdout, stderr.length]).toEqual([2, '', 1])
    expect(stderr[0]).toMatch(/"go 1\.21 trace".*v1.*go tool trace/)
  })
})

describe('gotriage trace events', () => {
  test('a digest is the SHA-256 of the lines from Sync to Sync', async () => {
    for (const name of names) {
      const [lines, digests] = [await trace('events', name), await trace('events', '--digest', name)]
      const sections: string[] = []
      for (const line of lines.stdout.trimEnd().split('\n')) {
        if (line.includes('"kind":"Sync"')) sections.push('')
        sections[sections.length - 1] += `${line}\n`
      }
      const expected = sections.map((text, i) => {
        const events = text.split('\n').length - 1
        return `{"sync":${i + 1},"events":${events},"sha256":"${createHash('sha256').update(text).digest('hex')}"}\n`
      })
      expect(digests.stdout, name).toBe(expected.join(''))
    }
  })

  test('--stacks adds the stack of each event that has one', async () => {
    const {stdout} = await trace('events', '--stacks', 'leak.trace')
    expect(stdout).toContain('"transitionStack":[{"func":"main.leak.func1"')
  })
})

describe('gotriage trace export', () => {
  const total = (groups: readonly Readonly<Record<string, number>>[], field: string) =>
    groups.reduce((sum, group) => sum + group[field]!, 0)

  test('folded stacks weigh what the goroutines table says of the state', async () => {
    for (const name of names) {
      const {document} = await json('goroutines', name)
      const groups = document.data['groups'] as unknown as readonly Readonly<Record<string, number>>[]
      for (const [state, field] of [
        ['running', 'runningNs'],
        ['blocked', 'blockedNs'],
        ['syscall', 'syscallNs'],
      ] as const) {
        const {stdout} = await trace('export', '--to', 'folded', '--state', state, name)
        const folded = stdout.split('\n').reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1] ?? 0), 0)
        expect(folded, `${name} ${state}`).toBe(total(groups, field))
      }
    }
  })

  test('Chrome JSON has slices that do not overlap on a P, and every stop', async () => {
    for (const name of names) {
      const {stdout} = await trace('export', name)
      const {traceEvents} = JSON.parse(stdout) as {traceEvents: readonly {ph: string; pid: number; tid: number; ts: number; dur: number}[]}
      const {document} = await json('stw', name)
      const slices = traceEvents.filter(event => event.ph === 'X')
      expect(slices.filter(slice => slice.pid === 2 && slice.tid === 1)).toHaveLength(
        (document.data['stw'] as unknown as readonly unknown[]).length,
      )
      const ends = new Map<number, number>()
      for (const {tid, ts, dur} of slices.filter(slice => slice.pid === 1)) {
        expect(ts + 0.0015, `${name} P${tid}`).toBeGreaterThan(ends.get(tid) ?? 0)
        ends.set(tid, ts + dur)
      }
    }
  })

  describeNeeding('go', 'as a profile', () => {
    test('go tool pprof reads it, and its total is that of the folded stacks', async () => {
      const path = join(dir, 'blocked.pb')
      const main = `${checkout}src/main.ts`
      execFileSync(
        process.execPath,
        ['--import', 'tsx', main, 'trace', 'export', '--to', 'pprof', '--state', 'blocked', '-o', path, `${cwd}/leak.trace`],
        {cwd: checkout},
      )
      const top = execFileSync('go', ['tool', 'pprof', '-symbolize=none', '-sample_index=time', '-unit=ns', '-top', path], {
        encoding: 'utf8',
      })
      const folded = (await trace('export', '--to', 'folded', '--state', 'blocked', 'leak.trace')).stdout
      const ns = folded.split('\n').reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1] ?? 0), 0)
      expect(top).toMatch(new RegExp(`of ${ns}ns total`))
      expect(top).toContain('main.leak.func1')
    })
  })
})
