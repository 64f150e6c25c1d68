// What a user can ask of one execution trace: its report, its events as lines, an export for other viewers.
import type {ByteSource} from '../base/byte-source.ts'
import type {Task} from '../base/progress.ts'
import {errors} from '../base/errors.ts'
import {Sha256} from '../base/sha256.ts'
import type {Host} from '../base/host.ts'
import {traceFormat} from '../evidence/trace/batch-feed.ts'
import {ChromeJson} from '../evidence/trace/chrome-json.ts'
import {eventLine} from '../evidence/trace/event-line.ts'
import {ev} from '../evidence/trace/event-types.ts'
import {hostDelays} from '../evidence/trace/host-delays.ts'
import {readTrace, type TraceContext, type TraceEnd} from '../evidence/trace/reader.ts'
import {traceReport, type ReportResult} from '../evidence/trace/report.ts'
import {StackTimes} from '../evidence/trace/stack-times.ts'
import type {TimedState} from '../evidence/trace/timed-states.ts'
import type {HostDelays, TraceReport} from '../evidence/model/trace.ts'
import {emptyEnvelope, type Envelope, type Note} from '../findings/envelope.ts'
import {standOuts} from '../report/trace/stand-outs.ts'
import {traceText, type TraceView} from '../report/trace/text.ts'

/** Text is handed on in pieces of about this many characters. */
const pieceChars = 1 << 18

export {traceReport, traceText, type ReportResult}

/** perf sched or run-queue captures beside a trace; throws when the files hold none. */
export async function readHostDelays(host: Host, files: readonly string[], task: Task): Promise<HostDelays> {
  const {readEvidence} = await import('./read-evidence.ts') // all decoders: only here, so that a trace alone opens sooner
  const {artifacts} = await readEvidence(host, files, task)
  const delays = hostDelays(artifacts.map(one => one.artifact))
  if (delays === undefined)
    throw errors.usage(
      `${files.join(', ')}: no delays of threads in it`,
      'Give the output of "perf sched latency", "perf sched timehist" or runqlat.',
    )
  return delays
}

/** Notes on what the reading of a trace left out. */
export function traceNotes(end: TraceEnd, path: string): Note[] {
  const notes: Note[] = []
  if (end.error !== undefined) notes.push({code: 'trace-damaged', message: `${end.error.message}; everything before it was read`, path})
  if (end.experimentalBatches > 0)
    notes.push({code: 'trace-experimental', message: `${end.experimentalBatches} experimental batches were not looked into`, path})
  return notes
}

/** The document of one view; `rows` cuts its lists. */
export function traceEnvelope(view: TraceView, {report, end}: ReportResult, path: string, rows: number, host?: HostDelays): Envelope {
  return {
    ...emptyEnvelope(`trace ${view}`),
    complete: end.complete,
    artifacts: [
      {id: 'a1', path, format: traceFormat(end.minor), ...(report.startUnixNs === undefined ? {} : {timeUnixNs: report.startUnixNs})},
    ],
    data: {...traceData(view, report, rows), ...(host !== undefined && view === 'latency' ? {host} : {})},
    notes: traceNotes(end, path),
  }
}

/** `data` of a view. Times are ns from the first event, which stood at `originNs` on the trace's clock. */
function traceData(view: TraceView, r: TraceReport, rows: number): Readonly<Record<string, unknown>> {
  const cut = <T>(list: readonly T[]) => list.slice(0, rows)
  const {header, events, complete, wallNs, originNs, startUnixNs} = r
  const base = {header, events, complete, wallNs, originNs, ...(startUnixNs === undefined ? {} : {startUnixNs})}
  const {totalNs: _total, log2Counts: _counts, entropyBits: _bits, ...latencyNs} = r.latency
  switch (view) {
    case 'summary':
      return {
        ...base,
        limits: r.limits,
        byKind: r.byKind,
        generations: r.generations,
        goroutines: {seen: r.goroutines.seen, ended: r.goroutines.ended, created: r.goroutines.created, byTimer: r.goroutines.byTimer},
        procs: r.procs,
        threads: r.threads,
        gomaxprocs: r.gomaxprocs,
        stw: r.stops.map(({kind, startNs, stoppingNs, totalNs}) => ({kind, startNs, stoppingNs, totalNs})),
        latencyNs,
        standOuts: standOuts(r),
        waitCauses: r.waitCauses,
        gcCycles: r.gc.length,
        assistNs: r.assistNs,
        migrations: {...r.migrations, probablyLocked: r.migrations.probablyLocked.length},
      }
    case 'latency':
      return {
        ...base,
        limits: r.limits,
        latencyNs,
        log2Counts: r.latency.log2Counts,
        entropyBits: r.latency.entropyBits,
        waitCauses: r.waitCauses,
        cpuSamples: r.cpuSamples,
        runtimeLockSamples: r.runtimeLockSamples,
        longWaits: cut(r.longWaits),
      }
    case 'procs':
      return {
        ...base,
        gomaxprocs: r.gomaxprocs,
        imbalance: r.imbalance,
        procTime: r.procTime,
        procHeat: r.procHeat,
        migrations: r.migrations,
      }
    case 'stw':
      return {...base, limits: r.limits, stw: r.stops, clusters: r.stopClusters}
    case 'goroutines':
      return {...base, goroutines: r.goroutines, groups: cut(r.groups), wakes: cut(r.wakes)}
    case 'blocked':
      return {...base, limits: r.limits, blocked: cut(r.blocked), syscalls: cut(r.syscalls), longSyscalls: cut(r.longSyscalls)}
    case 'gc':
      return {...base, cycles: r.gc, assistNs: r.assistNs}
    case 'tasks':
      return {...base, tasks: cut(r.tasks), regions: cut(r.regions), logs: cut(r.logs)}
  }
}

export interface EventsRequest {
  readonly stacks: boolean
  /** One line a generation instead of one an event. */
  readonly digest: boolean
}

/** Events as JSON lines, in pieces; with `digest`, `{"sync","events","sha256"}` of the lines from one Sync event to the next. */
export async function traceEvents(
  source: ByteSource,
  request: EventsRequest,
  write: (text: string) => void,
  task: Task,
): Promise<TraceEnd> {
  let context: TraceContext | undefined
  let piece: string[] = []
  let chars = 0
  let hash = new Sha256()
  let events = 0
  let sync = 0
  const encoder = new TextEncoder()
  const flush = () => {
    const text = piece.join('')
    piece = []
    chars = 0
    if (request.digest) hash.update(encoder.encode(text))
    else if (text !== '') write(text)
  }
  const section = () => {
    flush()
    if (request.digest && events > 0) write(`{"sync":${sync},"events":${events},"sha256":"${hash.hex()}"}\n`)
    hash = new Sha256()
    events = 0
    sync++
  }
  const sink = {
    begin(given: TraceContext) {
      context = given
    },
    event() {
      if (context === undefined) return
      if (context.event.type === ev.readerSync) section()
      events++
      const line = `${eventLine(context, request.stacks)}\n`
      piece.push(line)
      chars += line.length
      if (chars > pieceChars) flush()
    },
  }
  const end = await readTrace(source, sink, task)
  section()
  return end
}

export type ExportFormat = 'perfetto' | 'folded' | 'pprof'

/** Writes the trace for another viewer. `state` chooses whose time folded stacks and profiles count. */
export async function exportTrace(
  source: ByteSource,
  format: ExportFormat,
  state: TimedState,
  write: (part: string | Uint8Array) => void,
  task: Task,
): Promise<TraceEnd> {
  if (format === 'perfetto') {
    const sink = new ChromeJson(write)
    const end = await readTrace(source, sink, task)
    sink.finish()
    return end
  }
  const sink = new StackTimes(state)
  const end = await readTrace(source, sink, task)
  sink.finish()
  write(format === 'folded' ? sink.folded() : sink.pprof())
  return end
}
