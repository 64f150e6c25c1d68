import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {corpus, describeNeeding} from '../../base/testing/needs.ts'
import {parseInitLine, parseScavLine} from './runtime-traces.ts'
import {parseSchedLine} from './schedtrace.ts'
import {decodedFile, only} from './testing/decode-text.ts'

const capture = (name: string) => new URL(`testdata/${name}`, import.meta.url)
const count = (name: string, pattern: RegExp) => [...readFileSync(capture(name), 'utf8').matchAll(pattern)].length

test('scheddetail, scavtrace and inittrace of one Go 1.26 stderr come apart, no line lost', async () => {
  const name = 'scheddetail-scavtrace-inittrace.go1.26.txt'
  const artifacts = await decodedFile(capture(name))
  expect(artifacts.map(a => a.format)).toEqual(['logs/inittrace', 'logs/schedtrace', 'logs/scavtrace'])
  const {samples} = only(artifacts, 'schedtrace')
  expect(samples.length).toBe(count(name, /^SCHED /gm))
  expect(samples.reduce((sum, s) => sum + (s.goroutines?.length ?? 0), 0)).toBe(count(name, /^ {2}G\d+: /gm))
  expect(samples.reduce((sum, s) => sum + (s.machineThreads?.length ?? 0), 0)).toBe(count(name, /^ {2}M\d+: /gm))
  expect(samples[0]?.procs?.[1]).toEqual({id: 1, status: 1, schedtick: 2, syscalltick: 0, m: 3, runqueue: 0, timers: 0})
  expect(samples[0]?.goroutines?.find(g => g.id === 2)).toEqual({id: 2, status: 4, reason: 'force gc (idle)'})
  expect(only(artifacts, 'inittrace').inits.length).toBe(count(name, /^init /gm))
  expect(only(artifacts, 'scavtrace').lines.length).toBe(count(name, /^scav /gm))
})

test('SCHED lines of Go 1.2, 1.20 and 1.25 mean the same', () => {
  const old = parseSchedLine('SCHED 1009ms: gomaxprocs=2 idleprocs=0 threads=3 spinningthreads=0 idlethreads=1 runqueue=7 [4 5]', 1)
  const middle = parseSchedLine(
    'SCHED 1009ms: gomaxprocs=2 idleprocs=0 threads=3 spinningthreads=0 needspinning=1 idlethreads=1 runqueue=7 [4 5]',
    1,
  )
  const now = parseSchedLine(
    'SCHED 1009ms: gomaxprocs=2 idleprocs=0 threads=3 spinningthreads=0 needspinning=1 idlethreads=1 runqueue=7 [ 4 5 ] schedticks=[ 52 51 ]',
    1,
  )
  expect(old).toMatchObject({atMs: 1009, runqueue: 7, perProc: [4, 5]})
  expect(middle).toEqual({...old, needspinning: 1})
  expect(now).toEqual({...middle, schedticks: [52, 51]})
})

test('scavtrace of Go 1.15 to 1.20 has no eager part', () => {
  expect(parseScavLine('scav 1 12 KiB work, 34 KiB total, 56% util', 1)).toEqual({
    backgroundKib: 12,
    nowKib: 34,
    utilPercent: 56,
    forced: false,
    line: 1,
  })
  expect(parseInitLine('init unicode @0.44 ms, 0.11 ms clock, 23328 bytes, 24 allocs', 1)).toMatchObject({package: 'unicode', bytes: 23328})
})

test('a -S listing gives instructions and calls of each source line', async () => {
  const {functions} = only(await decodedFile(capture('assembly.go1.26.txt')), 'assembly')
  const newUser = functions.find(f => f.name === 'main.newUser')
  expect(newUser).toMatchObject({size: 113, frameBytes: 24})
  expect(newUser?.lines[0]).toMatchObject({file: '/src/esc/a.go', line: 7})
  expect(newUser?.lines[0]?.calls).toContain('runtime.newobject')
})

describeNeeding('corpus', 'runtime logs of others', () => {
  test('every whole SCHED line is read', async () => {
    const totals: Record<string, number> = {}
    for (const name of [
      'eddycjy__sched_0.txt',
      'go-notes__schedtrace.txt',
      'gotraining__schedtrace.txt',
      'idx-4809467079__scheddetail.txt',
      'idx-69269675056__nolock.txt',
    ])
      totals[name] = (await decodedFile(`${corpus}schedtrace/${name}`)).reduce(
        (sum, a) => sum + (a.data.kind === 'schedtrace' ? a.data.samples.length : 0),
        0,
      )
    expect(totals).toEqual({
      'eddycjy__sched_0.txt': 14, // the 15th ends in "..."
      'go-notes__schedtrace.txt': 1,
      'gotraining__schedtrace.txt': 9,
      'idx-4809467079__scheddetail.txt': 2,
      'idx-69269675056__nolock.txt': 6,
    })
  })
})

// The same program, built by each, with gctrace, gcpacertrace, scavtrace, inittrace and schedtrace; it ends in a panic.
test.each([
  ['1.12.17', {gctrace: 4, schedtrace: 5, scavtrace: 0, inittrace: 0, pacertrace: 0}, true],
  ['1.15.15', {gctrace: 4, schedtrace: 8, scavtrace: 6, inittrace: 0, pacertrace: 0}, false],
  ['1.20.14', {gctrace: 4, schedtrace: 5, scavtrace: 5, inittrace: 17, pacertrace: 1}, false],
  ['1.22.12', {gctrace: 4, schedtrace: 11, scavtrace: 5, inittrace: 11, pacertrace: 2}, false],
] as const)('the stderr of Go %s comes apart into its series and the panic', async (version, counts, spans) => {
  const artifacts = await decodedFile(new URL(`testdata/stderr.go${version}.txt`, import.meta.url))
  const sizes = {
    gctrace: only(artifacts, 'gctrace').cycles.length,
    schedtrace: only(artifacts, 'schedtrace').samples.length,
    scavtrace: artifacts.flatMap(a => (a.data.kind === 'scavtrace' ? a.data.lines : [])).length,
    inittrace: artifacts.flatMap(a => (a.data.kind === 'inittrace' ? a.data.inits : [])).length,
    pacertrace: only(artifacts, 'pacertrace').lines.length,
  }
  expect(sizes).toEqual(counts)
  expect(only(artifacts, 'crash').class).toBe('nil-map-write')
  const scavenged = artifacts.flatMap(a => (a.data.kind === 'scavtrace' ? (a.data.spans ?? []) : []))
  expect(scavenged.length > 0).toBe(spans)
  for (const {inuseMb, idleMb, sysMb, releasedMb, consumedMb} of scavenged)
    expect([Math.abs(inuseMb + idleMb - sysMb) <= 1, Math.abs(sysMb - releasedMb - consumedMb) <= 1]).toEqual([true, true])
})
