// live-objects-grow: the number of objects on the heap grows. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {trendOf} from '../../diagnosis/trend.ts'

export default defineDetector({
  id: 'live-objects-grow',
  title: 'The number of objects on the heap grows',
  severity: 'warning',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime/metrics#hdr-Supported_metrics', 'https://pkg.go.dev/runtime#MemStats'],
  settings: {
    cyclesMin: {value: 3, unit: 'collections', source: 'detector.md#settings'},
    pointsMin: {value: 8, unit: 'samples', source: 'detector.md#settings'},
    spanSecondsMin: {value: 20, unit: 's', source: 'detector.md#settings'},
    objectsMin: {value: 100_000, unit: 'objects', source: 'detector.md#settings'},
    ratioMin: {value: 1.5, unit: 'last / first', source: 'detector.md#settings'},
    risingMin: {value: 0.8, unit: 'share of pairs', source: 'detector.md#settings'},
  },
  messages: {
    grows: {
      what: 'live objects grow from {first} to {last} over {span} s, {slope} a second ({source})',
      why: 'allocations minus frees is nothing but the number of objects that are there, those included that the next collection will free; it does not say what they are or who keeps them',
      next: 'Compare heap profiles by inuse_objects over the same time.',
    },
  },

  run(evidence, settings) {
    return evidence.of('metrics').flatMap((artifact): Observed<'grows'>[] => {
      const points = artifact.data.points.flatMap(point => {
        const value = objectsOf(point.values)
        return value === undefined || point.timeUnixNs === undefined ? [] : [[Number(point.timeUnixNs / 1_000_000n) / 1e3, value] as const]
      })
      const trend = trendOf(points)
      if (trend === undefined || points.length < settings.pointsMin || trend.span < settings.spanSecondsMin) return []
      if (trend.last < settings.objectsMin || trend.last < settings.ratioMin * trend.first) return []
      if (trend.rising < settings.risingMin || trend.slope <= 0) return []
      const cycles = collections(artifact.data.points)
      if (cycles !== undefined && cycles < settings.cyclesMin) return [] // garbage that nothing has collected yet
      const half = trendOf(points.slice(points.length >> 1))
      if (half === undefined || half.slope < 0.25 * trend.slope) return [] // it has levelled off: a warm-up
      return [
        {
          message: 'grows',
          data: {
            first: trend.first.toLocaleString('en-US'),
            last: trend.last.toLocaleString('en-US'),
            span: trend.span.toFixed(0),
            slope: Math.round(trend.slope).toLocaleString('en-US'),
            source: artifact.data.source,
          },
          subject: {kind: 'process', name: `live objects (${artifact.data.source})`},
          confidence: 0.75,
          measured: [
            {
              name: 'live objects slope',
              value: Math.round(trend.slope),
              unit: '1/s',
              limit: 0,
              limitSource: 'detector.md#settings',
              artifact: artifact.id,
            },
            {
              name: 'pairs of samples that rise',
              value: Number(trend.rising.toFixed(3)),
              unit: '1',
              limit: settings.risingMin,
              limitSource: 'detector.md#settings',
              artifact: artifact.id,
            },
            {name: 'objects at the start', value: trend.first, unit: 'objects', artifact: artifact.id},
            {name: 'objects at the end', value: trend.last, unit: 'objects', artifact: artifact.id},
          ],
          places: [],
        },
      ]
    })
  },
})

/** Collections between the first and the last sample; undefined when the samples do not say. */
function collections(points: readonly {readonly values: ReadonlyMap<string, number>}[]): number | undefined {
  const counts = points
    .map(
      ({values}) => values.get('/gc/cycles/total:gc-cycles') ?? values.get('memstats.NumGC') ?? values.get('go_gc_duration_seconds_count'),
    )
    .filter(count => count !== undefined)
  const [first, last] = [counts[0], counts.at(-1)]
  return first === undefined || last === undefined ? undefined : last - first
}

/** Under the name of each source. */
function objectsOf(values: ReadonlyMap<string, number>): number | undefined {
  const [mallocs, frees] = [
    values.get('memstats.Mallocs') ?? values.get('go_memstats_mallocs_total'),
    values.get('memstats.Frees') ?? values.get('go_memstats_frees_total'),
  ]
  return values.get('/gc/heap/objects:objects') ?? (mallocs === undefined || frees === undefined ? undefined : mallocs - frees)
}
