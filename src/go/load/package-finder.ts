// From an import path to the one directory that provides it: standard library with its vendored packages, main modules, vendor/, replaced and
// cached modules (cmd/go/internal/modload/import.go importFromModules).
import type {LoadedModule, LoadNote} from './api.ts'
import {isBuiltinPath, isStandardImportPath, underCmd} from './import-path.ts'
import {cachePath, hasPathPrefix, isSafePath, joinPath, parentPath} from './module-path.ts'
import type {ModuleGraph} from './module-graph.ts'
import type {Settings} from './settings.ts'
import {bundleRoot, type Tree} from './tree.ts'
import {compareGoVersions} from './versions.ts'
import type {MainModule, Workspace} from './workspace.ts'

export interface Found {
  readonly importPath: string
  readonly dir: string
  /** Undefined for the standard library. */
  readonly module: LoadedModule | undefined
}

export interface ModulePlace {
  readonly module: LoadedModule
  /** Undefined when it is not on this machine or may not be read. */
  readonly dir: string | undefined
  /** Main modules and directory replacements: other modules may be nested in them. */
  readonly local: boolean
}

export class PackageFinder {
  readonly #tree: Tree
  readonly #settings: Settings
  readonly #workspace: Workspace
  readonly #graph: ModuleGraph
  readonly #roots: readonly string[]
  readonly #rootVersions: ReadonlyMap<string, string>
  readonly #found = new Map<string, Promise<Found | undefined>>()
  readonly #absent = new Set<string>()
  readonly #places = new Map<string, Promise<ModulePlace>>()
  readonly #vendored = new Map<string, LoadedModule>()
  readonly #notes = new Map<string, LoadNote>()
  /** GOROOT/src, or the bundle. */
  readonly std: string

  constructor(tree: Tree, settings: Settings, workspace: Workspace, graph: ModuleGraph, roots: readonly string[]) {
    this.#tree = tree
    this.#settings = settings
    this.#workspace = workspace
    this.#graph = graph
    this.#roots = roots
    this.#rootVersions = graph.rootVersions()
    this.std = settings.goroot === undefined ? bundleRoot : `${settings.goroot}/src`
  }

  /** In order of discovery. */
  get notes(): readonly LoadNote[] {
    return [...this.#notes.values()]
  }

  note(note: LoadNote): void {
    const key = `${note.code} ${note.message}`
    if (!this.#notes.has(key)) this.#notes.set(key, note)
  }

  /** What `path`, written in a package of `from`, means. */
  async resolve(path: string, from: {readonly standard: boolean; readonly importPath: string} | undefined): Promise<Found | undefined> {
    const inCmd = from?.standard === true && underCmd(from.importPath)
    // modload.loader.stdVendor: only packages of the standard library see its vendored ones.
    if (from?.standard === true && !isStandardImportPath(path)) {
      const vendored = `${inCmd ? 'cmd/vendor' : 'vendor'}/${path}`
      const found = await this.#once(vendored)
      if (found !== undefined) return found
    }
    return this.#once(path)
  }

  #once(path: string): Promise<Found | undefined> {
    let found = this.#found.get(path)
    if (found === undefined) {
      found = this.#find(path)
      this.#found.set(path, found)
    }
    return found
  }

  async #find(path: string): Promise<Found | undefined> {
    if (path === 'C' || !isSafePath(path)) return undefined
    if (isStandardImportPath(path) && !isBuiltinPath(path)) {
      const dir = `${this.std}/${path}`
      if (await this.#tree.hasGoFiles(dir)) return {importPath: path, dir, module: undefined}
    }
    return this.#workspace.vendor === undefined ? this.#findInModules(path) : this.#findVendored(path)
  }

  async #findVendored(path: string): Promise<Found | undefined> {
    for (const main of this.#workspace.mains) {
      const dir = await this.dirInModule(path, main.prefix, main.dir, true)
      if (dir !== undefined) return {importPath: path, dir, module: moduleOfMain(main, this.std)}
    }
    const {vendor} = this.#workspace
    if (vendor === undefined) return undefined
    const dir = `${vendor.dir}/${path}`
    if (!(await this.#tree.hasGoFiles(dir))) return undefined
    const listed = vendor.list.byPackage.get(path)
    if (listed === undefined) {
      // From go 1.23 on modules.txt must name the package (gover.ExplicitModulesTxtImportVersion).
      const goLine = this.#workspace.workFile?.go ?? this.#workspace.mains[0]?.modFile.go
      if (compareGoVersions(goLine ?? '1.16', '1.23') >= 0) {
        this.note({code: 'package-missing', message: `${path} is in vendor/ but not in vendor/modules.txt`, path: dir})
        return undefined
      }
      return {importPath: path, dir, module: undefined}
    }
    let module = this.#vendored.get(listed.path)
    if (module === undefined) {
      const replace = listed.replacement && {path: listed.replacement.path, version: listed.replacement.version || undefined}
      module = {
        path: listed.path,
        version: listed.version,
        main: false,
        dir: undefined,
        goVersion: listed.goVersion,
        godebug: new Map(),
        replace,
      }
      this.#vendored.set(listed.path, module)
    }
    return {importPath: path, dir, module}
  }

  async #findInModules(path: string): Promise<Found | undefined> {
    const first = this.#graph.rootsFirst ? await this.#findAmong(path, this.#rootVersions) : undefined
    return first ?? this.#findAmong(path, await this.#graph.selected(), true)
  }

  /** The longest module path that provides the package; go refuses when several do, we take the longest. */
  async #findAmong(path: string, versions: ReadonlyMap<string, string>, last = false): Promise<Found | undefined> {
    let absent: ModulePlace | undefined
    for (let prefix = path; prefix !== ''; prefix = prefix.includes('/') ? prefix.slice(0, prefix.lastIndexOf('/')) : '') {
      for (const main of this.#workspace.mains) {
        if (main.prefix !== prefix) continue
        const dir = await this.dirInModule(path, prefix, main.dir, true)
        if (dir !== undefined) return {importPath: path, dir, module: moduleOfMain(main, this.std)}
      }
      const version = versions.get(prefix)
      if (version === undefined || version === 'none') continue
      const place = await this.place(prefix, version)
      if (place.dir === undefined) absent ??= place
      else {
        const dir = await this.dirInModule(path, prefix, place.dir, place.local)
        if (dir !== undefined) return {importPath: path, dir, module: place.module}
      }
    }
    if (last && absent !== undefined) this.#noteAbsent(absent)
    return undefined
  }

  /** Whether a note says already that the module of `path` is not on this machine. */
  isOfAbsentModule(path: string): boolean {
    for (const module of this.#absent) if (hasPathPrefix(path, module)) return true
    return false
  }

  #noteAbsent({module, local}: ModulePlace): void {
    this.#absent.add(module.path)
    const name = `${module.path}@${module.version ?? ''}`
    const instead =
      module.replace === undefined
        ? ''
        : ` (replaced by ${module.replace.path}${module.replace.version === undefined ? '' : `@${module.replace.version}`})`
    this.note({
      code: 'module-missing',
      message: `${name}${instead} is not on this machine: what is imported from it is unknown${local ? '' : '; "go mod download" brings it'}`,
    })
  }

  /** Where a dependency's files are. */
  place(path: string, version: string): Promise<ModulePlace> {
    const key = `${path}@${version}`
    let found = this.#places.get(key)
    if (found === undefined) {
      found = this.#place(path, version)
      this.#places.set(key, found)
    }
    return found
  }

  async #place(path: string, version: string): Promise<ModulePlace> {
    const replaced = this.#graph.replacement({path, version})
    const local = replaced?.dir !== undefined
    const actual = replaced ?? {path, version}
    const cached = local ? undefined : cachePath(actual.path, actual.version)
    const wanted = local ? replaced.dir : cached && this.#settings.gomodcache !== '' ? `${this.#settings.gomodcache}/${cached}` : undefined
    if (local && wanted !== undefined && !this.#roots.some(root => hasPathPrefix(wanted, root)))
      this.note({
        code: 'outside-roots',
        message: `replacement of ${path} lies outside the directories that may be read: ${replaced.path}`,
        path: wanted,
      })
    const dir = wanted !== undefined && (await this.#tree.kind(wanted)) === 'directory' ? wanted : undefined
    const modFile = dir === undefined ? undefined : await this.#graph.modFile({path, version})
    return {
      module: {
        path,
        version,
        main: false,
        dir,
        goVersion: modFile?.go,
        godebug: modFile?.godebug ?? new Map(),
        replace: replaced && {path: replaced.path, version: replaced.version === '' ? undefined : replaced.version},
      },
      dir,
      local,
    }
  }

  /** modload.dirInModule: the directory of `path` in a module, when it holds Go files and no nested module is in the way. */
  async dirInModule(path: string, prefix: string, root: string, local: boolean): Promise<string | undefined> {
    if (!hasPathPrefix(path, prefix)) return undefined
    const rest = prefix === '' ? path : path.slice(prefix.length + 1)
    const dir = rest === '' ? root : joinPath(root, rest)
    if (!(await this.#tree.hasGoFiles(dir))) return undefined
    if (local) for (let at = dir; at !== root; at = parentPath(at)) if ((await this.#tree.kind(`${at}/go.mod`)) === 'file') return undefined
    return dir
  }
}

/** The standard library, opened as a main module, still counts as the standard library. */
export const moduleOfMain = (main: MainModule, std: string): LoadedModule | undefined =>
  main.dir === std || main.dir === `${std}/cmd` ? undefined : main.module
