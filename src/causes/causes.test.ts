// Each cause on the captures of the program that shows it: it comes first, with its place; and its near miss has none.
import {describe, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {judged} from '../diagnosis/testing/observe.ts'

const beside = `${checkout}fixtures/programs/beside/`
/** A trace, and the host right before and after it. */
const traced = ['cgroup-2.txt', 'cgroup-3.txt', 'host-2.txt', 'host-3.txt', 'status-1.txt', 'trace.out']
const detectors = `${checkout}src/detectors/`
const dumps = `${checkout}src/evidence/dumps/testdata`

interface Case {
  readonly cause: string
  readonly folder: string
  readonly files: readonly string[]
  readonly symbol?: RegExp
  readonly atLeast: number
}

const status = (variant: string) => [`${variant}.metrics.jsonl`, ...['02', '05', '08', '11'].map(n => `${variant}.status-${n}.txt`)]

const cases: readonly Case[] = [
  {
    cause: 'goroutine-leak',
    folder: `${detectors}goroutine-leak/testdata`,
    files: ['goroutine-1.txt', 'goroutine-2.txt'],
    symbol: /^main\.ask/,
    atLeast: 0.7,
  },
  {cause: 'goroutine-leak', folder: `${checkout}fixtures/profiles`, files: ['goroutineleak.pb.gz'], symbol: /^main\.leak/, atLeast: 0.95},
  {
    cause: 'deadlock',
    folder: `${detectors}all-goroutines-wait/testdata`,
    files: ['abba.crash.txt'],
    symbol: /^main\.\(\*branch\)\.deposit$/,
    atLeast: 0.95,
  },
  {
    cause: 'deadlock',
    folder: `${detectors}lock-convoy/testdata`,
    files: ['convoy.goroutine.txt'],
    symbol: /^main\.\(\*ledger\)\.settle$/,
    atLeast: 0.7,
  },
  {
    cause: 'data-race',
    folder: `${detectors}data-race-site/testdata`,
    files: ['counter.race.txt'],
    symbol: /^main\.\(\*counter\)\.hit$/,
    atLeast: 0.95,
  },
  {cause: 'concurrent-map-access', folder: dumps, files: ['crash-mapwrite.go1.26.txt'], symbol: /^main\./, atLeast: 0.95},
  {cause: 'c-memory-leak', folder: `${detectors}c-memory-growth/testdata`, files: status('leak'), atLeast: 0.7},
  {
    cause: 'lock-contention',
    folder: `${detectors}lock-contention/testdata`,
    files: ['mutex.pb.gz', 'block.pb.gz'],
    symbol: /^main\.\(\*account\)\.update$/,
    atLeast: 0.7,
  },
  // A trace alone and short does not tell a slow program from a full host: a suspicion, which the host beside it settles (below).
  {cause: 'scheduler-latency', folder: `${detectors}scheduling-delay/testdata`, files: ['no-preemption.trace'], atLeast: 0.35},
  ...['assembly', 'saturated', 'many-ps', 'c', 'quota'].map(name => ({
    cause: 'scheduler-latency',
    folder: `${beside}${name}`,
    files: traced,
    atLeast: 0.7,
  })),
  {cause: 'host-cpu-shortage', folder: `${beside}beside-others`, files: traced, atLeast: 0.7},
  {
    cause: 'scheduler-latency',
    folder: `${detectors}quota-below-gomaxprocs/testdata`,
    files: ['cgroup.txt', 'sixteen.schedtrace.txt'],
    atLeast: 0.7,
  },
  {
    cause: 'thread-growth',
    folder: `${detectors}threads-grow/testdata`,
    files: ['blocking.schedtrace.txt', 'blocking.goroutine.txt'],
    symbol: /^main\.holdThread$/,
    atLeast: 0.7,
  },
  {cause: 'gc-cpu', folder: `${checkout}src/causes/gc-cpu/testdata`, files: ['thrash.gctrace.txt'], atLeast: 0.5},
]

describe.each(cases)('$cause from $files', ({cause, folder, files, symbol, atLeast}) => {
  test('comes first, with its place, a chain, remedies and a way to verify', async () => {
    const [first] = (await judged(folder, files)).causes
    expect(first?.id).toBe(cause)
    expect(first?.confidence).toBeGreaterThanOrEqual(atLeast)
    if (symbol !== undefined) expect(first?.places[0]?.symbol).toMatch(symbol)
    expect(first?.places.filter(place => place.role === 'primary').length).toBeLessThanOrEqual(1)
    expect(first?.basis.length).toBeGreaterThan(0)
    expect(first?.chain.some(step => step.role === 'shows' && step.findings.length > 0)).toBe(true)
    for (const list of [first?.wrongIf, first?.remedies, first?.verify]) expect(list?.length).toBeGreaterThan(0)
  })
})

test('what keeps goroutines waiting is named once the host is known, and asked for before', async () => {
  const titles = await Promise.all(
    ['assembly', 'saturated', 'many-ps', 'quota'].map(async name => (await judged(beside + name, traced)).causes[0]?.title),
  )
  expect(titles).toEqual([
    'goroutines wait because others hold their Ps and cannot be preempted',
    'goroutines wait because the program keeps all its Ps busy',
    'the program runs more threads than it has CPUs, and they wait for each other',
    'the cgroup stops the process because its CPU quota is smaller than GOMAXPROCS',
  ])
  // The same trace without the host: below one half, and the next step is the capture that tells.
  for (const name of ['assembly', 'beside-others']) {
    const {causes, observations} = await judged(beside + name, ['trace.out', 'status-1.txt'])
    const found = causes.find(one => one.id === 'scheduler-latency')
    if (name === 'beside-others') expect(found?.confidence).toBeLessThan(0.5)
    expect(found?.settle[0]?.capture).toBe('gotriage collect -o evidence --pid PID --seconds 10 --trace 5')
    const delay = observations.find(one => one.id === 'scheduling-delay')
    expect(delay).toMatchObject({severity: 'info', next: expect.stringContaining('gotriage collect -o evidence --pid PID') as unknown})
  }
})

test('a full host lowers what the trace says of the program below one half, and says why', async () => {
  const {causes} = await judged(`${beside}beside-others`, traced)
  const own = causes.find(one => one.id === 'scheduler-latency')
  expect(own?.confidence).toBeLessThan(0.5)
  expect(own?.chain.some(step => step.role === 'contradicts' && /because of the host/.test(step.because))).toBe(true)
})

test('the near misses have no cause above a suspicion', async () => {
  const near: readonly (readonly [string, readonly string[]])[] = [
    ['c-memory-growth/testdata', status('mended')],
    ['threads-grow/testdata', ['sleeping.schedtrace.txt', 'sleeping.goroutine.txt']],
    ['quota-below-gomaxprocs/testdata', ['cgroup.txt', 'two.schedtrace.txt']],
    ['live-heap-slope-change/testdata', ['evicting.gctrace.txt']],
    ['timer-goroutines/testdata', ['workers.goroutine.txt']],
    ['map-iteration-hot/testdata', ['small-map.cpu.pb.gz']],
    ['retained-map-buckets/testdata', ['steady-1.heap.pb.gz', 'steady-2.heap.pb.gz']],
    ['p-imbalance/testdata', ['spreading.schedtrace.txt']],
    ['../../fixtures/programs/beside/alone', traced],
  ]
  for (const [folder, files] of near) {
    const {causes} = await judged(detectors + folder, files)
    expect(
      causes.filter(one => one.confidence >= 0.5),
      folder,
    ).toEqual([])
  }
})

test('threads that run out without a dump are certain, and where they hang is not claimed', async () => {
  const [first] = (await judged(dumps, ['crash-threads.go1.26.txt'])).causes
  expect(first?.id).toBe('thread-growth')
})
