// The packages of a module through the rules: what `check` prints and `diagnose` joins with evidence.
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import type {CheckedFile} from '../analysis/engine/checked-package.ts'
import type {AnyRule, Preset} from '../analysis/engine/rule.ts'
import {hazardsOf} from '../analysis/engine/hazards.ts'
import type {PackageFindings} from '../analysis/engine/report.ts'
import {concludeModule, runOnPackage, type RunnableRule, type Watch} from '../analysis/engine/run-rules.ts'
import {type Directive, directivesIn} from '../analysis/suppression/directives.ts'
import type {SourceFunction, SourceIndex} from '../diagnosis/source-index.ts'
import type {Envelope, Note} from '../findings/envelope.ts'
import type {Hazard} from '../findings/finding.ts'
import {loadPackages} from '../go/load/load-packages.ts'
import {declaredFunctionName} from '../go/types/symbol.ts'
import {sizesFor, type FileState} from '../go/types/api.ts'
import {rules as registered} from '../rules/registry.generated.ts'
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
  /** Instead of what the environment says. */
  readonly goos?: string
  readonly goarch?: string
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

const presetRank: Readonly<Record<Preset, number>> = {default: 0, strict: 1, all: 2}

/** Every rule of the registry, folders of near neighbours flattened. */
export const allRules: readonly RunnableRule[] = registered.flatMap((rule: AnyRule) => (Array.isArray(rule) ? rule : [rule]))

export function selectRules(preset: Preset, ruleIds: readonly string[] | undefined, registry = allRules): RunnableRule[] {
  if (ruleIds !== undefined) return registry.filter(rule => ruleIds.includes(rule.id))
  return registry.filter(rule => presetRank[rule.preset as Preset] <= presetRank[preset])
}

/** What one platform's packages left behind: plain data, so that it can be cached and merged. */
export interface ModuleRun {
  /** `goos/goarch` */
  readonly platform: string
  readonly packages: readonly PackageFindings[]
  /** Number of type errors, package by package. */
  readonly typeErrors: readonly number[]
  readonly directives: readonly Directive[]
  /** Files of packages some of whose imports are not on this machine, as findings name them. */
  readonly untyped: readonly string[]
  readonly missing: readonly string[]
  readonly functions: readonly SourceFunction[]
  readonly mainPackages: readonly string[]
  readonly notes: readonly Note[]
  readonly complete: boolean
  readonly config: Envelope['config']
}

/** Loads, types and runs the rules over every package that matches, for one build configuration. */
export async function runModule(request: ModuleCheckRequest, host: Host, task: Task, watch?: Watch): Promise<ModuleRun> {
  const {dir, patterns, shownFrom, tests = true, tags, goos, goarch} = request
  const loaded = await loadPackages(
    host,
    {dir, patterns, tests, ...(tags ? {tags} : {}), ...(goos === undefined ? {} : {goos}), ...(goarch === undefined ? {} : {goarch})},
    task,
  )
  const rules = request.rules ?? selectRules(request.preset ?? 'default', request.ruleIds)
  const notes: Note[] = loaded.notes.map(note => ({...note, ...(note.path === undefined ? {} : {path: shownPath(note.path, shownFrom)})}))
  const [main] = loaded.mainModules
  const [packages, directives, functions]: [PackageFindings[], Directive[], SourceFunction[]] = [[], [], []]
  const typeErrors: number[] = []
  const mainPackages = new Set<string>()
  const untyped = new Set<string>()
  const missing = new Set<string>()
  for await (const typed of typePackages(loaded, task)) {
    const files = typed.checked.info.files.map(state => checkedFile(typed, state, loaded.bytes, shownFrom))
    if (typed.loaded.name === 'main') mainPackages.add(typed.loaded.importPath)
    for (const path of typed.loaded.missing) missing.add(path)
    if (typed.loaded.missing.length > 0) for (const file of files) untyped.add(file.path)
    typeErrors.push(typed.checked.errors.length)
    directives.push(...files.flatMap(directivesIn))
    functions.push(...functionsOf(typed, main?.dir, shownFrom))
    packages.push(
      runOnPackage(
        rules,
        {
          types: typed.checked.package,
          files,
          assembly: typed.loaded.sFiles.map(file => ({path: shownPath(file.path, shownFrom), bytes: () => loaded.bytes(file)})),
          sizes: sizesFor(loaded.config.goarch),
          mainGoVersion: main?.goVersion,
          goos: loaded.config.goos,
          goarch: loaded.config.goarch,
        },
        watch,
      ),
    )
  }
  if (packages.length === 0) notes.push({code: 'no-go-files', message: 'no Go package was found here', path: dir})
  const {goos: builtFor, goarch: builtArch, cgo, tags: builtTags, std} = loaded.config
  return {
    platform: `${builtFor}/${builtArch}`,
    packages,
    typeErrors,
    directives,
    untyped: [...untyped],
    missing: [...missing].sort(),
    functions,
    mainPackages: [...mainPackages],
    notes,
    complete: !notes.some(note => note.code === 'file-unreadable' || note.code === 'file-too-large' || note.code === 'limit'),
    config: {goos: builtFor, goarch: builtArch, cgo, tags: builtTags, std},
  }
}

/** One platform, without suppression, baseline or fixes: for those who join hazards with evidence. */
export async function checkModule(request: ModuleCheckRequest, host: Host, task: Task): Promise<ModuleCheck> {
  const rules = request.rules ?? selectRules(request.preset ?? 'default', request.ruleIds)
  const run = await runModule({...request, rules}, host, task)
  const {reports, notes} = concludeModule(rules, run.packages)
  return {
    hazards: hazardsOf(rules, [{reports}]),
    notes: [...run.notes, ...notes],
    complete: run.complete,
    config: run.config,
    index: {functions: run.functions, mainPackages: new Set(run.mainPackages)},
    packagesChecked: run.packages.length,
    sourceLine: lineReader(host, request.shownFrom),
  }
}

/** `/`-separated, relative to the directory of `-C` when below it, else absolute. */
export function shownPath(path: string, from: string): string {
  const base = from.replace(/\/+$/, '')
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
  return typed.checked.info.files.flatMap(state =>
    state.tree.decls.flatMap(decl => {
      if (decl.kind !== 'FuncDecl') return []
      const symbol = declaredFunctionName(typed.loaded.importPath, decl)
      const file = moduleDir === undefined ? state.path : shownPath(state.path, moduleDir)
      return [
        {
          symbol,
          file,
          shownFile: shownPath(state.path, shownFrom),
          startLine: lineAt(state.lines, decl.pos),
          endLine: lineAt(state.lines, decl.end),
        },
      ]
    }),
  )
}

function lineAt(lines: ArrayLike<number>, offset: number): number {
  let [low, high] = [0, lines.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (lines[middle]! <= offset) low = middle
    else high = middle - 1
  }
  return low + 1
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
