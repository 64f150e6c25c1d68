// A profile of named frames, without a binary behind them, while a reader of text stacks puts it together.
import {errors} from '../../base/errors.ts'
import type {ProfileColumns, ValueType} from './columns.ts'
import {GrowableNumbers} from './growable.ts'
import {Interner} from './interner.ts'
import {StringTable} from './string-table.ts'

/** Samples of one text of stacks. */
export const textSamplesMax = 4_000_000
/** Different frames, different label sets, and bytes of the names of all of them. */
export const textFramesMax = 1_000_000
export const textLabelSetsMax = 250_000
export const textNameBytesMax = 64 * 1024 * 1024

export class NamedDraft {
  readonly #strings = StringTable.of([''])
  readonly #functions = new Map<string, number>()
  readonly #mappings = new Map<string, number>()
  readonly #locations = new Map<string, number>()
  /** Lines of location `i` are `#lineStart[i]..#lineStart[i + 1]`, the inlined leaf first. */
  readonly #lineStart = new GrowableNumbers()
  readonly #lineFunction = new GrowableNumbers()
  readonly #locationMapping = new GrowableNumbers()
  readonly #addresses: bigint[] = []
  readonly #stacks = new Interner('distinct stacks')
  readonly #labels = new Map<string, number>()
  readonly #labelValues: {readonly key: number; readonly value: number}[][] = []
  readonly #stackOf = new GrowableNumbers()
  readonly #labelsOf = new GrowableNumbers()
  readonly #values = new GrowableNumbers()
  #nameBytes = 0

  /** `names` has more than one where functions were inlined; no name at all leaves the address. */
  location(names: readonly string[], binary: string, address: bigint): number {
    const key = `${names.join('\u0000')}\u0000${binary}\u0000${address}`
    let index = this.#locations.get(key)
    if (index === undefined) {
      index = this.#locations.size
      if (index >= textFramesMax) throw errors.limit('different frames of a text of stacks', textFramesMax)
      this.#named(key.length)
      this.#locations.set(key, index)
      this.#lineStart.push(this.#lineFunction.length)
      for (const name of names.filter(each => each !== '')) {
        let functionIndex = this.#functions.get(name)
        if (functionIndex === undefined) this.#functions.set(name, (functionIndex = this.#functions.size))
        this.#lineFunction.push(functionIndex)
      }
      let mapping = -1
      if (binary !== '') {
        mapping = this.#mappings.get(binary) ?? this.#mappings.size
        this.#mappings.set(binary, mapping)
      }
      this.#locationMapping.push(mapping)
      this.#addresses.push(address)
    }
    return index
  }

  add(stack: readonly number[], values: readonly number[], labels: readonly (readonly [string, string])[]): void {
    if (this.#stackOf.length >= textSamplesMax) throw errors.limit('samples of a text of stacks', textSamplesMax)
    const locations = Uint32Array.from(stack)
    const raw = new Uint8Array(locations.buffer)
    this.#stackOf.push(this.#stacks.add(raw, 0, raw.length))
    const key = labels.flat().join('\u0000')
    let set = this.#labels.get(key)
    if (set === undefined) {
      if (this.#labels.size >= textLabelSetsMax) throw errors.limit('different labels of a text of stacks', textLabelSetsMax)
      this.#named(key.length)
      this.#labels.set(key, (set = this.#labels.size))
      this.#labelValues.push(labels.map(([name, value]) => ({key: this.#strings.add(name), value: this.#strings.add(value)})))
    }
    this.#labelsOf.push(set)
    for (const value of values) this.#values.push(value)
  }

  #named(bytes: number): void {
    this.#nameBytes += bytes
    if (this.#nameBytes > textNameBytesMax) throw errors.limit('bytes of the names of a text of stacks', textNameBytesMax)
  }

  get sampleCount(): number {
    return this.#stackOf.length
  }

  /** Values beyond the sample types named here are left out. */
  finish(sampleTypes: readonly ValueType[], periodType: ValueType, period: bigint): ProfileColumns {
    // Set 0 must be the empty one: sets are shifted by one place.
    const labels = [[], ...this.#labelValues]
    const labelStart = new Uint32Array(labels.length + 1)
    for (const [index, set] of labels.entries()) labelStart[index + 1] = labelStart[index]! + set.length
    const all = this.#values.floats()
    const given = this.#stackOf.length === 0 ? 1 : all.length / this.#stackOf.length
    const lines = this.#lineFunction.length
    const interned = this.#stacks.finish()
    const names = Uint32Array.from(this.#functions.keys(), name => this.#strings.add(name))
    const ids = (count: number) => BigUint64Array.from({length: count}, (_, index) => BigInt(index + 1))
    const count = this.#addresses.length
    return {
      header: {
        sampleTypes,
        defaultSampleType: '',
        comments: [],
        docUrl: '',
        dropFrames: '',
        keepFrames: '',
        timeNanos: 0n,
        durationNanos: 0n,
        periodType,
        period,
      },
      strings: this.#strings,
      sampleCount: this.#stackOf.length,
      stackOf: this.#stackOf.indices(),
      labelsOf: this.#labelsOf.indices().map(set => set + 1),
      values: given === sampleTypes.length ? all : all.filter((_, index) => index % given < sampleTypes.length),
      wholeValues: new Map(),
      stackStart: interned.starts.map(start => start / 4),
      stackLocation: new Uint32Array(interned.bytes.slice().buffer),
      labels: {
        count: labels.length,
        start: labelStart,
        key: Uint32Array.from(labels.flatMap(set => set.map(l => l.key))),
        string: Uint32Array.from(labels.flatMap(set => set.map(l => l.value))),
        number: new Float64Array(labels.flat().length),
        unit: new Uint32Array(labels.flat().length),
      },
      locations: {
        count,
        id: ids(count),
        mapping: Int32Array.from(this.#locationMapping.floats()),
        address: BigUint64Array.from(this.#addresses),
        folded: new Uint8Array(count),
        lineStart: Uint32Array.from({length: count + 1}, (_, index) => (index < count ? this.#lineStart.at(index) : lines)),
        lineFunction: this.#lineFunction.indices(),
        lineNumber: new Float64Array(lines),
        lineColumn: new Float64Array(lines),
      },
      functions: {
        count: names.length,
        id: ids(names.length),
        name: names,
        systemName: names,
        filename: new Uint32Array(names.length),
        startLine: new Float64Array(names.length),
      },
      mappings: [...this.#mappings.keys()].map((file, index) => ({
        id: BigInt(index + 1),
        start: 0n,
        limit: 0n,
        offset: 0n,
        file,
        buildId: '',
        hasFunctions: true,
        hasFilenames: false,
        hasLineNumbers: false,
        hasInlineFrames: false,
      })),
      unknownFields: new Uint8Array(0),
    }
  }
}
