// A pprof profile as detectors and reports see it. Behind it are columns (src/evidence/pprof); nothing here holds an object per sample.
// Meaning of the fields: github.com/google/pprof/proto/profile.proto.

export interface Frame {
  /** Function name as the profile has it: `example.com/shop.(*Cart).Add`. */
  readonly function: string
  /** File as the profile has it: absolute on the build machine, or `module@version/…` with -trimpath. Empty when unknown. */
  readonly file: string
  /** 0 when unknown. */
  readonly line: number
  /** `Function.start_line` (Go 1.20+); 0 when unknown. */
  readonly startLine: number
  readonly inlined: boolean
  readonly address: bigint
}

export type ProfileType = 'cpu' | 'heap' | 'allocs' | 'goroutine' | 'goroutineleak' | 'block' | 'mutex' | 'threadcreate' | 'wall' | 'other'

export interface Profile {
  readonly kind: 'profile'
  readonly profileType: ProfileType
  /** E.g. `inuse_space/bytes`; a value per type and sample. */
  readonly sampleTypes: readonly {readonly type: string; readonly unit: string}[]
  /** Index into sampleTypes that a viewer shows first (`default_sample_type`, else the last, as pprof does). */
  readonly defaultSampleType: number
  readonly periodType: {readonly type: string; readonly unit: string} | undefined
  readonly period: number
  /** Unix nanoseconds; 0n when unknown. */
  readonly timeNanos: bigint
  readonly durationNanos: bigint
  readonly sampleCount: number
  /** Value of a sample; exact to 2^53. */
  value(sample: number, typeIndex: number): number
  /** Leaf first, inlined frames expanded. */
  frames(sample: number): readonly Frame[]
  /** String labels; empty for most. */
  labels(sample: number): ReadonlyMap<string, readonly string[]>
  /** Numeric labels, e.g. `bytes`. */
  numberLabels(sample: number): ReadonlyMap<string, readonly {readonly value: number; readonly unit: string}[]>
  /** The first value of one numeric label, without the others. */
  numberLabel(sample: number, key: string): number | undefined
  readonly mappings: readonly {
    readonly file: string
    readonly buildId: string
    readonly start: bigint
    readonly limit: bigint
    readonly offset: bigint
  }[]
  readonly comments: readonly string[]
  /** Every function the profile names, once, whether or not a sample holds it; absent when the form has no table of them. */
  functions?(): readonly {readonly function: string; readonly file: string; readonly startLine: number}[]
}

/** Index of a sample type by name, e.g. `inuse_space`; undefined when the profile has none. */
export function sampleTypeIndex(profile: Profile, type: string): number | undefined {
  const index = profile.sampleTypes.findIndex(t => t.type === type)
  return index < 0 ? undefined : index
}
