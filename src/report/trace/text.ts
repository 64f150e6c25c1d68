// The report of an execution trace as text: one view each for what people ask, tables with a limit, units on every number.
import {formatNanos} from '../../base/units.ts'
import type {HostDelays, TraceReport, TraceSite} from '../../evidence/model/trace.ts'
import {standOuts} from './stand-outs.ts'
import {callText, causeWords} from './words.ts'

export const traceViews = ['summary', 'latency', 'procs', 'stw', 'goroutines', 'blocked', 'gc', 'tasks'] as const
export type TraceView = (typeof traceViews)[number]

export interface TextOptions {
  /** Rows of each table. */
  readonly rows: number
  /** What lay beside the trace about threads that waited for a CPU. */
  readonly host?: HostDelays
}

export function traceText(view: TraceView, r: TraceReport, options: TextOptions): string {
  return `${views[view](r, options).join('\n')}\n`
}

const views: Readonly<Record<TraceView, (r: TraceReport, o: TextOptions) => string[]>> = {
  summary: (r, o) => [
    ...head(r),
    '',
    ...standOutLines(r),
    '',
    ...latencyLines(r),
    ...causeLines(r),
    '',
    ...stopLines(r, {rows: Math.min(5, o.rows)}),
    ...(r.complete ? [] : ['', 'The trace is damaged: this is what could be read before the damage.']),
  ],
  latency: (r, o) => [
    ...latencyLines(r),
    '',
    ...histogram(r),
    '',
    ...causeLines(r),
    ...lockLines(r),
    ...hostLines(r, o),
    '',
    `longest waits of goroutines that could run (${Math.min(o.rows, r.longWaits.length)} of ${sum(r.waitCauses.map(c => c.count))} over ${ns(r.limits.waitNs)}):`,
    ...table(
      ['wait', 'at', 'goroutine', 'starts in', 'cause', 'stopped', 'all Ps busy'],
      r.longWaits
        .slice(0, o.rows)
        .map(w => [ns(w.waitNs), ns(w.startNs), w.goroutine, w.group, w.cause, ns(w.stwNs), ns(w.allProcsBusyNs)]),
    ),
  ],
  procs: (r, o) => procLines(r, o),
  stw: (r, o) => [
    ...stopLines(r, o),
    ...(r.stopClusters.length === 0 ? [] : ['', `stops over ${ns(r.limits.stopNs)} by kind:`]),
    ...table(
      ['kind', 'count', 'longest', 'first', 'last', 'period', 'drift a stop'],
      r.stopClusters.map(c => [
        c.kind,
        String(c.count),
        ns(c.maxNs),
        ns(c.firstNs),
        ns(c.lastNs),
        maybe(c.periodNs),
        maybe(c.driftNsPerStop),
      ]),
    ),
  ],
  goroutines: (r, o) => goroutineLines(r, o),
  blocked: (r, o) => blockedLines(r, o),
  gc: (r, o) => gcLines(r, o),
  tasks: (r, o) => [...spanTable('tasks', r.tasks, o), '', ...spanTable('regions', r.regions, o), ...logLines(r, o)],
}

const ns = formatNanos
const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`
const maybe = (value: number | undefined) => (value === undefined ? '-' : ns(value))
const percent = (part: number, whole: number) => (whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '-')
const at = (site: TraceSite | undefined) => (site === undefined ? '(no stack)' : `${site.function} ${site.file}:${site.line}`)

/** Left-aligned text, right-aligned numbers; nothing for no rows. */
export function table(names: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const widths = names.map((name, i) => Math.max(name.length, ...rows.map(row => row[i]?.length ?? 0)))
  const numeric = names.map((_, i) => rows.every(row => /^-?$|^-?[\d.]+( [%a-zµ]+)?$/.test(row[i] ?? '')))
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, i) => (numeric[i] === true ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ')}`.trimEnd()
  return [line(names), ...rows.map(line)]
}

function head(r: TraceReport): string[] {
  const gomaxprocs = r.gomaxprocs.map(g => g.value).join(', ')
  const timers =
    r.goroutines.byTimer === 0 ? '' : `, ${percent(r.goroutines.byTimer, r.goroutines.created)} of the new ones by timers (time.AfterFunc)`
  return [
    `${r.header}: ${r.events} events in ${counted(r.generations, 'generation')}, ${ns(r.wallNs)}`,
    `goroutines: ${r.goroutines.seen} seen, ${r.goroutines.created} created, ${r.goroutines.ended} ended${timers}`,
    `Ps: ${r.procs} seen, GOMAXPROCS ${gomaxprocs === '' ? 'unknown' : gomaxprocs}; threads: ${r.threads}`,
    `GC: ${counted(r.gc.length, 'cycle')}; mark ${percent(sum(r.gc.map(c => c.markNs)), r.wallNs)} of the time; goroutines in assists ${ns(r.assistNs)} together`,
    `starts: ${r.migrations.starts}; ${percent(r.migrations.toOtherProc, r.migrations.starts)} on another P, ${percent(r.migrations.toOtherThread, r.migrations.starts)} on another M than before; ${counted(r.migrations.retakes, 'P')} taken from syscalls`,
  ]
}

function standOutLines(r: TraceReport): string[] {
  const found = standOuts(r)
  if (found.length === 0)
    return ['nothing stands out among locks, sends, long syscalls and C calls, stops, GC, and waits for a P; "trace blocked" has all waits']
  return ['what stands out, the most time lost first:', ...found.map(one => `  ${one.text}`)]
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

function latencyLines({latency: l}: TraceReport): string[] {
  if (l.count === 0) return ['scheduling latency: no goroutine became runnable and ran']
  return [
    `scheduling latency, runnable to running, ${l.count} waits: p50 ${ns(l.p50)}, p90 ${ns(l.p90)}, p99 ${ns(l.p99)}, p99.9 ${ns(l.p999)}, max ${ns(l.max)}`,
    `  over 300 µs: ${l.over300us} (${percent(l.over300us, l.count)}; up to 1.5 % is ordinary); entropy over powers of two: ${l.entropyBits.toFixed(2)} bit`,
  ]
}

function histogram({latency: l}: TraceReport): string[] {
  const most = Math.max(1, ...l.log2Counts)
  return l.log2Counts.flatMap((count, i) =>
    count === 0 ? [] : [`  ${ns(2 ** i).padStart(9)}  ${'#'.repeat(Math.ceil((50 * count) / most)).padEnd(50)} ${count}`],
  )
}

function causeLines(r: TraceReport): string[] {
  if (r.waitCauses.length === 0) return []
  return [
    `what the waits over ${ns(r.limits.waitNs)} overlapped most:`,
    ...table(
      ['waits', 'time', 'cause', ''],
      r.waitCauses.map(c => [String(c.count), ns(c.totalNs), c.cause, causeWords[c.cause]]),
    ),
  ]
}

/** Runtime locks have no events; what CPU samples in the trace show of them, or that there are none. */
function lockLines(r: TraceReport): string[] {
  if (r.waitCauses.length === 0) return []
  if (r.cpuSamples === 0) return ['  runtime locks: not in this trace; it would take a CPU profile that runs at the same time']
  return [`  runtime locks: ${r.runtimeLockSamples} of ${r.cpuSamples} CPU samples stand in runtime.lock2 or unlock2`]
}

function hostLines(r: TraceReport, {host, rows}: TextOptions): string[] {
  if (host === undefined) return []
  const woken = r.waitCauses.find(c => c.cause === 'wake-up')?.count ?? 0
  const longest = host.threads.filter(thread => thread.maxNs > 300_000)
  const any = longest.length > 0 || host.runQueue.some(queue => queue.over300us > 0)
  return [
    '',
    `on the host, beside the trace: threads ${any ? 'did wait' : 'never waited'} for a CPU over 300 µs${woken === 0 ? '' : any ? `, so the ${woken} waits called wake-up may be the host's doing` : `, so the ${woken} waits called wake-up are not the host's doing`}`,
    ...table(
      ['waits', 'over 300 µs', 'histogram'],
      host.runQueue.map(queue => [String(queue.waits), String(queue.over300us), queue.title]),
    ),
    ...table(
      ['longest', 'mean', 'switches', 'thread'],
      host.threads.slice(0, rows).map(thread => [ns(thread.maxNs), ns(thread.averageNs), String(thread.switches), thread.task]),
    ),
  ]
}

function stopLines(r: TraceReport, o: TextOptions): string[] {
  const total = sum(r.stops.map(s => s.totalNs))
  const longest = [...r.stops].sort((a, b) => b.totalNs - a.totalNs).slice(0, o.rows)
  return [
    `stop-the-world: ${counted(r.stops.length, 'stop')}, ${ns(total)} (${percent(total, r.wallNs)})`,
    ...table(
      ['total', 'stopping', 'at', 'kind', 'in GC', 'waits it lengthened', 'tasks', 'asked by'],
      longest.map(s => [
        ns(s.totalNs),
        ns(s.stoppingNs),
        ns(s.startNs),
        s.kind,
        s.duringMark ? 'yes' : 'no',
        String(s.delayed),
        String(s.tasks),
        at(s.by),
      ]),
    ),
  ]
}

function procLines(r: TraceReport, o: TextOptions): string[] {
  const m = r.migrations
  return [
    `busy time of ${r.procs} Ps over ${ns(r.wallNs)}: ${percent(r.imbalance.utilisation, 1)} of what they could; the busiest over the mean ${r.imbalance.maxOverMean.toFixed(2)} (1.7 to 4.3 is ordinary under light load)`,
    `goroutines that moved, of ${m.starts} starts: ${m.toOtherProc} to another P, ${m.toOtherThread} to another M; Ps that went to another M: ${m.handoffs}, of them taken from syscalls: ${m.retakes}`,
    ...table(
      ['P', 'goroutines', 'GC', 'syscall', 'looking for work', 'idle', 'retaken'],
      r.procTime
        .slice(0, Math.max(o.rows, 64))
        .map(p => [
          String(p.proc),
          percent(p.userNs, r.wallNs),
          percent(p.gcNs, r.wallNs),
          percent(p.syscallNs, r.wallNs),
          percent(p.schedulerNs, r.wallNs),
          percent(p.idleNs, r.wallNs),
          String(p.retaken),
        ]),
    ),
    '',
    `over time, a column ${ns(r.wallNs / heatColumns)} (# busy over 75 %, + over 25 %, . less, G mostly GC):`,
    ...r.procHeat.procs.slice(0, Math.max(o.rows, 64)).map((p, i) => `  P${String(p).padEnd(4)} ${heatRow(r, i)}`),
    ...(r.migrations.probablyLocked.length === 0
      ? []
      : ['', 'goroutines that only ever ran on one M, which ran nothing else: probably locked to it']),
    ...table(
      ['goroutine', 'M', 'starts', 'starts in'],
      r.migrations.probablyLocked.slice(0, o.rows).map(l => [l.goroutine, l.thread, String(l.starts), l.group]),
    ),
  ]
}

const heatColumns = 80

function heatRow(r: TraceReport, row: number): string {
  const heat = r.procHeat
  const buckets = heat.user[row]?.length ?? 0
  const columns = Math.min(heatColumns, buckets)
  return Array.from({length: columns}, (_, c) => {
    const from = Math.floor((c * buckets) / columns)
    const to = Math.max(from + 1, Math.floor(((c + 1) * buckets) / columns))
    const part = (rows: readonly (readonly number[])[]) => sum(rows[row]!.slice(from, to)) / ((to - from) * heat.bucketNs)
    const gc = part(heat.gc)
    const busy = part(heat.user) + gc + part(heat.syscall)
    return gc > 0.5 * busy && busy > 0.25 ? 'G' : busy > 0.75 ? '#' : busy > 0.25 ? '+' : busy > 0 ? '.' : ' '
  }).join('')
}

function goroutineLines(r: TraceReport, o: TextOptions): string[] {
  return [
    `goroutines by the function they start in (${Math.min(o.rows, r.groups.length)} of ${r.groups.length}):`,
    ...table(
      ['seen', 'created', 'ended', 'never woken', 'running', 'runnable', 'blocked', 'syscall', 'assist', 'starts in', 'created at'],
      r.groups
        .slice(0, o.rows)
        .map(g => [
          String(g.seen),
          String(g.created),
          String(g.ended),
          String(g.neverWoken),
          ns(g.runningNs),
          ns(g.runnableNs),
          ns(g.blockedNs),
          ns(g.syscallNs),
          ns(g.assistNs),
          g.start,
          g.createdAt === undefined ? '' : `${g.createdAt.file}:${g.createdAt.line}`,
        ]),
    ),
    ...stillLines(r, o),
    '',
    'who wakes whom:',
    ...table(
      ['times', 'waker', 'woken'],
      r.wakes.slice(0, o.rows).map(w => [String(w.count), w.waker, w.woken]),
    ),
  ]
}

/** Goroutines that were blocked when the trace ended, by where. */
function stillLines(r: TraceReport, o: TextOptions): string[] {
  const open = r.blocked.filter(site => site.open > 0).sort((a, b) => b.open - a.open)
  if (open.length === 0) return []
  return [
    '',
    'blocked when the trace ended (waiting is normal for servers and pools; what only ever grows is a leak):',
    ...table(
      ['still', 'starts in', 'reason', 'where'],
      open.slice(0, o.rows).map(b => [String(b.open), b.group, b.reason === '' ? '(since before the trace)' : b.reason, at(b.site)]),
    ),
  ]
}

/** Goroutines of the runtime and of its tracer wait nearly always: they come last. */
const ownFirst = (list: TraceReport['blocked']) => {
  const own = (site: TraceReport['blocked'][number]) => /^runtime[./]/.test(site.group) && site.group !== 'runtime.main'
  return [...list.filter(site => !own(site)), ...list.filter(own)]
}

function blockedLines(r: TraceReport, o: TextOptions): string[] {
  return [
    `blocked by reason and line, the runtime's own goroutines last (${Math.min(o.rows, r.blocked.length)} of ${r.blocked.length}):`,
    ...table(
      ['total', 'longest', 'times', 'still', 'reason', 'in', 'where', 'mostly woken by'],
      ownFirst(r.blocked)
        .slice(0, o.rows)
        .map(b => [
          ns(b.totalNs),
          ns(b.maxNs),
          String(b.count),
          String(b.open),
          b.reason === '' ? '(before the trace)' : b.reason,
          b.call,
          at(b.site),
          b.wakers[0]?.group ?? '',
        ]),
    ),
    '',
    `syscalls and cgo calls by line (${Math.min(o.rows, r.syscalls.length)} of ${r.syscalls.length}):`,
    ...table(
      ['total', 'longest', 'times', 'lost their P', 'still', 'call', 'where'],
      r.syscalls
        .slice(0, o.rows)
        .map(s => [ns(s.totalNs), ns(s.maxNs), String(s.count), String(s.retaken), String(s.open), callText(s), at(s.site)]),
    ),
    ...(r.longSyscalls.length === 0 ? [] : ['', `longer than ${ns(r.limits.syscallNs)}:`]),
    ...table(
      ['took', 'at', 'goroutine', 'returned', 'lost its P', 'call', 'starts in', 'where'],
      r.longSyscalls
        .slice(0, o.rows)
        .map(s => [
          ns(s.totalNs),
          ns(s.startNs),
          s.goroutine,
          s.ended ? 'yes' : 'no',
          s.retaken ? 'yes' : 'no',
          callText(s),
          s.group,
          at(s.site),
        ]),
    ),
  ]
}

function gcLines(r: TraceReport, o: TextOptions): string[] {
  const procs = r.gomaxprocs.at(-1)?.value ?? r.procs
  return [
    `${counted(r.gc.length, 'GC cycle')}${r.gc.length > o.rows ? ` (the longest ${o.rows})` : ''}; assists ${ns(r.assistNs)} in all`,
    ...table(
      ['mark', 'at', 'dedicated', 'fractional', 'idle', 'assist', 'Ps in assists', 'stopped', 'waits', 'longest wait'],
      [...r.gc]
        .sort((a, b) => b.markNs - a.markNs)
        .slice(0, o.rows)
        .map(c => [
          ns(c.markNs),
          ns(c.startNs),
          ns(c.dedicatedNs),
          ns(c.fractionalNs),
          ns(c.idleNs),
          ns(c.assistNs),
          percent(c.assistRunningNs, c.markNs * procs),
          ns(c.stwNs),
          String(c.waits),
          ns(c.waitNsMax),
        ]),
    ),
  ]
}

function spanTable(what: string, list: TraceReport['tasks'], o: TextOptions): string[] {
  if (list.length === 0) return [`no ${what} in this trace (runtime/trace.NewTask, WithRegion)`]
  return [
    `${what}:`,
    ...table(
      ['count', 'ended', 'p50', 'p99', 'max', 'stopped meanwhile', 'slow in a stop', 'name'],
      list
        .slice(0, o.rows)
        .map(t => [String(t.count), String(t.ended), ns(t.p50), ns(t.p99), ns(t.max), ns(t.stwNs), `${t.slowInStw}/${t.slow}`, t.name]),
    ),
  ]
}

function logLines(r: TraceReport, o: TextOptions): string[] {
  if (r.logs.length === 0) return []
  return [
    '',
    'logs:',
    ...table(
      ['count', 'category'],
      r.logs.slice(0, o.rows).map(l => [String(l.count), l.category]),
    ),
  ]
}
