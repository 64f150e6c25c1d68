// Type-checks loaded packages, one after the other: the named ones whole, those they import by declaration and only when something refers to them,
// from declaration files where there are some.
import type {DeclarationCache} from '../../base/declaration-cache.ts'
import {checkPackage, declarationFile, declarePackage, isFromSource, type CgoMembers, type Checked, type Config} from '../types/api.ts'
import type {Importer, Package, PackageFile, StoredDeclarations} from '../types/api.ts'
import type {Loaded, LoadedPackage} from './api.ts'
import {cgoModel, type CgoModel, type CText} from './cgo-members.ts'
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
  readonly #readsC: boolean
  readonly #kept: KeptDeclarations | undefined
  /** What C says, by the path of the package: its test variant has the same C. */
  readonly #models = new Map<string, CgoModel>()

  /** `readsC`: whether preambles and headers are read for what `C.name` means; else all of it is unknown. */
  constructor(loaded: Loaded, {readsC = false, kept}: {readonly readsC?: boolean; readonly kept?: KeptDeclarations | undefined} = {}) {
    this.#loaded = loaded
    this.#readsC = readsC
    this.#kept = kept
  }

  /** Checks one package with its bodies. Nothing of it is kept here. */
  check(pkg: LoadedPackage): Checked {
    return checkPackage(this.#config(pkg, true), pkg.importPath, this.#files(pkg), this.#importerOf(pkg), pkg.name)
  }

  /** Headers that were looked for to say what `C.name` means in a package; empty as long as nobody asked. */
  cTexts(pkg: LoadedPackage): readonly CText[] {
    return this.#models.get(pkg.importPath)?.texts ?? []
  }

  /** What bodies of a package are typed from, when something asks for one of its functions. */
  source(pkg: LoadedPackage): {
    readonly importPath: string
    readonly files: readonly FileBytes[]
    readonly config: Config
    readonly importer: Importer
  } {
    return {importPath: pkg.importPath, files: this.#files(pkg), config: this.#config(pkg, false), importer: this.#importerOf(pkg)}
  }

  #config(pkg: LoadedPackage, isWhole: boolean): Config {
    return {goarch: this.#loaded.config.goarch, goVersion: pkg.goVersion, cgo: this.#cgo(pkg, isWhole)}
  }

  /** Of a dependency names of C stay unknown, as they are in declaration files: an answer must not hang on whether there is one. */
  #cgo(pkg: LoadedPackage, isWhole: boolean): CgoMembers | undefined {
    if (!this.#readsC || pkg.cgoFiles.length === 0 || (!isWhole && pkg.module?.main !== true)) return undefined
    const model = this.#models.get(pkg.importPath) ?? cgoModel(this.#loaded, pkg)
    this.#models.set(pkg.importPath, model)
    return model.members
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
      this.#config(pkg, false),
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
