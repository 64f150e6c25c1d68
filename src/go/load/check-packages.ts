// Type-checks loaded packages, one after the other: the named ones whole, those they import by declaration and only when something refers to them,
// from declaration files where there are some.
import type {DeclarationCache} from '../../base/declaration-cache.ts'
import {checkPackage, declarationFile, declarePackage, isFromSource, type Checked, type Config} from '../types/api.ts'
import type {Importer, Package, PackageFile, StoredDeclarations} from '../types/api.ts'
import type {Loaded, LoadedPackage} from './api.ts'
import type {PackageKeys} from './package-keys.ts'

export interface KeptDeclarations {
  readonly cache: DeclarationCache
  readonly keys: PackageKeys
}

/** The bytes are read when they are asked for. */
interface FileBytes extends PackageFile {
  readonly bytes: Uint8Array
}

export class PackageChecker {
  readonly #loaded: Loaded
  readonly #declared = new Map<string, Package>()
  readonly #cgo: ((pkg: LoadedPackage) => Config['cgo']) | undefined
  readonly #kept: KeptDeclarations | undefined

  /** `cgo` gives the meaning of `C.name` in a package; without it all of them are unknown, as they are in declaration files, which it therefore rules out. */
  constructor(loaded: Loaded, cgo?: (pkg: LoadedPackage) => Config['cgo'], kept?: KeptDeclarations) {
    this.#loaded = loaded
    this.#cgo = cgo
    this.#kept = cgo === undefined ? kept : undefined
  }

  /** Checks one package with its bodies. Nothing of it is kept here. */
  check(pkg: LoadedPackage): Checked {
    return checkPackage(this.#config(pkg), pkg.importPath, this.#files(pkg), this.#importerOf(pkg), pkg.name)
  }

  /** What bodies of a package are typed from, when something asks for one of its functions. */
  source(pkg: LoadedPackage): {
    readonly importPath: string
    readonly files: readonly FileBytes[]
    readonly config: Config
    readonly importer: Importer
  } {
    return {importPath: pkg.importPath, files: this.#files(pkg), config: this.#config(pkg), importer: this.#importerOf(pkg)}
  }

  #config(pkg: LoadedPackage): Config {
    return {goarch: this.#loaded.config.goarch, goVersion: pkg.goVersion, cgo: pkg.cgoFiles.length > 0 ? this.#cgo?.(pkg) : undefined}
  }

  #files(pkg: LoadedPackage): FileBytes[] {
    const loaded = this.#loaded
    return pkg.files.map(file => ({
      path: file.path,
      get bytes() {
        const bytes = loaded.bytes(file)
        if (!pkg.root && loaded.readsAgain) loaded.release(file) // what a dependency declares is parsed once
        return bytes
      },
    }))
  }

  #importerOf(pkg: LoadedPackage): Importer {
    return path => {
      const found = this.#loaded.resolve(pkg, path)
      return found === undefined ? undefined : this.declare(found)
    }
  }

  /** A package of which only declarations matter, resolved when something refers to them. */
  declare(pkg: LoadedPackage): Package {
    const known = this.#declared.get(pkg.id)
    if (known !== undefined) return known
    const declared = declarePackage(
      this.#config(pkg),
      pkg.importPath,
      pkg.name,
      () => this.#files(pkg),
      this.#importerOf(pkg),
      this.#stored(pkg),
    )
    this.#declared.set(pkg.id, declared)
    return declared
  }

  #stored(pkg: LoadedPackage): StoredDeclarations | undefined {
    const kept = this.#kept
    const key = kept?.keys.get(pkg)
    if (kept === undefined || key === undefined) return undefined
    return {
      read: () => kept.cache.read(key),
      package: path => {
        const found = this.#loaded.package(path)
        return found === undefined ? undefined : this.declare(found)
      },
    }
  }

  /** Writes declaration files of the packages that were looked at and had none. Their remaining declarations are resolved for it. */
  keep(): void {
    const kept = this.#kept
    if (kept === undefined) return
    const wanted: (readonly [string, Package])[] = []
    for (const [id, declared] of this.#declared) {
      const pkg = this.#loaded.package(id)
      const key = pkg === undefined ? undefined : kept.keys.get(pkg)
      if (key !== undefined && isFromSource(declared)) wanted.push([key, declared])
    }
    for (const [key, declared] of wanted) {
      const bytes = declarationFile(declared)
      if (bytes !== undefined) kept.cache.write(key, bytes)
    }
  }
}
