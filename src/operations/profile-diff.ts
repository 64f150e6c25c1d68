// What moved between two profiles, in words, and whether it is more than sampling noise.
// Noise: a heap profile samples a block of s bytes with probability 1 − e^(−s/rate) (runtime/mprof.go, mProf_Malloc; rate 512 KiB unless changed), so
// the standard deviation of an estimate of b bytes is about √(b × rate); a CPU profile counts ticks, √ticks. Goroutines and threads are counted, not sampled.
import {errors} from '../base/errors.ts'
import {GraphMaker, stackWeights} from '../evidence/pprof/report/graph.ts'
import {scaledLabel} from '../evidence/pprof/report/measurement.ts'
import {typeCount} from '../evidence/pprof/report/working-profile.ts'
import type {WorkingProfile} from '../evidence/pprof/report/working-profile.ts'
import {textOfRaw} from '../evidence/pprof/string-table.ts'
import {defaultProfileConfig} from './profile-flags.ts'
import type {ProfileRequest} from './profile-flags.ts'
import {loadProfile, prepareReport} from './profile.ts'
import type {ProfileContext} from './profile.ts'

/** A change counts as moved from so many standard deviations on. */
export const deviationsMin = 2
/** Of changes that are noise alone, the share that lies beyond so many deviations (of a normal distribution, both sides). */
const beyondByChance = 0.0455
/** Functions named in each list. */
const namedMax = 15

interface Side {
  readonly profile: WorkingProfile
  readonly index: number
  readonly flat: ReadonlyMap<string, number>
  readonly cum: ReadonlyMap<string, number>
  readonly total: number
  /** By function: those it calls. */
  readonly calls: ReadonlyMap<string, readonly string[]>
}

export interface Change {
  readonly name: string
  readonly before: number
  readonly after: number
  /** Standard deviation of the difference; undefined where the profile does not say how it was sampled. */
  readonly noise: number | undefined
}

export interface ProfileDiff {
  readonly type: string
  readonly unit: string
  /** What amounts are written in. */
  readonly shownUnit: string
  readonly total: Change
  /** Own weight by function, the largest change first: beyond noise, then within. */
  readonly moved: readonly Change[]
  readonly unsure: readonly Change[]
  /** Inclusive weight by function, beyond noise. */
  readonly through: readonly Change[]
  /** The same, each with those that changed alike, the innermost of them first: a path of calls most often. */
  readonly paths: readonly (readonly Change[])[]
  /** How many of the functions that are heavy enough to be beyond noise would be there by chance alone. */
  readonly byChance: {readonly expected: number; readonly of: number}
  readonly notes: readonly string[]
}

export async function profileDiff(request: ProfileRequest, context: ProfileContext): Promise<ProfileDiff> {
  const [first, second, ...more] = request.files
  if (first === undefined || second === undefined || more.length > 0) {
    throw errors.usage('profile diff compares two profiles', 'Write gotriage profile diff BEFORE AFTER.')
  }
  const meaningless = withoutMeaning.find(name => request.config[name] !== defaultProfileConfig[name])
  if (meaningless !== undefined || request.base.length > 0) {
    throw errors.usage(`profile diff takes no -${meaningless ?? 'base'}`, 'Leave it out, or compare with gotriage profile top -diff_base.')
  }
  const before = await side(first, request, context)
  const after = await side(second, request, context)
  const [oldType, newType] = [before, after].map(s => s.profile.header.sampleTypes[s.index]!)
  if (oldType!.type !== newType!.type || oldType!.unit !== newType!.unit) {
    throw errors.usage(`${oldType!.type}/${oldType!.unit} cannot be compared with ${newType!.type}/${newType!.unit}`, 'Give -sample_index.')
  }
  const deviation = deviationOf(after.profile, after.index, before.profile)
  const change = (name: string, was: number, is: number): Change => ({name, before: was, after: is, noise: deviation?.(was, is)})
  const changes = (of: 'flat' | 'cum') =>
    [...new Set([...before[of].keys(), ...after[of].keys()])]
      .map(name => change(textOfRaw(name), before[of].get(name) ?? 0, after[of].get(name) ?? 0))
      .filter(c => c.before !== c.after)
      .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before) || (a.name < b.name ? -1 : 1))
  const flat = changes('flat')
  const through = changes('cum').filter(beyondNoise)
  return {
    type: textOfRaw(newType!.type),
    unit: textOfRaw(newType!.unit),
    shownUnit: request.config.unit === defaultProfileConfig.unit ? 'auto' : request.config.unit,
    total: change('total', before.total, after.total),
    moved: flat.filter(beyondNoise),
    unsure: flat.filter(c => !beyondNoise(c)),
    through,
    paths: pathsOf(through, name => [before, after].flatMap(({calls}) => calls.get(name) ?? [])),
    byChance: chanceOf([...new Set([...before.flat.keys(), ...after.flat.keys()])], change, before, after),
    notes: notesOn(before.profile, after.profile, deviation === undefined, textOfRaw(newType!.type)),
  }
}

/** Changes alike stand together, in the order of the first of them. */
function pathsOf(changes: readonly Change[], calledBy: (name: string) => readonly string[]): Change[][] {
  const alike = new Map<string, Change[]>()
  for (const change of changes) {
    const key = `${change.before} ${change.after}`
    alike.set(key, [...(alike.get(key) ?? []), change])
  }
  return [...alike.values()].map(group => {
    const names = new Set(group.map(change => change.name))
    const innermost = group.find(({name}) => !calledBy(name).some(called => called !== name && names.has(called))) ?? group[0]!
    return [innermost, ...group.filter(change => change !== innermost)]
  })
}

function chanceOf(
  names: readonly string[],
  change: (name: string, was: number, is: number) => Change,
  before: Side,
  after: Side,
): ProfileDiff['byChance'] {
  const heavy = names.filter(name => {
    const {before: was, after: is, noise} = change(name, before.flat.get(name) ?? 0, after.flat.get(name) ?? 0)
    return noise !== undefined && noise > 0 && Math.abs(was) + Math.abs(is) > deviationsMin * noise
  })
  return {expected: heavy.length * beyondByChance, of: heavy.length}
}

export const beyondNoise = (change: Change): boolean =>
  change.noise === undefined || Math.abs(change.after - change.before) > deviationsMin * change.noise

async function side(file: string, request: ProfileRequest, context: ProfileContext): Promise<Side> {
  const own = {...request, files: [file]}
  const profile = await loadProfile(own, context)
  if (typeCount(profile) === 0) throw errors.usage(`${file} has no sample types`, 'Name a profile that has samples.')
  const index = prepareReport(profile, 'top', own, context).options.sampleIndex
  const graph = new GraphMaker(profile, stackWeights(profile, index, false), false).graph(undefined, false)
  const weights = (of: 'flat' | 'cum') => new Map(graph.nodes.filter(node => node[of] !== 0).map(node => [node.name, node[of]]))
  const calls = new Map(graph.nodes.map(node => [textOfRaw(node.name), node.out.map(edge => textOfRaw(edge.to.name))]))
  return {profile, index, flat: weights('flat'), cum: weights('cum'), calls, total: graph.nodes.reduce((sum, node) => sum + node.flat, 0)}
}

/** Mean bytes between two heap samples where a profile does not say (runtime.MemProfileRate). */
const heapRateDefault = 512 * 1024

/** Standard deviation of the difference of two estimates; undefined when it cannot be known. */
function deviationOf(profile: WorkingProfile, index: number, before: WorkingProfile): ((was: number, is: number) => number) | undefined {
  const {type, unit} = profile.header.sampleTypes[index]!
  const [period, oldPeriod] = [Number(profile.header.period), Number(before.header.period)]
  if (/(?:^|_)space$/.test(type) && unit === 'bytes') {
    const [rate, oldRate] = [period > 0 ? period : heapRateDefault, oldPeriod > 0 ? oldPeriod : heapRateDefault]
    return (was, is) => Math.sqrt(Math.abs(was) * oldRate + Math.abs(is) * rate)
  }
  if (type === 'cpu' && unit === 'nanoseconds') return (was, is) => Math.sqrt(Math.abs(was) * oldPeriod + Math.abs(is) * period)
  if (type === 'samples' && unit === 'count') return (was, is) => Math.sqrt(Math.abs(was) + Math.abs(is))
  if (type === 'goroutine' || type === 'goroutineleak' || type === 'threadcreate') return () => 0
  return undefined
}

/** Settings that would change what is compared in ways that nothing here takes account of. */
const withoutMeaning = ['divide_by', 'mean', 'normalize', 'drop_negative', 'call_tree', 'nodecount', 'sort'] as const

function notesOn(before: WorkingProfile, after: WorkingProfile, noiseUnknown: boolean, type: string): string[] {
  const notes: string[] = []
  const [oldId, newId] = [before, after].map(p => p.mappings[0]?.buildId ?? '')
  if (oldId !== '' && newId !== '' && oldId !== newId)
    notes.push('The two profiles are of different builds: a function may have been inlined or renamed.')
  const [oldNs, newNs] = [Number(before.header.durationNanos), Number(after.header.durationNanos)]
  if (oldNs > 0 && newNs > 0 && Math.abs(oldNs - newNs) > 0.05 * Math.max(oldNs, newNs)) {
    notes.push(
      `They cover different times (${scaledLabel(oldNs, 'nanoseconds', 'auto')} and ${scaledLabel(newNs, 'nanoseconds', 'auto')}): compare shares, not sums.`,
    )
  }
  if (before.header.timeNanos > after.header.timeNanos && after.header.timeNanos > 0n) notes.push('The first profile is the later one.')
  if (!noiseUnknown && [before, after].some(profile => profile.values.some(value => value < 0)))
    notes.push('One of them is a difference already (some values are below zero): its noise is larger than is said here.')
  if (noiseUnknown && /(?:^|_)objects$/.test(type))
    notes.push('Allocations are sampled by their bytes: what is noise can be told of the space they take, not of their number.')
  else if (noiseUnknown) notes.push('How this value was sampled is not in the file, so noise cannot be told from change.')
  return notes
}

function verdictOn(total: Change): string {
  if (total.noise === undefined) return ''
  if (total.before === total.after) return '; the same'
  if (total.noise === 0) return '; counted, not sampled'
  return beyondNoise(total) ? '; more than sampling noise' : '; no more than sampling noise'
}

/** The comparison as a reader wants it. */
export function diffText(diff: ProfileDiff): string {
  const amount = (value: number) => scaledLabel(value, diff.unit, diff.shownUnit)
  const signed = (value: number) => `${value < 0 ? '-' : '+'}${amount(Math.abs(value))}`
  const noise = (c: Change) => (c.noise === undefined || c.noise === 0 ? '' : ` (noise ±${amount(deviationsMin * c.noise)})`)
  // Of a difference the weights may be below zero: it says nothing of what is there.
  const how = ({before, after}: Change) =>
    before === 0 && after > 0 ? 'new' : after === 0 && before > 0 ? 'gone' : `${amount(before)} → ${amount(after)}`
  const line = ([c, ...alike]: readonly Change[]) => {
    const others = alike.length === 0 ? '' : `, and ${alike.length} more alike (${alike.length > 1 ? 'such as ' : ''}${alike[0]!.name})`
    return c === undefined ? '' : `  ${signed(c.after - c.before)}${noise(c)}  ${c.name}: ${how(c)}${others}`
  }
  const list = (title: string, groups: readonly (readonly Change[])[]) => {
    if (groups.length === 0) return []
    const left = groups.slice(namedMax).reduce((sum, group) => sum + group.length, 0)
    return ['', title, ...groups.slice(0, namedMax).map(line), ...(left > 0 ? [`  … and ${left} more`] : [])]
  }
  const alone = (changes: readonly Change[]) => changes.map(change => [change])
  const {total} = diff
  const delta = total.after - total.before
  const share = total.before <= 0 ? '' : `, ${delta < 0 ? '-' : '+'}${((100 * Math.abs(delta)) / total.before).toFixed(1)} %`
  const verdict = verdictOn(total)
  const grew = diff.moved.filter(c => c.after > c.before)
  const shrank = diff.moved.filter(c => c.after < c.before)
  const inside = diff.unsure.reduce((sum, c) => sum + c.after - c.before, 0)
  const lines = [
    `${diff.type}: ${amount(total.before)} → ${amount(total.after)} (${signed(delta)}${share})${noise(total)}${verdict}.`,
    ...diff.notes,
    ...list('Grew, by what the function itself holds:', alone(grew)),
    ...list('Shrank, by what the function itself holds:', alone(shrank)),
    ...list('Through (with everything called):', diff.paths),
  ]
  if (diff.moved.length === 0) lines.push('', 'No function moved by more than noise.')
  const {expected, of} = diff.byChance
  if (diff.moved.length > 0 && expected >= 1)
    lines.push(
      '',
      `By chance alone some ${Math.round(expected)} of the ${of} functions heavy enough to be named would be, though nothing moved.`,
    )
  if (diff.unsure.length > 0)
    lines.push('', `Within noise: ${diff.unsure.length} function${diff.unsure.length > 1 ? 's' : ''}, together ${signed(inside)}.`)
  return `${lines.join('\n')}\n`
}
