// The balance sheet of a process: where its resident memory is, from runtime/metrics or memstats, gctrace, heap profiles, status, smaps and the cgroup.
// Meaning of the classes: runtime/metrics/description.go, Go 1.21 to 1.26; they add up to /memory/classes/total:bytes.
import type {BalanceLine, BalancePart, Explained, MemoryBalance} from '../findings/memory-balance.ts'
import {formatBytes} from '../base/units.ts'
import {sampleTypeIndex} from '../evidence/model/profile.ts'
import type {ProgramEvidence} from './engine/detector.ts'

const mib = 1024 * 1024

/** When memory is a symptom at all. Judgement; see docs/measurements/diagnose.md. */
export const memorySymptomSettings = {
  growthBytesMin: {value: 16 * mib, unit: 'B', source: 'as c-memory-growth'},
  growthShareMin: {value: 0.25, unit: 'of the last total', source: 'judgement'},
  levelBytesMin: {value: 512 * mib, unit: 'B', source: 'judgement'},
  limitShareMin: {value: 0.7, unit: 'of the limit of the cgroup', source: 'judgement'},
  /** Below this part of the symptom a cause is said to be too small for it. */
  enoughShare: {value: 0.5, unit: 'of the symptom', source: 'judgement'},
} as const

interface At {
  readonly artifact: string
  readonly timeUnixNs: bigint | undefined
}

interface Total extends At {
  readonly bytes: number
  readonly from: 'status' | 'smaps' | 'metrics'
}

/** What Go holds, by part; undefined parts are not known. */
interface GoParts extends At {
  readonly live?: number
  readonly garbage?: number
  /** Where live and garbage are not told apart. */
  readonly objects?: number
  readonly idle?: number
  readonly stacks?: number
  readonly runtime?: number
  /** Whether everything Go has from the system is in the parts. */
  readonly whole: boolean
  /** What Go has from the system and has not given back, where the parts do not add up to it. */
  readonly systemBytes?: number
}

export function memoryBalance(evidence: ProgramEvidence): MemoryBalance | undefined {
  const states = goStates(evidence)
  const totals = totalsOf(evidence)
  const last = totals.at(-1) ?? goTotal(states.at(-1))
  if (last === undefined) return undefined
  const several = totals.length > 0 ? totals.length > 1 : states.length > 1
  const first = !several ? undefined : totals.length > 0 ? totals[0] : goTotal(states[0])
  const now = stateAt(states, last, 'last')
  if (now === undefined) return undefined
  const before = first === undefined ? undefined : stateAt(states, first, 'first')
  const grown = first === undefined ? undefined : last.bytes - first.bytes
  const then = first === undefined || before === undefined || before === now ? undefined : partsOf(before, first.bytes)
  const parts = partsOf(now, last.bytes).map((line): BalanceLine => {
    const earlier = then?.find(one => one.part === line.part || (isRest(one.part) && isRest(line.part)))?.bytes
    return then === undefined ? line : {...line, grownBytes: line.bytes - (earlier ?? 0)}
  })
  const mappings = mappingsOf(evidence, last)
  const seconds =
    grown === undefined || first?.timeUnixNs === undefined || last.timeUnixNs === undefined
      ? undefined
      : Number((last.timeUnixNs - first.timeUnixNs) / 1_000_000n) / 1e3
  return {
    program: evidence.programId,
    total: {
      of: last.from === 'metrics' ? 'go' : 'rss',
      bytes: last.bytes,
      ...(grown === undefined ? {} : {grownBytes: grown}),
      artifact: last.artifact,
      from: last.from,
    },
    ...(seconds === undefined ? {} : {seconds}),
    parts,
    ...(mappings === undefined ? {} : {mappings}),
    ...limitsOf(evidence),
  }
}

/** Every reading of RSS, in order of time: status where there is one, else smaps. */
function totalsOf(evidence: ProgramEvidence): Total[] {
  const statuses = evidence.of('proc-status').flatMap(({id, timeUnixNs, data}) => {
    const bytes = data.values.get('VmRSS')
    return bytes === undefined ? [] : [{artifact: id, timeUnixNs, bytes, from: 'status' as const}]
  })
  if (statuses.length > 0) return statuses
  return evidence.of('memory-map').flatMap(({id, timeUnixNs, data}) => {
    const known = data.mappings.flatMap(mapping => (mapping.rssBytes === undefined ? [] : [mapping.rssBytes]))
    return known.length === 0 ? [] : [{artifact: id, timeUnixNs, bytes: sum(known), from: 'smaps' as const}]
  })
}

/** Without RSS: what Go has from the system and has not given back. */
function goTotal(state: GoParts | undefined): Total | undefined {
  if (state === undefined || (!state.whole && state.systemBytes === undefined)) return undefined
  const bytes =
    state.systemBytes ?? sum([state.live, state.garbage, state.objects, state.idle, state.stacks, state.runtime].map(part => part ?? 0))
  return {artifact: state.artifact, timeUnixNs: state.timeUnixNs, bytes, from: 'metrics'}
}

/** States of Go's memory in order of time; of one source, the one that says most. */
function goStates(evidence: ProgramEvidence): readonly GoParts[] {
  const metrics = evidence.of('metrics').flatMap(({id, timeUnixNs, data}) =>
    data.points.flatMap(point => {
      const at = {artifact: id, timeUnixNs: point.timeUnixNs ?? timeUnixNs}
      const state = ofRuntimeMetrics(point.values, at) ?? ofMemStats(point.values, at)
      return state === undefined ? [] : [state]
    }),
  )
  if (metrics.length > 0) return metrics
  const cycles = evidence.of('gctrace').flatMap(({id, program, data}) =>
    data.cycles.map((cycle): GoParts => ({
      artifact: id,
      timeUnixNs: program.startedUnixNs === undefined ? undefined : program.startedUnixNs + BigInt(Math.round(cycle.atSeconds * 1e9)),
      ...(cycle.liveMb === 0 ? {} : {live: cycle.liveMb * mib}), // whole megabytes: a zero is less than half of one
      garbage: Math.max(0, cycle.endMb - cycle.liveMb) * mib,
      ...(cycle.stacksMb === undefined || cycle.stacksMb === 0 ? {} : {stacks: cycle.stacksMb * mib}),
      whole: false,
    })),
  )
  return cycles.length > 0 ? cycles : heapProfileStates(evidence)
}

function heapProfileStates(evidence: ProgramEvidence): readonly GoParts[] {
  return evidence.of('profile').flatMap(({id, timeUnixNs, data}) => {
    const index = data.profileType === 'heap' ? sampleTypeIndex(data, 'inuse_space') : undefined
    if (index === undefined) return []
    let live = 0
    for (let sample = 0; sample < data.sampleCount; sample++) live += data.value(sample, index)
    return live === 0 ? [] : [{artifact: id, timeUnixNs, live, whole: false}] // so small that no sample fell on it (one each 512 KiB by default)
  })
}

function ofRuntimeMetrics(values: ReadonlyMap<string, number>, at: At): GoParts | undefined {
  const [total, objects] = [values.get('/memory/classes/total:bytes'), values.get('/memory/classes/heap/objects:bytes')]
  if (total === undefined || objects === undefined) return undefined
  const of = (name: string) => values.get(`/memory/classes/${name}:bytes`) ?? 0
  const live = Math.min(objects, values.get('/gc/heap/live:bytes') ?? objects)
  const idle = of('heap/free') + of('heap/unused')
  const stacks = of('heap/stacks') + of('os-stacks')
  return {...at, live, garbage: objects - live, idle, stacks, runtime: total - of('heap/released') - objects - idle - stacks, whole: true}
}

/**
 * runtime.MemStats, as expvar and the Prometheus collector name its fields. HeapAlloc counts what lives and what is garbage alike; a page that was
 * filtered may lack fields, and what it does not say is no zero.
 */
function ofMemStats(values: ReadonlyMap<string, number>, at: At): GoParts | undefined {
  const of = (field: string, metric: string) => values.get(`memstats.${field}`) ?? values.get(`go_memstats_${metric}_bytes`)
  const [sys, alloc] = [of('Sys', 'sys'), of('HeapAlloc', 'heap_alloc')]
  if (sys === undefined || alloc === undefined) return undefined
  const known = values.get('/gc/heap/live:bytes') ?? values.get('go_gc_heap_live_bytes')
  const heap = known === undefined ? {objects: alloc} : {live: Math.min(alloc, known), garbage: Math.max(0, alloc - known)}
  const [idleHeap, inUse, released] = [of('HeapIdle', 'heap_idle'), of('HeapInuse', 'heap_inuse'), of('HeapReleased', 'heap_released')]
  const stacks = of('StackSys', 'stack_sys') ?? of('StackInuse', 'stack_inuse')
  const systemBytes = sys - (released ?? 0)
  if (idleHeap === undefined || inUse === undefined || stacks === undefined)
    return {...at, ...heap, ...(stacks === undefined ? {} : {stacks}), whole: false, systemBytes}
  const idle = Math.max(0, idleHeap - (released ?? 0)) + Math.max(0, inUse - alloc)
  return {...at, ...heap, idle, stacks, runtime: Math.max(0, systemBytes - alloc - idle - stacks), whole: true}
}

/** The state nearest in time; where times are missing, the one at the same end. */
function stateAt(states: readonly GoParts[], total: Total, end: 'first' | 'last'): GoParts | undefined {
  const time = total.timeUnixNs
  const timed = time === undefined ? [] : states.filter(state => state.timeUnixNs !== undefined)
  if (time === undefined || timed.length === 0) return end === 'first' ? states[0] : states.at(-1)
  const distance = (state: GoParts) => {
    const apart = (state.timeUnixNs ?? 0n) - time
    return apart < 0n ? -apart : apart
  }
  return timed.reduce((best, state) => (distance(state) < distance(best) ? state : best))
}

function partsOf(state: GoParts, total: number): BalanceLine[] {
  const known = (['live', 'garbage', 'objects', 'idle', 'stacks', 'runtime'] as const).flatMap(part => {
    const bytes = state[part]
    return bytes === undefined ? [] : [{part, bytes, by: 'measured' as const, artifact: state.artifact}]
  })
  const rest = total - sum(known.map(line => line.bytes))
  if (rest === 0) return known
  const part: BalancePart = rest < 0 ? 'untouched' : state.whole ? 'outside' : 'untold'
  return [...known, {part, bytes: rest, by: 'difference'}]
}

/** What is left of the total, whatever its sign. */
const isRest = (part: BalancePart) => part === 'outside' || part === 'untold' || part === 'untouched'

function mappingsOf(evidence: ProgramEvidence, total: Total): MemoryBalance['mappings'] {
  const artifact = evidence.of('memory-map').findLast(one => one.data.mappings.some(mapping => mapping.rssBytes !== undefined))
  if (artifact === undefined || farApart(artifact.timeUnixNs, total.timeUnixNs)) return undefined
  const resident = (matches: (name: string) => boolean) =>
    sum(artifact.data.mappings.filter(mapping => matches(mapping.name)).map(mapping => mapping.rssBytes ?? 0))
  return {
    artifact: artifact.id,
    files: resident(name => name.startsWith('/')),
    cHeap: resident(name => name === '[heap]'),
    namedByGo: resident(name => name.startsWith('[anon: Go:')),
    otherAnonymous: resident(name => !name.startsWith('/') && name !== '[heap]' && !name.startsWith('[anon: Go:')),
  }
}

/** A map taken long before or after the total says nothing of it. */
const mapsApartNs = 10_000_000_000n
const farApart = (a: bigint | undefined, b: bigint | undefined) =>
  a !== undefined && b !== undefined && (a - b > mapsApartNs || b - a > mapsApartNs)

function limitsOf(evidence: ProgramEvidence): Pick<MemoryBalance, 'limitBytes' | 'goLimitBytes' | 'cgroupBytes'> {
  const cgroups = evidence.of('cgroup').map(one => one.data)
  const limit = cgroups.findLast(one => one.memoryLimitBytes !== undefined)?.memoryLimitBytes
  const used = cgroups.findLast(one => one.memoryUsedBytes !== undefined)?.memoryUsedBytes
  const go = evidence
    .of('metrics')
    .flatMap(one => one.data.points.map(point => point.values.get('/gc/gomemlimit:bytes') ?? point.values.get('go_gc_gomemlimit_bytes')))
    .findLast(value => value !== undefined)
  return {
    ...(limit === undefined || !Number.isFinite(limit) ? {} : {limitBytes: limit}),
    ...(go === undefined || go > 2 ** 62 ? {} : {goLimitBytes: go}),
    ...(used === undefined ? {} : {cgroupBytes: used}),
  }
}

/** What of the balance is a symptom that a cause must be large enough for: growth first, else a level that is large by itself. */
export function memorySymptom(balance: MemoryBalance): {readonly bytes: number; readonly what: string} | undefined {
  const set = memorySymptomSettings
  const {bytes, grownBytes = 0, of} = balance.total
  const name = of === 'rss' ? 'RSS' : 'memory of Go'
  if (grownBytes >= set.growthBytesMin.value && grownBytes >= set.growthShareMin.value * bytes)
    return {bytes: grownBytes, what: `growth of ${name}`}
  const near = balance.limitBytes !== undefined && bytes >= set.limitShareMin.value * balance.limitBytes
  return near || bytes >= set.levelBytesMin.value ? {bytes, what: name} : undefined
}

/** Holds what a cause accounts for against the symptom; undefined when memory is no symptom here. */
export function explainedOf(balance: MemoryBalance, bounds: readonly [number, number]): Explained | undefined {
  const [low, high] = [Math.min(...bounds), Math.max(...bounds)]
  const symptom = memorySymptom(balance)
  if (symptom === undefined) return undefined
  const enough = high >= memorySymptomSettings.enoughShare.value * symptom.bytes
  const range = low === high ? formatBytes(low) : `${formatBytes(low)} to ${formatBytes(high)}`
  const of = `${formatBytes(symptom.bytes)} (${symptom.what})`
  return {
    symptom: symptom.what,
    symptomBytes: symptom.bytes,
    bytesLow: low,
    bytesHigh: high,
    enough,
    says: enough
      ? `explains ${range} of ${of}`
      : `explains ${range}, not ${of}: less than half, so something else, or what is kept alive by this, holds the rest`,
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
