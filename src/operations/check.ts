// `gotriage check`: Go source in, hazards out, as an envelope. One run may look at several build configurations; comments, configuration,
// baseline and an older revision silence findings, and what could not be known is said.
import {noPackage} from './no-package.ts'
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {nearest} from '../base/nearest.ts'
import type {Task} from '../base/progress.ts'
import type {OpenRevision} from '../base/revision.ts'
import {hazardsOf} from '../analysis/engine/hazards.ts'
import type {Preset} from '../analysis/engine/rule.ts'
import {concludeModule, type RunnableRule} from '../analysis/engine/run-rules.ts'
import {applyBaseline, baselineText, readBaseline} from '../analysis/suppression/baseline.ts'
import {applyDirectives, suppressionRules} from '../analysis/suppression/apply-directives.ts'
import {changedLines} from '../analysis/suppression/changed-lines.ts'
import {knownArch, knownOs} from '../go/load/platforms.ts'
import {emptyEnvelope, type Envelope, type Note} from '../findings/envelope.ts'
import {compareFindings, type Hazard} from '../findings/finding.ts'
import {applyConfig, cgoRequest, findConfig, type FoundConfig} from './check-config.ts'
import {byHeat, type Hot, hotShares, profileFile} from './check-hot.ts'
import {allRules, lineReader, type ModuleCheckRequest, type ModuleRun, runModule, selectRules, sourceIndex} from './check-module.ts'
import {type CheckSummary, summaryOf} from './check-summary.ts'

export type {Preset}
export {summaryLine} from './check-summary.ts'

export interface CheckRequest {
  /** As in `go list`; none means `./...`. */
  readonly patterns: readonly string[]
  readonly preset?: Preset
  readonly ruleIds?: readonly string[]
  readonly tags?: readonly string[]
  /** `goos/goarch`, each a build configuration of its own; none means the environment's. */
  readonly platforms?: readonly string[]
  readonly tests?: boolean
  /** Comments of other tools that also silence findings. */
  readonly honour?: readonly ('nolint' | 'lint')[]
  /** Path of a baseline to hold findings against. */
  readonly baseline?: string
  /** The baseline is being written: it need not exist. */
  readonly writesBaseline?: boolean
  /** Only findings on lines that are new since this revision. */
  readonly newFrom?: string
  /** A profile to order findings by; `auto` for the default.pgo of a main package. */
  readonly hot?: string
  /** Path of the configuration; `none` for none. */
  readonly config?: string
}

/** What only some front ends can give. */
export interface CheckServices {
  /** Rules instead of the registry's. */
  readonly registry?: readonly RunnableRule[]
  readonly openRevision?: OpenRevision
  /** Runs one module, or answers from a cache. */
  readonly run?: (request: ModuleCheckRequest & {readonly rules: readonly RunnableRule[]}, host: Host, task: Task) => Promise<ModuleRun>
}

export interface Checked {
  readonly envelope: Envelope
  readonly summary: CheckSummary
  /** Type errors by package and platform: a fix must not add any. */
  readonly packages: ReadonlyMap<string, CheckedUnit>
  /** With `hot`: the share of the profile through each finding's function. */
  readonly hot?: Hot
  /** The baseline that the request or the configuration names. */
  readonly baselinePath?: string
  /** The document of --write-baseline. */
  baseline(): string
  sourceLine(file: string, line: number): string | undefined
}

/** A package as one platform has it. */
export interface CheckedUnit {
  readonly typeErrors: number
  /** As findings name them. */
  readonly files: readonly string[]
}

const unitsOf = (runs: readonly ModuleRun[]): ReadonlyMap<string, CheckedUnit> =>
  new Map(
    runs.flatMap(({platform, packages}) =>
      packages.map(({importPath, typeErrors, files}, i) => [`${platform} ${i} ${importPath}`, {typeErrors, files}] as const),
    ),
  )

/** Build configurations of one run. */
const platformsMax = 64

export async function check(request: CheckRequest, host: Host, task: Task, services: CheckServices = {}): Promise<Checked> {
  const registry = services.registry ?? allRules
  const known = [...registry, ...suppressionRules].map(rule => rule.id)
  requireKnown(request.ruleIds ?? [], known)
  const found = await findConfig(host, request.config, known)
  const {config} = found
  const rules = rulesOf(registry, request, found)
  const patterns = request.patterns.length > 0 ? request.patterns : ['./...']
  const tags = request.tags ?? config.tags
  const platforms = platformsOf(request.platforms ?? config.platforms ?? [])
  const tests = request.tests ?? config.tests
  const cgo = await cgoRequest(found, host)
  const base = {
    dir: host.cwd,
    patterns,
    shownFrom: host.cwd,
    rules,
    ...(tags === undefined ? {} : {tags}),
    ...(tests === undefined ? {} : {tests}),
    ...(cgo === undefined ? {} : {cgo}),
  }
  const run = services.run ?? runModule
  const runs: ModuleRun[] = []
  for (const platform of platforms.length > 0 ? platforms : [{}]) runs.push(await run({...base, ...platform}, host, task))
  if (runs.every(one => one.packages.length === 0)) throw noPackage(patterns, host.cwd)

  const notes: Note[] = uniqueNotes(runs.flatMap(one => one.notes))
  const concluded = runs.map(one => {
    const {reports, notes: ruleNotes} = concludeModule(
      rules,
      one.packages.map(({findings}) => findings),
    )
    notes.push(...ruleNotes)
    return {reports, ...(runs.length > 1 ? {platform: one.platform} : {})}
  })
  let hazards = applyConfig(hazardsOf(rules, concluded), found, host.cwd)
  hazards = silenceByComment(hazards, runs, {ran: new Set(rules.map(rule => rule.id)), known}, request, found)
  const baselinePath = request.baseline ?? (config.baseline === undefined ? undefined : `${found.dir ?? '.'}/${config.baseline}`)
  if (baselinePath !== undefined && request.writesBaseline !== true) {
    if ((await host.stat(baselinePath)) === undefined)
      throw errors.usage(`there is no baseline "${request.baseline ?? config.baseline ?? ''}"`, 'Write it once with --write-baseline.')
    const entries = readBaseline(baselinePath, await host.readFile(baselinePath))
    const [ran, files] = [new Set(rules.map(rule => rule.id)), new Set(runs.flatMap(one => one.packages.flatMap(({files: of}) => of)))]
    const whole = patterns.length === 1 && patterns[0] === './...'
    const applied = applyBaseline(
      hazards,
      entries,
      request.baseline ?? config.baseline ?? '',
      ({id, file}) => (id === undefined || ran.has(id)) && (whole || file === undefined || files.has(file)),
    )
    hazards = applied.hazards
    if (applied.stale > 0)
      notes.push({
        code: 'baseline-stale',
        message: `${applied.stale} ${applied.stale === 1 ? 'finding of the baseline no longer occurs' : 'findings of the baseline no longer occur'}: write it again`,
        path: baselinePath,
      })
  }
  const all = hazards
  if (request.newFrom !== undefined) hazards = await onNewLines(hazards, request.newFrom, host, services.openRevision)
  const hot =
    request.hot === undefined
      ? undefined
      : await hotShares(
          hazards,
          await profileFile(
            request.hot,
            runs.flatMap(one => one.programDirs),
            host,
          ),
          sourceIndex(runs.slice(0, 1)),
          host,
          task,
        )
  const alone = patterns.filter(one => one.endsWith('.go'))
  if (alone.length > 0 && runs.some(one => one.packages.some(({findings}) => findings.calls.unknown > 0)))
    notes.push({
      code: 'files-alone',
      message: 'only the named files were read, as by the go command: name the directory for the whole package',
    })
  const summary = summaryOf(runs, {unchanged: all.length - hazards.length})
  return {
    envelope: {
      ...emptyEnvelope('check'),
      complete: runs.every(one => one.complete),
      config: runs[0]?.config ?? {},
      findings: [...hazards].sort(hot === undefined ? compareFindings : byHeat(hot)),
      notes: [...notes, ...(hot?.notes ?? [])],
      data: {...summary, ...(hot === undefined ? {} : {hot: hotData(hot)})},
    },
    summary,
    ...(hot === undefined ? {} : {hot}),
    packages: unitsOf(runs),
    ...(baselinePath === undefined ? {} : {baselinePath}),
    baseline: () => baselineText(all),
    sourceLine: lineReader(host, host.cwd),
  }
}

function requireKnown(ids: readonly string[], known: readonly string[]): void {
  for (const id of ids) {
    if (known.includes(id)) continue
    const near = nearest(id, known)
    throw errors.usage(`there is no rule "${id}"`, near === undefined ? 'See "gotriage explain" for the list.' : `Did you mean "${near}"?`)
  }
}

/** Those of --rules; else those of the preset, with what the configuration switches on and off. */
function rulesOf(registry: readonly RunnableRule[], request: CheckRequest, {config}: FoundConfig): RunnableRule[] {
  const preset = request.preset ?? config.preset ?? 'default'
  if (request.ruleIds !== undefined) return selectRules(preset, request.ruleIds, registry)
  const chosen = new Set(selectRules(preset, undefined, registry).map(rule => rule.id))
  for (const [id, value] of Object.entries(config.rules)) {
    if (value === 'off') chosen.delete(id)
    else chosen.add(id)
  }
  return registry.filter(rule => chosen.has(rule.id))
}

function platformsOf(texts: readonly string[]): {goos: string; goarch: string}[] {
  if (texts.length > platformsMax) throw errors.limit('platforms of one run', platformsMax)
  return [...new Set(texts)].map(text => {
    const [, goos, goarch] = /^([a-z0-9]+)\/([a-z0-9]+)$/.exec(text) ?? []
    if (goos === undefined || goarch === undefined) throw errors.usage(`"${text}" is no platform`, 'Write GOOS/GOARCH, like linux/amd64.')
    const [word, known] = knownOs.has(goos) ? [goarch, knownArch] : [goos, knownOs]
    const near = nearest(word, [...known])
    if (!known.has(word))
      throw errors.usage(
        `Go knows no ${known === knownOs ? 'GOOS' : 'GOARCH'} "${word}"`,
        near === undefined ? 'See "go tool dist list".' : `Did you mean "${near}"?`,
      )
    return {goos, goarch}
  })
}

function silenceByComment(
  hazards: readonly Hazard[],
  runs: readonly ModuleRun[],
  ids: {readonly ran: ReadonlySet<string>; readonly known: readonly string[]},
  request: CheckRequest,
  {config}: FoundConfig,
): Hazard[] {
  const untyped = new Set(runs.flatMap(one => one.packages.flatMap(({missing, files}) => (missing.length > 0 ? files : []))))
  const shown = applyDirectives({
    hazards,
    directives: runs.flatMap(one => one.packages.flatMap(({directives}) => directives)),
    honoured: request.honour ?? config.honour ?? [],
    ...ids,
    typed: file => !untyped.has(file),
  })
  const wanted = (id: string) => (request.ruleIds === undefined ? config.rules[id] !== 'off' : request.ruleIds.includes(id))
  return shown.filter(hazard => !suppressionRules.some(rule => rule.id === hazard.id) || wanted(hazard.id))
}

/** Findings whose primary place touches a line that the revision does not have. */
async function onNewLines(hazards: readonly Hazard[], revision: string, host: Host, open: OpenRevision | undefined): Promise<Hazard[]> {
  if (open === undefined) throw errors.unsupported('an older revision cannot be read here', 'Use --baseline instead of --new-from.')
  const cwd = (await host.realpath(host.cwd)) ?? host.cwd
  const old = await open(cwd, revision)
  try {
    const changed = new Map<string, ReadonlySet<number> | 'all'>()
    const decoder = new TextDecoder()
    for (const file of new Set(hazards.map(hazard => hazard.places[0]?.file ?? ''))) {
      const path = file.startsWith('/') ? file : `${cwd}/${file}`
      if (!path.startsWith(`${old.root}/`)) continue
      const before = await old.read(path.slice(old.root.length + 1))
      const after = await host.readFile(path)
      changed.set(file, before === undefined ? 'all' : changedLines(decoder.decode(before), decoder.decode(after)))
    }
    return hazards.filter(hazard => {
      const place = hazard.places[0]
      const lines = place && changed.get(place.file)
      if (place === undefined || lines === undefined) return false
      if (lines === 'all') return true
      for (let line = place.line; line <= (place.endLine ?? place.line); line++) if (lines.has(line)) return true
      return false
    })
  } finally {
    old.close()
  }
}

const hotData = ({file, sampleType, shares}: Hot) => ({
  file,
  sampleType,
  shares: [...shares].map(([{id, fingerprint, places}, share]) => ({id, fingerprint, file: places[0]?.file, line: places[0]?.line, share})),
})

function uniqueNotes(notes: readonly Note[]): Note[] {
  const seen = new Set<string>()
  return notes.filter(note => {
    const key = JSON.stringify([note.code, note.message, note.path])
    return !seen.has(key) && seen.add(key)
  })
}
