// The profile family: profile.proto, gzip or not.
import type {ByteSource} from '../../base/byte-source.ts'
import type {Task} from '../../base/progress.ts'
import type {Artifact} from '../model/artifact.ts'
import type {Decoder} from '../model/decoder.ts'
import type {ProfileColumns} from './columns.ts'
import {isGzip, readProfileBytes} from './gunzip.ts'
import {looksLikeProfile} from './probe.ts'
import {decodeProtobuf} from './protobuf.ts'
import {textOfRaw} from './string-table.ts'
import {profileView} from './view.ts'

/** Names that programs give to gzipped profiles; without one a gzip file is left to whoever unwraps containers. */
const profileName =
  /\.(?:pb\.gz|pprof|prof|pgo|cpu|heap)$|(?:^|[^a-z])(?:cpu|heap|allocs|goroutine|goroutineleak|block|mutex|threadcreate)[^/]*\.gz$/i

const protobuf: Decoder = {
  format: 'pprof',
  probe: (head, name) => (isGzip(head) ? profileName.test(name) : looksLikeProfile(head)),
  async *decode(source, task) {
    yield artifactOf(source, await readProfile(source, task))
  },
}

export const decoders: readonly Decoder[] = [protobuf]

/** A profile in any spelling of it, as columns. */
export async function readProfile(source: ByteSource, task: Task): Promise<ProfileColumns> {
  return decodeProtobuf(await readProfileBytes(source, task), task)
}

/** What detectors and `identify` get to see of a profile. */
export function artifactOf(source: ByteSource, columns: ProfileColumns): Artifact {
  const data = profileView(columns)
  const buildId = columns.mappings[0]?.buildId
  return {
    format: `pprof/${data.profileType}`,
    path: source.name,
    ...(data.timeNanos > 0n ? {timeUnixNs: data.timeNanos} : {}),
    program: buildId === undefined || buildId === '' ? {} : {buildId: textOfRaw(buildId)},
    complete: true,
    notes: columns.sampleCount === 0 ? [{code: 'no-samples', message: 'the profile holds no samples'}] : [],
    data,
  }
}
