// The binary CPU profiles of Go before 1.7 and of C++ programs: words `0, 3, 0, period, 0`, then samples, then a memory map as text.
// Follows parseCPU of github.com/google/pprof/profile/legacy_profile.go. Java's variant (third word 1) is not read.
import {errors} from '../../base/errors.ts'
import type {ProfileColumns} from './columns.ts'
import {dropDuplicateLeaves, finishDraft, LegacyDraft} from './legacy-draft.ts'
import {LineScanner} from './line-scanner.ts'
import {readMemoryMap} from './memory-map.ts'

interface Words {
  readonly size: 4 | 8
  readonly littleEndian: boolean
}

const layouts: readonly Words[] = [
  {size: 4, littleEndian: true},
  {size: 4, littleEndian: false},
  {size: 8, littleEndian: true},
  {size: 8, littleEndian: false},
]
const headerWords = 5

/** How its words are stored; undefined when it is no such profile. */
export function legacyCpuLayout(bytes: Uint8Array): Words | undefined {
  return layouts.find(layout => {
    if (bytes.length < headerWords * layout.size) return false
    const [zero, three, version, period, last] = Array.from({length: headerWords}, (_, index) => word(bytes, index * layout.size, layout))
    return zero === 0n && three === 3n && version === 0n && period! > 0n && last === 0n
  })
}

function word(bytes: Uint8Array, at: number, {size, littleEndian}: Words): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, size)
  return size === 4 ? BigInt(view.getUint32(0, littleEndian)) : view.getBigUint64(0, littleEndian)
}

export async function decodeLegacyCpu(bytes: Uint8Array, layout: Words): Promise<ProfileColumns> {
  const draft = new LegacyDraft()
  const period = Number(word(bytes, 3 * layout.size, layout)) * 1000
  draft.period = period
  draft.periodType = {type: 'cpu', unit: 'nanoseconds'}
  draft.sampleTypes = [{type: 'samples', unit: 'count'}, draft.periodType]
  const mapAt = readSamples(bytes, layout, draft, period)
  dropHandlerFrames(draft)
  await readMemoryMap(LineScanner.over(bytes, mapAt), draft.mappings)
  dropDuplicateLeaves(draft)
  return finishDraft(draft)
}

/** Answers where the samples end. */
function readSamples(bytes: Uint8Array, layout: Words, draft: LegacyDraft, period: number): number {
  const {size} = layout
  for (let at = headerWords * size; at < bytes.length;) {
    if (at + 2 * size > bytes.length) throw errors.truncated(at, 2 * size, bytes.length - at)
    const count = Number(word(bytes, at, layout))
    const depth = Number(word(bytes, at + size, layout))
    const start = at + 2 * size
    if (depth * size > bytes.length - start) throw errors.truncated(start, depth * size, bytes.length - start)
    at = start + depth * size
    if (count === 0 && depth === 1 && word(bytes, start, layout) === 0n) return at
    // Every frame but the leaf is a return address.
    for (let frame = start; frame < at; frame += size) draft.frame(word(bytes, frame, layout) - (frame > start ? 1n : 0n))
    draft.add([count, count * period])
  }
  return bytes.length
}

/** Frames of a signal handler that are taken off, at most. */
const handlerFramesMax = 2
/** One sample in so many may lack the frame. */
const similarSamples = 32

/** A second frame that nearly all samples share was pushed by the signal handler. */
function dropHandlerFrames(draft: LegacyDraft): void {
  const samples = draft.sampleCount
  const margin = Math.trunc(samples / similarSamples)
  for (let round = 0; round < handlerFramesMax; round++) {
    const counts = new Map<number, number>()
    for (let sample = 0; sample < samples; sample++) {
      const caller = draft.second(sample)
      if (caller >= 0) counts.set(caller, (counts.get(caller) ?? 0) + 1)
    }
    const handler = [...counts].find(([, count]) => count >= samples - margin)?.[0]
    if (handler === undefined) continue
    for (let sample = 0; sample < samples; sample++) if (draft.second(sample) === handler) draft.dropSecond(sample)
  }
}
