// The errors of the trace decoder: what is wrong, in which generation and batch, at which byte.
import {errors, type TriageError} from '../../base/errors.ts'

export const formatName = 'go execution trace'

/** Where in the file a batch lies. `index` counts batches from 0 over the whole file. */
export interface BatchPlace {
  readonly generation: string
  readonly index: number
  readonly thread: string
}

export function damage(what: string, atByte: number, place: BatchPlace | undefined): TriageError {
  const where = place === undefined ? '' : ` (generation ${place.generation}, batch ${place.index}, M ${place.thread})`
  return errors.malformed(formatName, atByte, `${what}${where}`)
}

/** The header is that of a trace this reader deliberately does not read. */
export const oldHeader = (header: string) =>
  errors.unsupported(
    `"${header}" is an execution trace in format v1 (Go 1.5 to 1.21), which gotriage does not read`,
    'Open it with "go tool trace" of that Go release, or capture it again with a program built by Go 1.22 or later.',
  )

export const newHeader = (header: string) =>
  errors.unsupported(
    `"${header}" is an execution trace in a format this gotriage does not know (it reads 1.22, 1.23, 1.25 and 1.26)`,
    'Check for a newer gotriage, or open the trace with "go tool trace" of that Go release.',
  )
