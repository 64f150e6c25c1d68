// GODEBUG=gcpacertrace=1 lines of Go 1.18 and later. Format: runtime/mgcpacer.go (endCycle). Floats are printed as +1.0e+000 up to Go 1.25 and
// shortest since 1.26. The `assist ratio` and `sweep done` lines are taken (they are the pacer's) and not kept: the end-of-cycle line
// carries what a replay needs.
import {errors} from '../../base/errors.ts'
import type {PacerLine} from '../model/gctrace.ts'
import {seriesLinesMax, type Emit, type TextReader} from './text-reader.ts'

// The sign before "goal" is U+2206 (INCREMENT) in the source; a log that lost it keeps the word.
const pattern =
  /pacer: (-?\d+)% CPU \((-?\d+) exp\.\) for (\d+)\+(\d+)\+(\d+) B work \((\d+) B exp\.\) in (\d+) B -> (\d+) B \(\S*goal (-?\d+), cons\/mark ([-+]?[\d.]+(?:e[-+]?\d+)?|NaN|[-+]?Inf)\)/
const other = /pacer: (?:assist ratio=|sweep done at heap size |H_m_prev=)/

export function parsePacerLine(text: string, line: number): PacerLine | undefined {
  const m = pattern.exec(text)
  if (!m) return undefined
  const n = (index: number) => Number(m[index])
  return {
    cpuPercent: n(1),
    expectedCpuPercent: n(2),
    heapScanBytes: n(3),
    stackScanBytes: n(4),
    globalsScanBytes: n(5),
    expectedScanBytes: n(6),
    triggerBytes: n(7),
    liveBytes: n(8),
    goalDeltaBytes: n(9),
    consMark: Number((m[10] ?? '').replace('Inf', 'Infinity')),
    line,
  }
}

export function pacerTraceReader(emit: Emit): TextReader {
  const lines: PacerLine[] = []
  let first = -1
  let end = 0
  let others = 0
  return {
    open: false,
    offer(line) {
      if (!line.text.includes('pacer: ')) return false
      const parsed = parsePacerLine(line.text, line.number)
      if (parsed) lines.push(parsed)
      else if (other.test(line.text)) others++
      else return false
      if (first < 0) first = line.start
      end = line.end
      if (lines.length > seriesLinesMax) throw errors.limit('gcpacertrace lines', seriesLinesMax)
      return true
    },
    finish() {
      if (first < 0) return
      const notes =
        lines.length === 0
          ? [{code: 'pacertrace-starts-only', message: `${others} other pacer lines and no end-of-cycle line of Go 1.18 or later`}]
          : []
      emit({format: 'logs/gcpacertrace', start: first, end, notes, data: {kind: 'pacertrace', lines}})
    },
  }
}
