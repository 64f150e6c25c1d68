// collector-off: the heap is large and no collection has ever run. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {neverCollectedBytesMin, nothingFreed} from '../../diagnosis/nothing-freed.ts'

type Message = 'metrics' | 'profile'

const why =
  'with GOGC=100 the first collection comes when 4 MiB are allocated; none by now means that GOGC is off (or very high) and that no memory limit has been met: all garbage since the start is still there'
const next =
  'Turn the collector on again (GOGC=100), or set GOMEMLIMIT below the limit of the container, so that it runs before memory is out.'

export default defineDetector({
  id: 'collector-off',
  title: 'No collection has ever run',
  severity: 'warning',
  since: '0.1',
  sources: ['https://go.dev/doc/gc-guide#GOGC', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/mprof.go'],
  settings: {
    heapBytesMin: {value: neverCollectedBytesMin, unit: 'B', source: 'detector.md#settings'},
  },
  messages: {
    metrics: {what: 'the heap holds {heap} and no collection has ever run ({source})', why, next},
    profile: {
      what: 'all {heap} that were ever allocated are shown as in use: no collection has ever finished',
      why: `${why}; a heap profile cannot tell what lives from what is garbage then, and later ones repeat the first`,
      next,
    },
  },

  run: (evidence, settings) => {
    const counted = ofMetrics(evidence, settings.heapBytesMin)
    return counted.length > 0 ? counted : ofProfiles(evidence, settings.heapBytesMin)
  },
})

function ofMetrics(evidence: ProgramEvidence, heapBytesMin: number): Observed<Message>[] {
  return evidence
    .of('metrics')
    .slice(-1)
    .flatMap(artifact => {
      const values = artifact.data.points.at(-1)?.values
      const cycles =
        values?.get('/gc/cycles/total:gc-cycles') ??
        values?.get('go_gc_cycles_total_gc_cycles_total') ??
        values?.get('go_gc_duration_seconds_count') ??
        values?.get('memstats.NumGC')
      const heap =
        values?.get('/memory/classes/heap/objects:bytes') ??
        values?.get('go_memstats_heap_alloc_bytes') ??
        values?.get('memstats.HeapAlloc')
      if (cycles !== 0 || heap === undefined || heap < heapBytesMin || isBounded(values)) return []
      return [observe('metrics', heap, artifact.id, heapBytesMin, 0.8, artifact.data.source)]
    })
}

/** A memory limit is what ends the growth when GOGC is off; without one it is math.MaxInt64. */
const isBounded = (values: ReadonlyMap<string, number> | undefined) =>
  (values?.get('/gc/gomemlimit:bytes') ?? values?.get('go_gc_gomemlimit_bytes') ?? 2 ** 63) < 2 ** 62

function ofProfiles(evidence: ProgramEvidence, heapBytesMin: number): Observed<Message>[] {
  const heaps = evidence.of('profile').filter(artifact => artifact.data.profileType === 'heap')
  const last = heaps.at(-1)
  const bounded = evidence.of('metrics').some(artifact => artifact.data.points.some(point => isBounded(point.values)))
  const collected = evidence.of('gctrace').some(artifact => artifact.data.cycles.length > 0)
  const bytes = last === undefined ? undefined : nothingFreed(last.data)
  if (last === undefined || bytes === undefined || bytes < heapBytesMin || bounded || collected) return []
  return [observe('profile', bytes, last.id, heapBytesMin, 0.6, '')]
}

function observe(message: Message, heap: number, artifact: string, limit: number, confidence: number, source: string): Observed<Message> {
  return {
    message,
    data: {heap: formatBytes(heap), source},
    subject: {kind: 'process', name: 'collector'},
    confidence,
    measured: [
      {name: 'heap without a collection', value: Math.round(heap), unit: 'B', limit, limitSource: 'detector.md#settings', artifact},
    ],
    places: [],
  }
}
