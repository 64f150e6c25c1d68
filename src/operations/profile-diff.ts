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
/** Functions named in each list. */
const namedMax = 15

interface Side {
  readonly profile: WorkingProfile
  readonly index: number
  readonly flat: ReadonlyMap<string, number>
  readonly cum: ReadonlyMap<string, number>
  readonly total: number
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
  return {
    type: textOfRaw(newType!.type),
    unit: textOfRaw(newType!.unit),
    shownUnit: request.config.unit === defaultProfileConfig.unit ? 'auto' : request.config.unit,
    total: change('total', before.total, after.total),
    moved: flat.filter(beyondNoise),
    unsure: flat.filter(c => !beyondNoise(c)),
    through: changes('cum').filter(beyondNoise),
    notes: notesOn(before.profile, after.profile, deviation === undefined, textOfRaw(newType!.type)),
  }
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
  return {profile, index, flat: weights('flat'), cum: weights('cum'), total: graph.nodes.reduce((sum, node) => sum + node.flat, 0)}
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
  const line = (c: Change) => {
    const how = c.before === 0 ? 'new' : c.after === 0 ? 'gone' : `${amount(c.before)} → ${amount(c.after)}`
    return `  ${signed(c.after - c.before)}${noise(c)}  ${c.name}: ${how}`
  }
  const list = (title: string, changes: readonly Change[]) => {
    if (changes.length === 0) return []
    const more = changes.length > namedMax ? [`  … and ${changes.length - namedMax} more`] : []
    return ['', title, ...changes.slice(0, namedMax).map(line), ...more]
  }
  const {total} = diff
  const delta = total.after - total.before
  const share = total.before === 0 ? '' : `, ${delta < 0 ? '-' : '+'}${((100 * Math.abs(delta)) / Math.abs(total.before)).toFixed(1)} %`
  const verdict = verdictOn(total)
  const grew = diff.moved.filter(c => c.after > c.before)
  const shrank = diff.moved.filter(c => c.after < c.before)
  const inside = diff.unsure.reduce((sum, c) => sum + c.after - c.before, 0)
  const lines = [
    `${diff.type}: ${amount(total.before)} → ${amount(total.after)} (${signed(delta)}${share})${noise(total)}${verdict}.`,
    ...diff.notes,
    ...list('Grew, by what the function itself holds:', grew),
    ...list('Shrank, by what the function itself holds:', shrank),
    ...list('Through (with everything called):', diff.through),
  ]
  if (diff.moved.length === 0) lines.push('', 'No function moved by more than noise.')
  if (diff.unsure.length > 0) lines.push('', `Within noise: ${diff.unsure.length} functions, together ${signed(inside)}.`)
  return `${lines.join('\n')}\n`
}
