// Native stacks: `perf script` (tools/perf/Documentation/perf-script.txt) and gdb's `thread apply all bt`.
import {errors} from '../../base/errors.ts'
import {type NativeStacks, signalHandlerCalled} from '../model/system.ts'
import type {NativeFrame} from '../model/sanitizer.ts'
import type {Emit, TextReader} from '../logs/text-reader.ts'

const groupsMax = 5_000_000

class Stacks {
  readonly groups = new Map<string, {count: number; thread: string; event: string; frames: NativeFrame[]}>()
  total = 0

  add(thread: string, event: string, frames: NativeFrame[]): void {
    this.total++
    const key = `${thread}|${event}|${frames.map(f => `${f.function}@${f.file}:${f.line}${f.function === '' ? f.address : ''}`).join(' ')}`
    const known = this.groups.get(key)
    if (known) known.count++
    else {
      if (this.groups.size >= groupsMax) throw errors.limit('distinct native stacks', groupsMax)
      this.groups.set(key, {count: 1, thread, event, frames})
    }
  }

  data(source: NativeStacks['source']): NativeStacks {
    return {kind: 'native-stacks', source, total: this.total, groups: [...this.groups.values()].sort((a, b) => b.count - a.count)}
  }
}

// `comm 123/124 [001] 100.5: 10101010 cycles:u: `; the CPU, the pid, the period and the event may be missing.
const sampleHead = /^(\S.*?)\s+(?:\d+\/)?(\d+)\s+(?:\[\d+\]\s+)?(?:[.\w-]+\s+)?(\d+\.\d+):[ \t]+(?:\d+\s+)?([\w:/.=-]+):(?:\s+.*)?$/
const frame = /^\s+([0-9a-f]{1,16}) (.+?) \(([^()]*(?:\([^()]*\))?[^()]*)\)$/

export function perfScriptReader(emit: Emit): TextReader {
  const stacks = new Stacks()
  let head: {thread: string; event: string; frames: NativeFrame[]} | undefined
  let start = -1
  let end = 0
  const flush = () => {
    if (head && head.frames.length > 0) stacks.add(head.thread, head.event, head.frames)
    head = undefined
  }
  return {
    get open() {
      return head !== undefined
    },
    offer(line) {
      const text = line.text
      if (text === '') {
        const mine = head !== undefined
        flush()
        return mine
      }
      const m = head && /^\s/.test(text) ? frame.exec(text) : undefined
      if (head && m) {
        const name = (m[2] ?? '').replace(/\+0x[0-9a-f]+$/, '')
        head.frames.push({address: `0x${m[1]}`, function: name === '[unknown]' ? '' : name, file: m[3] ?? '', line: 0})
        if (start < 0) start = line.start
        end = line.end
        return true
      }
      const began = sampleHead.exec(text)
      if (!began) return false
      flush()
      head = {thread: (began[1] ?? '').trim(), event: began[4] ?? '', frames: []}
      // Counted as part of the artifact only once a frame follows.
      if (stacks.total === 0) start = line.start
      return true
    },
    finish() {
      flush()
      if (stacks.total > 0) emit({format: 'system/perf-script', start, end, data: stacks.data('perf script')})
    },
  }
}

const threadHead = /^Thread (\d+) \((?:Thread (0x[0-9a-f]+) )?\(?LWP (\d+)\)?(?: "([^"]*)")?(?: \(.*\))?\)+:?$/
const gdbFrame = /^#(\d+)\s+(?:(0x[0-9a-f]+) in )?(.*?) \((.*?)\)(?: at (.+?):(\d+)| from (.+))?$/

/** `device=0x2adf016266c0, n=3, text=0x5 "x"`: names with numbers and addresses. */
function argumentsOf(text: string): Pick<NativeFrame, 'args'> {
  const args = [...text.matchAll(/([A-Za-z_]\w*)=(?:@)?(-?(?:0x[0-9a-f]+|\d+))/g)].map(([, name = '', value = '']) => ({name, value}))
  return args.length === 0 ? {} : {args}
}

export function gdbReader(emit: Emit): TextReader {
  const stacks = new Stacks()
  let open: {thread: string; frames: NativeFrame[]} | undefined
  let start = 0
  let end = 0
  const flush = () => {
    if (open) stacks.add(open.thread, '', open.frames)
    open = undefined
  }
  return {
    get open() {
      return open !== undefined
    },
    offer(line) {
      const m = line.text.startsWith('Thread ') ? threadHead.exec(line.text) : undefined
      if (m) {
        flush()
        if (stacks.total === 0) start = line.start
        open = {thread: m[4] ?? '', frames: []}
        end = line.end
        return true
      }
      if (!open) return false
      const f = line.text.startsWith('#') ? gdbFrame.exec(line.text) : undefined
      if (f)
        open.frames.push({
          address: f[2] ?? '',
          function: f[3] === '??' ? '' : (f[3] ?? ''),
          file: f[5] ?? f[7] ?? '',
          line: Number(f[6] ?? 0),
          ...argumentsOf(f[4] ?? ''),
        })
      else if (/^#\d+\s+<signal handler called>$/.test(line.text))
        open.frames.push({address: '', function: signalHandlerCalled, file: '', line: 0})
      else if (line.text === '' && open.frames.length > 0) {
        flush()
        return true
      } else if (!/^\s|^Backtrace stopped|^$/.test(line.text)) return false
      end = line.end
      return true
    },
    finish() {
      flush()
      if (stacks.total > 0) emit({format: 'system/gdb-backtrace', start, end, data: stacks.data('gdb')})
    },
  }
}
