// Several profiles as one: equal stacks with equal labels are added up, whatever ids and load addresses each file used.
// Follows github.com/google/pprof/profile/merge.go and internal/measurement (ScaleProfiles).
import {errors} from '../../../base/errors.ts'
import {GrowableNumbers} from '../growable.ts'
import type {Mapping, ProfileHeader, ValueType} from '../columns.ts'
import {Interner} from '../interner.ts'
import {StringTable} from '../string-table.ts'
import {baseLabel, labelSet, LabelWriter, rewriteLabels} from './labels.ts'
import type {LabelSet} from './labels.ts'
import {commonValueType, scale} from './measurement.ts'
import {compareStrings} from './node-table.ts'
import {alive, scaleValues, typeCount} from './working-profile.ts'
import type {WorkingProfile} from './working-profile.ts'

export function combineProfiles(profiles: readonly WorkingProfile[]): WorkingProfile {
  shareSampleTypes(profiles)
  const [first] = profiles
  if (profiles.length === 1 && first !== undefined) return first
  shareUnits(profiles)
  return merge(profiles)
}

/** Marks every sample as one of the base, for `-diff_base`. */
export function markBase(profile: WorkingProfile): void {
  rewriteLabels(profile, set => ({strings: new Map([...set.strings, [baseLabel, ['true']]]), numbers: set.numbers}))
}

/** Scales a profile so that each of its totals is that of the base. */
export function normalize(profile: WorkingProfile, base: WorkingProfile): void {
  requireCompatible(profile.header, base.header)
  const totals = (of: WorkingProfile) => {
    const types = typeCount(of)
    const sums = Array.from({length: types}, () => 0)
    for (let at = 0; at < of.sampleCount * types; at++) sums[at % types] = sums[at % types]! + of.values[at]!
    return sums
  }
  const [own, wanted] = [totals(profile), totals(base)]
  scaleValues(
    profile,
    own.map((sum, type) => (sum === 0 ? 0 : wanted[type]! / sum)),
  )
}

/** Only the sample types that all have, in the order of the first. */
function shareSampleTypes(profiles: readonly WorkingProfile[]): void {
  const counts = new Map<string, number>()
  for (const {header} of profiles) for (const {type} of header.sampleTypes) counts.set(type, (counts.get(type) ?? 0) + 1)
  const common = (profiles[0]?.header.sampleTypes ?? []).map(t => t.type).filter(type => counts.get(type) === profiles.length)
  if (common.length === 0) {
    throw errors.usage('profiles have empty common sample type list', 'Compare or merge profiles that have a sample type in common.')
  }
  for (const profile of profiles) keepSampleTypes(profile, common)
}

function keepSampleTypes(profile: WorkingProfile, common: readonly string[]): void {
  const {sampleTypes, defaultSampleType} = profile.header
  const indices = common.map(type => sampleTypes.findIndex(t => t.type === type))
  if (common.length === sampleTypes.length && indices.every((index, at) => index === at)) return
  const values = new Float64Array(profile.sampleCount * common.length)
  const wholeValues = new Map<number, bigint>()
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    for (const [at, index] of indices.entries()) {
      const [from, to] = [sample * sampleTypes.length + index, sample * common.length + at]
      values[to] = profile.values[from]!
      const whole = profile.wholeValues.get(from)
      if (whole !== undefined) wholeValues.set(to, whole)
    }
  }
  profile.values = values
  profile.wholeValues = wholeValues
  profile.header = {
    ...profile.header,
    sampleTypes: indices.map(index => sampleTypes[index]!),
    defaultSampleType: common.includes(defaultSampleType) ? defaultSampleType : common[0]!,
  }
}

/** Scales all to the finest unit of each sample type. */
function shareUnits(profiles: readonly WorkingProfile[]): void {
  const types = typeCount(profiles[0]!)
  if (profiles.some(p => typeCount(p) !== types)) throw errors.usage('inconsistent samples type count', 'Compare profiles of one kind.')
  const period = commonValueType(profiles.map(p => p.header.periodType))
  const common = Array.from({length: types}, (_, index) => commonValueType(profiles.map(p => p.header.sampleTypes[index]!)))
  for (const profile of profiles) {
    const {header} = profile
    if (period !== undefined && period.unit !== header.periodType.unit) {
      const scaled = scale(Number(header.period), header.periodType.unit, period.unit).value
      profile.header = {...header, period: BigInt(Math.trunc(scaled)), periodType: {type: header.periodType.type, unit: period.unit}}
    }
    const ratios = header.sampleTypes.map((type, index) => scale(1, type.unit, common[index]?.unit ?? type.unit).value)
    profile.header = {
      ...profile.header,
      sampleTypes: header.sampleTypes.map((type, index) => ({type: type.type, unit: common[index]?.unit ?? type.unit})),
    }
    scaleValues(profile, ratios)
  }
}

const equalTypes = (a: ValueType, b: ValueType) => a.type === b.type && a.unit === b.unit
const shown = (types: readonly ValueType[]) => `[${types.map(t => `${t.type}/${t.unit}`).join(' ')}]`

function requireCompatible(a: ProfileHeader, b: ProfileHeader): void {
  if (!equalTypes(a.periodType, b.periodType)) {
    throw errors.usage(`incompatible period types ${shown([a.periodType])} and ${shown([b.periodType])}`, 'Compare profiles of one kind.')
  }
  if (a.sampleTypes.length !== b.sampleTypes.length || !a.sampleTypes.every((type, index) => equalTypes(type, b.sampleTypes[index]!))) {
    throw errors.usage(`incompatible sample types ${shown(a.sampleTypes)} and ${shown(b.sampleTypes)}`, 'Compare profiles of one kind.')
  }
}

function combinedHeader(headers: readonly ProfileHeader[]): ProfileHeader {
  const first = headers[0]!
  for (const header of headers) requireCompatible(first, header)
  let [timeNanos, durationNanos, period, docUrl, defaultSampleType] = [0n, 0n, 0n, '', '']
  for (const header of headers) {
    if (timeNanos === 0n || header.timeNanos < timeNanos) timeNanos = header.timeNanos
    durationNanos += header.durationNanos
    if (period === 0n || period < header.period) period = header.period
    if (docUrl === '') docUrl = header.docUrl
    if (defaultSampleType === '') defaultSampleType = header.defaultSampleType
  }
  const comments = [...new Set(headers.flatMap(header => header.comments))]
  return {...first, timeNanos, durationNanos, period, docUrl, defaultSampleType, comments}
}

function merge(profiles: readonly WorkingProfile[]): WorkingProfile {
  const merger = new Merger(combinedHeader(profiles.map(p => p.header)))
  for (const profile of profiles) merger.add(profile)
  const merged = merger.finish()
  // Samples that cancelled out are taken away by merging once more.
  return merger.hasZeroSample() ? merge([merged]) : merged
}

class Merger {
  readonly #header: ProfileHeader
  readonly #types: number
  readonly #mappings: Mapping[] = []
  readonly #mappingByKey = new Map<string, number>()
  readonly #functionByKey = new Map<string, number>()
  readonly #name: string[] = []
  readonly #systemName: string[] = []
  readonly #file: string[] = []
  readonly #startLine = new GrowableNumbers()
  readonly #locationByKey = new Map<string, number>()
  readonly #address: bigint[] = []
  readonly #locationMapping: number[] = []
  readonly #folded: number[] = []
  readonly #lineStart: number[] = [0]
  readonly #lineFunction = new GrowableNumbers()
  readonly #lineNumber = new GrowableNumbers()
  readonly #lineColumn = new GrowableNumbers()
  readonly #strings = StringTable.of([''])
  readonly #labels = new LabelWriter(this.#strings)
  readonly #labelsByKey = new Map<string, number>()
  readonly #stacks = new Interner('distinct stacks')
  readonly #samples = new Interner('distinct samples')
  readonly #stackOf = new GrowableNumbers()
  readonly #labelsOf = new GrowableNumbers()
  #values = new Float64Array(1024)

  constructor(header: ProfileHeader) {
    this.#header = header
    this.#types = header.sampleTypes.length
    this.#labelsOfSet({strings: new Map(), numbers: new Map()})
  }

  add(source: WorkingProfile): void {
    const maps = {
      mapping: new Map<number, {index: number; offset: bigint}>(),
      function: new Map<number, number>(),
      location: new Int32Array(source.locationCount).fill(-1),
      stack: new Int32Array(source.stackStart.length - 1).fill(-1),
      labels: new Int32Array(source.labels.count).fill(-1),
    }
    if (this.#mappings.length === 0 && source.mappings.length > 0) this.#mapping(source, maps, 0)
    const pair = new Uint32Array(2)
    const pairBytes = new Uint8Array(pair.buffer)
    const types = this.#types
    for (let sample = 0; sample < source.sampleCount; sample++) {
      let zero = true
      for (let type = 0; type < types && zero; type++) if (source.values[sample * types + type] !== 0) zero = false
      if (zero || !alive(source, sample)) continue
      pair[0] = this.#stack(source, maps, source.stackOf[sample]!)
      pair[1] = this.#labelSet(source, maps, source.labelsOf[sample]!)
      const before = this.#samples.count
      const index = this.#samples.add(pairBytes, 0, pairBytes.length)
      if (this.#samples.count > before) {
        this.#stackOf.push(pair[0])
        this.#labelsOf.push(pair[1])
        this.#reserve((index + 1) * types)
      }
      for (let type = 0; type < types; type++) {
        this.#values[index * types + type] = this.#values[index * types + type]! + source.values[sample * types + type]!
      }
    }
  }

  #reserve(length: number): void {
    if (length <= this.#values.length) return
    const larger = new Float64Array(length * 2)
    larger.set(this.#values)
    this.#values = larger
  }

  #stack(source: WorkingProfile, maps: Maps, stack: number): number {
    const known = maps.stack[stack]!
    if (known >= 0) return known
    const [start, end] = [source.stackStart[stack]!, source.stackStart[stack + 1]!]
    const locations = new Uint32Array(end - start)
    for (let at = start; at < end; at++) locations[at - start] = this.#location(source, maps, source.stackLocation[at]!)
    const bytes = new Uint8Array(locations.buffer)
    return (maps.stack[stack] = this.#stacks.add(bytes, 0, bytes.length))
  }

  #labelSet(source: WorkingProfile, maps: Maps, set: number): number {
    const known = maps.labels[set]!
    if (known >= 0) return known
    return (maps.labels[set] = this.#labelsOfSet(labelSet(source.labels, source.strings, set)))
  }

  #labelsOfSet(set: LabelSet): number {
    const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]) => compareStrings(a[0], b[0])
    const sorted = {strings: new Map([...set.strings].sort(byKey)), numbers: new Map([...set.numbers].sort(byKey))}
    const key = JSON.stringify([[...sorted.strings], [...sorted.numbers]])
    let index = this.#labelsByKey.get(key)
    if (index === undefined) this.#labelsByKey.set(key, (index = this.#labels.add(sorted)))
    return index
  }

  #location(source: WorkingProfile, maps: Maps, location: number): number {
    const known = maps.location[location]!
    if (known >= 0) return known
    const mapped = this.#mapping(source, maps, source.locationMapping[location]!)
    const address = BigInt.asUintN(64, source.address[location]! + (mapped?.offset ?? 0n))
    const relative = mapped === undefined ? address : BigInt.asUintN(64, address - this.#mappings[mapped.index]!.start)
    const [start, end] = [source.lines.start[location]!, source.lines.start[location + 1]!]
    const parts: (string | number | bigint)[] = [relative, mapped?.index ?? -1, source.folded[location]!]
    const functions: number[] = []
    for (let line = start; line < end; line++) {
      const index = this.#function(source, maps, source.lines.functionOf[line]!)
      functions.push(index)
      parts.push(index, source.lines.number[line]!)
    }
    // As in merge.go, whose key holds the column of the last line only (Location.key).
    if (end > start) parts.push(source.lines.column[end - 1]!)
    const key = parts.join('|')
    const equal = this.#locationByKey.get(key)
    if (equal !== undefined) return (maps.location[location] = equal)
    const index = this.#address.length
    this.#locationByKey.set(key, index)
    this.#address.push(address)
    this.#locationMapping.push(mapped?.index ?? -1)
    this.#folded.push(source.folded[location]!)
    for (let line = start; line < end; line++) {
      this.#lineFunction.push(functions[line - start]!)
      this.#lineNumber.push(source.lines.number[line]!)
      this.#lineColumn.push(source.lines.column[line]!)
    }
    this.#lineStart.push(this.#lineFunction.length)
    return (maps.location[location] = index)
  }

  #mapping(source: WorkingProfile, maps: Maps, mapping: number): {index: number; offset: bigint} | undefined {
    const from = source.mappings[mapping]
    if (from === undefined) return undefined
    const known = maps.mapping.get(mapping)
    if (known !== undefined) return known
    const key = mappingKey(from)
    let index = this.#mappingByKey.get(key)
    if (index === undefined) {
      index = this.#mappings.length
      this.#mappingByKey.set(key, index)
      this.#mappings.push({...from, id: BigInt(index + 1)})
    }
    const mapped = {index, offset: this.#mappings[index]!.start - from.start}
    maps.mapping.set(mapping, mapped)
    return mapped
  }

  #function(source: WorkingProfile, maps: Maps, index: number): number {
    const known = maps.function.get(index)
    if (known !== undefined) return known
    const [name, system, file] = [source.functionName[index]!, source.functionSystemName[index]!, source.functionFile[index]!]
    const startLine = source.functionStartLine[index]!
    const key = [startLine, name, system, file].join('\u0000')
    let merged = this.#functionByKey.get(key)
    if (merged === undefined) {
      merged = this.#name.length
      this.#functionByKey.set(key, merged)
      this.#name.push(name)
      this.#systemName.push(system)
      this.#file.push(file)
      this.#startLine.push(startLine)
    }
    maps.function.set(index, merged)
    return merged
  }

  hasZeroSample(): boolean {
    for (let sample = 0; sample < this.#samples.count; sample++) {
      let zero = true
      for (let type = 0; type < this.#types; type++) if (this.#values[sample * this.#types + type] !== 0) zero = false
      if (zero) return true
    }
    return false
  }

  finish(): WorkingProfile {
    const count = (length: number) => BigUint64Array.from({length}, (_, index) => BigInt(index + 1))
    const stacks = this.#stacks.finish()
    const labels = this.#labels.columns()
    return {
      header: this.#header,
      strings: this.#strings,
      sampleCount: this.#samples.count,
      stackOf: this.#stackOf.indices(),
      labelsOf: this.#labelsOf.indices(),
      values: this.#values.subarray(0, this.#samples.count * this.#types),
      wholeValues: new Map(),
      stackStart: stacks.starts.map(start => start / 4),
      stackLocation: new Uint32Array(stacks.bytes.slice().buffer),
      stackDropped: new Uint8Array(this.#stacks.count),
      labels,
      labelsDropped: new Uint8Array(labels.count),
      locationCount: this.#address.length,
      locationId: count(this.#address.length),
      locationMapping: Int32Array.from(this.#locationMapping),
      address: BigUint64Array.from(this.#address),
      folded: Uint8Array.from(this.#folded),
      lines: {
        start: Uint32Array.from(this.#lineStart),
        functionOf: this.#lineFunction.indices(),
        number: this.#lineNumber.floats(),
        column: this.#lineColumn.floats(),
      },
      functionCount: this.#name.length,
      functionId: count(this.#name.length),
      functionName: this.#name,
      functionSystemName: this.#systemName,
      functionFile: this.#file,
      functionStartLine: this.#startLine.floats(),
      mappings: this.#mappings,
      unknownFields: new Uint8Array(0),
    }
  }
}

/** From the tables of one source to the merged ones. */
interface Maps {
  readonly mapping: Map<number, {index: number; offset: bigint}>
  readonly function: Map<number, number>
  readonly location: Int32Array
  readonly stack: Int32Array
  readonly labels: Int32Array
}

/** Mappings are the same when binary, offset and size (to the next 4 KiB) are: load addresses differ from run to run. */
function mappingKey(mapping: Mapping): string {
  const rounding = 0x1000n
  const size = BigInt.asUintN(64, mapping.limit - mapping.start) + rounding - 1n
  const rounded = BigInt.asUintN(64, size - (size % rounding))
  return [rounded, mapping.offset, mapping.buildId === '' ? mapping.file : mapping.buildId].join('|')
}
