// All rows of the validation: what was measured beside what the simulator says, each with its band, agreed beforehand, and a verdict.
import type {CostProfile} from '../calibration/cost-profile.ts'
import type {Distribution} from '../kernel/distribution.ts'
import {runHeap, type HeapCycle, type HeapRun, type HeapScenario} from '../gc/heap.ts'
import {ascending, bootstrapRuns, ksDistance, overSeeds, quantileOfSorted} from '../kernel/statistics.ts'
import {compare, type Compared} from './compare.ts'
import type {MeasuredCase, MeasuredRun, Measurements} from './measured.ts'
import {pacedCycles, replayPacer, type PacedCycle, type Replay} from './pacer-replay.ts'
import {markShares, movedByStops, quotaCurve, validationCases, type MeasuredLoads} from './workloads.ts'

export interface Row {
  readonly id: string
  readonly what: string
  readonly predicted: string
  readonly unit: 'ns' | 'share' | 'x' | '1/s' | 'B' | 'count'
  /** Undefined when the program was not run here. */
  readonly compared: (Omit<Compared, 'ks'> & {readonly ks?: number}) | undefined
  readonly runs: number
  /** The most CPUs that others used in a run that counts. */
  readonly foreignCpus: number
}

export interface Seeds {
  readonly seeds: number
  /** Only these cases; all when absent. */
  readonly only?: (id: string) => boolean
}

/** Rows of samples: medians, tails, means of times. */
export function sampleRows(profile: CostProfile, measured: Measurements, {seeds, only = () => true}: Seeds): readonly Row[] {
  const releases = [26, 25, 24, 23, 22].map(minor => ({
    suffix: minor === 26 ? '' : `@1.${minor}`,
    cases: validationCases(profile, minor, loadsOf(measured)),
  }))
  return releases.flatMap(({suffix, cases}) =>
    cases
      .map(one => ({...one, id: one.id + suffix}))
      // Older releases ran what shows a change in them; what they did not run is no row.
      .filter(({id}) => only(id) && (suffix === '' || measured.cases[id] !== undefined))
      .flatMap(one => {
        const found = measured.cases[one.id]
        const real = found?.runs.map(r => r.values) ?? []
        const simulated = Array.from({length: seeds}, (_, i) => one.samples(i + 1))
        return one.agreement.map((agreement): Row => ({
          id: one.id,
          what: suffix === '' ? one.what : `${one.what}, Go ${suffix.slice(1)}`,
          predicted: one.predicted,
          unit: 'ns',
          compared: found === undefined ? undefined : compare(agreement, real, simulated),
          runs: real.length,
          foreignCpus: company(found),
        }))
      }),
  )
}

/** The length of the assembly of w10: the program measured it beside the stops. */
function loadsOf(measured: Measurements): MeasuredLoads {
  const assemblyNs = (measured.cases['w10/assembly-5ms']?.runs ?? []).flatMap(r => r.figures?.['span'] ?? [])
  return assemblyNs.length === 0 ? {} : {assemblyNs}
}

const company = (found: MeasuredCase | undefined) => Math.max(0, ...(found?.runs ?? []).map(r => r.foreignCpus))
const median = (values: readonly number[]) => quantileOfSorted(ascending(values), 0.5)
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length)

type Band = {readonly within: number} | {readonly factor: number} | {readonly points: number} | {readonly atLeast: number}

/** One figure a run against one a seed. */
function figureRow(
  head: Pick<Row, 'id' | 'what' | 'predicted' | 'unit'>,
  found: MeasuredCase | undefined,
  real: readonly number[],
  simulated: readonly number[],
  band: Band,
): Row {
  const rest = {...head, runs: real.length, foreignCpus: company(found)}
  if (real.length === 0) return {...rest, compared: undefined}
  const {value, lo95, hi95} = bootstrapRuns(
    real.map(v => [v]),
    sorted => mean([...sorted]),
  )
  const sim = overSeeds(simulated).value
  const half = (k: number) => mean(real.filter((_, i) => i % 2 === k))
  const noise = real.length < 2 ? Number.NaN : 'points' in band ? Math.abs(half(0) - half(1)) : Math.abs(half(0) / half(1) - 1)
  const off = 'points' in band ? Math.abs(sim - value) : Math.abs(sim / value - 1)
  const ratio = sim / value
  const agrees =
    'within' in band
      ? off <= band.within
      : 'factor' in band
        ? ratio <= band.factor && ratio >= 1 / band.factor
        : 'points' in band
          ? off <= band.points
          : sim >= band.atLeast && value >= band.atLeast
  const text =
    'within' in band
      ? `±${Math.round(band.within * 100)} %`
      : 'factor' in band
        ? `factor ${band.factor}`
        : 'points' in band
          ? `±${Math.round(band.points * 100)} points`
          : `both above ${band.atLeast}`
  return {
    ...rest,
    compared: {
      statistic: 'mean',
      real: value,
      realLo: lo95,
      realHi: hi95,
      simulated: sim,
      ratio,
      noise,
      ks: ksDistance(ascending(real), ascending(simulated)),
      band: text,
      verdict: agrees ? 'agrees' : off <= 2 * noise ? 'within noise' : 'differs',
    },
  }
}

const seedList = (n: number) => Array.from({length: n}, (_, i) => i + 1)

/** W9's ratio, W11, W12 and W13. */
export function figureRows(profile: CostProfile, measured: Measurements, {seeds, only = () => true}: Seeds): readonly Row[] {
  const rows: Row[] = []
  const cases = validationCases(profile)
  if (only('w9/ratio')) {
    for (const p of [1, 2]) {
      const [locked, unlocked] = [measured.cases[`w9/p${p}-locked`], measured.cases[`w9/p${p}-unlocked`]]
      const n = Math.min(locked?.runs.length ?? 0, unlocked?.runs.length ?? 0)
      const real = Array.from({length: n}, (_, i) => median(locked!.runs[i]!.values) / median(unlocked!.runs[i]!.values))
      const sims = (id: string) => cases.find(c => c.id === id)!
      const simulated = seedList(seeds).map(seed => median(sims(`w9/p${p}-locked`).samples(seed)) / median(sims(`w3/p${p}`).samples(seed)))
      rows.push(
        figureRow(
          {id: `w9/p${p}-ratio`, what: `locked over unlocked round trip, GOMAXPROCS=${p}`, predicted: 'above 10', unit: 'x'},
          locked,
          real,
          simulated,
          {atLeast: 10},
        ),
      )
    }
  }
  for (const minor of [22, 23, 24, 25, 26]) {
    if (!only(`w11/threads@1.${minor}`)) continue
    const found = measured.cases[minor === 26 ? 'w11/threads' : `w11/threads@1.${minor}`]
    rows.push(
      figureRow(
        {
          id: `w11/threads@1.${minor}`,
          what: `goroutines on another thread after a stop of the world, Go 1.${minor}`,
          predicted: minor === 26 ? '1.9 %' : minor === 25 ? '99.8 %' : 'as 1.25',
          unit: 'share',
        },
        found,
        found?.runs.map(r => r.figures?.['moved'] ?? 0) ?? [],
        seedList(seeds).map(seed => movedByStops(profile, minor, seed)),
        {points: 0.05},
      ),
    )
  }
  if (only('w12')) rows.push(...quotaRows(profile, measured, seeds))
  if (only('w13')) rows.push(...markRows(profile, measured, seeds))
  return rows
}

function quotaRows(profile: CostProfile, measured: Measurements, seeds: number): readonly Row[] {
  const procs = [1, 2, 4, 8]
  const found = procs.map(p => measured.cases[`w12/procs${p}`])
  const workOf = (seed: number) => (p: number) => {
    const runs = found[procs.indexOf(p)]?.runs ?? []
    return workOfRun(runs[(seed - 1) % Math.max(1, runs.length)]?.figures ?? {})
  }
  const curves = seedList(seeds).map(seed => quotaCurve(profile, workOf(seed), seed))
  const p99 = (values: readonly number[]) => quantileOfSorted(ascending(values), 0.99)
  const rows = procs.map((p, i) =>
    figureRow(
      {
        id: `w12/procs${p}`,
        what: `completions a second of 32 clients under a quota of 1 CPU, GOMAXPROCS=${p}`,
        predicted: 'same ordering; the peak is where GOMAXPROCS is the quota',
        unit: '1/s',
      },
      found[i],
      found[i]?.runs.map(r => r.figures?.['perS'] ?? 0) ?? [],
      curves.map(c => c[i]!.perS),
      {within: 0.15},
    ),
  )
  const n = Math.min(...found.map(f => f?.runs.length ?? 0))
  rows.push(
    figureRow(
      {
        id: 'w12/p99-ratio',
        what: 'p99 at GOMAXPROCS=8 over p99 at 1',
        predicted: '2.9 for 24 to 2 at p99.9 on the machine of the table',
        unit: 'x',
      },
      found[0],
      Array.from({length: n}, (_, i) => p99(found[3]!.runs[i]!.values) / p99(found[0]!.runs[i]!.values)),
      curves.map(c => c[3]!.p99Ns / c[0]!.p99Ns),
      {factor: 1.5},
    ),
  )
  return rows
}

/** The work of one request in that run, as its clients timed it; the length that was asked for where they did not. */
function workOfRun(f: Readonly<Record<string, number>>): Distribution {
  const value = ['work1', 'work10', 'work50', 'work90'].map(name => f[name] ?? Number.NaN)
  if (value.some(v => Number.isNaN(v))) return f['workNs'] ?? 200e3
  return {kind: 'quantiles', at: [0.01, 0.1, 0.5, 0.9], value}
}

function markRows(profile: CostProfile, measured: Measurements, seeds: number): readonly Row[] {
  return [1, 2].flatMap(workers => {
    const found = measured.cases[`w13/churn-${workers}`]
    const seconds = (found?.seconds ?? 4) / 2
    const sims = seedList(seeds).map(seed => markShares(profile, workers, seconds, seed))
    const of = (name: string) =>
      found?.runs.map(
        r => (r.figures?.[name] ?? 0) / ((r.figures?.['dedicated'] ?? 0) + (r.figures?.['assist'] ?? 0) + (r.figures?.['idle'] ?? 0) || 1),
      ) ?? []
    const shares = [
      ['background', 'dedicated', 'background workers', sims.map(s => s.background)],
      ['assist', 'assist', 'assists', sims.map(s => s.assist)],
      ['idle', 'idle', 'idle workers', sims.map(s => s.idle)],
    ] as const
    return shares.map(([name, key, who, simulated]) =>
      figureRow(
        {
          id: `w13/churn-${workers}-${name}`,
          what: `share of the mark CPU by ${who}, ${workers} allocating`,
          predicted: '25 % of the CPUs fractional, idle workers',
          unit: 'share',
        },
        found,
        of(key),
        simulated,
        {points: 0.05},
      ),
    )
  })
}

export interface PacerJudgement {
  readonly go: string
  readonly identityChecked: number
  readonly identityOff: number
  readonly replay: Replay
}

const identityGogc = [50, 100, 200]

/** Goals and lines of every release that was run. */
export function pacerJudgements(measured: Measurements): readonly PacerJudgement[] {
  const releases = ['', '@1.25', '@1.24', '@1.23', '@1.22']
  return releases.flatMap(suffix => {
    const of = (name: string) => measured.cases[`pacer/${name}${suffix}`]
    if (of('goal-100') === undefined) return []
    let [identityChecked, identityOff] = [0, 0]
    for (const gogc of identityGogc)
      for (const {figures: f} of of(`goal-${gogc}`)?.runs ?? []) {
        if (f === undefined) continue
        identityChecked++
        if (goalIdentity(gogc, f['live']!, f['stack']!, f['globals']!) !== f['goal']) identityOff++
      }
    const parts = identityGogc.flatMap(gogc =>
      ['100', '0'].flatMap(rate => (of(`gogc-${gogc}-${rate}`)?.runs ?? []).map(r => replayPacer(gogc, pacedCycles(r.values)))),
    )
    return [{go: of('goal-100')!.go, identityChecked, identityOff, replay: joined(parts)}]
  })
}

/** Source: src/runtime/mgcpacer.go, `commit`: whole numbers throughout. */
const goalIdentity = (gogc: number, live: number, stack: number, globals: number) =>
  Number(BigInt(live) + (BigInt(live + stack + globals) * BigInt(gogc)) / 100n)

function joined(parts: readonly Replay[]): Replay {
  const sum = (pick: (r: Replay) => number) => parts.reduce((s, r) => s + pick(r), 0)
  const max = (pick: (r: Replay) => number) => Math.max(0, ...parts.map(pick))
  return {
    cycles: sum(r => r.cycles),
    goalOff: sum(r => r.goalOff),
    metricsGoalOff: sum(r => r.metricsGoalOff),
    expectedOff: sum(r => r.expectedOff),
    assistRatioOff: max(r => r.assistRatioOff),
    lateMaxBytes: max(r => r.lateMaxBytes),
    earlyMaxBytes: max(r => r.earlyMaxBytes),
  }
}

/** Cycles and peak of the scripted allocator against the heap simulator, which is given the live heap, the rate and the marking speed of the calibration. */
export function heapRows(profile: CostProfile, measured: Measurements): readonly Row[] {
  return identityGogc.flatMap(gogc =>
    ['100', '0'].flatMap(rate => {
      const found = measured.cases[`pacer/gogc-${gogc}-${rate}`]
      const runs = (found?.runs ?? []).filter(r => (r.figures?.['cycles'] ?? 0) > 0)
      const live = measured.cases[`pacer/goal-${gogc}`]?.runs[0]?.figures
      const what = `GOGC=${gogc}, ${rate === '0' ? 'as fast as it can' : `${rate} MB/s`}`
      const {markSpread} = profile.rows
      const sims = runs.map((r, i) => runHeap({...allocator(profile, gogc, rate === '0', r.figures!, live ?? {}), markSpread, seed: i + 1}))
      const steady = rate === '0' ? 0.15 : 0.05
      return [
        figureRow(
          {
            id: `pacer/cycles-${gogc}-${rate}`,
            what: `collections for the bytes the program allocated, ${what}`,
            predicted: rate === '0' ? 'assists' : 'steady',
            unit: 'count',
          },
          found,
          runs.map(r => r.figures!['cycles']!),
          sims.map((s, i) => (s.cycles.length * runs[i]!.figures!['allocs']!) / s.totalAllocBytes),
          {within: steady},
        ),
        figureRow(
          {id: `pacer/peak-${gogc}-${rate}`, what: `largest heap, ${what}`, predicted: rate === '0' ? 'assists' : 'u = 0.25', unit: 'B'},
          found,
          runs.filter(r => r.figures?.['peak'] !== undefined).map(r => r.figures!['peak']!),
          sims.filter((_, i) => runs[i]!.figures?.['peak'] !== undefined).map(s => s.heapPeakBytes),
          {within: steady},
        ),
        ...typicalRows(found, runs, gogc, rate, what, sims, steady),
      ]
    }),
  )
}

/** Cycle by cycle: the median of the first forty cycles that were kept of each run (the program looks late at others), against the model's of the same numbers. */
function typicalRows(
  found: MeasuredCase | undefined,
  runs: readonly MeasuredRun[],
  gogc: number,
  rate: string,
  what: string,
  sims: readonly HeapRun[],
  within: number,
): readonly Row[] {
  const pairs = runs.map((r, i) => ({real: pacedCycles(r.values), simulated: sims[i]!.cycles})).filter(pair => pair.real.length >= 5)
  const columns = [
    ['trigger', 'heap where a cycle began', (c: PacedCycle) => c.triggerBytes, (c: HeapCycle) => c.triggerBytes],
    ['goal', 'goal of a cycle', (c: PacedCycle) => c.liveBytes - c.goalDeltaBytes, (c: HeapCycle) => c.goalBytes],
    ['end', 'heap where marking ended', (c: PacedCycle) => c.liveBytes, (c: HeapCycle) => c.peakBytes],
  ] as const
  return columns.map(([name, which, real, simulated]) =>
    figureRow(
      {id: `pacer/${name}-${gogc}-${rate}`, what: `${which}, the median one, ${what}`, predicted: 'as the largest heap', unit: 'B'},
      found,
      pairs.map(pair => median(pair.real.map(real))),
      pairs.map(pair => median(pair.real.flatMap(c => pair.simulated[c.number - pair.real[0]!.number] ?? []).map(simulated))),
      {within},
    ),
  )
}

function allocator(
  profile: CostProfile,
  gogc: number,
  unthrottled: boolean,
  f: Readonly<Record<string, number>>,
  live: Readonly<Record<string, number>>,
): HeapScenario {
  const seconds = f['seconds'] ?? 1
  // One without a rate of its own allocates in all the time it runs; how much the collector takes of it is the simulator's to say.
  const perS = (f['allocs'] ?? 0) / (unthrottled ? (f['user'] ?? seconds) : seconds)
  const liveBytes = live['live'] ?? 48 << 20
  return {
    procs: 2,
    gogc,
    globalsBytes: live['globals'] ?? 163_882,
    scanShare: (live['scan'] ?? 0.875 * liveBytes) / liveBytes,
    markBytesPerS: profile.rows.markBytesPerNs * 1e9,
    mutatorCpus: 1,
    // One that keeps a rate looks at the clock the rest of its time and catches up when it was away.
    neededCpus: unthrottled ? 1 : Math.min(1, perS / (profile.rows.allocBytesPerNs * 1e9)),
    workloads: [{kind: 'steady', liveBytes, allocBytesPerS: perS, stackBytes: live['stack'] ?? 2500}],
    nonHeapBytes: 0,
    overheadShare: 0,
    pageTouchNs: profile.rows.pageTouchNs,
    warm: true,
    durationS: seconds,
    tickS: seconds,
  }
}
