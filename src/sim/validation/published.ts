// Around the rows that were measured: what was predicted, what others published, and what may be behind a row that differs. No such cause was tested.
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

const cut = 'four to ten collections in a run: one more or less is 10 to 25 %, so the runs are too short for this band.'

/** What may put a row outside its band; suppositions, by the beginning of its id. */
const why: readonly (readonly [start: string, reason: string])[] = [
  [
    'w3/p1-hog1',
    'sysmon asks the pair to yield every 10 ms, and the request is lost when it comes while the P switches between the two; how much of a switch that is, is no measured row. The model loses seven of eight, the program about every second.',
  ],
  [
    'w3/p2',
    'with two Ps the second M spins and steals; whether it catches the goroutine depends on a sleep of 3 µs that takes 60 to 100 µs here and less when the machine is not idle.',
  ],
  ['w4/p2', 'the same sleep decides when a second P helps.'],
  [
    'w5',
    'each round is four sleeps of the kernel; how long they last beyond what was asked depends on whether the CPU was idle, and it was not.',
  ],
  ['w6', 'the length of a sleep on a CPU that others use.'],
  ['w7', 'wakes of threads on CPUs that others use.'],
  ['w8', 'the order of the queue behind the loops: a packet that comes while both Ps compute waits for sysmon and then for the queue.'],
  ['w9', 'two thread switches a round trip: the company had both CPUs, so each switch also waited for a CPU.'],
  ['w10', 'the stopper sleeps and must get a CPU back from others before it can go on.'],
  ['w11', 'whether a goroutine has run again 200 µs after the stop: on two CPUs that others use too, fewer have than the model says.'],
  [
    'w12/p99',
    'at GOMAXPROCS=1 the model never throttles and its tail is short; real runs had 40 to 230 ms there, because the process is also charged for sysmon and lost its CPU to others.',
  ],
  ['w12', 'throughput under a quota on CPUs that others use.'],
  [
    'w13/churn-2',
    'two goroutines that spin to keep a rate catch up after each assist; the model has no such loop, so it idles where they spin.',
  ],
  ['pacer/peak-50', 'the real figure is the largest of many collections that vary, and those of the model do not.'],
  ['pacer/cycles-100-100', cut],
  ['pacer/cycles-200-100', cut],
  [
    'pacer/peak-200-100',
    'four to five collections in a run, and the peak is that of the largest: the model peaks at its goal each time, the program ended a cycle early.',
  ],
  [
    'pacer',
    'zeroing 4 KiB blocks and marking share the memory bus: the program allocates more slowly while it marks than the model says, so fewer bytes are black.',
  ],
]

export const reasons = (id: string): string => why.find(([start]) => id.startsWith(start))?.[1] ?? 'not explained.'
