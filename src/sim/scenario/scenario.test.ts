import {readdirSync, readFileSync} from 'node:fs'
import {Ajv2020} from 'ajv/dist/2020.js'
import fc from 'fast-check'
import {parse} from 'yaml'
import {describe, expect, test} from 'vitest'
import {TriageError} from '../../base/errors.ts'
import {checkout} from '../../base/testing/needs.ts'
import {parseSweep, simulate, simulateKinds, type SimulateKind} from '../../operations/simulate.ts'

const plain = `kind: scheduler
machine: {cpus: 2}
go: "1.26"
gomaxprocs: 2
programs:
  hog: [{repeat: forever, steps: [{compute: 1ms}]}]
start: {hog: 2}
duration: 10ms
`
const heap = `kind: heap
procs: 2
workloads: [{steady: {live: 20MB, alloc: 10MB}}]
duration: 10s
`
const run = (yaml: string, kind: SimulateKind = 'scheduler', set: Record<string, string> = {}) =>
  simulate({kind, name: 's.yaml', yaml, seed: 1, set})
const complaint = (yaml: string, kind: SimulateKind = 'scheduler', set: Record<string, string> = {}): string => {
  try {
    run(yaml, kind, set)
  } catch (error) {
    if (error instanceof TriageError) return `${error.message} | ${error.hint}`
    throw error
  }
  return 'accepted'
}

describe('bad scenarios are answered with line and limit', () => {
  test.each([
    [
      'a misspelt key',
      plain.replace('gomaxprocs', 'gomaxproc'),
      /^s\.yaml:4: scenario: no key "gomaxproc" here \| Did you mean "gomaxprocs"\?/,
    ],
    ['no CPU', plain.replace('cpus: 2', 'cpus: 0'), /^s\.yaml:2: scenario\.machine\.cpus: 0 lies outside 1 to 8192/],
    ['more CPUs than any machine', plain.replace('cpus: 2', 'cpus: 100000'), /^s\.yaml:2: .*100000 lies outside 1 to 8192/],
    ['half a P', plain.replace('gomaxprocs: 2', 'gomaxprocs: 1.5'), /^s\.yaml:4: .*1\.5 is not a whole number/],
    ['nodes for other CPUs', plain.replace('cpus: 2', 'cpus: 2, nodes: [0, 0, 1]'), /^s\.yaml:2: .*3 values for 2 CPUs/],
    [
      'a distance matrix too small',
      plain.replace('cpus: 2', 'cpus: 2, nodes: [0, 1], distance: [[1]]'),
      /^s\.yaml:2: .*smaller than 2 nodes/,
    ],
    ['too many goroutines', plain.replace('hog: 2}', 'hog: 99999999}'), /^s\.yaml:7: .*99999999 lies outside 1 to 1000000/],
    ['zero goroutines', plain.replace('hog: 2}', 'hog: 0}'), /^s\.yaml:7: .*0 lies outside 1 to 1000000/],
    ['a loop that takes no time', plain.replace('compute: 1ms', 'compute: 0ns'), /^s\.yaml:6: .*cannot end/],
    ['an unknown program', plain.replace('start: {hog', 'start: {hgo'), /^s\.yaml:7: .*no key "hgo" here/],
    ['a Go version that is not modelled', plain.replace('1.26', '1.13'), /^s\.yaml:3: .*not modelled \| Give 1\.22 to 1\.26/],
    ['a duration without unit', plain.replace('10ms', '10'), /^s\.yaml:8: .*"10" is no duration/],
    ['longer than a week', plain.replace('10ms', '30d'), /^s\.yaml:8: .*lies outside/],
    [
      'allocation without a collector',
      plain.replace('{compute: 1ms}', '{compute: 1ms}, {allocate: 1KB}'),
      /^s\.yaml:6: .*need a collector/,
    ],
    ['broken YAML', `${plain}start: {`, /^s\.yaml:\d+: /],
    ['nothing to run', plain.replace('start: {hog: 2}\n', ''), /^s\.yaml:1: scenario: nothing ever runs/],
    ['a quota of nothing', plain.replace('cpus: 2', 'cpus: 2, quota: 0'), /^s\.yaml:2: .*0 lies outside 0\.01 to 8192/],
    ['arrivals every nanosecond', `${plain}arrivals: [{open: hog, every: 1ns}]\n`, /^s\.yaml:9: .*below the limit of 100 ns/],
    [
      'arrivals every nanosecond on average',
      `${plain}arrivals: [{open: hog, every: {exponential: 1ns}}]\n`,
      /^s\.yaml:9: .*below the limit of 100 ns/,
    ],
  ])('%s', (_what, yaml, message) => expect(complaint(yaml)).toMatch(message))

  test.each([
    ['no size', heap.replace('20MB', 'much'), /^s\.yaml:3: .*"much" is no size/],
    ['a negative GOGC beyond off', heap.replace('procs: 2', 'procs: 2\ngogc: -5'), /^s\.yaml:3: .*-5 lies outside -1 to 100000/],
    ['more ticks than anybody waits for', `${heap}tick: 1ms\n`.replace('10s', '300d'), /^s\.yaml:5: .*at most 10000000/],
    ['a heap beyond all memory', heap.replace('20MB', '9999999TB'), /lies outside/],
  ])('of heaps: %s', (_what, yaml, message) => expect(complaint(yaml, 'heap')).toMatch(message))

  test('a scenario of another kind names its command', () => expect(complaint(heap)).toMatch(/gotriage simulate heap s\.yaml/))
  test('a file of more than a megabyte is not read', () => expect(complaint(`${plain}# ${'x'.repeat(1 << 20)}`)).toMatch(/1048576/))
  test('an alias is not followed', () => expect(complaint(plain.replace('hog: 2', 'hog: *n'))).toMatch(/alias/i))
})

test('every prefix and every mutation of a scenario runs or is a complaint, never another failure', () => {
  for (let end = 0; end < plain.length; end++) complaint(plain.slice(0, end))
  fc.assert(
    fc.property(
      fc.nat(plain.length - 1),
      fc.constantFrom('0', '9', '-', '}', '[', ':', ' ', '\n', '"', 'e', '&a', '*a', '!!x'),
      (at, text) => {
        complaint(plain.slice(0, at) + text + plain.slice(at + 1))
        complaint(heap.slice(0, at % heap.length) + text + heap.slice((at % heap.length) + 1), 'heap')
      },
    ),
    {numRuns: 200},
  )
})

describe('settings from outside', () => {
  test('replace values and name what is not there', () => {
    expect(run(plain, 'scheduler', {gomaxprocs: '1', 'machine.cpus': '4'}).metrics['p.go']!.value).toBeGreaterThan(0.9)
    expect(complaint(plain, 'scheduler', {'machin.cpus': '4'})).toMatch(/no "machin"/)
    expect(complaint(plain, 'scheduler', {gomaxprocs: 'many'})).toMatch(/a number is needed/)
  })

  test('a sweep is a range or a list, with a limit', () => {
    expect(parseSweep('gomaxprocs=1..4').values).toEqual(['1', '2', '3', '4'])
    expect(parseSweep('gogc=10,50').values).toEqual(['10', '50'])
    for (const bad of ['gomaxprocs', 'a=9..1', 'a=1..100000', '=3']) expect(() => parseSweep(bad), bad).toThrow(TriageError)
  })

  test('several seeds give an interval that holds the mean', () => {
    const {metrics} = simulate({
      kind: 'scheduler',
      name: 's',
      yaml: plain.replace('compute: 1ms', 'compute: {exponential: 1ms}'),
      seed: 1,
      seeds: 5,
    })
    const {value, lo95, hi95} = metrics['switches']!
    expect(lo95!).toBeLessThanOrEqual(value)
    expect(hi95!).toBeGreaterThanOrEqual(value)
  })

  test('no number of seeds but 1 to 1000 is taken', () => {
    for (const seeds of [0, 1001, 1.5])
      expect(() => simulate({kind: 'scheduler', name: 's', yaml: plain, seed: 1, seeds})).toThrow(TriageError)
  })
})

test('a heap marks at speeds that are spread, one run a seed', () => {
  const spread = heap.replace('procs: 2', 'procs: 2\nmark-spread: {uniform: [0.5, 1.5]}')
  const share = (yaml: string, seed: number) => simulate({kind: 'heap', name: 's', yaml, seed}).metrics['gc.mark.wall']!.value
  expect(share(spread, 1)).not.toBe(share(spread, 2))
  expect(share(heap, 1)).toBe(share(heap, 2))
  expect(complaint(heap.replace('procs: 2', 'procs: 2\nmark-spread: 0'), 'heap')).toMatch(/^s\.yaml:3: .*0 lies outside 0\.01 to 100/)
})

test('a heap grows more slowly where memory has to be brought in', () => {
  const grown = (touch: string) =>
    simulate({
      kind: 'heap',
      name: 's',
      yaml: `procs: 1\ngogc: -1\nworkloads: [{steady: {live: 0B, alloc: 1GB/s}}]\nduration: 1s\n${touch}`,
      seed: 1,
    }).metrics['alloc.total']!.value
  expect(grown('page-touch: 4096ns') / grown('')).toBeLessThan(0.6)
  expect(complaint(heap.replace('procs: 2', 'procs: 2\npage-touch: 1s'), 'heap')).toMatch(/^s\.yaml:3: .*outside 0 ns to 1000000 ns/)
})

describe('the schema', () => {
  const schema: unknown = JSON.parse(readFileSync(`${checkout}docs/schema/gotriage-scenario-1.schema.json`, 'utf8'))
  const validate = new Ajv2020({allErrors: true, strict: false}).compile(schema as object)
  const folder = `${checkout}examples/scenarios/`

  test('takes every example', () => {
    for (const name of readdirSync(folder).filter(f => f.endsWith('.yaml'))) {
      expect(validate(parse(readFileSync(folder + name, 'utf8'))), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true)
    }
  })

  test('refuses what the reader refuses by its shape', () => {
    for (const bad of [{}, {kind: 'other'}, {...(parse(plain) as object), gomaxproc: 2}, {...(parse(heap) as object), procs: 0}])
      expect(validate(bad)).toBe(false)
  })
})

test('docs/metrics.md lists every figure that any example gives', () => {
  const page = readFileSync(`${checkout}docs/metrics.md`, 'utf8')
  const folder = `${checkout}examples/scenarios/`
  const quantile = /\.(count|mean|p50|p90|p99|p999|max|deviation)$/
  for (const kind of simulateKinds) {
    const file = readdirSync(folder).find(f => readFileSync(folder + f, 'utf8').startsWith(`kind: ${kind}\n`))!
    const {metrics} = simulate({kind, name: file, yaml: readFileSync(folder + file, 'utf8'), seed: 1, seeds: 1})
    for (const name of Object.keys(metrics)) {
      const base = name
        .replace(/^measure\..*$/, 'measure.NAME')
        .replace(/^outcome\..*$/, 'outcome.NAME')
        .replace(quantile, '')
      expect(page.includes(`\`${name}\``) || page.includes(`\`${base}\``) || page.includes(`\`${base}.*\``), `${kind}: ${name}`).toBe(true)
    }
  }
})
