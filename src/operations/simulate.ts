// One simulation: reads a scenario, runs it for one or many seeds, answers with named figures. Compare and sweep are built on it.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {checkpoint, type Task} from '../base/progress.ts'
import type {CostProfile} from '../sim/calibration/cost-profile.ts'
import {parseProfile} from '../sim/calibration/profile-file.ts'
import {controllers} from '../sim/gc/controller.ts'
import {heapInSteps, type HeapRun} from '../sim/gc/heap.ts'
import {heapMetrics} from '../sim/gc/metrics.ts'
import {overSeeds} from '../sim/kernel/statistics.ts'
import {drained, type Steps} from '../sim/kernel/steps.ts'
import {heapKeys, readHeapScenario} from '../sim/scenario/heap-scenario.ts'
import {rounded, type Metric, type Metrics} from '../sim/scenario/metric.ts'
import {ScenarioReader, scenarioBytesMax, type Field} from '../sim/scenario/reader.ts'
import {readSchedulerScenario, schedulerKeys} from '../sim/scenario/scheduler-scenario.ts'
import {settingsApplied} from '../sim/scenario/settings.ts'
import {readSmallScenario, smallKeys, smallKinds} from '../sim/scenario/small-scenarios.ts'
import {heatMap, schedulerMetrics} from '../sim/scheduler/metrics.ts'
import {schedulerInSteps, type SchedulerRun} from '../sim/scheduler/run.ts'

export const simulateKinds = ['scheduler', 'heap', ...smallKinds] as const
export type SimulateKind = (typeof simulateKinds)[number]

export interface SimulateRequest {
  readonly kind: SimulateKind
  /** For messages. */
  readonly name: string
  readonly yaml: string
  readonly seed: number
  /** How many seeds, from `seed` on; the scenario's own number when absent. */
  readonly seeds?: number
  /** Replaces values of the scenario: `gomaxprocs` → `8`, `machine.cpus` → `4`. */
  readonly set?: Readonly<Record<string, string>>
  readonly eventsMax?: number
  /** Invariants after every event. */
  readonly check?: boolean
  readonly profiles?: Readonly<Record<string, CostProfile>>
}

/** What one of the source texts says, beside what the simulation says. */
export interface Claim {
  readonly id: string
  readonly source: string
  readonly says: string
  readonly verdict: string
  readonly metric?: string
  readonly value?: number
  readonly erratum?: string
  readonly notModelled?: string
  /** The simulated figure is this close to the claim, as a share; a test holds it to that. */
  readonly agrees?: number
  /** The two lie at least this factor apart; a test holds it to that. */
  readonly differs?: number
}

export interface SimulateResult {
  readonly kind: SimulateKind
  readonly title: string
  readonly seeds: number
  readonly metrics: Metrics
  readonly claims: readonly (Claim & {readonly simulated?: Metric; readonly ratio?: number})[]
  /** Of the first seed: rows of the P heat map, or points of the heap. */
  readonly heat?: readonly (readonly number[])[]
  readonly series?: HeapRun['series']
  readonly decisions?: HeapRun['decisions']
}

/** Events of one run before it is given up; 10 s of a busy two-P machine are about 20 million. */
export const eventsDefault = 200_000_000
const seedsMax = 1000
const common = ['kind', 'title', 'about', 'seeds', 'claims'] as const

interface Prepared {
  readonly title: string
  readonly seeds: number
  readonly claims: readonly Claim[]
  run(seed: number): Steps<Seeded>
}

/** What one seed gave. */
interface Seeded {
  readonly metrics: Metrics
  readonly scheduler?: SchedulerRun
  readonly heap?: HeapRun
}

/** Runs the scenario. The same request gives the same answer, byte for byte. */
export function simulate(request: SimulateRequest, task?: Task): SimulateResult {
  return drained(simulateInSteps(request, task))
}

/** The same, handing over now and then how much of it is done. */
export function* simulateInSteps(request: SimulateRequest, task?: Task): Steps<SimulateResult> {
  const prepared = prepare(request)
  const seeds = request.seeds ?? prepared.seeds
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > seedsMax) throw errors.usage(`${seeds} seeds`, `Give 1 to ${seedsMax}.`)
  const runs: Metrics[] = []
  let first: Seeded | undefined
  for (let i = 0; i < seeds; i++) {
    checkpoint(task)
    const run = yield* scaled(prepared.run(request.seed + i), i, seeds)
    first ??= run
    runs.push(run.metrics)
    yield (i + 1) / seeds
  }
  const metrics = seeds === 1 ? runs[0]! : joined(runs)
  return {
    kind: request.kind,
    title: prepared.title,
    seeds,
    metrics,
    claims: prepared.claims.map(claim => ({...claim, ...judged(claim, metrics)})),
    ...(first?.scheduler === undefined ? {} : {heat: heatMap(first.scheduler)}),
    ...(first?.heap === undefined ? {} : {series: first.heap.series, decisions: first.heap.decisions.slice(0, 200)}),
  }
}

/** The steps of the `i`th of `n` equal parts, as shares of the whole. */
function* scaled<T>(steps: Steps<T>, i: number, n: number): Steps<T> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    yield (i + step.value) / n
  }
}

/** The mean over the seeds with its interval; a figure that some seeds do not have counts over those that do. */
function joined(runs: readonly Metrics[]): Metrics {
  const out: Record<string, Metric> = {}
  for (const name of new Set(runs.flatMap(run => Object.keys(run)))) {
    const present = runs.flatMap(run => run[name] ?? [])
    const {value, lo95, hi95} = overSeeds(present.map(m => m.value))
    // The interval of Student knows nothing of limits; a time is never negative, and a share of a whole never more than it.
    const {unit} = present[0]!
    const low = present.every(m => m.value >= 0) ? Math.max(0, lo95) : lo95
    const high = unit === 'share' && present.every(m => m.value <= 1) ? Math.min(1, hi95) : hi95
    out[name] = {value: rounded(value), unit, lo95: rounded(low), hi95: rounded(high)}
  }
  return out
}

function judged(claim: Claim, metrics: Metrics): {simulated?: Metric; ratio?: number} {
  const simulated = claim.metric === undefined ? undefined : metrics[claim.metric]
  if (simulated === undefined) return {}
  return {simulated, ...(claim.value === undefined || claim.value === 0 ? {} : {ratio: rounded(simulated.value / claim.value)})}
}

function prepare(request: SimulateRequest): Prepared {
  const set = Object.entries(request.set ?? {}).filter(([key]) => key !== 'profile')
  const {root} = new ScenarioReader(request.name, settingsApplied(request.yaml, request.set ?? {}), {
    changed: set.map(([key, value]) => `${key}=${value}`).join(' '),
  })
  const own: readonly string[] = request.kind === 'scheduler' ? schedulerKeys : request.kind === 'heap' ? heapKeys : smallKeys[request.kind]
  const kind = root.map().get('kind')
  if (kind !== undefined && kind.oneOf(simulateKinds) !== request.kind)
    throw kind.problem(`this is a ${kind.text()} scenario`, `Run: gotriage simulate ${kind.text()} ${request.name}`)
  const entries = root.map([...common, ...own])
  const title = entries.get('title')?.text() ?? request.name
  const seeds = entries.get('seeds')?.whole(1, seedsMax) ?? 1
  const claims = entries.get('claims')?.list(50).map(readClaim) ?? []
  const eventsMax = request.eventsMax ?? eventsDefault
  if (request.kind === 'scheduler') {
    const scenario = readSchedulerScenario(root, entries, request.profiles)
    const run = function* (seed: number): Steps<Seeded> {
      const scheduler = yield* schedulerInSteps(scenario, {seed, eventsMax, check: request.check ?? false})
      return {metrics: schedulerMetrics(scheduler, scenario), scheduler}
    }
    return {title, seeds, claims, run}
  }
  if (request.kind === 'heap') {
    const {scenario, controller} = readHeapScenario(root, entries)
    const run = function* (seed: number): Steps<Seeded> {
      const heap = yield* heapInSteps({...scenario, seed}, controller === undefined ? undefined : controllers[controller]!())
      return {metrics: heapMetrics(heap, scenario), heap}
    }
    return {title, seeds, claims, run}
  }
  const small = readSmallScenario(request.kind, root, entries)
  const run = function* (seed: number): Steps<Seeded> {
    yield 0
    return {metrics: small(seed, eventsMax)}
  }
  return {title, seeds, claims, run}
}

function readClaim(field: Field): Claim {
  const e = field.map(['id', 'source', 'says', 'metric', 'value', 'verdict', 'erratum', 'not-modelled', 'agrees', 'differs'])
  const text = (key: string) => e.get(key)?.text()
  const metric = text('metric')
  const value = e.get('value')?.number(-1e18, 1e18)
  const erratum = text('erratum')
  const notModelled = text('not-modelled')
  const agrees = e.get('agrees')?.number(0, 10)
  const differs = e.get('differs')?.number(1, 1e9)
  return {
    id: text('id') ?? '',
    source: text('source') ?? '',
    says: text('says') ?? '',
    verdict: text('verdict') ?? '',
    ...(metric === undefined ? {} : {metric}),
    ...(value === undefined ? {} : {value}),
    ...(erratum === undefined ? {} : {erratum}),
    ...(notModelled === undefined ? {} : {notModelled}),
    ...(agrees === undefined ? {} : {agrees}),
    ...(differs === undefined ? {} : {differs}),
  }
}

/** What a file's request is before the file is read. */
export type FileRequest = Omit<SimulateRequest, 'yaml' | 'name' | 'profiles'> & {readonly path: string; readonly profilePath?: string}

/** Reads the scenario, and the cost profile when one is named. */
export async function readRequest(host: Host, request: FileRequest): Promise<SimulateRequest> {
  const read = async (path: string) => new TextDecoder().decode(await host.readFile(path, scenarioBytesMax))
  const {path, profilePath, ...rest} = request
  const yaml = await read(path)
  if (profilePath === undefined) return {...rest, name: path, yaml}
  const profile = parseProfile(profilePath, await read(profilePath))
  return {...rest, name: path, yaml, profiles: {[profile.name]: profile}, set: {...rest.set, profile: profile.name}}
}

export interface SweepPoint {
  readonly value: string
  readonly metrics: Metrics
}

/** Runs the scenario once for each value of one setting: `gomaxprocs=1..64`, `gogc=10,50,100`. */
export function* sweepInSteps(request: SimulateRequest, what: string, task?: Task): Steps<readonly SweepPoint[]> {
  const {path, values} = parseSweep(what)
  const points: SweepPoint[] = []
  for (const [i, value] of values.entries()) {
    const set = {...request.set, [path]: value}
    const {metrics} = yield* scaled(simulateInSteps({...request, set}, task), i, values.length)
    points.push({value, metrics})
  }
  return points
}

const sweepMax = 256

export function parseSweep(what: string): {readonly path: string; readonly values: readonly string[]} {
  const match = /^([\w.-]+)=(.+)$/.exec(what)
  if (match?.[1] === undefined || match[2] === undefined) throw errors.usage(`"${what}" is no sweep`, 'Write KEY=FROM..TO or KEY=A,B,C.')
  const range = /^(\d+)\.\.(\d+)$/.exec(match[2])
  let values: string[]
  if (range?.[1] !== undefined && range[2] !== undefined) {
    const [from, to] = [Number(range[1]), Number(range[2])]
    if (to < from || to - from >= sweepMax)
      throw errors.usage(`"${match[2]}" is no range of at most ${sweepMax} values`, 'Give a smaller one, or a list.')
    values = Array.from({length: to - from + 1}, (_, i) => String(from + i))
  } else if (match[2].includes('..'))
    throw errors.usage(`"${match[2]}" is no range of whole numbers`, 'Write the values one by one, like 0.5,1,1.5,2.')
  else values = match[2].split(',')
  if (values.length > sweepMax) throw errors.usage(`${values.length} values, at most ${sweepMax}`, 'Give fewer.')
  return {path: match[1], values}
}
