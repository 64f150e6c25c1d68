// What counts as one row of a report: frames whose visible parts are equal after aggregation share a node.
// Follows nodeInfo, NodeInfo.PrintableName and compareNodes of github.com/google/pprof/internal/graph/graph.go.
import {basePath, cleanPath} from './go-format.ts'
import type {WorkingProfile} from './working-profile.ts'

/** All byte strings. */
export interface NodeInfo {
  readonly name: string
  readonly address: bigint
  readonly file: string
  readonly startLine: number
  readonly line: number
  readonly column: number
  readonly objectFile: string
}

export interface NodeTable {
  readonly infos: readonly NodeInfo[]
  /** Node of each line, by index into the profile's lines. */
  readonly ofLine: Uint32Array
  /** Node of each location that has no lines. */
  readonly ofLocation: Uint32Array
}

export function nodeTable(profile: WorkingProfile, objectNames: boolean): NodeTable {
  const infos: NodeInfo[] = []
  const known = new Map<string, number>()
  const find = (info: NodeInfo): number => {
    const key = nodeKey(info)
    let index = known.get(key)
    if (index === undefined) {
      index = infos.length
      infos.push(info)
      known.set(key, index)
    }
    return index
  }
  const {lines} = profile
  const files = profile.functionFile.map(file => (file === '' ? '' : cleanPath(file)))
  const ofLine = new Uint32Array(lines.functionOf.length)
  const ofLocation = new Uint32Array(profile.locationCount)
  for (let location = 0; location < profile.locationCount; location++) {
    const objectFile = profile.mappings[profile.locationMapping[location]!]?.file ?? ''
    const address = profile.address[location]!
    const [start, end] = [lines.start[location]!, lines.start[location + 1]!]
    if (start === end) ofLocation[location] = find({name: '', address, file: '', startLine: 0, line: 0, column: 0, objectFile})
    for (let line = start; line < end; line++) {
      const index = lines.functionOf[line]!
      const name = profile.functionName[index]!
      const withObject = objectNames || name === ''
      ofLine[line] = find({
        name,
        address,
        file: files[index]!,
        startLine: withObject ? profile.functionStartLine[index]! : 0,
        line: lines.number[line]!,
        column: lines.column[line]!,
        objectFile: withObject ? objectFile : '',
      })
    }
  }
  return {infos, ofLine, ofLocation}
}

/** A character that separates the parts; one that occurs in a name would need the very same parts around it to mislead. */
const separator = '\u0000'

/** Equal for nodes that a report does not tell apart. */
export function nodeKey(info: NodeInfo): string {
  if (info.address === 0n && info.line === 0 && info.objectFile === '' && info.startLine === 0) {
    return info.file === '' ? info.name : info.name + separator + info.file
  }
  return [info.name, info.file, info.address, info.line, info.column, info.startLine, info.objectFile].join(separator)
}

export function nameComponents(info: NodeInfo): string[] {
  const parts: string[] = []
  if (info.address !== 0n) parts.push(info.address.toString(16).padStart(16, '0'))
  if (info.name !== '') parts.push(info.name)
  if (info.line !== 0) parts.push(`${info.file}:${info.line}${info.column === 0 ? '' : `:${info.column}`}`)
  else if (info.file !== '') parts.push(info.file)
  else if (info.name === '') parts.push(info.objectFile === '' ? '<unknown>' : `[${basePath(info.objectFile)}]`)
  return parts
}

export const printableName = (info: NodeInfo): string => nameComponents(info).join(' ')

/** How Go prints the struct: `{Name OrigName Address File StartLine Lineno Columnno Objfile}`; it breaks the last ties. */
export const structText = (info: NodeInfo): string =>
  `{${info.name}  ${info.address} ${info.file} ${info.startLine} ${info.line} ${info.column} ${info.objectFile}}`

export const compareStrings = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
