// For tests of text readers: a text or a file through the whole text decoder.
import {readFileSync} from 'node:fs'
import {memorySource, type ByteSource} from '../../../base/byte-source.ts'
import type {Artifact, ArtifactKind, DataOf} from '../../model/artifact.ts'
import {decodeText, type DecodeOptions} from '../text-decoder.ts'

export async function decoded(text: string | Uint8Array): Promise<Artifact[]> {
  return collected(memorySource('test', typeof text === 'string' ? new TextEncoder().encode(text) : text))
}

export async function decodedFile(path: string | URL): Promise<Artifact[]> {
  return collected(memorySource('test', readFileSync(path)))
}

async function collected(source: ByteSource, how: DecodeOptions = {}): Promise<Artifact[]> {
  const artifacts: Artifact[] = []
  for await (const artifact of decodeText(source, {}, how)) artifacts.push(artifact)
  return artifacts
}

/** The only artifact of a kind. */
export function only<K extends ArtifactKind>(artifacts: readonly Artifact[], kind: K): DataOf<K> {
  const found = artifacts.filter(artifact => artifact.data.kind === kind)
  const [first] = found
  if (found.length !== 1 || !first)
    throw new Error(`${found.length} artifacts of kind ${kind}, wanted 1: ${artifacts.map(a => a.format).join(', ')}`)
  return first.data as DataOf<K>
}
