// Minimal version selection over the go.mod files of the module cache, with graph pruning (cmd/go/internal/modload/buildlist.go
// readModGraph, golang.org/ref/mod#graph-pruning). Modules whose go.mod is not on this machine add nothing to the graph.
import {checkpoint, type Task} from '../../base/progress.ts'
import type {LoadNote} from './api.ts'
import {cachedGoMod, cachePath, joinPath} from './module-path.ts'
import {isDirectoryPath, parseModFile, type ModFile, type ModuleVersion, type Replace} from './mod-file.ts'
import type {Settings} from './settings.ts'
import {inParallel, type Tree} from './tree.ts'
import {compareGoVersions, compareModuleVersions} from './versions.ts'
import {modFileBytesMax, type Workspace} from './workspace.ts'

/** Module versions looked at in one load; kubernetes' unpruned graph has about 1,500. */
const moduleVersionsMax = 100_000
const readsAtOnce = 16

type Pruning = 'pruned' | 'unpruned' | 'workspace'

const keyOf = (m: ModuleVersion) => `${m.path}@${m.version}`
/** From go 1.17 on a go.mod lists every module its packages need (gover.ExplicitIndirectVersion). */
const pruningOf = (modFile: ModFile): Pruning => (compareGoVersions(modFile.go ?? '1.16', '1.17') >= 0 ? 'pruned' : 'unpruned')

/** What replaces a module version: another one, or a directory. */
export interface Replacement {
  readonly path: string
  readonly version: string
  /** Set for directories: absolute. */
  readonly dir: string | undefined
}

export class ModuleGraph {
  readonly #tree: Tree
  readonly #settings: Settings
  readonly #workspace: Workspace
  readonly #task: Task | undefined
  readonly #modFiles = new Map<string, Promise<ModFile | undefined>>()
  readonly #excluded: ReadonlySet<string>
  #selected: Promise<ReadonlyMap<string, string>> | undefined
  readonly notes: LoadNote[] = []

  constructor(tree: Tree, settings: Settings, workspace: Workspace, task: Task | undefined) {
    this.#tree = tree
    this.#settings = settings
    this.#workspace = workspace
    this.#task = task
    this.#excluded = new Set(workspace.mains.flatMap(main => main.modFile.exclude.map(keyOf)))
  }

  /** The one of go.work wins, then those of the main modules in order; one for the version wins over one for all. */
  replacement(m: ModuleVersion): Replacement | undefined {
    const {workFile, dir, mains} = this.#workspace
    const inWork = workFile && pick(workFile.replace, m, dir)
    if (inWork) return inWork
    for (const main of mains) {
      const found = pick(main.modFile.replace, m, main.dir)
      if (found) return found
    }
    return undefined
  }

  /** Requirements of the main modules as they stand there, which a pruned graph needs no more than. */
  rootVersions(): ReadonlyMap<string, string> {
    const roots = new Map<string, string>()
    for (const main of this.#workspace.mains)
      for (const m of this.#requirements(main.modFile))
        if (compareModuleVersions(m.version, roots.get(m.path) ?? 'none') > 0) roots.set(m.path, m.version)
    for (const main of this.#workspace.mains) roots.delete(main.module.path)
    return roots
  }

  /** Whether looking among the roots first is what go does: one main module at go 1.17 or later. */
  get rootsFirst(): boolean {
    const [main, ...others] = this.#workspace.mains
    return others.length === 0 && this.#workspace.gowork === undefined && main !== undefined && pruningOf(main.modFile) === 'pruned'
  }

  /** The selected version of every module in the graph, main modules excepted. */
  selected(): Promise<ReadonlyMap<string, string>> {
    return (this.#selected ??= this.#select())
  }

  /** A dependency's go.mod: from the download cache, else from its directory. */
  modFile(m: ModuleVersion): Promise<ModFile | undefined> {
    const key = keyOf(m)
    let found = this.#modFiles.get(key)
    if (found === undefined) {
      found = this.#readModFile(m)
      this.#modFiles.set(key, found)
    }
    return found
  }

  async #readModFile(m: ModuleVersion): Promise<ModFile | undefined> {
    const replaced = this.replacement(m)
    const paths: (string | undefined)[] = []
    if (replaced?.dir !== undefined) paths.push(joinPath(replaced.dir, 'go.mod'))
    else {
      const actual = replaced ?? m
      const {gomodcache} = this.#settings
      if (gomodcache === '') return undefined
      const cached = cachedGoMod(actual.path, actual.version)
      const dir = cachePath(actual.path, actual.version)
      paths.push(cached && `${gomodcache}/${cached}`, dir && `${gomodcache}/${dir}/go.mod`)
    }
    for (const path of paths) {
      const text = path === undefined ? undefined : await this.#tree.text(path, modFileBytesMax)
      if (text !== undefined) return parseModFile(text)
    }
    return undefined
  }

  #requirements(modFile: ModFile): ModuleVersion[] {
    return modFile.require.filter(m => !this.#excluded.has(keyOf(m)))
  }

  async #select(): Promise<ReadonlyMap<string, string>> {
    const {mains, gowork} = this.#workspace
    const selected = new Map<string, string>()
    for (const main of mains) selected.set(main.module.path, '')
    const requiredBy = new Map<string, readonly ModuleVersion[]>()
    const require = (list: readonly ModuleVersion[]) => {
      for (const m of list) if (compareModuleVersions(m.version, selected.get(m.path) ?? 'none') > 0) selected.set(m.path, m.version)
    }
    const seen = new Set<string>()
    let queue: {m: ModuleVersion; pruning: Pruning}[] = []
    const enqueue = (m: ModuleVersion, pruning: Pruning) => {
      const key = `${keyOf(m)} ${pruning}`
      if (seen.has(key) || m.version === 'none' || seen.size >= moduleVersionsMax) return
      seen.add(key)
      queue.push({m, pruning})
    }
    const drain = async () => {
      while (queue.length > 0) {
        checkpoint(this.#task)
        const batch = queue
        queue = []
        this.#task?.progress?.('module graph', seen.size)
        await inParallel(batch, readsAtOnce, async ({m, pruning}) => {
          const modFile = m.version === '' ? mains.find(main => main.module.path === m.path)?.modFile : await this.modFile(m)
          if (modFile === undefined) return
          const list = this.#requirements(modFile)
          if (!requiredBy.has(keyOf(m))) {
            requiredBy.set(keyOf(m), list)
            require(list)
          }
          const own = pruningOf(modFile)
          const next = pruning === 'unpruned' ? 'unpruned' : own
          if (pruning !== 'pruned' || own === 'unpruned') for (const r of list) enqueue(r, next)
        })
      }
    }

    for (const main of mains) {
      if (gowork !== undefined) enqueue({path: main.module.path, version: ''}, 'workspace')
      else {
        const list = this.#requirements(main.modFile)
        require(list)
        for (const m of list) enqueue(m, pruningOf(main.modFile))
      }
    }
    await drain()
    if (gowork !== undefined) await this.#reload(selected, requiredBy, m => enqueue(m, 'workspace'), drain)
    if (seen.size >= moduleVersionsMax)
      this.notes.push({code: 'limit', message: `module graph passed its limit of ${moduleVersionsMax} module versions`})
    for (const main of mains) selected.delete(main.module.path)
    return selected
  }

  /** In a workspace, requirements of main modules that are not at their selected version are loaded at that version, unpruned. */
  async #reload(
    selected: ReadonlyMap<string, string>,
    requiredBy: ReadonlyMap<string, readonly ModuleVersion[]>,
    enqueue: (m: ModuleVersion) => void,
    drain: () => Promise<void>,
  ): Promise<void> {
    const relevant = new Set(this.#workspace.mains.map(main => main.module.path))
    const seen = new Set<string>()
    for (;;) {
      const needed = new Map<string, ModuleVersion>()
      for (const path of relevant) {
        const m = {path, version: selected.get(path) ?? 'none'}
        if (!seen.has(keyOf(m))) {
          needed.set(keyOf(m), m)
          continue
        }
        for (const r of requiredBy.get(keyOf(m)) ?? []) {
          const s = {path: r.path, version: selected.get(r.path) ?? 'none'}
          if (compareModuleVersions(s.version, r.version) > 0 && !seen.has(keyOf(s))) needed.set(keyOf(s), s)
        }
      }
      if (needed.size === 0) return
      for (const [key, m] of needed) {
        seen.add(key)
        relevant.add(m.path)
        enqueue(m)
      }
      await drain()
    }
  }
}

function pick(list: readonly Replace[], m: ModuleVersion, relativeTo: string): Replacement | undefined {
  const found =
    list.findLast(entry => entry.old.path === m.path && entry.old.version !== '' && entry.old.version === m.version) ??
    list.findLast(entry => entry.old.path === m.path && entry.old.version === '')
  if (found === undefined) return undefined
  const {path, version} = found.new
  return {path, version, dir: version === '' && isDirectoryPath(path) ? joinPath(relativeTo, path) : undefined}
}
