// Around the rows that were measured: what was predicted, what others published, and what is behind a row that differs.
import type {CostProfile} from '../calibration/cost-profile.ts'
import {median} from '../kernel/distribution.ts'
import type {Row} from './judge.ts'
import type {Measurements} from './measured.ts'

export interface Prediction {
  readonly says: string
  readonly found: string
  readonly verdict: 'confirmed' | 'refuted' | 'not judged'
}

const ms = (ns: number) => `${(ns / 1e6).toPrecision(3)} ms`
const us = (ns: number) => `${(ns / 1e3).toPrecision(3)} µs`

/** Each place where SEEDS says [predict], and two figures said beforehand without that word, against what was measured alone. */
export function predictions(rows: readonly Row[], measured: Measurements, profile: CostProfile): readonly Prediction[] {
  const real = (id: string, statistic = 'p50') => rows.find(r => r.id === id && r.compared?.statistic === statistic)?.compared?.real
  const held = (says: string, value: number | undefined, show: (v: number) => string, holds: (v: number) => boolean): Prediction =>
    value === undefined
      ? {says, found: 'not run', verdict: 'not judged'}
      : {says, found: show(value), verdict: holds(value) ? 'confirmed' : 'refuted'}
  const slice = real('w1/slice')
  const twoSleeps = 2 * (10e6 + median(profile.rows.longSleepExtraNs))
  const slices = valuesOf(measured, 'w1/slice')
  return [
    held(
      'E-80: a goroutine that computes yields after about 20 ms, two looks of sysmon in its 10 ms mode',
      slice,
      ms,
      v => Math.abs(v / 20.2e6 - 1) < 0.035,
    ),
    held(
      `section 3.4: that is twice what a sleep of 10 ms really takes, here ${ms(twoSleeps)} by the cost profile`,
      slice,
      v => `${ms(v)}, ${(v / twoSleeps).toPrecision(4)} of it`,
      v => Math.abs(v / twoSleeps - 1) < 0.01,
    ),
    held(
      'W1: slices of 10 to 20.3 ms, most of them 20.2 ms (held when nine of ten are)',
      slices.length === 0 ? undefined : share(slices, v => v >= 10e6 && v <= 20.35e6),
      v => `${(100 * v).toFixed(1)} % of them; the longest of a hundred ${ms(Math.max(...slices))}`,
      v => v >= 0.9 && slice !== undefined && Math.abs(slice / 20.2e6 - 1) < 0.01,
    ),
    held('W2: eight such loops on two Ps wait about 60 ms', real('w2/wait'), ms, v => Math.abs(v / 60e6 - 1) < 0.1),
    bend(delay => [real(`w4/p1-${delay}us`, 'mean'), real(`w4/p2-${delay}us`, 'mean')]),
    ...[1, 2].map(p => {
      const trips = valuesOf(measured, `w9/p${p}-locked`).toSorted((x, y) => x - y)
      const at = (q: number) => trips[Math.floor(q * trips.length)] ?? 0
      return held(
        `W9: a hand-over between locked goroutines takes 10 to 60 µs, depending on placement (GOMAXPROCS=${p})`,
        trips.length === 0 ? undefined : at(0.5) / 2,
        v => `${us(v)}; nine of ten between ${us(at(0.05) / 2)} and ${us(at(0.95) / 2)}, means of 50 round trips`,
        v => v >= 10e3 && v <= 60e3,
      )
    }),
    held(
      'W6, without the word: time.Sleep(50 µs) in an idle process takes 1.08 to 1.1 ms here',
      real('w6/sleep-50us'),
      ms,
      v => v >= 1.075e6 && v < 1.105e6,
    ),
    stable(real('w11/threads@1.25', 'mean'), real('w11/threads@1.26', 'mean')),
  ]
}

const valuesOf = (measured: Measurements, id: string) => measured.cases[id]?.runs.flatMap(r => r.values) ?? []
const share = (values: readonly number[], holds: (v: number) => boolean) => values.filter(holds).length / values.length

/** Published: two Ps are ahead of one from 100 µs on. Where usleep(3) takes long the thief comes later, so the bend moves right. */
function bend(at: (delayUs: number) => readonly [number | undefined, number | undefined]): Prediction {
  const says = 'W4: with a usleep(3) of 74 µs the bend of two Ps, between 50 and 100 µs elsewhere, moves right'
  const ratios = [20, 50, 100].map(delay => {
    const [p1, p2] = at(delay)
    return {delay, ratio: p1 === undefined || p2 === undefined ? Number.NaN : p2 / p1}
  })
  if (ratios.some(r => Number.isNaN(r.ratio))) return {says, found: 'not run', verdict: 'not judged'}
  const found = `two Ps take ${ratios.map(r => `${r.ratio.toPrecision(3)} at ${r.delay} µs`).join(', ')} of the time of one; published for eight Ps: 0.82 at 100 µs`
  return {says, found, verdict: ratios[2]!.ratio > 0.9 ? 'confirmed' : 'refuted'}
}

/** Published as 99.8 % and 1.9 % on a machine with a CPU for each goroutine. */
function stable(before: number | undefined, since: number | undefined): Prediction {
  const says = 'W11, published: since 1.26 goroutines stay on their threads over a stop of the world'
  if (before === undefined || since === undefined) return {says, found: 'not run', verdict: 'not judged'}
  const found = `${(100 * before).toFixed(1)} % moved with 1.25, ${(100 * since).toFixed(1)} % with 1.26; three goroutines share two CPUs here, and one that has not run again counts as not moved`
  return {says, found, verdict: since < 0.05 && before > 5 * since ? 'confirmed' : 'refuted'}
}

export interface Published {
  readonly workload: string
  readonly figures: string
  readonly source: string
}

export const publishedRows: readonly Published[] = [
  {
    workload: 'W3 channel ping-pong',
    figures: '109 ns a hand-over; 394 to 585 ns beside a hog',
    source: 'benchmarks in commits of the Go repository',
  },
  {
    workload: 'W4 wake-ups beside a spinner, 0 to 100 µs',
    figures:
      'P=1: 10.7, 14.6, 18.7, 30.7, 50.7, 90.7, 211, 411 µs; P=8: 15.9, 20.6, 24.2, 32.2, 54.5, 93.0, 216, 343 µs; P=16: 11.4, 15.4, 18.7, 30.7, 48.8, 90.8, 211, 323 µs',
    source: 'commits 1fc585dc2f, 52bd1c4d6c',
  },
  {
    workload: 'W5 the same with nanosleep',
    figures: '0 µs: 118 µs (P=16), 137 µs (P=8); 100 µs: 325 µs',
    source: 'commits 1fc585dc2f, 52bd1c4d6c',
  },
  {
    workload: 'W7 late timers beside busy Ps',
    figures: '17.0 ms before Go 1.15, 0.3 ms after; 255 µs at 300 µs of work on 8 CPUs',
    source: 'golang/go#38860',
  },
  {workload: 'W8 network beside busy Ps', figures: 'about 10 ms', source: 'golang/go#51651'},
  {workload: 'W9 locked ping-pong', figures: '7.9 µs against 0.5 µs', source: 'golang/go#18023'},
  {workload: 'W11 threads kept over a stop', figures: '99.8 % move in 1.25, 1.9 % in 1.26', source: 'commit 4ebf295b0b'},
  {
    workload: 'W12 quota of 2 CPUs, GOMAXPROCS 1, 2, 3, 4, 8, 24',
    figures: 'requests a second 28.9k, 44.7k, 44.2k, 41.1k, 33.1k, 22.2k; p99.9 19.7, 26.4, 30.1, 42.9, 64.3, 76.2 ms',
    source:
      'uber-go/automaxprocs; examples/scenarios/quota-of-two-cpus.yaml swept over them gives 24.8k, 49.7k, 49.2k, 45.9k, 37.2k, 24.2k and 2.5, 1.5, 33, 45, 55, 71 ms: the same order, but no tail where GOMAXPROCS is at most the quota, because nothing else of the process uses CPU there',
  },
  {workload: 'NUMA, TiDB on 2 x 24 cores', figures: 'slower than on one socket with numactl', source: 'golang/go#47831'},
]

/** What is behind a row outside its band, by the beginning of its id; what was run to see it stands beside it. */
const why: readonly (readonly [start: string, reason: string])[] = [
  [
    'w3',
    'the CPUs of this guest have two speeds, and the runs of one workload more of one than of the other: most round trips take 436 ns, some runs have 362 ns throughout; the calibrated rows add up to 458 ns.',
  ],
  [
    'w4/p1',
    'loops that look at the clock end up to one look late, four times a turn. Tested: with a send that wakes at 99 ns, as calibrated, what is missing at 0 µs fell from 0.6 to 0.5 µs.',
  ],
  [
    'w5',
    'each turn is four sleeps in the kernel with two meetings between them. In the program a meeting costs some 60 µs beyond the sleeps up to 20 µs of sleep and 24 µs from 50 µs on, in the model 60 µs throughout: one wake of a thread and what waits behind it. That the program comes to a single wake from 50 µs on is seen in the figures only; its threads were not traced.',
  ],
  [
    'w7',
    'the latest in the program are 2.2 ms late, as if all eight waited for one CPU. The kernel of this guest was started with sched_vcpu_pack=15 and has a function vcpu_pack_room; Linux has neither. By its name, and by these figures, it leaves a thread beside one that computes while the other CPU is idle. Measured with two threads of C: one that slept for 1 ms and is woken by another that goes on computing for 0.1 to 1 ms began on the CPU of its waker in 88 to 99.6 of 100 wakes, 4 to 6 µs later, with the other CPU idle; after 50 µs of sleep in none. The model places threads as Linux does, on the idle CPU.',
  ],
  [
    'w9/p1',
    'four wakes of a sleeping thread a round trip, and the model has each of them on the other, idle CPU, as Linux places them: 47 µs each by the calibration of two threads that wake each other and sleep (futexRelayNs). The program with one CPU to itself (taskset) needs 7.3 µs a round trip, with two 80 to 120 µs: as if about half of the wakes stayed on the CPU of the waker (sched_vcpu_pack, see w7), which was not traced.',
  ],
  [
    'w9/p2',
    'which CPU the operating system gives a woken thread: since a CPU that falls idle leaves a thread where it just ran, as Linux does, the model is near; what this kernel does beyond that (sched_vcpu_pack) is not modelled.',
  ],
  ['w10', 'the stop waits for what is left of the assembly, and the CPU runs it at changing speed.'],
  [
    'w11',
    'whether a goroutine has run again 200 µs after the stop: three of them, woken one after the other, share two CPUs with the one that stopped the world. Over 40 seeds the model has 44.9 ± 0.7 %.',
  ],
  [
    'w12/p99',
    'at GOMAXPROCS=1 a timer puts its goroutine into runnext and so ahead of the queue (proc.go, ready), so five of the 32 clients go round and the others wait for a pause: one or two per cent of the completions are those, of 50 to 350 ms, and the 99th percentile stands on that cliff. How many there are depends on how evenly the work lasts: the model draws each length by itself from four quantiles, in the program it stays the same for long stretches. Tested: work of 200 µs sharp gives the model a p99 of 80 ms, of 203 µs 1.5 ms. At GOMAXPROCS=8, where the quota decides, runs had 62 to 68 ms and the model 55 to 107.',
  ],
  ['w12', 'the speed of the CPU changes by half during a run.'],
  [
    'pacer/peak',
    'a maximum of hundreds of cycles, and one run was quiet enough to count. By the calibration marking takes between 0.7 and 1.3 times as long from one collection to the next, each drawn by itself; a collection at the slow end while the program allocates as fast as it can makes the peak.',
  ],
  [
    'pacer',
    'the program needs more than forty cycles until its heap is as large as it stays (then 338 MB, the model 374), the model eight: in the first ones the program allocates 10 to 40 MB while the collector marks, where the pacer would let it have 40 to 60. It is the memory that it has not touched yet. Tested with another program, which keeps 25 MB in trees and allocates as fast as it can: with all memory locked it is at its size after 8 cycles, without after 35 to 41, and the slow cycles are those that are larger than any before. Blocks of two new pages took 22 to 29 µs in the median, 1.2 µs without a fault, 16 µs of it in the kernel. The model has that now (pageTouchNs), but not the cost: a first touch takes 2 µs where the kernel of this guest still has the page and 13 to 16 µs where the host has to give it, and ten runs on a busy machine, where others give pages back all the time, had 2.0 to 12.4 µs. With the 2.04 µs of the idle machine the rows are at 1.21 and 1.23, with 10 µs at 1.12 and 1.13, with 15 µs at 0.90 and 0.91: what a page cost the program while it was measured is not known.',
  ],
]

export const reasons = (id: string): string => why.find(([start]) => id.startsWith(start))?.[1] ?? 'not explained.'
