// Panics that gin's Recovery caught and logged. Text: gin recovery.go (CustomRecoveryWithWriter, stack), v1.4 to v1.12: a head line, with
// the request below it in debug mode, the value, then `file:line (0xpc)` for each frame, with `\tfunc: source line` where the source is there.
import type {Emit, TextReader} from '../logs/text-reader.ts'
import type {DumpFrame} from '../model/goroutines.ts'

const head = /\[Recovery\] .*panic recovered:$/
const frameLine = /^(\S.*):(\d{1,9}) \(0x[0-9a-f]+\)$/
const sourceLine = /^\t(\S+): /
/** Lines of one entry that are neither head nor frame: request headers, values of several lines. */
const messageLinesMax = 100
const framesMax = 256
/** Different panics that are kept. */
const panicsMax = 1000

interface Entry {
  readonly start: number
  readonly message: string[]
  readonly frames: DumpFrame[]
  end: number
}

interface Kept {
  readonly entry: Entry
  readonly message: string
  times: number
}

export function ginRecoveryReader(emit: Emit): TextReader {
  const kept = new Map<string, Kept>()
  let entry: Entry | undefined
  const close = () => {
    if (entry !== undefined && entry.frames.length > 0) {
      const message = valueOf(entry.message)
      const key = `${message} ${entry.frames.map(frame => `${frame.file}:${frame.line}`).join(' ')}`
      const known = kept.get(key)
      if (known) known.times++
      else if (kept.size < panicsMax) kept.set(key, {entry, message, times: 1})
    }
    entry = undefined
  }
  return {
    get open() {
      return entry !== undefined
    },
    offer(line) {
      if (line.text.includes('panic recovered:') && head.test(line.text)) {
        close()
        entry = {start: line.start, end: line.end, message: [], frames: []}
        return true
      }
      if (entry === undefined) return false
      const m = frameLine.exec(line.text)
      if (m?.[1] !== undefined && entry.frames.length < framesMax) {
        entry.frames.push({function: '', file: m[1], line: Number(m[2])})
      } else if (entry.frames.length === 0) {
        if (entry.message.length >= messageLinesMax) {
          close()
          return false
        }
        entry.message.push(line.text)
      } else if (!sourceLine.test(line.text)) {
        close()
        return false
      }
      if (entry !== undefined) entry.end = line.end
      return true
    },
    finish() {
      close()
      for (const {entry: one, message, times} of kept.values())
        emit({
          format: 'dumps/gin-recovery',
          start: one.start,
          end: one.end,
          data: {kind: 'handler-panic', by: 'gin', message, frames: one.frames, times},
        })
    },
  }
}

/** In debug mode the request stands above the value, with an empty line between. */
function valueOf(lines: readonly string[]): string {
  const text = lines.filter((line, i) => line !== '' || i < lines.length - 1)
  const request = /^[A-Z]+ \S+ HTTP\/\d/.test(text[0] ?? '')
  const from = request ? text.indexOf('') + 1 : 0
  return (text[from] ?? '').trim()
}
