// A report of one or more profiles, as `go tool pprof -symbolize=none` makes it: reading, merging, subtracting a base, filtering, printing.
// Follows github.com/google/pprof/internal/driver/driver.go and fetch.go.
import {errors, TriageError} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import {readProfile} from '../evidence/pprof/decoders.ts'
import {callgrindText} from '../evidence/pprof/report/callgrind-report.ts'
import {dotText} from '../evidence/pprof/report/dot-report.ts'
import {applyFilters, removeBaseLabel, removeUninteresting} from '../evidence/pprof/report/filter.ts'
import {addLabelFrames} from '../evidence/pprof/report/label-frames.ts'
import {baseLabelSets, numberLabelUnits} from '../evidence/pprof/report/labels.ts'
import {combineProfiles, markBase, normalize} from '../evidence/pprof/report/merge.ts'
import {compilePattern} from '../evidence/pprof/report/pattern.ts'
import {rawText} from '../evidence/pprof/report/raw-report.ts'
import {makeReport} from '../evidence/pprof/report/report.ts'
import type {Report, ReportKind, ReportOptions} from '../evidence/pprof/report/report.ts'
import {sourceText} from '../evidence/pprof/report/source-report.ts'
import {commentsText, tagsText, topText, tracesText, treeText} from '../evidence/pprof/report/text-reports.ts'
import {aggregate, sampleIndexByName, scaleValues, typeCount, workingProfile} from '../evidence/pprof/report/working-profile.ts'
import type {WorkingProfile} from '../evidence/pprof/report/working-profile.ts'
import {bytesOfRaw, rawOfText} from '../evidence/pprof/string-table.ts'
import {isOwnCommand} from './profile-flags.ts'
import type {ProfileConfig, ProfileRequest} from './profile-flags.ts'

export interface ProfileContext {
  readonly host: Host
  readonly task: Task
  /** What pprof says on stderr. */
  note(line: string): void
}

/** Reads, merges and prepares what the request names. */
export async function loadProfile(request: ProfileRequest, context: ProfileContext): Promise<WorkingProfile> {
  const [first] = request.files
  // As in pprof, an executable in front of the profiles names the main binary.
  const binary = first !== undefined && request.files.length > 1 && (await isExecutable(first, context)) ? first : undefined
  const profiles = await readAll(binary === undefined ? request.files : request.files.slice(1), context, 'source', request, binary)
  if (profiles.length === 0) throw errors.usage('failed to fetch any source profiles', 'Name a profile that can be read.')
  let profile = combineProfiles(profiles)
  const bases = await readAll(request.base, context, 'base', request, binary)
  if (request.base.length > 0) {
    if (bases.length === 0) throw errors.usage('failed to fetch any base profiles', 'Name a base profile that can be read.')
    const base = combineProfiles(bases)
    if (request.diffBase) markBase(base)
    if (request.config.normalize) normalize(profile, base)
    scaleValues(
      base,
      Array.from({length: typeCount(base)}, () => -1),
    )
    profile = combineProfiles([profile, base])
  }
  removeUninteresting(profile)
  if (request.comment !== '') {
    profile.header = {...profile.header, comments: [...profile.header.comments, rawOfText(request.comment)]}
  }
  return profile
}

/** First bytes of ELF, Mach-O and PE files. */
const executableHeads: readonly (readonly number[])[] = [
  [0x7f, 0x45, 0x4c, 0x46],
  [0xcf, 0xfa, 0xed, 0xfe],
  [0xce, 0xfa, 0xed, 0xfe],
  [0x4d, 0x5a],
]

async function isExecutable(path: string, context: ProfileContext): Promise<boolean> {
  if ((await context.host.stat(path))?.kind !== 'file') return false
  const head = await (await context.host.open(path)).read(0, 4)
  return executableHeads.some(bytes => bytes.every((byte, index) => head[index] === byte))
}

/** What pprof does to every file's mappings before merging (locateBinaries): one that covers everything where there is none. */
function nameMappings(profile: WorkingProfile, binary: string | undefined, buildId: string): void {
  if (profile.mappings.length === 0) {
    const flags = {hasFunctions: false, hasFilenames: false, hasLineNumbers: false, hasInlineFrames: false}
    profile.mappings = [{id: 1n, start: 0n, limit: 0n, offset: 0n, file: '', buildId: '', ...flags}]
    profile.locationMapping = new Int32Array(profile.locationCount)
  }
  const [main, ...others] = profile.mappings
  if (main === undefined) return
  const file = binary === undefined ? main.file : rawOfText(binary)
  profile.mappings = [{...main, file, buildId: main.buildId === '' ? rawOfText(buildId) : main.buildId}, ...others]
}

async function readAll(
  files: readonly string[],
  context: ProfileContext,
  what: string,
  request: ProfileRequest,
  binary: string | undefined,
): Promise<WorkingProfile[]> {
  // pprof leaves the names in the comments of Go's texts alone; what it does not print has no reason to.
  const options = {symbols: request.symbolize === 'comments' || (request.symbolize === '' && isOwnCommand(request.command))}
  const profiles: WorkingProfile[] = []
  let failure: unknown
  for (const file of files) {
    try {
      const profile = workingProfile(await readProfile(await context.host.open(file), context.task, options))
      if (profile.sampleCount === 0) context.note(`${file}: the profile holds no samples`)
      else if (profile.functionCount === 0)
        context.note(`${file}: addresses without names; -symbolize=comments takes those that Go writes into its texts`)
      nameMappings(profile, binary, request.buildId)
      profiles.push(profile)
    } catch (error) {
      failure = withName(error, file)
      // The only one is said by whoever catches it.
      if (files.length > 1) context.note(failure instanceof Error ? failure.message : String(failure))
    }
  }
  if (profiles.length === 0 && failure !== undefined) throw failure
  if (profiles.length < files.length && files.length > 1) context.note(`Fetched ${profiles.length} ${what} profiles out of ${files.length}`)
  return profiles
}

/** An error of the catalogue, which has bytes and limits in it, with the file it is about. */
function withName(error: unknown, file: string): unknown {
  if (!(error instanceof TriageError) || error.code === 'cancelled' || error.message.includes(`"${file}"`)) return error
  return new TriageError(error.code, `${file}: ${error.message}`, error.hint, error)
}

const kinds: Readonly<Record<string, ReportKind>> = {
  top: 'top',
  text: 'top',
  tree: 'tree',
  peek: 'tree',
  traces: 'traces',
  tags: 'tags',
  raw: 'raw',
  list: 'list',
  comments: 'comments',
  callgrind: 'callgrind',
  dot: 'dot',
}

/** Reports that are made from a graph, which knows nothing of bases. */
const graphKinds: ReadonlySet<ReportKind> = new Set(['top', 'tree', 'list', 'dot', 'callgrind', 'topproto'])

/** The report as bytes, in parts; what pprof writes to stdout. */
export async function* profileReport(request: ProfileRequest, context: ProfileContext): AsyncGenerator<Uint8Array> {
  for (const note of request.notes) context.note(note)
  const profile = await loadProfile(request, context)
  yield* reportOf(profile, request, context)
}

/** What would be an empty answer, in pprof too, says why on the side. */
function saidOf(text: string, whyEmpty: string, context: ProfileContext): Uint8Array {
  if (text === '') context.note(whyEmpty)
  return bytesOfRaw(text)
}

export async function* reportOf(profile: WorkingProfile, request: ProfileRequest, context: ProfileContext): AsyncGenerator<Uint8Array> {
  const kind = kinds[request.command]
  if (kind === undefined) throw errors.usage(`profile ${request.command} is not a report`, 'See gotriage profile --help.')
  const report = prepareReport(profile, kind, request, context)
  switch (kind) {
    case 'top':
      yield bytesOfRaw(topText(report))
      return
    case 'tree':
      yield bytesOfRaw(treeText(report))
      return
    case 'tags':
      yield saidOf(tagsText(report), 'no sample has a label that is shown', context)
      return
    case 'comments':
      yield saidOf(commentsText(report), 'the profile has no comments', context)
      return
    case 'callgrind':
      yield bytesOfRaw(callgrindText(report))
      return
    case 'dot':
      yield bytesOfRaw(dotText(report))
      return
    case 'list':
      yield bytesOfRaw(await sourceText(report, context.host))
      return
    case 'traces':
      for (const part of tracesText(report)) yield bytesOfRaw(part)
      return
    default:
      for (const part of rawText(report.profile)) yield bytesOfRaw(part)
  }
}

/** Filters, aggregates and totals, in pprof's order (generateRawReport). */
export function prepareReport(profile: WorkingProfile, kind: ReportKind, request: ProfileRequest, context: ProfileContext): Report {
  const units = numberLabelUnits(profile)
  for (const [key, ignored] of units.ignored) {
    context.note(`For tag ${key} used unit ${units.unitOf.get(key)}, also encountered unit(s) ${ignored.join(', ')}`)
  }
  const config = overridden(request.command, kind, request.config)
  const frames = addLabelFrames(profile, rawOfText(config.tagroot), rawOfText(config.tagleaf), config.unit)
  if (config.tagroot !== '' && !frames.root) context.note('TagRoot expression matched no samples')
  if (config.tagleaf !== '' && !frames.leaf) context.note('TagLeaf expression matched no samples')
  const filters = {
    focus: config.focus,
    ignore: config.ignore,
    hide: config.hide,
    show: config.show,
    showFrom: config.show_from,
    pruneFrom: config.prune_from,
    tagFocus: config.tagfocus,
    tagIgnore: config.tagignore,
    tagShow: config.tagshow,
    tagHide: config.taghide,
  }
  const warn = (line: string) => context.note(line)
  if (config.relative_percentages) applyFilters(profile, filters, units, warn)
  const report = makeReport(profile, reportOptions(profile, kind, request, config, units.unitOf))
  if (!config.relative_percentages) applyFilters(profile, filters, units, warn)
  aggregate(profile, aggregationOf(config))
  if (graphKinds.has(kind)) {
    if (baseLabelSets(profile) !== undefined) removeBaseLabel(profile)
  }
  return report
}

/** What some commands decide for themselves (applyCommandOverrides). */
function overridden(command: string, kind: ReportKind, config: ProfileConfig): ProfileConfig {
  const whole = {nodecount: 0, nodefraction: 0, edgefraction: 0}
  if (command === 'peek') return {...config, ...whole}
  if (command === 'list') return {...config, ...whole, granularity: 'lines'}
  if (kind === 'proto' || kind === 'raw' || kind === 'callgrind') return {...config, ...whole, granularity: 'addresses'}
  if (!config.trim) return {...config, ...whole}
  if (config.nodecount !== -1) return config
  return {...config, nodecount: kind === 'top' || kind === 'topproto' ? 0 : 80}
}

function aggregationOf(config: ProfileConfig) {
  const inlines = !config.noinlines
  const columns = config.showcolumns
  const none = {inlines, columns, functions: false, files: false, lineNumbers: false, addresses: false}
  switch (config.granularity) {
    case 'addresses':
      if (inlines) return {inlines, columns: true, functions: true, files: true, lineNumbers: true, addresses: true}
      return {...none, functions: true, files: true, lineNumbers: true, addresses: true}
    case 'lines':
      return {...none, functions: true, files: true, lineNumbers: true}
    case 'files':
      return {...none, files: true}
    case 'filefunctions':
      return {...none, functions: true, files: true}
    default:
      return {...none, functions: true}
  }
}

function reportOptions(
  profile: WorkingProfile,
  kind: ReportKind,
  request: ProfileRequest,
  config: ProfileConfig,
  numberUnits: ReadonlyMap<string, string>,
): ReportOptions {
  if (config.divide_by === 0) throw errors.usage('zero divisor specified', 'Give -divide_by another value.')
  const sampleIndex = sampleIndexByName(profile, rawOfText(config.sample_index))
  const type = profile.header.sampleTypes[sampleIndex]
  if (type === undefined) throw errors.usage('profile has no samples', 'Name a profile that has sample types.')
  const named = ['focus', 'ignore', 'hide', 'show', 'show_from', 'tagfocus', 'tagignore', 'tagshow', 'taghide'] as const
  return {
    kind,
    cumSort: config.sort === 'cum',
    dropNegative: config.drop_negative,
    compactLabels: config.compact_labels,
    ratio: 1 / config.divide_by,
    nodeCount: config.nodecount,
    nodeFraction: config.nodefraction,
    edgeFraction: config.edgefraction,
    callTree: config.call_tree,
    activeFilters: named.filter(name => config[name] !== '').map(name => rawOfText(`${name}=${config[name]}`)),
    numberUnits,
    sampleIndex,
    mean: config.mean,
    sampleType: config.mean ? `mean_${type.type}` : type.type,
    sampleUnit: type.unit,
    outputUnit: rawOfText(config.unit),
    symbol: request.argument === undefined ? undefined : compilePattern(request.argument, 'argument'),
    sourcePath: rawOfText(config.source_path),
    trimPath: rawOfText(config.trim_path),
  }
}
