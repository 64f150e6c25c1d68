// Under which key the declaration file of a package is kept: all that its declarations depend on. Of a module of the module cache, path, version and
// hash; of GOROOT, names, sizes and times of its files; further the files that take part (they say what the build configuration chose), the
// language version, GOARCH, and the keys of all it imports. What has no key is read from source: own packages, those that are
// vendored or replaced by a directory, those that import something that is missing. C names are unknown in declaration files.
import type {DeclarationCache} from '../../base/declaration-cache.ts'
import type {Host} from '../../base/host.ts'
import {declarationFormat} from '../types/api.ts'
import type {Loaded, LoadedPackage} from './api.ts'
import {ModuleKeys} from './module-key.ts'

/** A file that changed this short a time ago may change again within its time stamp (as in modindex.modTimeCutoff). */
const racyMs = 2000

export type PackageKeys = ReadonlyMap<LoadedPackage, string>

/** `nowMs`: milliseconds since the epoch. */
export async function packageKeys(host: Host, loaded: Loaded, cache: DeclarationCache, nowMs: number): Promise<PackageKeys> {
  const content = new Map<LoadedPackage, string>()
  const modules = new ModuleKeys(host, loaded.config.gomodcache)
  for (const pkg of loaded.packages) {
    if (!mayBeKept(pkg)) continue
    const key = pkg.standard ? await keyOfFiles(host, loaded, pkg, nowMs) : await modules.of(pkg.dir)
    if (key !== undefined) content.set(pkg, key)
  }
  const common = JSON.stringify([declarationFormat, cache.identity, loaded.config.goarch])
  const keys = new Map<LoadedPackage, string>()
  // Dependencies come first.
  for (const pkg of loaded.packages) {
    const own = content.get(pkg)
    if (own === undefined) continue
    const imports: [string, string, string][] = []
    for (const [path, id] of pkg.imports) {
      const target = loaded.package(id)
      const key = target === undefined ? undefined : id === 'unsafe' ? id : keys.get(target)
      if (key !== undefined) imports.push([path, id, key])
    }
    if (imports.length !== pkg.imports.size) continue
    const names = pkg.files.map(file => file.name)
    keys.set(pkg, cache.hash(JSON.stringify([common, own, pkg.id, pkg.name, pkg.goVersion, names, imports])))
  }
  return keys
}

function mayBeKept(pkg: LoadedPackage): boolean {
  if (pkg.root || pkg.forTest !== undefined || pkg.id !== pkg.importPath || pkg.id === 'unsafe') return false
  if (pkg.missing.length > 0 || pkg.invalidGoFiles.length > 0 || pkg.declarationsOnly) return false
  return pkg.standard || (pkg.module?.dir !== undefined && !pkg.module.main)
}

async function keyOfFiles(host: Host, loaded: Loaded, pkg: LoadedPackage, nowMs: number): Promise<string | undefined> {
  const parts = [loaded.config.std]
  for (const file of pkg.files) {
    const stat = host.statSync === undefined ? await host.stat(file.path) : host.statSync(file.path)
    if (stat?.kind !== 'file' || stat.modifiedMs > nowMs - racyMs) return undefined
    parts.push(`${file.name} ${stat.size} ${stat.modifiedMs}`)
  }
  return parts.join('\n')
}
