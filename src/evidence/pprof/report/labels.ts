// Labels of samples. Sets are read from their columns when needed and never all held as objects: a profile may have a million different ones.
import type {LabelColumns} from '../columns.ts'
import type {StringTable} from '../string-table.ts'
import type {WorkingProfile} from './working-profile.ts'

export interface LabelSet {
  readonly strings: ReadonlyMap<string, readonly string[]>
  /** `units` is undefined where no value of the key has one, else as long as `values`. */
  readonly numbers: ReadonlyMap<string, {readonly values: readonly number[]; readonly units: readonly string[] | undefined}>
}

/** The label by which samples of a `-diff_base` profile are known. */
export const baseLabel = 'pprof::base'

/** Set `set`, grouped by key as profile/encode.go does in postDecode. */
export function labelSet(labels: LabelColumns, strings: StringTable, set: number): LabelSet {
  const texts = new Map<string, string[]>()
  const numbers = new Map<string, {values: number[]; units: string[] | undefined}>()
  for (let at = labels.start[set]!; at < labels.start[set + 1]!; at++) {
    const key = strings.raw(labels.key[at]!)
    if (labels.string[at] !== 0) {
      const value = strings.raw(labels.string[at]!)
      const known = texts.get(key)
      if (known === undefined) texts.set(key, [value])
      else known.push(value)
      continue
    }
    let known = numbers.get(key)
    if (known === undefined) numbers.set(key, (known = {values: [], units: undefined}))
    if (labels.unit[at] !== 0) known.units ??= known.values.map(() => '')
    known.units?.push(strings.raw(labels.unit[at]!))
    known.values.push(labels.number[at]!)
  }
  return {strings: texts, numbers}
}

/** 1 for each label set that marks samples of the base in a `-diff_base` comparison. */
export function baseLabelSets(profile: WorkingProfile): Uint8Array | undefined {
  const {labels, strings} = profile
  let marked: Uint8Array | undefined
  for (let set = 0; set < labels.count; set++) {
    for (let at = labels.start[set]!; at < labels.start[set + 1]!; at++) {
      if (labels.string[at] === 0 || strings.raw(labels.key[at]!) !== baseLabel || strings.raw(labels.string[at]!) !== 'true') continue
      marked ??= new Uint8Array(labels.count)
      marked[set] = 1
    }
  }
  return marked
}

export interface NumberLabelUnits {
  readonly unitOf: ReadonlyMap<string, string>
  /** Units that were met besides the one taken, sorted. */
  readonly ignored: ReadonlyMap<string, readonly string[]>
}

/** The unit each numeric label is shown in: the first one met, else one guessed from its name (profile.NumLabelUnits). */
export function numberLabelUnits(profile: WorkingProfile): NumberLabelUnits {
  const unitOf = new Map<string, string>()
  const ignored = new Map<string, Set<string>>()
  const seen = new Uint8Array(profile.labels.count)
  const {labels, strings} = profile
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const set = profile.labelsOf[sample]!
    if (seen[set] === 1) continue
    seen[set] = 1
    for (let at = labels.start[set]!; at < labels.start[set + 1]!; at++) {
      if (labels.string[at] !== 0) continue
      const key = strings.raw(labels.key[at]!)
      const unit = strings.raw(labels.unit[at]!)
      const taken = unitOf.get(key)
      if (taken === undefined) unitOf.set(key, unit)
      else if (unit !== '' && taken === '') unitOf.set(key, unit)
      else if (unit !== '' && taken !== unit) ignored.set(key, (ignored.get(key) ?? new Set()).add(unit))
    }
  }
  for (const [key, unit] of unitOf) if (unit === '') unitOf.set(key, key === 'alignment' || key === 'request' ? 'bytes' : key)
  return {unitOf, ignored: new Map([...ignored].map(([key, units]) => [key, [...units].sort()]))}
}

/** Label columns written set by set, for merges and label filters. */
export class LabelWriter {
  readonly #start: number[] = [0]
  readonly #key: number[] = []
  readonly #string: number[] = []
  readonly #number: number[] = []
  readonly #unit: number[] = []
  readonly #strings: StringTable

  constructor(strings: StringTable) {
    this.#strings = strings
  }

  /** Number of the set that was added. */
  add(set: LabelSet): number {
    for (const [key, values] of set.strings) {
      for (const value of values) this.#push(key, this.#strings.add(value), 0, 0)
    }
    for (const [key, {values, units}] of set.numbers) {
      for (const [index, value] of values.entries()) this.#push(key, 0, value, this.#strings.add(units?.[index] ?? ''))
    }
    this.#start.push(this.#key.length)
    return this.#start.length - 2
  }

  #push(key: string, string: number, number: number, unit: number): void {
    this.#key.push(this.#strings.add(key))
    this.#string.push(string)
    this.#number.push(number)
    this.#unit.push(unit)
  }

  columns(): LabelColumns {
    return {
      count: this.#start.length - 1,
      start: Uint32Array.from(this.#start),
      key: Uint32Array.from(this.#key),
      string: Uint32Array.from(this.#string),
      number: Float64Array.from(this.#number),
      unit: Uint32Array.from(this.#unit),
    }
  }
}

/** Writes every label set anew; used by label filters, which look at keys only. */
export function rewriteLabels(profile: WorkingProfile, change: (set: LabelSet) => LabelSet): void {
  const writer = new LabelWriter(profile.strings)
  for (let set = 0; set < profile.labels.count; set++) writer.add(change(labelSet(profile.labels, profile.strings, set)))
  profile.labels = writer.columns()
}
