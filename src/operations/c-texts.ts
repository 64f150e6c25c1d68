// What the meaning of names of C rests on beside Go files: headers of the module that were read, or looked for, for a package and for those it imports.
// They belong to what a remembered result of a package depends on.
import type {Loaded, LoadedPackage} from '../go/load/api.ts'
import type {PackageChecker} from '../go/load/check-packages.ts'
import {bytesAt} from '../go/load/cgo-members.ts'

type Hash = (content: Uint8Array | string) => string

/** A path and the digest of what lies there; an empty one when nothing does. */
export type CTextDigest = readonly [path: string, digest: string]

export interface CTexts {
  /** Of all that was looked at so far for a package and what it can see. */
  of(pkg: LoadedPackage): readonly CTextDigest[]
  unchanged(texts: readonly CTextDigest[]): boolean
}

export function cTextsOf(loaded: Loaded, checker: PackageChecker, hash: Hash): CTexts {
  const seen = new Map<LoadedPackage, ReadonlySet<LoadedPackage>>()
  if (loaded.packages.some(pkg => pkg.cgoFiles.length > 0))
    for (const pkg of loaded.packages) {
      // dependencies first
      if (pkg.root || pkg.module?.main === true) seen.set(pkg, seenBy(loaded, pkg, seen))
    }
  const digests = new Map<string, string>()
  const digestAt = (path: string): string => {
    const known = digests.get(path)
    if (known !== undefined) return known
    const bytes = bytesAt(loaded, path)
    const digest = bytes === undefined ? '' : hash(bytes)
    digests.set(path, digest)
    return digest
  }
  return {
    of(pkg) {
      const texts = new Map([...(seen.get(pkg) ?? [])].flatMap(one => checker.cTexts(one)))
      return [...texts].map(([path, bytes]) => [path, bytes === undefined ? '' : hash(bytes)])
    },
    unchanged: texts => texts.every(([path, digest]) => digestAt(path) === digest),
  }
}

/** The packages with C among a package and what it imports. */
function seenBy(
  loaded: Loaded,
  pkg: LoadedPackage,
  seen: ReadonlyMap<LoadedPackage, ReadonlySet<LoadedPackage>>,
): ReadonlySet<LoadedPackage> {
  const all = new Set<LoadedPackage>(pkg.cgoFiles.length > 0 ? [pkg] : [])
  for (const id of pkg.imports.values()) {
    const target = loaded.package(id)
    for (const one of target === undefined ? [] : (seen.get(target) ?? [])) all.add(one)
  }
  return all
}
