// Prometheus text exposition of the Go and process collectors (`go_…`, `process_…`), one scrape or several one after the other.
// Format: prometheus/docs exposition_formats.md; metric names: client_golang prometheus/go_collector*.go. Other metrics are kept out.
import type {MetricPoint} from '../model/metrics.ts'
import type {Emit, TextReader} from '../logs/text-reader.ts'

const sample = /^((?:go|process)_[a-zA-Z0-9_:]+)(?:\{(.*?)\})? (\S+)(?: (-?\d+))?$/
const pointsMax = 1_000_000
const seriesMax = 10_000

interface Building {
  readonly values: Map<string, number>
  readonly cumulative: Map<string, {le: number; count: number}[]>
  timeUnixNs: bigint | undefined
}

export function prometheusReader(emit: Emit): TextReader {
  const points: Building[] = []
  let start = -1
  let end = 0
  const put = (name: string, labels: string, value: number, time: string | undefined) => {
    const bucket = /(?:^|,)le="([^"]*)"/.exec(labels)?.[1]
    const rest = labels.replace(/(?:^|,)le="[^"]*"/, '')
    const key = rest === '' ? name : `${name}{${rest}}`
    let point = points.at(-1)
    const again = bucket === undefined ? point?.values.has(key) : point?.cumulative.get(key)?.some(b => b.le === number(bucket))
    if (!point || again) {
      if (points.length >= pointsMax) return
      points.push((point = {values: new Map(), cumulative: new Map(), timeUnixNs: undefined}))
    }
    if (time !== undefined) point.timeUnixNs = BigInt(time) * 1_000_000n
    if (point.values.size + point.cumulative.size > seriesMax) return
    if (bucket === undefined) point.values.set(key, value)
    else {
      const buckets = point.cumulative.get(key)
      if (buckets) buckets.push({le: number(bucket), count: value})
      else point.cumulative.set(key, [{le: number(bucket), count: value}])
    }
  }
  return {
    open: false,
    offer(line) {
      const text = line.text
      const comment = text.startsWith('# ') && /^# (?:HELP|TYPE) (?:go|process)_/.test(text)
      const m = comment || !/^(?:go|process)_/.test(text) ? undefined : sample.exec(text)
      if (!comment && !m) return false
      if (m) {
        const value = number(m[3] ?? '')
        if (Number.isNaN(value) && m[3] !== 'NaN') return false
        put(m[1] ?? '', m[2] ?? '', value, m[4])
      } else if (start < 0 && points.length === 0 && !text.startsWith('# HELP')) return false
      if (start < 0) start = line.start
      end = line.end
      return true
    },
    finish() {
      if (points.length > 0)
        emit({format: 'metrics/prometheus', start, end, data: {kind: 'metrics', source: 'prometheus', points: points.map(finished)}})
    },
  }
}

const number = (text: string): number => (/^[+-]?Inf$/.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text))

function finished({values, cumulative, timeUnixNs}: Building): MetricPoint {
  const histograms = new Map<string, {counts: readonly number[]; buckets: readonly number[]}>()
  for (const [name, list] of cumulative) {
    const sorted = [...list].sort((a, b) => a.le - b.le)
    // Prometheus counts up to each bound; runtime/metrics counts between them.
    histograms.set(name.replace(/_bucket(?=$|\{)/, ''), {
      counts: sorted.map((b, i) => b.count - (sorted[i - 1]?.count ?? 0)),
      buckets: [-Infinity, ...sorted.map(b => b.le)],
    })
  }
  return {timeUnixNs, values, histograms}
}
