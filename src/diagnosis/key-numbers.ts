// The few numbers by which two captures of one program are compared: slopes, latencies, shares. Smaller is better for all of them.
import type {ComparedNumber} from '../findings/comparison.ts'
import type {ProgramEvidence} from './engine/detector.ts'
import {trendOf} from './trend.ts'

export interface KeyNumber {
  readonly value: number
  readonly unit: ComparedNumber['unit']
  /** Differences below this are noise, whatever their ratio. */
  readonly floor: number
}

const mib = 1024 * 1024

/** Of the program with the most evidence; a name is absent where it was not captured. */
export function keyNumbers(programs: readonly ProgramEvidence[]): ReadonlyMap<string, KeyNumber> {
  const main = [...programs].sort((a, b) => sizeOf(b) - sizeOf(a))[0]
  const found = new Map<string, KeyNumber>()
  if (main === undefined) return found
  const put = (name: string, unit: ComparedNumber['unit'], floor: number, value: number | undefined) => {
    if (value !== undefined && Number.isFinite(value)) found.set(name, {value, unit, floor})
  }
  put('live heap slope', 'B/s', 16 * 1024, liveSlope(main))
  put('RSS at the end', 'B', 8 * mib, main.of('proc-status').at(-1)?.data.values.get('VmRSS'))
  put('threads at the end', 'threads', 4, main.of('proc-status').at(-1)?.data.threads)
  put('goroutines at the end', 'goroutines', 10, goroutines(main).at(-1)?.[1])
  put('goroutines slope', '1/s', 0.1, trendOf(goroutines(main))?.slope)
  put('collections', '1/s', 0.1, collections(main))
  put('collector, share of used CPU', '1', 0.02, collectorShare(main))
  put('waits to run, 99th percentile (trace)', 'ns', 50e3, worst(main.of('trace').map(one => one.data.latency.p99)))
  put(
    'waits to run over 300 µs (trace)',
    '1',
    0.005,
    worst(main.of('trace').map(one => one.data.latency.over300us / Math.max(1, one.data.latency.count))),
  )
  put(
    'longest stop of the world (trace)',
    'ns',
    500e3,
    worst(main.of('trace').map(one => Math.max(0, ...one.data.stops.map(stop => stop.totalNs)))),
  )
  put('waits to run, 99th percentile (metrics)', 'ns', 50e3, histogramP99(main, '/sched/latencies:seconds'))
  put('pauses of the collector, 99th percentile (metrics)', 'ns', 200e3, histogramP99(main, '/sched/pauses/total/gc:seconds'))
  put('waiting for locks, s a second', '1/s', 0.01, rateOf(main, '/sync/mutex/wait/total:seconds'))
  put('slowest request (curl)', 'ns', 5e6, slowestRequest(main))
  return found
}

const sizeOf = (program: ProgramEvidence) =>
  (['profile', 'goroutines', 'metrics', 'gctrace', 'proc-status', 'trace', 'schedtrace', 'crash', 'race'] as const).reduce(
    (sum, kind) => sum + program.of(kind).length,
    0,
  )

const worst = (values: readonly number[]) => (values.length === 0 ? undefined : Math.max(...values))

type Series = (readonly [seconds: number, value: number])[]

/** A metric over time, of the longest series that has it. */
function seriesOf(program: ProgramEvidence, ...names: readonly string[]): Series {
  const all = program.of('metrics').map(({data}) =>
    data.points.flatMap(point => {
      const value = names.map(name => point.values.get(name)).find(one => one !== undefined)
      return value === undefined || point.timeUnixNs === undefined ? [] : [[Number(point.timeUnixNs / 1000n) / 1e6, value] as const]
    }),
  )
  return all.reduce<Series>((best, series) => (series.length > best.length ? series : best), [])
}

function liveSlope(program: ProgramEvidence): number | undefined {
  const metrics = trendOf(seriesOf(program, '/gc/heap/live:bytes'))
  if (metrics !== undefined) return metrics.slope
  return trendOf(
    program
      .of('gctrace')
      .at(-1)
      ?.data.cycles.map(cycle => [cycle.atSeconds, cycle.liveMb * mib] as const) ?? [],
  )?.slope
}

function goroutines(program: ProgramEvidence): Series {
  const metrics = seriesOf(program, '/sched/goroutines:goroutines', 'go_goroutines')
  if (metrics.length > 0) return metrics
  return program
    .of('goroutines')
    .map(({timeUnixNs, data}, i) => [timeUnixNs === undefined ? i : Number(timeUnixNs / 1000n) / 1e6, data.total] as const)
}

function collections(program: ProgramEvidence): number | undefined {
  const cycles = program.of('gctrace').at(-1)?.data.cycles ?? []
  const [first, last] = [cycles[0], cycles.at(-1)]
  if (first !== undefined && last !== undefined && last.atSeconds > first.atSeconds)
    return (cycles.length - 1) / (last.atSeconds - first.atSeconds)
  return rateOf(program, '/gc/cycles/total:gc-cycles')
}

function rateOf(program: ProgramEvidence, name: string): number | undefined {
  const series = seriesOf(program, name)
  const [first, last] = [series[0], series.at(-1)]
  return first === undefined || last === undefined || last[0] <= first[0] ? undefined : (last[1] - first[1]) / (last[0] - first[0])
}

function collectorShare(program: ProgramEvidence): number | undefined {
  const rate = (name: string) => rateOf(program, `/cpu/classes/${name}:cpu-seconds`)
  const [total, idle, gc, idleMark] = [rate('total'), rate('idle'), rate('gc/total'), rate('gc/mark/idle')]
  if (total === undefined || idle === undefined || gc === undefined || total <= idle) return undefined
  return (gc - (idleMark ?? 0)) / (total - idle)
}

/** Of what was counted between the first and the last sample; the upper end of the bucket, as far as there is one. */
function histogramP99(program: ProgramEvidence, name: string): number | undefined {
  for (const {data} of program.of('metrics')) {
    const [first, last] = [data.points[0]?.histograms.get(name), data.points.at(-1)?.histograms.get(name)]
    if (first === undefined || last === undefined || first === last || first.counts.length !== last.counts.length) continue
    const counts = last.counts.map((count, i) => count - first.counts[i]!)
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (total <= 0) continue
    let seen = 0
    const bucket = counts.findIndex(count => (seen += count) >= 0.99 * total)
    const [low, high] = [last.buckets[bucket], last.buckets[bucket + 1]]
    return 1e9 * (high !== undefined && Number.isFinite(high) ? high : Math.max(0, low ?? 0))
  }
  return undefined
}

function slowestRequest(program: ProgramEvidence): number | undefined {
  const times = program.of('curl-timing').flatMap(one => one.data.requests.flatMap(request => request.get('time_total') ?? []))
  return worst(times.map(seconds => seconds * 1e9))
}
