// GODEBUG=gctrace=1 lines, wherever they stand in a line of text. Format: runtime/mgc.go (gcMarkTermination), Go 1.5 to 1.26.
// Go 1.5 printed five clock phases (extern.go of 1.5: sweep termination, scan, sync Ps, mark, mark termination); the middle three are summed.
import {errors} from '../../base/errors.ts'
import type {GcCycle} from '../model/gctrace.ts'
import {seriesLinesMax, type Emit, type Line, type TextReader} from './text-reader.ts'

const pattern =
  /gc (\d+) @(\d+(?:\.\d+)?)s (\d+)%( \(checking for goroutine leaks\))?: ([\d.+]+) ms clock, ([\d.+/]+) ms cpu, (\d+)->(\d+)->(\d+) MB, (\d+) MB goal, (?:(\d+) MB stacks, (\d+) MB globals, )?(\d+) P( \(forced\))?/
const looksLike = /(?:^|[^\w])gc \d+ @\d+(?:\.\d+)?s \d+%/

/** The cycle a line holds; undefined when it holds none. */
export function parseGcLine(text: string, line: number): GcCycle | undefined {
  const m = pattern.exec(text)
  if (!m) return undefined
  const clock = (m[5] ?? '').split('+').map(Number)
  const cpu = (m[6] ?? '').split(/[+/]/).map(Number)
  const [first = NaN, ...rest] = clock
  const last = rest.pop() ?? NaN
  // 1.5 has a fourth sum in the CPU part: sweep+scan+sync+assist/background/idle+termination.
  const five = clock.length === 5
  if ((clock.length !== 3 && !five) || cpu.length !== (five ? 7 : 5) || ![...clock, ...cpu].every(Number.isFinite)) return undefined
  const c = (index: number) => cpu[index] ?? NaN
  return {
    n: Number(m[1]),
    atSeconds: Number(m[2]),
    percent: Number(m[3]),
    clockMs: [first, rest.reduce((sum, ms) => sum + ms, 0), last],
    cpuMs: five ? [c(0), c(3), c(1) + c(2) + c(4), c(5), c(6)] : [c(0), c(1), c(2), c(3), c(4)],
    startMb: Number(m[7]),
    endMb: Number(m[8]),
    liveMb: Number(m[9]),
    goalMb: Number(m[10]),
    ...(m[11] === undefined ? {} : {stacksMb: Number(m[11]), globalsMb: Number(m[12])}),
    procs: Number(m[13]),
    forced: m[14] !== undefined,
    ...(m[4] === undefined ? {} : {goroutineLeakCheck: true}),
    line,
  }
}

/** A cycle number that falls back starts a new run of a program: its cycles are an artifact of their own. */
export function gcTraceReader(emit: Emit): TextReader {
  let cycles: GcCycle[] = []
  let start = 0
  let end = 0
  let broken = 0
  let firstBroken = 0
  let runs = 0
  const close = (cut: boolean) => {
    if (cycles.length === 0 && broken === 0) return
    runs++
    emit({
      format: 'logs/gctrace',
      start,
      end,
      complete: !cut,
      notes: [
        ...(broken > 0
          ? [
              {
                code: 'gctrace-broken-lines',
                message: `${broken} gctrace ${broken === 1 ? 'line is' : 'lines are'} torn by other output (first: line ${firstBroken})`,
              },
            ]
          : []),
        ...(runs > 1 ? [{code: 'program-restarted', message: `the cycle number starts again: run ${runs} in this text`}] : []),
      ],
      data: {kind: 'gctrace', cycles},
    })
    cycles = []
    broken = 0
  }
  const began = (line: Line) => {
    if (cycles.length === 0 && broken === 0) start = line.start
    end = line.end
  }
  return {
    open: false,
    offer(line) {
      const text = line.text
      if (!text.includes(' @')) return false
      const cycle = parseGcLine(text, line.number)
      if (!cycle) {
        if (!looksLike.test(text)) return false
        began(line)
        if (broken++ === 0) firstBroken = line.number
        return true
      }
      const last = cycles.at(-1)
      if (last && cycle.n <= last.n && cycle.atSeconds < last.atSeconds) close(false)
      began(line)
      cycles.push(cycle)
      if (cycles.length > seriesLinesMax) throw errors.limit('gctrace lines', seriesLinesMax)
      return true
    },
    finish: () => close(false),
  }
}
