// A scheduler scenario from YAML: machine, Go version, programs, arrivals, duration. Schema: docs/schema/gotriage-scenario-1.schema.json.
import {goMinor, schedulerVersionsKnown} from '../../knowledge/scheduler.ts'
import type {CostProfile, CostRow} from '../calibration/cost-profile.ts'
import {defaultProfile, profiles} from '../calibration/profiles.ts'
import {median, type Distribution} from '../kernel/distribution.ts'
import type {ProgramSource} from '../scheduler/program.ts'
import type {ArrivalSource, MachineOptions, SchedulerScenario} from '../scheduler/run.ts'
import {nearest} from '../../base/nearest.ts'
import type {Field} from './reader.ts'
import {readSteps} from './steps.ts'

/** More than any machine Linux runs on (CONFIG_NR_CPUS of distributions). */
export const cpusMax = 8192
const goroutinesMax = 1_000_000
/** Time between two arrivals at least: fixed, the mean of an exponential one, the median of others. Unit: ns. */
const arrivalNsMin = 100
const durationMaxNs = 7 * 86400e9

export const schedulerKeys = [
  'machine',
  'go',
  'gomaxprocs',
  'programs',
  'start',
  'arrivals',
  'channels',
  'sockets',
  'collector',
  'duration',
  'warmup',
  'profile',
  'costs',
] as const

type Entries = ReadonlyMap<string, Field>

/** `own` are profiles given by the user beside the shipped ones. */
export function readSchedulerScenario(root: Field, entries: Entries, own: Readonly<Record<string, CostProfile>> = {}): SchedulerScenario {
  const profile = readProfile(entries.get('profile'), {...profiles, ...own})
  const machine = readMachine(need(root, entries, 'machine'))
  const goField = entries.get('go')
  const minor = goField === undefined ? schedulerVersionsKnown.to : goMinor(goField.text())
  if (minor === undefined || minor < schedulerVersionsKnown.from || minor > schedulerVersionsKnown.to)
    throw (goField ?? root).problem(
      'this Go version is not modelled',
      `Give 1.${schedulerVersionsKnown.from} to 1.${schedulerVersionsKnown.to}, in quotes.`,
    )
  const programs = readPrograms(need(root, entries, 'programs'))
  const names = programs.map(p => p.name)
  const arrivals = entries
    .get('arrivals')
    ?.list(64)
    .map(item => readArrivals(item, names))
  const start = readStart(entries.get('start'), names)
  if (start.length === 0 && (arrivals ?? []).length === 0) throw root.problem('nothing ever runs', 'Add start or arrivals.')
  const durationNs = need(root, entries, 'duration').duration(1000, durationMaxNs)
  const collector = entries.get('collector')
  if (collector === undefined && programs.some(p => mentions(p.steps, 'allocate') || mentions(p.steps, 'collect')))
    throw need(root, entries, 'programs').problem('allocate and collect need a collector', 'Add a collector section.')
  return {
    machine,
    goMinor: minor,
    ...optional('gomaxprocs', entries.get('gomaxprocs')?.whole(1, cpusMax)),
    programs,
    start,
    ...optional('arrivals', arrivals),
    ...optional(
      'channels',
      namedValues(entries.get('channels'), f => f.whole(0, 1e9)),
    ),
    ...optional(
      'sockets',
      namedValues(entries.get('sockets'), f => f.durations()),
    ),
    ...optional('collector', collector === undefined ? undefined : readCollector(collector)),
    durationNs,
    warmupNs: entries.get('warmup')?.duration(0, durationNs) ?? 0,
    profile,
    ...optional(
      'costs',
      namedValues(entries.get('costs'), f => readCost(f), Object.keys(profile.rows)) as Partial<Record<CostRow, Distribution>> | undefined,
    ),
  }
}

export const optional = <K extends string, V>(key: K, value: V | undefined) => (value === undefined ? {} : ({[key]: value} as Record<K, V>))

export function need(parent: Field, entries: Entries, key: string): Field {
  const field = entries.get(key)
  if (field === undefined) throw parent.problem(`"${key}" is missing`, `Add ${key}.`)
  return field
}

function namedValues<T>(field: Field | undefined, read: (f: Field) => T, known?: readonly string[]): Record<string, T> | undefined {
  if (field === undefined) return undefined
  return Object.fromEntries([...field.map(known)].map(([name, f]) => [name, read(f)]))
}

function readCost(field: Field): Distribution {
  return typeof field.raw === 'number' ? field.number(0, 1e12) : field.durations()
}

function readProfile(field: Field | undefined, known: Readonly<Record<string, CostProfile>>): CostProfile {
  const name = field?.oneOf(Object.keys(known)) ?? defaultProfile
  return known[name]!
}

function readMachine(field: Field): MachineOptions {
  const entries = field.map(['cpus', 'nodes', 'distance', 'speeds', 'smt-slowdown', 'quota', 'period', 'hogs'])
  const cpus = need(field, entries, 'cpus').whole(1, cpusMax)
  const sized = <T>(key: string, read: (f: Field) => T): readonly T[] | undefined => {
    const list = entries.get(key)
    const values = list?.list(cpusMax).map(read)
    if (list !== undefined && values?.length !== cpus)
      throw list.problem(`${values?.length} values for ${cpus} CPUs`, 'Give one for each CPU.')
    return values
  }
  const nodes = sized('nodes', f => f.whole(0, 255))
  const distance = entries
    .get('distance')
    ?.list(256)
    .map(row => row.list(256).map(f => f.number(1, 100)))
  const nodeCount = 1 + Math.max(0, ...(nodes ?? [0]))
  if (distance !== undefined && (distance.length < nodeCount || distance.some(row => row.length < nodeCount)))
    throw entries.get('distance')!.problem(`the matrix is smaller than ${nodeCount} nodes`, 'Give a row and a column for each node.')
  const quota = entries.get('quota')
  return {
    cpus,
    ...optional('nodes', nodes),
    ...optional('distance', distance),
    ...optional(
      'speeds',
      sized('speeds', f => f.number(0.01, 100)),
    ),
    ...optional('smtSlow', entries.get('smt-slowdown')?.number(1, 10)),
    ...optional('quotaCpus', quota?.number(0.01, cpusMax)),
    ...optional('periodNs', entries.get('period')?.duration(1e6, 1e9)),
    ...optional('hogs', entries.get('hogs')?.whole(0, 1000)),
  }
}

function readPrograms(field: Field): readonly ProgramSource[] {
  const entries = field.map()
  const names = [...entries.keys()]
  if (names.length === 0) throw field.problem('no program', 'Add one.')
  return names.map(name => {
    const program = entries.get(name)!
    if (program.isList) return {name, steps: readSteps(program, names)}
    const parts = program.map(['steps', 'memory'])
    return {
      name,
      steps: readSteps(need(program, parts, 'steps'), names),
      ...optional('memoryShare', parts.get('memory')?.number(0, 1)),
    }
  })
}

function readStart(field: Field | undefined, names: readonly string[]): {program: string; count: number}[] {
  if (field === undefined) return []
  return [...field.map(names)].map(([program, count]) => ({program, count: count.whole(1, goroutinesMax)}))
}

function readArrivals(item: Field, names: readonly string[]): ArrivalSource {
  const entries = item.map(['open', 'closed', 'sessions', 'every', 'from', 'until', 'clients', 'think', 'life', 'request-every'])
  const kind = (['open', 'closed', 'sessions'] as const).find(k => entries.has(k))
  if (kind === undefined) throw item.problem('arrivals need a kind', 'Give open, closed or sessions with the name of a program.')
  const named = entries.get(kind)!
  const program = named.text()
  if (!names.includes(program)) {
    const near = nearest(program, names)
    throw named.problem(`no program "${program}"`, near === undefined ? `Give one of: ${names.join(', ')}.` : `Did you mean "${near}"?`)
  }
  const positive = (key: string): Distribution => {
    const field = need(item, entries, key)
    const value = field.durations()
    const typical = typeof value === 'object' && value.kind === 'exponential' ? value.mean : median(value)
    if (typical < arrivalNsMin)
      throw field.problem(`${typical} ns between arrivals is below the limit of ${arrivalNsMin} ns`, 'Make it longer.')
    return value
  }
  if (kind === 'closed')
    return {
      kind,
      program,
      clients: need(item, entries, 'clients').whole(1, goroutinesMax),
      thinkNs: need(item, entries, 'think').durations(),
    }
  if (kind === 'sessions')
    return {
      kind,
      program,
      everyNs: positive('every'),
      lifeNs: need(item, entries, 'life').durations(),
      requestEveryNs: positive('request-every'),
    }
  return {
    kind,
    program,
    everyNs: positive('every'),
    ...optional('fromNs', entries.get('from')?.duration()),
    ...optional('untilNs', entries.get('until')?.duration()),
  }
}

function readCollector(field: Field): NonNullable<SchedulerScenario['collector']> {
  const entries = field.map(['gogc', 'limit', 'live', 'stacks', 'globals', 'scan-share'])
  return {
    gogc: entries.get('gogc')?.number(-1, 100_000) ?? 100,
    ...optional('memoryLimitBytes', entries.get('limit')?.bytes(1)),
    liveBytes: need(field, entries, 'live').bytes(0, 2 ** 45),
    stackBytes: entries.get('stacks')?.bytes() ?? 64 * 1024,
    globalsBytes: entries.get('globals')?.bytes() ?? 256 * 1024,
    scanShare: entries.get('scan-share')?.number(0, 1) ?? 1,
  }
}

function mentions(steps: ProgramSource['steps'], verb: string): boolean {
  return steps.some(step => step.do === verb || ((step.do === 'measure' || step.do === 'repeat') && mentions(step.steps, verb)))
}
