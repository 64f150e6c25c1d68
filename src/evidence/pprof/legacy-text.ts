// The text profiles of runtime/pprof (`?debug=1`) and of C++ programs: heap, contention, counts of goroutines and threads, threadz.
// Grammar and scaling follow github.com/google/pprof/profile/legacy_profile.go. Addresses only; the names that Go writes into comments are taken on request.
import {RE2JS} from 're2js'
import {errors} from '../../base/errors.ts'
import type {ProfileColumns} from './columns.ts'
import {finishDraft, groupsOf, LegacyDraft, legacyFramesMax, readMemoryMap} from './legacy-draft.ts'
import {LineScanner} from './line-scanner.ts'

const countStart = RE2JS.compile('\\A(\\S+) profile: total \\d+\\z')
const countLine = /^(\d+) @((?: 0x[0-9a-f]+)+)$/
const heapHeader = RE2JS.compile('heap profile: *(\\d+): *(\\d+) *\\[ *(\\d+): *(\\d+) *\\] *@ *(heap[_a-z0-9]*)/?(\\d*)')
const growthHeader = RE2JS.compile('heap profile: *(\\d+): *(\\d+) *\\[ *(\\d+): *(\\d+) *\\] @ (?:growthz?|fragmentationz?)')
// Lines as writers of profiles write them: no part can be taken for the next one, so that the host's engine does not search twice.
const usualHeapLine = /^(-?\d+): *(-?\d+) *\[ *(\d+): *(\d+) *\] @([ x0-9a-f]*)$/
const usualContentionLine = /^(\d+) +(\d+) @([ x0-9a-f]*)$/
const heapLine = RE2JS.compile('(-?\\d+): *(-?\\d+) *\\[ *(\\d+): *(\\d+) *] @([ x0-9a-f]*)')
const contentionLine = RE2JS.compile('(\\d+) *(\\d+) @([ x0-9a-f]*)')
const threadzStart = RE2JS.compile('--- threadz \\d+ ---')
const threadStart = RE2JS.compile('--- Thread ([0-9A-Fa-f]+) \\(name: (.*)/(\\d+)\\) stack: ---')
const usualThreadStart = /^--- Thread ([0-9A-Fa-f]+) \(name: ([^/]*)\/(\d+)\) stack: ---$/
const hexNumber = /0x[0-9a-f]+/g
/** `#	0x4eb27d	sync.(*Mutex).Unlock+0x3d	sync/mutex.go:65`, written by printStackRecord of runtime/pprof/pprof.go. */
const symbolComment = RE2JS.compile('^#\\s+(0x[0-9a-f]+)\\s+(\\S.*)\\+0x[0-9a-f]+\\s+(.*):(\\d+)$')

const heads = ['heap profile:', '--- contentionz ', '--- mutex:', '--- contention:', '--- threadz ', '--- Thread ', '--- heapz ']

/** What a text profile starts with. `goroutine profile:` is left to the family that reads goroutine dumps. */
export function looksLikeLegacyText(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.subarray(0, 512))
  const first = text.split('\n').find(line => !isSpaceOrComment(line))
  if (first === undefined) return false
  if (heads.some(start => first.startsWith(start))) return true
  return /^threadcreate profile: total \d+\r?$/.test(first)
}

export interface LegacyOptions {
  /** Take function names and lines from the comments that Go writes. pprof does not. */
  readonly symbols: boolean
}

/** The profile; undefined when no reader knows the text. */
export function decodeLegacyText(bytes: Uint8Array, options: LegacyOptions): ProfileColumns | undefined {
  for (const read of [readHeap, readCounts, readThreads, readContention]) {
    const scanner = new LineScanner(bytes)
    const draft = read(scanner, options)
    if (draft === undefined) continue
    readAdditionalSections(scanner, draft)
    if (draft.samples.length > 0 && draft.sampleTypes[0]?.type === 'thread') dropDuplicateLeaves(draft)
    return finishDraft(draft)
  }
  return undefined
}

const isSpaceOrComment = (line: string): boolean => {
  const trimmed = line.trim()
  return trimmed === '' || trimmed.startsWith('#')
}

const isMapSentinel = (line: string): boolean => line.includes('--- Memory map: ---') || line.includes('MAPPED_LIBRARIES:')

function readAdditionalSections(scanner: LineScanner, draft: LegacyDraft): void {
  while (!isMapSentinel(scanner.text) && scanner.scan());
  readMemoryMap(scanner, draft)
}

const malformed = (scanner: LineScanner, what: string) => errors.malformed('pprof text', scanner.lineAt, `${what}, in the line that starts`)

function addressesOf(scanner: LineScanner, text: string): bigint[] {
  return [...text.matchAll(hexNumber)].map(([digits]) => {
    const address = BigInt(digits)
    if (address >= 1n << 64n) throw malformed(scanner, `${digits} is no 64-bit address`)
    return address
  })
}

/** int64 from decimal digits; rounded above 2^53. */
function integer(scanner: LineScanner, digits: string): number {
  const value = BigInt(digits)
  if (BigInt.asIntN(64, value) !== value) throw malformed(scanner, `${digits} is no 64-bit integer`)
  return Number(value)
}

/** Groups of a match anywhere in the line. */
function lineGroups(scanner: LineScanner, usual: RegExp, pattern: RE2JS, text: string): readonly string[] | undefined {
  const found = usual.exec(text)
  if (found !== null) return found
  scanner.irregular(text)
  return groupsOf(pattern, text)
}

/** Longest comment in which a name is looked for. */
const commentBytesMax = 8192

/** Reads Go's comments behind a sample: the frames of its addresses, leaf first. */
class SymbolComments {
  readonly #draft: LegacyDraft
  readonly #open = new Set<number>()

  constructor(draft: LegacyDraft) {
    this.#draft = draft
  }

  /** A sample begins: its locations that have no lines yet will get them from what follows. */
  begin(stack: readonly number[]): void {
    this.#open.clear()
    for (const location of stack) if (!this.#draft.lines.has(location)) this.#open.add(location)
  }

  read(line: string): void {
    if (this.#open.size === 0 || !line.startsWith('#\t')) return
    if (line.length > commentBytesMax) return
    const [, address = '', name = '', file = '', number = ''] = groupsOf(symbolComment, line) ?? []
    if (address === '') return
    const location = this.#draft.known(BigInt(address))
    if (location === undefined || !this.#open.has(location)) return
    this.#draft.addLine(location, {function: name, file, line: Number(number)})
  }
}

function readHeap(scanner: LineScanner, options: LegacyOptions): LegacyDraft | undefined {
  if (!scanner.scan()) return undefined
  const draft = new LegacyDraft()
  draft.periodType = {type: 'space', unit: 'bytes'}
  let scaled = false
  let hasAlloc = false
  const header = groupsOf(heapHeader, scanner.text)
  if (header !== undefined) {
    const [, objects, bytes, allocObjects, allocBytes, kind = '', rate = ''] = header
    hasAlloc = (allocObjects !== objects && allocObjects !== '0') || (allocBytes !== bytes && allocBytes !== '0')
    const period = rate === '' ? 0 : integer(scanner, rate)
    if (kind === 'heapz_v2' || kind === 'heap_v2') [scaled, draft.period] = [true, period]
    else if (kind === 'heapprofile') draft.period = 1
    else if (kind === 'heap') [scaled, draft.period] = [true, Math.trunc(period / 2)]
    else return undefined
  } else if (groupsOf(growthHeader, scanner.text) !== undefined) draft.period = 1
  else return undefined
  const pair = (prefix: string) => [
    {type: `${prefix}objects`, unit: 'count'},
    {type: `${prefix}space`, unit: 'bytes'},
  ]
  draft.sampleTypes = hasAlloc ? [...pair('alloc_'), ...pair('inuse_')] : pair('')
  const comments = new SymbolComments(draft)
  while (scanner.scan()) {
    if (isSpaceOrComment(scanner.text)) {
      if (options.symbols) comments.read(scanner.text)
      continue
    }
    if (isMapSentinel(scanner.text)) break
    const sample = heapSample(scanner, draft, hasAlloc, scaled)
    draft.add(sample)
    comments.begin(sample.stack)
  }
  return draft
}

function heapSample(scanner: LineScanner, draft: LegacyDraft, hasAlloc: boolean, scaled: boolean) {
  const groups = lineGroups(scanner, usualHeapLine, heapLine, scanner.text.trim())
  if (groups === undefined) throw malformed(scanner, 'this is no heap sample')
  const [, objects = '', bytes = '', allocObjects = '', allocBytes = '', addresses = ''] = groups
  const values: number[] = []
  let blockSize = 0
  const addValues = (countText: string, sizeText: string) => {
    const [count, size] = [integer(scanner, countText), integer(scanner, sizeText)]
    if (count === 0 && size !== 0) throw malformed(scanner, `no objects but ${size} bytes`)
    if (count !== 0) blockSize = Math.trunc(size / count)
    values.push(...(scaled && count !== 0 ? unsampled(count, size, draft.period) : [count, size]))
  }
  if (hasAlloc) addValues(allocObjects, allocBytes)
  addValues(objects, bytes)
  const stack = addressesOf(scanner, addresses).map(address => draft.location(address - 1n))
  return {stack, values, bytes: blockSize}
}

/** A heap sample stands for more: the chance of a block to be met is 1 − e^(−size/rate) (scaleHeapSample). */
function unsampled(count: number, size: number, rate: number): [number, number] {
  if (count === 0 || size === 0) return [0, 0]
  if (rate <= 1) return [count, size]
  const factor = 1 / (1 - Math.exp(-(size / count) / rate))
  return [Math.trunc(count * factor), Math.trunc(size * factor)]
}

function readCounts(scanner: LineScanner, options: LegacyOptions): LegacyDraft | undefined {
  while (scanner.scan() && isSpaceOrComment(scanner.text));
  const kind = groupsOf(countStart, scanner.text)?.[1]
  if (kind === undefined) return undefined
  const draft = new LegacyDraft()
  draft.periodType = {type: kind, unit: 'count'}
  draft.sampleTypes = [draft.periodType]
  draft.period = 1
  const comments = new SymbolComments(draft)
  while (scanner.scan()) {
    if (isSpaceOrComment(scanner.text)) {
      if (options.symbols) comments.read(scanner.text)
      continue
    }
    if (scanner.text.startsWith('---')) break
    const groups = countLine.exec(scanner.text)
    if (groups === null) throw malformed(scanner, 'this is no count of stacks')
    const stack = addressesOf(scanner, groups[2] ?? '').map(address => draft.location(address - 1n))
    draft.add({stack, values: [integer(scanner, groups[1] ?? '')], bytes: undefined})
    comments.begin(stack)
  }
  return draft
}

function readContention(scanner: LineScanner, options: LegacyOptions): LegacyDraft | undefined {
  if (!scanner.scan()) return undefined
  if (!['--- contentionz ', '--- mutex:', '--- contention:'].some(start => scanner.text.startsWith(start))) return undefined
  const draft = new LegacyDraft()
  draft.periodType = {type: 'contentions', unit: 'count'}
  draft.sampleTypes = [draft.periodType, {type: 'delay', unit: 'nanoseconds'}]
  draft.period = 1
  const cpuHz = readContentionAttributes(scanner, draft)
  const comments = new SymbolComments(draft)
  do {
    const line = scanner.text.trim()
    if (line.startsWith('---')) break
    if (isSpaceOrComment(line)) {
      if (options.symbols) comments.read(scanner.text)
      continue
    }
    const groups = lineGroups(scanner, usualContentionLine, contentionLine, line)
    if (groups === undefined) throw malformed(scanner, 'this is no contention sample')
    let [delay, count] = [integer(scanner, groups[1] ?? ''), integer(scanner, groups[2] ?? '')]
    if (draft.period > 0) {
      if (cpuHz > 0) delay = Math.trunc((delay * draft.period) / (cpuHz / 1e9))
      count *= draft.period
    }
    const stack = addressesOf(scanner, groups[3] ?? '').map(address => draft.location(address - 1n))
    draft.add({stack, values: [count, delay], bytes: undefined})
    comments.begin(stack)
  } while (scanner.scan())
  return draft
}

/** Lines `name = value` before the samples; answers cycles per second, 0 when unknown. */
function readContentionAttributes(scanner: LineScanner, draft: LegacyDraft): number {
  let cpuHz = 0
  while (scanner.scan()) {
    const line = scanner.text.trim()
    if (isSpaceOrComment(line)) continue
    const equals = line.indexOf('=')
    if (line.startsWith('---') || equals < 0) break
    const [key, value] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()]
    if (key === 'discarded samples') continue
    if (!/^[+-]?(?:\d+|0x[0-9a-f]+)$/i.test(value)) throw malformed(scanner, `${key} is no number`)
    const number = integer(scanner, value)
    if (key === 'cycles/second') cpuHz = number
    else if (key === 'sampling period') draft.period = number
    else if (key === 'ms since reset') draft.durationNanos = BigInt(number) * 1_000_000n
    else throw malformed(scanner, `the attribute ${key} is not known`)
  }
  return cpuHz
}

function readThreads(scanner: LineScanner): LegacyDraft | undefined {
  while (scanner.scan() && isSpaceOrComment(scanner.text));
  if (groupsOf(threadzStart, scanner.text) !== undefined) {
    while (scanner.scan() && !isMapSentinel(scanner.text) && !scanner.text.startsWith('-'));
  } else if (groupsOf(threadStart, scanner.text) === undefined) return undefined
  const draft = new LegacyDraft()
  draft.periodType = {type: 'thread', unit: 'count'}
  draft.sampleTypes = [draft.periodType]
  draft.period = 1
  while (!isMapSentinel(scanner.text) && !scanner.text.startsWith('---- no stack trace for')) {
    if (lineGroups(scanner, usualThreadStart, threadStart, scanner.text.trim()) === undefined) throw malformed(scanner, 'this is no thread')
    const addresses = threadAddresses(scanner)
    if (addresses.length === 0) {
      const last = draft.samples.at(-1)
      if (last !== undefined) last.values[0] = last.values[0]! + 1
    } else {
      // Every frame but the leaf is a return address.
      const stack = addresses.map((address, index) => draft.location(index > 0 ? address - 1n : address))
      draft.add({stack, values: [1], bytes: undefined})
    }
    if (scanner.text === '') break
  }
  return draft
}

function threadAddresses(scanner: LineScanner): bigint[] {
  const addresses: bigint[] = []
  let same = false
  while (scanner.scan()) {
    const line = scanner.text.trim()
    if (line.startsWith('---')) break
    if (line.includes('same as previous thread')) same = true
    else for (const address of addressesOf(scanner, line)) addresses.push(address)
    if (addresses.length > legacyFramesMax) throw errors.limit('addresses of the samples of a legacy profile', legacyFramesMax)
  }
  return same ? [] : addresses
}

/** The leaf can be there twice, once as a return address: the second one goes (cleanupDuplicateLocations). */
export function dropDuplicateLeaves(draft: LegacyDraft): void {
  for (const sample of draft.samples) {
    const [leaf, caller] = sample.stack
    if (leaf === undefined || caller === undefined) continue
    if (draft.addresses[leaf] === BigInt.asUintN(64, draft.addresses[caller]! + 1n)) sample.stack.splice(1, 1)
  }
}
