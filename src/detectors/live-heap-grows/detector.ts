// live-heap-grows: what survives each garbage collection grows over the whole capture. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Identified, type Observed} from '../../diagnosis/engine/detector.ts'
import {trendOf} from '../../diagnosis/trend.ts'

const mib = 1024 * 1024

export default defineDetector({
  id: 'live-heap-grows',
  title: 'The live heap grows from collection to collection',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://pkg.go.dev/runtime#hdr-Environment_Variables',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/mgc.go',
    'https://pkg.go.dev/runtime/metrics#hdr-Supported_metrics',
  ],
  settings: {
    cyclesMin: {value: 8, unit: 'GC cycles', source: 'detector.md#settings'},
    spanSecondsMin: {value: 20, unit: 's', source: 'detector.md#settings'},
    liveBytesMin: {value: 16 * mib, unit: 'B', source: 'gctrace prints whole MB: smaller heaps are mostly rounding'},
    risingMin: {value: 0.9, unit: 'share of pairs', source: 'detector.md#settings'},
    ratioMin: {value: 1.5, unit: 'last / first', source: 'detector.md#settings'},
  },
  messages: {
    grows: {
      what: 'the live heap grows by {slope}/s, from {first} to {last} over {span} s ({source})',
      why: 'live is what a finished mark phase reached: growth of it is retention, not garbage that waits for the collector',
      next: 'Compare heap profiles over the same time to see which allocation site it is.',
    },
  },

  run(evidence, settings) {
    const found: Observed<'grows'>[] = []
    for (const artifact of evidence.of('gctrace')) {
      const cycles = artifact.data.cycles.filter(cycle => !cycle.forced)
      const points = cycles.map(cycle => [cycle.atSeconds, cycle.liveMb * mib] as const)
      const one = judge(artifact, 'gctrace', points, settings)
      if (one) found.push(one)
    }
    for (const artifact of evidence.of('metrics')) {
      const live = artifact.data.points.flatMap(point => {
        const value = point.values.get('/gc/heap/live:bytes')
        return value === undefined || point.timeUnixNs === undefined ? [] : [[point.timeUnixNs, value] as const]
      })
      const origin = live[0]?.[0]
      if (origin === undefined) continue
      const one = judge(
        artifact,
        artifact.data.source,
        live.map(([time, value]) => [Number(time - origin) / 1e9, value] as const),
        settings,
      )
      if (one) found.push(one)
    }
    return found
  },
})

function judge(
  artifact: Identified,
  source: string,
  points: readonly (readonly [number, number])[],
  settings: Readonly<Record<'cyclesMin' | 'spanSecondsMin' | 'liveBytesMin' | 'risingMin' | 'ratioMin', number>>,
): Observed<'grows'> | undefined {
  const trend = trendOf(points)
  if (trend === undefined || points.length < settings.cyclesMin || trend.span < settings.spanSecondsMin) return undefined
  if (trend.last < settings.liveBytesMin || trend.last < settings.ratioMin * trend.first) return undefined
  if (trend.rising < settings.risingMin || trend.slope <= 0) return undefined
  const half = trendOf(points.slice(points.length >> 1))
  if (half === undefined || half.slope < 0.25 * trend.slope) return undefined // it has levelled off: a warm-up, not a leak
  return {
    message: 'grows',
    data: {
      slope: formatBytes(trend.slope),
      first: formatBytes(trend.first),
      last: formatBytes(trend.last),
      span: trend.span.toFixed(0),
      source,
    },
    subject: {kind: 'process', name: `live heap (${source})`},
    confidence: 0.85,
    measured: [
      {
        name: 'live heap slope',
        value: Math.round(trend.slope),
        unit: 'B/s',
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
      {name: 'live heap at the start', value: Math.round(trend.first), unit: 'B', artifact: artifact.id},
      {name: 'live heap at the end', value: Math.round(trend.last), unit: 'B', artifact: artifact.id},
    ],
    places: [],
  }
}
