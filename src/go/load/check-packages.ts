// Type-checks loaded packages, one after the other: the named ones whole, those they import by declaration and only when something refers to them.
import {checkPackage, declarePackage, type Checked, type Config} from '../types/api.ts'
import type {Importer, Package} from '../types/api.ts'
import type {Loaded, LoadedPackage} from './api.ts'

export class PackageChecker {
  readonly #loaded: Loaded
  readonly #declared = new Map<string, Package>()
  readonly #cgo: ((pkg: LoadedPackage) => Config['cgo']) | undefined

  /** `cgo` gives the meaning of `C.name` in a package; without it all of them are unknown. */
  constructor(loaded: Loaded, cgo?: (pkg: LoadedPackage) => Config['cgo']) {
    this.#loaded = loaded
    this.#cgo = cgo
  }

  /** Checks one package with its bodies. Nothing of it is kept here. */
  check(pkg: LoadedPackage): Checked {
    return checkPackage(this.#config(pkg), pkg.importPath, this.#files(pkg), this.#importerOf(pkg), pkg.name)
  }

  #config(pkg: LoadedPackage): Config {
    return {goarch: this.#loaded.config.goarch, goVersion: pkg.goVersion, cgo: pkg.cgoFiles.length > 0 ? this.#cgo?.(pkg) : undefined}
  }

  #files(pkg: LoadedPackage) {
    return pkg.files.map(file => ({path: file.path, bytes: this.#loaded.bytes(file)}))
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
    const declared = declarePackage(this.#config(pkg), pkg.importPath, pkg.name, () => this.#files(pkg), this.#importerOf(pkg))
    this.#declared.set(pkg.id, declared)
    return declared
  }
}
