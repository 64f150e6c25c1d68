// The text profiles of runtime/pprof (`?debug=1`) and of C++ programs: heap, contention, counts of goroutines and threads, threadz.
// Grammar and scaling follow github.com/google/pprof/profile/legacy_profile.go. Addresses only; the names that Go writes into comments are taken on request.
import {RE2JS} from 're2js'
import {errors} from '../../base/errors.ts'
import type {ProfileColumns} from './columns.ts'
import {dropDuplicateLeaves, finishDraft, LegacyDraft} from './legacy-draft.ts'
import type {LineScanner} from './line-scanner.ts'
import {groupsOf, readMemoryMap} from './memory-map.ts'

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
export async function decodeLegacyText(scanner: LineScanner, options: LegacyOptions): Promise<ProfileColumns | undefined> {
  const draft = await readSamples(scanner, options)
  if (draft === undefined) return undefined
  while (!isMapSentinel(scanner.text) && (scanner.scan() || (await scanner.more())));
  await readMemoryMap(scanner, draft.mappings)
  if (draft.sampleTypes[0]?.type === 'thread') dropDuplicateLeaves(draft)
  return finishDraft(draft)
}

/** Heap and contention profiles are told by the first line, the others by the first that is no comment. */
async function readSamples(scanner: LineScanner, options: LegacyOptions): Promise<LegacyDraft | undefined> {
  if (!(scanner.scan() || (await scanner.more()))) return undefined
  const first = (await readHeap(scanner, options)) ?? (await readContention(scanner, options))
  if (first !== undefined) return first
  while (isSpaceOrComment(scanner.text) && (scanner.scan() || (await scanner.more())));
  return (await readCounts(scanner, options)) ?? readThreads(scanner)
}

const isSpaceOrComment = (line: string): boolean => {
  const trimmed = line.trim()
  return trimmed === '' || trimmed.startsWith('#')
}

const isMapSentinel = (line: string): boolean => line.includes('--- Memory map: ---') || line.includes('MAPPED_LIBRARIES:')

const malformed = (scanner: LineScanner, what: string) => errors.malformed('pprof text', scanner.lineAt, `${what}, in the line that starts`)

/** Digits with their 0x of which a double holds every value. */
const doubleDigitsMax = 15

/** Puts the addresses of a line under the sample that is being read. A return address becomes one in the call before it; all are but the leaf of a thread. */
function addFrames(scanner: LineScanner, draft: LegacyDraft, text: string, leaf: 'returns' | 'runs'): void {
  for (const [digits] of text.matchAll(hexNumber)) {
    const back = leaf === 'returns' || draft.depth > 0
    if (digits.length <= doubleDigitsMax) {
      draft.frame(Number(digits) - (back ? 1 : 0))
      continue
    }
    const address = BigInt(digits)
    if (address >= 1n << 64n) throw malformed(scanner, `${digits} is no 64-bit address`)
    draft.frame(address - (back ? 1n : 0n))
  }
}

/** int64 from decimal digits; rounded above 2^53. */
function integer(scanner: LineScanner, digits: string): number {
  return digits.length <= doubleDigitsMax ? Number(digits) : whole(scanner, BigInt(digits), digits)
}

/** What strconv.ParseInt takes with base 0, but for underscores: 12, -0x1f, 0b101, 0o17, 017. */
const literal = /^([+-]?)(0x[\da-f]+|0b[01]+|0o?[0-7]+|[1-9]\d*|0)$/i

function literalInteger(scanner: LineScanner, text: string, what: string): number {
  const [, sign, digits] = literal.exec(text) ?? []
  if (digits === undefined) throw malformed(scanner, `${what} is no number`)
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits)
  return whole(scanner, sign === '-' ? -value : value, text)
}

function whole(scanner: LineScanner, value: bigint, text: string): number {
  if (BigInt.asIntN(64, value) !== value) throw malformed(scanner, `${text} is no 64-bit integer`)
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

  /** A sample was read: its locations that have no lines yet will get them from what follows. */
  begin(): void {
    this.#open.clear()
    for (const location of this.#draft.stack(this.#draft.sampleCount - 1)) if (!this.#draft.lines.has(location)) this.#open.add(location)
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

async function readHeap(scanner: LineScanner, options: LegacyOptions): Promise<LegacyDraft | undefined> {
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
  while (scanner.scan() || (await scanner.more())) {
    if (isSpaceOrComment(scanner.text)) {
      if (options.symbols) comments.read(scanner.text)
      continue
    }
    if (isMapSentinel(scanner.text)) break
    addHeapSample(scanner, draft, hasAlloc, scaled)
    if (options.symbols) comments.begin()
  }
  return draft
}

function addHeapSample(scanner: LineScanner, draft: LegacyDraft, hasAlloc: boolean, scaled: boolean): void {
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
  addFrames(scanner, draft, addresses, 'returns')
  draft.add(values, blockSize)
}

/** A heap sample stands for more: the chance of a block to be met is 1 − e^(−size/rate) (scaleHeapSample). */
function unsampled(count: number, size: number, rate: number): [number, number] {
  if (count === 0 || size === 0) return [0, 0]
  if (rate <= 1) return [count, size]
  const factor = 1 / (1 - Math.exp(-(size / count) / rate))
  return [Math.trunc(count * factor), Math.trunc(size * factor)]
}

async function readCounts(scanner: LineScanner, options: LegacyOptions): Promise<LegacyDraft | undefined> {
  const kind = groupsOf(countStart, scanner.text)?.[1]
  if (kind === undefined) return undefined
  const draft = new LegacyDraft()
  draft.periodType = {type: kind, unit: 'count'}
  draft.sampleTypes = [draft.periodType]
  draft.period = 1
  const comments = new SymbolComments(draft)
  while (scanner.scan() || (await scanner.more())) {
    if (isSpaceOrComment(scanner.text)) {
      if (options.symbols) comments.read(scanner.text)
      continue
    }
    if (scanner.text.startsWith('---')) break
    const groups = countLine.exec(scanner.text)
    if (groups === null) throw malformed(scanner, 'this is no count of stacks')
    addFrames(scanner, draft, groups[2] ?? '', 'returns')
    draft.add([literalInteger(scanner, groups[1] ?? '', 'the count')])
    if (options.symbols) comments.begin()
  }
  return draft
}

async function readContention(scanner: LineScanner, options: LegacyOptions): Promise<LegacyDraft | undefined> {
  if (!['--- contentionz ', '--- mutex:', '--- contention:'].some(start => scanner.text.startsWith(start))) return undefined
  const draft = new LegacyDraft()
  draft.periodType = {type: 'contentions', unit: 'count'}
  draft.sampleTypes = [draft.periodType, {type: 'delay', unit: 'nanoseconds'}]
  draft.period = 1
  const cpuHz = await readContentionAttributes(scanner, draft)
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
    addFrames(scanner, draft, groups[3] ?? '', 'returns')
    draft.add([count, delay])
    if (options.symbols) comments.begin()
  } while (scanner.scan() || (await scanner.more()))
  return draft
}

/** Lines `name = value` before the samples; answers cycles per second, 0 when unknown. */
async function readContentionAttributes(scanner: LineScanner, draft: LegacyDraft): Promise<number> {
  let cpuHz = 0
  while (scanner.scan() || (await scanner.more())) {
    const line = scanner.text.trim()
    if (isSpaceOrComment(line)) continue
    const equals = line.indexOf('=')
    if (line.startsWith('---') || equals < 0) break
    const [key, value] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()]
    if (key === 'discarded samples') continue
    const number = literalInteger(scanner, value, key)
    if (key === 'cycles/second') cpuHz = number
    else if (key === 'sampling period') draft.period = number
    else if (key === 'ms since reset') draft.durationNanos = BigInt(number) * 1_000_000n
    else throw malformed(scanner, `the attribute ${key} is not known`)
  }
  return cpuHz
}

async function readThreads(scanner: LineScanner): Promise<LegacyDraft | undefined> {
  if (groupsOf(threadzStart, scanner.text) !== undefined) {
    while ((scanner.scan() || (await scanner.more())) && !isMapSentinel(scanner.text) && !scanner.text.startsWith('-'));
  } else if (groupsOf(threadStart, scanner.text) === undefined) return undefined
  const draft = new LegacyDraft()
  draft.periodType = {type: 'thread', unit: 'count'}
  draft.sampleTypes = [draft.periodType]
  draft.period = 1
  while (!isMapSentinel(scanner.text) && !scanner.text.startsWith('---- no stack trace for')) {
    if (lineGroups(scanner, usualThreadStart, threadStart, scanner.text.trim()) === undefined) throw malformed(scanner, 'this is no thread')
    await readThread(scanner, draft)
    if (draft.depth === 0) draft.addAgain()
    else draft.add([1])
    if (scanner.text === '') break
  }
  return draft
}

/** The frames of one thread; none where it has the stack of the thread before. */
async function readThread(scanner: LineScanner, draft: LegacyDraft): Promise<void> {
  let same = false
  while (scanner.scan() || (await scanner.more())) {
    const line = scanner.text.trim()
    if (line.startsWith('---')) break
    if (line.includes('same as previous thread')) same = true
    else addFrames(scanner, draft, line, 'runs')
  }
  if (same) draft.dropFrames()
}
