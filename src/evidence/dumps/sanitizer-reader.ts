// Reports of ASan, LSan, MSan and UBSan inside text.
import type {NativeFrame} from '../model/sanitizer.ts'
import type {Emit, Line, TextReader} from '../logs/text-reader.ts'

const head = /==(\d+)==\s*(?:ERROR|WARNING): (\w+Sanitizer): (.*)$/
const frameLine = /^\s*#\d+ (0x[0-9a-f]+)(?: in (.*?))?(?: (\S+?)(?::(\d+))?(?::\d+)?)?(?: \(BuildId: .*\))?$/
const linesMax = 20_000

/** `#0 0x4f in f /src/f.c:3:9`, `#1 0x7f (/lib/libc.so.6+0x2409a)`. */
export function parseNativeFrame(text: string): NativeFrame | undefined {
  const m = frameLine.exec(text)
  if (!m) return undefined
  return {address: m[1] ?? '', function: m[2] ?? '', file: (m[3] ?? '').replace(/^\((.*)\)$/, '$1'), line: Number(m[4] ?? 0)}
}

export function sanitizerReader(emit: Emit): TextReader {
  let open:
    | {
        start: number
        end: number
        pid: string
        tool: string
        error: string
        address?: string
        summary?: string
        stacks: {title: string; frames: NativeFrame[]}[]
        lines: number
      }
    | undefined
  let title = ''
  const close = (whole: boolean) => {
    if (!open) return
    const {start, end, lines: _, ...data} = open
    open = undefined
    emit({
      format: 'dumps/sanitizer',
      start,
      end,
      complete: whole,
      notes: whole ? [] : [{code: 'sanitizer-report-cut', message: 'the report has no SUMMARY line'}],
      data: {kind: 'sanitizer', ...data},
    })
  }
  const begin = (line: Line, m: RegExpExecArray) => {
    const error = m[3] ?? ''
    const address = / on (?:unknown )?address (0x[0-9a-f]+)/.exec(error)?.[1]
    open = {
      start: line.start,
      end: line.end,
      pid: m[1] ?? '',
      tool: m[2] ?? '',
      error: error.replace(/ (?:on (?:unknown )?address|at) 0x.*$/, ''),
      ...(address === undefined ? {} : {address}),
      stacks: [],
      lines: 0,
    }
    title = error
  }
  return {
    get open() {
      return open !== undefined
    },
    offer(line) {
      const text = line.text
      if (!open) {
        const m = text.includes('Sanitizer: ') ? head.exec(text) : undefined
        if (!m) return false
        begin(line, m)
        return true
      }
      open.end = line.end
      if (text.startsWith('SUMMARY: ')) {
        open.summary = text.slice('SUMMARY: '.length)
        close(true)
        return true
      }
      const frame = parseNativeFrame(text)
      if (frame) {
        const last = open.stacks.at(-1)
        if (last && last.title === title && !/^\s*#0 /.test(text)) last.frames.push(frame)
        else open.stacks.push({title, frames: [frame]})
      } else if (text.trim() !== '') title = text.trim().replace(/:$/, '')
      if (++open.lines > linesMax) close(false)
      return true
    },
    finish: () => close(false),
  }
}
