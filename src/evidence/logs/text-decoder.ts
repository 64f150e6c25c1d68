// The decoder of all line-oriented evidence: one pass over the lines, each offered to the readers in order, so that gctrace, a panic and a
// race report in one stderr come out as artifacts of their own. A text in which no reader finds anything is an error, not an empty result.
// Lines that no reader could know are passed over by their bytes while no block is open; see openings.ts.
import type {ByteSource} from '../../base/byte-source.ts'
import {errors, TriageError} from '../../base/errors.ts'
import type {Task} from '../../base/progress.ts'
import type {Artifact} from '../model/artifact.ts'
import type {Decoder} from '../model/decoder.ts'
import {type SplitEnd, splitLines} from './line-splitter.ts'
import type {Opening} from './openings.ts'
import {lineBytesMax, type Line, type TextFormat, type TextPart, type TextReader} from './text-reader.ts'
import {textFormats} from './text-readers.ts'

/** True for bytes that are text: no NUL, hardly any other control byte. */
export function looksLikeText(head: Uint8Array): boolean {
  let controls = 0
  for (const byte of head) {
    if (byte === 0) return false
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27) controls++
  }
  return head.length > 0 && controls * 50 <= head.length
}

export const textDecoder: Decoder = {
  format: 'text',
  probe: looksLikeText,
  decode: (source, task) => decodeText(source, task),
}

export interface DecodeOptions {
  readonly formats?: readonly TextFormat[]
  /** True offers every line to every reader, false never does so even in small texts; the artifacts are the same. */
  readonly everyLine?: boolean
}

const openingsOf = ({openings}: TextFormat): Opening[] => openings.map(opening => (typeof opening === 'string' ? {text: opening} : opening))

/** Offers lines: those that hold an opening to every reader in order, the others to the readers that are in the middle of a block. */
function offeringTo(readers: readonly TextReader[]): {take: (line: Line, candidate: boolean) => void; reading: () => boolean} {
  let open: readonly TextReader[] = []
  return {
    reading: () => open.length > 0,
    take(line, candidate) {
      let changed = candidate
      for (const reader of candidate ? readers : open) {
        const taken = reader.offer(line)
        changed ||= !reader.open
        if (taken) break
      }
      if (changed) open = readers.filter(reader => reader.open)
    },
  }
}

export async function* decodeText(source: ByteSource, task: Task, how: DecodeOptions = {}): AsyncGenerator<Artifact> {
  const parts: TextPart[] = []
  const formats = how.formats ?? textFormats
  const readers = formats.map(({create}) => create(part => parts.push(part)))
  const offered = offeringTo(readers)
  let end: SplitEnd = {bytes: 0, lines: 0, cut: true, overlong: 0}
  let failure: TriageError | undefined
  try {
    end = await splitLines(
      source,
      offered.take,
      task,
      how.everyLine === true
        ? undefined
        : {openings: formats.flatMap(openingsOf), reading: offered.reading, ...(how.everyLine === false ? {always: true} : {})},
    )
  } catch (error) {
    // What was whole before a gzip broke off is kept and told first.
    if (!(error instanceof TriageError) || error.code === 'cancelled') throw error
    failure = error
  }
  for (const reader of readers) reader.finish(end.cut)
  if (parts.length === 0)
    throw (
      failure ??
      (end.bytes === 0
        ? errors.empty(source.name)
        : errors.unrecognized(source.name, ['a profile', 'a trace', 'a goroutine dump', 'runtime logs']))
    )
  parts.sort((a, b) => a.start - b.start || a.end - b.end || (a.format < b.format ? -1 : 1))
  const overlong =
    end.overlong > 0
      ? [{code: 'overlong-lines', message: `${end.overlong} lines were longer than ${lineBytesMax} bytes and read in part`}]
      : []
  for (const part of parts) yield artifactOf(part, source, end.bytes, overlong)
  if (failure) throw failure
}

function artifactOf(part: TextPart, source: ByteSource, bytes: number, notes: Artifact['notes']): Artifact {
  const whole = part.start === 0 && bytes > 0 && part.end >= bytes
  return {
    format: part.format,
    path: source.name,
    ...(whole ? {} : {start: part.start, end: part.end}),
    ...(part.timeUnixNs === undefined ? {} : {timeUnixNs: part.timeUnixNs}),
    program: part.program ?? {},
    complete: part.complete ?? true,
    notes: [...(part.notes ?? []), ...notes],
    data: part.data,
  }
}
