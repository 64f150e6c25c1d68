// Turns what one pass kept into the report that detectors, text and page read; and the pass itself, from bytes to report.
import type {ByteSource} from '../../base/byte-source.ts'
import type {Task} from '../../base/progress.ts'
import type {BlockedSite, GoroutineGroup, ProcTime, StopCluster, TraceReport, TraceStop} from '../model/trace.ts'
import {TraceAnalysis} from './analysis.ts'
import {waitCauses} from './attribution.ts'
import {kindIndex, kindNames} from './event-types.ts'
import {procDoes} from './proc-clock.ts'
import {isCgoStub} from './sites.ts'
import {readTrace, type TraceEnd} from './reader.ts'

/** Rows of the tables by site and group; the rest is summed in their totals elsewhere. */
const rowsMax = 2000
const wakesMax = 500
const wakersMax = 5
/** P rows of the heat map. */
const heatProcsMax = 256

export interface ReportResult {
  readonly report: TraceReport
  readonly end: TraceEnd
}

/** Reads a whole trace. Throws only when nothing of it can be read. */
export async function traceReport(source: ByteSource, task: Task = {}, limits: Partial<TraceReport['limits']> = {}): Promise<ReportResult> {
  const analysis = new TraceAnalysis(limits)
  const end = await readTrace(source, analysis, task)
  analysis.finish()
  return {report: reportOf(analysis, end), end}
}

export function reportOf(a: TraceAnalysis, end: TraceEnd): TraceReport {
  const {model, wide} = a.context
  const cut = new Set<string>()
  const byKind: Record<string, number> = {}
  for (const [i, name] of kindNames.entries()) {
    const count = a.byType.reduce((sum, n, type) => (kindIndex[type] === i ? sum + n : sum), 0)
    if (count > 0) byKind[name] = count
  }
  const capped = <T>(name: string, list: readonly T[], max: number) => {
    if (list.length > max) cut.add(name)
    return list.slice(0, max)
  }
  const {clock, waits, rare} = a
  const {latency} = waits
  if (waits.longest.cut) cut.add('longWaits')
  if (a.syscalls.longest.cut) cut.add('longSyscalls')
  if (rare.spans.cut) cut.add('tasks')
  if (a.stops.cut) cut.add('stops')
  if (a.gc.cut) cut.add('gc')
  return {
    kind: 'trace',
    header: end.header,
    minor: end.minor,
    events: end.events,
    byKind,
    complete: end.complete,
    generations: end.generations,
    wallNs: a.wallNs,
    originNs: String(a.context.originNs + BigInt(a.zero)),
    startUnixNs: a.startUnixNs === undefined ? undefined : String(a.startUnixNs),
    goroutines: {seen: a.seen, ended: a.ended, created: a.created, byTimer: a.byTimer},
    groups: capped('groups', groupsOf(a), rowsMax),
    wakes: capped('wakes', wakesOf(a), wakesMax),
    procs: model.procId.length,
    threads: model.threads,
    gomaxprocs: rare.gomaxprocs,
    limits: a.limits,
    latency: {
      count: latency.count,
      p50: latency.quantile(0.5),
      p90: latency.quantile(0.9),
      p99: latency.quantile(0.99),
      p999: latency.quantile(0.999),
      max: latency.max,
      over300us: waits.over300us,
      totalNs: latency.totalNs,
      log2Counts: trimmed(latency.log2Counts()),
      entropyBits: latency.entropyBits(),
    },
    longWaits: waits.longest.list(),
    waitCauses: waitCauses.flatMap(cause => {
      const total = waits.causes.get(cause)
      return total === undefined ? [] : [{cause, ...total}]
    }),
    stops: a.stops.list,
    stopClusters: clustersOf(a.stops.list, a.limits.stopNs),
    procTime: procTimeOf(a),
    procHeat: heatOf(a),
    imbalance: imbalanceOf(a),
    migrations: {
      starts: a.moves.starts,
      toOtherProc: a.moves.toOtherProc,
      toOtherThread: a.moves.toOtherThread,
      retakes: [...a.moves.retakes.values()].reduce((sum, n) => sum + n, 0),
      handoffs: a.moves.handoffs,
      probablyLocked: model.threads > 1 && model.procId.length > 1 ? a.locked.sort((x, y) => y.starts - x.starts) : [],
    },
    blocked: capped('blocked', blockedOf(a), rowsMax),
    syscalls: capped('syscalls', syscallsOf(a), rowsMax),
    longSyscalls: a.syscalls.longest.list(),
    gc: a.gc.list.map(cycle => ({
      startNs: cycle.startNs,
      markNs: cycle.endNs - cycle.startNs,
      dedicatedNs: cycle.worker[1]!,
      fractionalNs: cycle.worker[2]!,
      idleNs: cycle.worker[3]!,
      assistNs: cycle.assistNs,
      assistRunningNs: cycle.assistRunningNs,
      stwNs: cycle.stwNs,
      waits: cycle.waits,
      waitNsMax: cycle.waitNsMax,
      ended: cycle.ended,
    })),
    assistNs: a.gc.assistNs,
    tasks: rare.spans.list('task'),
    regions: rare.spans.list('region'),
    logs: [...rare.logs]
      .map(([category, count]) => ({category, count}))
      .sort((x, y) => y.count - x.count || (x.category < y.category ? -1 : 1)),
    cpuSamples: waits.lockSamples.count,
    runtimeLockSamples: waits.lockSamples.inLocks,
    cut: [...cut].sort(),
  }

  function procTimeOf(a: TraceAnalysis): ProcTime[] {
    return model.procId
      .map((id, slot) => ({
        proc: Number(wide.signed(id)),
        userNs: clock.totalNs(slot, procDoes.user),
        gcNs: clock.totalNs(slot, procDoes.gc),
        syscallNs: clock.totalNs(slot, procDoes.syscall),
        schedulerNs: clock.totalNs(slot, procDoes.scheduler),
        idleNs: clock.totalNs(slot, procDoes.idle),
        retaken: a.moves.retakes.get(slot) ?? 0,
      }))
      .sort((x, y) => x.proc - y.proc)
  }

  function imbalanceOf(a: TraceAnalysis): TraceReport['imbalance'] {
    const busy = [...model.procId.keys()].map(slot =>
      [procDoes.user, procDoes.gc, procDoes.syscall].reduce((sum, state) => sum + clock.totalNs(slot, state), 0),
    )
    const total = busy.reduce((sum, ns) => sum + ns, 0)
    const couldNs = (clock.procs || busy.length) * a.wallNs
    return {maxOverMean: total > 0 ? (Math.max(...busy) * busy.length) / total : 1, utilisation: couldNs > 0 ? total / couldNs : 0}
  }

  function heatOf(a: TraceAnalysis): TraceReport['procHeat'] {
    const slots = [...model.procId.keys()].sort((x, y) => model.procId[x]! - model.procId[y]!)
    const shown = capped('procHeat', slots, heatProcsMax)
    const rows = (state: number) => shown.map(slot => clock.heat(slot, state, a.wallNs))
    return {
      bucketNs: clock.bucketNs,
      procs: shown.map(slot => Number(wide.signed(model.procId[slot]!))),
      user: rows(procDoes.user),
      gc: rows(procDoes.gc),
      syscall: rows(procDoes.syscall),
    }
  }
}

const trimmed = (counts: Float64Array) => {
  let length = counts.length
  while (length > 0 && counts[length - 1] === 0) length--
  return [...counts.subarray(0, length)]
}

function groupsOf(a: TraceAnalysis): GoroutineGroup[] {
  return a.groups.list
    .flatMap((totals, index) => {
      if (totals === undefined) return []
      const {createdAt, ...numbers} = totals
      return [{start: a.sites.nameText(index - 1), createdAt: a.sites.site(createdAt), ...numbers}]
    })
    .sort((x, y) => y.seen - x.seen || y.lifeNs - x.lifeNs || (x.start < y.start ? -1 : 1))
}

/** 0 is the runtime itself: the network poller, a timer, sysmon. */
const wakerName = (a: TraceAnalysis, waker: number) => (waker === 0 ? '(runtime)' : a.sites.nameText(waker - 2))

function wakesOf(a: TraceAnalysis): TraceReport['wakes'] {
  const pairs = new Map<string, {waker: string; woken: string; count: number}>()
  for (const {waker, woken, count} of a.blocked.wakes.entries()) {
    const pair = {waker: wakerName(a, waker), woken: a.sites.nameText(woken), count}
    const id = `${pair.waker}\n${pair.woken}`
    const known = pairs.get(id)
    if (known === undefined) pairs.set(id, pair)
    else known.count += count
  }
  return [...pairs.values()].sort((x, y) => y.count - x.count || (x.waker + x.woken < y.waker + y.woken ? -1 : 1))
}

function blockedOf(a: TraceAnalysis): BlockedSite[] {
  const wakers = Array.from({length: a.blocked.totals.length}, () => new Map<string, number>())
  for (const {block, waker, count} of a.blocked.wakes.entries()) {
    const name = wakerName(a, waker)
    wakers[block]?.set(name, (wakers[block].get(name) ?? 0) + count)
  }
  return wakers
    .map((of, i) => {
      const {count, totalNs, maxNs, open} = a.blocked.totals.totals(i)
      return {
        reason: a.blocked.totals.reason[i]! < 0 ? '' : a.sites.nameText(a.blocked.totals.reason[i]!),
        call: (a.blocked.calls[i] ?? -1) < 0 ? '' : a.sites.nameText(a.blocked.calls[i]!),
        site: a.sites.site(a.blocked.totals.site[i]!),
        group: a.sites.nameText(a.blocked.totals.group[i]!),
        count,
        totalNs,
        maxNs,
        open,
        wakers: [...of]
          .map(([group, count]) => ({group, count}))
          .sort((x, y) => y.count - x.count || (x.group < y.group ? -1 : 1))
          .slice(0, wakersMax),
      }
    })
    .filter(site => site.count + site.open > 0)
    .sort((x, y) => y.totalNs - x.totalNs || y.count - x.count)
}

function syscallsOf(a: TraceAnalysis): TraceReport['syscalls'] {
  return Array.from({length: a.syscalls.totals.length}, (_, i) => {
    const {count, totalNs, maxNs, retaken, open} = a.syscalls.totals.totals(i)
    const call = a.syscalls.totals.reason[i]! < 0 ? '' : a.sites.nameText(a.syscalls.totals.reason[i]!)
    return {call, site: a.sites.site(a.syscalls.totals.site[i]!), cgo: isCgoStub(call), count, totalNs, maxNs, retaken, open}
  })
    .filter(site => site.count + site.open > 0)
    .sort((x, y) => y.totalNs - x.totalNs || y.count - x.count)
}

/** Groups long stops by kind and looks for a rhythm: the median distance and how it changes from stop to stop. */
export function clustersOf(stops: readonly TraceStop[], overNs: number): StopCluster[] {
  const kinds = new Map<string, TraceStop[]>()
  for (const stop of stops) if (stop.totalNs > overNs) kinds.set(stop.kind, [...(kinds.get(stop.kind) ?? []), stop])
  return [...kinds]
    .map(([kind, list]) => {
      const gaps = list.slice(1).map((stop, i) => stop.startNs - list[i]!.startNs)
      const sorted = [...gaps].sort((x, y) => x - y)
      return {
        kind,
        count: list.length,
        firstNs: list[0]!.startNs,
        lastNs: list.at(-1)!.startNs,
        maxNs: Math.max(...list.map(stop => stop.totalNs)),
        periodNs: gaps.length >= 2 ? sorted[Math.floor(sorted.length / 2)] : undefined,
        driftNsPerStop: gaps.length >= 2 ? slope(gaps) : undefined,
      }
    })
    .sort((x, y) => y.count - x.count || y.maxNs - x.maxNs)
}

/** Least-squares slope of values over their index. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  let up = 0
  let down = 0
  for (const [i, v] of values.entries()) {
    up += (i - middle) * (v - mean)
    down += (i - middle) ** 2
  }
  return down === 0 ? 0 : up / down
}
