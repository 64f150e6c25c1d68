// The figures of a scheduler run.
import type {Histogram} from '../kernel/histogram.ts'
import {figure, type Metric, type Metrics} from '../scenario/metric.ts'
import type {SchedulerRun, SchedulerScenario} from './run.ts'
import {uses} from './world.ts'

/** Width of the buckets of the latency entropy. Unit: ns. */
const entropyBucketNs = 1000
/** What the source texts call a latency that is too long. Unit: ns. */
const longLatencyNs = 300_000

export function schedulerMetrics(run: SchedulerRun, scenario: SchedulerScenario): Metrics {
  const {world: w, names} = run
  const m = w.measures
  const seconds = scenario.durationNs / 1e9
  const wall = scenario.durationNs * w.gomaxprocs
  const out: Record<string, Metric> = {}
  const quantiles = (name: string, h: Histogram) => {
    if (h.count === 0) return
    out[`${name}.count`] = figure(h.count, 'count')
    out[`${name}.mean`] = figure(h.mean, 'ns')
    for (const [label, p] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p99', 0.99],
      ['p999', 0.999],
    ] as const)
      out[`${name}.${label}`] = figure(h.quantile(p), 'ns')
    out[`${name}.max`] = figure(h.max, 'ns')
    out[`${name}.deviation`] = figure(h.deviation, 'ns')
  }
  quantiles('latency', m.latencyNs)
  out['latency.over300us'] = figure(m.latencyNs.shareAbove(longLatencyNs), 'share')
  out['latency.entropy'] = figure(m.latencyNs.entropyBits(entropyBucketNs), 'bit')
  quantiles('slice', m.stintNs)
  quantiles('response', m.responseNs)
  quantiles('timer.late', m.timerLateNs)
  quantiles('stw.gc.stopping', m.stoppingGcNs)
  quantiles('stw.gc.total', m.pauseGcNs)
  quantiles('stw.other.stopping', m.stoppingOtherNs)
  quantiles('stw.other.total', m.pauseOtherNs)
  for (const [name, index] of names.measures) {
    const h = m.named[index]
    if (h) quantiles(`measure.${name}`, h)
  }
  const rate = (name: string, n: number) => (out[name] = figure(n / seconds, '1/s'))
  rate('switches', m.switches)
  rate('responses', m.responses / ((scenario.durationNs - scenario.warmupNs) / scenario.durationNs || 1))
  rate('goroutines.created', m.created)
  rate('preemptions', m.preemptions)
  rate('steals', m.steals)
  rate('steals.runnext', m.runnextSteals)
  rate('retakes', m.retakes)
  rate('syscalls', m.syscalls)
  rate('thread.wakes', m.wakes)
  rate('thread.handoffs', m.lockedHandoffs)
  rate('moves.p', m.movesP)
  rate('moves.thread', m.movesM)
  rate('moves.cpu', m.movesCpu)
  rate('moves.node', m.movesNode)
  rate('sysmon.rounds', m.sysmonRounds)
  out['threads.peak'] = figure(m.threadsPeak, 'count')
  out['goroutines.alive'] = figure(w.liveG, 'count')
  out['moved.share'] = figure(m.switches === 0 ? 0 : m.movesP / m.switches, 'share')
  out['remote.share'] = figure(m.ranNs === 0 ? 0 : m.remoteNs / m.ranNs, 'share')
  for (const [i, name] of uses.entries()) {
    let sum = 0
    for (const p of w.allp) sum += p.usedNs[i]!
    out[`p.${name}`] = figure(sum / wall, 'share')
  }
  out['quota.throttled'] = figure(m.throttledNs / scenario.durationNs, 'share')
  out['quota.throttles'] = figure(m.periods === 0 ? 0 : m.throttles / m.periods, 'share')
  out['gc.cycles'] = figure(m.collections, 'count')
  const c = w.collector
  if (c !== undefined) {
    out['gc.cpu'] = figure(c.cpuNs / wall, 'share')
    out['gc.assist'] = figure(c.assistNs / wall, 'share')
    out['gc.mark.background'] = figure(c.markWallNs === 0 ? 0 : (c.dedicatedNs + c.fractionalNs) / (c.markWallNs * w.gomaxprocs), 'share')
    out['gc.mark.idle'] = figure(c.markWallNs === 0 ? 0 : c.idleNs / (c.markWallNs * w.gomaxprocs), 'share')
    out['gc.heap.peak'] = figure(c.heapPeak, 'B')
    out['gc.heap.goal'] = figure(c.pacer.goal(), 'B')
  }
  out['events'] = figure(w.events, 'count')
  return out
}

/** Share of each slot of the run in which each P ran goroutines: a row a P. */
export function heatMap(run: SchedulerRun): number[][] {
  const {world: w} = run
  return w.allp.map(p => [...p.heat].map(ns => Number((ns / w.measures.slotNs).toFixed(3))))
}
