// The workloads that real Go ran (tools/validate/workloads), as the simulator runs them. Nothing here may be chosen after looking at a result:
// programs mirror the Go sources, costs come from the calibrated profile, agreement columns were written down before the first run.
import type {CostProfile} from '../calibration/cost-profile.ts'
import type {Distribution} from '../kernel/distribution.ts'
import type {Step} from '../scheduler/program.ts'
import {kept} from './measured.ts'
import {gStatus} from '../scheduler/world.ts'
import {beginScheduler, runScheduler, type SchedulerRun, type SchedulerScenario} from '../scheduler/run.ts'

/** How close is close enough: the statistic and its band, as a share or as a factor either way. */
export interface Agreement {
  readonly statistic: 'p50' | 'p99' | 'mean'
  readonly within?: number
  readonly factor?: number
}

export interface ValidationCase {
  /** `w3/p1`: the workload and its variant, as the Go program prints them. */
  readonly id: string
  readonly what: string
  /** What was published or predicted before measuring. */
  readonly predicted: string
  readonly agreement: readonly Agreement[]
  /** Values in ns, as the Go program samples them. */
  samples(seed: number): readonly number[]
}

const ms = 1e6
const us = 1e3
const forever = (steps: readonly Step[]): Step => ({do: 'repeat', steps})
const compute = (ns: number): Step => ({do: 'compute', ns})
const measured = (name: string, steps: readonly Step[]): Step => ({do: 'measure', name, steps})
const hog = {name: 'hog', steps: [forever([compute(1e9)])]}

/** What the load of a workload was in the runs that are judged, where the program says so: its length, never what is judged. */
export interface MeasuredLoads {
  /** How long one stretch of the assembly of w10 took, run by run. Unit: ns. */
  readonly assemblyNs?: readonly number[]
}

export function validationCases(profile: CostProfile, goMinor = 26, loads: MeasuredLoads = {}): readonly ValidationCase[] {
  const assemblyNs = loads.assemblyNs ?? [5e6]
  const base = {machine: {cpus: 2}, goMinor, profile, warmupNs: 0} as const
  const run = (scenario: Omit<SchedulerScenario, keyof typeof base> & {warmupNs?: number; goMinor?: number}, seed: number): SchedulerRun =>
    runScheduler({...base, ...scenario}, {seed, eventsMax: 50_000_000, check: false, samplesMax: 4000})
  const named = (name: string, scenario: Parameters<typeof run>[0]) => (seed: number) => {
    const {world, names} = run(scenario, seed)
    return world.measures.namedSamples[names.measures.get(name) ?? -1] ?? []
  }
  /** The mean of all values of a run, not only of those that are kept. */
  const overall = (name: string, scenario: Parameters<typeof run>[0]) => (seed: number) => {
    const {world, names} = run(scenario, seed)
    return world.measures.named[names.measures.get(name) ?? -1]?.mean ?? 0
  }
  const spread = (pick: (r: SchedulerRun) => {rows(): [number, number][]}, scenario: Parameters<typeof run>[0]) => (seed: number) =>
    pick(run(scenario, seed))
      .rows()
      .flatMap(([value, n]) => Array.from({length: Math.min(n, 4000)}, () => value))
  return [
    {
      id: 'w1/slice',
      what: '2 goroutines that compute, GOMAXPROCS=1: how long one runs',
      predicted: '[predict] 10 to 20.3 ms, mode about 20.2 ms',
      agreement: [
        {statistic: 'p50', within: 0.1},
        {statistic: 'p99', within: 0.15},
      ],
      samples: seed => stretches(profile, goMinor, seed),
    },
    {
      id: 'w2/wait',
      what: '8 goroutines that compute, GOMAXPROCS=2: how long one waits',
      predicted: '[predict] about 60 ms',
      agreement: [{statistic: 'p50', within: 0.1}],
      samples: spread(r => r.world.measures.latencyNs, {
        gomaxprocs: 2,
        programs: [hog],
        start: [{program: 'hog', count: 8}],
        durationNs: 8e9,
        warmupNs: 1e9,
      }),
    },
    ...(
      [
        ['p1', 1, 0, 0.2],
        ['p2', 2, 0, 0.4],
        ['p1-hog1', 1, 1, 0.4],
        ['p2-hog1', 2, 1, 0.4],
      ] as const
    ).map(([variant, procs, hogs, within]): ValidationCase => ({
      id: `w3/${variant}`,
      what: `channel round trip, GOMAXPROCS=${procs}${hogs > 0 ? ', beside a goroutine that computes' : ''}`,
      predicted: hogs > 0 ? '2 x 394 to 585 ns' : '2 x 109 ns on the machine of the commit',
      agreement: [{statistic: 'mean', within}],
      samples: seed => [overall('trip', {...roundTrip(procs, hogs, false), durationNs: hogs > 0 ? 0.4e9 : 0.02e9})(seed)],
    })),
    ...[1, 2].flatMap(procs =>
      [0, 1, 2, 5, 10, 20, 50, 100].map((delay): ValidationCase => ({
        id: `w4/p${procs}-${delay}us`,
        what: `two goroutines that compute ${delay} µs and wake each other, GOMAXPROCS=${procs}: an iteration`,
        predicted: procs === 1 ? 'slope 4, serialised' : 'bends between 50 and 100 µs; further right where usleep(3) is long [predict]',
        agreement: [{statistic: 'mean', within: procs === 1 ? 0.05 : 0.25}],
        samples: seed => [mean(named('iteration', wakeup(procs, delay * us, compute, 0.3e9))(seed))],
      })),
    ),
    ...[0, 1, 2, 5, 10, 20, 50, 100].map((delay): ValidationCase => ({
      id: `w5/p2-${delay}us`,
      what: `the same with nanosleep(${delay} µs), GOMAXPROCS=2`,
      predicted: '118 to 137 µs at 0 µs, 325 µs at 100 µs on 8 and 16 Ps',
      agreement: [{statistic: 'mean', within: 0.25}],
      samples: seed => [
        mean(
          named(
            'iteration',
            wakeup(2, delay * us, ns => ({do: 'syscall', ns, mode: 'nanosleep'}), 1e9),
          )(seed),
        ),
      ],
    })),
    {
      id: 'w6/sleep-50us',
      what: 'time.Sleep(50 µs) in an idle process',
      predicted: '1.00 to 1.03 ms; about 1.08 to 1.1 ms here',
      agreement: [{statistic: 'p50', within: 0.05}],
      samples: named('sleep', {
        gomaxprocs: 2,
        programs: [{name: 'sleeper', steps: [forever([measured('sleep', [{do: 'sleep', ns: 50 * us}])])]}],
        start: [{program: 'sleeper', count: 1}],
        durationNs: 2e9,
      }),
    },
    ...[0, 2].map((hogs): ValidationCase => ({
      id: `w7/late-hogs${hogs}`,
      what: `8 goroutines that sleep 5 ms and compute 300 µs, GOMAXPROCS=2${hogs > 0 ? ', beside two that compute' : ''}: how late they wake`,
      predicted: 'tenths of a millisecond without, up to a slice with busy Ps',
      agreement: [
        {statistic: 'p50', within: 0.3},
        {statistic: 'p99', factor: 2},
      ],
      samples: seed =>
        named('sleep', {
          gomaxprocs: 2,
          programs: [hog, {name: 'ticker', steps: [forever([measured('sleep', [{do: 'sleep', ns: 5 * ms}]), compute(300 * us)])]}],
          start: [...(hogs > 0 ? [{program: 'hog', count: hogs}] : []), {program: 'ticker', count: 8}],
          durationNs: 3e9,
          warmupNs: 0.75e9,
        })(seed).map(ns => ns - 5 * ms),
    })),
    {
      id: 'w8/echo-hogs4',
      what: 'TCP round trip on loopback beside 4 goroutines that compute, GOMAXPROCS=2',
      predicted: 'about 10 ms each way',
      agreement: [{statistic: 'p50', within: 0.25}],
      samples: named('echo', {
        gomaxprocs: 2,
        sockets: {client: 5 * us, server: 5 * us},
        programs: [
          hog,
          {
            name: 'client',
            steps: [
              forever([
                measured('echo', [
                  {do: 'write', socket: 'server'},
                  {do: 'read', socket: 'client'},
                ]),
              ]),
            ],
          },
          {
            name: 'server',
            steps: [
              forever([
                {do: 'read', socket: 'server'},
                {do: 'write', socket: 'client'},
              ]),
            ],
          },
        ],
        start: [
          {program: 'hog', count: 4},
          {program: 'client', count: 1},
          {program: 'server', count: 1},
        ],
        durationNs: 10e9,
        warmupNs: 1.25e9,
      }),
    },
    ...[1, 2].map((procs): ValidationCase => ({
      id: `w9/p${procs}-locked`,
      what: `channel round trip between goroutines locked to their threads, GOMAXPROCS=${procs}`,
      predicted: '[predict] 2 x 10 to 60 µs; locked/unlocked above 10',
      agreement: [{statistic: 'p50', within: 0.5}],
      samples: seed => batches(named('trip', roundTrip(procs, 0, true))(seed), 50),
    })),
    {
      id: 'w10/preemptible',
      what: 'runtime.ReadMemStats beside a goroutine that computes, GOMAXPROCS=2',
      predicted: 'tens of µs',
      agreement: [
        {statistic: 'p50', within: 0.5},
        {statistic: 'p99', factor: 3},
      ],
      samples: named('stop', stops(hog)),
    },
    {
      id: 'w10/assembly-5ms',
      what: `the same beside stretches of assembly without safepoints, of ${(mean(assemblyNs) / 1e6).toFixed(2)} ms by the run's own clock`,
      predicted: 'about what is left of it',
      // The runs differ in the length of a stretch, so the median of all falls between them.
      agreement: [{statistic: 'mean', within: 0.05}],
      samples: seed =>
        // A hundred values of each run, as they are kept of the program's.
        kept(
          named(
            'stop',
            stops({
              name: 'hog',
              steps: [forever([{do: 'compute', ns: assemblyNs[(seed - 1) % assemblyNs.length]!, preemptible: false}])],
            }),
          )(seed),
        ),
    },
  ]

  function roundTrip(procs: number, hogs: number, lock: boolean): Parameters<typeof run>[0] {
    const locked: Step[] = lock ? [{do: 'lock-thread'}] : []
    return {
      gomaxprocs: procs,
      programs: [
        hog,
        {
          name: 'a',
          steps: [
            ...locked,
            forever([
              measured('trip', [
                {do: 'send', channel: 'ping'},
                {do: 'receive', channel: 'pong'},
              ]),
            ]),
          ],
        },
        {
          name: 'b',
          steps: [
            ...locked,
            forever([
              {do: 'receive', channel: 'ping'},
              {do: 'send', channel: 'pong'},
            ]),
          ],
        },
      ],
      start: [...(hogs > 0 ? [{program: 'hog', count: hogs}] : []), {program: 'a', count: 1}, {program: 'b', count: 1}],
      durationNs: lock ? 0.3e9 : 0.01e9 + hogs * 0.05e9,
    }
  }

  function wakeup(procs: number, delayNs: number, spin: (ns: number) => Step, durationNs: number): Parameters<typeof run>[0] {
    const lead = delayNs + 5 * us
    return {
      gomaxprocs: procs,
      programs: [
        {
          name: 'a',
          steps: [
            forever([measured('iteration', [spin(lead), {do: 'send', channel: 'ping'}, spin(delayNs), {do: 'receive', channel: 'pong'}])]),
          ],
        },
        {name: 'b', steps: [forever([spin(delayNs), {do: 'receive', channel: 'ping'}, spin(lead), {do: 'send', channel: 'pong'}])]},
      ],
      start: [
        {program: 'a', count: 1},
        {program: 'b', count: 1},
      ],
      durationNs,
    }
  }

  function stops(load: {name: string; steps: readonly Step[]}): Parameters<typeof run>[0] {
    return {
      gomaxprocs: 2,
      programs: [load, {name: 'stopper', steps: [forever([{do: 'sleep', ns: ms}, measured('stop', [{do: 'stop-the-world'}])])]}],
      start: [
        {program: 'hog', count: 1},
        {program: 'stopper', count: 1},
      ],
      durationNs: 2e9,
    }
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length)

/**
 * How long one of two goroutines computes until another does for 5 ms and more, as the program's clock sees it (w1): one that is taken from the
 * global queue again at once, on every 61st tick, has not been away.
 */
function stretches(profile: CostProfile, goMinor: number, seed: number): readonly number[] {
  const run = beginScheduler(
    {
      machine: {cpus: 2},
      goMinor,
      gomaxprocs: 1,
      profile,
      // As in the Go program, whose main starts both: which of the two waits in the global queue on the 61st tick depends on it.
      programs: [
        hog,
        {
          name: 'main',
          steps: [
            {do: 'add', group: 'ended', count: 1},
            {do: 'go', program: 'hog', count: 2},
            {do: 'wait', group: 'ended'},
          ],
        },
      ],
      start: [{program: 'main', count: 1}],
      durationNs: 10e9,
      warmupNs: 0,
    },
    {seed, eventsMax: 50_000_000, check: false},
  )
  const {world} = run
  const out: number[] = []
  let current = -1
  let startNs = 0
  while (run.next()) {
    const g = world.allp[0]!.m?.curg
    if (g === undefined || g.status !== gStatus.running || g.id === current || g.program.name !== 'hog') continue
    if (startNs > 1e9) out.push(world.nowNs - startNs)
    current = g.id
    startNs = world.nowNs
  }
  return out
}

/** Means of so many values in a row, as the Go program takes the time of a batch. */
function batches(values: readonly number[], n: number): number[] {
  const out: number[] = []
  for (let i = 0; i + n <= values.length; i += n) out.push(mean(values.slice(i, i + n)))
  return out.length > 0 ? out : values.length > 0 ? [mean(values)] : []
}

/**
 * Share of goroutines whose thread 200 µs after a stop of the world is another than before it (w11): three that compute, four Ps, two CPUs.
 * One that has not run again by then counts as not moved, as in the Go program, which reads the thread each of them noted last.
 */
export function movedByStops(profile: CostProfile, goMinor: number, seed: number): number {
  const run = beginScheduler(
    {
      machine: {cpus: 2},
      goMinor,
      gomaxprocs: 4,
      profile,
      programs: [hog, {name: 'stopper', steps: [forever([{do: 'sleep', ns: 2 * ms}, {do: 'stop-the-world'}, compute(200 * us)])]}],
      start: [
        {program: 'hog', count: 3},
        {program: 'stopper', count: 1},
      ],
      durationNs: 4e9,
      warmupNs: 0,
    },
    {seed, eventsMax: 20_000_000, check: false},
  )
  const {world} = run
  let before: readonly number[] | undefined
  let lookAtNs = Infinity
  let [seen, moved] = [0, 0]
  const threads = () => world.allg.filter(g => g.role === 'user' && g.program.name === 'hog').map(g => g.lastM)
  while (run.next()) {
    if (world.stop !== undefined) {
      before ??= threads()
      lookAtNs = Infinity
    } else if (before !== undefined && lookAtNs === Infinity) lookAtNs = world.nowNs + 200 * us
    if (world.nowNs < lookAtNs || before === undefined) continue
    const after = threads()
    for (const [i, thread] of before.entries()) {
      seen++
      if (after[i] !== thread) moved++
    }
    before = undefined
    lookAtNs = Infinity
  }
  return seen === 0 ? 0 : moved / seen
}

export interface QuotaPoint {
  readonly procs: number
  readonly perS: number
  readonly p50Ns: number
  readonly p99Ns: number
}

/** w12 at the size of this machine: 32 clients that think 1 ms and compute, a quota of one CPU. */
export function quotaCurve(profile: CostProfile, workNs: (procs: number) => Distribution, seed: number): readonly QuotaPoint[] {
  return [1, 2, 4, 8].map(procs => {
    const durationNs = 5e9
    const {world, names} = runScheduler(
      {
        machine: {cpus: 2, quotaCpus: 1},
        goMinor: 26,
        gomaxprocs: procs,
        profile,
        programs: [
          {
            name: 'client',
            steps: [
              forever([
                measured('cycle', [
                  {do: 'sleep', ns: ms},
                  {do: 'compute', ns: workNs(procs), preemptible: false},
                ]),
              ]),
            ],
          },
        ],
        start: [{program: 'client', count: 32}],
        durationNs,
        warmupNs: 0,
      },
      {seed, eventsMax: 20_000_000, check: false},
    )
    const h = world.measures.named[names.measures.get('cycle') ?? -1]
    const at = (p: number) => (h === undefined ? 0 : h.quantile(p) - ms)
    return {procs, perS: (h?.count ?? 0) / (durationNs / 1e9), p50Ns: at(0.5), p99Ns: at(0.99)}
  })
}

/** 4096 bytes with pointers and their header of 8 take a slot of the next size class. Source: src/internal/runtime/gc/sizeclasses.go; malloc.go, `mallocHeaderSize`. */
const blockBytes = 4864

/** The blocks of one goroutine that keeps its share of 100 MB/s, as `churn` in heap.go does. */
function churn(profile: CostProfile, workers: number, seconds: number): Step {
  const everyNs = (4096 / (100e6 / workers)) * 1e9
  return {
    do: 'repeat',
    times: Math.round((seconds * 1e9) / everyNs),
    steps: [{do: 'pace', everyNs}, compute(blockBytes / profile.rows.allocBytesPerNs), {do: 'allocate', bytes: blockBytes}],
  }
}

/**
 * w13: who marked, as shares of the mark CPU. The program's own course: half a second each of one and of two goroutines that allocate, dropped;
 * then, for two of them, `seconds` of one; then what is judged, between two collections that are asked for.
 */
export function markShares(
  profile: CostProfile,
  workers: number,
  seconds: number,
  seed: number,
): {readonly background: number; readonly assist: number; readonly idle: number} {
  const phase = (n: number, name: string): Step[] => [
    {do: 'collect'},
    {do: 'measure', name, steps: []},
    {do: 'add', group: name, count: n},
    {do: 'go', program: name, count: n},
    {do: 'wait', group: name},
    {do: 'collect'},
  ]
  const phases = [[1, 0.5], [2, 0.5], ...(workers === 2 ? [[1, 1]] : []), [workers, seconds]].map(([n, s], i) => ({
    n: n!,
    s: s!,
    name: `phase ${i}`,
  }))
  const run = beginScheduler(
    {
      machine: {cpus: 2},
      goMinor: 26,
      gomaxprocs: 2,
      profile,
      programs: [
        ...phases.map(({n, s, name}) => ({name, steps: [churn(profile, n, s), {do: 'done', group: name} as const]})),
        {name: 'main', steps: phases.flatMap(({n, name}) => phase(n, name))},
      ],
      start: [{program: 'main', count: 1}],
      collector: {gogc: 100, liveBytes: 64 << 20, stackBytes: 4096, globalsBytes: 163_530, scanShare: 0.88},
      durationNs: (seconds + 4) * 1e9,
      warmupNs: 0,
    },
    {seed, eventsMax: 20_000_000, check: false},
  )
  const {world, names} = run
  const last = names.measures.get(phases.at(-1)!.name)!
  const now = () => {
    const {dedicatedNs, fractionalNs, assistNs, idleNs} = world.collector!
    return {background: dedicatedNs + fractionalNs, assist: assistNs, idle: idleNs}
  }
  let before: ReturnType<typeof now> | undefined
  while (run.next() && world.measures.finished < phases.reduce((sum, p) => sum + p.n, 1))
    if (before === undefined && (world.measures.named[last]?.count ?? 0) > 0) before = now()
  const {background, assist, idle} = before ?? {background: 0, assist: 0, idle: 0}
  const c = now()
  const all = Math.max(1, c.background - background + c.assist - assist + c.idle - idle)
  return {background: (c.background - background) / all, assist: (c.assist - assist) / all, idle: (c.idle - idle) / all}
}
