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
/** Slices of the first piece of the time line, which is drawn at once, and of each later one. */
const firstChunk = 50_000
const laterChunks = 500_000

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
      chunks: await chunksOf(slices),
      goroutineId: slices.goroutineId,
      goroutineGroup: slices.goroutineGroup,
      names: slices.names,
      reasons: slices.reasons,
      fromNs: Math.min(fromNs, shownUntil),
      untilNs: shownUntil,
      stops: slices.stops,
      marks: slices.marks,
    },
  })
  return {html, complete: end.complete, notes}
}

/** The columns in pieces, so that the page can draw the first ones while the others load. Slices come in order of their end. */
async function chunksOf(slices: Slices): Promise<{readonly slices: number; readonly gzipBase64: string}[]> {
  const chunks: {readonly slices: number; readonly gzipBase64: string}[] = []
  for (let from = 0, size = firstChunk; from < slices.length; from += size, size = laterChunks) {
    const until = Math.min(slices.length, from + size)
    chunks.push({slices: until - from, gzipBase64: base64(await gzip(slices.pack(from, until)))})
  }
  return chunks
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
