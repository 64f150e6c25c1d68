// strace: lines of calls (-f, -T, -tt), and the table of -c. Format: strace(1). Calls that were interrupted by another thread's line
// (`<unfinished ...>`, `<... futex resumed>`) are joined by thread.
import {errors} from '../../base/errors.ts'
import type {Strace} from '../model/system.ts'
import type {Emit, TextReader} from '../logs/text-reader.ts'

const namesMax = 10_000
const affinityMax = 1_000_000

// `[pid 12] 10:11:12.123456 futex(0x1, …) = -1 EAGAIN (Resource temporarily unavailable) <0.000012>`
const prefix = /^(?:\[pid\s+(\d+)\] |(\d+)\s+)?(?:\d{2}:\d{2}:\d{2}(?:\.\d+)? |\d{9,}\.\d+ )?/
const whole = /^(\w+)\((.*)\)[ \t]+= (-?\w+|\?)(?: ([A-Z]\w+)(?: \((.*?)\))?)?[^<>]*(?:<([\d.]+)>)?$/
const unfinished = /^(\w+)\((.*?)\s*<unfinished \.\.\.>$/
const resumed = /^<\.\.\. (\w+) resumed>\s*(.*)$/
const tableRow = /^\s*([\d.]+)\s+([\d.]+)\s+(\d+)\s+(\d+)(?:\s+(\d+))?\s+(\w+)$/

interface Counted {
  count: number
  errors: number
  seconds: number
}

export function straceReader(emit: Emit): TextReader {
  const calls = new Map<string, Counted>()
  const failures = new Map<string, {name: string; errno: string; meaning: string; count: number}>()
  const affinity: Strace['affinity'][number][] = []
  const pending = new Map<string, string>()
  let start = -1
  let end = 0
  let table = false
  let lines = 0

  const count = (name: string, n: number, failed: number, seconds: number) => {
    const known = calls.get(name)
    if (known) {
      known.count += n
      known.errors += failed
      known.seconds += seconds
    } else {
      if (calls.size >= namesMax) throw errors.limit('system calls by name', namesMax)
      calls.set(name, {count: n, errors: failed, seconds})
    }
  }
  const call = (text: string, thread: string, number: number): boolean => {
    const m = whole.exec(text)
    if (!m) return false
    const [, name = '', args = '', result = '', errno, meaning = '', seconds] = m
    const failed = result === '-1' && errno !== undefined
    count(name, 1, failed ? 1 : 0, Number(seconds ?? 0))
    if (failed && errno !== undefined) {
      const key = `${name} ${errno}`
      const known = failures.get(key)
      if (known) known.count++
      else failures.set(key, {name, errno, meaning, count: 1})
    }
    if (name === 'sched_setaffinity') {
      if (affinity.length >= affinityMax) throw errors.limit('sched_setaffinity calls', affinityMax)
      affinity.push({
        thread,
        target: args.split(',', 1)[0] ?? '',
        cpus: cpusOf(args),
        result,
        ...(errno === undefined ? {} : {errno}),
        line: number,
      })
    }
    return true
  }
  const take = (text: string, number: number): boolean => {
    if (/^% time\s+seconds\s+usecs\/call/.test(text)) return (table = true)
    if (table) {
      const row = tableRow.exec(text)
      if (row) {
        if (row[6] !== 'total') count(row[6] ?? '', Number(row[4]), Number(row[5] ?? 0), Number(row[2]))
        return true
      }
      if (/^[-\s]{20,}$/.test(text) || text.endsWith(' total')) return true
      table = false
    }
    const head = prefix.exec(text)
    const thread = head?.[1] ?? head?.[2] ?? ''
    const rest = text.slice(head?.[0].length ?? 0)
    const first = rest.charCodeAt(0)
    if (first === 60 /* < */) {
      const m = resumed.exec(rest)
      const began = m ? pending.get(`${thread} ${m[1]}`) : undefined
      if (!m || began === undefined) return m !== null && lines > 0
      pending.delete(`${thread} ${m[1]}`)
      call(began + (m[2] ?? ''), thread, number)
      return true
    }
    const broken = rest.endsWith('<unfinished ...>') ? unfinished.exec(rest) : undefined
    if (broken) {
      if (pending.size < affinityMax) pending.set(`${thread} ${broken[1]}`, `${broken[1]}(${broken[2]}`)
      return true
    }
    if (/\)[ \t]/.test(rest) && call(rest, thread, number)) return true
    return lines > 0 && (/^\+\+\+ (?:exited|killed)|^--- SIG\w+/.test(rest) || /^strace: Process \d+ attached/.test(text))
  }
  return {
    get open() {
      return table
    },
    offer(line) {
      if (!take(line.text, line.number)) return false
      if (start < 0) start = line.start
      end = line.end
      lines++
      return true
    },
    finish() {
      if (calls.size === 0) return
      emit({
        format: 'system/strace',
        start,
        end,
        data: {
          kind: 'strace',
          calls: [...calls].map(([name, counted]) => ({name, ...counted})).sort((a, b) => b.seconds - a.seconds || b.count - a.count),
          failures: [...failures.values()].sort((a, b) => b.count - a.count),
          affinity,
        },
      })
    },
  }
}

/** CPUs of `0, 128, [0 1 2-5]` or of an old `{ff}` mask. */
function cpusOf(args: string): number[] {
  const list = /\[([\d\s,-]*)\]/.exec(args)?.[1]
  if (list !== undefined)
    return list
      .split(/[\s,]+/)
      .filter(Boolean)
      .flatMap(part => {
        const [from = 0, to = from] = part.split('-').map(Number)
        return to - from > 65_536 ? [] : Array.from({length: to - from + 1}, (_, i) => from + i)
      })
  const mask = /\{([0-9a-f, ]+)\}/.exec(args)?.[1]
  if (mask === undefined) return []
  const bits = BigInt(`0x${mask.split(/[, ]+/)[0] || '0'}`)
  return Array.from({length: 64}, (_, cpu) => cpu).filter(cpu => ((bits >> BigInt(cpu)) & 1n) === 1n)
}
