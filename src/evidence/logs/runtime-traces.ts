// GODEBUG=scavtrace=1, inittrace=1 and checkfinalizers=1. Formats: runtime/mgcscavenge.go (printScavTrace; other forms before 1.21),
// runtime/proc.go (doInit1), runtime/mgc.go and mcheckmark.go (1.25).
import {errors} from '../../base/errors.ts'
import type {FinalizerCheck, InitTrace, ScavTrace} from '../model/runtime-traces.ts'
import {seriesLinesMax, type Emit, type Line, type TextReader} from './text-reader.ts'

type ScavLine = ScavTrace['lines'][number]
type InitLine = InitTrace['inits'][number]

export function parseScavLine(text: string, line: number): ScavLine | undefined {
  const now = /scav (\d+) KiB work \(bg\), (\d+) KiB work \(eager\), (\d+) KiB now, (\d+)% util( \(forced\))?/.exec(text)
  if (now)
    return {
      backgroundKib: Number(now[1]),
      eagerKib: Number(now[2]),
      nowKib: Number(now[3]),
      utilPercent: Number(now[4]),
      forced: now[5] !== undefined,
      line,
    }
  // Go 1.15 to 1.20: `scav 1 12 KiB work, 34 KiB total, 56% util`.
  const old = /scav (?:\d+ )?(\d+) KiB work, (\d+) KiB total, (\d+)% util( \(forced\))?/.exec(text)
  if (!old) return undefined
  return {backgroundKib: Number(old[1]), nowKib: Number(old[2]), utilPercent: Number(old[3]), forced: old[4] !== undefined, line}
}

export function parseInitLine(text: string, line: number): InitLine | undefined {
  const m = /(?:^|[^\w])init (\S+) @([\d.]+) ms, ([\d.]+) ms clock, (\d+) bytes, (\d+) allocs/.exec(text)
  if (!m) return undefined
  return {package: m[1] ?? '', atMs: Number(m[2]), clockMs: Number(m[3]), bytes: Number(m[4]), allocs: Number(m[5]), line}
}

/** A series of one-line samples as one artifact. */
function seriesReader<T>(
  emit: Emit,
  hint: string,
  format: string,
  parse: (text: string, line: number) => T | undefined,
  wrap: (items: T[]) => ScavTrace | InitTrace,
): TextReader {
  const items: T[] = []
  let start = 0
  let end = 0
  return {
    open: false,
    offer(line: Line) {
      if (!line.text.includes(hint)) return false
      const item = parse(line.text, line.number)
      if (item === undefined) return false
      if (items.length === 0) start = line.start
      items.push(item)
      if (items.length > seriesLinesMax) throw errors.limit(`${format} lines`, seriesLinesMax)
      end = line.end
      return true
    },
    finish() {
      if (items.length > 0) emit({format, start, end, data: wrap(items)})
    },
  }
}

/** Up to Go 1.13 (runtime/mheap.go, scavenge): `scvg9: inuse: 11264, idle: 5904, sys: 17168, released: 0, consumed: 17168 (MB)`. */
export function parseSpansLine(text: string, line: number): NonNullable<ScavTrace['spans']>[number] | undefined {
  const m = /scvg-?\d+: inuse: (\d+), idle: (\d+), sys: (\d+), released: (\d+), consumed: (\d+) \(MB\)/.exec(text)
  if (!m) return undefined
  const [inuseMb = 0, idleMb = 0, sysMb = 0, releasedMb = 0, consumedMb = 0] = m.slice(1).map(Number)
  return {inuseMb, idleMb, sysMb, releasedMb, consumedMb, line}
}

export const scavTraceReader = (emit: Emit): TextReader =>
  seriesReader<ScavLine | NonNullable<ScavTrace['spans']>[number] | 'released'>(
    emit,
    'sc',
    'logs/scavtrace',
    (text, line) =>
      text.includes('scav ')
        ? parseScavLine(text, line)
        : text.includes('scvg')
          ? (parseSpansLine(text, line) ?? (/scvg-?\d+: \d+ MB released/.test(text) ? 'released' : undefined))
          : undefined,
    items => {
      const spans = items.filter(item => item !== 'released' && 'inuseMb' in item)
      return {
        kind: 'scavtrace',
        lines: items.filter(item => item !== 'released' && 'utilPercent' in item),
        ...(spans.length > 0 ? {spans} : {}),
      }
    },
  )
export const initTraceReader = (emit: Emit): TextReader =>
  seriesReader(emit, 'init ', 'logs/inittrace', parseInitLine, inits => ({kind: 'inittrace', inits}))

/** Lines of one report at most: the runtime stops after ten. */
const reportLinesMax = 1000

export function finalizerReader(emit: Emit): TextReader {
  const queues: FinalizerCheck['queues'][number][] = []
  const reports: string[] = []
  let start = -1
  let end = 0
  let reporting = 0
  return {
    get open() {
      return reporting > 0
    },
    offer(line) {
      const text = line.text
      const m = text.includes('checkfinalizers: ') ? /checkfinalizers: queue: (\d+) finalizers \+ (\d+) cleanups/.exec(text) : undefined
      if (m) queues.push({finalizers: Number(m[1]), cleanups: Number(m[2]), line: line.number})
      else if (text === 'WARNING: LIKELY CLEANUP/FINALIZER ISSUES') reporting = 1
      else if (
        reporting > 0 &&
        (text === '' || /^(?:Value of type | {2}|Has (?:finalizer|cleanup) at|created at: |\.\.\. too many)/.test(text))
      ) {
        if (text.startsWith('Value of type ')) reports.push(text)
        else if (text !== '' && reports.length > 0) reports[reports.length - 1] += `\n${text}`
        if (++reporting > reportLinesMax) reporting = 0
      } else {
        reporting = 0
        return false
      }
      if (start < 0) start = line.start
      if (text !== '') end = line.end
      return true
    },
    finish() {
      if (start >= 0) emit({format: 'logs/checkfinalizers', start, end, data: {kind: 'finalizer-check', queues, reports}})
    },
  }
}
