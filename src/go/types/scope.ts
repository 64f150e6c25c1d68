// Scopes: names to objects, nested from the universe through package, file and function to blocks (go/types Scope).
import type {GoObject} from './objects.ts'

export interface Scope {
  readonly parent: Scope | undefined
  /** Byte offsets within the file; -1 for universe and package scopes. */
  pos: number
  end: number
  elems: Map<string, GoObject> | undefined
  children: Scope[] | undefined
  isFunc: boolean
}

export function newScope(parent: Scope | undefined, pos: number, end: number): Scope {
  return {parent, pos, end, elems: undefined, children: undefined, isFunc: false}
}

/** A scope that its parent lists among its children. */
export function newChildScope(parent: Scope, pos: number, end: number): Scope {
  const scope = newScope(parent, pos, end)
  if (parent.children === undefined) parent.children = [scope]
  else parent.children.push(scope)
  return scope
}

export const lookupIn = (scope: Scope, name: string): GoObject | undefined => scope.elems?.get(name)

/** Inserts unless the name is taken; then it returns the object that has it. */
export function insertInto(scope: Scope, obj: GoObject): GoObject | undefined {
  const elems = (scope.elems ??= new Map())
  const other = elems.get(obj.name)
  if (other !== undefined) return other
  elems.set(obj.name, obj)
  if (obj.parent === undefined) obj.parent = scope
  return undefined
}

/** The object a name denotes at `pos`, and the scope it was found in; `pos` -1 looks at everything (go/types Scope.LookupParent). */
export function lookupParent(scope: Scope | undefined, name: string, pos = -1): {scope: Scope; obj: GoObject} | undefined {
  for (let s = scope; s !== undefined; s = s.parent) {
    const obj = s.elems?.get(name)
    if (obj !== undefined && (pos < 0 || obj.scopePos <= pos)) return {scope: s, obj}
  }
  return undefined
}
