import {describe, expect, test} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {causeOf, HeldSlices, heldNs, Longest} from './attribution.ts'
import {ExactHistogram} from './exact-histogram.ts'
import {ProcClock, procUser} from './proc-clock.ts'
import {traceReport} from './report.ts'
import {batch, binaryTrace} from './testing/text-trace.ts'

const nothing = {stwNs: 0, allProcsBusyNs: 0, gcAllProcsBusyNs: 0, burst: 1, samples: 0, lockSamples: 0}
const wait = 1_000_000

describe('a long wait is attributed to', () => {
  test.each([
    ['the stop that covers half of it', {...nothing, stwNs: 500_000, allProcsBusyNs: 500_000}, 0, 'stop-the-world'],
    ['GC, when that marked while no P was idle', {...nothing, allProcsBusyNs: wait, gcAllProcsBusyNs: 600_000}, 0, 'gc-mark'],
    ['the goroutine that held a P all the time', {...nothing, allProcsBusyNs: wait, gcAllProcsBusyNs: wait}, wait, 'proc-held'],
    ['saturation, when no P was idle and nothing else is known', {...nothing, allProcsBusyNs: wait}, 0, 'saturation'],
    ['a wake-up storm, when many became runnable before it', {...nothing, allProcsBusyNs: wait, burst: 40}, 0, 'wake-up-storm'],
    ['a wake-up storm also while a P was idle', {...nothing, burst: 40}, 0, 'wake-up-storm'],
    ['waking a thread, when a P was idle', {...nothing, allProcsBusyNs: 400_000}, 0, 'wake-up'],
    [
      'runtime locks, when half of three CPU samples stand there',
      {...nothing, allProcsBusyNs: wait, samples: 3, lockSamples: 2},
      0,
      'runtime-lock',
    ],
    ['not to runtime locks for one sample', {...nothing, allProcsBusyNs: wait, samples: 1, lockSamples: 1}, 0, 'saturation'],
  ] as const)('%s', (_, overlap, heldOverlapNs, cause) => {
    expect(causeOf(wait, overlap, heldOverlapNs, 4)).toBe(cause)
  })
})

test('a P held too long counts while it is held and after', () => {
  const held = new HeldSlices()
  const clock = new ProcClock()
  clock.now = 1000
  clock.set(0, procUser)
  expect(held.overlapNs(0, heldNs + 2000, clock, 1), 'still held').toBe(heldNs + 1000)
  held.ended(1000, heldNs + 1000)
  clock.now = heldNs + 1000
  clock.set(0, 0)
  expect(held.overlapNs(2000, 2 * heldNs, clock, 1)).toBe(heldNs - 1000)
})

test('the longest are kept, and that some were not is known', () => {
  const longest = new Longest<number>(3)
  for (const size of [5, 1, 9, 3, 7, 2, 8]) if (longest.wants(size)) longest.add(size, size)
  expect([longest.list(), longest.cut]).toEqual([[9, 8, 7], true])
})

test('entropy of equal shares in four powers of two is two bits, and of one is none', () => {
  const [even, single] = [new ExactHistogram(), new ExactHistogram()]
  for (const ns of [1, 2, 4, 8, 1, 3, 5, 15]) even.add(ns)
  for (const ns of [1024, 1500, 2047]) single.add(ns)
  expect([even.entropyBits(), single.entropyBits()]).toEqual([2, 0])
  for (const ns of [2 ** 31, 2 ** 40 + 1, 5e6]) single.add(ns)
  expect([...single.log2Counts()].flatMap((count, i) => (count > 0 ? [[i, count]] : []))).toEqual([
    [10, 3],
    [22, 1],
    [31, 1],
    [40, 1],
  ])
})

const none = '18446744073709551615'
/** Goroutine 2 becomes runnable at 2 and runs 1 ms later; meanwhile CPU samples stand in the given functions. */
const sampled = (...functions: readonly string[]) =>
  binaryTrace(`Trace Go1.22
${batch(
  1,
  '1',
  1,
  `ProcStatus dt=0 p=0 pstatus=1
GoStatus dt=0 g=1 m=1 gstatus=2
ProcsChange dt=0 procs_value=1 stack=0
GoStatus dt=0 g=2 m=${none} gstatus=4
GoUnblock dt=1 g=2 g_seq=1 stack=0
GoBlock dt=1000000 reason_string=0 stack=0
GoStart dt=1 g=2 g_seq=2`,
)}
${batch(1, none, 1, 'Frequency freq=1000000000')}
${batch(1, none, 1, ['Stacks', ...functions.map((_, i) => `Stack id=${i + 1} nframes=1\npc=${i + 1} func=${i + 1} file=100 line=1`)].join('\n'))}
${batch(1, none, 1, ['Strings', ...functions.map((name, i) => `String id=${i + 1}\ndata="${name}"`), 'String id=100\ndata="x.go"'].join('\n'))}
${batch(1, none, 1, ['CPUSamples', ...functions.map((_, i) => `CPUSample time=${1000 * (i + 1)} m=1 p=0 g=1 stack=${i + 1}`)].join('\n'))}
`)

test('CPU samples in lock2 and unlock2 make a long wait one for a runtime lock; other samples do not', async () => {
  const {report} = await traceReport(memorySource('locks', sampled('runtime.lock2', 'main.f', 'runtime.unlock2')))
  expect(report.waitCauses.map(({cause, count}) => [cause, count])).toEqual([['runtime-lock', 1]])
  expect([report.cpuSamples, report.runtimeLockSamples]).toEqual([3, 2])
  const other = await traceReport(memorySource('others', sampled('main.lock2', 'runtime.lockOSThread', 'runtime.unlock2', 'main.f')))
  expect([other.report.waitCauses[0]?.cause, other.report.runtimeLockSamples]).toEqual(['saturation', 1])
})
