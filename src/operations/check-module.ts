// The packages of a module through the rules: what `check` prints and `diagnose` joins with evidence.
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import type {CheckedFile} from '../analysis/engine/checked-package.ts'
import type {AnyRule, Preset} from '../analysis/engine/rule.ts'
import {type RunnableRule, startRules} from '../analysis/engine/run-rules.ts'
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

export function selectRules(preset: Preset, ruleIds: readonly string[] | undefined): RunnableRule[] {
  if (ruleIds !== undefined) return allRules.filter(rule => ruleIds.includes(rule.id))
  return allRules.filter(rule => presetRank[rule.preset as Preset] <= presetRank[preset])
}

export async function checkModule(request: ModuleCheckRequest, host: Host, task: Task): Promise<ModuleCheck> {
  const loaded = await loadPackages(
    host,
    {dir: request.dir, patterns: request.patterns, tests: request.tests ?? true, ...(request.tags ? {tags: request.tags} : {})},
    task,
  )
  const run = startRules(selectRules(request.preset ?? 'default', request.ruleIds))
  const functions: SourceFunction[] = []
  const mainPackages = new Set<string>()
  const files = new Map<string, Uint8Array>()
  const notes: Note[] = loaded.notes.map(note => ({
    ...note,
    ...(note.path === undefined ? {} : {path: shownPath(note.path, request.shownFrom)}),
  }))
  const moduleDir = loaded.mainModules[0]?.dir
  let packagesChecked = 0
  for await (const typed of typePackages(loaded, task)) {
    packagesChecked++
    const checkedFiles = typed.checked.info.files.map(state => checkedFile(typed, state, loaded.bytes, request.shownFrom))
    for (const file of checkedFiles) files.set(file.path, file.bytes)
    if (typed.loaded.name === 'main') mainPackages.add(typed.loaded.importPath)
    functions.push(...functionsOf(typed, moduleDir, request.shownFrom))
    run.visit({
      types: typed.checked.package,
      files: checkedFiles,
      assembly: typed.loaded.sFiles.map(file => ({path: shownPath(file.path, request.shownFrom), bytes: () => loaded.bytes(file)})),
      sizes: sizesFor(loaded.config.goarch),
      goos: loaded.config.goos,
      goarch: loaded.config.goarch,
    })
  }
  const {hazards, notes: ruleNotes} = run.conclude()
  if (packagesChecked === 0) notes.push({code: 'no-go-files', message: 'no Go package was found here', path: request.dir})
  const {goos, goarch, cgo, tags, std} = loaded.config
  return {
    hazards,
    notes: [...notes, ...ruleNotes],
    complete: !notes.some(note => note.code === 'file-unreadable' || note.code === 'file-too-large' || note.code === 'limit'),
    config: {goos, goarch, cgo, tags, std},
    index: {functions, mainPackages},
    packagesChecked,
    sourceLine: lineReader(files),
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

function lineReader(files: ReadonlyMap<string, Uint8Array>): ModuleCheck['sourceLine'] {
  const split = new Map<string, readonly string[]>()
  return (file, line) => {
    let lines = split.get(file)
    if (lines === undefined) {
      const bytes = files.get(file)
      if (bytes === undefined) return undefined
      lines = new TextDecoder().decode(bytes).split(/\r?\n/)
      split.set(file, lines)
    }
    return lines[line - 1]
  }
}
