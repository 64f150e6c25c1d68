import {expect, test} from 'vitest'
import {corpus, describeNeeding} from '../../base/testing/needs.ts'
import {parseGcLine} from './gc-line.ts'
import {parsePacerLine} from './pacertrace.ts'
import {decoded, decodedFile, only} from './testing/decode-text.ts'

const capture = new URL('testdata/gctrace-pacertrace.go1.26.txt', import.meta.url)

test('a Go 1.26 stderr with gctrace and gcpacertrace gives both series, cycle by cycle', async () => {
  const artifacts = await decodedFile(capture)
  expect(artifacts.map(a => a.format)).toEqual(['logs/gcpacertrace', 'logs/gctrace'])
  const {cycles} = only(artifacts, 'gctrace')
  expect(cycles.map(c => c.n)).toEqual(cycles.map((_, i) => i + 1))
  expect(cycles[0]).toEqual({
    n: 1,
    atSeconds: 0.021,
    percent: 1,
    clockMs: [0.4, 0.65, 0.027],
    cpuMs: [0.8, 0, 0.24, 0.18, 0.055],
    startMb: 3,
    endMb: 4,
    liveMb: 0,
    goalMb: 4,
    stacksMb: 0,
    globalsMb: 0,
    procs: 2,
    forced: false,
    line: 3,
  })
  const {lines} = only(artifacts, 'pacertrace')
  expect(lines[0]).toMatchObject({
    cpuPercent: 25,
    heapScanBytes: 124680,
    triggerBytes: 4030464,
    liveBytes: 4218880,
    goalDeltaBytes: 24576,
    consMark: 0,
  })
  // endCycle leaves early, without a line, when a cycle did no measurable work.
  expect(lines.length).toBe(81)
  expect(cycles.length).toBe(84)
})

test('a line of Go 1.5 has five clock phases, of which the middle three are concurrent', () => {
  const cycle = parseGcLine(
    'gc 1 @0.166s 0%: 0.22+2.3+0.074+0.76+0.56 ms clock, 0.45+2.3+0+0.55/0.59/0+1.1 ms cpu, 5->5->1 MB, 4 MB goal, 4 P',
    1,
  )
  expect(cycle?.clockMs[0]).toBe(0.22)
  expect(cycle?.clockMs[1]).toBeCloseTo(3.134, 9)
  expect(cycle?.clockMs[2]).toBe(0.56)
  expect(cycle?.cpuMs[1]).toBe(0.55)
  expect(cycle?.stacksMb).toBeUndefined()
})

test('a forced cycle and one that looks for goroutine leaks say so', () => {
  const line = (percent: string, end: string) =>
    parseGcLine(
      `gc 7 @3.5s ${percent}: 0.01+0.2+0.03 ms clock, 0.02+0/0.1/0.1+0.06 ms cpu, 1->2->1 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P${end}`,
      1,
    )
  expect(line('2%', ' (forced)')).toMatchObject({forced: true})
  expect(line('2% (checking for goroutine leaks)', '')).toMatchObject({forced: false, goroutineLeakCheck: true})
})

test('a gctrace line is found behind what the program printed before it on the same line', async () => {
  const {cycles} = only(
    await decoded(
      '2026/01/02 handled requestgc 3 @1.5s 0%: 0.01+0.2+0.03 ms clock, 0.02+0/0.1/0.1+0.06 ms cpu, 5->6->3 MB, 7 MB goal, 0 MB stacks, 0 MB globals, 4 P\n',
    ),
    'gctrace',
  )
  expect(cycles[0]).toMatchObject({n: 3, liveMb: 3})
})

test('a torn gctrace line is counted and named, never dropped in silence', async () => {
  const [artifact] = await decoded('gc 1 @0.1s 0%: 0.01+0.2+hello\n')
  expect(artifact?.notes).toEqual([{code: 'gctrace-broken-lines', message: '1 gctrace line is torn by other output (first: line 1)'}])
})

test('a restart in one log gives two artifacts', async () => {
  const line = (n: number, at: number) =>
    `gc ${n} @${at}s 0%: 0.01+0.2+0.03 ms clock, 0.02+0/0.1/0.1+0.06 ms cpu, 5->6->3 MB, 7 MB goal, 4 P\n`
  const artifacts = await decoded(line(1, 0.5) + line(2, 9) + 'starting\n' + line(1, 0.4))
  expect(artifacts.map(a => (a.data.kind === 'gctrace' ? a.data.cycles.length : 0))).toEqual([2, 1])
})

test('pacer lines of Go 1.18 to 1.25 print their floats with exponents', () => {
  expect(
    parsePacerLine(
      'pacer: 26% CPU (25 exp.) for 9124680+72+203594 B work (203594 B exp.) in 4030464 B -> 4218880 B (∆goal -24576, cons/mark +2.524536e-001)',
      4,
    ),
  ).toMatchObject({cpuPercent: 26, goalDeltaBytes: -24576, consMark: 0.2524536, line: 4})
})

describeNeeding('corpus', 'gctrace of others', () => {
  test('every "gc N @" line of the corpus files is read', async () => {
    const counts: Record<string, number> = {}
    for (const name of [
      'gctrace/gcvis__go15_stderr.log',
      'gctrace/go-notes__gctrace.txt',
      'gctrace/tebeka__map.gctrace',
      'paired-gctrace-cpu/gc-overhead__gctrace.txt',
    ]) {
      const artifacts = await decodedFile(corpus + name)
      counts[name] = artifacts.reduce((sum, a) => sum + (a.data.kind === 'gctrace' ? a.data.cycles.length : 0), 0)
      expect(artifacts.flatMap(a => a.notes.filter(n => n.code === 'gctrace-broken-lines'))).toEqual([])
    }
    const {execFileSync} = await import('node:child_process')
    for (const [name, count] of Object.entries(counts))
      expect(`${name} ${count}`).toBe(`${name} ${execFileSync('grep', ['-c', 'gc [0-9]* @', corpus + name], {encoding: 'utf8'}).trim()}`)
  })
})
