// runtime/metrics samples as JSON lines, one sample an object: {"timeUnixNs":"…","metrics":{"/gc/heap/live:bytes":123,
// "/sched/latencies:seconds":{"counts":[],"buckets":[]}}}. The form our own captures write; names are those of runtime/metrics.
import {errors} from '../../base/errors.ts'
import {seriesLinesMax, type Emit, type TextReader} from '../logs/text-reader.ts'
import type {MetricPoint} from '../model/metrics.ts'

/** Buckets of one histogram at most; the runtime's own have under a thousand. */
const bucketsMax = 100_000

/** A sample from one JSON line; undefined when the line is something else. */
export function parseMetricLine(text: string): MetricPoint | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(parsed) || !isRecord(parsed['metrics'])) return undefined
  const values = new Map<string, number>()
  const histograms = new Map<string, {counts: readonly number[]; buckets: readonly number[]}>()
  for (const [name, value] of Object.entries(parsed['metrics'])) {
    const single = numeric(value)
    if (single !== undefined) values.set(name, single)
    else if (isRecord(value)) {
      const counts = numbers(value['counts'])
      const buckets = numbers(value['buckets'])
      if (counts && buckets) histograms.set(name, {counts, buckets})
    }
  }
  const time = parsed['timeUnixNs']
  const timeUnixNs =
    typeof time === 'string' && /^\d{1,20}$/.test(time)
      ? BigInt(time)
      : typeof time === 'number' && Number.isSafeInteger(time)
        ? BigInt(time)
        : undefined
  return {timeUnixNs, values, histograms}
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** JSON has no infinities; writers put them as strings (`"+Inf"`) or null. */
function numeric(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  if (/^[+-]?Inf(inity)?$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined
}

function numbers(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length > bucketsMax) return undefined
  const all: number[] = []
  for (const [index, item] of value.entries()) {
    const n = numeric(item) ?? (item === null ? (index === 0 ? -Infinity : Infinity) : undefined)
    if (n === undefined) return undefined
    all.push(n)
  }
  return all
}

export function metricLinesReader(emit: Emit): TextReader {
  const points: MetricPoint[] = []
  let start = 0
  let end = 0
  let broken = 0
  return {
    open: false,
    offer(line) {
      const text = line.text
      if (text.charCodeAt(0) !== 123 /* { */ || !text.includes('"metrics":{')) return false
      const point = parseMetricLine(text)
      if (!point) {
        if (points.length > 0) broken++
        return false
      }
      if (points.length === 0) start = line.start
      points.push(point)
      end = line.end
      if (points.length > seriesLinesMax) throw errors.limit('metric lines', seriesLinesMax)
      return true
    },
    finish() {
      const last = points.at(-1)
      if (!last) return
      emit({
        format: 'metrics/runtime-metrics',
        start,
        end,
        ...(last.timeUnixNs === undefined ? {} : {timeUnixNs: last.timeUnixNs}),
        complete: broken === 0,
        notes: broken > 0 ? [{code: 'metric-lines-unreadable', message: `${broken} lines of the series could not be read`}] : [],
        data: {kind: 'metrics', source: 'runtime/metrics', points: inOrderOfTime(points)},
      })
    },
  }
}

/** Stable: points without a clock keep their place. */
export function inOrderOfTime(points: readonly MetricPoint[]): readonly MetricPoint[] {
  if (points.some(point => point.timeUnixNs === undefined)) return points
  return [...points].sort((a, b) =>
    (a.timeUnixNs ?? 0n) < (b.timeUnixNs ?? 0n) ? -1 : (a.timeUnixNs ?? 0n) > (b.timeUnixNs ?? 0n) ? 1 : 0,
  )
}
