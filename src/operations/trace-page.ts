// The page of an execution trace: report and time line from one reading, the columns compressed into the page.
import type {ByteSource} from '../base/byte-source.ts'
import type {Task} from '../base/progress.ts'
import {TraceAnalysis} from '../evidence/trace/analysis.ts'
import {readTrace, type TraceContext} from '../evidence/trace/reader.ts'
import {reportOf} from '../evidence/trace/report.ts'
import {Slices} from '../evidence/trace/slices.ts'
import type {Note} from '../findings/envelope.ts'
import {traceHtml} from '../report/trace/page.ts'
import {traceNotes} from './trace.ts'

export interface PageRequest {
  /** The time line's window, ms from the start; all of the trace when absent. */
  readonly fromMs?: number
  readonly untilMs?: number
}

/** Slices the page holds: 25 B each in memory. Later ones are left out; a window shows them. */
const slicesMax = 6_000_000

export async function tracePage(
  source: ByteSource,
  request: PageRequest,
  task: Task,
): Promise<{readonly html: string; readonly complete: boolean; readonly notes: readonly Note[]}> {
  const analysis = new TraceAnalysis()
  const fromNs = (request.fromMs ?? 0) * 1e6
  const untilNs = request.untilMs === undefined ? Number.POSITIVE_INFINITY : request.untilMs * 1e6
  const slices = new Slices({fromNs, untilNs, slicesMax})
  const both = {
    begin(context: TraceContext) {
      analysis.begin(context)
      slices.begin(context)
    },
    event() {
      analysis.event()
      slices.event()
    },
  }
  const end = await readTrace(source, both, task)
  analysis.finish()
  slices.finish()
  const packed = slices.pack()
  const notes = traceNotes(end, source.name)
  if (slices.cut)
    notes.push({
      code: 'time-line-cut',
      message: `the time line holds the first ${slicesMax} slices; give --from and --until to see others`,
      path: source.name,
    })
  const shownUntil = slices.cut ? slices.start[slices.length - 1]! : Math.min(untilNs, slices.wallNs)
  const html = traceHtml({
    name: source.name.replace(/^.*[\\/]/, ''),
    report: reportOf(analysis, end),
    notes,
    timeLine: {
      slices: slices.length,
      bytes: packed.length,
      gzipBase64: base64(await gzip(packed)),
      goroutineId: slices.goroutineId,
      goroutineGroup: slices.goroutineGroup,
      names: slices.names,
      fromNs: Math.min(fromNs, shownUntil),
      untilNs: shownUntil,
      stops: slices.stops,
      marks: slices.marks,
    },
  })
  return {html, complete: end.complete, notes}
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Base64 in pieces: String.fromCharCode takes a limited number of arguments. */
function base64(bytes: Uint8Array): string {
  const parts: string[] = []
  const step = 3 * 8192
  for (let at = 0; at < bytes.length; at += step) parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + step))))
  return parts.join('')
}
