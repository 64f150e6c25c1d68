// Questions about declared types by their qualified name: `sync.Mutex`, `context.Context`. Unknown types answer undefined or no.
import type {Type} from '../../go/types/types.ts'
import {asNamed, originOf, unalias, underlying} from '../../go/types/underlying.ts'
import {objectType} from '../../go/types/objects.ts'

/** `importPath.Name` of a declared type, pointers not looked through. */
export function namedPath(type: Type | undefined): string | undefined {
  const named = type === undefined ? undefined : asNamed(type)
  if (named === undefined) return undefined
  const {obj} = originOf(named)
  return obj.pkg === undefined ? obj.name : `${obj.pkg.path}.${obj.name}`
}

export const isNamed = (type: Type | undefined, ...paths: readonly string[]) => {
  const path = namedPath(type)
  return path !== undefined && paths.includes(path)
}

/** The type itself, or what it points to. */
export function pointee(type: Type | undefined): Type | undefined {
  if (type === undefined) return undefined
  const plain = unalias(type)
  return plain.kind === 'Pointer' ? plain.base : type
}

export const isPointerTo = (type: Type | undefined, path: string) =>
  type !== undefined && unalias(type).kind === 'Pointer' && isNamed(pointee(type), path)

const depthMax = 20

/** The first of the named types that a value of this type holds by value (itself, a field or an array element), with the path to it. */
export function holdsByValue(type: Type, paths: ReadonlySet<string>, depth = 0): {readonly path: string; readonly via: string} | undefined {
  if (depth > depthMax) return undefined
  const own = namedPath(type)
  if (own !== undefined && paths.has(own)) return {path: own, via: ''}
  const under = underlying(type)
  if (under.kind === 'Array') return under.len === 0 ? undefined : holdsByValue(under.elem, paths, depth + 1)
  if (under.kind !== 'Struct') return undefined
  for (const field of under.fields) {
    const inner = holdsByValue(objectType(field), paths, depth + 1)
    if (inner !== undefined) return {path: inner.path, via: inner.via === '' ? field.name : `${field.name}.${inner.via}`}
  }
  return undefined
}
