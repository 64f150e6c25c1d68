// `go build -gcflags=-S`: instructions, atomics and calls of each source line. Format: cmd/internal/obj (Flushplist, WriteInstructionString).
import {errors} from '../../base/errors.ts'
import {seriesLinesMax, type Emit, type TextReader} from './text-reader.ts'

const functionHead = /^(\S.*) STEXT\b.* size=(\d+) args=0x[0-9a-f]+ locals=0x([0-9a-f]+)/
const instruction = /^\t0x[0-9a-f]+ \d+ \((.*?):(\d+)\)\t(\S+)(?:\t(.*))?$/
const notCode = new Set(['TEXT', 'PCDATA', 'FUNCDATA', 'NOP'])
/** amd64 LOCK and XCHG; arm64 exclusive loads and stores and the LSE atomics; the acquire and release forms are counted too. */
const atomic =
  /^(?:LOCK|XCHG[BWLQ]?|LDAXR\w*|LDXR\w*|STLXR\w*|STXR\w*|LDADD\w*|SWPAL\w*|CASAL\w*|LDCLRAL\w*|LDORAL\w*|LDAR\w*|STLR\w*|DMB)$/

interface BuildingLine {
  readonly file: string
  readonly line: number
  instructions: number
  atomics: number
  readonly calls: string[]
}

export function assemblyReader(emit: Emit): TextReader {
  const functions: {name: string; size: number; frameBytes: number; lines: Map<string, BuildingLine>}[] = []
  let inside = false
  let start = 0
  let end = 0
  return {
    get open() {
      return inside
    },
    offer(line) {
      const text = line.text
      const m = text.includes(' STEXT ') ? functionHead.exec(text) : undefined
      if (m) {
        if (functions.length === 0) start = line.start
        functions.push({name: m[1] ?? '', size: Number(m[2]), frameBytes: Number.parseInt(m[3] ?? '0', 16), lines: new Map()})
        if (functions.length > seriesLinesMax) throw errors.limit('functions of a listing', seriesLinesMax)
        inside = true
        end = line.end
        return true
      }
      if (!inside) return false
      const current = functions.at(-1)
      const i = text.startsWith('\t0x') ? instruction.exec(text) : undefined
      if (i && current) add(current.lines, i)
      else if (!/^\t(?:0x|rel )/.test(text)) {
        // Data symbols (`go:string."x" SRODATA …`) follow the functions and are listed in the same way.
        inside = / S[A-Z]+ /.test(text)
        if (!inside) return false
      }
      end = line.end
      return true
    },
    finish() {
      if (functions.length > 0)
        emit({
          format: 'logs/assembly',
          start,
          end,
          data: {kind: 'assembly', functions: functions.map(f => ({...f, lines: [...f.lines.values()]}))},
        })
    },
  }
}

function add(lines: Map<string, BuildingLine>, m: RegExpExecArray): void {
  const mnemonic = m[3] ?? ''
  if (notCode.has(mnemonic)) return
  const key = `${m[1]}:${m[2]}`
  let entry = lines.get(key)
  if (!entry) lines.set(key, (entry = {file: m[1] ?? '', line: Number(m[2]), instructions: 0, atomics: 0, calls: []}))
  entry.instructions++
  // LOCK is a line of its own before the instruction it belongs to; XCHG with memory locks by itself.
  if (atomic.test(mnemonic)) entry.atomics++
  const operand = m[4]
  if ((mnemonic === 'CALL' || mnemonic === 'BL') && operand !== undefined) entry.calls.push(operand.replace(/\(SB\)$/, ''))
}
