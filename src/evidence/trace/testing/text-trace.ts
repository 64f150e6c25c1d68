// Turns the text form of a v2 trace, as the Go project's own trace tests are written in, into the binary form.
// The text form: src/internal/trace/raw/textreader.go and writer.go (Go 1.26): a line an event, `Name arg=value …`, frames and data below.
import {ev, specs} from '../event-types.ts'

interface TextSpec {
  readonly type: number
  readonly args: readonly string[]
  readonly data?: boolean
  readonly stack?: boolean
}

const structural: Readonly<Record<string, TextSpec>> = {
  EventBatch: {type: ev.eventBatch, args: ['gen', 'm', 'time', 'size']},
  Stacks: {type: ev.stacks, args: []},
  Stack: {type: ev.stack, args: ['id', 'nframes'], stack: true},
  Strings: {type: ev.strings, args: []},
  String: {type: ev.string, args: ['id'], data: true},
  CPUSamples: {type: ev.cpuSamples, args: []},
  CPUSample: {type: ev.cpuSample, args: ['time', 'm', 'p', 'g', 'stack']},
  Frequency: {type: ev.frequency, args: ['freq']},
  ExperimentalBatch: {type: ev.experimentalBatch, args: ['exp', 'gen', 'm', 'time'], data: true},
  Sync: {type: ev.sync, args: []},
  EndOfGeneration: {type: ev.endOfGeneration, args: []},
}
const timed: ReadonlyMap<string, TextSpec> = new Map([...specs].map(([type, spec]) => [spec.name, {type, args: ['dt', ...spec.args]}]))

/** A batch in text form with the size its events have. */
export function batch(generation: number, m: string, time: number, events: string): string {
  const size = binaryTrace(`Trace Go1.22\n${events}`).length - 16
  return `EventBatch gen=${generation} m=${m} time=${time} size=${size}\n${events}`
}

/** The binary trace of a text one whose first line is `Trace Go1.N`. */
export function binaryTrace(text: string): Uint8Array {
  const lines = text
    .split('\n')
    .map(line => line.replace(/#.*$/, '').trim())
    .filter(line => line !== '')
  const minor = /^Trace Go1\.(\d+)$/.exec(lines[0] ?? '')?.[1]
  if (minor === undefined) throw new Error(`no trace header: ${lines[0]}`)
  const out = [...new TextEncoder().encode(`go 1.${minor} trace\0\0\0`)]
  for (let at = 1; at < lines.length; at++) {
    const [name = '', ...fields] = lines[at]!.split(/\s+/)
    const spec = structural[name] ?? timed.get(name)
    if (spec === undefined) throw new Error(`unknown event ${name}`)
    out.push(spec.type)
    const values = valuesOf(fields, spec.args)
    for (const value of values) pushVarint(out, value)
    if (spec.stack === true) {
      const frames = Number(values[1])
      for (let i = 0; i < frames; i++)
        for (const value of valuesOf(lines[++at]!.split(/\s+/), ['pc', 'func', 'file', 'line'])) pushVarint(out, value)
    }
    if (spec.data === true) {
      const data = dataOf(lines[++at]!)
      pushVarint(out, BigInt(data.length))
      out.push(...data)
    }
  }
  return Uint8Array.from(out)
}

/** A `*.test` file of the Go project: what the reader must say, and the trace. */
export function goTraceTest(text: string): {
  readonly expected: 'SUCCESS' | 'FAILURE'
  readonly pattern: string
  readonly bytes: Uint8Array
} {
  const match = /^-- expect --\n(SUCCESS|FAILURE)(?: "((?:[^"\\]|\\.)*)")?\s*\n-- trace --\n([\s\S]*)$/.exec(text)
  if (match === null) throw new Error('not a trace test')
  return {expected: match[1] as 'SUCCESS' | 'FAILURE', pattern: match[2] ?? '', bytes: binaryTrace(match[3]!)}
}

/** The bytes of a Go fuzz corpus file: `go test fuzz v1` and a `[]byte("…")`. */
export function goFuzzInput(text: string): Uint8Array {
  const match = /^go test fuzz v1\n\[\]byte\((.*)\)\s*$/s.exec(text)
  if (match === null) throw new Error('not a fuzz input')
  return unquote(match[1]!)
}

function valuesOf(fields: readonly string[], names: readonly string[]): bigint[] {
  return names.map((name, i) => {
    const [key, value] = fields[i]?.split('=') ?? []
    if (key !== name || value === undefined) throw new Error(`expected ${name}, got ${fields[i]}`)
    return BigInt(value)
  })
}

const dataOf = (line: string): Uint8Array => unquote(line.replace(/^data=/, ''))

/** A Go string literal as bytes. */
function unquote(literal: string): Uint8Array {
  if (literal.startsWith('`')) return new TextEncoder().encode(literal.slice(1, -1))
  const escapes: Readonly<Record<string, number>> = {a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, '"': 34, "'": 39}
  const bytes: number[] = []
  for (const [, plain, escape] of literal
    .slice(1, -1)
    .matchAll(/([^\\]+)|\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gsu)) {
    if (plain !== undefined) bytes.push(...new TextEncoder().encode(plain))
    else if (escape !== undefined) {
      if (/^[uU]/.test(escape)) bytes.push(...new TextEncoder().encode(String.fromCodePoint(Number.parseInt(escape.slice(1), 16))))
      else bytes.push(escapes[escape] ?? (escape.startsWith('x') ? Number.parseInt(escape.slice(1), 16) : Number.parseInt(escape, 8)))
    }
  }
  return Uint8Array.from(bytes)
}

function pushVarint(out: number[], value: bigint): void {
  for (; value > 127n; value >>= 7n) out.push(Number(value & 127n) | 128)
  out.push(Number(value))
}
