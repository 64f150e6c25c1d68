// Numbers over time: runtime/metrics, expvar memstats, the Prometheus Go collector.

export interface MetricPoint {
  /** Unix nanoseconds; undefined when the capture has no clock. */
  readonly timeUnixNs: bigint | undefined
  /** By runtime/metrics name (`/memory/classes/heap/objects:bytes`); other sources keep their own names. */
  readonly values: ReadonlyMap<string, number>
  readonly histograms: ReadonlyMap<string, {readonly counts: readonly number[]; readonly buckets: readonly number[]}>
}

export interface MetricSeries {
  readonly kind: 'metrics'
  readonly source: 'runtime/metrics' | 'expvar' | 'prometheus'
  /** In order of time. */
  readonly points: readonly MetricPoint[]
}
