// A profile of raw addresses while a legacy reader puts it together, and the memory map that says which binary each address lies in.
// Follows ParseMemoryMap, massageMappings and remap…IDs of github.com/google/pprof/profile/legacy_profile.go and profile.go.
import {legacyFrames} from './legacy-frames.ts'
import {RE2JS} from 're2js'
import {errors} from '../../base/errors.ts'
import type {Mapping, ProfileColumns, ValueType} from './columns.ts'
import {GrowableNumbers} from './growable.ts'
import {Interner} from './interner.ts'
import type {LineScanner} from './line-scanner.ts'
import {StringTable} from './string-table.ts'

/** Samples of one legacy profile; each is a few hundred bytes of memory, and real ones have thousands. */
export const legacySamplesMax = 1_000_000
/** Addresses of all samples together, and different ones among them. */
export const legacyFramesMax = 16_000_000
export const legacyAddressesMax = 1_000_000
/** Lines of source that comments give for all addresses together. */
export const legacyLinesMax = 1_000_000
/** Parts of binaries that can be executed; every address is looked up among all of them. */
const mappingsMax = 4096
/** Bytes of a memory map; /proc/self/maps of large programs has a few hundred thousand. */
export const memoryMapBytesMax = 16 * 1024 * 1024
/** `name=value` lines of a memory map, and bytes of a line once they are put in. */
const attributesMax = 128
const replacedBytesMax = 64 * 1024

export interface DraftSample {
  /** Indices of locations, leaf first. */
  stack: number[]
  readonly values: number[]
  /** Block size, for heap profiles. */
  readonly bytes: number | undefined
}

/** One line of source that a comment in the file gives for an address. */
export interface DraftLine {
  readonly function: string
  readonly file: string
  readonly line: number
}

export class LegacyDraft {
  sampleTypes: readonly ValueType[] = []
  periodType: ValueType = {type: '', unit: ''}
  period = 0
  durationNanos = 0n
  readonly samples: DraftSample[] = []
  readonly addresses: bigint[] = []
  readonly lines = new Map<number, DraftLine[]>()
  mappings: MapEntry[] = []
  readonly #byAddress = new Map<bigint, number>()
  #frames = 0
  #lines = 0

  location(address: bigint): number {
    const wrapped = BigInt.asUintN(64, address)
    let index = this.#byAddress.get(wrapped)
    if (index === undefined) {
      index = this.addresses.length
      if (index >= legacyAddressesMax) throw errors.limit('different addresses of a legacy profile', legacyAddressesMax)
      this.addresses.push(wrapped)
      this.#byAddress.set(wrapped, index)
    }
    return index
  }

  known(address: bigint): number | undefined {
    return this.#byAddress.get(address)
  }

  add(sample: DraftSample): void {
    if (this.samples.length >= legacySamplesMax) throw errors.limit('samples of a legacy profile', legacySamplesMax)
    this.#frames += sample.stack.length
    if (this.#frames > legacyFramesMax) throw errors.limit('addresses of the samples of a legacy profile', legacyFramesMax)
    this.samples.push(sample)
  }

  addLine(location: number, line: DraftLine): void {
    if (++this.#lines > legacyLinesMax) throw errors.limit('lines of source of a legacy profile', legacyLinesMax)
    const known = this.lines.get(location)
    if (known === undefined) this.lines.set(location, [line])
    else known.push(line)
  }
}

export interface MapEntry {
  start: bigint
  limit: bigint
  offset: bigint
  file: string
  buildId: string
}

// Patterns over outside input run on the linear-time engine. Their meaning is that of procMapsRE, briefMapsRE and logInfoRE.
const hex = '(?:0x)?([0-9A-Fa-f]+)'
const hexRange = `\\s*${hex}[\\s-]?\\s*${hex}:?`
const procMaps = RE2JS.compile(
  `^${hexRange}(?:\\s+([-rwxp]+))?(?:\\s+([0-9A-Fa-f]+))?\\s+[0-9A-Fa-f]+:[0-9A-Fa-f]+\\s+[0-9]+(?:\\s+(\\S+))?`,
)
const briefMaps = RE2JS.compile(`^${hexRange}(?:\\s+([-rwxp]+))?(?:\\s+(\\S+))?(?:\\s+\\(@([0-9A-Fa-f]+)\\))?(?:\\s+([0-9A-Fa-f]+))?`)
const logInfo = RE2JS.compile('^[^\\[\\]]+:[0-9]+]\\s')

/** Groups of a match, '' for those that took no part; undefined when nothing matches. */
export function groupsOf(pattern: RE2JS, text: string): string[] | undefined {
  const matcher = pattern.matcher(text)
  if (!matcher.find()) return undefined
  return Array.from({length: matcher.groupCount() + 1}, (_, group) => matcher.group(group) ?? '')
}

/** Reads `start-limit …` lines to the end; what is none is passed over, `name=value` lines replace `$name` in those that follow. */
export function readMemoryMap(scanner: LineScanner, draft: LegacyDraft): void {
  const attributes: Attribute[] = []
  const began = scanner.lineAt
  while (scanner.scan()) {
    if (scanner.lineAt - began > memoryMapBytesMax) throw errors.limit('bytes of the memory map of a profile', memoryMapBytesMax)
    let line = scanner.text
    const info = logInfo.matcher(line)
    if (info.find()) line = line.slice(info.end())
    line = withAttributes(line, attributes)
    const entry = mapEntry(line)
    if (entry === 'other') {
      const equals = line.indexOf('=')
      if (equals < 0) continue
      if (attributes.length >= attributesMax) throw errors.limit('attributes of the memory map of a profile', attributesMax)
      attributes.push({reference: `$${line.slice(0, equals).trim()}`, value: line.slice(equals + 1).trim()})
    } else if (entry !== 'not-executable') {
      if (draft.mappings.length >= mappingsMax) throw errors.limit('mappings of a profile', mappingsMax)
      draft.mappings.push(entry)
    }
  }
}

interface Attribute {
  readonly reference: string
  readonly value: string
}

/** Puts values in the place of references, in one pass and the first that fits in the order of the file (strings.Replacer). */
function withAttributes(line: string, attributes: readonly Attribute[]): string {
  if (attributes.length === 0) return line
  let [replaced, from] = ['', 0]
  for (let at = line.indexOf('$'); at >= 0; at = line.indexOf('$', Math.max(from, at + 1))) {
    const found = attributes.find(({reference}) => line.startsWith(reference, at))
    if (found === undefined) continue
    replaced += line.slice(from, at) + found.value
    from = at + found.reference.length
    if (replaced.length > replacedBytesMax) throw errors.limit('length of a line of a memory map in bytes', replacedBytesMax)
  }
  return replaced + line.slice(from)
}

function mapEntry(line: string): MapEntry | 'other' | 'not-executable' {
  const proc = groupsOf(procMaps, line)
  const brief = proc === undefined ? groupsOf(briefMaps, line) : undefined
  let [start, limit, permissions, offset, file, buildId] = ['', '', '', '', '', '']
  if (proc !== undefined) [, start = '', limit = '', permissions = '', offset = '', file = ''] = proc
  else if (brief !== undefined) [, start = '', limit = '', permissions = '', file = '', offset = '', buildId = ''] = brief
  else return 'other'
  if (permissions !== '' && !permissions.includes('x')) return 'not-executable'
  if ([start, limit, offset].some(digits => BigInt(`0x${digits === '' ? '0' : digits}`) >= 1n << 64n)) return 'other'
  return {start: BigInt(`0x${start}`), limit: BigInt(`0x${limit}`), offset: BigInt(`0x${offset === '' ? '0' : offset}`), file, buildId}
}

const library = /[.]so$|[.]so[._][0-9]+/

/** Joins neighbouring parts of one binary and puts what looks like the main one first. */
function tidiedMappings(entries: readonly MapEntry[]): MapEntry[] {
  const joined: MapEntry[] = []
  for (const entry of entries) {
    const last = joined.at(-1)
    if (last === undefined || !adjacent(last, entry)) {
      joined.push({...entry})
      continue
    }
    last.limit = entry.limit
    if (entry.file !== '') last.file = entry.file
    if (entry.buildId !== '') last.buildId = entry.buildId
  }
  const main = joined.findIndex(({file}) => {
    const name = file.replaceAll('(deleted)', '').trim()
    return name !== '' && !library.test(name) && !name.startsWith('[')
  })
  if (main > 0) [joined[0], joined[main]] = [joined[main]!, joined[0]!]
  return joined
}

function adjacent(a: MapEntry, b: MapEntry): boolean {
  if (a.file !== '' && b.file !== '' && a.file !== b.file) return false
  if (a.buildId !== '' && b.buildId !== '' && a.buildId !== b.buildId) return false
  if (a.limit !== b.start) return false
  return a.offset === 0n || b.offset === 0n || a.offset + (a.limit - a.start) === b.offset
}

/** Where many Linux binaries are loaded; a main mapping that starts behind it was remapped in parts. */
const expectedStart = 0x400000n

/** Mapping of each address; addresses outside every mapping share one that covers everything. */
function assignMappings(mappings: MapEntry[], addresses: readonly bigint[]): Int32Array {
  if (mappings.length > 1 && mappings[0]!.file.startsWith('/anon_hugepage') && mappings[0]!.limit === mappings[1]!.start) mappings.shift()
  const main = mappings[0]
  if (main !== undefined && main.start - main.offset === expectedStart) {
    main.start = expectedStart
    main.offset = 0n
  }
  let fake = -1
  return Int32Array.from(addresses, address => {
    if (address === 0n) return -1
    let index = mappings.findIndex(m => m.start <= address && address < m.limit)
    if (index >= 0) return index
    index = mappings.findIndex(m => m.offset !== 0n && m.start - m.offset <= address && address < m.start)
    if (index >= 0) {
      const mapping = mappings[index]!
      mapping.start -= mapping.offset
      mapping.offset = 0n
      return index
    }
    if (fake < 0) {
      fake = mappings.length
      mappings.push({start: 0n, limit: (1n << 64n) - 1n, offset: 0n, file: '', buildId: ''})
    }
    return fake
  })
}

/** Locations get ids in the order in which samples first use them; those no sample uses are left out. */
export function finishDraft(draft: LegacyDraft): ProfileColumns {
  const order = new Map<number, number>()
  const stacks = new Interner('distinct stacks')
  const types = draft.sampleTypes.length
  const count = draft.samples.length
  const [stackOf, labelsOf, values] = [new Uint32Array(count), new Uint32Array(count), new Float64Array(count * types)]
  const sizes = new Map<number, number>()
  for (const [sample, {stack, values: own, bytes}] of draft.samples.entries()) {
    const locations = Uint32Array.from(stack, index => {
      let position = order.get(index)
      if (position === undefined) order.set(index, (position = order.size))
      return position
    })
    const raw = new Uint8Array(locations.buffer)
    stackOf[sample] = stacks.add(raw, 0, raw.length)
    for (const [type, value] of own.entries()) values[sample * types + type] = value
    if (bytes === undefined) continue
    let set = sizes.get(bytes)
    if (set === undefined) sizes.set(bytes, (set = sizes.size + 1))
    labelsOf[sample] = set
  }
  const used = [...order.keys()]
  const addresses = used.map(index => draft.addresses[index]!)
  const mappings = tidiedMappings(draft.mappings)
  const locationMapping = assignMappings(mappings, addresses)
  const strings = StringTable.of([''])
  const interned = stacks.finish()
  const bytesKey = strings.add('bytes')
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
    sampleCount: count,
    stackOf,
    labelsOf,
    values,
    wholeValues: new Map(),
    stackStart: interned.starts.map(start => start / 4),
    stackLocation: new Uint32Array(interned.bytes.slice().buffer),
    labels: {
      count: sizes.size + 1,
      start: Uint32Array.from({length: sizes.size + 2}, (_, set) => Math.max(0, set - 1)),
      key: new Uint32Array(sizes.size).fill(bytesKey),
      string: new Uint32Array(sizes.size),
      number: Float64Array.from(sizes.keys()),
      unit: new Uint32Array(sizes.size),
    },
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
  used: readonly number[],
  strings: StringTable,
  addresses: readonly bigint[],
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
      address: BigUint64Array.from(addresses),
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
