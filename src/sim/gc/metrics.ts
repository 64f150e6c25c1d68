// The figures of a heap run.
import {ascending, quantileOfSorted} from '../kernel/statistics.ts'
import {figure, type Metric, type Metrics} from '../scenario/metric.ts'
import type {HeapRun, HeapScenario} from './heap.ts'

export function heapMetrics(run: HeapRun, scenario: HeapScenario): Metrics {
  const {cycles} = run
  const cpu = run.endS * scenario.procs
  const last = cycles.at(-1)
  const periods = ascending(cycles.slice(1).map((c, i) => c.atS - cycles[i]!.atS))
  const out: Record<string, Metric> = {
    cycles: figure(cycles.length, 'count'),
    'cycles.rate': figure(cycles.length / Math.max(run.endS, 1e-9), '1/s'),
    'period.p50': figure(quantileOfSorted(periods, 0.5), 's'),
    'heap.peak': figure(run.heapPeakBytes, 'B'),
    'heap.mean': figure(run.heapMeanBytes, 'B'),
    'rss.peak': figure(run.rssPeakBytes, 'B'),
    'alloc.total': figure(run.totalAllocBytes, 'B'),
    'gc.cpu': figure(run.gcCpuS / cpu, 'share'),
    'gc.assist': figure(run.assistCpuS / cpu, 'share'),
    'gc.mark.wall': figure(run.markWallS / run.endS, 'share'),
    'gc.limiter': figure(run.limitingS / run.endS, 'share'),
    'gc.utilization.last': figure(last?.utilization ?? 0, 'share'),
    'marked.last': figure(last?.markedBytes ?? 0, 'B'),
    'trigger.last': figure(last?.triggerBytes ?? 0, 'B'),
    'goal.last': figure(last?.goalBytes ?? 0, 'B'),
    'gogc.last': figure(run.series.at(-1)?.gogc ?? scenario.gogc, '%'),
    'live.slope': figure(slope(cycles.map(c => [c.atS, c.markedBytes])), 'B/s'),
    oom: figure(run.oomAtS === undefined ? 0 : 1, 'count'),
    'controller.changes': figure(run.decisions.length, 'count'),
    refused: figure(run.refusedS / run.endS, 'share'),
  }
  if (run.oomAtS !== undefined) out['oom.time'] = figure(run.oomAtS, 's')
  return out
}

/** Least squares over the last half of the points. */
function slope(points: readonly (readonly [number, number])[]): number {
  const half = points.slice(Math.floor(points.length / 2))
  if (half.length < 2) return 0
  const mx = half.reduce((s, [x]) => s + x, 0) / half.length
  const my = half.reduce((s, [, y]) => s + y, 0) / half.length
  let [xx, xy] = [0, 0]
  for (const [x, y] of half) {
    xx += (x - mx) ** 2
    xy += (x - mx) * (y - my)
  }
  return xx === 0 ? 0 : xy / xx
}
