// The text of `perf script`: a header line for each sample, then its frames leaf first, then an empty line.
// Grammar: tools/perf/Documentation/perf-script.txt and process_event in tools/perf/builtin-script.c of Linux.
import {errors} from '../../base/errors.ts'
import type {ProfileColumns} from './columns.ts'
import {LineScanner} from './line-scanner.ts'
import {NamedDraft} from './named-draft.ts'

/** `comm pid[/tid] [cpu] time: [period] event:` with most parts optional. */
const header = /^(\S.*?)\s+(\d+)(?:\/(\d+))?\s+(?:\[\d+\]\s+)?\d+\.\d+:\s+(?:(\d+)\s+)?([\w.:/-]+?):/
const frame = /^\s+([0-9a-f]+)\s+(.*?)(?:\+0x[0-9a-f]+)?\s+\((.*)\)$/
/** Lines of the head in which a header must stand. */
const linesLookedAt = 60
/** Longest header line that is matched, in bytes. */
const headerBytesMax = 1000

export function looksLikePerfScript(head: Uint8Array): boolean {
  const lines = String.fromCharCode(...head)
    .split('\n')
    .filter(line => !line.startsWith('#'))
    .slice(0, linesLookedAt)
  const at = lines.findIndex(line => isHeader(line))
  return at >= 0 && lines.slice(0, at).every(line => line.trim() === '') && frame.test(lines[at + 1] ?? '')
}

const isHeader = (line: string): boolean => line.length <= headerBytesMax && header.test(line)

interface Pending {
  readonly comm: string
  readonly event: string
  readonly period: number
  readonly stack: number[]
}

export function decodePerfScript(bytes: Uint8Array): ProfileColumns {
  const scanner = new LineScanner(bytes)
  const draft = new NamedDraft()
  const events = new Set<string>()
  let pending: Pending | undefined
  const finish = () => {
    if (pending === undefined) return
    events.add(pending.event)
    draft.add(
      pending.stack,
      [1, pending.period],
      [
        ['comm', pending.comm],
        ['event', pending.event],
      ],
    )
    pending = undefined
  }
  while (scanner.scan()) {
    const line = scanner.text
    if (line.trim() === '') finish()
    else if (line.startsWith('#')) continue
    else if (isHeader(line)) {
      finish()
      const [, comm = '', , , period = '1', event = ''] = header.exec(line) ?? []
      pending = {comm: comm.trim(), event, period: Number(period), stack: []}
    } else if (pending === undefined)
      throw errors.malformed('perf script', scanner.lineAt, 'a frame without a sample, in the line that starts')
    else {
      const [, address, name = '', binary = ''] = frame.exec(line) ?? []
      if (address === undefined)
        throw errors.malformed('perf script', scanner.lineAt, 'neither a sample nor a frame, in the line that starts')
      pending.stack.push(draft.location(name, binary === '[unknown]' ? '' : binary, BigInt.asUintN(64, BigInt(`0x${address}`))))
    }
  }
  finish()
  if (draft.sampleCount === 0) throw errors.malformed('perf script', 0, 'no sample in a text that starts')
  const clock = [...events].every(event => event === 'cpu-clock' || event === 'task-clock')
  const weight = clock ? {type: 'cpu', unit: 'nanoseconds'} : {type: events.size === 1 ? [...events][0]! : 'event', unit: 'count'}
  return draft.finish([{type: 'samples', unit: 'count'}, weight], weight, 1n)
}
