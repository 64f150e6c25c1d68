// A decoder says "mine" or "not mine" from the head of a source, and after a "mine" never says "nothing".
import type {ByteSource} from '../../base/byte-source.ts'
import type {Task} from '../../base/progress.ts'
import type {Artifact} from './artifact.ts'

export interface Decoder {
  /** Family and, where it is one, kind: `pprof`, `trace`, `text`. Named in "no decoder knows". */
  readonly format: string
  /** "Is this mine?" from the first bytes (up to `probeBytes`) and, as a hint only, the name. */
  probe(head: Uint8Array, name: string): boolean
  /**
   * Yields artifacts as they are complete. After a "mine" any failure is a TriageError with a byte offset, thrown after the artifacts
   * that were whole have been yielded; ending without having yielded anything is a bug.
   */
  decode(source: ByteSource, task: Task): AsyncIterable<Artifact>
}

/** How many bytes a probe sees at most. */
export const probeBytes = 4096
