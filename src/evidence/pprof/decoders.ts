// The profile family: profile.proto (gzip or not) and the older text and binary profiles.
import type {ByteSource} from '../../base/byte-source.ts'
import {errors, TriageError} from '../../base/errors.ts'
import type {Task} from '../../base/progress.ts'
import type {Artifact} from '../model/artifact.ts'
import {probeBytes} from '../model/decoder.ts'
import type {Decoder} from '../model/decoder.ts'
import type {ProfileColumns} from './columns.ts'
import {decodeFolded, looksLikeFolded} from './folded.ts'
import {isGzip, unpack} from './gunzip.ts'
import {decodeLegacyCpu, legacyCpuLayout} from './legacy-cpu.ts'
import {decodeLegacyText, looksLikeLegacyText} from './legacy-text.ts'
import {LineScanner} from './line-scanner.ts'
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
  const unpacked = await unpack(source, task, probeBytes)
  const {head} = unpacked
  const layout = legacyCpuLayout(head)
  if (layout !== undefined) return decodeLegacyCpu(await unpacked.bytes(), layout)
  const decode = textDecoderOf(head, options)
  if (decode === undefined) return protobufOf(head, await unpacked.bytes(), task)
  const chunks = unpacked.chunks()
  try {
    const profile = await decode(new LineScanner(chunks))
    if (profile !== undefined) return profile
  } finally {
    await chunks.return(undefined)
  }
  // A text that only starts like one of the old formats.
  const again = await unpack(source, task, probeBytes)
  const other = looksLikeProfile(head) ? undefined : stackDecoderOf(head)
  return other === undefined ? protobufOf(head, await again.bytes(), task) : other(new LineScanner(again.chunks()))
}

/** What nothing else is is read as profile.proto; where it does not even start like one, that it cannot be read is not all there is to say. */
function protobufOf(head: Uint8Array, bytes: Uint8Array, task: Task): ProfileColumns {
  try {
    return decodeProtobuf(bytes, task)
  } catch (error) {
    if (!(error instanceof TriageError) || error.code === 'limit' || error.code === 'cancelled' || looksLikeProfile(head)) throw error
    throw errors.noProfile(`as profile.proto: ${error.message}`)
  }
}

type TextReader = (scanner: LineScanner) => Promise<ProfileColumns | undefined>

function textDecoderOf(head: Uint8Array, options: ReadOptions): TextReader | undefined {
  if (looksLikeLegacyText(head) || isCountProfile(head)) return scanner => decodeLegacyText(scanner, options)
  return looksLikeProfile(head) ? undefined : stackDecoderOf(head)
}

function stackDecoderOf(head: Uint8Array): ((scanner: LineScanner) => Promise<ProfileColumns>) | undefined {
  if (looksLikePerfScript(head)) return decodePerfScript
  return looksLikeFolded(head) ? decodeFolded : undefined
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
