// The decoder of all line-oriented evidence: one pass over the lines, each offered to the readers in order, so that gctrace, a panic and a
// race report in one stderr come out as artifacts of their own. A text in which no reader finds anything is an error, not an empty result.
import type {ByteSource} from '../../base/byte-source.ts'
import {errors, TriageError} from '../../base/errors.ts'
import type {Task} from '../../base/progress.ts'
import type {Artifact} from '../model/artifact.ts'
import type {Decoder} from '../model/decoder.ts'
import {type SplitEnd, splitLines} from './line-splitter.ts'
import {lineBytesMax, type TextPart, type TextReaderFactory} from './text-reader.ts'
import {textReaders} from './text-readers.ts'

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

export async function* decodeText(
  source: ByteSource,
  task: Task,
  factories: readonly TextReaderFactory[] = textReaders,
): AsyncGenerator<Artifact> {
  const parts: TextPart[] = []
  const readers = factories.map(create => create(part => parts.push(part)))
  let end: SplitEnd = {bytes: 0, lines: 0, cut: true, overlong: 0}
  let failure: TriageError | undefined
  try {
    end = await splitLines(
      source.stream(),
      line => {
        for (const reader of readers) if (reader.offer(line)) break
      },
      task,
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
