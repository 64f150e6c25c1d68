// A heap scenario from gctrace lines or from runtime/metrics over time: live heap and its growth, rate of allocation, GOGC, marking speed.
import {errors} from '../../base/errors.ts'
import type {GcCycle} from '../../evidence/model/gctrace.ts'
import type {MetricPoint} from '../../evidence/model/metrics.ts'
import {heapMinimumBytes} from '../gc/pacer.ts'
import {ascending, quantileOfSorted} from '../kernel/statistics.ts'

const mib = 2 ** 20
/** Cycles a fit needs. */
const cyclesMin = 4

/** What a start takes of a log at most. */
const startShareMax = 0.1

/** What either source says. */
interface Fitted {
  readonly name: string
  readonly procs: number
  readonly gogc: number
  readonly stackBytes: number
  readonly globalsBytes: number
  readonly markBytesPerS: number
  /** CPUs that ran the program, as far as known. */
  readonly mutatorCpus: number
  readonly liveBytes: number
  readonly liveSlope: number
  readonly allocBytesPerS: number
  readonly durationS: number
  readonly memoryLimitBytes?: number
  /** Stretches with a level and a rate of their own, where one level does not describe the whole. */
  readonly stretches?: readonly Stretch[]
  readonly measured: readonly (readonly [says: string, metric: string, value: number])[]
}

interface Stretch {
  readonly fromS: number
  readonly untilS: number
  readonly liveBytes: number
  readonly allocBytesPerS: number
}

/** Stretches at most, and cycles in each at least. */
const stretchesMax = 12
const stretchCyclesMin = 4

const middle = (values: readonly number[]) => quantileOfSorted(ascending(values), 0.5)

export function fitGcTrace(name: string, all: readonly GcCycle[]): string {
  const cycles = afterStart(all.filter(c => !c.forced))
  const [first, last] = [cycles[0], cycles.at(-1)]
  if (first === undefined || last === undefined || cycles.length < cyclesMin || last.atSeconds <= first.atSeconds)
    throw errors.usage(`${name}: ${cycles.length} collections that were not forced`, `Give a longer log; a fit needs ${cyclesMin}.`)
  const durationS = last.atSeconds - first.atSeconds
  let allocated = 0
  const [goals, rates, lives]: [number[], number[], (readonly [number, number])[]] = [[], [], []]
  let gcCpuMs = 0
  for (const [i, c] of cycles.entries()) {
    const before = cycles[i - 1]
    if (before !== undefined) {
      allocated += Math.max(0, c.startMb - before.liveMb) + Math.max(0, c.endMb - c.startMb)
      const base = before.liveMb + (before.stacksMb ?? 0) + (c.globalsMb ?? 0)
      if (base >= 8 && c.goalMb > before.liveMb) goals.push(((c.goalMb - before.liveMb) / base) * 100)
    }
    const markMs = c.cpuMs[1] + c.cpuMs[2] + c.cpuMs[3]
    gcCpuMs += markMs + c.cpuMs[0] + c.cpuMs[4]
    if (markMs > 0 && c.liveMb > 0) rates.push((c.liveMb * mib) / (markMs / 1e3))
    lives.push([c.atSeconds, Math.max(0, c.liveMb - (c.endMb - c.startMb)) * mib])
  }
  const {level, slope} = line(lives)
  const parts = stretchesOf(cycles)
  const uneven = parts.length > 1 && Math.max(...parts.map(p => p.liveBytes)) > 1.3 * Math.min(...parts.map(p => p.liveBytes))
  return yaml({
    name,
    ...(uneven ? {stretches: parts} : {}),
    procs: last.procs,
    gogc: goals.length === 0 ? minimumGogc(cycles) : snapped(middle(goals)),
    stackBytes: middle(cycles.map(c => c.stacksMb ?? 0)) * mib,
    globalsBytes: middle(cycles.map(c => c.globalsMb ?? 0)) * mib,
    markBytesPerS: rates.length === 0 ? 2 ** 30 : middle(rates),
    mutatorCpus: last.procs,
    liveBytes: level,
    liveSlope: slope,
    allocBytesPerS: (allocated * mib) / durationS,
    durationS,
    measured: [
      ['collections in the log', 'cycles', cycles.length - 1],
      ['largest heap', 'heap.peak', Math.max(...cycles.map(c => c.endMb)) * mib],
      ['median time between collections', 'period.p50', middle(cycles.slice(1).map((c, i) => c.atSeconds - cycles[i]!.atSeconds))],
      ['share of the CPUs for collecting', 'gc.cpu', gcCpuMs / 1e3 / (durationS * last.procs)],
    ],
  })
}

/** The cycles of a program that has grown up: a small heap is collected often at first, and says nothing of what comes after. */
function afterStart(cycles: readonly GcCycle[]): readonly GcCycle[] {
  const [first, last] = [cycles[0], cycles.at(-1)]
  if (first === undefined || last === undefined) return cycles
  const level = middle(cycles.slice(cycles.length >> 1).map(c => c.liveMb))
  const grown = cycles.findIndex(c => c.liveMb >= level / 2)
  const startS = (cycles[grown]?.atSeconds ?? 0) - first.atSeconds
  const short = startS < startShareMax * (last.atSeconds - first.atSeconds)
  return short && cycles.length - grown >= cyclesMin ? cycles.slice(grown) : cycles
}

function stretchesOf(cycles: readonly GcCycle[]): readonly Stretch[] {
  const n = Math.max(1, Math.min(stretchesMax, Math.floor((cycles.length - 1) / stretchCyclesMin)))
  const begin = cycles[0]!.atSeconds
  return Array.from({length: n}, (_, k) => {
    const [from, until] = [Math.floor((k * (cycles.length - 1)) / n), Math.floor(((k + 1) * (cycles.length - 1)) / n)]
    const inside = cycles.slice(from + 1, until + 1)
    const [a, b] = [cycles[from]!, cycles[until]!]
    const allocated = inside.reduce((sum, c, i) => sum + Math.max(0, c.endMb - cycles[from + i]!.liveMb), 0)
    return {
      fromS: a.atSeconds - begin,
      untilS: b.atSeconds - begin,
      liveBytes: middle(inside.map(c => Math.max(0, c.liveMb - (c.endMb - c.startMb)))) * mib,
      allocBytesPerS: (allocated * mib) / Math.max(1e-3, b.atSeconds - a.atSeconds),
    }
  }).filter(s => s.untilS > s.fromS)
}

/** Below the minimum heap the goal is 4 MiB x GOGC/100 and tells GOGC itself. */
const minimumGogc = (cycles: readonly GcCycle[]) => snapped((middle(cycles.map(c => c.goalMb)) * mib * 100) / heapMinimumBytes)

/** Whole MB make GOGC uncertain by some per cent: a value near a round one is that. */
function snapped(gogc: number): number {
  const round = Math.round(gogc / 10) * 10
  return round > 0 && Math.abs(gogc / round - 1) < 0.05 ? round : Math.max(1, Math.round(gogc))
}

/** Runtime name first, then the Prometheus collectors'. */
const names = {
  live: ['/gc/heap/live:bytes', 'go_gc_heap_live_bytes'],
  alloc: ['/gc/heap/allocs:bytes', 'go_gc_heap_allocs_bytes_total', 'go_memstats_alloc_bytes_total', 'memstats.TotalAlloc', 'TotalAlloc'],
  cycles: ['/gc/cycles/total:gc-cycles', 'go_gc_cycles_total_gc_cycles_total', 'go_gc_duration_seconds_count', 'memstats.NumGC', 'NumGC'],
  gogc: ['/gc/gogc:percent', 'go_gc_gogc_percent'],
  limit: ['/gc/gomemlimit:bytes', 'go_gc_gomemlimit_bytes'],
  procs: ['/sched/gomaxprocs:threads', 'go_sched_gomaxprocs_threads'],
  goal: ['/gc/heap/goal:bytes', 'go_gc_heap_goal_bytes', 'go_memstats_next_gc_bytes', 'memstats.NextGC', 'NextGC'],
  stack: ['/gc/scan/stack:bytes', 'go_gc_scan_stack_bytes'],
  globals: ['/gc/scan/globals:bytes', 'go_gc_scan_globals_bytes'],
  gcCpu: ['/cpu/classes/gc/total:cpu-seconds', 'go_cpu_classes_gc_total_cpu_seconds_total'],
} as const

export function fitMetrics(name: string, points: readonly MetricPoint[]): string {
  const timed = points.filter(p => p.timeUnixNs !== undefined)
  const [first, last] = [timed[0], timed.at(-1)]
  const seconds = first === undefined || last === undefined ? 0 : Number(last.timeUnixNs! - first.timeUnixNs!) / 1e9
  if (first === undefined || last === undefined || seconds <= 0)
    throw errors.usage(
      `${name}: fewer than two points with a time`,
      'Give a series: runtime/metrics or Prometheus text taken several times.',
    )
  const value = (point: MetricPoint, what: keyof typeof names) => {
    for (const candidate of names[what]) {
      const found = point.values.get(candidate)
      if (found !== undefined) return found
    }
    return undefined
  }
  const grown = (what: keyof typeof names) => {
    const [a, b] = [value(first, what), value(last, what)]
    return a === undefined || b === undefined ? undefined : Math.max(0, b - a)
  }
  const allocated = grown('alloc')
  if (allocated === undefined) throw errors.usage(`${name}: no counter of allocated bytes`, `Record one of: ${names.alloc.join(', ')}.`)
  const gogc = value(last, 'gogc') ?? 100
  const live = timed.flatMap((p): [number, number][] => {
    const bytes = value(p, 'live') ?? fromGoal(value(p, 'goal'), gogc)
    return bytes === undefined ? [] : [[Number(p.timeUnixNs! - first.timeUnixNs!) / 1e9, bytes]]
  })
  if (live.length === 0)
    throw errors.usage(`${name}: neither live heap nor goal`, `Record one of: ${[...names.live, ...names.goal].join(', ')}.`)
  const {level, slope} = line(live)
  const procs = value(last, 'procs') ?? 4
  const [cycles, gcCpu, limit] = [grown('cycles'), grown('gcCpu'), value(last, 'limit')]
  const markBytesPerS = cycles !== undefined && gcCpu !== undefined && cycles > 0 && gcCpu > 0 ? (level * cycles) / gcCpu : 2 ** 30
  return yaml({
    name,
    procs,
    gogc,
    stackBytes: value(last, 'stack') ?? 0,
    globalsBytes: value(last, 'globals') ?? 0,
    markBytesPerS,
    mutatorCpus: procs,
    liveBytes: level,
    liveSlope: slope,
    allocBytesPerS: allocated / seconds,
    durationS: seconds,
    ...(limit === undefined || limit > 2 ** 50 ? {} : {memoryLimitBytes: limit}),
    measured: [
      ...(cycles === undefined ? [] : [['collections between the first and the last point', 'cycles', cycles] as const]),
      ...(gcCpu === undefined ? [] : [['share of the CPUs for collecting', 'gc.cpu', gcCpu / (seconds * procs)] as const]),
    ],
  })
}

const fromGoal = (goal: number | undefined, gogc: number) => (goal === undefined || gogc < 0 ? undefined : goal / (1 + gogc / 100))

/** Level at the first point and slope of the straight line through the points; a slope of less than 5 % over all of them is none. */
function line(points: readonly (readonly [number, number])[]): {readonly level: number; readonly slope: number} {
  const n = points.length
  const mx = points.reduce((s, [x]) => s + x, 0) / n
  const my = points.reduce((s, [, y]) => s + y, 0) / n
  const xx = points.reduce((s, [x]) => s + (x - mx) ** 2, 0)
  const slope = xx === 0 ? 0 : points.reduce((s, [x, y]) => s + (x - mx) * (y - my), 0) / xx
  const span = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0)
  if (slope * span < 0.05 * my) return {level: middle(points.map(([, y]) => y)), slope: 0}
  return {level: Math.max(0, my - slope * (mx - points[0]![0])), slope}
}

const bytes = (n: number) => `${Math.max(0, Math.round(n))}B`

function yaml(f: Fitted): string {
  return [
    'kind: heap',
    `title: ${JSON.stringify(`fitted to ${f.name}`)}`,
    'about: Live heap, rate of allocation, GOGC and marking speed are those of the file; what the program would do otherwise is not in it.',
    `procs: ${f.procs}`,
    `gogc: ${f.gogc}`,
    ...(f.memoryLimitBytes === undefined ? [] : [`limit: ${bytes(f.memoryLimitBytes)}`]),
    `globals: ${bytes(f.globalsBytes)}`,
    `mark-rate: ${bytes(Math.max(1024, f.markBytesPerS))}`,
    `mutator-cpus: ${f.mutatorCpus}`,
    'warm: true',
    'workloads:',
    ...(f.stretches?.map(
      s =>
        `  - {steady: {live: ${bytes(s.liveBytes)}, alloc: ${bytes(s.allocBytesPerS)}, stacks: ${bytes(f.stackBytes)}}, from: ${s.fromS.toFixed(3)}s, until: ${s.untilS.toFixed(3)}s}`,
    ) ?? [
      `  - steady: {live: ${bytes(f.liveBytes)}, alloc: ${bytes(Math.max(0, f.allocBytesPerS - f.liveSlope))}, stacks: ${bytes(f.stackBytes)}}`,
    ]),
    ...(f.liveSlope > 0 && f.stretches === undefined ? [`  - leak: ${bytes(f.liveSlope)}`] : []),
    `duration: ${Math.max(0.001, f.durationS).toFixed(3)}s`,
    `tick: ${Math.max(0.001, f.durationS / 1000).toFixed(3)}s`,
    'claims:',
    ...f.measured.map(
      ([says, metric, value]) =>
        `  - {id: fit, source: ${JSON.stringify(f.name)}, says: ${says}, metric: ${metric}, value: ${Number(value.toPrecision(6))}, verdict: measured}`,
    ),
    '',
  ].join('\n')
}
