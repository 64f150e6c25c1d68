// The text of `perf script`: a header line for each sample, then its frames leaf first, then an empty line. Every field may have been left out with -F.
// Grammar: tools/perf/Documentation/perf-script.txt, perf_sample__fprintf_start in tools/perf/builtin-script.c and sample__fprintf_callchain in
// tools/perf/util/evsel_fprintf.c of Linux.
import {errors} from '../../base/errors.ts'
import type {ProfileColumns} from './columns.ts'
import {Interner} from './interner.ts'
import type {LineScanner} from './line-scanner.ts'
import {NamedDraft} from './named-draft.ts'
import {bytesOfRaw, rawOfBytes} from './string-table.ts'

/** Longest line that is taken for a header, in bytes. */
const headerBytesMax = 1000
/** Where the process must begin; commands have at most 15 bytes (TASK_COMM_LEN of Linux). */
const processAtMax = 64
/** Frames of one sample; perf writes 127 unless told otherwise (kernel.perf_event_max_stack). */
export const sampleFramesMax = 100_000
/** Lines of the head in which a header must stand. */
const linesLookedAt = 60

/** What follows the command: `pid[/tid] [cpu] time: [period] event: rest`. */
const process = /(?:^|\s)(\d+)(?:\/\d+)?(?=\s|$)/
const time = /^\s*(?:\[\d+\]\s+)?(?:\d+\.\d+:(?=\s|$))?/
const event = /^\s*(?:(\d+)\s+)?(?:([a-zA-Z][\w./-]*):(?:[\w:]*:)?(?=\s|$))?/

interface Header {
  readonly comm: string
  readonly hasProcess: boolean
  readonly timed: boolean
  readonly period: number | undefined
  readonly event: string
  /** With -G, or without call chains, the frame stands behind the header. */
  readonly rest: string
}

function headerOf(line: string): Header | undefined {
  if (line.length > headerBytesMax) return undefined
  let rest = line.trim()
  let comm = ''
  const found = processIn(rest)
  if (found !== undefined) {
    comm = rest.slice(0, found.start).trim()
    rest = rest.slice(found.end)
  }
  const timed = time.exec(rest)?.[0] ?? ''
  const [measured = '', period, name = ''] = event.exec(rest.slice(timed.length)) ?? []
  const behind = rest.slice(timed.length + measured.length).trim()
  const hasTime = timed.includes(':')
  // Nothing but words: `perf script -F comm,…`.
  if (found === undefined && !hasTime && name === '') comm = rest
  return {
    comm,
    hasProcess: found !== undefined,
    timed: hasTime,
    period: period === undefined || name === '' ? undefined : Number(period),
    event: name,
    rest: comm === rest ? '' : behind,
  }
}

/** The first number that what may follow a process follows; commands hold blanks and numbers too. */
function processIn(line: string): {readonly start: number; readonly end: number} | undefined {
  for (let from = 0; from < Math.min(line.length, processAtMax);) {
    const found = process.exec(line.slice(from))
    if (found === null) return undefined
    const start = from + found.index
    const end = start + found[0].length
    if (/^\s*(?:$|\[\d|\d+\.\d+:|(?:\d+\s+)?[a-zA-Z][\w./-]*:)/.test(line.slice(end))) return {start, end}
    from = end
  }
  return undefined
}

interface FrameText {
  readonly name: string
  readonly binary: string
  readonly address: bigint
  /** Inlined into the next frame. */
  readonly inlined: boolean
  /** Of the frame alone, once it was asked for. */
  location?: number
}

const frameStart = /^\s*([0-9a-f]{1,16})(?=\s|$)/
const offset = /\+0x[0-9a-f]+$/

/** `addr sym+0x1f (dso)`, of which all but the address may be missing. */
function frameOf(line: string): FrameText | undefined {
  const [start, address] = frameStart.exec(line) ?? []
  if (start === undefined || address === undefined) return undefined
  let name = line.slice(start.length).trim()
  let binary = ''
  if (name.endsWith(')')) {
    const inner = name.endsWith(' (deleted))') ? name.length - ' (deleted))'.length : name.length
    const open = name.lastIndexOf(' (', inner - 1)
    const whole = open < 0 && name.startsWith('(')
    if (open >= 0 || whole) {
      binary = name.slice(whole ? 1 : open + 2, -1)
      name = whole ? '' : name.slice(0, open).trimEnd()
    }
  }
  const inlined = binary === 'inlined'
  return {
    name: name.replace(offset, ''),
    binary: inlined || binary === '[unknown]' ? '' : binary,
    address: BigInt(`0x${address}`),
    inlined,
  }
}

/** As perf prints it: a tab, and the address in sixteen columns; with -F ip nothing follows. */
const plainFrame = /^\t(?= {0,15}[0-9a-f])[ 0-9a-f]{16}(?: |$)/
/** As older versions and other writers print it. */
const looseFrame = /^\s*[0-9a-f]{3,16}\s+\S.*\(.*\)\s*$/
/** `  file.go:12`, with -F srcline, below its frame. */
const sourceLine = /^\s+\S.*(?::\d+|\[[0-9a-f]+\])(?:\s+\(inlined\))?$/

export function looksLikePerfScript(head: Uint8Array): boolean {
  const lines = String.fromCharCode(...head)
    .split('\n')
    .filter(line => !line.startsWith('#') && line.trim() !== '')
    .slice(0, linesLookedAt)
  const [first = '', second = ''] = lines
  if (plainFrame.test(first)) return true
  if (frameLine(first) !== undefined) return false
  const header = headerOf(first)
  if (header === undefined) return false
  const named = header.hasProcess || header.timed || header.event !== ''
  if (plainFrame.test(second)) return named || /^\S[^:=;]*$/.test(first)
  const measured = (header.hasProcess || header.timed) && header.event !== ''
  if (!measured) return false
  const next = headerOf(second)
  return looseFrame.test(second) || frameOf(header.rest) !== undefined || (next !== undefined && next.timed && next.event !== '')
}

/** A frame rather than a header that starts with a command like `cafe`. */
function frameLine(line: string): FrameText | undefined {
  if (line.startsWith('\t') || /^ {2,}\S.*\)\s*$/.test(line)) return frameOf(line)
  if (!frameStart.test(line)) return undefined
  const header = headerOf(line)
  return header === undefined || !(header.hasProcess && (header.timed || header.event !== '')) ? frameOf(line) : undefined
}

/** Lines of frames that are kept with what they say, for most come again and again; and bytes of them. */
const linesKeptMax = 100_000
const lineBytesKeptMax = 16 * 1024 * 1024

class FrameLines {
  readonly #lines = new Interner('lines of frames')
  readonly #frames: FrameText[] = []
  #bytes = 0

  /** The frame of the line last read, if it is one. */
  of(scanner: LineScanner): FrameText | undefined {
    const {bytes, start, end} = scanner
    const known = this.#lines.find(bytes, start, end)
    if (known !== undefined) return this.#frames[known]
    const frame = frameLine(scanner.text)
    if (frame === undefined || this.#frames.length >= linesKeptMax || this.#bytes + end - start > lineBytesKeptMax) return frame
    this.#bytes += end - start
    this.#lines.add(bytes, start, end)
    // Parts of a string keep all of it in memory; these are their own.
    const kept = {...frame, name: rawOfBytes(bytesOfRaw(frame.name)), binary: rawOfBytes(bytesOfRaw(frame.binary))}
    this.#frames.push(kept)
    return kept
  }
}

interface Pending {
  readonly header: Header
  readonly frames: FrameText[]
}

const noHeader: Header = {comm: '', hasProcess: false, timed: false, period: undefined, event: '', rest: ''}

export async function decodePerfScript(scanner: LineScanner): Promise<ProfileColumns> {
  const draft = new NamedDraft()
  const lines = new FrameLines()
  const events = new Set<string>()
  let [periods, frames] = [true, 0]
  let pending: Pending | undefined
  const finish = () => {
    if (pending === undefined) return
    const {header} = pending
    if (header.event !== '') events.add(header.event)
    if (header.period === undefined) periods = false
    const labels = [['comm', header.comm] as const, ['event', header.event] as const].filter(([, value]) => value !== '')
    addFrames(draft, pending.frames)
    draft.add([1, header.period ?? 0], labels)
    pending = undefined
  }
  while (scanner.scan() || (await scanner.more())) {
    const frame = scanner.end > scanner.start ? lines.of(scanner) : undefined
    const line = frame === undefined ? scanner.text : ''
    if (frame === undefined && line.trim() === '') {
      finish()
      continue
    }
    if (line.startsWith('#')) continue
    if (frame !== undefined) {
      // With neither command nor event (-F ip,sym) samples are told apart by empty lines only.
      pending ??= {header: noHeader, frames: []}
      if (pending.frames.length >= sampleFramesMax) throw errors.limit('frames of one sample of perf script', sampleFramesMax)
      pending.frames.push(frame)
      frames++
      continue
    }
    if (pending !== undefined && pending.frames.length > 0 && sourceLine.test(line)) continue
    const header = headerOf(line)
    const continues = pending !== undefined && pending.frames.length > 0
    if (header === undefined || (continues && !header.hasProcess && !header.timed && header.event === ''))
      throw errors.malformed('perf script', scanner.lineAt, 'neither a sample nor a frame, in the line that starts')
    finish()
    const behind = header.rest === '' ? undefined : frameOf(header.rest)
    if (behind !== undefined) frames++
    pending = {header, frames: behind === undefined ? [] : [behind]}
  }
  finish()
  if (frames === 0) throw errors.malformed('perf script', 0, 'no sample with a stack (record with perf record -g), in a text that starts')
  const samples = {type: 'samples', unit: 'count'}
  // Without the period of each sample only samples can be counted.
  if (!periods || events.size === 0) return draft.finish([samples], samples, 1n)
  const clock = [...events].every(name => name === 'cpu-clock' || name === 'task-clock')
  const weight = clock ? {type: 'cpu', unit: 'nanoseconds'} : {type: events.size === 1 ? [...events][0]! : 'event', unit: 'count'}
  return draft.finish([samples, weight], weight, 1n)
}

/** Inlined frames share the location of the frame they were inlined into, which follows them. */
function addFrames(draft: NamedDraft, frames: readonly FrameText[]): void {
  let inlined: FrameText[] = []
  const alone = (frame: FrameText) => draft.push((frame.location ??= draft.locate([frame.name], frame.binary, frame.address)))
  for (const frame of frames) {
    if (inlined[0] !== undefined && inlined[0].address !== frame.address) {
      for (const left of inlined) alone(left)
      inlined = []
    }
    if (frame.inlined) inlined.push(frame)
    else if (inlined.length === 0) alone(frame)
    else {
      draft.push(draft.locate([...inlined.map(each => each.name), frame.name], frame.binary, frame.address))
      inlined = []
    }
  }
  for (const left of inlined) alone(left)
}
