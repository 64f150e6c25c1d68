// Members of imported packages. A dependency is parsed when the first of its members is asked for.
import {objectType, type GoObject, type Package} from './objects.ts'

const loaders = new WeakMap<Package, () => void>()

/** `load` fills the scope of a package; it runs once, before the first look at its members. */
export function setLoader(pkg: Package, load: () => void): void {
  loaders.set(pkg, load)
}

export function loadPackage(pkg: Package): void {
  const load = loaders.get(pkg)
  if (load === undefined) return
  loaders.delete(pkg)
  load()
}

/** The package-level object of this name, with its type resolved; undefined when there is none. */
export function packageMember(pkg: Package, name: string): GoObject | undefined {
  loadPackage(pkg)
  if (pkg.member !== undefined) return pkg.member(name)
  const obj = pkg.scope.elems?.get(name)
  if (obj !== undefined) objectType(obj)
  return obj
}
