// What the patterns of a command line name: directories (`./...`), import paths, wildcards in import paths, `std`, `cmd`, and single files.
// Follows modload.LoadPackages, search.MatchDirs and modload.matchPackages; links are never walked.
import {TriageError} from '../../base/errors.ts'
import {checkpoint, type Task} from '../../base/progress.ts'
import {isBuiltinPath, isLocalPattern, isStandardImportPath, patternMatcher, treeMatcher} from './import-path.ts'
import {hasPathPrefix, isAbsolutePath, joinPath} from './module-path.ts'
import type {ModuleGraph} from './module-graph.ts'
import {moduleOfMain, type Found, type PackageFinder} from './package-finder.ts'
import {hasGo, type DirectoryScan} from './scan-directory.ts'
import type {Settings} from './settings.ts'
import type {Tree} from './tree.ts'
import {modFileBytesMax, type MainModule, type Workspace} from './workspace.ts'
import {parseModFile} from './mod-file.ts'

export interface Matched extends Found {
  /** Set for packages named file by file. */
  readonly onlyFiles?: ReadonlySet<string>
}

export interface MatchContext {
  readonly tree: Tree
  readonly settings: Settings
  readonly workspace: Workspace
  readonly graph: ModuleGraph
  readonly finder: PackageFinder
  readonly dir: string
  readonly task: Task | undefined
  scan(dir: string): Promise<DirectoryScan>
}

/** Directories walked for one pattern; GOROOT/src has about 3,000, the largest monorepos seen 100,000. */
const directoriesMax = 1_000_000

export async function matchPatterns(context: MatchContext, patterns: readonly string[]): Promise<Matched[]> {
  const found = new Map<string, Matched>()
  const add = (matches: readonly Matched[]) => {
    for (const match of matches) if (!found.has(match.importPath)) found.set(match.importPath, match)
  }
  const files = patterns.filter(pattern => pattern.endsWith('.go') && !pattern.includes('...'))
  if (files.length > 0) add(await namedFiles(context, files))
  for (const pattern of patterns.length === 0 ? ['.'] : patterns) {
    if (files.includes(pattern)) continue
    const clean = pattern.replaceAll('\\', '/')
    const matches = await matchOne(context, clean)
    if (matches.length === 0) context.finder.note({code: 'pattern-unmatched', message: `"${pattern}" matches no package`})
    add(matches)
  }
  return [...found.values()]
}

async function matchOne(context: MatchContext, pattern: string): Promise<readonly Matched[]> {
  const {finder} = context
  if (isLocalPattern(pattern)) return matchLocal(context, pattern)
  if (pattern === 'std') return walkStd(context, '', path => isStandardImportPath(path) && !(path === 'cmd' || path.startsWith('cmd/')))
  if (pattern === 'cmd') return walkStd(context, 'cmd', () => true)
  if (pattern.includes('...')) return matchWildcard(context, pattern)
  const found = await finder.resolve(pattern, undefined)
  return found === undefined ? [] : [found]
}

/** Files in one directory make the package `command-line-arguments`. */
async function namedFiles(context: MatchContext, files: readonly string[]): Promise<Matched[]> {
  const full = files.map(file => joinPath(context.dir, file.replaceAll('\\', '/')))
  const [first = ''] = full
  const dir = first.slice(0, first.lastIndexOf('/'))
  const here = full.filter(path => path.slice(0, path.lastIndexOf('/')) === dir)
  if (here.length < full.length) throw new TriageError('usage', 'named files must all be in one directory', 'Name the directories instead.')
  const main = mainAt(context.workspace, dir)
  const module = main && moduleOfMain(main, context.finder.std)
  return [{importPath: 'command-line-arguments', dir, module, onlyFiles: new Set(here.map(path => path.slice(dir.length + 1)))}]
}

const mainAt = (workspace: Workspace, dir: string): MainModule | undefined =>
  workspace.mains.filter(main => hasPathPrefix(dir, main.dir)).sort((a, b) => b.dir.length - a.dir.length)[0]

async function matchLocal(context: MatchContext, pattern: string): Promise<Matched[]> {
  const {dir} = context
  const cut = pattern.indexOf('...')
  if (cut < 0) {
    const found = await packageAt(context, joinPath(dir, pattern), true)
    return found === undefined ? [] : [found]
  }
  // ./a/b... walks ./a and keeps what matches.
  const head = pattern.slice(0, pattern.lastIndexOf('/', cut))
  const top = head === '' && pattern.startsWith('/') ? '/' : joinPath(dir, head)
  const matches = patternMatcher(
    isAbsolutePath(pattern) ? pattern : joinPath(dir, pattern.slice(0, cut)) + (pattern[cut - 1] === '/' ? '/' : '') + pattern.slice(cut),
  )
  const found: Matched[] = []
  await walk(context, top, {stopAtModules: true, stopAtVendor: false, enter: () => true}, async at => {
    if (!matches(at)) return
    const match = await packageAt(context, at, false)
    if (match !== undefined) found.push(match)
  })
  return found
}

/** modload.resolveLocalPackage: the import path of a directory with Go files. */
async function packageAt(context: MatchContext, dir: string, literal: boolean): Promise<Matched | undefined> {
  const {tree, workspace, finder} = context
  if (!(await tree.hasGoFiles(dir))) return undefined
  const scan = await context.scan(dir)
  if (!hasGo(scan) && !(literal && scan.ignoredGoFiles.length > 0)) return undefined
  if (dir === finder.std) return undefined

  const main = mainAt(workspace, dir)
  if (main !== undefined) {
    const rest = dir === main.dir ? '' : dir.slice(main.dir.length + 1)
    const vendor = /^vendor\/(.+)$/.exec(rest)?.[1]
    if (vendor !== undefined && main.prefix !== '') {
      if (workspace.vendor === undefined || !workspace.vendor.list.byPackage.has(vendor)) return undefined
      return finder.resolve(vendor, undefined)
    }
    const importPath = rest === '' ? main.prefix : main.prefix === '' ? rest : `${main.prefix}/${rest}`
    if (isBuiltinPath(importPath)) return undefined
    if ((await finder.dirInModule(importPath, main.prefix, main.dir, true)) === undefined) return undefined
    return {importPath, dir, module: moduleOfMain(main, finder.std)}
  }
  if (hasPathPrefix(dir, finder.std)) return finder.resolve(dir.slice(finder.std.length + 1), undefined)
  return inDependency(context, dir)
}

/** A directory of the module cache or of a replacement that the main module depends on. */
async function inDependency(context: MatchContext, dir: string): Promise<Matched | undefined> {
  for (const [path, version] of await context.graph.selected()) {
    const place = await context.finder.place(path, version)
    if (place.dir === undefined || !hasPathPrefix(dir, place.dir)) continue
    const rest = dir.slice(place.dir.length + 1)
    return {importPath: rest === '' ? path : `${path}/${rest}`, dir, module: place.module}
  }
  return undefined
}

/** search.Match.MatchPackages for `std` and `cmd`: all of GOROOT/src, its vendored packages too. */
async function walkStd(context: MatchContext, below: string, wants: (path: string) => boolean): Promise<Matched[]> {
  const {finder, settings} = context
  const top = below === '' ? finder.std : `${finder.std}/${below}`
  const found: Matched[] = []
  const pathOf = (dir: string) => dir.slice(finder.std.length + 1)
  await walk(context, top, {stopAtModules: false, stopAtVendor: false, enter: dir => dir === top || wants(pathOf(dir))}, async dir => {
    const importPath = pathOf(dir)
    if (importPath === '' || isBuiltinPath(importPath) || (importPath === 'runtime/cgo' && !settings.cgo)) return
    if (!(await context.tree.hasGoFiles(dir))) return
    const scan = await context.scan(dir)
    if (!hasGo(scan) || (importPath.startsWith('cmd/vendor') && scan.name === 'main')) return
    found.push({importPath, dir, module: undefined})
  })
  return found.sort((a, b) => (a.importPath < b.importPath ? -1 : 1))
}

/** modload.matchPackages: a wildcard over the main modules, the build list and the standard library. */
async function matchWildcard(context: MatchContext, pattern: string): Promise<Matched[]> {
  const {finder, workspace, graph} = context
  const matches = patternMatcher(pattern)
  const canMatch = treeMatcher(pattern)
  const found = new Map<string, Matched>()
  const walkModule = async (top: string, prefix: string, local: boolean, vendored: boolean, module: Matched['module']) => {
    const pathOf = (dir: string) => (dir === top ? prefix : prefix === '' ? dir.slice(top.length + 1) : `${prefix}${dir.slice(top.length)}`)
    await walk(
      context,
      top,
      {stopAtModules: local, stopAtVendor: !vendored, enter: dir => dir === top || canMatch(pathOf(dir))},
      async dir => {
        const importPath = pathOf(dir)
        if (importPath === '' || isBuiltinPath(importPath) || found.has(importPath) || !matches(importPath)) return
        if (importPath === 'runtime/cgo' && !context.settings.cgo) return
        if (!(await context.tree.hasGoFiles(dir)) || !hasGo(await context.scan(dir))) return
        const actual = vendored ? await finder.resolve(importPath, undefined) : {importPath, dir, module}
        if (actual !== undefined) found.set(importPath, actual)
      },
    )
  }
  await walkModule(finder.std, '', true, false, undefined)
  if (canMatch('cmd')) await walkModule(`${finder.std}/cmd`, 'cmd', true, false, undefined)
  for (const main of workspace.mains)
    if (canMatch(main.prefix)) await walkModule(main.dir, main.prefix, true, false, moduleOfMain(main, finder.std))
  if (workspace.vendor !== undefined) await walkModule(workspace.vendor.dir, '', false, true, undefined)
  else
    for (const [path, version] of await graph.selected()) {
      if (!canMatch(path)) continue
      const place = await finder.place(path, version)
      if (place.dir !== undefined) await walkModule(place.dir, path, place.local, false, place.module)
    }
  return [...found.values()].sort((a, b) => (a.importPath < b.importPath ? -1 : 1))
}

interface WalkRules {
  readonly stopAtModules: boolean
  readonly stopAtVendor: boolean
  enter(dir: string): boolean
}

/** Every directory below `top`, itself first, without `.x`, `_x`, `testdata`, and what go.mod's `ignore` names. */
async function walk(context: MatchContext, top: string, rules: WalkRules, visit: (dir: string) => Promise<void>): Promise<void> {
  const {tree, task, finder} = context
  const ignored = await ignoreTest(context, top)
  const stack = [top]
  let seen = 0
  for (let dir = stack.pop(); dir !== undefined; dir = stack.pop()) {
    if (++seen > directoriesMax)
      return finder.note({code: 'limit', message: `directories below ${top} passed their limit of ${directoriesMax}`})
    checkpoint(task)
    const entries = await tree.entries(dir)
    if (dir !== top) {
      if (rules.stopAtModules && entries.some(entry => entry.name === 'go.mod' && entry.kind === 'file')) continue
      if (ignored(dir.slice(top.length + 1))) continue
    }
    await visit(dir)
    if (rules.stopAtVendor && dir !== top && dir.endsWith('/vendor')) continue
    const below = entries
      .filter(({name, kind}) => kind === 'directory' && !name.startsWith('.') && !name.startsWith('_') && name !== 'testdata')
      .map(({name}) => (dir === '/' ? `/${name}` : `${dir}/${name}`))
      .filter(path => rules.enter(path))
    stack.push(...below.reverse())
  }
}

/** The `ignore` directives of the module whose root is `top` or above it (go1.25). */
async function ignoreTest({tree, workspace}: MatchContext, top: string): Promise<(relative: string) => boolean> {
  const main = mainAt(workspace, top)
  const root = main?.dir ?? top
  const patterns =
    main?.modFile.ignore ?? (top === root ? parseModFile((await tree.text(`${top}/go.mod`, modFileBytesMax)) ?? '').ignore : [])
  if (patterns.length === 0) return () => false
  const above = top === root ? '' : `${top.slice(root.length + 1)}/`
  return relative => {
    const path = `${above}${relative}/`
    return patterns.some(pattern => {
      const clean = pattern.replace(/\/+$/, '')
      return clean.startsWith('./') ? path.startsWith(`${clean.slice(2)}/`) : `/${path}`.includes(`/${clean}/`)
    })
  }
}
