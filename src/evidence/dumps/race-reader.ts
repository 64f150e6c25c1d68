// Race reports inside text, whole or cut short. A report ends at its closing line of `=`; one that lost it ends where its grammar ends.
import type {DumpFrame} from '../model/goroutines.ts'
import type {RaceAccess, RaceReport} from '../model/race.ts'
import type {Emit, Line, TextReader} from '../logs/text-reader.ts'

const rule = '=================='
/** Lines of one report at most. */
const reportLinesMax = 5000
const foreignLinesMax = 6

const access =
  /^\s*(Previous )?(atomic )?(read|write)(?: of size \d+)?(?: at (0x[0-9a-f]+))? by (?:(main goroutine|main thread)|(?:goroutine|thread) (\S+?))(?: [^:]*)?:(?: .*)?$/i
const creation = /^\s*(?:Goroutine|Thread) (\S+) \((.*?)\) created (?:at|by [^:]*at):(?: .*)?$/

interface Stack {
  readonly frames: DumpFrame[]
  lost: boolean
}

interface Open {
  readonly start: number
  end: number
  readonly accesses: {head: Omit<RaceAccess, 'frames' | 'stackLost'>; stack: Stack}[]
  readonly created: {goroutine: string; state: string; stack: Stack}[]
  stack: Stack | undefined
  fn: string | undefined
  lines: number
  foreign: number
}

export function raceReader(emit: Emit): TextReader {
  let open: Open | undefined
  let ruler: Line | undefined
  const close = (whole: boolean) => {
    const report = open
    open = undefined
    if (!report) return
    const data = reportOf(report)
    const known = data.accesses.length >= 2
    emit({
      format: 'dumps/race',
      start: report.start,
      end: report.end,
      complete: whole && known,
      notes: [
        ...(whole ? [] : [{code: 'race-report-cut', message: 'the report has no closing line'}]),
        ...(known ? [] : [{code: 'race-report-one-sided', message: `${data.accesses.length} of the two accesses can be read`}]),
        ...(data.accesses.some(a => a.stackLost)
          ? [{code: 'race-stack-lost', message: 'the detector no longer had one of the stacks (raise GORACE=history_size)'}]
          : []),
      ],
      data,
    })
  }
  return {
    get open() {
      return open !== undefined
    },
    offer(line) {
      const text = line.text
      if (open) {
        if (text.startsWith(rule)) {
          open.end = line.end
          close(true)
          return true
        }
        if (reportLine(open, text)) {
          if (text !== '') open.end = line.end
          open.foreign = 0
          if (++open.lines > reportLinesMax) close(false)
          return true
        }
        if (++open.foreign > foreignLinesMax) close(false)
        return false
      }
      if (text.includes('WARNING: DATA RACE')) {
        const start = ruler?.number === line.number - 1 ? ruler.start : line.start
        open = {start, end: line.end, accesses: [], created: [], stack: undefined, fn: undefined, lines: 0, foreign: 0}
        return true
      }
      // The opening line is the report's too, once one is seen to follow.
      if (text.startsWith(rule)) ruler = line
      return false
    },
    finish: () => close(false),
  }
}

function reportLine(report: Open, text: string): boolean {
  if (text.trim() === '') {
    report.fn = undefined
    return true
  }
  const accessed = access.exec(text)
  if (accessed) {
    report.stack = {frames: [], lost: false}
    report.accesses.push({
      head: {
        previous: accessed[1] !== undefined,
        atomic: accessed[2] !== undefined,
        operation: (accessed[3] ?? '').toLowerCase() === 'write' ? 'write' : 'read',
        ...(accessed[4] === undefined ? {} : {address: accessed[4]}),
        goroutine: accessed[6] ?? 'main',
      },
      stack: report.stack,
    })
    return true
  }
  const created = creation.exec(text)
  if (created) {
    report.stack = {frames: [], lost: false}
    report.created.push({goroutine: created[1] ?? '', state: created[2] ?? '', stack: report.stack})
    return true
  }
  if (text.includes('[failed to restore the stack]')) {
    if (report.stack) report.stack.lost = true
    return true
  }
  if (!report.stack || !/^\s{2,}|^\t/.test(text)) return false
  const trimmed = text.trim()
  const place = /^(.+?):(\d+)(?: \+0x[0-9a-f]+| \(.*\))?$/.exec(trimmed)
  if (report.fn !== undefined && place?.[1] !== undefined) {
    report.stack.frames.push({function: report.fn, file: place[1], line: Number(place[2])})
    report.fn = undefined
    return true
  }
  // `main.f()`; C frames of a cgo program: `#0 f /src/f.c:3 (bin+0x12)`.
  const native = /^#\d+ (\S+) (.+?):(\d+)(?::\d+)?(?: \(.*\))?$/.exec(trimmed)
  if (native?.[1] !== undefined) {
    report.stack.frames.push({function: native[1], file: native[2] ?? '', line: Number(native[3])})
    return true
  }
  const fn = /^(\S.*?)\(.*\)(?: \/\/.*)?$/.exec(trimmed)
  if (fn) {
    const paren = trimmed.replace(/ \/\/.*$/, '').lastIndexOf('(')
    report.fn = trimmed.slice(0, paren)
    return true
  }
  return /^(?:As if synchronized|Location is |Mutex |Goroutine |\(pc )/.test(trimmed)
}

function reportOf({accesses, created}: Open): RaceReport {
  const sites = accesses.map(({stack}) => {
    const top = stack.frames[0]
    return top ? `${top.function}:${top.line}` : '?'
  })
  return {
    kind: 'race',
    accesses: accesses.map(({head, stack}) => ({...head, frames: stack.frames, stackLost: stack.lost})),
    created: created.map(({goroutine, state, stack}) => ({goroutine, state, frames: stack.frames})),
    key: sites.sort().join(' | '),
  }
}
