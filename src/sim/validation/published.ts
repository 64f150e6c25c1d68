// Around the rows that were measured: what was predicted, what others published, and why a row differs where it does.
import type {Row} from './judge.ts'

export interface Prediction {
  readonly says: string
  readonly found: string
  readonly verdict: 'confirmed' | 'refuted' | 'not judged'
}

const ms = (ns: number) => `${(ns / 1e6).toPrecision(3)} ms`
const us = (ns: number) => `${(ns / 1e3).toPrecision(3)} µs`

/** Each prediction made before any real run, against the measured figure alone. */
export function predictions(rows: readonly Row[]): readonly Prediction[] {
  const real = (id: string, statistic = 'p50') => rows.find(r => r.id === id && r.compared?.statistic === statistic)?.compared?.real
  const held = (says: string, value: number | undefined, show: (v: number) => string, holds: (v: number) => boolean): Prediction =>
    value === undefined
      ? {says, found: 'not run', verdict: 'not judged'}
      : {says, found: show(value), verdict: holds(value) ? 'confirmed' : 'refuted'}
  const curve = (p: number, delay: number) => real(`w4/p${p}-${delay}us`, 'mean')
  const [p1, p2] = [curve(1, 100), curve(2, 100)]
  return [
    held(
      'a pure CPU loop runs for two looks of sysmon, about 20.2 ms (W1; E-80; section 3.4)',
      real('w1/slice'),
      ms,
      v => v > 19.5e6 && v < 20.9e6,
    ),
    held('eight such loops on two Ps wait about 60 ms (W2)', real('w2/wait'), ms, v => Math.abs(v / 60e6 - 1) < 0.1),
    held('time.Sleep(50 µs) in an idle process takes 1.08 to 1.1 ms here (W6)', real('w6/sleep-50us'), ms, v => v > 1.05e6 && v < 1.15e6),
    held(
      'where usleep(3) takes long, waking beside a spinner helps only above 100 µs of work (W4: the bend moves right)',
      p1 === undefined || p2 === undefined ? undefined : p2 / p1,
      v => `at 100 µs two Ps take ${v.toPrecision(3)} of the time of one`,
      v => v > 0.7,
    ),
    held('a round trip of locked goroutines takes 2 x 10 to 60 µs (W9)', real('w9/p2-locked'), us, v => v >= 20e3 && v <= 120e3),
    held('a stop of the world beside a plain loop takes tens of µs (W10)', real('w10/preemptible'), us, v => v >= 10e3 && v <= 100e3),
    stable(real('w11/threads@1.25', 'mean'), real('w11/threads@1.26', 'mean')),
  ]
}

/** Published as 99.8 % and 1.9 % on a machine with a CPU for each goroutine. */
function stable(before: number | undefined, since: number | undefined): Prediction {
  const says = 'since 1.26 goroutines stay on their threads over a stop of the world (W11)'
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

/** Why a row lies outside its band, as far as known; by the beginning of its id. */
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
  [
    'w9',
    'two thread switches a round trip: the company had both CPUs, so each switch also waited for a CPU. On an otherwise idle machine earlier runs gave 28 to 31 µs.',
  ],
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
