// Histograms of bpftrace (`[4K, 8K)   12 |@@@ |`) and of the bcc tools (`4 -> 7   : 203   |****|`).
// Formats: bpftrace src/output.cpp (hist_to_str), bcc src/python/bcc/table.py (_print_log2_hist, _print_linear_hist).
import type {LatencyHistogram} from '../model/system.ts'
import type {Emit, TextReader} from '../logs/text-reader.ts'

const bpf = /^[[(]?([-\d.]+[KMGTP]?|\.\.\.)(?:, ([-\d.]+[KMGTP]?|\.\.\.))?[)\]]\s+(\d+)\s*\|/
const bcc = /^\s*(\d+)\s*(?:->\s*(\d+))?\s*:\s*(\d+)\s*\|[*+ ]*\|/
const bccHead = /^\s*(\S+)\s*:\s*count\s+distribution/
const factors: Readonly<Record<string, number>> = {K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50}

const scaled = (text: string, otherwise: number): number => {
  if (text === '...') return otherwise
  const factor = factors[text.at(-1) ?? '']
  return factor === undefined ? Number(text) : Number(text.slice(0, -1)) * factor
}

export function histogramReader(emit: Emit): TextReader {
  // What stands directly above a table names it.
  let title = ''
  let titleAt = 0
  let titleLine = 0
  let open: {title: string; unit: string; buckets: LatencyHistogram['buckets'][number][]; start: number; end: number} | undefined
  const close = () => {
    if (open && open.buckets.length > 0)
      emit({
        format: 'system/histogram',
        start: open.start,
        end: open.end,
        data: {kind: 'latency-histogram', title: open.title, unit: open.unit, buckets: open.buckets},
      })
    open = undefined
  }
  return {
    get open() {
      return open !== undefined
    },
    offer(line) {
      const text = line.text
      const head = text.includes('distribution') ? bccHead.exec(text) : undefined
      if (head) {
        close()
        const named = title !== '' && titleLine === line.number - 1
        open = {title: named ? title : '', unit: head[1] ?? '', buckets: [], start: named ? titleAt : line.start, end: line.end}
        return true
      }
      // `@usecs[server, 12]: ` with nothing behind it names the table below.
      if (/^@\w*(?:\[.*\])?: $|^@\w*(?:\[.*\])?:$/.test(text)) {
        close()
        const name = text.replace(/:\s*$/, '')
        open = {
          title: name,
          unit: /[unm]secs?|_(?:us|ns|ms)\b/.exec(name)?.[0].replace('_', '') ?? '',
          buckets: [],
          start: line.start,
          end: line.end,
        }
        return true
      }
      const m = open ? (bpf.exec(text) ?? undefined) : undefined
      const b = open && !m ? bcc.exec(text) : undefined
      if (open && m) {
        const from = scaled(m[1] ?? '0', -Infinity)
        open.buckets.push({from, to: m[2] === undefined ? from + 1 : scaled(m[2], Infinity), count: Number(m[3])})
      } else if (open && b) open.buckets.push({from: Number(b[1]), to: Number(b[2] ?? b[1]) + 1, count: Number(b[3])})
      else {
        close()
        title = text.trim() === '^C' ? '' : text.trim()
        titleAt = line.start
        titleLine = line.number
        return false
      }
      open.end = line.end
      return true
    },
    finish: close,
  }
}
