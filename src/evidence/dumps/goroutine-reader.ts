// Goroutine dumps inside text: `debug=2` of net/http/pprof, runtime.Stack, SIGQUIT.
import type {Emit, Line, TextReader} from '../logs/text-reader.ts'
import {GoroutineText} from './goroutine-text.ts'

export function goroutineReader(emit: Emit): TextReader {
  let dump: GoroutineText | undefined
  let start = 0
  let end = 0
  let lastNumber = 0
  const close = () => {
    if (!dump) return
    const cut = dump.awaitsPlace
    dump.finish()
    emit({
      format: 'dumps/goroutine-debug2',
      start,
      end,
      complete: !cut,
      notes: [
        ...(dump.elided > 0 ? [{code: 'frames-elided', message: 'the runtime left out the middle of long stacks'}] : []),
        ...(dump.malformed > 0 ? [{code: 'frames-unreadable', message: `${dump.malformed} frame lines could not be read`}] : []),
        ...(cut ? [{code: 'truncated', message: `the dump breaks off in line ${lastNumber}`}] : []),
      ],
      data: dump.groups.dump('debug2'),
    })
    dump = undefined
  }
  return {
    get open() {
      return dump !== undefined
    },
    offer(line: Line) {
      if (!dump) {
        if (!line.text.endsWith(':') || !line.text.includes('goroutine ')) return false
        const opened = new GoroutineText()
        if (!opened.offer(line.text, line.number)) return false
        dump = opened
        start = line.start
      } else if (!dump.offer(line.text, line.number)) {
        if (!dump.open) close()
        return false
      }
      if (line.text !== '') end = line.end
      lastNumber = line.number
      return true
    },
    finish: close,
  }
}
