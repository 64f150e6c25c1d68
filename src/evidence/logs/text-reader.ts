// What reads one kind of evidence out of mixed text: it is offered every line in order and says which are its own.
import type {Artifact, ArtifactData} from '../model/artifact.ts'
import type {Opening} from './openings.ts'

/** One line without its end. Offsets are bytes in the unwrapped source; `end` is behind the line end. */
export interface Line {
  readonly text: string
  /** From 1. */
  readonly number: number
  readonly start: number
  readonly end: number
}

export interface TextReader {
  /** While the reader is not open, lines without one of the format's openings may be left out. True when the line is this reader's own; no other reader sees it then. */
  offer(line: Line): boolean
  /** True between the first and last line of a block (a dump, a report): every line is offered then, however dull it looks. */
  readonly open: boolean
  /** The text is over. `cut` says that it broke off in the middle of a line. */
  finish(cut: boolean): void
}

export type Emit = (part: TextPart) => void

/** An artifact without what only the text decoder knows. */
export interface TextPart {
  readonly format: string
  readonly start: number
  readonly end: number
  readonly timeUnixNs?: bigint
  readonly program?: Artifact['program']
  readonly complete?: boolean
  readonly notes?: Artifact['notes']
  readonly data: ArtifactData
}

export type TextReaderFactory = (emit: Emit) => TextReader

/** A kind of text evidence: how its lines are known, and who reads them. */
export interface TextFormat {
  /** Every line on which a reader that is not open does anything holds one of these; see openings.ts. */
  readonly openings: readonly (string | Opening)[]
  readonly create: TextReaderFactory
}

/** Lines longer than this are cut; the rest of such a line is skipped and noted. */
export const lineBytesMax = 1 << 20
/** Most lines one series (gctrace, schedtrace, …) may hold before it is an error. */
export const seriesLinesMax = 5_000_000
