// One source through the decoders: the first that says "mine" reads it, and a failure after that is told, never passed on.
import type {ByteSource} from '../base/byte-source.ts'
import {errors, TriageError} from '../base/errors.ts'
import type {Task} from '../base/progress.ts'
import type {Artifact} from './model/artifact.ts'
import {type Decoder, probeBytes} from './model/decoder.ts'

/** What came out of one source: the artifacts that were whole, and what ended the reading early. */
export interface Decoded {
  readonly artifacts: readonly Artifact[]
  readonly failure: TriageError | undefined
}

export async function decodeSource(source: ByteSource, decoders: readonly Decoder[], task: Task): Promise<Decoded> {
  const artifacts: Artifact[] = []
  try {
    const head = await source.read(0, probeBytes)
    if (head.length === 0) throw errors.empty(source.name)
    const decoder = decoders.find(candidate => candidate.probe(head, source.name))
    if (!decoder) throw errors.unrecognized(source.name, [...new Set(decoders.map(known => known.format))])
    for await (const artifact of decoder.decode(source, task)) artifacts.push(artifact)
    if (artifacts.length === 0) throw errors.unrecognized(source.name, [...new Set(decoders.map(known => known.format))])
    return {artifacts, failure: undefined}
  } catch (error) {
    if (!(error instanceof TriageError) || error.code === 'cancelled') throw error
    return {artifacts, failure: error}
  }
}
