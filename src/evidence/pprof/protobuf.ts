// profile.proto to columns. Fields may come in any order (Go writes the string table last), so one walk finds the tables and a second reads the samples.
// What is refused is what github.com/google/pprof refuses: profile/encode.go (decoding) and profile.CheckValid (references between tables).
import {errors} from '../../base/errors.ts'
import {checkpoint} from '../../base/progress.ts'
import type {Task} from '../../base/progress.ts'
import type {LabelColumns, Mapping, ProfileColumns, ProfileHeader} from './columns.ts'
import {GrowableIndices, GrowableNumbers} from './growable.ts'
import {Interner} from './interner.ts'
import {StringTable} from './string-table.ts'
import {WireCursor} from './wire.ts'

const format = 'pprof'
/** Sample types of one profile; Go's have at most four. */
export const sampleTypesMax = 64
/** Samples: an empty one takes two bytes of the file and some twenty of memory. */
export const samplesMax = 10_000_000
/** Locations, functions and strings: up to a hundred bytes of memory each, a few hundred thousand in the largest real programs. */
export const tableRowsMax = 4_000_000
/** Bytes of all strings together. */
export const stringBytesMax = 128 * 1024 * 1024
/** Mapped files of one process; Linux allows 65,530 unless told otherwise (vm.max_map_count). */
export const mappingsMax = 250_000
export const commentsMax = 100_000
/** Places in the file where fields stand that profile.proto does not have, and their bytes together. */
export const unknownRangesMax = 1_000_000
export const unknownBytesMax = 64 * 1024 * 1024
/** Lines of all locations, locations of all distinct stacks, and of one of them (runtime/pprof writes at most 128). */
export const linesMax = 8_000_000
/** Lines of one location: a function and those inlined into it. */
export const locationLinesMax = 100_000
export const stackLocationsMax = 64_000_000
export const stackDepthMax = 1_000_000
/** Frames of all distinct stacks with their inlined ones: what a report walks. Stacks of locations with many lines multiply. */
export const framesMax = 256_000_000
/** Labels of all distinct label sets: those of a million samples with ten each; and of one sample. */
export const labelsMax = 10_000_000
export const sampleLabelsMax = 100_000
/** Values of all samples together, eight bytes each, and those of them that a double cannot hold. */
export const valuesMax = 32_000_000
export const wholeValuesMax = 2_000_000
/** Bytes of the locations or of the labels of one sample that do not stand together in the file. */
export const scatteredBytesMax = 8 * 1024 * 1024
/** A varint has at most ten bytes. */
const varintBytesMax = 10
/** Samples between two looks at the cancellation signal. */
const samplesPerCheck = 1 << 16

/** Profile-level fields before strings are resolved. */
interface Draft {
  readonly sampleTypes: ValueTypeIndices[]
  readonly comments: number[]
  sampleCount: number
  defaultSampleType: number
  docUrl: number
  dropFrames: number
  keepFrames: number
  timeNanos: bigint
  durationNanos: bigint
  periodType: ValueTypeIndices
  period: bigint
}

export function decodeProtobuf(bytes: Uint8Array, task?: Task): ProfileColumns {
  const tables = new TableReader(bytes)
  const draft = tables.walk()
  const strings = tables.strings()
  const string = (index: number) => strings.raw(checked(index, strings.count, 'string'))
  const header: ProfileHeader = {
    sampleTypes: draft.sampleTypes.map(t => ({type: string(t.type), unit: string(t.unit)})),
    defaultSampleType: string(draft.defaultSampleType),
    comments: draft.comments.map(string),
    docUrl: string(draft.docUrl),
    dropFrames: string(draft.dropFrames),
    keepFrames: string(draft.keepFrames),
    timeNanos: draft.timeNanos,
    durationNanos: draft.durationNanos,
    periodType: {type: string(draft.periodType.type), unit: string(draft.periodType.unit)},
    period: draft.period,
  }
  const mappings = tables.mappings(string)
  const functions = tables.functions(strings.count)
  const locations = tables.locations()
  const samples = readSamples(bytes, draft, tables.locationIndex, strings.count, task)
  boundFrames(samples.stackLocation, locations.lineStart)
  return {header, strings, ...samples, locations, functions, mappings, unknownFields: tables.unknownFields()}
}

function boundFrames(stackLocation: Uint32Array, lineStart: Uint32Array): void {
  let frames = 0
  for (const location of stackLocation) frames += Math.max(1, lineStart[location + 1]! - lineStart[location]!)
  if (frames > framesMax) throw errors.limit('frames of the stacks of a profile', framesMax)
}

function checked(index: number, count: number, what: string): number {
  if (index >= 0 && index < count) return index
  throw errors.malformed(format, 0, `${what} ${index} is outside its table of ${count}, in a profile that starts`)
}

function readValueType(cursor: WireCursor): ValueTypeIndices {
  cursor.need(2)
  const inner = new WireCursor(cursor.bytes, cursor.start, cursor.stop)
  let [type, unit] = [0, 0]
  while (inner.next()) {
    if (inner.field !== 1 && inner.field !== 2) continue
    inner.need(0)
    if (inner.field === 1) type = inner.signed()
    else unit = inner.signed()
  }
  return {type, unit}
}

interface ValueTypeIndices {
  readonly type: number
  readonly unit: number
}

/** Reads everything but the samples. */
class TableReader {
  readonly #bytes: Uint8Array
  readonly #stringStarts = new GrowableIndices()
  readonly #stringEnds = new GrowableIndices()
  #stringBytes = 0
  readonly #mappings: {at: number; end: number}[] = []
  readonly #functionAt = new GrowableIndices()
  readonly #functionEnd = new GrowableIndices()
  readonly #locationAt = new GrowableIndices()
  readonly #locationEnd = new GrowableIndices()
  readonly #unknown: {start: number; end: number}[] = []
  #unknownBytes = 0
  readonly #mappingIndex = new Map<bigint, number>()
  #functionIndex: IdIndex | undefined
  locationIndex = new IdIndex(0)

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  walk(): Draft {
    const draft: Draft = {
      sampleTypes: [],
      comments: [],
      sampleCount: 0,
      defaultSampleType: 0,
      docUrl: 0,
      dropFrames: 0,
      keepFrames: 0,
      timeNanos: 0n,
      durationNanos: 0n,
      periodType: {type: 0, unit: 0},
      period: 0n,
    }
    const cursor = new WireCursor(this.#bytes)
    for (let fieldAt = 0; cursor.next(); fieldAt = cursor.at) {
      switch (cursor.field) {
        case 2:
          cursor.need(2)
          if (++draft.sampleCount > samplesMax) throw errors.limit('samples of a profile', samplesMax)
          break
        case 4:
          cursor.need(2)
          if (this.#locationAt.length >= tableRowsMax) throw errors.limit('locations of a profile', tableRowsMax)
          this.#locationAt.push(cursor.start)
          this.#locationEnd.push(cursor.stop)
          break
        case 5:
          cursor.need(2)
          if (this.#functionAt.length >= tableRowsMax) throw errors.limit('functions of a profile', tableRowsMax)
          this.#functionAt.push(cursor.start)
          this.#functionEnd.push(cursor.stop)
          break
        case 6:
          cursor.need(2)
          if (this.#stringStarts.length === 0 && cursor.stop > cursor.start) {
            throw errors.malformed(format, cursor.start, 'the first string of the table is not empty')
          }
          if (this.#stringStarts.length >= tableRowsMax) throw errors.limit('strings of a profile', tableRowsMax)
          this.#stringStarts.push(cursor.start)
          this.#stringEnds.push(cursor.stop)
          this.#stringBytes += cursor.stop - cursor.start
          if (this.#stringBytes > stringBytesMax) throw errors.limit('bytes of the strings of a profile', stringBytesMax)
          break
        case 3:
          cursor.need(2)
          if (this.#mappings.length >= mappingsMax) throw errors.limit('mappings of a profile', mappingsMax)
          this.#mappings.push({at: cursor.start, end: cursor.stop})
          break
        default:
          if (!readHeaderField(cursor, draft, fieldAt)) this.#keepUnknown(fieldAt, cursor.at)
      }
    }
    return draft
  }

  #keepUnknown(start: number, end: number): void {
    this.#unknownBytes += end - start
    if (this.#unknownBytes > unknownBytesMax) throw errors.limit('bytes of the unknown fields of a profile', unknownBytesMax)
    const last = this.#unknown.at(-1)
    if (last?.end === start) last.end = end
    else if (this.#unknown.length >= unknownRangesMax) throw errors.limit('unknown fields of a profile', unknownRangesMax)
    else this.#unknown.push({start, end})
  }

  strings(): StringTable {
    const count = this.#stringStarts.length
    // A profile without any string still has string 0, the empty one.
    const starts = new Uint32Array(Math.max(1, count) + 1)
    const bytes = new Uint8Array(this.#stringBytes)
    let used = 0
    for (let index = 0; index < count; index++) {
      const [start, end] = [this.#stringStarts.at(index), this.#stringEnds.at(index)]
      bytes.set(this.#bytes.subarray(start, end), used)
      used += end - start
      starts[index + 1] = used
    }
    return new StringTable(bytes, starts)
  }

  mappings(string: (index: number) => string): Mapping[] {
    return this.#mappings.map(({at, end}, index) => {
      const cursor = new WireCursor(this.#bytes, at, end)
      const whole = [0n, 0n, 0n, 0n, 0n]
      const text = [0, 0]
      const flags = [false, false, false, false]
      while (cursor.next()) {
        const field = cursor.field
        if (field < 1 || field > 10) continue
        cursor.need(0)
        if (field <= 4) whole[field] = cursor.unsignedWhole()
        else if (field <= 6) text[field - 5] = cursor.signed()
        else flags[field - 7] = cursor.low !== 0 || cursor.high !== 0
      }
      this.#claim(this.#mappingIndex, whole[1]!, index, at, 'mapping')
      const [hasFunctions, hasFilenames, hasLineNumbers, hasInlineFrames] = flags as [boolean, boolean, boolean, boolean]
      return {
        id: whole[1]!,
        start: whole[2]!,
        limit: whole[3]!,
        offset: whole[4]!,
        file: string(text[0]!),
        buildId: string(text[1]!),
        hasFunctions,
        hasFilenames,
        hasLineNumbers,
        hasInlineFrames,
      }
    })
  }

  #claim(ids: Map<bigint, number>, id: bigint, index: number, at: number, what: string): void {
    if (id === 0n) throw errors.malformed(format, at, `a ${what} has the reserved id 0`)
    if (ids.has(id)) throw errors.malformed(format, at, `two ${what}s have the id ${id}`)
    ids.set(id, index)
  }

  functions(stringCount: number): ProfileColumns['functions'] {
    const count = this.#functionAt.length
    const id = new BigUint64Array(count)
    const [name, systemName, filename] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)]
    const startLine = new Float64Array(count)
    const ids = new IdIndex(count)
    const cursor = new WireCursor(this.#bytes)
    for (let index = 0; index < count; index++) {
      const at = this.#functionAt.at(index)
      cursor.at = at
      cursor.end = this.#functionEnd.at(index)
      while (cursor.next()) {
        if (cursor.field < 1 || cursor.field > 5) continue
        cursor.need(0)
        if (cursor.field === 1) id[index] = cursor.unsignedWhole()
        else if (cursor.field === 5) startLine[index] = cursor.signed()
        else {
          const string = cursor.signed()
          if (string < 0 || string >= stringCount) throw errors.malformed(format, at, `a function names string ${string} of ${stringCount}`)
          ;(cursor.field === 2 ? name : cursor.field === 3 ? systemName : filename)[index] = string
        }
      }
      ids.claim(id[index]!, index, at, 'function')
    }
    this.#functionIndex = ids
    return {count, id, name, systemName, filename, startLine}
  }

  locations(): ProfileColumns['locations'] {
    const count = this.#locationAt.length
    const [id, address] = [new BigUint64Array(count), new BigUint64Array(count)]
    const mapping = new Int32Array(count).fill(-1)
    const folded = new Uint8Array(count)
    const lineStart = new Uint32Array(count + 1)
    const [lineFunction, lineNumber, lineColumn] = [new GrowableIndices(), new GrowableNumbers(), new GrowableNumbers()]
    const ids = new IdIndex(count)
    const cursor = new WireCursor(this.#bytes)
    const line = new WireCursor(this.#bytes)
    for (let index = 0; index < count; index++) {
      const at = this.#locationAt.at(index)
      cursor.at = at
      cursor.end = this.#locationEnd.at(index)
      while (cursor.next()) {
        if (cursor.field === 4) {
          cursor.need(2)
          line.at = cursor.start
          line.end = cursor.stop
          const [lineFunctionIndex, number, column] = this.#line(line)
          if (lineFunction.length >= linesMax) throw errors.limit('lines of the locations of a profile', linesMax)
          if (lineFunction.length - lineStart[index]! >= locationLinesMax) throw errors.limit('lines of one location', locationLinesMax)
          lineFunction.push(lineFunctionIndex)
          lineNumber.push(number)
          lineColumn.push(column)
          continue
        }
        if (cursor.field < 1 || cursor.field > 5) continue
        cursor.need(0)
        if (cursor.field === 1) id[index] = cursor.unsignedWhole()
        else if (cursor.field === 2) mapping[index] = this.#mappingIndex.get(cursor.unsignedWhole()) ?? -1
        else if (cursor.field === 3) address[index] = cursor.unsignedWhole()
        else folded[index] = cursor.low !== 0 || cursor.high !== 0 ? 1 : 0
      }
      ids.claim(id[index]!, index, at, 'location')
      lineStart[index + 1] = lineFunction.length
    }
    this.locationIndex = ids
    return {
      count,
      id,
      mapping,
      address,
      folded,
      lineStart,
      lineFunction: lineFunction.indices(),
      lineNumber: lineNumber.floats(),
      lineColumn: lineColumn.floats(),
    }
  }

  #line(line: WireCursor): readonly [number, number, number] {
    const at = line.at
    let [index, number, column] = [-1, 0, 0]
    while (line.next()) {
      if (line.field < 1 || line.field > 3) continue
      line.need(0)
      if (line.field === 1) index = this.#functionIndex?.get(line.low, line.high) ?? -1
      else if (line.field === 2) number = line.signed()
      else column = line.signed()
    }
    if (index < 0) throw errors.malformed(format, at, 'a location has a line without a function')
    return [index, number, column]
  }

  unknownFields(): Uint8Array {
    const [only, ...more] = this.#unknown
    if (only !== undefined && more.length === 0) return this.#bytes.subarray(only.start, only.end)
    const all = new Uint8Array(this.#unknownBytes)
    let used = 0
    for (const {start, end} of this.#unknown) {
      all.set(this.#bytes.subarray(start, end), used)
      used += end - start
    }
    return all
  }
}

function addComment(draft: Draft, index: number): void {
  if (draft.comments.length >= commentsMax) throw errors.limit('comments of a profile', commentsMax)
  draft.comments.push(index)
}

/** Reads a field of the profile itself; false when profile.proto has no such field. */
function readHeaderField(cursor: WireCursor, draft: Draft, fieldAt: number): boolean {
  if (cursor.field === 1) {
    if (draft.sampleTypes.length >= sampleTypesMax) throw errors.limit('sample types of a profile', sampleTypesMax)
    draft.sampleTypes.push(readValueType(cursor))
    return true
  }
  if (cursor.field === 11) {
    draft.periodType = readValueType(cursor)
    return true
  }
  if (cursor.field === 13 && cursor.wireType === 2) {
    const packed = new WireCursor(cursor.bytes, cursor.start, cursor.stop)
    while (packed.at < packed.end) {
      packed.varint()
      addComment(draft, packed.signed())
    }
    return true
  }
  if (cursor.field < 7 || cursor.field > 15) return false
  cursor.need(0)
  if (cursor.field === 7) draft.dropFrames = cursor.signed()
  else if (cursor.field === 8) draft.keepFrames = cursor.signed()
  else if (cursor.field === 9) {
    if (draft.timeNanos !== 0n) throw errors.malformed(format, fieldAt, 'a second profile follows the first in the same file')
    draft.timeNanos = cursor.signedWhole()
  } else if (cursor.field === 10) draft.durationNanos = cursor.signedWhole()
  else if (cursor.field === 12) draft.period = cursor.signedWhole()
  else if (cursor.field === 13) addComment(draft, cursor.signed())
  else if (cursor.field === 14) draft.defaultSampleType = cursor.signed()
  else draft.docUrl = cursor.signed()
  return true
}

/** From the ids of a table to its rows: an array while ids are small, as those of every known writer are, else a map. */
export class IdIndex {
  readonly #dense: Int32Array
  readonly #sparse = new Map<bigint, number>()

  constructor(count: number) {
    this.#dense = new Int32Array(count * 2 + 1024).fill(-1)
  }

  claim(id: bigint, index: number, at: number, what: string): void {
    if (id === 0n) throw errors.malformed(format, at, `a ${what} has the reserved id 0`)
    const taken = id < BigInt(this.#dense.length) ? this.#dense[Number(id)]! >= 0 : this.#sparse.has(id)
    if (taken) throw errors.malformed(format, at, `two ${what}s have the id ${id}`)
    if (id < BigInt(this.#dense.length)) this.#dense[Number(id)] = index
    else this.#sparse.set(id, index)
  }

  /** −1 for none. */
  get(low: number, high: number): number {
    if (high === 0 && low < this.#dense.length) return this.#dense[low]!
    return this.#sparse.get((BigInt(high) << 32n) | BigInt(low)) ?? -1
  }
}

type SampleColumns = Pick<
  ProfileColumns,
  'sampleCount' | 'stackOf' | 'labelsOf' | 'values' | 'wholeValues' | 'stackStart' | 'stackLocation' | 'labels'
>

function readSamples(bytes: Uint8Array, draft: Draft, locations: IdIndex, stringCount: number, task: Task | undefined): SampleColumns {
  const types = draft.sampleTypes.length
  const count = draft.sampleCount
  if (types === 0 && count > 0) throw errors.malformed(format, 0, 'samples without sample types, in a profile that starts')
  if (count * types > valuesMax) throw errors.limit('values of the samples of a profile', valuesMax)
  const reader = new SampleReader(bytes, count, types)
  const outer = new WireCursor(bytes)
  for (let sample = 0; outer.next();) {
    if (outer.field !== 2) continue
    if (sample % samplesPerCheck === 0) {
      checkpoint(task)
      task?.progress?.('samples', sample, count)
    }
    reader.read(outer.start, outer.stop, sample++)
  }
  return {
    sampleCount: count,
    stackOf: reader.stackOf,
    labelsOf: reader.labelsOf,
    values: reader.values,
    wholeValues: reader.wholeValues,
    ...resolveStacks(reader.stacks, reader.stackAt, locations),
    labels: resolveLabels(reader.labelSets, stringCount),
  }
}

/** First bytes of the fields of a sample: number and wire type 2. */
const [packedLocationsTag, packedValuesTag, labelTag] = [0x0a, 0x12, 0x1a]

/** Reads samples one by one; stacks and label sets are told apart by their bytes and resolved afterwards, each once. */
class SampleReader {
  readonly stackOf: Uint32Array
  readonly labelsOf: Uint32Array
  readonly values: Float64Array
  readonly wholeValues = new Map<number, bigint>()
  readonly stacks = new Interner('distinct stacks')
  /** Where the first sample with each stack stands. */
  readonly stackAt = new GrowableIndices()
  readonly labelSets = new Interner('distinct label sets')
  readonly #bytes: Uint8Array
  readonly #types: number
  readonly #cursor: WireCursor
  readonly #packed: WireCursor
  readonly #stack: Pieces
  readonly #labels: Pieces
  #valueCount = 0

  constructor(bytes: Uint8Array, count: number, types: number) {
    this.#bytes = bytes
    this.#types = types
    this.stackOf = new Uint32Array(count)
    this.labelsOf = new Uint32Array(count)
    this.values = new Float64Array(count * types)
    this.labelSets.add(bytes, 0, 0)
    this.#cursor = new WireCursor(bytes)
    this.#packed = new WireCursor(bytes)
    this.#stack = new Pieces(bytes)
    this.#labels = new Pieces(bytes)
  }

  read(start: number, stop: number, sample: number): void {
    this.#clear()
    if (!this.#readPlain(start, stop, sample)) {
      this.#clear()
      this.#readAny(start, stop, sample)
    }
    if (this.#valueCount !== this.#types) {
      throw errors.malformed(format, start, `a sample has ${this.#valueCount} values for ${this.#types} sample types`)
    }
    const before = this.stacks.count
    if (this.#stack.length > stackDepthMax * varintBytesMax) throw errors.limit('locations of one sample', stackDepthMax)
    this.stackOf[sample] = this.#stack.intern(this.stacks)
    if (this.stacks.count > before) this.stackAt.push(start)
    this.labelsOf[sample] = this.#labels.intern(this.labelSets)
  }

  #clear(): void {
    this.#valueCount = 0
    this.#stack.clear()
    this.#labels.clear()
  }

  /** Samples as Go writes them: packed locations and values, labels, none longer than 16 KiB. False leaves the sample to `#readAny`. */
  #readPlain(start: number, stop: number, sample: number): boolean {
    const bytes = this.#bytes
    for (let at = start; at < stop;) {
      const fieldAt = at
      const tag = bytes[at++]!
      let length = bytes[at++]!
      if (length >= 0x80) {
        const high = bytes[at++]!
        if (high >= 0x80) return false
        length = (length & 0x7f) | (high << 7)
      }
      const end = at + length
      if (!(end <= stop)) return false
      if (tag === packedLocationsTag) this.#stack.add(at, end)
      else if (tag === labelTag) this.#labels.add(fieldAt, end)
      else if (tag !== packedValuesTag || !this.#plainValues(at, end, sample)) return false
      at = end
    }
    return true
  }

  /** False where a value takes more than four bytes. */
  #plainValues(start: number, end: number, sample: number): boolean {
    const bytes = this.#bytes
    for (let at = start; at < end;) {
      let byte = bytes[at++]!
      let value = byte & 0x7f
      for (let shift = 7; byte >= 0x80; shift += 7) {
        if (shift > 21 || at >= end) return false
        byte = bytes[at++]!
        value |= (byte & 0x7f) << shift
      }
      if (this.#valueCount < this.#types) this.values[sample * this.#types + this.#valueCount] = value
      this.#valueCount++
    }
    return true
  }

  #readAny(start: number, stop: number, sample: number): void {
    const cursor = this.#cursor
    cursor.at = start
    cursor.end = stop
    for (let fieldAt = start; cursor.next(); fieldAt = cursor.at) {
      if (cursor.field === 1) this.#location(cursor)
      else if (cursor.field === 2) this.#value(cursor, sample)
      else if (cursor.field === 3) {
        cursor.need(2)
        this.#labels.add(fieldAt, cursor.at)
      }
    }
  }

  #location(cursor: WireCursor): void {
    if (cursor.wireType === 2) this.#stack.add(cursor.start, cursor.stop)
    else {
      cursor.need(0)
      this.#stack.addVarint(cursor.low, cursor.high)
    }
  }

  #value(cursor: WireCursor, sample: number): void {
    if (cursor.wireType !== 2) {
      cursor.need(0)
      this.#addValue(cursor, sample)
      return
    }
    const packed = this.#packed
    packed.at = cursor.start
    packed.end = cursor.stop
    while (packed.at < packed.end) {
      packed.varint()
      this.#addValue(packed, sample)
    }
  }

  #addValue(from: WireCursor, sample: number): void {
    if (this.#valueCount < this.#types) {
      const at = sample * this.#types + this.#valueCount
      this.values[at] = from.signed()
      if (from.high >= 0x200000 && from.high < 0xffe00000) {
        if (this.wholeValues.size >= wholeValuesMax) throw errors.limit('values beyond 2^53 of a profile', wholeValuesMax)
        this.wholeValues.set(at, from.signedWhole())
      }
    }
    this.#valueCount++
  }
}

/** Bytes of one thing, of which the file may have several pieces: nearly always one, which is then not copied. */
class Pieces {
  readonly #bytes: Uint8Array
  #start = 0
  #end = 0
  readonly #joined: number[] = []

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get length(): number {
    return this.#joined.length + this.#end - this.#start
  }

  clear(): void {
    this.#start = this.#end = 0
    if (this.#joined.length > 0) this.#joined.length = 0
  }

  add(start: number, end: number): void {
    if (this.#start === this.#end && this.#joined.length === 0) {
      this.#start = start
      this.#end = end
    } else if (this.#end === start && this.#joined.length === 0) this.#end = end
    else {
      this.#join()
      for (let at = start; at < end; at++) this.#push(this.#bytes[at]!)
    }
  }

  addVarint(low: number, high: number): void {
    this.#join()
    let rest = (BigInt(high) << 32n) | BigInt(low)
    for (; rest >= 0x80n; rest >>= 7n) this.#push(Number(rest & 0x7fn) | 0x80)
    this.#push(Number(rest))
  }

  #join(): void {
    for (let at = this.#start; at < this.#end; at++) this.#push(this.#bytes[at]!)
    this.#start = this.#end = 0
  }

  #push(byte: number): void {
    if (this.#joined.length >= scatteredBytesMax) throw errors.limit('scattered bytes of a sample', scatteredBytesMax)
    this.#joined.push(byte)
  }

  intern(into: Interner): number {
    if (this.#joined.length === 0) return into.add(this.#bytes, this.#start, this.#end)
    const joined = Uint8Array.from(this.#joined)
    return into.add(joined, 0, joined.length)
  }
}

function resolveStacks(
  stacks: Interner,
  stackAt: GrowableIndices,
  locations: IdIndex,
): Pick<SampleColumns, 'stackStart' | 'stackLocation'> {
  const {bytes, starts} = stacks.finish()
  let ids = 0
  for (const byte of bytes) if (byte < 0x80) ids++
  if (ids > stackLocationsMax) throw errors.limit('locations of the stacks of a profile', stackLocationsMax)
  const stackStart = new Uint32Array(stacks.count + 1)
  const stackLocation = new Uint32Array(ids)
  const cursor = new WireCursor(bytes)
  let used = 0
  for (let stack = 0; stack < stacks.count; stack++) {
    cursor.at = starts[stack]!
    cursor.end = starts[stack + 1]!
    while (cursor.at < cursor.end) {
      const at = cursor.at
      let location: number
      try {
        cursor.varint()
      } catch {
        throw errors.malformed(format, stackAt.at(stack), `location ${at - starts[stack]!} of a sample is cut off, in the sample`)
      }
      location = locations.get(cursor.low, cursor.high)
      if (location < 0) {
        throw errors.malformed(format, stackAt.at(stack), `location ${cursor.unsignedWhole()} does not exist, named by the sample`)
      }
      stackLocation[used++] = location
    }
    if (used - stackStart[stack]! > stackDepthMax) throw errors.limit('locations of one sample', stackDepthMax)
    stackStart[stack + 1] = used
  }
  return {stackStart, stackLocation: stackLocation.subarray(0, used)}
}

function resolveLabels(sets: Interner, stringCount: number): LabelColumns {
  const {bytes, starts} = sets.finish()
  const start = new Uint32Array(sets.count + 1)
  const [key, string, number, unit] = [new GrowableIndices(), new GrowableIndices(), new GrowableNumbers(), new GrowableIndices()]
  const outer = new WireCursor(bytes)
  const inner = new WireCursor(bytes)
  for (let set = 0; set < sets.count; set++) {
    outer.at = starts[set]!
    outer.end = starts[set + 1]!
    while (outer.next()) {
      inner.at = outer.start
      inner.end = outer.stop
      const fields = [0, 0, 0, 0, 0]
      while (inner.next()) {
        if (inner.field < 1 || inner.field > 4) continue
        inner.need(0)
        fields[inner.field] = inner.signed()
      }
      for (const index of [1, 2, 4]) checked(fields[index]!, stringCount, 'label string')
      // A label with neither text, number nor unit says nothing; pprof drops it (profile/encode.go, postDecode).
      if (fields[2] === 0 && fields[3] === 0 && fields[4] === 0) continue
      if (key.length >= labelsMax) throw errors.limit('labels of the samples of a profile', labelsMax)
      if (key.length - start[set]! >= sampleLabelsMax) throw errors.limit('labels of one sample', sampleLabelsMax)
      key.push(fields[1]!)
      string.push(fields[2]!)
      number.push(fields[3]!)
      unit.push(fields[4]!)
    }
    start[set + 1] = key.length
  }
  return {count: sets.count, start, key: key.indices(), string: string.indices(), number: number.floats(), unit: unit.indices()}
}
