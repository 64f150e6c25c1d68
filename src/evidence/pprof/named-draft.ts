// A profile of named frames, without a binary behind them, while a reader of text stacks puts it together: columns, and every name once, as bytes.
import {errors} from '../../base/errors.ts'
import type {FunctionColumns, LabelColumns, LocationColumns, Mapping, ProfileColumns, ValueType} from './columns.ts'
import {GrowableIndices, GrowableNumbers, GrowableWhole} from './growable.ts'
import {Interner} from './interner.ts'
import {StringTable} from './string-table.ts'

/** Samples of one text of stacks. */
export const textSamplesMax = 4_000_000
/** Different frames, functions of all of them with the inlined ones, binaries they lie in and label sets; names and the bytes of all of them. */
export const textFramesMax = 1_000_000
export const textFunctionsMax = 4_000_000
export const textBinariesMax = 250_000
export const textLabelSetsMax = 250_000
export const textNamesMax = 2_000_000
export const textNameBytesMax = 64 * 1024 * 1024

/** Index of what was not given a number yet. */
const absent = 0xffffffff

export class NamedDraft {
  /** Names of functions, keys and values of labels; the first is empty. */
  readonly #strings = new Interner('distinct names')
  /** Function of each string, and the string of each function. */
  readonly #functionOf = new GrowableIndices()
  readonly #functionName = new GrowableIndices()
  /** The location that is just this string, for names alone. */
  readonly #locationOf = new GrowableIndices()
  readonly #mappings = new Map<string, number>()
  /** Binary, halves of the address and strings of each location. */
  readonly #locations = new Interner('distinct frames')
  /** Lines of location `i` are `#lineStart[i]..#lineStart[i + 1]`, the inlined leaf first. */
  readonly #lineStart = new GrowableIndices()
  readonly #lineFunction = new GrowableIndices()
  /** One more than the index of the mapping, 0 for none. */
  readonly #locationMapping = new GrowableIndices()
  readonly #addresses = new GrowableWhole()
  readonly #stacks = new Interner('distinct stacks')
  readonly #labels = new Map<string, number>()
  readonly #labelStart = new GrowableIndices()
  readonly #labelKey = new GrowableIndices()
  readonly #labelValue = new GrowableIndices()
  readonly #stackOf = new GrowableIndices()
  readonly #labelsOf = new GrowableIndices()
  readonly #values = new GrowableNumbers()
  #nameBytes = 0
  #depth = 0
  #stack = new Uint32Array(64)
  #stackBytes = new Uint8Array(this.#stack.buffer)
  #words = new Uint32Array(16)
  #wordBytes = new Uint8Array(this.#words.buffer)
  #text = new Uint8Array(256)

  constructor() {
    this.#string(new Uint8Array(0), 0, 0)
    // Label set 0 is the empty one.
    this.#labels.set('', 0)
    this.#labelStart.push(0)
  }

  /** Puts the function `bytes[start..end)` under the sample that `add` will end; an empty name is a frame that nothing is known of. */
  namedFrame(bytes: Uint8Array, start: number, end: number): void {
    const string = this.#string(bytes, start, end)
    let index = this.#locationOf.at(string)
    if (index === absent) {
      this.#words.fill(0, 0, 3)
      this.#words[3] = string
      index = this.#location(4, 0, 0n)
      this.#locationOf.set(string, index)
    }
    this.push(index)
  }

  /** The location of byte strings. There is more than one name where functions were inlined; no name at all leaves the address. */
  locate(names: readonly string[], binary: string, address: bigint): number {
    const length = 3 + names.length
    if (length > this.#words.length) {
      this.#words = new Uint32Array(length * 2)
      this.#wordBytes = new Uint8Array(this.#words.buffer)
    }
    const mapping = this.#mapping(binary)
    this.#words[0] = mapping
    this.#words[1] = Number(address & 0xffffffffn)
    this.#words[2] = Number(address >> 32n)
    for (const [at, name] of names.entries()) this.#words[3 + at] = this.#stringOf(name)
    return this.#location(length, mapping, address)
  }

  /** Puts a location under the sample that `add` will end. */
  push(location: number): void {
    if (this.#depth === this.#stack.length) {
      const larger = new Uint32Array(this.#depth * 2)
      larger.set(this.#stack)
      this.#stack = larger
      this.#stackBytes = new Uint8Array(larger.buffer)
    }
    this.#stack[this.#depth++] = location
  }

  #mapping(binary: string): number {
    if (binary === '') return 0
    let mapping = this.#mappings.get(binary)
    if (mapping === undefined) {
      if (this.#mappings.size >= textBinariesMax) throw errors.limit('binaries of a text of stacks', textBinariesMax)
      this.#named(binary.length)
      this.#mappings.set(binary, (mapping = this.#mappings.size + 1))
    }
    return mapping
  }

  /** Of the first words, which say what it is. */
  #location(words: number, mapping: number, address: bigint): number {
    const before = this.#locations.count
    const index = this.#locations.add(this.#wordBytes, 0, words * 4)
    if (index < before) return index
    if (index >= textFramesMax) throw errors.limit('different frames of a text of stacks', textFramesMax)
    this.#lineStart.push(this.#lineFunction.length)
    for (let at = 3; at < words; at++) if (this.#words[at] !== 0) this.#lineFunction.push(this.#function(this.#words[at]!))
    if (this.#lineFunction.length > textFunctionsMax) throw errors.limit('functions of the frames of a text of stacks', textFunctionsMax)
    this.#locationMapping.push(mapping)
    this.#addresses.push(address)
    return index
  }

  #function(string: number): number {
    let index = this.#functionOf.at(string)
    if (index === absent) {
      index = this.#functionName.length
      this.#functionOf.set(string, index)
      this.#functionName.push(string)
    }
    return index
  }

  #string(bytes: Uint8Array, start: number, end: number): number {
    const before = this.#strings.count
    const index = this.#strings.add(bytes, start, end)
    if (index < before) return index
    if (index >= textNamesMax) throw errors.limit('different names of a text of stacks', textNamesMax)
    this.#named(end - start)
    this.#functionOf.push(absent)
    this.#locationOf.push(absent)
    return index
  }

  #stringOf(raw: string): number {
    if (raw.length > this.#text.length) this.#text = new Uint8Array(raw.length * 2)
    for (let at = 0; at < raw.length; at++) this.#text[at] = raw.charCodeAt(at)
    return this.#string(this.#text, 0, raw.length)
  }

  #named(bytes: number): void {
    this.#nameBytes += bytes
    if (this.#nameBytes > textNameBytesMax) throw errors.limit('bytes of the names of a text of stacks', textNameBytesMax)
  }

  /** Ends a sample. */
  add(values: readonly number[], labels: readonly (readonly [string, string])[] = []): void {
    if (this.#stackOf.length >= textSamplesMax) throw errors.limit('samples of a text of stacks', textSamplesMax)
    this.#stackOf.push(this.#stacks.add(this.#stackBytes, 0, this.#depth * 4))
    this.#depth = 0
    this.#labelsOf.push(labels.length === 0 ? 0 : this.#labelSet(labels))
    for (const value of values) this.#values.push(value)
  }

  #labelSet(labels: readonly (readonly [string, string])[]): number {
    const key = labels.flat().join('\u0000')
    let set = this.#labels.get(key)
    if (set === undefined) {
      if (this.#labels.size >= textLabelSetsMax) throw errors.limit('different labels of a text of stacks', textLabelSetsMax)
      this.#named(key.length)
      this.#labels.set(key, (set = this.#labels.size))
      this.#labelStart.push(this.#labelKey.length)
      for (const [name, value] of labels) {
        this.#labelKey.push(this.#stringOf(name))
        this.#labelValue.push(this.#stringOf(value))
      }
    }
    return set
  }

  get sampleCount(): number {
    return this.#stackOf.length
  }

  /** Values beyond the sample types named here are left out. */
  finish(sampleTypes: readonly ValueType[], periodType: ValueType, period: bigint): ProfileColumns {
    const all = this.#values.floats()
    const given = this.sampleCount === 0 ? 1 : all.length / this.sampleCount
    const stacks = this.#stacks.finish()
    const names = this.#strings.finish()
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
      strings: new StringTable(names.bytes, names.starts),
      sampleCount: this.sampleCount,
      stackOf: this.#stackOf.indices(),
      labelsOf: this.#labelsOf.indices(),
      values: given === sampleTypes.length ? all : all.filter((_, index) => index % given < sampleTypes.length),
      wholeValues: new Map(),
      stackStart: stacks.starts.map(start => start / 4),
      stackLocation: new Uint32Array(stacks.bytes.slice().buffer),
      labels: this.#labelColumns(),
      locations: this.#locationColumns(),
      functions: this.#functionColumns(),
      mappings: [...this.#mappings.keys()].map(mappingOf),
      unknownFields: new Uint8Array(0),
    }
  }

  #labelColumns(): LabelColumns {
    const [key, string] = [this.#labelKey.indices(), this.#labelValue.indices()]
    this.#labelStart.push(key.length)
    const start = this.#labelStart.indices()
    return {count: this.#labels.size, start, key, string, number: new Float64Array(key.length), unit: new Uint32Array(key.length)}
  }

  #locationColumns(): LocationColumns {
    const lineFunction = this.#lineFunction.indices()
    this.#lineStart.push(lineFunction.length)
    const address = this.#addresses.whole()
    return {
      count: address.length,
      id: idsBelow(address.length),
      mapping: Int32Array.from(this.#locationMapping.indices(), mapping => mapping - 1),
      address,
      folded: new Uint8Array(address.length),
      lineStart: this.#lineStart.indices(),
      lineFunction,
      lineNumber: new Float64Array(lineFunction.length),
      lineColumn: new Float64Array(lineFunction.length),
    }
  }

  #functionColumns(): FunctionColumns {
    const name = this.#functionName.indices()
    const count = name.length
    return {count, id: idsBelow(count), name, systemName: name, filename: new Uint32Array(count), startLine: new Float64Array(count)}
  }
}

const idsBelow = (count: number): BigUint64Array => BigUint64Array.from({length: count}, (_, index) => BigInt(index + 1))

const mappingOf = (file: string, index: number): Mapping => ({
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
})
