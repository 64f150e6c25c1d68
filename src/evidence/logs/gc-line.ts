// One GODEBUG=gctrace=1 line into numbers, wherever it stands in a line of text. Format: runtime/mgc.go (gcMarkTermination), Go 1.5 to 1.26.
// Go 1.5 printed five clock phases (extern.go of 1.5: sweep termination, scan, sync Ps, mark, mark termination); the middle three are summed.
// Read by hand and not by a regular expression: a log may hold hundreds of thousands of them.
import type {GcCycle} from '../model/gctrace.ts'

/** Numbers of a cycle: the fields of `GcCycle` in its order, the two triples and quintuples place by place. */
export const cycleNumbers = 20
const [nAt, atAt, percentAt, clockAt, cpuAt, heapAt, stacksAt, procsAt, flagsAt, lineAt] = [0, 1, 2, 3, 6, 11, 15, 17, 18, 19]
/** Places of single numbers among them. */
export const cycleField = {n: nAt, atSeconds: atAt} as const
const forcedFlag = 1
const leakCheckFlag = 2

const exactDigitsMax = 15
const zero = 48

/** A place in a text that numbers and words are read from; `ok` turns false at the first that is not there. */
class Reading {
  text = ''
  at = 0
  ok = true

  word(word: string): void {
    if (this.ok && this.text.startsWith(word, this.at)) this.at += word.length
    else this.ok = false
  }

  /** True, and behind it, when the word is there. */
  maybe(word: string): boolean {
    if (!this.ok || !this.text.startsWith(word, this.at)) return false
    this.at += word.length
    return true
  }

  /** Digits, with a fraction where one is allowed. */
  number(fraction: boolean): number {
    const {text} = this
    const start = this.at
    let at = start
    let digits = 0
    for (let c = text.charCodeAt(at) - zero; c >= 0 && c <= 9; c = text.charCodeAt(++at) - zero) digits = digits * 10 + c
    if (at === start) this.ok = false
    let scale = 1
    if (fraction && text.charCodeAt(at) === 46 /* . */) {
      const point = at++
      for (let c = text.charCodeAt(at) - zero; c >= 0 && c <= 9; c = text.charCodeAt(++at) - zero) {
        digits = digits * 10 + c
        scale *= 10
      }
      if (at === point + 1) this.ok = false
    }
    this.at = at
    // Both are exact up to fifteen digits, and so is then their quotient, to the last bit that a double has.
    return at - start > exactDigitsMax ? Number(text.slice(start, at)) : digits / scale
  }
}

const reading = new Reading()

/** Writes the numbers of the cycle that a line holds to `out` from `base`; false when it holds none. */
export function readGcLine(text: string, line: number, out: Float64Array, base: number): boolean {
  for (let from = 0; ;) {
    const at = text.indexOf('gc ', from)
    if (at < 0) return false
    if (readCycle(text, at + 3, out, base)) {
      out[base + lineAt] = line
      return true
    }
    from = at + 3
  }
}

function readCycle(text: string, at: number, out: Float64Array, base: number): boolean {
  const r = reading
  r.text = text
  r.at = at
  r.ok = true
  out[base + nAt] = r.number(false)
  r.word(' @')
  out[base + atAt] = r.number(true)
  r.word('s ')
  out[base + percentAt] = r.number(false)
  r.word('%')
  const leakCheck = r.maybe(' (checking for goroutine leaks)')
  r.word(': ')
  const five = readClock(r, out, base + clockAt)
  readCpu(r, out, base + cpuAt, five)
  out[base + heapAt] = r.number(false)
  r.word('->')
  out[base + heapAt + 1] = r.number(false)
  r.word('->')
  out[base + heapAt + 2] = r.number(false)
  r.word(' MB, ')
  out[base + heapAt + 3] = r.number(false)
  r.word(' MB goal, ')
  let last = r.number(false)
  const stacks = r.maybe(' MB stacks, ')
  out[base + stacksAt] = stacks ? last : NaN
  if (stacks) {
    out[base + stacksAt + 1] = r.number(false)
    r.word(' MB globals, ')
    last = r.number(false)
  }
  out[base + procsAt] = last
  r.word(' P')
  out[base + flagsAt] = (r.maybe(' (forced)') ? forcedFlag : 0) + (leakCheck ? leakCheckFlag : 0)
  return r.ok
}

/** Three phases, or the five of Go 1.5; true for five. */
function readClock(r: Reading, out: Float64Array, base: number): boolean {
  out[base] = r.number(true)
  r.word('+')
  const second = r.number(true)
  r.word('+')
  const third = r.number(true)
  const five = r.maybe('+')
  if (five) {
    const fourth = r.number(true)
    r.word('+')
    out[base + 1] = second + third + fourth
    out[base + 2] = r.number(true)
  } else {
    out[base + 1] = second
    out[base + 2] = third
  }
  r.word(' ms clock, ')
  return five
}

/** `0.14+0/0.38/0.14+0.56`; in Go 1.5 sweep+scan+sync+assist/background/idle+termination. */
function readCpu(r: Reading, out: Float64Array, base: number, five: boolean): void {
  out[base] = r.number(true)
  r.word('+')
  let others = 0
  if (five) {
    others = r.number(true)
    r.word('+')
    others += r.number(true)
    r.word('+')
  }
  out[base + 1] = r.number(true)
  r.word('/')
  out[base + 2] = others + r.number(true)
  r.word('/')
  out[base + 3] = r.number(true)
  r.word('+')
  out[base + 4] = r.number(true)
  r.word(' ms cpu, ')
}

/** The cycle whose numbers stand at `base`. */
export function cycleAt(numbers: Float64Array, base: number): GcCycle {
  const at = (index: number) => numbers[base + index] ?? NaN
  const flags = at(flagsAt)
  return {
    n: at(nAt),
    atSeconds: at(atAt),
    percent: at(percentAt),
    clockMs: [at(clockAt), at(clockAt + 1), at(clockAt + 2)],
    cpuMs: [at(cpuAt), at(cpuAt + 1), at(cpuAt + 2), at(cpuAt + 3), at(cpuAt + 4)],
    startMb: at(heapAt),
    endMb: at(heapAt + 1),
    liveMb: at(heapAt + 2),
    goalMb: at(heapAt + 3),
    ...(Number.isNaN(at(stacksAt)) ? {} : {stacksMb: at(stacksAt), globalsMb: at(stacksAt + 1)}),
    procs: at(procsAt),
    forced: (flags & forcedFlag) !== 0,
    ...((flags & leakCheckFlag) === 0 ? {} : {goroutineLeakCheck: true as const}),
    line: at(lineAt),
  }
}

/** The cycle a line holds; undefined when it holds none. */
export function parseGcLine(text: string, line: number): GcCycle | undefined {
  const numbers = new Float64Array(cycleNumbers)
  return readGcLine(text, line, numbers, 0) ? cycleAt(numbers, 0) : undefined
}
