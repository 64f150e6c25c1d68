// `goroutine?debug=1`: goroutines counted by stack, without ids, states and waiting times. Form: runtime/pprof (printCountProfile).
import type {DumpFrame, GoroutineGroup} from '../model/goroutines.ts'
import type {Emit, TextReader} from '../logs/text-reader.ts'

const groupsMax = 1_000_000

interface Building {
  count: number
  readonly frames: DumpFrame[]
  labels?: ReadonlyMap<string, string>
  readonly line: number
}

export function debug1Reader(emit: Emit): TextReader {
  let open: {start: number; end: number; total: number; groups: Building[]} | undefined
  let blank = 0
  const close = () => {
    if (!open) return
    const {start, end, total, groups} = open
    open = undefined
    const counted = groups.reduce((sum, group) => sum + group.count, 0)
    emit({
      format: 'dumps/goroutine-debug1',
      start,
      end,
      complete: counted >= total,
      notes: counted < total ? [{code: 'truncated', message: `${counted} of ${total} goroutines are listed`}] : [],
      data: {kind: 'goroutines', form: 'debug1', total, groups: groups.map(finished).sort((a, b) => b.count - a.count || a.line - b.line)},
    })
  }
  return {
    get open() {
      return open !== undefined
    },
    offer(line) {
      const text = line.text
      if (!open) {
        const m = /^goroutine profile: total (\d+)$/.exec(text)
        if (!m) return false
        open = {start: line.start, end: line.end, total: Number(m[1]), groups: []}
        blank = 0
        return true
      }
      const head = /^(\d+) @((?: 0x[0-9a-f]+)*)$/.exec(text)
      if (head && open.groups.length < groupsMax) open.groups.push({count: Number(head[1]), frames: [], line: line.number})
      else if (text.startsWith('# labels: ')) {
        const group = open.groups.at(-1)
        const labels = labelsOf(text.slice('# labels: '.length))
        if (group && labels) group.labels = labels
      } else if (text.startsWith('#\t0x') || /^#\s+0x/.test(text)) {
        const frame = /^#\s+0x[0-9a-f]+\s+(\S.*?)\+0x[0-9a-f]+\s+(.*):(\d+)$/.exec(text)
        if (frame) open.groups.at(-1)?.frames.push({function: frame[1] ?? '', file: frame[2] ?? '', line: Number(frame[3])})
      } else if (text === '' && ++blank < 1_000_000) return true
      else {
        close()
        return false
      }
      open.end = line.end
      return true
    },
    finish: close,
  }
}

function labelsOf(text: string): ReadonlyMap<string, string> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    return new Map(Object.entries(parsed).map(([key, value]) => [key, String(value)]))
  } catch {
    return undefined
  }
}

function finished({count, frames, labels, line}: Building): GoroutineGroup {
  return {count, state: '', lockedToThread: false, frames, ids: [], ...(labels ? {labels} : {}), line}
}
