// Which flags a profile is compared with: every report alone, every other flag with -top and the other reports, and pairs drawn from a seed.
import {basename, dirname} from 'node:path'

const reports = [
  '-top',
  '-tree',
  '-traces',
  '-tags',
  '-raw',
  '-proto',
  '-comments',
  '-dot',
  '-callgrind',
  '-topproto',
  '-text',
  '-peek=.',
  '-peek=runtime|main',
  '-list=^main\\.|mallocgc$',
]

const flags = [
  '-cum',
  '-flat',
  '-nodecount=5',
  '-nodecount=30',
  '-nodefraction=0',
  '-nodefraction=0.05',
  '-edgefraction=0.1',
  '-trim=false',
  '-focus=runtime',
  '-focus=main\\..*',
  '-ignore=malloc|gc',
  '-hide=^runtime\\.',
  '-show=[Mm]ap|runtime',
  '-show_from=main|http',
  '-prune_from=runtime\\.mallocgc',
  '-tagfocus=bytes=1kb:',
  '-tagfocus=:64',
  '-tagignore=.',
  '-tagshow=bytes',
  '-taghide=bytes|route',
  '-tagroot=bytes,route,endpoint',
  '-tagleaf=route,bytes',
  '-sample_index=0',
  '-sample_index=1',
  '-inuse_objects',
  '-alloc_space',
  '-contentions',
  '-mean',
  '-mean_delay',
  '-unit=MB',
  '-unit=ms',
  '-unit=auto',
  '-unit=B',
  '-unit=hours',
  '-divide_by=3',
  '-divide_by=0.5',
  '-drop_negative',
  '-compact_labels',
  '-relative_percentages',
  '-noinlines',
  '-showcolumns',
  '-functions',
  '-filefunctions',
  '-files',
  '-lines',
  '-addresses',
  '-call_tree',
  '-intel_syntax',
  '-inuse_space',
  '-alloc_objects',
  '-total_delay',
  '-add_comment=hello',
  '-buildid=abcdef',
  '-trim_path=/usr/local',
  '-source_path=/usr/local/go/src',
]

/** Profiles that lie beside it: to merge with and to subtract. */
function neighbours(file: string, files: readonly string[]): string[] {
  return files.filter(other => other !== file && dirname(other) === dirname(file) && (largeProfile.test(file) || !largeProfile.test(other)))
}

/** Of the corpus; pprof needs seconds for a report of them. */
export const largeProfile = /large\.cpu|stress-failure|big-heap/

function withOthers(file: string, files: readonly string[]): string[][] {
  const family = (path: string) => basename(path).replace(/[\d_.].*$/, '')
  const near = neighbours(file, files)
  const other = near.find(path => family(path) === family(file)) ?? near[0]
  if (other === undefined) return []
  return [[`-base=${other}`], [`-diff_base=${other}`], [`-diff_base=${other}`, '-normalize'], [other], [`-base=${file}`]]
}

export function singleFlags(file: string, files: readonly string[]): string[][] {
  const more = withOthers(file, files)
  return [
    ...reports.map(report => [report]),
    ...flags.map(flag => ['-top', flag]),
    ...['-cum', '-nodecount=5', '-lines', '-drop_negative'].map(flag => ['-tree', flag]),
    ...more.map(flag => ['-top', ...flag]),
    ...more.slice(0, 2).flatMap(flag => ['-tree', '-raw', '-tags', '-traces'].map(report => [report, ...flag])),
  ]
}

// Files last: pprof takes no flags behind the first of them.
const filesLast = (args: readonly string[]) => args.toSorted((a, b) => Number(!a.startsWith('-')) - Number(!b.startsWith('-')))

/** A report with two flags each; the same ones for the same seed. */
export function flagPairs(file: string, files: readonly string[], count: number, seed: number): string[][] {
  let state = (seed + 1) * 2654435761
  const draw = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const all = [...flags.map(flag => [flag]), ...withOthers(file, files)]
  return Array.from({length: count}, () =>
    filesLast([reports[draw(reports.length)]!, ...all[draw(all.length)]!, ...all[draw(all.length)]!]),
  )
}

/** What is read before a session starts, and cannot be set in one. */
const loads = /^-(?:add_comment|buildid|base|diff_base|normalize)|^[^-]/
export const sampleFlag = /^-(?:sample_index|inuse|alloc|total_delay|mean_delay|contentions)/
/** Flags of which the command line takes one; in a session the last counts. */
const groups: readonly RegExp[] = [/^-(?:cum|flat)$/, /^-(?:functions|filefunctions|files|lines|addresses)$/, sampleFlag]

export interface Pair {
  readonly report: string
  /** Flags and files that are read once, the profile last. */
  readonly load: readonly string[]
  readonly flags: readonly string[]
  /** A session can show it: no two flags of one group. */
  readonly session: boolean
}

/**
 * Every `stride`th of all pairs of flags, each with one report. The report changes from pair to pair and with `offset`, so that profiles with other
 * offsets see other reports.
 */
export function everyPair(file: string, files: readonly string[], stride: number, offset: number): Pair[] {
  const all = [...flags.map(flag => [flag]), ...withOthers(file, files)]
  const pairs = all.flatMap((first, index) => all.slice(index + 1).map(second => [...first, ...second]))
  const chosen = pairs.map((pair, index) => ({pair, report: reports[(index + offset) % reports.length]!, index}))
  return chosen.filter(({index}) => (index + offset) % stride === 0).map(({pair, report}) => asPair(report, pair, file))
}

const asPair = (report: string, flags: readonly string[], file: string): Pair => ({
  report,
  load: filesLast([...flags.filter(flag => loads.test(flag)), file]),
  flags: flags.filter(flag => !loads.test(flag)),
  session: !groups.some(group => flags.filter(flag => group.test(flag)).length > 1) && !twice(flags),
})

/** Every report and every flag alone, in the form of pairs. */
export const everySingle = (file: string, files: readonly string[], stride: number): Pair[] =>
  singleFlags(file, files)
    .filter((_, index) => index % stride === 0)
    .map(([report = '', ...flags]) => asPair(report, flags, file))

/** Two bases, or a base and another file beside: each with its own rules on the command line. */
const twice = (pair: readonly string[]) => pair.filter(flag => /^-(?:base|diff_base)=|^[^-]/.test(flag)).length > 1
