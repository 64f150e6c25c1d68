// The packages of a module through the rules: what `check` prints and `diagnose` joins with evidence.
import type {DeclarationCache} from '../base/declaration-cache.ts'
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import {stackOverflowed, tellsOfOverflow} from '../base/stack-overflow.ts'
import {pathPattern} from '../analysis/config/path-pattern.ts'
import type {CgoPolicy, CheckedFile} from '../analysis/engine/checked-package.ts'
import {type AnyRule, type Preset, presetRank} from '../analysis/engine/rule.ts'
import {hazardsOf} from '../analysis/engine/hazards.ts'
import type {PackageFindings} from '../analysis/engine/report.ts'
import {concludeModule, runOnPackage, type RunnableRule, type Watch} from '../analysis/engine/run-rules.ts'
import {type Directive, directivesIn} from '../analysis/suppression/directives.ts'
import {sourceFunctions, type SourceFunction, type SourceIndex} from '../go/flow/symbol-join.ts'
import type {Envelope, Note} from '../findings/envelope.ts'
import type {Hazard} from '../findings/finding.ts'
import type {ApiDescription} from '../go/cgo/api/api-description.ts'
import type {LoadedPackage, SourceFile} from '../go/load/api.ts'
import {depthOf} from '../go/syntax/digest.ts'
import {PackageChecker} from '../go/load/check-packages.ts'
import {loadPackages} from '../go/load/load-packages.ts'
import {packageKeys} from '../go/load/package-keys.ts'
import {sizesFor, type Checked, type FileState} from '../go/types/api.ts'
import {rules as registered} from '../rules/registry.generated.ts'
import {cTextsOf, type CTextDigest} from './c-texts.ts'
import {budgetNote, moduleSummaries} from './module-summaries.ts'
import {packageDigests, type PackageDigests, type SeenDigests} from './package-digests.ts'
import {typePackages, type TypedPackage} from './type-packages.ts'

export interface ModuleCheckRequest {
  /** Where patterns and the main module are looked up. */
  readonly dir: string
  readonly patterns: readonly string[]
  /** Paths in findings are relative to this directory when below it. */
  readonly shownFrom: string
  readonly tests?: boolean
  readonly tags?: readonly string[]
  readonly preset?: Preset
  /** Only these rules, whatever their preset. */
  readonly ruleIds?: readonly string[]
  /** Instead of preset and ids: the rules themselves. */
  readonly rules?: readonly RunnableRule[]
  /** Plain data, so that a cache can hold results against it. */
  readonly cgo?: CgoRequest
  /** Instead of what the environment says. */
  readonly goos?: string
  readonly goarch?: string
}

/** What gotriage.yaml says of calls into C. */
export interface CgoRequest {
  /** The directory the patterns are relative to. */
  readonly dir: string
  readonly wrappers?: readonly string[]
  readonly contract?: {readonly path: string; readonly functions: readonly string[]}
  /** What the project says of C functions. */
  readonly api?: ApiDescription
}

export interface ModuleCheck {
  readonly hazards: readonly Hazard[]
  readonly notes: readonly Note[]
  readonly complete: boolean
  readonly config: Envelope['config']
  readonly index: SourceIndex
  readonly packagesChecked: number
  /** A line of a file as findings name it, from 1. */
  sourceLine(file: string, line: number): string | undefined
}

/** Every rule of the registry, folders of near neighbours flattened. */
export const allRules: readonly RunnableRule[] = registered.flatMap((rule: AnyRule) => (Array.isArray(rule) ? rule : [rule]))

export function selectRules(preset: Preset, ruleIds: readonly string[] | undefined, registry = allRules): RunnableRule[] {
  if (ruleIds !== undefined) return registry.filter(rule => ruleIds.includes(rule.id))
  return registry.filter(rule => presetRank[rule.preset as Preset] <= presetRank[preset])
}

/** What one package left behind: plain data, so that it can be cached. */
export interface PackageResult {
  readonly importPath: string
  readonly isMain: boolean
  readonly findings: PackageFindings
  readonly typeErrors: number
  readonly directives: readonly Directive[]
  readonly functions: readonly SourceFunction[]
  /** As findings name them. */
  readonly files: readonly string[]
  /** Imports that lead to nothing on this machine. */
  readonly missing: readonly string[]
  /** Packages of which bodies were looked into, with what they were then; those that never change are left out. */
  readonly bodies?: readonly (readonly [id: string, digest: string])[]
  /** Headers that types of C were taken from, or would have been. */
  readonly cTexts?: readonly CTextDigest[]
}

/** What one platform's packages left behind: plain data, so that it can be cached and merged. */
export interface ModuleRun {
  /** `goos/goarch` */
  readonly platform: string
  /** In go list's order. */
  readonly packages: readonly PackageResult[]
  readonly notes: readonly Note[]
  readonly complete: boolean
  readonly config: Envelope['config']
  /** Directories of the main packages, and of the main module. */
  readonly programDirs: readonly string[]
  readonly gomodcache: string
}

/** Results of packages that need not be computed again. */
export interface Reuse {
  hash(content: Uint8Array | string): string
  /** Asked once for every package, in go list's order; `key` says everything its result depends on. */
  get(key: string): PackageResult | undefined
  /** What an earlier run knew of files, and what this one knows. */
  readonly seen: SeenDigests
  keepSeen(seen: SeenDigests): void
}

/** Declaration files, and what keys are made of: files of GOROOT and the module cache are looked at by `host`. */
export interface DeclarationService {
  readonly cache: DeclarationCache
  readonly host: Host
  /** Milliseconds since the epoch. */
  now(): number
}

export interface ModuleServices {
  readonly reuse?: Reuse
  readonly declarations?: DeclarationService
  readonly watch?: Watch
}

/** Loads, types and runs the rules over every package that matches, for one build configuration. */
export async function runModule(
  request: ModuleCheckRequest,
  host: Host,
  task: Task,
  {reuse, declarations, watch}: ModuleServices = {},
): Promise<ModuleRun> {
  const {dir, patterns, shownFrom, tests = true, tags, goos, goarch} = request
  const loaded = await loadPackages(
    host,
    {
      dir,
      patterns,
      tests,
      ...(tags ? {tags} : {}),
      ...(goos === undefined ? {} : {goos}),
      ...(goarch === undefined ? {} : {goarch}),
      ...(declarations === undefined ? {} : {kept: {cache: declarations.cache, nowMs: declarations.now()}}),
    },
    task,
  )
  const rules = request.rules ?? selectRules(request.preset ?? 'default', request.ruleIds)
  const notes: Note[] = loaded.notes.map(note => ({...note, ...(note.path === undefined ? {} : {path: shownPath(note.path, shownFrom)})}))
  const [main] = loaded.mainModules
  const kept =
    declarations === undefined
      ? undefined
      : {cache: declarations.cache, keys: await packageKeys(declarations.host, loaded, declarations.cache, declarations.now())}
  const results = new Map<LoadedPackage, PackageResult>()
  const checker = new PackageChecker(loaded, {readsC: true, kept})
  const cTexts = reuse && cTextsOf(loaded, checker, reuse.hash)
  const digests = reuse && packageDigests(loaded, reuse.hash, kept?.keys ?? new Map(), reuse.seen)
  if (reuse !== undefined && digests !== undefined) {
    const common = JSON.stringify([rules.map(rule => rule.id), request.cgo, shownFrom, main?.dir, loaded.program, loaded.config])
    for (const root of loaded.roots) {
      const known = reuse.get(reuse.hash(`${common}\n${digests.of(root)}`))
      const unchanged = (known?.bodies ?? []).every(([id, digest]) => {
        const pkg = loaded.package(id)
        return pkg !== undefined && digests.whole(pkg) === digest
      })
      if (known !== undefined && unchanged && cTexts?.unchanged(known.cTexts ?? []) !== false) results.set(root, known)
    }
    reuse.keepSeen(digests.seen())
  }
  const summaries = moduleSummaries(loaded, checker, kept)
  const analyse = (typed: TypedPackage): PackageResult => {
    const asking = summaries.askedBy()
    const files = typed.checked.info.files.map(state => checkedFile(typed, state, loaded.bytes, shownFrom))
    const other = (file: SourceFile) => ({path: shownPath(file.path, shownFrom), bytes: () => loaded.bytes(file)})
    const findings = runOnPackage(
      rules,
      {
        types: typed.checked.package,
        files,
        assembly: typed.loaded.sFiles.map(other),
        cFiles: [...typed.loaded.cFiles, ...typed.loaded.hFiles].map(other),
        sizes: sizesFor(loaded.config.goarch),
        program: loaded.program,
        goos: loaded.config.goos,
        goarch: loaded.config.goarch,
        summaryOf: asking.of,
        ...(request.cgo === undefined ? {} : {cgoPolicy: cgoPolicyOf(request.cgo, shownFrom)}),
        ...(request.cgo?.api === undefined ? {} : {cApi: request.cgo.api}),
      },
      watch,
    )
    return {
      importPath: typed.loaded.importPath,
      isMain: typed.loaded.name === 'main',
      findings: {...findings, notes: [...files.flatMap(file => brokenNote(file, typed.checked.errors)), ...findings.notes]},
      typeErrors: typed.checked.errors.length,
      directives: files.flatMap(directivesIn),
      functions: functionsOf(typed, main?.dir, shownFrom),
      files: files.map(file => file.path),
      missing: typed.loaded.missing,
      ...(digests === undefined
        ? {}
        : bodiesOf(
            asking.packages().filter(pkg => kept?.keys.get(pkg) === undefined),
            digests,
          )),
      ...(cTexts === undefined ? {} : textsOf(cTexts.of(typed.loaded))),
    }
  }
  for await (const typed of typePackages(loaded, task, new Set(results.keys()), checker)) {
    try {
      const result = analyse(typed)
      if (result.findings.notes.some(({message}) => tellsOfOverflow(message))) stackOverflowed(task)
      results.set(typed.loaded, result)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      stackOverflowed(task)
      notes.push(tooDeep(typed, shownFrom))
    }
  }
  summaries.keep()
  notes.push(...budgetNote(summaries.overBudget))
  if (results.size === 0) notes.push({code: 'no-go-files', message: 'no Go package was found here', path: dir})
  const {goos: builtFor, goarch: builtArch, cgo, tags: builtTags, std} = loaded.config
  return {
    platform: `${builtFor}/${builtArch}`,
    packages: loaded.roots.flatMap(root => results.get(root) ?? []),
    notes,
    complete: ![...notes, ...[...results.values()].flatMap(({findings}) => findings.notes)].some(({code}) => incompleteCodes.has(code)),
    config: {goos: builtFor, goarch: builtArch, cgo, tags: builtTags, std},
    programDirs: [...loaded.roots.filter(root => root.name === 'main'), ...(main === undefined ? [] : [main])].flatMap(
      one => one.dir ?? [],
    ),
    gomodcache: loaded.config.gomodcache,
  }
}

const bodiesOf = (packages: readonly LoadedPackage[], digests: PackageDigests): Pick<PackageResult, 'bodies'> =>
  packages.length === 0 ? {} : {bodies: packages.map(pkg => [pkg.id, digests.whole(pkg)] as const)}

const textsOf = (cTexts: readonly CTextDigest[]): Pick<PackageResult, 'cTexts'> => (cTexts.length === 0 ? {} : {cTexts})

/** Notes that say that a file was not read to its end. */
const incompleteCodes: ReadonlySet<string> = new Set(['file-unreadable', 'file-too-large', 'limit', 'syntax-error', 'nested-too-deeply'])

/** A file that is no valid Go, or nests too deeply for this thread, is checked as far as it could be read, and that is said. */
function brokenNote({path, state}: CheckedFile, errors: Checked['errors']): Note[] {
  const [first] = state.syntaxErrors
  if (first !== undefined) {
    const message = `line ${first.line}, column ${first.column}: ${first.message}; what could not be read of the file is not checked`
    return [{code: 'syntax-error', message, path}]
  }
  const overflow = errors.some(({file, message}) => file === state && tellsOfOverflow(message))
  return overflow ? [{code: 'nested-too-deeply', message: 'nested too deeply for its types to be checked in full', path}] : []
}

/** The stack of the thread did not suffice; which of the files nests deepest is said, and the package is left out. */
function tooDeep(typed: TypedPackage, shownFrom: string): Note {
  const depths = typed.checked.info.files.map(({path, tree}) => ({path, depth: depthOf(tree)}))
  const deepest = depths.toSorted((a, b) => b.depth - a.depth)[0]
  const path = shownPath(deepest?.path ?? typed.loaded.dir, shownFrom)
  return {code: 'nested-too-deeply', message: 'nested too deeply to be checked; its package is left out', path}
}

function cgoPolicyOf({dir, wrappers, contract}: CgoRequest, shownFrom: string): CgoPolicy {
  const covers = wrappers?.flatMap(pattern => pathPattern(pattern) ?? [])
  const below = (file: string) => shownPath(file.startsWith('/') ? file : `${shownFrom.replace(/\/+$/, '')}/${file}`, dir)
  return {
    ...(wrappers === undefined
      ? {}
      : {wrappers: {text: wrappers.join(', '), covers: (file: string) => covers?.some(covered => covered(below(file))) === true}}),
    ...(contract === undefined ? {} : {contract: {text: contract.path, functions: new Set(contract.functions)}}),
  }
}

/** `checkModule` somewhere else, so that the caller's thread is free meanwhile. Only without `rules`: the request is copied. */
export type CheckAside = (request: ModuleCheckRequest, host: Host, task: Task) => Promise<ModuleCheck>

/** One platform, without suppression, baseline or fixes: for those who join hazards with evidence. */
export async function checkModule(request: ModuleCheckRequest, host: Host, task: Task): Promise<ModuleCheck> {
  const rules = request.rules ?? selectRules(request.preset ?? 'default', request.ruleIds)
  const run = await runModule({...request, rules}, host, task)
  const {reports, notes} = concludeModule(
    rules,
    run.packages.map(one => one.findings),
  )
  return {
    hazards: hazardsOf(rules, [{reports}]),
    notes: [...run.notes, ...notes],
    complete: run.complete,
    config: run.config,
    index: sourceIndex([run]),
    packagesChecked: run.packages.length,
    sourceLine: lineReader(host, request.shownFrom),
  }
}

/** What places of evidence can be joined with. */
export const sourceIndex = (runs: readonly ModuleRun[]): SourceIndex => {
  const packages = runs.flatMap(run => run.packages)
  return {
    functions: packages.flatMap(one => one.functions),
    mainPackages: new Set(packages.flatMap(one => (one.isMain ? [one.importPath] : []))),
  }
}

/** `/`-separated, relative to the directory of `-C` when below it, else absolute. */
export function shownPath(path: string, from: string): string {
  const base = from.replace(/\/+$/, '')
  if (path === base) return '.'
  return path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path
}

function checkedFile(
  typed: TypedPackage,
  state: FileState,
  bytes: (file: TypedPackage['loaded']['files'][number]) => Uint8Array,
  shownFrom: string,
): CheckedFile {
  const file = typed.loaded.files[state.index]
  if (file === undefined) throw new Error('Bug: a checked file is not one of its package')
  const content = bytes(file)
  return {path: shownPath(file.path, shownFrom), bytes: content, state, generated: isGenerated(content, state.tree.package)}
}

/** The marker of https://go.dev/s/generatedcode, on a line of its own before the package clause. */
const isGenerated = (bytes: Uint8Array, packageAt: number) =>
  /^\/\/ Code generated .* DO NOT EDIT\.\r?$/m.test(new TextDecoder().decode(bytes.subarray(0, packageAt)))

function functionsOf(typed: TypedPackage, moduleDir: string | undefined, shownFrom: string): SourceFunction[] {
  return typed.checked.info.files.flatMap(state => {
    const file = moduleDir === undefined ? state.path : shownPath(state.path, moduleDir)
    return sourceFunctions(typed.loaded.importPath, state, file, shownPath(state.path, shownFrom))
  })
}

/** Lines of files that findings name, read when they are printed; undefined when the file is gone or the host cannot read at once. */
export function lineReader(host: Host, shownFrom: string): ModuleCheck['sourceLine'] {
  const split = new Map<string, readonly string[]>()
  return (file, line) => {
    let lines = split.get(file)
    if (lines === undefined) {
      try {
        const path = file.startsWith('/') ? file : `${shownFrom}/${file}`
        const bytes = host.readFileSync?.(path)
        lines = bytes === undefined ? [] : new TextDecoder().decode(bytes).split(/\r?\n/)
      } catch {
        lines = []
      }
      split.set(file, lines)
    }
    return lines[line - 1]
  }
}
