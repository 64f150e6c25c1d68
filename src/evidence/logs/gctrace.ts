// GODEBUG=gctrace=1 lines as series of cycles. The numbers are kept in columns and made into objects when somebody asks for the cycles:
// a log of a gigabyte may hold hundreds of thousands.
import {errors} from '../../base/errors.ts'
import type {GcCycle, GcTrace} from '../model/gctrace.ts'
import {cycleAt, cycleField, cycleNumbers, readGcLine} from './gc-line.ts'
import {seriesLinesMax, type Emit, type Line, type TextReader} from './text-reader.ts'

const looksLike = /(?:^|[^\w])gc \d+ @\d+(?:\.\d+)?s \d+%/
const blockCycles = 4096

class CycleColumns {
  length = 0
  readonly #blocks: Float64Array[] = []

  /** Adds the cycle of a line; false when it holds none. */
  add(text: string, line: number): boolean {
    const index = this.length % blockCycles
    if (index === 0 && this.#blocks.length * blockCycles === this.length)
      this.#blocks.push(new Float64Array((this.length === 0 ? 64 : blockCycles) * cycleNumbers))
    let block = this.#blocks.at(-1)
    if (block && block.length <= index * cycleNumbers) {
      // The first block starts small: most series are short.
      const grown = new Float64Array(Math.min(blockCycles, 4 * index) * cycleNumbers)
      grown.set(block)
      this.#blocks[this.#blocks.length - 1] = block = grown
    }
    if (!block || !readGcLine(text, line, block, index * cycleNumbers)) return false
    this.length++
    return true
  }

  removeLast(): void {
    this.length--
  }

  lastNumber(field: number): number {
    return this.#blocks.at(-1)?.[((this.length - 1) % blockCycles) * cycleNumbers + field] ?? NaN
  }

  at(index: number): GcCycle {
    return cycleAt(this.#blocks[Math.floor(index / blockCycles)] ?? new Float64Array(cycleNumbers), (index % blockCycles) * cycleNumbers)
  }

  all(): readonly GcCycle[] {
    return Array.from({length: this.length}, (_, index) => this.at(index))
  }
}

function gcTraceOf(columns: CycleColumns): GcTrace {
  let cycles: readonly GcCycle[] | undefined
  return {
    kind: 'gctrace',
    extent: {cycles: columns.length, lastAtSeconds: columns.length === 0 ? 0 : columns.lastNumber(cycleField.atSeconds)},
    get cycles() {
      return (cycles ??= columns.all())
    },
  }
}

/** A cycle number that falls back starts a new run of a program: its cycles are an artifact of their own. */
export function gcTraceReader(emit: Emit): TextReader {
  let cycles = new CycleColumns()
  let lastN = 0
  let lastAt = 0
  let start = -1
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
      data: gcTraceOf(cycles),
    })
    cycles = new CycleColumns()
    broken = 0
    start = -1
  }
  const began = (line: Line) => {
    if (start < 0) start = line.start
    end = line.end
  }
  return {
    open: false,
    offer(line) {
      const text = line.text
      if (!text.includes(' @')) return false
      if (!cycles.add(text, line.number)) {
        if (!looksLike.test(text)) return false
        began(line)
        if (broken++ === 0) firstBroken = line.number
        return true
      }
      const [n, atSeconds] = [cycles.lastNumber(cycleField.n), cycles.lastNumber(cycleField.atSeconds)]
      if (cycles.length > 1 && n <= lastN && atSeconds < lastAt) {
        cycles.removeLast()
        close(false)
        cycles.add(text, line.number)
      }
      lastN = n
      lastAt = atSeconds
      began(line)
      if (cycles.length > seriesLinesMax) throw errors.limit('gctrace lines', seriesLinesMax)
      return true
    },
    finish: () => close(false),
  }
}
