// What the result of checking a package depends on, as one hash: its own files whole, and of everything it imports what can be seen from outside
// (declaration-digest.ts), so that a change inside a function does not reach beyond its package.
import {declarationText} from '../go/load/declaration-digest.ts'
import type {Loaded, LoadedPackage, SourceFile} from '../go/load/api.ts'
import type {PackageKeys} from '../go/load/package-keys.ts'

/** Digests of what can be seen of files, by the hash of the whole file. */
export type SeenDigests = ReadonlyMap<string, string>

export interface PackageDigests {
  of(pkg: LoadedPackage): string
  /** Of a package's own files whole: what a summary of one of its functions stands on. */
  whole(pkg: LoadedPackage): string
  /** For the next run. */
  seen(): SeenDigests
}

export function packageDigests(
  loaded: Loaded,
  hash: (content: Uint8Array | string) => string,
  keys: PackageKeys,
  known: SeenDigests,
): PackageDigests {
  const contents = new Map<SourceFile, string>()
  const seen = new Map<string, string>()
  const outsides = new Map<LoadedPackage, string>()
  const content = (file: SourceFile): string => {
    const made = contents.get(file) ?? hash(loaded.bytes(file))
    contents.set(file, made)
    return made
  }
  const seenOf = (file: SourceFile): string => {
    const whole = content(file)
    const digest = seen.get(whole) ?? known.get(whole) ?? hash(declarationText(loaded.bytes(file)))
    seen.set(whole, digest)
    return digest
  }
  const imports = (pkg: LoadedPackage) =>
    [...pkg.imports].map(([path, id]) => {
      const target = loaded.package(id)
      return [path, target === undefined ? '' : outside(target)]
    })
  const outside = (pkg: LoadedPackage): string => {
    const made = keys.get(pkg) ?? outsides.get(pkg)
    if (made !== undefined) return made
    outsides.set(pkg, pkg.id) // an import cycle, which Go forbids, ends here
    // What stands above `import "C"` is a comment, and decides.
    const files = pkg.files.map(file => [file.path, pkg.cgoFiles.length > 0 ? content(file) : seenOf(file)])
    const digest = hash(JSON.stringify([pkg.id, pkg.name, pkg.goVersion, files, imports(pkg), pkg.missing]))
    outsides.set(pkg, digest)
    return digest
  }
  return {
    of(pkg) {
      const files = [...pkg.files, ...pkg.sFiles, ...pkg.cFiles, ...pkg.hFiles].map(file => [file.path, content(file)])
      return hash(JSON.stringify([pkg.id, pkg.name, pkg.goVersion, files, imports(pkg), pkg.missing]))
    },
    whole: pkg => hash(JSON.stringify(pkg.files.map(file => [file.path, content(file)]))),
    seen: () => seen,
  }
}
