// The memory map behind the samples of a legacy profile: which binary each address lies in.
// Follows ParseMemoryMap, massageMappings and remapMappingIDs of github.com/google/pprof/profile/legacy_profile.go and profile.go.
import {RE2JS} from 're2js'
import {errors} from '../../base/errors.ts'
import type {LineScanner} from './line-scanner.ts'
import {mappingLookup, wrapped} from './mapping-lookup.ts'
import type {MapEntry} from './mapping-lookup.ts'

/** Parts of binaries that can be executed; every address is looked up among all of them. */
const mappingsMax = 4096
/** Bytes of a memory map; /proc/self/maps of large programs has a few hundred thousand. */
export const memoryMapBytesMax = 16 * 1024 * 1024
/** `name=value` lines of a memory map, and bytes of a line once they are put in. */
const attributesMax = 128
const replacedBytesMax = 64 * 1024

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
export async function readMemoryMap(scanner: LineScanner, mappings: MapEntry[]): Promise<void> {
  const attributes: Attribute[] = []
  const began = scanner.lineAt
  while (scanner.scan() || (await scanner.more())) {
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
      if (mappings.length >= mappingsMax) throw errors.limit('mappings of a profile', mappingsMax)
      mappings.push(entry)
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
export function tidiedMappings(entries: readonly MapEntry[]): MapEntry[] {
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
  return a.offset === 0n || b.offset === 0n || wrapped(a.offset + (a.limit - a.start)) === b.offset
}

/** Where many Linux binaries are loaded; a main mapping that starts behind it was remapped in parts. */
const expectedStart = 0x400000n

/** Mapping of each address; addresses outside every mapping share one that covers everything. */
export function assignMappings(mappings: MapEntry[], addresses: BigUint64Array): Int32Array {
  if (mappings.length > 1 && mappings[0]!.file.startsWith('/anon_hugepage') && mappings[0]!.limit === mappings[1]!.start) mappings.shift()
  const main = mappings[0]
  if (main !== undefined && wrapped(main.start - main.offset) === expectedStart) {
    main.start = expectedStart
    main.offset = 0n
  }
  const mappingOf = mappingLookup(mappings)
  return Int32Array.from(addresses, address => (address === 0n ? -1 : mappingOf(address)))
}
