// Everything a profile holds, in words: pprof's `-raw`. Follows Profile.String of github.com/google/pprof/profile/profile.go.
import type {Mapping} from '../columns.ts'
import {rawOfText, textOfRaw} from '../string-table.ts'
import {durationString, padLeft, utcTimeString} from './go-format.ts'
import {labelSet} from './labels.ts'
import {compareStrings} from './node-table.ts'
import {alive, typeCount} from './working-profile.ts'
import type {WorkingProfile} from './working-profile.ts'

/** Lines written before they are handed on. */
const linesPerPart = 10_000
/** The precision of `%.4v` cuts the text of a duration. */
const durationCharacters = 4

export function* rawText(profile: WorkingProfile): Generator<string> {
  const lines: string[] = headerLines(profile)
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    if (!alive(profile, sample)) continue
    lines.push(sampleLine(profile, sample), ...labelLines(profile, profile.labelsOf[sample]!))
    if (lines.length > linesPerPart) yield `${lines.splice(0).join('\n')}\n`
  }
  lines.push('Locations')
  for (let location = 0; location < profile.locationCount; location++) {
    for (const line of locationLines(profile, location)) lines.push(line)
    if (lines.length > linesPerPart) yield `${lines.splice(0).join('\n')}\n`
  }
  lines.push('Mappings')
  for (const mapping of profile.mappings) lines.push(mappingLine(mapping))
  yield `${lines.join('\n')}\n`
}

function headerLines(profile: WorkingProfile): string[] {
  const {header} = profile
  const lines = header.comments.map(comment => `Comment: ${comment}`)
  if (header.docUrl !== '') lines.push(`Doc: ${header.docUrl}`)
  lines.push(`PeriodType: ${header.periodType.type} ${header.periodType.unit}`, `Period: ${header.period}`)
  if (header.timeNanos !== 0n) lines.push(`Time: ${utcTimeString(header.timeNanos)}`)
  if (header.durationNanos !== 0n) {
    const duration = [...textOfRaw(durationString(header.durationNanos))].slice(0, durationCharacters).join('')
    lines.push(`Duration: ${rawOfText(duration)}`)
  }
  const types = header.sampleTypes.map(t => `${t.type}/${t.unit}${t.type === header.defaultSampleType ? '[dflt]' : ''}`)
  lines.push('Samples:', types.join(' ').trim())
  return lines
}

function sampleLine(profile: WorkingProfile, sample: number): string {
  const types = typeCount(profile)
  let line = ''
  for (let type = 0; type < types; type++) {
    const at = sample * types + type
    line += ` ${padLeft(String(profile.wholeValues.get(at) ?? profile.values[at]! + 0), 10)}`
  }
  line += ': '
  const stack = profile.stackOf[sample]!
  for (let at = profile.stackStart[stack]!; at < profile.stackStart[stack + 1]!; at++) {
    line += `${profile.locationId[profile.stackLocation[at]!]} `
  }
  return line
}

const labelIndent = '                '

function labelLines(profile: WorkingProfile, set: number): string[] {
  const labels = labelSet(profile.labels, profile.strings, set)
  const lines: string[] = []
  const texts = [...labels.strings].map(([key, values]) => `${key}:[${values.join(' ')}]`)
  if (texts.length > 0) lines.push(labelIndent + texts.sort(compareStrings).join(' '))
  const numbers = [...labels.numbers].map(([key, {values, units}]) => {
    const shown = units === undefined ? values : values.map((value, index) => `${value} ${units[index]}`)
    return `${key}:[${shown.join(' ')}]`
  })
  if (numbers.length > 0) lines.push(labelIndent + numbers.sort(compareStrings).join(' '))
  return lines
}

const hex = (value: bigint) => `0x${value.toString(16)}`

function locationLines(profile: WorkingProfile, location: number): string[] {
  const mapping = profile.mappings[profile.locationMapping[location]!]
  const folded = profile.folded[location] === 1 ? '[F] ' : ''
  let head = `${padLeft(String(profile.locationId[location]), 6)}: ${hex(profile.address[location]!)} `
  head += `${mapping === undefined ? '' : `M=${mapping.id} `}${folded}`
  const {lines} = profile
  const [start, end] = [lines.start[location]!, lines.start[location + 1]!]
  if (start === end) return [head]
  const shown: string[] = []
  for (let line = start; line < end; line++) {
    const index = lines.functionOf[line]!
    const [name, system] = [profile.functionName[index]!, profile.functionSystemName[index]!]
    const place = `${profile.functionFile[index]}:${lines.number[line]}:${lines.column[line]} s=${profile.functionStartLine[index]}`
    shown.push(`${head}${name} ${place}${name === system ? '' : `(${system})`}`)
    head = '             '
  }
  return shown
}

function mappingLine(mapping: Mapping): string {
  const bits =
    (mapping.hasFunctions ? '[FN]' : '') +
    (mapping.hasFilenames ? '[FL]' : '') +
    (mapping.hasLineNumbers ? '[LN]' : '') +
    (mapping.hasInlineFrames ? '[IN]' : '')
  return `${mapping.id}: ${hex(mapping.start)}/${hex(mapping.limit)}/${hex(mapping.offset)} ${mapping.file} ${mapping.buildId} ${bits}`
}
