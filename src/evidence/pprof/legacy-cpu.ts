// The binary CPU profiles of Go before 1.7 and of C++ programs: words `0, 3, 0, period, 0`, then samples, then a memory map as text.
// Follows parseCPU of github.com/google/pprof/profile/legacy_profile.go. Java's variant (third word 1) is not read.
import {errors} from '../../base/errors.ts'
import type {ProfileColumns} from './columns.ts'
import {finishDraft, LegacyDraft, legacyFramesMax, readMemoryMap} from './legacy-draft.ts'
import {dropDuplicateLeaves} from './legacy-text.ts'
import {LineScanner} from './line-scanner.ts'

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

export function decodeLegacyCpu(bytes: Uint8Array, layout: Words): ProfileColumns {
  const draft = new LegacyDraft()
  const period = Number(word(bytes, 3 * layout.size, layout)) * 1000
  draft.period = period
  draft.periodType = {type: 'cpu', unit: 'nanoseconds'}
  draft.sampleTypes = [{type: 'samples', unit: 'count'}, draft.periodType]
  const mapAt = readSamples(bytes, layout, draft, period)
  dropHandlerFrames(draft)
  readMemoryMap(new LineScanner(bytes, mapAt), draft)
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
    if (depth > legacyFramesMax) throw errors.limit('addresses of the samples of a legacy profile', legacyFramesMax)
    const addresses = Array.from({length: depth}, (_, index) => word(bytes, start + index * size, layout))
    at = start + depth * size
    if (count === 0 && depth === 1 && addresses[0] === 0n) return at
    // Every frame but the leaf is a return address.
    const stack = addresses.map((address, index) => draft.location(index > 0 ? address - 1n : address))
    draft.add({stack, values: [count, count * period], bytes: undefined})
  }
  return bytes.length
}

/** Frames of a signal handler that are taken off, at most. */
const handlerFramesMax = 2
/** One sample in so many may lack the frame. */
const similarSamples = 32

/** A second frame that nearly all samples share was pushed by the signal handler. */
function dropHandlerFrames(draft: LegacyDraft): void {
  const {samples} = draft
  const margin = Math.trunc(samples.length / similarSamples)
  for (let round = 0; round < handlerFramesMax; round++) {
    const counts = new Map<number, number>()
    for (const {stack} of samples) if (stack.length > 1) counts.set(stack[1]!, (counts.get(stack[1]!) ?? 0) + 1)
    const handler = [...counts].find(([, count]) => count >= samples.length - margin)?.[0]
    if (handler === undefined) continue
    for (const {stack} of samples) if (stack.length > 1 && stack[1] === handler) stack.splice(1, 1)
  }
}
