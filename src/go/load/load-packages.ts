// The entry of loading: patterns in, packages with everything they reach out. Finds the configuration and the main modules, matches the
// patterns, follows import clauses through the module graph, and puts the result into an order that does not depend on how reads interleaved.
import {errors} from '../../base/errors.ts'
import type {Host} from '../../base/host.ts'
import {checkpoint, type Task} from '../../base/progress.ts'
import type {LoadConfig, Loaded, LoadedPackage, LoadNote, LoadOptions, ProgramDefaults, SourceFile} from './api.ts'
import {FileTable} from './file-table.ts'
import {HeaderIndex} from './header-index.ts'
import {matchPatterns, type Matched} from './match-patterns.ts'
import {joinPath} from './module-path.ts'
import {ModuleGraph} from './module-graph.ts'
import {PackageFinder, type Found} from './package-finder.ts'
import {scanDirectory, sourceBytesMax, type DirectoryScan} from './scan-directory.ts'
import {bundledGoVersion, oldestBundledMinor, readSettings, releasedAs, type Settings} from './settings.ts'
import {openBundle} from './std/bundle.ts'
import {postOrder, variantsFor, type Variants} from './test-variants.ts'
import {bundleRoot, Tree} from './tree.ts'
import {compareGoVersions, languageVersion} from './versions.ts'
import {findWorkspace, readableRoots, type Workspace} from './workspace.ts'

/** Packages of one load; kubernetes with its tests has about 6,000. */
const packagesMax = 200_000
const packagesAtOnce = 16

/** A package while the graph is built. */
interface Building {
  readonly found: Found
  readonly scan: DirectoryScan
  readonly root: boolean
  readonly imports: ReadonlyMap<string, string>
  readonly missing: readonly string[]
  /** What go adds for cgo and the linker: in the list of packages, but nothing a file names. */
  readonly implicit: readonly string[]
  readonly tests: {readonly imports: ReadonlyMap<string, string>; readonly missing: readonly string[]}
  readonly xTests: {readonly imports: ReadonlyMap<string, string>; readonly missing: readonly string[]}
}

export async function loadPackages(host: Host, options: LoadOptions, task?: Task): Promise<Loaded> {
  const dir = joinPath(host.cwd, options.dir.replaceAll('\\', '/'))
  if ((await host.stat(dir))?.kind !== 'directory') throw errors.notFound(options.dir)
  const further = (options.roots ?? []).map(root => joinPath(host.cwd, root))
  let read = await readSettings(host, options)
  let {roots, tree, workspace} = await enter(host, dir, read.settings, further)
  const newer = await newerGoroot(tree, options, read.settings, workspace)
  if (newer.goroot !== undefined) {
    read = await readSettings(host, {...options, goroot: newer.goroot})
    ;({roots, tree, workspace} = await enter(host, dir, read.settings, further))
  }
  const settings = read.settings.goroot === undefined ? await withBundle(read.settings, workspace, tree) : read.settings
  const files = new FileTable(tree, sourceBytesMax)
  const graph = new ModuleGraph(tree, settings, workspace, task)
  const finder = new PackageFinder(tree, settings, workspace, graph, roots)
  const headers = headerIndex(options, tree, settings)
  const load = new Load({tree, files, settings, workspace, graph, finder, options, dir, task, ...(headers === undefined ? {} : {headers})})
  const result = await load.run()
  const config = configOf(settings, workspace)
  return assemble({
    config,
    workspace,
    files,
    result,
    notes: [...read.notes, ...newer.notes, ...workspace.notes, ...graph.notes, ...finder.notes, ...result.notes],
  })
}

function headerIndex({kept}: LoadOptions, tree: Tree, {gomodcache, goroot}: Settings): HeaderIndex | undefined {
  if (kept === undefined) return undefined
  return new HeaderIndex(kept.cache, tree, gomodcache, goroot === undefined ? undefined : `${goroot}/src`, kept.nowMs)
}

async function enter(host: Host, dir: string, settings: Settings, further: readonly string[]) {
  const roots = await readableRoots(host, dir, settings, further)
  const tree = new Tree(host.within?.(roots) ?? host)
  return {roots, tree, workspace: await findWorkspace(tree, dir, settings)}
}

/** What go.work and go.mod ask for: `go` and `toolchain` lines, without `go` in front. */
const askedVersions = (workspace: Workspace): string[] =>
  [workspace.workFile, ...workspace.mains.map(main => main.modFile)]
    .flatMap(file => [file?.go ?? [], file?.toolchain ?? []].flat())
    .map(version => version.replace(/^go/, ''))

/** The toolchain that go would switch to, when it is in the module cache (go.dev/doc/toolchain); else a note that GOROOT is older than asked. */
async function newerGoroot(
  tree: Tree,
  options: LoadOptions,
  settings: Settings,
  workspace: Workspace,
): Promise<{readonly goroot: string | undefined; readonly notes: readonly LoadNote[]}> {
  if (settings.goroot === undefined || options.goroot !== undefined) return {goroot: undefined, notes: []}
  const wanted = askedVersions(workspace).sort(compareGoVersions).at(-1)
  if (wanted === undefined || compareGoVersions(wanted, settings.goVersion) <= 0) return {goroot: undefined, notes: []}
  const {goos, goarch} = options.hostPlatform ?? tree.host.platform ?? {goos: 'linux', goarch: 'amd64'}
  const goroot = `${settings.gomodcache}/golang.org/toolchain@v0.0.1-go${wanted}.${goos}-${goarch}`
  if (/^[\w.]+$/.test(wanted) && (await tree.kind(`${goroot}/src/runtime/runtime.go`)) === 'file') return {goroot, notes: []}
  return {
    goroot: undefined,
    notes: [
      {
        code: 'std-missing',
        message: `go ${wanted} is asked for and not on this machine; the standard library of ${settings.goVersion} stands in`,
      },
    ],
  }
}

/** Without a GOROOT: the bundled standard library, as it was in the Go that the main module asks for. */
async function withBundle(settings: Settings, workspace: Workspace, tree: Tree): Promise<Settings> {
  const asked = [workspace.workFile, ...workspace.mains.map(main => main.modFile)].flatMap(file =>
    [file?.go ?? [], file?.toolchain ?? []].flat(),
  )
  const minors = asked.map(version => Number(/^(?:go)?1\.(\d+)/.exec(version)?.[1] ?? 0))
  const bundled = Number(bundledGoVersion.slice('go1.'.length))
  const minor = minors.length === 0 ? bundled : Math.min(bundled, Math.max(oldestBundledMinor, ...minors))
  tree.attach(await openBundle(`go1.${minor}`))
  return releasedAs(settings, `go1.${minor}`)
}

const configOf = (settings: Settings, workspace: Workspace): LoadConfig => ({
  goos: settings.goos,
  goarch: settings.goarch,
  cgo: settings.cgo,
  tags: settings.tags,
  std: settings.goroot === undefined ? `bundled ${settings.goVersion}` : `GOROOT ${settings.goVersion}`,
  goVersion: settings.goVersion,
  goroot: settings.goroot,
  gopath: settings.gopath,
  gomodcache: settings.gomodcache,
  gowork: workspace.gowork,
  vendored: workspace.vendor !== undefined,
  satisfies: settings.satisfies,
})

interface LoadParts {
  readonly tree: Tree
  readonly files: FileTable
  readonly settings: Settings
  readonly workspace: Workspace
  readonly graph: ModuleGraph
  readonly finder: PackageFinder
  readonly options: LoadOptions
  readonly dir: string
  readonly task: Task | undefined
  readonly headers?: HeaderIndex
}

interface LoadResult {
  readonly roots: readonly LoadedPackage[]
  readonly packages: readonly LoadedPackage[]
  readonly notes: readonly LoadNote[]
}

/** One load from patterns to packages. */
class Load {
  readonly #parts: LoadParts
  readonly #scans = new Map<string, Promise<DirectoryScan>>()
  readonly #building = new Map<string, Building>()
  readonly #notes: LoadNote[] = []

  constructor(parts: LoadParts) {
    this.#parts = parts
  }

  #scan(dir: string, withTests: boolean, only?: ReadonlySet<string>): Promise<DirectoryScan> {
    const key = `${dir}\0${withTests ? 't' : ''}${only === undefined ? '' : [...only].join('\0')}`
    let scan = this.#scans.get(key)
    if (scan === undefined) {
      scan = scanDirectory(this.#parts, dir, withTests, only)
      this.#scans.set(key, scan)
    }
    return scan
  }

  async run(): Promise<LoadResult> {
    const {options, task} = this.#parts
    const everyTest = options.testFilesOfDependencies === true
    const rootTests = options.tests === true || everyTest
    const roots = await matchPatterns({...this.#parts, scan: dir => this.#scan(dir, rootTests)}, options.patterns)

    let wave: readonly (Matched & {root: boolean})[] = roots.map(root => ({...root, root: true}))
    const entered = new Set(roots.map(root => root.importPath))
    while (wave.length > 0) {
      checkpoint(task)
      const next: Found[] = []
      const queue = [...wave]
      const lane = async () => {
        for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
          const scan = await this.#scan(item.dir, item.root ? rootTests : everyTest, item.onlyFiles)
          const built = await this.#build(item, scan, found => {
            if (entered.has(found.importPath)) return
            entered.add(found.importPath)
            next.push(found)
          })
          this.#building.set(item.importPath, built)
        }
      }
      await Promise.all(Array.from({length: packagesAtOnce}, lane))
      task?.progress?.('packages', this.#building.size)
      if (entered.size > packagesMax) throw errors.limit('packages of one load', packagesMax)
      wave = next.map(found => ({...found, root: false}))
    }
    return this.#finish(roots.map(root => root.importPath))
  }

  async #build(item: Matched & {root: boolean}, scan: DirectoryScan, reach: (found: Found) => void): Promise<Building> {
    const {finder, settings, options} = this.#parts
    const from = {standard: item.module === undefined && item.dir.startsWith(finder.std), importPath: item.importPath}
    const resolveAll = async (paths: readonly string[]) => {
      const imports = new Map<string, string>()
      const missing: string[] = []
      for (const path of paths) {
        if (path === 'C') continue
        const found = await finder.resolve(path, from)
        if (found === undefined) missing.push(path)
        else {
          imports.set(path, found.importPath)
          reach(found)
        }
      }
      return {imports, missing}
    }
    const own = await resolveAll(scan.imports)
    const implicit = await resolveAll(implicitImports(scan, item.importPath, from.standard, settings.goarch))
    const wantsTests = options.tests === true && item.root
    const tests = await resolveAll(wantsTests ? scan.testImports : [])
    const xTests = await resolveAll(wantsTests ? scan.xTestImports : [])
    return {found: item, scan, root: item.root, ...own, implicit: [...implicit.imports.values()], tests, xTests}
  }

  #finish(rootPaths: readonly string[]): LoadResult {
    const {options} = this.#parts
    const edges = (id: string): string[] => {
      const built = this.#building.get(id)
      return built === undefined ? [] : [...built.imports.values(), ...built.implicit]
    }
    const testEdges = (id: string): string[] => {
      const built = this.#building.get(id)
      return built === undefined ? [] : [...built.tests.imports.values(), ...built.xTests.imports.values()]
    }
    const order = postOrder([...rootPaths, ...rootPaths.flatMap(testEdges)], edges)
    const cut = this.#cyclicEdges(order)
    const plain = new Map<string, LoadedPackage>()
    const missing = new Map<string, Building[]>()
    const noteMissing = (path: string, built: Building) => void (missing.get(path) ?? missing.set(path, []).get(path))?.push(built)
    for (const id of order) {
      const built = this.#building.get(id)
      if (built === undefined) continue
      plain.set(id, this.#packageOf(built, cut))
      this.#notes.push(...built.scan.notes)
      for (const path of built.missing) noteMissing(path, built)
    }
    if (options.tests === true)
      for (const id of rootPaths) {
        const built = this.#building.get(id)
        if (built === undefined) continue
        for (const path of new Set([...built.tests.missing, ...built.xTests.missing]))
          if (!built.missing.includes(path)) noteMissing(path, built)
      }
    this.#noteMissing(missing)
    const roots: LoadedPackage[] = []
    const byId = new Map<string, LoadedPackage>(plain)
    for (const id of rootPaths) {
      const built = this.#building.get(id)
      const own = plain.get(id)
      if (built === undefined || own === undefined) continue
      if (options.tests !== true) {
        roots.push(own)
        continue
      }
      const variants = this.#variants(built, own, plain)
      for (const variant of [variants.own, variants.external, ...variants.copies]) if (variant !== undefined) byId.set(variant.id, variant)
      roots.push(variants.own, ...(variants.external === undefined ? [] : [variants.external]))
    }
    // Again in order, now with the variants, and without what only their originals needed.
    const all = postOrder([...rootPaths, ...roots.map(root => root.id)], id => {
      const each = byId.get(id)
      return each === undefined ? [] : [...each.imports.values(), ...(this.#building.get(each.importPath)?.implicit ?? [])]
    })
    const packages = all.flatMap(id => byId.get(id) ?? [])
    return {roots, packages, notes: this.#notes}
  }

  #variants(built: Building, own: LoadedPackage, plain: ReadonlyMap<string, LoadedPackage>): Variants {
    const {scan, tests, xTests} = built
    const usable = (list: readonly SourceFile[]) => list.filter(file => !scan.unusable.has(file))
    return variantsFor(
      {
        plain: own,
        testImports: tests.imports,
        testMissing: tests.missing,
        xTestImports: xTests.imports,
        xTestMissing: xTests.missing,
        testFiles: usable(scan.testGoFiles),
        xTestFiles: usable(scan.xTestGoFiles),
      },
      path => plain.get(path),
    )
  }

  /** Import cycles are errors in Go; the edge that closes one is taken for a missing import, so that nobody runs in circles. */
  #cyclicEdges(order: readonly string[]): ReadonlySet<string> {
    const position = new Map(order.map((id, i) => [id, i]))
    const cut = new Set<string>()
    for (const id of order)
      for (const [path, target] of this.#building.get(id)?.imports ?? []) {
        if ((position.get(target) ?? -1) < (position.get(id) ?? 0)) continue
        cut.add(`${id} ${path}`)
        this.#notes.push({code: 'import-cycle', message: `${id} and ${target} import each other`})
      }
    return cut
  }

  /** One note for an import path, whoever imports it, and none where its whole module is known to be absent: that has its own. */
  #noteMissing(missing: ReadonlyMap<string, readonly Building[]>): void {
    for (const [path, [first, ...others]] of missing) {
      if (first === undefined || this.#parts.finder.isOfAbsentModule(path)) continue
      const more = others.length === 0 ? '' : `, and ${others.length} more`
      this.#notes.push({
        code: 'package-missing',
        message: `no package "${path}" on this machine; ${first.found.importPath}${more} imports it`,
        path: first.scan.dir,
      })
    }
  }

  #packageOf({found, scan, root, imports, missing}: Building, cut: ReadonlySet<string>): LoadedPackage {
    const {finder, settings} = this.#parts
    const standard = found.module === undefined && found.dir.startsWith(finder.std)
    const id = found.importPath
    const cyclic = [...imports.keys()].filter(path => cut.has(`${id} ${path}`))
    const usable = (list: readonly SourceFile[]) => list.filter(file => !scan.unusable.has(file))
    const {other} = scan
    return {
      id,
      importPath: id,
      name: scan.name === '' ? guessName(id) : scan.name,
      dir: found.dir,
      module: found.module,
      standard,
      root,
      forTest: undefined,
      goVersion: standard ? languageVersion(settings.goVersion) : languageVersion(found.module?.goVersion),
      files: [...usable(scan.goFiles), ...usable(scan.cgoFiles)],
      goFiles: scan.goFiles,
      cgoFiles: scan.cgoFiles,
      testGoFiles: scan.testGoFiles,
      xTestGoFiles: scan.xTestGoFiles,
      ignoredGoFiles: scan.ignoredGoFiles,
      sFiles: other.s,
      // Without cgo these are ignored as Go files that import "C" are (load.Package.load "If cgo is not enabled").
      cFiles: settings.cgo ? [...other.c, ...other.cxx, ...other.m, ...other.f, ...other.swig, ...other.swigcxx] : other.f,
      hFiles: other.h,
      otherFiles: [...other.syso],
      ignoredOtherFiles: scan.ignoredOtherFiles,
      invalidGoFiles: scan.invalidGoFiles,
      imports: cyclic.length === 0 ? imports : new Map([...imports].filter(([path]) => !cyclic.includes(path))),
      missing: [...missing, ...cyclic],
      declarationsOnly: found.dir.startsWith(bundleRoot),
    }
  }
}

/** The last element of an import path that is no major version: `example.com/yaml/v3` → `yaml`, `gopkg.in/yaml.v3` → `yaml`. */
function guessName(importPath: string): string {
  const parts = importPath.split('/')
  const last = parts.at(-1) ?? ''
  const name = /^v\d+$/.test(last) && parts.length > 1 ? (parts.at(-2) ?? last) : last
  return name
    .replace(/\.v\d+$/, '')
    .replace(/^go-|-go$/g, '')
    .replaceAll(/[^\p{L}\p{Nd}_]/gu, '_')
}

/** load.Package.load "addImport" and load.LinkerDeps: what cgo's output and the linker need. */
function implicitImports(scan: DirectoryScan, importPath: string, standard: boolean, goarch: string): string[] {
  const implicit: string[] = []
  if (scan.cgoFiles.length > 0) {
    implicit.push('unsafe')
    const inCgo = standard && importPath === 'runtime/cgo'
    if (!inCgo) implicit.push('runtime/cgo')
    if (!inCgo && !(standard && cgoWithoutSyscall.has(importPath))) implicit.push('syscall')
  }
  if (scan.name === 'main') implicit.push('runtime', ...(goarch === 'arm' ? ['math'] : []))
  return implicit
}

/** load.cgoSyscallExclude. */
const cgoWithoutSyscall = new Set(['runtime/cgo', 'runtime/race', 'runtime/msan', 'runtime/asan'])

interface Assembly {
  readonly config: LoadConfig
  readonly workspace: Workspace
  readonly files: FileTable
  readonly result: LoadResult
  readonly notes: readonly LoadNote[]
}

function programDefaults({workFile, mains}: Workspace): ProgramDefaults {
  const file = workFile ?? mains[0]?.modFile
  return {goVersion: file?.go ?? (workFile === undefined ? '1.16' : '1.18'), godebug: Object.fromEntries(file?.godebug ?? [])}
}

function assemble({config, workspace, files, result, notes}: Assembly): Loaded {
  const byId = new Map(result.packages.map(loaded => [loaded.id, loaded]))
  const known = new Set<string>()
  const all: LoadNote[] = []
  const addNotes = (more: readonly LoadNote[]) => {
    for (const note of more) {
      const key = `${note.code} ${note.message}`
      if (known.has(key)) continue
      known.add(key)
      all.push(note)
    }
  }
  addNotes(notes)
  return {
    config,
    mainModules: workspace.mains.map(main => main.module),
    program: programDefaults(workspace),
    roots: result.roots,
    packages: result.packages,
    notes: all,
    package: id => byId.get(id),
    resolve(from, importPath) {
      const id = from.imports.get(importPath)
      return id === undefined ? undefined : byId.get(id)
    },
    bytes: file => files.bytes(file),
    async preload(wanted, task) {
      addNotes(await files.preload(wanted, task))
    },
    release: file => files.release(file),
    readsAgain: files.readsAgain,
  }
}
