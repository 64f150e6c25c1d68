// Where an object comes from, in words that mean the same in every program that loads it: `net/http.Request.URL`. Local ones have a place only.
import type {GoObject, Package, TypeName} from './objects.ts'
import {objectType, originOfObject, signatureOf} from './objects.ts'
import {originOf, unalias, underlying} from './underlying.ts'
import {loadPackage} from './package-members.ts'
import type {Type} from './types.ts'
import {unsafePackage} from './universe.ts'

export interface ObjectPlace {
  /** Path of the declaring file, as it was loaded. */
  readonly file: string
  /** Byte offset of the declaring identifier. */
  readonly start: number
}

/** Package-level objects of a file by position, and the fields and methods that lie in each. */
interface PackageIndex {
  readonly byFile: Map<string, readonly GoObject[]>
  readonly members: Map<GoObject, ReadonlyMap<GoObject, string>>
}
const indexes = new WeakMap<Package, PackageIndex>()

/** `pkg.T.field` for what names from package scope lead to, a place for the rest, undefined for what was declared nowhere. */
export function objectPath(object: GoObject): string | ObjectPlace | undefined {
  const obj = originOfObject(object)
  if (obj.kind === 'PkgName') return undefined
  const {pkg} = obj
  if (pkg === undefined || pkg === unsafePackage) return universePath(obj)
  const name = packageLevelName(obj, pkg) ?? methodName(obj, pkg) ?? memberName(obj, pkg)
  if (name !== undefined) return `${pkg.path}.${name}`
  return obj.file === undefined || obj.pos < 0 ? undefined : {file: obj.file.path, start: obj.pos}
}

function universePath(obj: GoObject): string {
  if (obj.kind === 'Func' && signatureOf(obj)?.recv !== undefined) return `error.${obj.name}`
  return obj.pkg === undefined ? obj.name : `${obj.pkg.path}.${obj.name}`
}

const packageLevelName = (obj: GoObject, pkg: Package): string | undefined =>
  pkg.scope.elems?.get(obj.name) === obj ? obj.name : undefined

/** The name of a method of a declared type, not of an interface. */
function methodName(obj: GoObject, pkg: Package): string | undefined {
  const receiver = obj.kind === 'Func' ? signatureOf(obj)?.recv : undefined
  if (receiver === undefined || obj.name === '_') return undefined
  let type = unalias(objectType(receiver))
  if (type.kind === 'Pointer') type = unalias(type.base)
  if (type.kind !== 'Named' || underlying(type).kind === 'Interface') return undefined
  const owner = originOf(type).obj
  return packageLevelName(owner, pkg) === undefined ? undefined : `${owner.name}.${obj.name}`
}

/** Fields and interface methods belong to the declaration they stand in: the last package-level name before them in their file. */
function memberName(obj: GoObject, pkg: Package): string | undefined {
  if (obj.file === undefined || (obj.kind === 'Var' ? obj.varKind !== 'field' : obj.kind !== 'Func')) return undefined
  const index = indexOf(pkg)
  const owner = enclosing(index.byFile.get(obj.file.path) ?? [], obj.pos)
  if (owner === undefined) return undefined
  let members = index.members.get(owner)
  if (members === undefined) {
    members = membersOf(owner, index)
    index.members.set(owner, members)
  }
  return members.get(obj)
}

function indexOf(pkg: Package): PackageIndex {
  const known = indexes.get(pkg)
  if (known !== undefined) return known
  loadPackage(pkg)
  const byFile = new Map<string, GoObject[]>()
  for (const obj of pkg.scope.elems?.values() ?? []) {
    if (obj.file === undefined) continue
    const list = byFile.get(obj.file.path)
    if (list === undefined) byFile.set(obj.file.path, [obj])
    else list.push(obj)
  }
  for (const list of byFile.values()) list.sort((a, b) => a.pos - b.pos)
  const index = {byFile, members: new Map()}
  if (pkg.complete) indexes.set(pkg, index)
  return index
}

function enclosing(list: readonly GoObject[], pos: number): GoObject | undefined {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle]?.pos ?? 0) < pos) low = middle + 1
    else high = middle
  }
  return list[low - 1]
}

function membersOf(owner: GoObject, index: PackageIndex): ReadonlyMap<GoObject, string> {
  const names = new Map<GoObject, string>()
  const used = new Set<string>()
  const add = (obj: GoObject, path: string) => {
    const inside = obj.file !== undefined && obj.file === owner.file && enclosing(index.byFile.get(obj.file.path) ?? [], obj.pos) === owner
    if (!inside || names.has(obj) || used.has(path)) return false
    names.set(obj, path)
    used.add(path)
    return true
  }
  if (owner.kind === 'TypeName') walk(declaredType(owner), owner.name, add)
  else if (owner.kind === 'Var') walk(objectType(owner), owner.name, add)
  return names
}

function declaredType(owner: TypeName): Type {
  const type = objectType(owner)
  if (type.kind === 'Alias') return type.fromRHS ?? type
  return underlying(type)
}

function walk(type: Type, path: string, add: (obj: GoObject, path: string) => boolean): void {
  switch (type.kind) {
    case 'Pointer':
      return walk(type.base, path, add)
    case 'Slice':
    case 'Array':
    case 'Chan':
      return walk(type.elem, path, add)
    case 'Map':
      walk(type.key, path, add)
      return walk(type.elem, path, add)
    case 'Struct':
      for (const field of type.fields) {
        const own = `${path}.${field.name}`
        if (add(field, own)) walk(objectType(field), own, add)
      }
      return
    case 'Interface':
      for (const method of type.methods) add(method, `${path}.${method.name}`)
      return
    default:
  }
}
