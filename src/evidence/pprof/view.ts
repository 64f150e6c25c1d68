// The Profile that detectors read, over columns: frames and labels are made when asked for, each location's frames once.
import type {Frame, Profile} from '../model/profile.ts'
import type {ProfileColumns} from './columns.ts'
import {profileTypeOf} from './profile-type.ts'
import {textOfRaw} from './string-table.ts'

/** As pprof chooses it (profile.SampleIndexByName): the one the profile names, else the last. */
export function defaultSampleTypeOf(columns: ProfileColumns): number {
  const {sampleTypes, defaultSampleType} = columns.header
  const named = defaultSampleType === '' ? -1 : sampleTypes.findIndex(t => t.type === defaultSampleType)
  return named < 0 ? sampleTypes.length - 1 : named
}

export function profileView(columns: ProfileColumns): Profile {
  const {header, labels, strings} = columns
  const types = header.sampleTypes.length
  const framesOf = frameReader(columns)
  const sampleTypes = header.sampleTypes.map(t => ({type: textOfRaw(t.type), unit: textOfRaw(t.unit)}))
  const {type, unit} = header.periodType
  return {
    kind: 'profile',
    profileType: profileTypeOf(columns),
    sampleTypes,
    defaultSampleType: defaultSampleTypeOf(columns),
    periodType: type === '' && unit === '' ? undefined : {type: textOfRaw(type), unit: textOfRaw(unit)},
    period: Number(header.period),
    timeNanos: header.timeNanos,
    durationNanos: header.durationNanos,
    sampleCount: columns.sampleCount,
    value: (sample, typeIndex) => columns.values[sample * types + typeIndex] ?? 0,
    frames: sample => framesOf(columns.stackOf[sample] ?? 0),
    labels(sample) {
      const found = new Map<string, string[]>()
      const set = columns.labelsOf[sample] ?? 0
      for (let at = labels.start[set]!; at < labels.start[set + 1]!; at++) {
        if (labels.string[at] !== 0) append(found, strings.text(labels.key[at]!), strings.text(labels.string[at]!))
      }
      return found
    },
    numberLabels(sample) {
      const found = new Map<string, {value: number; unit: string}[]>()
      const set = columns.labelsOf[sample] ?? 0
      for (let at = labels.start[set]!; at < labels.start[set + 1]!; at++) {
        if (labels.string[at] !== 0) continue
        append(found, strings.text(labels.key[at]!), {value: labels.number[at]!, unit: strings.text(labels.unit[at]!)})
      }
      return found
    },
    numberLabel(sample, key) {
      const set = columns.labelsOf[sample] ?? 0
      for (let at = labels.start[set]!; at < labels.start[set + 1]!; at++)
        if (labels.string[at] === 0 && strings.text(labels.key[at]!) === key) return labels.number[at]!
      return undefined
    },
    mappings: columns.mappings.map(m => ({
      file: textOfRaw(m.file),
      buildId: textOfRaw(m.buildId),
      start: m.start,
      limit: m.limit,
      offset: m.offset,
    })),
    comments: header.comments.map(textOfRaw),
    functions: () =>
      Array.from({length: columns.functions.count}, (_, i) => ({
        function: columns.strings.text(columns.functions.name[i]!),
        file: columns.strings.text(columns.functions.filename[i]!),
        startLine: columns.functions.startLine[i]!,
      })),
  }
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else known.push(value)
}

const noFrames: readonly Frame[] = []

/** Frames of stacks kept at most; detectors ask for the same stacks again and again. */
const keptFramesMax = 2_000_000

function frameReader(columns: ProfileColumns): (stack: number) => readonly Frame[] {
  const {locations, functions, strings, stackStart, stackLocation} = columns
  const known: (readonly Frame[] | undefined)[] = Array.from({length: locations.count})
  const stacks: (readonly Frame[] | undefined)[] = Array.from({length: Math.max(0, stackStart.length - 1)})
  let kept = 0
  const ofLocation = (location: number): readonly Frame[] => {
    const start = locations.lineStart[location]!
    const end = locations.lineStart[location + 1]!
    const address = locations.address[location]!
    if (start === end) return [{function: '', file: '', line: 0, startLine: 0, inlined: false, address}]
    const frames: Frame[] = []
    for (let line = start; line < end; line++) {
      const index = locations.lineFunction[line]!
      frames.push({
        function: strings.text(functions.name[index]!),
        file: strings.text(functions.filename[index]!),
        line: locations.lineNumber[line]!,
        startLine: functions.startLine[index]!,
        inlined: line < end - 1,
        address,
      })
    }
    return frames
  }
  return stack => {
    if (stack + 1 >= stackStart.length) return noFrames
    const before = stacks[stack]
    if (before !== undefined) return before
    const frames: Frame[] = []
    for (let at = stackStart[stack]!; at < stackStart[stack + 1]!; at++) {
      const location = stackLocation[at]!
      for (const frame of (known[location] ??= ofLocation(location))) frames.push(frame)
    }
    if (kept + frames.length <= keptFramesMax) {
      kept += frames.length
      stacks[stack] = frames
    }
    return frames
  }
}
