import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {execFileSync} from 'node:child_process'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {TriageError} from '../../base/errors.ts'
import {checkout, corpus, describeNeeding} from '../../base/testing/needs.ts'
import {binaryTrace, goFuzzInput, goTraceTest} from './testing/text-trace.ts'
import {collect} from './testing/collect.ts'

const fixtures = `${checkout}fixtures/traces/`
const fixture = (name: string) => readFileSync(`${fixtures}${name}.trace`)
const tracesIn = (folder: string) => readdirSync(folder).filter(name => name.endsWith('.test'))

describe('reading a v2 trace', () => {
  test('events come in order, times rise, a Sync event opens and closes the trace', async () => {
    const {lines, end} = await collect(fixture('tasks'))
    expect(end).toMatchObject({complete: true, header: 'go 1.26 trace', minor: 26})
    const events = lines.map(line => JSON.parse(line) as {time: string; kind: string})
    expect(events[0]?.kind).toBe('Sync')
    expect(events.at(-1)?.kind).toBe('Sync')
    expect(events.every((event, i) => i === 0 || BigInt(event.time) > BigInt(events[i - 1]!.time))).toBe(true)
    expect(events.length).toBe(end.events)
  })

  test('an event not later than its predecessor gets one nanosecond more', async () => {
    const {lines} = await collect(
      binaryTrace(`Trace Go1.22
EventBatch gen=1 m=0 time=5 size=15
ProcStatus dt=0 p=0 pstatus=1
GoStatus dt=0 g=1 m=0 gstatus=2
HeapAlloc dt=0 heapalloc_value=7
HeapGoal dt=0 heapgoal_value=9
EventBatch gen=1 m=18446744073709551615 time=5 size=6
Frequency freq=1000000000
`),
    )
    expect(lines.map(line => (JSON.parse(line) as {time: string}).time)).toEqual(['5', '6', '7', '8', '9', '10'])
  })

  test('a header of Go 1.26 alone is a whole trace of one Sync at time 1', async () => {
    const {lines, end} = await collect(new TextEncoder().encode('go 1.26 trace\0\0\0'))
    expect(lines.map(line => (JSON.parse(line) as {time: string}).time)).toEqual(['1'])
    expect(end.complete).toBe(true)
  })

  test('times above 2^53 ns are exact', async () => {
    const {lines, end} = await collect(
      binaryTrace(`Trace Go1.22
EventBatch gen=1 m=6123456789 time=9007199254740995 size=4
ProcStatus dt=3 p=0 pstatus=1
EventBatch gen=1 m=18446744073709551615 time=9007199254740996 size=6
Frequency freq=1000000000
`),
    )
    expect(end.error).toBeUndefined()
    expect(lines[1]).toContain('"time":"9007199254740999","m":6123456789')
  })

  test('a goroutine that wakes itself is damage with generation, batch and byte', async () => {
    const {end} = await collect(
      binaryTrace(`Trace Go1.22
EventBatch gen=1 m=7 time=1 size=14
ProcStatus dt=1 p=0 pstatus=1
GoStatus dt=1 g=1 m=7 gstatus=2
GoUnblock dt=1 g=1 g_seq=1 stack=0
EventBatch gen=1 m=18446744073709551615 time=0 size=5
Frequency freq=15625000
`),
    )
    expect(end.complete).toBe(false)
    expect(end.error?.message).toMatch(/generation 1, batch 0, M 7\) at byte \d+$/)
  })

  test('a v1 header is named, with what to do', async () => {
    const bytes = new TextEncoder().encode('go 1.19 trace\0\0\0')
    await expect(collect(bytes)).rejects.toMatchObject({code: 'unsupported', message: /"go 1\.19 trace".*format v1/})
    await expect(collect(new TextEncoder().encode('go 1.31 trace\0\0\0'))).rejects.toMatchObject({code: 'unsupported'})
  })

  test('a 1.26 trace that ends inside its only generation still gives the events it holds', async () => {
    const whole = await collect(fixture('tasks'))
    const bytes = fixture('tasks')
    const {lines, end} = await collect(bytes.subarray(0, Math.floor(bytes.length * 0.6)))
    expect(end.complete).toBe(false)
    expect(lines.length).toBeGreaterThan(whole.lines.length / 20)
  })
})

describe('damaged traces', () => {
  const small = ['idle', 'afterfunc', 'leak']

  test.each(small)('every prefix of %s gives a partial result or a TriageError', async name => {
    const bytes = fixture(name)
    const whole = await collect(bytes)
    for (let length = 0; length < bytes.length; length++) {
      const result = await collect(bytes.subarray(0, length)).catch((error: unknown) => error)
      if (result instanceof Error) expect(result).toBeInstanceOf(TriageError)
      else expect((result as typeof whole).end.complete && length < bytes.length - 1 && length > 16, `prefix ${length}`).toBe(false)
    }
  })

  test('mutated traces give a partial result or a TriageError with a byte', async () => {
    const originals = small.map(fixture)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(small.length - 1),
        fc.array(fc.tuple(fc.nat(4400), fc.nat(255)), {minLength: 1, maxLength: 4}),
        async (which, edits) => {
          const bytes = Uint8Array.from(originals[which]!)
          for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value
          const error = await collect(bytes).then(
            ({end}) => end.error,
            (thrown: unknown) => thrown,
          )
          if (error === undefined) return
          expect(error).toBeInstanceOf(TriageError)
          if ((error as TriageError).code === 'malformed') expect((error as TriageError).message).toMatch(/at byte \d+$/)
        },
      ),
      {numRuns: 2000},
    )
  })
})

describeNeeding('corpus', 'the official fuzz inputs', () => {
  const folder = join(corpus, 'trace-fuzz')
  const files = () => readdirSync(folder).filter(name => name !== 'README.md')

  test('never crash the reader', async () => {
    for (const name of files()) {
      const bytes = goFuzzInput(readFileSync(join(folder, name), 'utf8'))
      const result = await collect(bytes).catch((error: unknown) => error)
      if (result instanceof Error) expect(result, name).toBeInstanceOf(TriageError)
    }
  })

  test('v1 captures are named', async () => {
    for (const name of ['http_1_5_good', 'stress_1_19_good', 'traceutils__1.21_task.trace'])
      await expect(collect(readFileSync(join(corpus, 'trace-v1', name)))).rejects.toMatchObject({code: 'unsupported'})
  })

  test("the Go project's text traces end as they say", async () => {
    const folder = join(corpus, 'trace-v2-text')
    for (const name of tracesIn(folder)) {
      const {expected, bytes} = goTraceTest(readFileSync(join(folder, name), 'utf8'))
      const {end} = await collect(bytes)
      expect(end.complete ? 'SUCCESS' : 'FAILURE', name).toBe(expected)
    }
  })
})

describeNeeding('go', 'against the official reader (golang.org/x/exp/trace)', () => {
  const oracle = (() => {
    let built: string | undefined
    return (mode: string, file: string) => {
      if (built === undefined) {
        built = `${checkout}tmp/trace-oracle`
        execFileSync('go', ['build', '-o', built, '.'], {cwd: `${checkout}tools/trace-oracle`, stdio: 'ignore'})
      }
      return execFileSync(built, [mode, file], {encoding: 'utf8', maxBuffer: 1 << 30})
    }
  })()

  /** Our lines must be the reader's; where it fails, ours must begin with its lines and fail too. */
  async function compare(bytes: Uint8Array, file: string) {
    const theirs = oracle('events', file).trimEnd().split('\n')
    const {lines, end} = await collect(bytes, true)
    const failed = theirs.at(-1)?.startsWith('{"error":') === true
    if (failed) theirs.pop()
    expect(end.complete, file).toBe(!failed)
    expect(lines.slice(0, theirs.length), file).toEqual(theirs)
    if (!failed) expect(lines.length, file).toBe(theirs.length)
  }

  test('every fixture: same events, order, times and stacks', async () => {
    for (const name of readdirSync(fixtures)) await compare(readFileSync(fixtures + name), fixtures + name)
  })

  test("the Go project's own text traces", async () => {
    const {mkdirSync, writeFileSync} = await import('node:fs')
    const root = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
    const folder = join(root, 'src/internal/trace/testdata/tests')
    mkdirSync(`${checkout}tmp`, {recursive: true})
    for (const name of tracesIn(folder)) {
      const {bytes} = goTraceTest(readFileSync(join(folder, name), 'utf8'))
      const file = `${checkout}tmp/${name}.trace`
      writeFileSync(file, bytes)
      await compare(bytes, file)
    }
  })

  test('prefixes of a fixture: at least what the reader gives', async () => {
    const {writeFileSync} = await import('node:fs')
    const bytes = fixture('stw')
    for (let i = 1; i < 12; i++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * i) / 12))
      const file = `${checkout}tmp/prefix.trace`
      writeFileSync(file, cut)
      const theirs = oracle('events', file)
        .trimEnd()
        .split('\n')
        .filter(line => !line.startsWith('{"error"') && !line.includes('"Sync"'))
      const ours = await collect(cut, true).then(
        ({lines}) => lines.filter(line => !line.includes('"Sync"')),
        () => [],
      )
      expect(ours.slice(0, theirs.length)).toEqual(theirs)
    }
  })

  describeNeeding('corpus', 'on captures nobody here made', () => {
    test('every v2 trace of the corpus', async () => {
      const folder = join(corpus, 'trace-v2')
      for (const name of readdirSync(folder).filter(name => name !== 'README.md' && !name.startsWith('AnhPhix'))) {
        await compare(readFileSync(join(folder, name)), join(folder, name))
      }
    })
  })
})
