// c-memory-growth: the process grows and what Go has from the system does not. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {trendOf} from '../../diagnosis/trend.ts'

const mib = 1024 * 1024

/** What Go holds of the system's memory and has not given back, and the live heap. */
interface GoMemory {
  readonly mapped: number
  readonly heap: number
}

export default defineDetector({
  id: 'c-memory-growth',
  title: 'Memory outside Go grows',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://pkg.go.dev/runtime/metrics#hdr-Supported_metrics',
    'https://pkg.go.dev/runtime#MemStats',
    'https://man7.org/linux/man-pages/man5/proc_pid_status.5.html',
  ],
  settings: {
    shareMin: {value: 0.3, unit: 'of RSS', source: 'detector.md#settings'},
    growthBytesMin: {value: 16 * mib, unit: 'B', source: 'detector.md#settings'},
    growthShareMin: {value: 0.5, unit: "of RSS' growth", source: 'detector.md#settings'},
    risingMin: {value: 0.8, unit: 'share of pairs', source: 'detector.md#settings'},
  },
  messages: {
    grows: {
      what: 'RSS grows from {rssFirst} to {rssLast} while what Go has from the system goes from {goFirst} to {goLast}: {gap} lie outside Go',
      why: 'memory that C allocates, mapped files and thread stacks are in RSS and in no Go profile: a heap profile cannot show what C.malloc took',
      next: 'Look at which C functions allocate and who frees: run with a sanitizer or a malloc profiler (jemalloc, heaptrack), and check every C.CString for its C.free.',
    },
    'small-heap': {
      what: 'RSS grows from {rssFirst} to {rssLast} while the heap of Go is never above {heapMax} (gctrace from its first cycle on): at least {gap} lie outside Go',
      why: 'memory that C allocates, mapped files and thread stacks are in RSS and in no Go profile: a heap profile cannot show what C.malloc took',
      next: 'Look at which C functions allocate and who frees: run with a sanitizer or a malloc profiler (jemalloc, heaptrack), and check every C.CString for its C.free.',
    },
  },

  run(evidence, settings) {
    const statuses = evidence.of('proc-status').flatMap(artifact => {
      const rss = artifact.data.values.get('VmRSS')
      return rss === undefined ? [] : [{artifact, rss}]
    })
    const [first, last] = [statuses[0], statuses.at(-1)]
    const memory = goMemoryOf(evidence)
    if (first === undefined || last === undefined || statuses.length < 2 || memory === undefined) return []
    const gap = [first.rss - memory.first.mapped, last.rss - memory.last.mapped] as const
    const growth = gap[1] - gap[0]
    const trend = trendOf(statuses.map(({rss}, i) => [i, rss] as const))
    if (growth < settings.growthBytesMin || growth < settings.growthShareMin * (last.rss - first.rss)) return []
    if (gap[1] < settings.shareMin * last.rss || trend === undefined || trend.rising < settings.risingMin) return []
    // The Go heap may grow a little beside it; when it grows as much there is no saying which is the cause.
    if (memory.last.heap - memory.first.heap > 0.25 * growth) return []
    return [
      {
        message: memory.heapMax === undefined ? 'grows' : 'small-heap',
        data: {
          heapMax: formatBytes(memory.heapMax ?? 0),
          rssFirst: formatBytes(first.rss),
          rssLast: formatBytes(last.rss),
          goFirst: formatBytes(memory.first.mapped),
          goLast: formatBytes(memory.last.mapped),
          gap: formatBytes(gap[1]),
        },
        subject: {kind: 'process', name: 'memory outside Go'},
        confidence: statuses.length >= 4 ? 0.85 : 0.6,
        measured: [
          {
            name: 'share of RSS outside Go',
            value: Number((gap[1] / last.rss).toFixed(3)),
            unit: '1',
            limit: settings.shareMin,
            limitSource: 'detector.md#settings',
            artifact: last.artifact.id,
          },
          {
            name: 'growth outside Go',
            value: Math.round(growth),
            unit: 'B',
            limit: settings.growthBytesMin,
            limitSource: 'detector.md#settings',
            artifact: last.artifact.id,
          },
          {name: 'memory outside Go', value: Math.round(gap[1]), unit: 'B', artifact: last.artifact.id},
          ...statuses.map(({artifact, rss}) => ({name: 'RSS', value: rss, unit: 'B', artifact: artifact.id})),
          {name: 'heap in use by Go at the end', value: memory.last.heap, unit: 'B', artifact: memory.artifact},
        ],
        places: [],
      } satisfies Observed<'grows' | 'small-heap'>,
    ]
  },
})

interface Known {
  readonly first: GoMemory
  readonly last: GoMemory
  readonly artifact: string
  /** Largest heap that gctrace shows, where there is no series of what is mapped but only an upper bound of it. */
  readonly heapMax?: number
}

/** What the runtime holds beyond the heap it has ever used: spans, tables, a bit of every stack. A Go program that prints a line has about 10 MiB. */
const runtimeOverhead = 16 * mib

/** What Go holds of the system's memory: as the runtime counts it, or no more than twice the largest heap that gctrace shows from the first cycle on. */
function goMemoryOf(evidence: ProgramEvidence): Known | undefined {
  return counted(evidence) ?? bounded(evidence)
}

function bounded(evidence: ProgramEvidence): Known | undefined {
  for (const artifact of evidence.of('gctrace')) {
    const {cycles} = artifact.data
    const [first, last] = [cycles[0], cycles.at(-1)]
    if (first === undefined || last === undefined || first.n !== 1) continue
    let [peak, stacks] = [0, 0]
    for (const cycle of cycles) {
      peak = Math.max(peak, cycle.startMb, cycle.endMb, cycle.goalMb)
      stacks = Math.max(stacks, cycle.stacksMb ?? 0)
    }
    const mapped = 2 * mib * (peak + stacks) + runtimeOverhead
    return {first: {mapped, heap: first.liveMb * mib}, last: {mapped, heap: last.liveMb * mib}, artifact: artifact.id, heapMax: peak * mib}
  }
  return undefined
}

function counted(evidence: ProgramEvidence): Known | undefined {
  for (const artifact of evidence.of('metrics')) {
    const states = artifact.data.points.map(point => stateOf(point.values)).filter(state => state !== undefined)
    const [first, last] = [states[0], states.at(-1)]
    if (first !== undefined && last !== undefined && states.length > 1) return {first, last, artifact: artifact.id}
  }
  return undefined
}

function stateOf(values: ReadonlyMap<string, number>): GoMemory | undefined {
  const [total, released] = [
    values.get('/memory/classes/total:bytes') ?? values.get('memstats.Sys') ?? values.get('go_memstats_sys_bytes'),
    values.get('/memory/classes/heap/released:bytes') ??
      values.get('memstats.HeapReleased') ??
      values.get('go_memstats_heap_released_bytes'),
  ]
  const heap =
    values.get('/gc/heap/live:bytes') ??
    values.get('/memory/classes/heap/objects:bytes') ??
    values.get('memstats.HeapAlloc') ??
    values.get('go_memstats_heap_alloc_bytes')
  return total === undefined || heap === undefined ? undefined : {mapped: total - (released ?? 0), heap}
}
