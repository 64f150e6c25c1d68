// A profile as columns: typed arrays and a string table, no object per sample. What every reader of this family builds and every report starts from.
// The meaning of each field is that of github.com/google/pprof/proto/profile.proto.
import type {StringTable} from './string-table.ts'

export interface ValueType {
  readonly type: string
  readonly unit: string
}

export interface Mapping {
  readonly id: bigint
  readonly start: bigint
  readonly limit: bigint
  readonly offset: bigint
  /** Byte strings, see string-table.ts. */
  readonly file: string
  readonly buildId: string
  readonly hasFunctions: boolean
  readonly hasFilenames: boolean
  readonly hasLineNumbers: boolean
  readonly hasInlineFrames: boolean
}

/** All strings in here are byte strings (one character a byte). */
export interface ProfileHeader {
  readonly sampleTypes: readonly ValueType[]
  /** Name of a sample type; empty when the profile does not say. */
  readonly defaultSampleType: string
  readonly comments: readonly string[]
  readonly docUrl: string
  readonly dropFrames: string
  readonly keepFrames: string
  readonly timeNanos: bigint
  readonly durationNanos: bigint
  readonly periodType: ValueType
  readonly period: bigint
}

export interface LocationColumns {
  readonly count: number
  readonly id: BigUint64Array
  /** Index into `mappings`, −1 for none. */
  readonly mapping: Int32Array
  readonly address: BigUint64Array
  readonly folded: Uint8Array
  /** Lines of location `i` are `lineStart[i]..lineStart[i + 1]`, the inlined leaf first. */
  readonly lineStart: Uint32Array
  /** Index into the functions. */
  readonly lineFunction: Uint32Array
  readonly lineNumber: Float64Array
  readonly lineColumn: Float64Array
}

export interface FunctionColumns {
  readonly count: number
  readonly id: BigUint64Array
  /** Indices into the string table. */
  readonly name: Uint32Array
  readonly systemName: Uint32Array
  readonly filename: Uint32Array
  readonly startLine: Float64Array
}

/** Labels of set `i` are `start[i]..start[i + 1]`; set 0 is empty. */
export interface LabelColumns {
  readonly count: number
  readonly start: Uint32Array
  readonly key: Uint32Array
  /** Index of the string value; 0 for a numeric label. */
  readonly string: Uint32Array
  readonly number: Float64Array
  /** Index of the unit of a numeric label; 0 for none. */
  readonly unit: Uint32Array
}

export interface ProfileColumns {
  readonly header: ProfileHeader
  readonly strings: StringTable
  readonly sampleCount: number
  /** Index of the stack of each sample. */
  readonly stackOf: Uint32Array
  /** Index of the label set of each sample. */
  readonly labelsOf: Uint32Array
  /** `sampleTypes.length` values a sample; int64 rounded beyond ±2^53. */
  readonly values: Float64Array
  /** The values that a double cannot hold, whole, by index into `values`. */
  readonly wholeValues: ReadonlyMap<number, bigint>
  /** Locations of stack `i`, leaf first, are `stackStart[i]..stackStart[i + 1]`. */
  readonly stackStart: Uint32Array
  readonly stackLocation: Uint32Array
  readonly labels: LabelColumns
  readonly locations: LocationColumns
  readonly functions: FunctionColumns
  readonly mappings: readonly Mapping[]
  /** Top-level fields that profile.proto does not have, as they stood in the file; written back on export. */
  readonly unknownFields: Uint8Array
}
