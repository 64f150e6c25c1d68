// A profile of raw addresses while a legacy reader puts it together.
// Follows remapLocationIDs and remapFunctionIDs of github.com/google/pprof/profile/legacy_profile.go.
import {errors} from '../../base/errors.ts'
import type {Mapping, ProfileColumns, ValueType} from './columns.ts'
import {GrowableIndices, GrowableNumbers} from './growable.ts'
import {Interner} from './interner.ts'
import {legacyFrames} from './legacy-frames.ts'
import {wrapped} from './mapping-lookup.ts'
import type {MapEntry} from './mapping-lookup.ts'
import {assignMappings, tidiedMappings} from './memory-map.ts'
import {StringTable} from './string-table.ts'

/** Samples of one legacy profile; real ones have thousands. */
export const legacySamplesMax = 1_000_000
/** Addresses of all samples together, and different ones among them. */
export const legacyFramesMax = 16_000_000
export const legacyAddressesMax = 1_000_000
/** Lines of source that comments give for all addresses together. */
export const legacyLinesMax = 1_000_000

/** One line of source that a comment in the file gives for an address. */
export interface DraftLine {
  readonly function: string
  readonly file: string
  readonly line: number
}

/** Samples as columns: a row for each, its frames and values behind those of the sample before. */
export class LegacyDraft {
  sampleTypes: readonly ValueType[] = []
  periodType: ValueType = {type: '', unit: ''}
  period = 0
  durationNanos = 0n
  readonly mappings: MapEntry[] = []
  /** Lines of source by location. */
  readonly lines = new Map<number, DraftLine[]>()
  /** Frames of sample `i`, as locations, leaf first, are `#frames[#start[i]..#end[i])`. */
  readonly #frames = new GrowableIndices()
  readonly #start = new GrowableIndices()
  readonly #end = new GrowableIndices()
  readonly #values = new GrowableNumbers()
  /** Block size of each sample, in heap profiles. */
  readonly #sizes = new GrowableNumbers()
  readonly #locations = new Interner('different addresses')
  readonly #word = new BigUint64Array(1)
  readonly #halves = new Uint32Array(this.#word.buffer)
  readonly #raw = new Uint8Array(this.#word.buffer)
  /** Where the frames of the sample begin that is being read. */
  #open = 0
  #lines = 0

  /** Puts a frame under the sample that `add` will end; modulo 2^64. */
  frame(address: number | bigint): void {
    if (this.#frames.length >= legacyFramesMax) throw errors.limit('addresses of the samples of a legacy profile', legacyFramesMax)
    this.#put(address)
    const index = this.#locations.add(this.#raw, 0, 8)
    if (index >= legacyAddressesMax) throw errors.limit('different addresses of a legacy profile', legacyAddressesMax)
    this.#frames.push(index)
  }

  #put(address: number | bigint): void {
    if (typeof address === 'bigint') this.#word[0] = address
    else {
      this.#halves[0] = address
      this.#halves[1] = Math.floor(address / 2 ** 32)
    }
  }

  /** Frames of the sample that is being read. */
  get depth(): number {
    return this.#frames.length - this.#open
  }

  /** Forgets them. */
  dropFrames(): void {
    this.#frames.length = this.#open
  }

  /** Ends a sample. All of a profile have a block size, or none. */
  add(values: readonly number[], blockSize?: number): void {
    if (this.sampleCount >= legacySamplesMax) throw errors.limit('samples of a legacy profile', legacySamplesMax)
    this.#start.push(this.#open)
    this.#open = this.#frames.length
    this.#end.push(this.#open)
    for (const value of values) this.#values.push(value)
    if (blockSize !== undefined) this.#sizes.push(blockSize)
  }

  /** Counts the last sample once more. */
  addAgain(): void {
    const last = this.#values.length - 1
    if (last >= 0) this.#values.set(last, this.#values.at(last) + 1)
  }

  get sampleCount(): number {
    return this.#start.length
  }

  stack(sample: number): Uint32Array {
    return this.#frames.indices().subarray(this.#start.at(sample), this.#end.at(sample))
  }

  /** The caller of the leaf; −1 for none. */
  second(sample: number): number {
    const start = this.#start.at(sample)
    return this.#end.at(sample) - start > 1 ? this.#frames.at(start + 1) : -1
  }

  dropSecond(sample: number): void {
    const start = this.#start.at(sample)
    this.#frames.set(start + 1, this.#frames.at(start))
    this.#start.set(sample, start + 1)
  }

  values(): Float64Array {
    return this.#values.floats()
  }

  /** Empty where samples have none. */
  sizes(): Float64Array {
    return this.#sizes.floats()
  }

  /** The location of an address. */
  known(address: bigint): number | undefined {
    this.#put(address)
    return this.#locations.find(this.#raw, 0, 8)
  }

  /** The address of each location. */
  addresses(): BigUint64Array {
    const {bytes} = this.#locations.finish()
    return new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
  }

  addLine(location: number, line: DraftLine): void {
    if (++this.#lines > legacyLinesMax) throw errors.limit('lines of source of a legacy profile', legacyLinesMax)
    const known = this.lines.get(location)
    if (known === undefined) this.lines.set(location, [line])
    else known.push(line)
  }
}

/** The leaf can be there twice, once as a return address: the second one goes (cleanupDuplicateLocations). */
export function dropDuplicateLeaves(draft: LegacyDraft): void {
  const addresses = draft.addresses()
  for (let sample = 0; sample < draft.sampleCount; sample++) {
    const caller = draft.second(sample)
    if (caller >= 0 && addresses[draft.stack(sample)[0]!] === wrapped(addresses[caller]! + 1n)) draft.dropSecond(sample)
  }
}

/** Locations get ids in the order in which samples first use them; those no sample uses are left out. */
function renumbered(draft: LegacyDraft) {
  const all = draft.addresses()
  const position = new Int32Array(all.length).fill(-1)
  const used = new GrowableIndices()
  const stacks = new Interner('distinct stacks')
  const stackOf = new Uint32Array(draft.sampleCount)
  let locations = new Uint32Array(64)
  let raw = new Uint8Array(locations.buffer)
  for (let sample = 0; sample < stackOf.length; sample++) {
    const stack = draft.stack(sample)
    if (stack.length > locations.length) {
      locations = new Uint32Array(stack.length * 2)
      raw = new Uint8Array(locations.buffer)
    }
    for (let frame = 0; frame < stack.length; frame++) {
      const index = stack[frame]!
      if (position[index]! < 0) {
        position[index] = used.length
        used.push(index)
      }
      locations[frame] = position[index]!
    }
    stackOf[sample] = stacks.add(raw, 0, stack.length * 4)
  }
  const addresses = new BigUint64Array(used.length)
  for (let at = 0; at < used.length; at++) addresses[at] = all[used.at(at)]!
  return {stackOf, used: used.indices(), addresses, interned: stacks.finish()}
}

/** The label `bytes` of heap profiles: a set for each block size, and which of them each sample has. */
function sizeLabels(draft: LegacyDraft, key: number): Pick<ProfileColumns, 'labelsOf' | 'labels'> {
  const labelsOf = new Uint32Array(draft.sampleCount)
  const sets = new Map<number, number>()
  for (const [sample, bytes] of draft.sizes().entries()) {
    let set = sets.get(bytes)
    if (set === undefined) sets.set(bytes, (set = sets.size + 1))
    labelsOf[sample] = set
  }
  const count = sets.size
  return {
    labelsOf,
    labels: {
      count: count + 1,
      start: Uint32Array.from({length: count + 2}, (_, set) => Math.max(0, set - 1)),
      key: new Uint32Array(count).fill(key),
      string: new Uint32Array(count),
      number: Float64Array.from(sets.keys()),
      unit: new Uint32Array(count),
    },
  }
}

export function finishDraft(draft: LegacyDraft): ProfileColumns {
  const {stackOf, used, addresses, interned} = renumbered(draft)
  const mappings = tidiedMappings(draft.mappings)
  const locationMapping = assignMappings(mappings, addresses)
  const strings = StringTable.of([''])
  const sized = sizeLabels(draft, strings.add('bytes'))
  const hidden = legacyFrames(draft.sampleTypes)
  return {
    header: {
      sampleTypes: draft.sampleTypes,
      defaultSampleType: '',
      comments: [],
      docUrl: '',
      dropFrames: hidden.drop,
      keepFrames: hidden.keep,
      timeNanos: 0n,
      durationNanos: draft.durationNanos,
      periodType: draft.periodType,
      period: BigInt(Math.trunc(draft.period)),
    },
    strings,
    sampleCount: draft.sampleCount,
    stackOf,
    ...sized,
    values: draft.values(),
    wholeValues: new Map(),
    stackStart: interned.starts.map(start => start / 4),
    stackLocation: new Uint32Array(interned.bytes.slice().buffer),
    ...symbols(draft, used, strings, addresses, locationMapping),
    mappings: mappings.map((m, index): Mapping => {
      const flags = {hasFunctions: false, hasFilenames: false, hasLineNumbers: false, hasInlineFrames: false}
      return {...m, id: BigInt(index + 1), ...flags}
    }),
    unknownFields: new Uint8Array(0),
  }
}

function symbols(
  draft: LegacyDraft,
  used: Uint32Array,
  strings: StringTable,
  addresses: BigUint64Array,
  mapping: Int32Array,
): Pick<ProfileColumns, 'locations' | 'functions'> {
  const functions = new Map<string, number>()
  const [name, file] = [new GrowableNumbers(), new GrowableNumbers()]
  const [lineFunction, lineNumber] = [new GrowableNumbers(), new GrowableNumbers()]
  const lineStart = new Uint32Array(used.length + 1)
  for (const [position, index] of used.entries()) {
    for (const line of draft.lines.get(index) ?? []) {
      const key = `${line.function}\u0000${line.file}`
      let known = functions.get(key)
      if (known === undefined) {
        functions.set(key, (known = functions.size))
        name.push(strings.add(line.function))
        file.push(strings.add(line.file))
      }
      lineFunction.push(known)
      lineNumber.push(line.line)
    }
    lineStart[position + 1] = lineFunction.length
  }
  const ids = (count: number) => BigUint64Array.from({length: count}, (_, index) => BigInt(index + 1))
  return {
    locations: {
      count: used.length,
      id: ids(used.length),
      mapping,
      address: addresses,
      folded: new Uint8Array(used.length),
      lineStart,
      lineFunction: lineFunction.indices(),
      lineNumber: lineNumber.floats(),
      lineColumn: new Float64Array(lineNumber.length),
    },
    functions: {
      count: functions.size,
      id: ids(functions.size),
      name: name.indices(),
      systemName: name.indices(),
      filename: file.indices(),
      startLine: new Float64Array(functions.size),
    },
  }
}
