// The profile family: profile.proto (gzip or not) and the older text and binary profiles.
import type {ByteSource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'
import type {Task} from '../../base/progress.ts'
import type {Artifact} from '../model/artifact.ts'
import {probeBytes} from '../model/decoder.ts'
import type {Decoder} from '../model/decoder.ts'
import type {ProfileColumns} from './columns.ts'
import {decodeFolded, looksLikeFolded} from './folded.ts'
import {isGzip, readProfileBytes} from './gunzip.ts'
import {decodeLegacyCpu, legacyCpuLayout} from './legacy-cpu.ts'
import {decodeLegacyText, looksLikeLegacyText} from './legacy-text.ts'
import {decodePerfScript, looksLikePerfScript} from './perf-script.ts'
import {looksLikeProfile} from './probe.ts'
import {decodeProtobuf} from './protobuf.ts'
import {textOfRaw} from './string-table.ts'
import {profileView} from './view.ts'

/** Names that programs give to gzipped profiles; without one a gzip file is left to whoever unwraps containers. */
const profileName =
  /\.(?:pb\.gz|pprof|prof|pgo|cpu|heap)$|(?:^|[^a-z])(?:cpu|heap|allocs|goroutine|goroutineleak|block|mutex|threadcreate)[^/]*\.gz$/i
/** `goroutine-1.txt.gz` is a dump in text that somebody has packed. */
const textName = /\.(?:txt|log|out|json|jsonl)\.gz$/i

const protobuf: Decoder = {
  format: 'pprof',
  probe: (head, name) => (isGzip(head) ? profileName.test(name) && !textName.test(name) : looksLikeProfile(head)),
  async *decode(source, task) {
    yield artifactOf(source, await readProfile(source, task))
  },
}

const legacyCpu: Decoder = {
  format: 'pprof legacy cpu',
  probe: head => legacyCpuLayout(head) !== undefined,
  async *decode(source, task) {
    yield artifactOf(source, await readProfile(source, task, {symbols: true}))
  },
}

const legacyText: Decoder = {
  format: 'pprof legacy text',
  probe: looksLikeLegacyText,
  async *decode(source, task) {
    yield artifactOf(source, await readProfile(source, task, {symbols: true}))
  },
}

const perfScript: Decoder = {
  format: 'perf script',
  probe: looksLikePerfScript,
  async *decode(source, task) {
    yield artifactOf(source, await readProfile(source, task))
  },
}

const folded: Decoder = {
  format: 'folded stacks',
  probe: looksLikeFolded,
  async *decode(source, task) {
    yield artifactOf(source, await readProfile(source, task))
  },
}

export const decoders: readonly Decoder[] = [legacyCpu, protobuf, legacyText, perfScript, folded]

export interface ReadOptions {
  /** Names from the comments of Go's text profiles; pprof leaves such profiles as addresses. */
  readonly symbols: boolean
}

/** A profile in any spelling of it, as columns. */
export async function readProfile(source: ByteSource, task: Task, options: ReadOptions = {symbols: false}): Promise<ProfileColumns> {
  const bytes = await readProfileBytes(source, task)
  if (bytes.length === 0) throw errors.empty(source.name)
  const head = bytes.subarray(0, probeBytes)
  const layout = legacyCpuLayout(head)
  if (layout !== undefined) return decodeLegacyCpu(bytes, layout)
  if (looksLikeLegacyText(head) || isCountProfile(head)) {
    const profile = decodeLegacyText(bytes, options)
    if (profile !== undefined) return profile
  }
  if (looksLikeProfile(head)) return decodeProtobuf(bytes, task)
  if (looksLikePerfScript(head)) return decodePerfScript(bytes)
  if (looksLikeFolded(head)) return decodeFolded(bytes)
  return decodeProtobuf(bytes, task)
}

/** `goroutine profile: total 7` and its like, which the probe leaves to the family of goroutine dumps. */
const isCountProfile = (head: Uint8Array): boolean => /^\S+ profile: total \d+\r?$/m.test(String.fromCharCode(...head.subarray(0, 512)))

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
