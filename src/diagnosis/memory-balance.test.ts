// The balance on real captures and on small made ones: it adds up, and a cause that is too small for the symptom says so.
import {expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {formatBytes} from '../base/units.ts'
import goroutineLeak from '../causes/goroutine-leak/cause.ts'
import type {Artifact, ArtifactData} from '../evidence/model/artifact.ts'
import {balanceText} from '../findings/memory-balance.ts'
import type {Observation} from '../findings/finding.ts'
import type {FoundCause} from './engine/cause.ts'
import {findCauses} from './engine/find-causes.ts'
import {explainedOf, memoryBalance, memorySymptom} from './memory-balance.ts'
import {groupByProgram} from './programs.ts'
import {evidenceOf, judged} from './testing/observe.ts'

const mib = 1024 * 1024
const incident = `${checkout}examples/incidents/map-growth-oom/evidence`
const cMemory = `${checkout}src/detectors/c-memory-growth/testdata`
const cFiles = (variant: string) => [`${variant}.metrics.jsonl`, ...['02', '05', '08', '11'].map(n => `${variant}.status-${n}.txt`)]

function madeEvidence(...data: readonly ArtifactData[]) {
  const artifacts = data.map((one, i): Artifact => ({
    format: 'made/up',
    path: `made-${i}`,
    timeUnixNs: BigInt(i) * 1_000_000_000n,
    program: {pid: '7'},
    complete: true,
    notes: [],
    data: one,
  }))
  return groupByProgram(artifacts).evidence[0]!
}

const status = (rss: number, threads = 8): ArtifactData => ({
  kind: 'proc-status',
  name: 'server',
  pid: '7',
  threads,
  values: new Map([['VmRSS', rss]]),
})
const metrics = (values: Readonly<Record<string, number>>): ArtifactData => ({
  kind: 'metrics',
  source: 'runtime/metrics',
  points: [{timeUnixNs: undefined, values: new Map(Object.entries(values)), histograms: new Map()}],
})

test('the parts add up to RSS, and their changes to its change', async () => {
  const files = ['metrics.jsonl', 'smaps.txt', 'status-1.txt', 'status-2.txt', 'manifest.json']
  const balance = memoryBalance((await evidenceOf(incident, files))[0]!)!
  const sum = (values: readonly (number | undefined)[]) => values.reduce<number>((total, value) => total + (value ?? Number.NaN), 0)
  expect(sum(balance.parts.map(line => line.bytes))).toBe(balance.total.bytes)
  expect(sum(balance.parts.map(line => line.grownBytes))).toBe(balance.total.grownBytes)
  expect(balance.total.of).toBe('rss')
  expect(balance.parts.find(line => line.part === 'live')!.bytes / balance.total.bytes).toBeGreaterThan(0.75)
  expect(balanceText(balance)).toMatch(/MEMORY of p1: RSS 118\.9 MB .*\+110\.6 MB over 90 s\n {2}live heap/)
})

test('memory that C took stands outside Go, and its growth too', async () => {
  const [leak, mended] = await Promise.all(
    ['leak', 'mended'].map(async variant => memoryBalance((await evidenceOf(cMemory, cFiles(variant)))[0]!)!),
  )
  const outside = (balance: NonNullable<typeof leak>) => balance.parts.find(line => line.part === 'outside' || line.part === 'untouched')!
  expect(outside(leak!).bytes / leak!.total.bytes).toBeGreaterThan(0.8)
  expect(outside(leak!).grownBytes! / leak!.total.grownBytes!).toBeGreaterThan(0.9)
  expect(memorySymptom(leak!)?.what).toBe('growth of RSS')
  expect(memorySymptom(mended!)).toBeUndefined()
})

test('the cause that explains the growth of C memory says how much of it', async () => {
  const [first] = (await judged(cMemory, cFiles('leak'))).causes
  expect(first?.id).toBe('c-memory-leak')
  expect(first?.explains?.enough).toBe(true)
})

test('without runtime/metrics the rest is not told apart, and nothing is guessed', () => {
  const cycle = {
    n: 1,
    atSeconds: 1,
    percent: 1,
    clockMs: [0, 1, 0],
    cpuMs: [0, 0, 0, 0, 0],
    startMb: 40,
    endMb: 42,
    liveMb: 30,
    goalMb: 60,
  } as const
  const balance = memoryBalance(
    madeEvidence({kind: 'gctrace', cycles: [{...cycle, stacksMb: 1, globalsMb: 0, procs: 2, forced: false, line: 1}]}, status(100 * mib)),
  )!
  expect(balance.parts.map(line => [line.part, line.bytes / mib])).toEqual([
    ['live', 30],
    ['garbage', 12],
    ['stacks', 1],
    ['untold', 57],
  ])
})

test('a page that says no more than what the heap holds and what Go has from the system gives no zero for the rest', () => {
  const balance = memoryBalance(
    madeEvidence(metrics({go_memstats_sys_bytes: 30 * mib, go_memstats_heap_alloc_bytes: 10 * mib}), status(40 * mib)),
  )!
  expect(balance.parts.map(line => [line.part, line.bytes / mib])).toEqual([
    ['objects', 10],
    ['untold', 30],
  ])
  const alone = memoryBalance(madeEvidence(metrics({go_memstats_sys_bytes: 30 * mib, go_memstats_heap_alloc_bytes: 10 * mib})))!
  expect(alone.total).toMatchObject({of: 'go', bytes: 30 * mib})
})

test('memory that Go mapped and never touched is a negative line, so that the sum still holds', () => {
  const balance = memoryBalance(
    madeEvidence(
      metrics({
        '/memory/classes/total:bytes': 30 * mib,
        '/memory/classes/heap/objects:bytes': 10 * mib,
        '/gc/heap/live:bytes': 8 * mib,
        '/memory/classes/heap/released:bytes': 4 * mib,
      }),
      status(20 * mib),
    ),
  )!
  expect(balance.parts.find(line => line.part === 'untouched')?.bytes).toBe(-6 * mib)
  expect(balance.parts.reduce((sum, line) => sum + line.bytes, 0)).toBe(20 * mib)
})

test('no memory evidence gives no balance, and RSS alone gives none either', () => {
  expect(memoryBalance(madeEvidence({kind: 'goroutines', form: 'debug1', total: 1, groups: []}))).toBeUndefined()
  expect(memoryBalance(madeEvidence(status(mib)))).toBeUndefined()
})

const leak: Observation = {
  id: 'goroutine-leak',
  kind: 'observation',
  severity: 'error',
  confidence: 0.9,
  message: {id: 'grows', data: {}},
  what: '12,847 goroutines wait in one line',
  why: 'they never end',
  next: 'Give them a way out.',
  fingerprint: 'v1:00',
  places: [],
  subject: {kind: 'goroutines', name: 'x'},
  measured: [{name: 'goroutines that wait at one line', value: 12_847, unit: 'goroutines'}],
}

test('12,847 goroutines explain 25 to 100 MB, not 32 GB, and the cause says so', () => {
  const evidence = madeEvidence(
    metrics({'/memory/classes/total:bytes': 31 * 1024 * mib, '/memory/classes/heap/objects:bytes': 30 * 1024 * mib}),
    status(32 * 1024 * mib),
  )
  const memory = memoryBalance(evidence)!
  const facts = {hazards: [], observations: [leak], evidence, hasSource: false, memory}
  const [cause] = findCauses([goroutineLeak], [facts]).causes
  expect(cause?.explains).toMatchObject({enough: false, symptom: 'RSS'})
  expect(cause?.explains?.says).toBe(
    'explains 25.1 MB to 100.4 MB, not 32.0 GB (RSS): less than half, so something else, or what is kept alive by this, holds the rest',
  )
})

test('a cause that is too small stands behind one that explains the symptom, however sure it is', () => {
  const cause = (title: string, confidence: number, bytes: number): FoundCause => ({
    title, confidence, basis: [], places: [], chain: [], wrongIf: [], remedies: [], verify: [], settle: [], memoryBytes: [bytes, bytes],
  }) // prettier-ignore
  const evidence = madeEvidence(
    metrics({'/memory/classes/total:bytes': mib, '/memory/classes/heap/objects:bytes': mib}),
    status(1024 * mib),
  )
  const definition = (id: string, found: FoundCause) => ({id, title: id, since: '0.1', joins: [], find: () => [found]})
  const facts = {hazards: [], observations: [], evidence, hasSource: false, memory: memoryBalance(evidence)!}
  const small = definition('small', cause('small', 0.97, 100 * mib))
  const large = definition('large', cause('large', 0.75, 900 * mib))
  expect(findCauses([small, large], [facts]).causes.map(one => one.id)).toEqual(['large', 'small'])
  expect(findCauses([small], [facts]).causes.map(one => one.id)).toEqual(['small'])
})

test('half of the symptom is enough, a byte less is not', () => {
  const balance = {
    program: 'p1',
    total: {of: 'rss' as const, bytes: 1024 * mib, artifact: 'a1', from: 'status' as const},
    parts: [],
  }
  expect(explainedOf(balance, [0, 512 * mib])?.enough).toBe(true)
  expect(explainedOf(balance, [0, 512 * mib - 1])?.enough).toBe(false)
  expect(explainedOf({...balance, total: {...balance.total, bytes: 100 * mib}}, [0, mib])).toBeUndefined()
  expect(formatBytes(512 * mib)).toBe('512.0 MB')
})

test('a heap profile without a sample says nothing of the live heap, and a whole range is told low end first', async () => {
  const spin = await evidenceOf(`${checkout}fixtures/services/eager-batcher/evidence`, ['heap-1.pb.gz'])
  const [heap] = spin[0]!.of('profile')
  const none = {...heap!.data, sampleCount: 0}
  expect(memoryBalance(madeEvidence(status(20 * mib), none))).toBeUndefined()
  const grown = memoryBalance(madeEvidence(status(10 * mib), metrics({}), status(90 * mib)))
  expect(grown).toBeUndefined() // RSS alone has no parts
  const balance = memoryBalance(
    madeEvidence(
      status(10 * mib),
      metrics({'/memory/classes/total:bytes': 9 * mib, '/memory/classes/heap/objects:bytes': mib}),
      status(90 * mib),
    ),
  )!
  expect(explainedOf(balance, [80 * mib, 50 * mib])).toMatchObject({bytesLow: 50 * mib, bytesHigh: 80 * mib})
})
