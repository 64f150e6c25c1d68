// One HTML file for an execution trace: tables and histograms as markup, the time line as compressed columns that a worker draws.
// Nothing is loaded from elsewhere; the script comes from page-client.ts and page-worker.ts as text.
import type {TraceReport, TraceSite} from '../../evidence/model/trace.ts'
import {formatBytes, formatNanos} from '../../base/units.ts'
import {contentHash, escapeHtml, html, type Html} from '../html.ts'
import {standOuts} from './stand-outs.ts'
import {callText, causeWords} from './words.ts'
import {pageClient} from './page-client.ts'
import {pageWorker} from './page-worker.ts'

export interface TimeLine {
  readonly slices: number
  /** The columns in pieces, each compressed. */
  readonly chunks: readonly {readonly slices: number; readonly gzipBase64: string}[]
  readonly goroutineId: readonly string[]
  readonly goroutineGroup: readonly number[]
  readonly names: readonly string[]
  readonly reasons: readonly string[]
  readonly fromNs: number
  readonly untilNs: number
  readonly stops: readonly {readonly startNs: number; readonly totalNs: number; readonly kind: string}[]
  readonly marks: readonly {readonly startNs: number; readonly totalNs: number}[]
}

export interface TracePage {
  readonly name: string
  readonly report: TraceReport
  readonly notes: readonly {readonly message: string}[]
  readonly timeLine: TimeLine
}

const rows = 100
const ns = formatNanos

export function traceHtml(page: TracePage): string {
  const {chunks, ...line} = page.timeLine
  const {report: r} = page
  // "<" is escaped so that no text of the trace can end the script element.
  const data = JSON.stringify({...line, procs: r.procHeat.procs, wallNs: r.wallNs}).replaceAll('<', '\\u003c')
  const name = 'var __name = f => f;' // what a bundler that keeps names calls
  const script = `${name}\n(${pageClient.toString()})(${JSON.stringify(`${name}\n(${pageWorker.toString()})()`).replaceAll('<', '\\u003c')})`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${contentHash(script)}; style-src ${contentHash(style)}; worker-src blob:; base-uri 'none'; form-action 'none'">
<title>${escapeHtml(page.name)}: execution trace</title><style>${style}</style></head><body>
${body(page).html}
<script type="application/json" id="time-line-data">${data}</script>
<script>${script}</script>
${chunks.map(chunk => `<script type="text/plain" class="columns" data-slices="${chunk.slices}">${chunk.gzipBase64}</script>`).join('\n')}
</body></html>
`
}

function body({name, report: r, notes, timeLine}: TracePage): Html {
  return html`<header>
      <h1>${name}</h1>
      <p>
        ${r.header}; ${r.events} events, ${ns(r.wallNs)}; ${r.goroutines.seen} goroutines, ${r.procs} Ps, ${r.threads} threads.
        ${r.complete ? '' : 'The trace is damaged; this is what could be read.'}
      </p>
      ${notes.map(note => html`<p class="note">${note.message}</p>`)}
    </header>
    ${standsOut(r)}
    <section id="time-line">
      <h2>Time line</h2>
      <p class="tools">
        <input id="search" type="search" placeholder="goroutine number or function" aria-label="search goroutines" />
        <button id="whole" type="button">whole trace</button>
        <span id="status">${timeLine.slices} slices, ${formatBytes(25 * timeLine.slices)} to unpack</span>
      </p>
      <canvas
        id="canvas"
        height="400"
        tabindex="0"
        role="application"
        aria-label="Time line. Arrow keys pan, plus and minus zoom; the tables below hold the numbers."
      ></canvas>
      <p class="key">
        <i class="running"></i> running <i class="gc"></i> GC worker <i class="syscall"></i> syscall <i class="runnable"></i> runnable
        <i class="blocked"></i> blocked <i class="stop"></i> stopped world <i class="mark"></i> GC mark. Wheel zooms, drag pans, click names
        a slice.
      </p>
      <p id="detail" aria-live="polite"></p>
    </section>
    <section>
      <h2>Scheduling latency</h2>
      ${latency(r)}
    </section>
    <section>
      <h2>Ps over time</h2>
      ${heat(r)}
    </section>
    ${tables(r)}`
}

function standsOut(r: TraceReport): Html {
  const found = standOuts(r)
  if (found.length === 0) return html``
  return html`<section>
    <h2>What stands out</h2>
    <ul>
      ${found.map(one => html`<li>${one.text}</li>`)}
    </ul>
  </section>`
}

function latency(r: TraceReport): Html {
  const l = r.latency
  const most = Math.max(1, ...l.log2Counts)
  const first = Math.max(
    0,
    l.log2Counts.findIndex(count => count > 0),
  )
  return html`<p>
      ${l.count} waits: p50 ${ns(l.p50)}, p90 ${ns(l.p90)}, p99 ${ns(l.p99)}, p99.9 ${ns(l.p999)}, max ${ns(l.max)}; ${l.over300us} over 300
      µs (up to 1.5 % is ordinary).
    </p>
    ${bars(
      l.log2Counts.slice(first).map((count, i) => ({
        name: ns(2 ** (i + first)),
        title: `${ns(2 ** (i + first))} to ${ns(2 ** (i + first + 1))}: ${count}`,
        tall: Math.log1p(count) / Math.log1p(most),
      })),
    )}
    ${tableOf(
      [`cause of waits over ${ns(r.limits.waitNs)}`, 'waits', 'time', ''],
      r.waitCauses.map(c => [c.cause, c.count, ns(c.totalNs), causeWords[c.cause]]),
    )}`
}

/** A histogram; attributes instead of styles, which the page's policy forbids. */
function bars(list: readonly {readonly name: string; readonly title: string; readonly tall: number}[]): Html {
  const [wide, tall] = [56, 120]
  return html`<svg class="bars" role="img" aria-label="histogram" width="${list.length * wide}" height="${tall + 16}">
    ${list.map(
      (bar, i) =>
        html`<g>
          <title>${bar.title}</title>
          <rect
            class="running"
            x="${i * wide}"
            y="${(tall * (1 - bar.tall)).toFixed(1)}"
            width="${wide - 3}"
            height="${(tall * bar.tall).toFixed(1)}"
          ></rect>
          <text x="${i * wide}" y="${tall + 12}">${bar.name}</text>
        </g>`,
    )}
  </svg>`
}

/** The heat map as cells of a row a P: the kind that fills most of the bucket, the stronger the more of it is busy. */
function heat(r: TraceReport): Html {
  const columns = 200
  const h = r.procHeat
  const rows = h.procs.slice(0, 64)
  const [wide, tall, label] = [5, 14, 44]
  return html`<svg class="heat" width="${label + wide * columns}" height="${tall * rows.length}">
    ${rows.map((p, row) => {
      const buckets = h.user[row]?.length ?? 0
      const count = Math.min(columns, buckets)
      const cells = Array.from({length: count}, (_, c) => {
        const from = Math.floor((c * buckets) / count)
        const to = Math.max(from + 1, Math.floor(((c + 1) * buckets) / count))
        const share = (of: readonly (readonly number[])[]) =>
          of[row]!.slice(from, to).reduce((a, b) => a + b, 0) / ((to - from) * h.bucketNs)
        const [user, gc, syscall] = [share(h.user), share(h.gc), share(h.syscall)]
        const busy = user + gc + syscall
        if (busy <= 0) return html``
        const kind = gc > user && gc > syscall ? 'gc' : syscall > user ? 'syscall' : 'running'
        const [at, length] = [from * h.bucketNs, (to - from) * h.bucketNs]
        return html`<rect
          class="${kind}"
          data-from="${Math.round(at)}"
          data-length="${Math.round(length)}"
          fill-opacity="${(0.15 + 0.85 * Math.min(1, busy)).toFixed(2)}"
          x="${label + c * wide}"
          y="${row * tall}"
          width="${wide}"
          height="${tall - 1}"
        >
          <title>
            P${p} at ${ns(at)}: ${Math.round(100 * user)} % goroutines, ${Math.round(100 * gc)} % GC, ${Math.round(100 * syscall)} %
            syscalls
          </title>
        </rect>`
      })
      return html`<text x="0" y="${row * tall + 11}">P${p}</text>${cells}`
    })}
  </svg>`
}

const place = (site: TraceSite | undefined) => (site === undefined ? '' : `${site.function} ${site.file}:${site.line}`)

/** A cell that moves the time line when clicked. */
interface Link {
  readonly text: string
  readonly fromNs: number
  readonly lengthNs: number
}
type Cell = string | number | Link

function tables(r: TraceReport): Html {
  const at = (fromNs: number, lengthNs: number): Link => ({text: ns(fromNs), fromNs, lengthNs})
  return html`<section>
      <h2>Longest waits</h2>
      ${tableOf(
        ['wait', 'at', 'goroutine', 'starts in', 'cause'],
        r.longWaits.slice(0, rows).map(w => [ns(w.waitNs), at(w.startNs, w.waitNs), w.goroutine, w.group, w.cause]),
      )}
    </section>
    <section>
      <h2>Stops of the world</h2>
      ${tableOf(
        ['total', 'stopping', 'at', 'kind', 'asked by'],
        [...r.stops]
          .sort((a, b) => b.totalNs - a.totalNs)
          .slice(0, rows)
          .map(s => [ns(s.totalNs), ns(s.stoppingNs), at(s.startNs, s.totalNs), s.kind, place(s.by)]),
      )}
    </section>
    <section>
      <h2>Goroutines by start function</h2>
      ${tableOf(
        ['starts in', 'seen', 'ended', 'running', 'runnable', 'blocked', 'syscall', 'assist'],
        r.groups
          .slice(0, rows)
          .map(g => [g.start, g.seen, g.ended, ns(g.runningNs), ns(g.runnableNs), ns(g.blockedNs), ns(g.syscallNs), ns(g.assistNs)]),
      )}
    </section>
    <section>
      <h2>Blocked</h2>
      ${tableOf(
        ['total', 'times', 'still', 'reason', 'where', 'mostly woken by'],
        r.blocked.slice(0, rows).map(b => [ns(b.totalNs), b.count, b.open, b.reason, place(b.site), b.wakers[0]?.group ?? '']),
      )}
    </section>
    <section>
      <h2>Syscalls and cgo calls</h2>
      ${tableOf(
        ['total', 'longest', 'times', 'lost their P', 'call', 'where'],
        r.syscalls.slice(0, rows).map(s => [ns(s.totalNs), ns(s.maxNs), s.count, s.retaken, callText(s), place(s.site)]),
      )}
    </section>
    <section>
      <h2>GC cycles</h2>
      ${tableOf(
        ['mark', 'at', 'dedicated', 'idle', 'assist', 'stopped', 'longest wait'],
        [...r.gc]
          .sort((a, b) => b.markNs - a.markNs)
          .slice(0, rows)
          .map(c => [ns(c.markNs), at(c.startNs, c.markNs), ns(c.dedicatedNs), ns(c.idleNs), ns(c.assistNs), ns(c.stwNs), ns(c.waitNsMax)]),
      )}
    </section>
    <section>
      <h2>Tasks and regions</h2>
      ${tableOf(
        ['name', 'count', 'ended', 'p50', 'p99', 'max'],
        [...r.tasks, ...r.regions].slice(0, rows).map(t => [t.name, t.count, t.ended, ns(t.p50), ns(t.p99), ns(t.max)]),
      )}
    </section>`
}

function tableOf(names: readonly string[], cells: readonly (readonly Cell[])[]): Html {
  if (cells.length === 0) return html`<p>none</p>`
  return html`<table>
    <thead>
      <tr>
        ${names.map(name => html`<th>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${cells.map(
        row =>
          html`<tr>
            ${row.map(cell => html`<td>${typeof cell === 'object' ? link(cell) : cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`
}

const link = ({text, fromNs, lengthNs}: Link): Html =>
  html`<a href="#time-line" data-from="${Math.round(fromNs)}" data-length="${Math.round(lengthNs)}">${text}</a>`

const style = `:root{color-scheme:light dark;--running:#3a7d44;--gc:#7b4fb0;--syscall:#c98a1b;--runnable:#d9b400;--blocked:#9aa3ad;--stop:#c2342b;--mark:#b9a2d8}
body{font:14px/1.45 system-ui,sans-serif;margin:0 auto;max-width:1400px;padding:0 16px 40px}
h1{font-size:20px;margin:16px 0 4px}h2{font-size:16px;margin:24px 0 6px}
.note{border-left:3px solid var(--stop);padding-left:8px}
canvas{width:100%;height:400px;display:block;border:1px solid #8886;touch-action:none;cursor:grab}
table{border-collapse:collapse;display:block;overflow-x:auto}td,th{padding:2px 10px 2px 0;text-align:left;white-space:nowrap;font-variant-numeric:tabular-nums}th{border-bottom:1px solid #8886}
.key i{display:inline-block;width:12px;height:12px;margin:0 2px 0 8px;vertical-align:-1px}
.running{background:var(--running)}.gc{background:var(--gc)}.syscall{background:var(--syscall)}.runnable{background:var(--runnable)}.blocked{background:var(--blocked)}.stop{background:var(--stop)}.mark{background:var(--mark)}
.bars,.heat{display:block;max-width:100%;overflow-x:auto}text{font-size:11px;fill:currentColor}rect.running{fill:var(--running)}rect.gc{fill:var(--gc)}rect.syscall{fill:var(--syscall)}.heat rect{cursor:pointer}
.tools{display:flex;gap:8px;align-items:center}`
