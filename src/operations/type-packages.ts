// Loaded packages through the type checker: bodies only of those asked for, declarations of the rest when something refers to them.
import type {Task} from '../base/progress.ts'
import {checkpoint} from '../base/progress.ts'
import type {Loaded, LoadedPackage} from '../go/load/api.ts'
import {checkPackage, declarePackage, type Checked, type Importer, type Package} from '../go/types/api.ts'

export interface TypedPackage {
  readonly loaded: LoadedPackage
  readonly checked: Checked
}

/** Checks the roots one after the other, in go list's order, so that each can be let go before the next. Those of `skip` are left out. */
export async function* typePackages(loaded: Loaded, task: Task, skip: ReadonlySet<LoadedPackage> = new Set()): AsyncIterable<TypedPackage> {
  const declared = new Map<string, Package>()
  const importerOf =
    (from: LoadedPackage): Importer =>
    path => {
      const target = loaded.resolve(from, path)
      return target === undefined ? undefined : declare(target)
    }
  const declare = (target: LoadedPackage): Package => {
    const known = declared.get(target.id)
    if (known) return known
    const config = {goarch: loaded.config.goarch, goVersion: target.goVersion}
    const made = declarePackage(
      config,
      target.importPath,
      target.name,
      () => target.files.map(file => ({path: file.path, bytes: loaded.bytes(file)})),
      importerOf(target),
    )
    declared.set(target.id, made)
    return made
  }
  for (const [done, root] of loaded.roots.entries()) {
    checkpoint(task)
    task.progress?.('checking packages', done, loaded.roots.length)
    if (done % 8 === 0) await Promise.resolve()
    if (skip.has(root)) continue
    const files = root.files.map(file => ({path: file.path, bytes: loaded.bytes(file)}))
    yield {
      loaded: root,
      checked: checkPackage({goarch: loaded.config.goarch, goVersion: root.goVersion}, root.importPath, files, importerOf(root), root.name),
    }
  }
}
