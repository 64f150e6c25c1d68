// GET /debug/vars: one JSON object, or a series of them one after the other (a scrape each). Only numbers are kept: `memstats` by their
// runtime.MemStats names (`memstats.HeapAlloc`), other published numbers by theirs. Source: expvar, runtime.MemStats.
import {readAll, type ByteSource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'
import type {Artifact} from '../model/artifact.ts'
import type {Decoder} from '../model/decoder.ts'
import type {MetricPoint} from '../model/metrics.ts'

const bytesMax = 256 << 20
const objectsMax = 100_000
/** Published variables of one object at most. */
const valuesMax = 10_000

export const expvarDecoder: Decoder = {
  format: 'metrics/expvar',
  probe(head) {
    const text = new TextDecoder('latin1').decode(head)
    return /^\s*\{/.test(text) && /^\s*\{\s*"cmdline"\s*:\s*\[|"memstats"\s*:\s*\{\s*"Alloc"/.test(text)
  },
  async *decode(source: ByteSource): AsyncGenerator<Artifact> {
    const text = new TextDecoder().decode(await readAll(source, bytesMax))
    const points: MetricPoint[] = []
    const notes: {code: string; message: string}[] = []
    let at = 0
    let complete = true
    for (const part of jsonObjects(text)) {
      let parsed: unknown
      try {
        parsed = JSON.parse(part.text)
      } catch {
        if (points.length === 0) throw errors.malformed('expvar', part.start, 'not JSON')
        complete = false
        notes.push({code: 'expvar-unreadable', message: `the object at character ${part.start} is not JSON`})
        continue
      }
      points.push(pointOf(parsed))
      at = part.start
      if (points.length > objectsMax) throw errors.limit('objects of an expvar series', objectsMax)
    }
    if (points.length === 0) throw errors.truncated(text.length, 1, 0)
    if (text.slice(at).trimEnd().at(-1) !== '}') {
      complete = false
      notes.push({code: 'truncated', message: 'the last object breaks off'})
    }
    const time = points.at(-1)?.timeUnixNs
    yield {
      format: 'metrics/expvar',
      path: source.name,
      ...(time === undefined ? {} : {timeUnixNs: time}),
      program: {},
      complete,
      notes,
      data: {kind: 'metrics', source: 'expvar', points},
    }
  },
}

/** Top-level objects of a text, by counting braces outside strings. An object that breaks off is left out. */
function* jsonObjects(text: string): Generator<{start: number; text: string}> {
  let depth = 0
  let start = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (inString) {
      if (c === 92 /* \ */) i++
      else if (c === 34 /* " */) inString = false
    } else if (c === 34) inString = true
    else if (c === 123 /* { */) {
      if (depth++ === 0) start = i
    } else if (c === 125 /* } */ && depth > 0 && --depth === 0) yield {start, text: text.slice(start, i + 1)}
  }
}

function pointOf(parsed: unknown): MetricPoint {
  const values = new Map<string, number>()
  let timeUnixNs: bigint | undefined
  if (typeof parsed === 'object' && parsed !== null)
    for (const [name, value] of Object.entries(parsed)) {
      // Our own capture adds the time of the scrape.
      if (name === 'timeUnixNs' && typeof value === 'string' && /^\d{1,20}$/.test(value)) timeUnixNs = BigInt(value)
      else if (typeof value === 'number') values.set(name, value)
      else if (typeof value === 'object' && value !== null && !Array.isArray(value))
        for (const [field, inner] of Object.entries(value)) {
          if (typeof inner === 'number' && values.size < valuesMax) values.set(`${name}.${field}`, inner)
          else if (Array.isArray(inner) && field === 'PauseNs') pauses(inner, value, values)
        }
    }
  return {timeUnixNs, values, histograms: new Map()}
}

/** `PauseNs` is a ring of 256; the latest is at (NumGC+255)%256. */
function pauses(ring: readonly unknown[], memstats: object, values: Map<string, number>): void {
  const used = ring.filter((ns): ns is number => typeof ns === 'number' && ns > 0)
  const cycles = 'NumGC' in memstats && typeof memstats.NumGC === 'number' ? memstats.NumGC : used.length
  const last = ring[(cycles + 255) % 256]
  if (typeof last === 'number') values.set('memstats.PauseNs.last', last)
  if (used.length > 0)
    values.set(
      'memstats.PauseNs.max',
      used.reduce((max, ns) => Math.max(max, ns), 0),
    )
}
