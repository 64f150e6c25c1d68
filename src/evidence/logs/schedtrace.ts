// GODEBUG=schedtrace=N lines and the P, M and G lines of scheddetail=1. Format: runtime/proc.go (schedtrace), Go 1.2 to 1.26:
// needspinning since 1.20; blanks inside the brackets and schedticks since 1.25; nil and false where -1 and 0 stood until about 1.19.
import {errors} from '../../base/errors.ts'
import type {SchedGoroutine, SchedProc, SchedSample, SchedThread} from '../model/schedtrace.ts'
import {seriesLinesMax, type Emit, type Line, type TextReader} from './text-reader.ts'

const head = /SCHED (\d+)ms: gomaxprocs=(\d+) (.*)$/
/** P, M and G lines below one SCHED line. */
const detailLinesMax = 10_000_000

const fieldsOf = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/(\w+)=(\S*)/g)].map(([, name = '', value = '']) => [name, value]))
const numberIn = (fields: ReadonlyMap<string, string>, name: string): number | undefined => {
  const text = fields.get(name)
  return text === undefined || !/^-?\d+$/.test(text) || text === '-1' ? undefined : Number(text)
}
const isTrue = (text: string | undefined): boolean => text === 'true' || text === '1'
const list = (text: string | undefined): number[] => (text ?? '').trim().split(/\s+/).filter(Boolean).map(Number)

/** A SCHED line without the detail below it. */
type SchedLine = Omit<SchedSample, 'procs' | 'machineThreads' | 'goroutines'>
type Building = SchedLine & {procs?: SchedProc[]; machineThreads?: SchedThread[]; goroutines?: SchedGoroutine[]}

export function parseSchedLine(text: string, line: number): SchedLine | undefined {
  const m = head.exec(text)
  if (!m) return undefined
  const rest = m[3] ?? ''
  const fields = fieldsOf(rest)
  const runqueue = numberIn(fields, 'runqueue')
  const threads = numberIn(fields, 'threads')
  if (runqueue === undefined || threads === undefined) return undefined
  const queues = / runqueue=\d+ \[([\d ]*)\]/.exec(rest)?.[1]
  const ticks = /schedticks=\[([\d ]*)\]/.exec(rest)?.[1]
  const needspinning = numberIn(fields, 'needspinning')
  const gcwaiting = fields.get('gcwaiting')
  return {
    atMs: Number(m[1]),
    gomaxprocs: Number(m[2]),
    idleprocs: numberIn(fields, 'idleprocs') ?? 0,
    threads,
    spinningthreads: numberIn(fields, 'spinningthreads') ?? 0,
    ...(needspinning === undefined ? {} : {needspinning}),
    idlethreads: numberIn(fields, 'idlethreads') ?? 0,
    runqueue,
    perProc: list(queues),
    ...(ticks === undefined ? {} : {schedticks: list(ticks)}),
    ...(gcwaiting === undefined ? {} : {gcwaiting: isTrue(gcwaiting)}),
    line,
  }
}

export function schedTraceReader(emit: Emit): TextReader {
  let samples: Building[] = []
  let start = 0
  let end = 0
  let runs = 0
  let torn = 0
  let detail = 0
  const close = () => {
    if (samples.length === 0) return
    runs++
    emit({
      format: 'logs/schedtrace',
      start,
      end,
      notes: [
        ...(runs > 1 ? [{code: 'program-restarted', message: `the clock starts again: run ${runs} in this text`}] : []),
        ...(torn > 0 ? [{code: 'schedtrace-broken-lines', message: `${torn} SCHED lines are torn by other output`}] : []),
      ],
      data: {
        kind: 'schedtrace',
        samples: samples.map(sample =>
          sample.procs && sample.perProc.length === 0 ? {...sample, perProc: sample.procs.map(p => p.runqueue)} : sample,
        ),
      },
    })
    samples = []
    torn = 0
  }
  const took = (line: Line) => {
    if (samples.length <= 1 && line.number === samples[0]?.line) start = line.start
    end = line.end
  }
  return {
    open: false,
    offer(line) {
      const text = line.text
      if (text.startsWith('  ') && samples.length > 0) {
        const sample = samples.at(-1)
        if (!sample || !detailLine(sample, text)) return false
        if (++detail > detailLinesMax) throw errors.limit('scheddetail lines', detailLinesMax)
        took(line)
        return true
      }
      if (!text.includes('SCHED ')) return false
      const parsed = parseSchedLine(text, line.number)
      if (!parsed) {
        if (/SCHED \d+ms: gomaxprocs=/.test(text)) torn++
        return false
      }
      const last = samples.at(-1)
      if (last && parsed.atMs < last.atMs) close()
      samples.push(parsed)
      if (samples.length > seriesLinesMax) throw errors.limit('schedtrace lines', seriesLinesMax)
      took(line)
      return true
    },
    finish: close,
  }
}

function detailLine(sample: Building, text: string): boolean {
  const m = /^ {2}([PMG])(\d+): (.*)$/.exec(text)
  if (!m) return false
  const id = Number(m[2])
  const fields = fieldsOf(m[3] ?? '')
  const at = (name: string) => numberIn(fields, name)
  if (m[1] === 'P') {
    const [holder, timers] = [at('m'), at('timerslen')]
    sample.procs ??= []
    sample.procs.push({
      id,
      status: at('status') ?? 0,
      schedtick: at('schedtick') ?? 0,
      syscalltick: at('syscalltick') ?? 0,
      ...(holder === undefined ? {} : {m: holder}),
      runqueue: at('runqsize') ?? 0,
      ...(timers === undefined ? {} : {timers}),
    })
  } else if (m[1] === 'M') {
    const [p, curg, lockedg] = [at('p'), at('curg'), at('lockedg')]
    sample.machineThreads ??= []
    sample.machineThreads.push({
      id,
      ...(p === undefined ? {} : {p}),
      ...(curg === undefined ? {} : {curg}),
      locks: at('locks') ?? 0,
      spinning: isTrue(fields.get('spinning')),
      blocked: isTrue(fields.get('blocked')),
      ...(lockedg === undefined ? {} : {lockedg}),
    })
  } else {
    const status = /status=(\d+)\((.*)\) m=(-?\w+) lockedm=(-?\w+)/.exec(m[3] ?? '')
    if (!status) return false
    const [holder, lockedm] = [at('m'), at('lockedm')]
    sample.goroutines ??= []
    sample.goroutines.push({
      id,
      status: Number(status[1]),
      reason: status[2] ?? '',
      ...(holder === undefined ? {} : {m: holder}),
      ...(lockedm === undefined ? {} : {lockedm}),
    })
  }
  return true
}
