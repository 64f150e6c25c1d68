// The end states are those of src/runtime/mgcpacer_test.go (Steady, HeavyStepAlloc, MaintainMemoryLimit …) as the formulas give them, and SEEDS' closed forms.
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {GcCpuLimiter, Pacer} from './pacer.ts'
import {runHeap, type HeapScenario} from './heap.ts'

describe('the pacer', () => {
  test('starts with 4 MiB for a hundred percent, in proportion for less and more', () => {
    expect(new Pacer(100).goal()).toBe(4 << 20)
    expect(new Pacer(10).goal()).toBe(Math.trunc(((4 << 20) * 10) / 100))
    expect(new Pacer(200).goal()).toBe(8 << 20)
    expect(new Pacer(-1).goal()).toBe(Infinity)
  })

  test('counts stacks and globals in the goal', () => {
    const pacer = new Pacer(50)
    pacer.heapMarked = 100e6
    pacer.lastStackScan = 3e6
    pacer.globalsScan = 1e6
    pacer.commit(true)
    expect(pacer.goal()).toBe(100e6 + 52e6)
  })

  test('keeps the trigger between 0.7 and 0.95 of the way to the goal, whatever the history', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 5e6, max: 2e9}),
        fc.integer({min: 5, max: 800}),
        fc.double({min: 0, max: 50, noNaN: true}),
        (marked, gogc, consMark) => {
          const pacer = new Pacer(gogc)
          pacer.heapMarked = marked
          pacer.lastHeapScan = marked
          pacer.consMark = consMark
          pacer.commit(true)
          const [goal, trigger] = [pacer.goal(), pacer.trigger()]
          const way = goal - marked
          expect(trigger).toBeGreaterThanOrEqual(marked + Math.trunc(way / 64) * 45)
          expect(trigger).toBeLessThanOrEqual(Math.max(marked + Math.trunc(way / 64) * 61, goal - (4 << 20)))
        },
      ),
    )
  })

  test('holds a memory limit with 3 % of headroom', () => {
    const pacer = new Pacer(100, 512 << 20)
    pacer.heapMarked = 400 << 20
    pacer.mapped = {mappedReadyBytes: 400 << 20, heapFreeBytes: 0, heapAllocBytes: 400 << 20}
    pacer.commit(true)
    expect(pacer.limited).toBe(true)
    expect(pacer.goal() / 2 ** 20).toBeCloseTo(496.64, 1) // MaintainMemoryLimit of mgcpacer_test.go
  })
})

test('the limiter lets the collector have half of the CPU once a CPU-second a P is used up', () => {
  const limiter = new GcCpuLimiter(2)
  for (let i = 0; i < 30; i++) limiter.accumulate(0.1e9, 0.15e9)
  expect(limiter.limiting).toBe(false)
  for (let i = 0; i < 30; i++) limiter.accumulate(0.1e9, 0.15e9)
  expect(limiter.limiting).toBe(true)
  limiter.accumulate(1e9, 0)
  expect(limiter.limiting).toBe(false)
})

test('what was used counts when somebody looks, and only then', () => {
  const limiter = new GcCpuLimiter(2)
  limiter.pool(0, 1.5e9)
  limiter.look()
  limiter.pool(0, 0.6e9)
  expect([limiter.headroomNs < 0, limiter.limiting]).toEqual([true, false])
  limiter.look()
  expect(limiter.limiting).toBe(true)
  limiter.pool(5e9, 0)
  expect(limiter.limiting).toBe(true)
  limiter.look()
  expect(limiter.limiting).toBe(false)
})

const scenario = (over: Partial<HeapScenario> & {readonly live: number; readonly alloc: number}): HeapScenario => ({
  procs: 4,
  gogc: 100,
  globalsBytes: 0,
  scanShare: 1,
  markBytesPerS: 2 ** 30,
  mutatorCpus: 1,
  workloads: [{kind: 'steady', liveBytes: over.live, allocBytesPerS: over.alloc}],
  nonHeapBytes: 0,
  overheadShare: 0,
  durationS: 200,
  tickS: 1,
  ...over,
})

describe('the heap', () => {
  test('collects as often as allocation over (live x GOGC) says, when it allocates slowly', () => {
    for (const gogc of [25, 50, 100, 200]) {
      const run = runHeap(scenario({live: 100e6, alloc: 10e6, gogc, durationS: 2000}))
      const bytes = run.cycles.slice(1).map((c, i) => c.peakBytes - run.cycles[i]!.markedBytes)
      const each = bytes.slice(5).reduce((a, b) => a + b, 0) / bytes.slice(5).length
      expect(Math.abs(each / (100e6 * (gogc / 100)) - 1), `GOGC=${gogc}: ${each}`).toBeLessThan(0.05)
    }
  })

  test('marks what is live and what was allocated meanwhile, and peaks near the goal', () => {
    const run = runHeap(scenario({live: 64 << 20, alloc: 100e6}))
    for (const c of run.cycles.slice(5)) {
      expect(c.markedBytes).toBeGreaterThanOrEqual(64 << 20)
      expect(c.peakBytes).toBeLessThanOrEqual(c.goalBytes * 1.01)
      expect(c.markedBytes).toBeCloseTo((64 << 20) + c.peakBytes - c.triggerBytes, -2)
    }
  })

  test('has a smaller heap and more collections with a smaller GOGC, never the reverse', () => {
    const runs = [10, 50, 100, 400].map(gogc => runHeap(scenario({live: 50e6, alloc: 200e6, gogc, durationS: 60})))
    for (const [i, run] of runs.entries()) {
      if (i === 0) continue
      expect(run.cycles.length).toBeLessThan(runs[i - 1]!.cycles.length)
      expect(run.heapPeakBytes).toBeGreaterThan(runs[i - 1]!.heapPeakBytes)
    }
  })

  test('a leak meets the OOM line when live x (1 + GOGC/100) does, and later with a smaller GOGC', () => {
    const at = (gogc: number) =>
      runHeap(
        scenario({
          live: 100e6,
          alloc: 10e6,
          gogc,
          oomBytes: 2e9,
          durationS: 1e5,
          workloads: [
            {kind: 'steady', liveBytes: 100e6, allocBytesPerS: 10e6},
            {kind: 'leak', bytesPerS: 1e6},
          ],
        }),
      ).oomAtS!
    const expected = (2e9 / 2 - 100e6) / 1e6 // live at which the goal is 2 GB under GOGC=100
    expect(Math.abs(at(100) / expected - 1)).toBeLessThan(0.15) // to one period of 90 s
    expect(at(25)).toBeGreaterThan(at(100))
  })

  test('forces a collection after two minutes without one', () => {
    const run = runHeap(scenario({live: 100e6, alloc: 1000, warm: true, durationS: 600}))
    expect(run.cycles.map(c => Math.round(c.atS))).toEqual([120, 240, 360, 480])
  })

  test('of an allocator that nothing throttles runs over its goals once the limiter is full, and not before', () => {
    const run = runHeap(
      scenario({live: 48 << 20, alloc: 3e9, procs: 2, mutatorCpus: 1, gogc: 50, warm: true, durationS: 30, markBytesPerS: 0.7e9}),
    )
    const over = (from: number, until: number) =>
      Math.max(...run.cycles.filter(c => c.atS >= from && c.atS < until).map(c => c.peakBytes / c.goalBytes))
    expect(over(0.5, 1.5)).toBeLessThan(1.05)
    expect(over(20, 30)).toBeGreaterThan(1.2)
    // Between two looks assists are left out; the bucket fills again in a fraction of that.
    expect(run.limitingS / 30).toBeGreaterThan(0.3)
  })

  test('memory that has to be brought in slows a program that has no CPU to spare, and no other', () => {
    // 1 µs a byte-thousand of its own, as much again for the pages: half the rate.
    const grown = (more: Partial<HeapScenario>) =>
      runHeap(scenario({live: 0, alloc: 1e9, gogc: -1, procs: 2, mutatorCpus: 1, durationS: 1, ...more})).totalAllocBytes
    expect(grown({})).toBeCloseTo(1e9, -3)
    expect(grown({pageTouchNs: 4096})).toBeCloseTo(0.5e9, -3)
    expect(grown({pageTouchNs: 4096, overheadShare: 1})).toBeCloseTo(1e9 / 3, -3)
    expect(grown({pageTouchNs: 1024, neededCpus: 0.2})).toBeCloseTo(1e9, -3)
  })

  test('memory the process has already costs nothing, so a heap that stays as large collects as often', () => {
    const steady = {live: 48 << 20, alloc: 100e6, procs: 2, mutatorCpus: 1, neededCpus: 0.1, warm: true, durationS: 30}
    const cycles = (pageTouchNs: number) => runHeap(scenario({...steady, pageTouchNs})).cycles
    expect(cycles(10_000).length).toBe(cycles(0).length)
  })

  test('an allocator that nothing throttles needs more cycles to grow when its memory has to be brought in, and grows as large', () => {
    const of = (pageTouchNs: number) =>
      runHeap(
        scenario({
          live: 48 << 20,
          alloc: 3e9,
          gogc: 200,
          procs: 2,
          mutatorCpus: 1,
          warm: true,
          durationS: 20,
          markBytesPerS: 0.7e9,
          pageTouchNs,
        }),
      ).cycles.map(c => c.peakBytes)
    const until = (peaks: readonly number[]) => peaks.findIndex(bytes => bytes > 0.95 * Math.max(...peaks))
    const [had, fresh] = [of(0), of(10_000)]
    expect(until(fresh)).toBeGreaterThan(2 * until(had))
    expect(Math.max(...fresh) / Math.max(...had)).toBeGreaterThan(0.9)
  })

  test('the scavenger leaves a tenth more than the next goal is expected to need, and nothing is given back before the first collection', () => {
    const run = runHeap(
      scenario({
        live: 0,
        alloc: 0,
        procs: 2,
        durationS: 100,
        tickS: 0.1,
        workloads: [
          {kind: 'steady', liveBytes: 400e6, allocBytesPerS: 200e6, untilS: 20},
          {kind: 'steady', liveBytes: 20e6, allocBytesPerS: 20e6, fromS: 20},
        ],
      }),
    )
    const last = run.series.at(-1)!
    expect(run.rssPeakBytes).toBeGreaterThan(700e6)
    expect(last.rssBytes / last.goalBytes).toBeGreaterThan(1.05)
    expect(last.rssBytes / last.goalBytes).toBeLessThan(1.15)
  })

  test('marks at a speed that is drawn for each cycle, the same for the same seed', () => {
    const of = (seed: number) =>
      runHeap(scenario({live: 64 << 20, alloc: 100e6, markSpread: {kind: 'uniform', from: 0.5, to: 1.5}, seed})).cycles.map(c => c.markS)
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
    const steady = runHeap(scenario({live: 64 << 20, alloc: 100e6})).cycles.map(c => c.markS)
    expect(Math.max(...of(1))).toBeGreaterThan(1.2 * Math.max(...steady.slice(5)))
  })

  test('under a memory limit near the live heap spends its time collecting before it grows', () => {
    const free = runHeap(scenario({live: 480e6, alloc: 100e6, durationS: 30}))
    const held = runHeap(scenario({live: 480e6, alloc: 100e6, durationS: 30, memoryLimitBytes: 512e6}))
    expect(held.gcCpuS).toBeGreaterThan(5 * free.gcCpuS)
    expect(held.heapPeakBytes).toBeLessThan(free.heapPeakBytes)
  })
})

// Two Ps, 64 MiB live, 1 MiB of stacks, 1 GiB/s of marking a CPU, 8 and 200 KiB allocated a CPU-millisecond: end states of a model of the
// formulas alone that also met the assertions of mgcpacer_test.go. In MiB: marked, trigger, goal; then the collector's share of the CPUs.
test.each([
  [8, 10, 65.5, 70.7, 72.2, 0.25],
  [8, 25, 65.5, 80.7, 82.2, 0.25],
  [8, 50, 65.5, 97.3, 98.8, 0.25],
  [8, 100, 65.5, 129, 132.1, 0.25],
  [8, 150, 65.5, 161.5, 165.5, 0.25],
  [8, 200, 65.5, 194.8, 198.8, 0.25],
  [200, 25, 69.2, 81.6, 86.8, 0.71],
  [200, 50, 75.3, 102.2, 113.6, 0.53],
  [200, 100, 91.5, 156.6, 184.1, 0.32],
  [200, 150, 102.1, 218.9, 257, 0.25],
  [200, 200, 102.1, 270.5, 308.6, 0.25],
])(
  'at %i KiB a CPU-millisecond and GOGC=%i the heap ends in the state the formulas give, to 2 %%',
  (perMs, gogc, marked, trigger, goal, utilization) => {
    const run = runHeap(
      scenario({
        live: 0,
        alloc: 0,
        procs: 2,
        mutatorCpus: 2,
        gogc,
        warm: true,
        durationS: 60,
        workloads: [{kind: 'steady', liveBytes: 64 << 20, allocBytesPerS: perMs * 1024 * 2000, stackBytes: 1 << 20}],
      }),
    )
    const last = run.cycles.at(-1)!
    expect(run.limitingS).toBe(0)
    for (const [bytes, mib] of [
      [last.markedBytes, marked],
      [last.triggerBytes, trigger],
      [last.goalBytes, goal],
    ] as const)
      expect(Math.abs(bytes / 2 ** 20 / mib - 1)).toBeLessThan(0.02)
    expect(last.utilization).toBeCloseTo(utilization, 1)
  },
)
