// One source through containers and decoders: the first decoder that says "mine" reads it, and a failure after that is told, never passed on.
import type {ByteSource} from '../base/byte-source.ts'
import {errors, TriageError} from '../base/errors.ts'
import type {Task} from '../base/progress.ts'
import {unwrapped} from './containers/unwrap.ts'
import type {Artifact} from './model/artifact.ts'
import {type Decoder, probeBytes} from './model/decoder.ts'

/** What came out of one source: the artifacts that were whole, and what ended the reading early. */
export interface Decoded {
  readonly artifacts: readonly Artifact[]
  readonly failure: TriageError | undefined
}

export async function decodeSource(source: ByteSource, decoders: readonly Decoder[], task: Task): Promise<Decoded> {
  const artifacts: Artifact[] = []
  const failures: TriageError[] = []
  const claimed = (head: Uint8Array, name: string) => decoders.some(decoder => decoder.probe(head, name))
  await telling(failures, async () => {
    for await (const inner of unwrapped(source, claimed, task)) await telling(failures, () => decodeOne(inner, decoders, task, artifacts))
  })
  if (artifacts.length === 0 && failures.length === 0) failures.push(errors.empty(source.name))
  // Among the members of an archive some may be no evidence (a README); that is a failure only when nothing else was found.
  const failure =
    failures.find(each => each.code !== 'unrecognized' && each.code !== 'empty') ?? (artifacts.length === 0 ? failures[0] : undefined)
  return {artifacts, failure}
}

async function decodeOne(source: ByteSource, decoders: readonly Decoder[], task: Task, artifacts: Artifact[]): Promise<void> {
  const before = artifacts.length
  const head = await source.read(0, probeBytes)
  if (head.length === 0) throw errors.empty(source.name)
  const known = [...new Set(decoders.map(decoder => decoder.format))]
  const decoder = decoders.find(candidate => candidate.probe(head, source.name))
  if (!decoder) throw errors.unrecognized(source.name, known)
  for await (const artifact of decoder.decode(source, task)) artifacts.push(artifact)
  if (artifacts.length === before) throw errors.unrecognized(source.name, known)
}

async function telling(failures: TriageError[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof TriageError) || error.code === 'cancelled') throw error
    failures.push(error)
  }
}
