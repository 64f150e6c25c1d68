// `gotriage check --hot FILE`: findings by the share of production CPU, heap or whatever the profile counts that flows through their function:
// of samples with that function anywhere on the stack.
import {errors} from '../base/errors.ts'
import {declaredName, parseSymbolName} from '../base/symbol-name.ts'
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import type {Frame, Profile} from '../evidence/model/profile.ts'
import type {Note} from '../findings/envelope.ts'
import {compareFindings, type Hazard} from '../findings/finding.ts'
import {joinFrame, type SourceFunction, type SourceIndex} from '../go/flow/symbol-join.ts'

export interface Hot {
  readonly file: string
  /** Of what the shares are: `cpu/nanoseconds`, `inuse_space/bytes`. */
  readonly sampleType: string
  /** 0..1 through the function around the finding's place; absent where nothing flows or the place is in no function. */
  readonly shares: ReadonlyMap<Hazard, number>
  readonly notes: readonly Note[]
}

/** The file `go build` reads by itself beside a main package (cmd/go, -pgo=auto, Go 1.21 on). */
const standardName = 'default.pgo'

/** The file named, or with `auto` the first default.pgo of these directories. */
export async function profileFile(named: string, dirs: readonly string[], host: Host): Promise<string> {
  if (named !== 'auto') return named
  for (const dir of dirs) {
    const path = `${dir.replace(/\/+$/, '')}/${standardName}`
    if ((await host.stat(path))?.kind === 'file') return path
  }
  throw errors.usage(`there is no ${standardName} beside a main package`, 'Name a profile: --hot cpu.pprof.')
}

export async function hotShares(hazards: readonly Hazard[], path: string, index: SourceIndex, host: Host, task: Task): Promise<Hot> {
  if ((await host.stat(path)) === undefined) throw errors.usage(`there is no profile "${path}"`, 'Check the path behind --hot.')
  const {readEvidence} = await import('./read-evidence.ts') // every decoder there is: most runs need none
  const {artifacts, notes} = await readEvidence(host, [path], task)
  const profile = artifacts.map(one => one.artifact.data).find((data): data is Profile => data.kind === 'profile')
  if (profile === undefined)
    throw errors.usage(
      `"${path}" holds no profile${notes[0] === undefined ? '' : ` (${notes[0].message})`}`,
      'Give a CPU or heap profile, such as default.pgo.',
    )
  const type = profile.sampleTypes[profile.defaultSampleType]
  const through = throughFunctions(profile, index)
  const byFile = new Map<string, SourceFunction[]>()
  for (const one of index.functions) byFile.set(one.shownFile, [...(byFile.get(one.shownFile) ?? []), one])
  const shares = new Map<Hazard, number>()
  for (const hazard of hazards) {
    const place = hazard.places[0]
    const around = place && byFile.get(place.file)?.find(one => one.startLine <= place.line && place.line <= one.endLine)
    const share = around && through.get(around)
    if (share !== undefined && share > 0) shares.set(hazard, share)
  }
  const found = through.size === 0 ? [{code: 'hot-elsewhere', message: 'no function of this module is in the profile', path}] : []
  return {file: path, sampleType: type === undefined ? '' : `${type.type}/${type.unit}`, shares, notes: [...notes, ...found]}
}

/** The share of the profile's total with a function on the stack; recursion counts once. */
function throughFunctions(profile: Profile, index: SourceIndex): Map<SourceFunction, number> {
  const named = byNameAlone(index)
  const joined = new Map<string, SourceFunction | undefined>()
  const functionOf = (frame: Frame): SourceFunction | undefined => {
    const key = `${frame.function}\n${frame.file}\n${frame.line}`
    if (!joined.has(key)) joined.set(key, frame.file === '' ? named(frame.function) : joinFrame(index, frame)?.function)
    return joined.get(key)
  }
  const sums = new Map<SourceFunction, number>()
  let total = 0
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const value = profile.value(sample, profile.defaultSampleType)
    total += value
    const functions = new Set(profile.frames(sample).map(functionOf))
    for (const one of functions) if (one !== undefined) sums.set(one, (sums.get(one) ?? 0) + value)
  }
  return new Map([...sums].map(([one, sum]) => [one, total > 0 ? sum / total : 0]))
}

/** For stacks without files, such as folded ones: a function whose name only one has. */
function byNameAlone({functions, mainPackages}: SourceIndex): (name: string) => SourceFunction | undefined {
  const found = new Map<string, SourceFunction | undefined>()
  const add = (name: string, one: SourceFunction) => found.set(name, found.has(name) ? undefined : one)
  for (const one of functions) {
    add(one.symbol, one)
    for (const path of mainPackages) if (one.symbol.startsWith(`${path}.`)) add(`main${one.symbol.slice(path.length)}`, one)
  }
  return name => {
    const symbol = parseSymbolName(name)
    return symbol === undefined || symbol.language === 'c' ? undefined : found.get(declaredName(symbol))
  }
}

/** The hottest first; the cold ones as ever. */
export const byHeat =
  ({shares}: Hot) =>
  (a: Hazard, b: Hazard): number =>
    (shares.get(b) ?? 0) - (shares.get(a) ?? 0) || compareFindings(a, b)
