// A heap scenario from YAML: machine, pacing, workloads, limits, controller.
import {controllers} from '../gc/controller.ts'
import type {HeapScenario} from '../gc/heap.ts'
import type {Workload} from '../gc/workload.ts'
import type {Field} from './reader.ts'
import {cpusMax, need, optional} from './scheduler-scenario.ts'

export const heapKeys = [
  'procs',
  'gogc',
  'limit',
  'globals',
  'scan-share',
  'mark-rate',
  'mark-spread',
  'mutator-cpus',
  'workloads',
  'non-heap',
  'overhead',
  'page-touch',
  'oom',
  'duration',
  'tick',
  'warm',
  'controller',
] as const

type Entries = ReadonlyMap<string, Field>

export interface HeapScenarioFile {
  readonly scenario: HeapScenario
  /** Name of a controller of gc/controller.ts. */
  readonly controller: string | undefined
}

export function readHeapScenario(root: Field, entries: Entries): HeapScenarioFile {
  const procs = need(root, entries, 'procs').whole(1, cpusMax)
  const durationS = need(root, entries, 'duration').duration(1e6, 400 * 86400e9) / 1e9
  const workloads = need(root, entries, 'workloads').list(64).map(readWorkload)
  if (workloads.length === 0) throw need(root, entries, 'workloads').problem('no workload', 'Add one.')
  const tick = entries.get('tick')
  const tickS = (tick?.duration(1e6) ?? Math.max(1e9, (durationS * 1e9) / 2000)) / 1e9
  const steps = durationS / tickS
  if (steps > 10_000_000)
    throw (tick ?? root).problem(`${Math.round(steps)} ticks, at most 10000000`, 'Make tick longer or duration shorter.')
  return {
    scenario: {
      procs,
      gogc: entries.get('gogc')?.number(-1, 100_000) ?? 100,
      ...optional('memoryLimitBytes', entries.get('limit')?.bytes(1)),
      globalsBytes: entries.get('globals')?.bytes() ?? 256 * 1024,
      scanShare: entries.get('scan-share')?.number(0, 1) ?? 1,
      markBytesPerS: entries.get('mark-rate')?.bytes(1024) ?? 2 ** 30,
      ...optional(
        'markSpread',
        entries.get('mark-spread')?.distribution(f => f.number(0.01, 100)),
      ),
      mutatorCpus: entries.get('mutator-cpus')?.number(0.001, procs) ?? procs,
      workloads,
      nonHeapBytes: entries.get('non-heap')?.bytes() ?? 0,
      overheadShare: entries.get('overhead')?.number(0, 10) ?? 0,
      ...optional('pageTouchNs', entries.get('page-touch')?.duration(0, 1e6)),
      ...optional('oomBytes', entries.get('oom')?.bytes(1)),
      ...optional('warm', entries.get('warm')?.flag()),
      durationS,
      tickS,
    },
    controller: entries.get('controller')?.oneOf(Object.keys(controllers)),
  }
}

const workloadKinds = ['steady', 'ticker', 'sessions', 'leak', 'map'] as const

function readWorkload(item: Field): Workload {
  const entries = item.map([...workloadKinds, 'from', 'until'])
  const kind = workloadKinds.find(k => entries.has(k))
  if (kind === undefined) throw item.problem('a workload needs a kind', `Give one of: ${workloadKinds.join(', ')}.`)
  const during = {
    ...optional('fromS', seconds(entries.get('from'))),
    ...optional('untilS', seconds(entries.get('until'))),
  }
  const field = entries.get(kind)!
  const rate = (f: Field) => f.bytes(0, 2 ** 42)
  switch (kind) {
    case 'steady': {
      const e = field.map(['live', 'alloc', 'stacks'])
      return {
        kind,
        ...during,
        liveBytes: need(field, e, 'live').bytes(),
        allocBytesPerS: rate(need(field, e, 'alloc')),
        ...optional('stackBytes', e.get('stacks')?.bytes()),
      }
    }
    case 'ticker': {
      const e = field.map(['every', 'bytes', 'cache'])
      return {
        kind,
        ...during,
        everyS: need(field, e, 'every').duration(1000) / 1e9,
        bytesPerTick: need(field, e, 'bytes').bytes(),
        cacheBytes: e.get('cache')?.bytes() ?? 0,
      }
    }
    case 'sessions': {
      const e = field.map(['per-second', 'life', 'bytes', 'alloc', 'max', 'goroutines', 'stack'])
      return {
        kind,
        ...during,
        arrivalsPerS: need(field, e, 'per-second').number(0, 1e7),
        lifeS: need(field, e, 'life').duration(1e6) / 1e9,
        bytesEach: need(field, e, 'bytes').bytes(),
        allocBytesPerSEach: rate(need(field, e, 'alloc')),
        ...optional('sessionsMax', e.get('max')?.whole(1, 1e8)),
        ...optional('goroutinesEach', e.get('goroutines')?.whole(0, 1000)),
        ...optional('stackBytesEach', e.get('stack')?.bytes()),
      }
    }
    case 'leak':
      return {kind, ...during, bytesPerS: rate(field)}
    case 'map': {
      const e = field.map(['design', 'key', 'elem', 'inserts-per-second', 'entries', 'bytes'])
      return {
        kind,
        ...during,
        design: e.get('design')?.oneOf(['swiss', 'buckets'] as const) ?? 'swiss',
        keyBytes: need(field, e, 'key').bytes(0, 1 << 20),
        elemBytes: need(field, e, 'elem').bytes(0, 1 << 20),
        insertsPerS: need(field, e, 'inserts-per-second').number(0, 1e9),
        ...optional('entriesMax', e.get('entries')?.whole(1, 1e12)),
        ...optional('bytesEach', e.get('bytes')?.bytes()),
      }
    }
  }
}

const seconds = (field: Field | undefined) => (field === undefined ? undefined : field.duration() / 1e9)
