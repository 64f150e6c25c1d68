// A profile while a report is made of it: columns that filters may replace. Samples are dropped by dropping their stack or their label set.
// The steps follow github.com/google/pprof/profile (Aggregate, SampleIndexByName, ScaleN, NumLabelUnits).
import {errors} from '../../../base/errors.ts'
import type {LabelColumns, Mapping, ProfileColumns, ProfileHeader} from '../columns.ts'
import type {StringTable} from '../string-table.ts'

export interface Lines {
  /** Lines of location `i` are `start[i]..start[i + 1]`. */
  start: Uint32Array
  functionOf: Uint32Array
  number: Float64Array
  column: Float64Array
}

export interface WorkingProfile {
  header: ProfileHeader
  readonly strings: StringTable
  sampleCount: number
  stackOf: Uint32Array
  labelsOf: Uint32Array
  values: Float64Array
  wholeValues: ReadonlyMap<number, bigint>
  stackStart: Uint32Array
  stackLocation: Uint32Array
  /** 1 where a filter took the stack away. */
  stackDropped: Uint8Array
  labels: LabelColumns
  /** 1 where a filter took the label set away. */
  labelsDropped: Uint8Array
  locationCount: number
  locationId: BigUint64Array
  locationMapping: Int32Array
  address: BigUint64Array
  folded: Uint8Array
  lines: Lines
  functionCount: number
  functionId: BigUint64Array
  /** Byte strings by function. */
  functionName: string[]
  functionSystemName: string[]
  functionFile: string[]
  functionStartLine: Float64Array
  mappings: readonly Mapping[]
  readonly unknownFields: Uint8Array
}

export function workingProfile(columns: ProfileColumns): WorkingProfile {
  const {locations, functions, strings} = columns
  const names = (indices: Uint32Array) => Array.from(indices, index => strings.raw(index))
  return {
    header: columns.header,
    strings,
    sampleCount: columns.sampleCount,
    stackOf: columns.stackOf,
    labelsOf: columns.labelsOf,
    values: columns.values,
    wholeValues: columns.wholeValues,
    stackStart: columns.stackStart,
    stackLocation: columns.stackLocation,
    stackDropped: new Uint8Array(columns.stackStart.length - 1),
    labels: columns.labels,
    labelsDropped: new Uint8Array(columns.labels.count),
    locationCount: locations.count,
    locationId: locations.id,
    locationMapping: locations.mapping,
    address: locations.address,
    folded: locations.folded,
    lines: {
      start: locations.lineStart,
      functionOf: locations.lineFunction,
      number: locations.lineNumber,
      column: locations.lineColumn,
    },
    functionCount: functions.count,
    functionId: functions.id,
    functionName: names(functions.name),
    functionSystemName: names(functions.systemName),
    functionFile: names(functions.filename),
    functionStartLine: functions.startLine,
    mappings: columns.mappings,
    unknownFields: columns.unknownFields,
  }
}

/** A profile that reports may filter without touching this one: filters mark stacks and labels in place and replace everything else. */
export const copyProfile = (profile: WorkingProfile): WorkingProfile => ({
  ...profile,
  stackDropped: profile.stackDropped.slice(),
  labelsDropped: profile.labelsDropped.slice(),
})

export const typeCount = (profile: WorkingProfile): number => profile.header.sampleTypes.length

export const alive = (profile: WorkingProfile, sample: number): boolean =>
  profile.stackDropped[profile.stackOf[sample]!] === 0 && profile.labelsDropped[profile.labelsOf[sample]!] === 0

/** Which sample type a name, a number or nothing asks for. */
export function sampleIndexByName(profile: WorkingProfile, name: string): number {
  const {sampleTypes, defaultSampleType} = profile.header
  if (name === '') {
    const named = defaultSampleType === '' ? -1 : sampleTypes.findIndex(t => t.type === defaultSampleType)
    return named < 0 ? sampleTypes.length - 1 : named
  }
  if (/^[+-]?\d+$/.test(name)) {
    const index = Number(name)
    if (index >= 0 && index < sampleTypes.length) return index
    throw errors.usage(`sample_index ${name} is outside the range [0..${sampleTypes.length - 1}]`, 'Name a sample type of the profile.')
  }
  const withoutInuse = name.startsWith('inuse_') ? name.slice('inuse_'.length) : name
  const index = sampleTypes.findIndex(t => t.type === name || t.type === withoutInuse)
  if (index >= 0) return index
  const known = sampleTypes.map(t => t.type).join(' ')
  throw errors.usage(`sample_index "${name}" must be one of: [${known}]`, 'Name a sample type of the profile.')
}

export interface Aggregation {
  readonly inlines: boolean
  readonly functions: boolean
  readonly files: boolean
  readonly lineNumbers: boolean
  readonly columns: boolean
  readonly addresses: boolean
}

/** Forgets what the granularity does not ask for, so that what then looks the same is added up. */
export function aggregate(profile: WorkingProfile, keep: Aggregation): void {
  profile.mappings = profile.mappings.map(m => ({
    ...m,
    hasInlineFrames: m.hasInlineFrames && keep.inlines,
    hasFunctions: m.hasFunctions && keep.functions,
    hasFilenames: m.hasFilenames && keep.files,
    hasLineNumbers: m.hasLineNumbers && keep.lineNumbers,
  }))
  if (!keep.functions) {
    profile.functionName = profile.functionName.map(() => '')
    profile.functionSystemName = profile.functionSystemName.map(() => '')
  }
  if (!keep.files) profile.functionFile = profile.functionFile.map(() => '')
  if (!keep.inlines) {
    mapLines(profile, (start, end) => (end - start > 1 ? [end - 1] : range(start, end)))
  }
  const {lines} = profile
  if (!keep.lineNumbers)
    profile.lines = {...lines, number: new Float64Array(lines.number.length), column: new Float64Array(lines.column.length)}
  else if (!keep.columns) profile.lines = {...lines, column: new Float64Array(lines.column.length)}
  if (!keep.addresses) profile.address = new BigUint64Array(profile.locationCount)
}

export function range(start: number, end: number): number[] {
  const all: number[] = []
  for (let at = start; at < end; at++) all.push(at)
  return all
}

/** Replaces the lines of each location by a choice among them; `choose` gets the location's range of lines. */
export function mapLines(profile: WorkingProfile, choose: (start: number, end: number, location: number) => readonly number[]): void {
  const {lines} = profile
  const start = new Uint32Array(profile.locationCount + 1)
  const chosen = new Uint32Array(lines.functionOf.length)
  let used = 0
  for (let location = 0; location < profile.locationCount; location++) {
    for (const line of choose(lines.start[location]!, lines.start[location + 1]!, location)) chosen[used++] = line
    start[location + 1] = used
  }
  const [functionOf, number, column] = [new Uint32Array(used), new Float64Array(used), new Float64Array(used)]
  for (let at = 0; at < used; at++) {
    functionOf[at] = lines.functionOf[chosen[at]!]!
    number[at] = lines.number[chosen[at]!]!
    column[at] = lines.column[chosen[at]!]!
  }
  profile.lines = {start, functionOf, number, column}
}

/** Replaces every stack by a part of itself: `cut` answers the new range within the stack's locations. */
export function cutStacks(profile: WorkingProfile, cut: (start: number, end: number, stack: number) => readonly [number, number]): void {
  const stacks = profile.stackStart.length - 1
  const stackStart = new Uint32Array(stacks + 1)
  const kept = new Uint32Array(profile.stackLocation.length)
  let used = 0
  for (let stack = 0; stack < stacks; stack++) {
    const [from, to] = cut(profile.stackStart[stack]!, profile.stackStart[stack + 1]!, stack)
    for (let at = from; at < to; at++) kept[used++] = profile.stackLocation[at]!
    stackStart[stack + 1] = used
  }
  profile.stackStart = stackStart
  profile.stackLocation = kept.subarray(0, used)
}

/** Multiplies values and drops the samples that end up without one, as pprof does with base profiles and differing units. */
export function scaleValues(profile: WorkingProfile, ratios: readonly number[]): void {
  if (ratios.every(ratio => ratio === 1)) return
  const types = ratios.length
  const values = new Float64Array(profile.values.length)
  const [stackOf, labelsOf] = [new Uint32Array(profile.sampleCount), new Uint32Array(profile.sampleCount)]
  const wholeValues = new Map<number, bigint>()
  let kept = 0
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    let keep = false
    for (let type = 0; type < types; type++) {
      const from = sample * types + type
      const value = profile.values[from]!
      const to = kept * types + type
      const ratio = ratios[type]!
      if (ratio === 1) values[to] = value
      else {
        // math.Round goes away from zero at halves.
        const scaled = Math.sign(value) * Math.sign(ratio) * Math.round(Math.abs(value * ratio))
        values[to] = scaled
        if (scaled !== 0) keep = true
      }
      const whole = profile.wholeValues.get(from)
      if (whole !== undefined && Math.abs(ratio) === 1) wholeValues.set(to, ratio === 1 ? whole : -whole)
      else wholeValues.delete(to)
    }
    stackOf[kept] = profile.stackOf[sample]!
    labelsOf[kept] = profile.labelsOf[sample]!
    if (keep) kept++
  }
  profile.sampleCount = kept
  profile.values = values.subarray(0, kept * types)
  profile.wholeValues = wholeValues
  profile.stackOf = stackOf.subarray(0, kept)
  profile.labelsOf = labelsOf.subarray(0, kept)
}
