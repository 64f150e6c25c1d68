// Labels as frames: -tagroot and -tagleaf put the values of labels above or below every stack.
// Follows addLabelNodes of github.com/google/pprof/internal/driver/tagroot.go.
import {labelSet} from './labels.ts'
import {scaledLabel} from './measurement.ts'
import {Interner} from '../interner.ts'
import {alive} from './working-profile.ts'
import type {WorkingProfile} from './working-profile.ts'

const keysOf = (list: string): string[] => list.split(',').filter(key => key !== '')

/** Adds the frames; answers whether any sample had one of the root keys and of the leaf keys. */
export function addLabelFrames(profile: WorkingProfile, root: string, leaf: string, outputUnit: string): {root: boolean; leaf: boolean} {
  const [rootKeys, leafKeys] = [keysOf(root).reverse(), keysOf(leaf).reverse()]
  const matched = {root: false, leaf: false}
  if (rootKeys.length + leafKeys.length === 0) return matched
  const maker = new LocationMaker(profile)
  const framesOf = (set: number, keys: readonly string[], what: 'root' | 'leaf') => {
    const labels = labelSet(profile.labels, profile.strings, set)
    return keys.map(key => {
      const numbers = labels.numbers.get(key)
      const values = [...(labels.strings.get(key) ?? [])]
      for (const [index, value] of (numbers?.values ?? []).entries()) {
        values.push(numbers?.units === undefined ? scaledLabel(value, '', '') : scaledLabel(value, numbers.units[index]!, outputUnit))
      }
      if (values.length > 0) matched[what] = true
      return maker.location(values.join(','), key)
    })
  }
  // A stack is now a pair of the old stack and a label set.
  const pairs = new Interner('distinct stacks')
  const pair = new Uint32Array(2)
  const pairBytes = new Uint8Array(pair.buffer)
  const stackOf = new Uint32Array(profile.sampleCount)
  const [stackStart, stackLocation, dropped]: [number[], number[], number[]] = [[0], [], []]
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    pair[0] = profile.stackOf[sample]!
    pair[1] = profile.labelsOf[sample]!
    const before = pairs.count
    stackOf[sample] = pairs.add(pairBytes, 0, pairBytes.length)
    if (pairs.count === before) continue
    // Ids are given in the order in which pprof makes the locations: those of the root first.
    const above = framesOf(pair[1], rootKeys, 'root')
    stackLocation.push(...framesOf(pair[1], leafKeys, 'leaf'))
    for (let at = profile.stackStart[pair[0]]!; at < profile.stackStart[pair[0] + 1]!; at++) stackLocation.push(profile.stackLocation[at]!)
    stackLocation.push(...above)
    stackStart.push(stackLocation.length)
    dropped.push(alive(profile, sample) ? 0 : 1)
  }
  profile.stackOf = stackOf
  profile.stackStart = Uint32Array.from(stackStart)
  profile.stackLocation = Uint32Array.from(stackLocation)
  profile.stackDropped = Uint8Array.from(dropped)
  maker.finish()
  return matched
}

/** Functions and locations that stand for label values, added behind those of the profile. */
class LocationMaker {
  readonly #profile: WorkingProfile
  readonly #known = new Map<string, number>()
  readonly #names: string[] = []
  readonly #files: string[] = []

  constructor(profile: WorkingProfile) {
    this.#profile = profile
  }

  location(name: string, file: string): number {
    const key = `${file}\u0000${name}`
    let index = this.#known.get(key)
    if (index === undefined) {
      index = this.#names.length
      this.#known.set(key, index)
      this.#names.push(name)
      this.#files.push(file)
    }
    return this.#profile.locationCount + index
  }

  finish(): void {
    const profile = this.#profile
    const added = this.#names.length
    const [locations, functions] = [profile.locationCount, profile.functionCount]
    const {lines} = profile
    const lineCount = lines.functionOf.length
    const nextId = (ids: BigUint64Array) => ids.reduce((largest, id) => (id > largest ? id : largest), 0n) + 1n
    const [locationId, functionId] = [nextId(profile.locationId), nextId(profile.functionId)]
    profile.lines = {
      start: extended(new Uint32Array(locations + added + 1), lines.start, index => lineCount + index + 1),
      functionOf: extended(new Uint32Array(lineCount + added), lines.functionOf, index => functions + index),
      number: extended(new Float64Array(lineCount + added), lines.number, () => 0),
      column: extended(new Float64Array(lineCount + added), lines.column, () => 0),
    }
    profile.locationId = BigUint64Array.from([...profile.locationId, ...this.#names.map((_, index) => locationId + BigInt(index))])
    profile.functionId = BigUint64Array.from([...profile.functionId, ...this.#names.map((_, index) => functionId + BigInt(index))])
    profile.locationMapping = extended(new Int32Array(locations + added), profile.locationMapping, () => -1)
    profile.address = BigUint64Array.from([...profile.address, ...this.#names.map(() => 0n)])
    profile.folded = extended(new Uint8Array(locations + added), profile.folded, () => 0)
    profile.functionName = [...profile.functionName, ...this.#names]
    profile.functionSystemName = [...profile.functionSystemName, ...this.#names.map(() => '')]
    profile.functionFile = [...profile.functionFile, ...this.#files]
    profile.functionStartLine = extended(new Float64Array(functions + added), profile.functionStartLine, () => 0)
    profile.locationCount = locations + added
    profile.functionCount = functions + added
  }
}

function extended<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(into: T, from: T, value: (index: number) => number): T {
  into.set(from)
  for (let at = from.length; at < into.length; at++) into[at] = value(at - from.length)
  return into
}
