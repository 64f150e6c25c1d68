// Goroutines that go.uber.org/goleak found left over at the end of a test. Text: goleak internal/stack (Stack.String), v1.0 to v1.3.
import type {Emit, TextReader} from '../logs/text-reader.ts'
import {GoroutineText} from './goroutine-text.ts'

const head = /Goroutine (\d+) in state (.*), with (.*) on top of the stack:$/

export function goleakReader(emit: Emit): TextReader {
  let dump: GoroutineText | undefined
  // testing.T indents what a test logs by steps of four.
  let indent = ''
  let start = 0
  let end = 0
  const close = () => {
    if (!dump) return
    dump.finish()
    emit({format: 'dumps/goleak', start, end, data: dump.groups.dump('debug2')})
    dump = undefined
  }
  return {
    get open() {
      return dump !== undefined
    },
    offer(line) {
      const m = line.text.includes(' on top of the stack:') ? head.exec(line.text) : undefined
      if (m) {
        if (!dump) {
          dump = new GoroutineText(1, true)
          start = line.start
        }
        indent = /^(?: {4})*/.exec(line.text)?.[0] ?? ''
        dump.offer(`goroutine ${m[1]} [${m[2]}]:`, line.number)
        end = line.end
        return true
      }
      if (!dump) return false
      const inside = line.text.startsWith(indent) ? line.text.slice(indent.length) : line.text
      // v1.3 repeats the runtime's own header inside.
      if (/^goroutine \d+ \[/.test(inside) || dump.offer(inside.replace(/^ (?=\S)|\]$/g, ''), line.number)) {
        if (line.text !== '') end = line.end
        return true
      }
      if (/^\s*\]?$/.test(line.text)) return true
      if (!dump.open) close()
      return false
    },
    finish: close,
  }
}
