// Finding a field or method by name through embedded fields (go/types lookup.go). A found name is unknown, not certain, when a shallower
// embedded type could not be found: it may have the name too.
import {sameId, type Func, type Package, type Var} from './objects.ts'
import {identical} from './identical.ts'
import {isUnknown} from './predicates.ts'
import {methodOfSet, typeSetOf} from './type-set.ts'
import {asNamed, declaredMethod, dereference, hasPointerReceiver, underlying} from './underlying.ts'
import {invalidType, type Named, type Type} from './types.ts'

export interface Found {
  /** Undefined when there is none, or none that can be selected. */
  readonly obj: Var | Func | undefined
  /** Path to it; set without `obj` when the name is ambiguous. */
  readonly index: readonly number[] | undefined
  /** A pointer was on the path; without `obj`: the method needs a pointer receiver. */
  readonly indirect: boolean
  /** Something that could not be found may declare the name. */
  readonly unknown: boolean
}

const nothing: Found = {obj: undefined, index: undefined, indirect: false, unknown: false}

interface Embedded {
  readonly type: Type
  readonly index: readonly number[]
  readonly indirect: boolean
  multiples: boolean
}

/** The field or method x.name for x of type `t` (go/types lookupFieldOrMethod). */
export function lookupFieldOrMethod(t: Type, addressable: boolean, pkg: Package | undefined, name: string, foldCase = false): Found {
  const named = asNamed(t)
  if (named !== undefined) {
    const u = underlying(named)
    if (u.kind === 'Pointer') {
      // Methods cannot be associated with a declared pointer type, and those of its base do not count.
      const found = search(u, false, pkg, name, foldCase)
      return found.obj?.kind === 'Func' ? nothing : found
    }
  }
  return search(t, addressable, pkg, name, foldCase)
}

/** As lookupFieldOrMethod, but methods of the base of a declared pointer type count too (go/types lookupFieldOrMethodImpl). */
export function search(t: Type, addressable: boolean, pkg: Package | undefined, name: string, foldCase: boolean): Found {
  if (name === '_') return nothing
  const {type, pointer} = dereference(t)
  if (pointer && underlying(type).kind === 'Interface') return nothing
  let current: Embedded[] = [{type, index: [], indirect: pointer, multiples: false}]
  const seen: Named[] = []
  let unknown = false
  while (current.length > 0) {
    const level = searchLevel(current, seen, pkg, name, foldCase)
    if (level.ambiguous !== undefined) return {obj: undefined, index: level.ambiguous, indirect: false, unknown}
    if (level.obj !== undefined) {
      const {obj, indirect} = level
      if (obj.kind === 'Func' && hasPointerReceiver(obj) && !indirect && !addressable)
        return {obj: undefined, index: undefined, indirect: true, unknown}
      return {obj, index: level.index, indirect, unknown}
    }
    if (level.unknown) unknown = true
    current = mergeMultiples(level.next)
  }
  return unknown ? {obj: undefined, index: undefined, indirect: false, unknown} : nothing
}

interface Level {
  obj: Var | Func | undefined
  index: readonly number[] | undefined
  indirect: boolean
  ambiguous: readonly number[] | undefined
  unknown: boolean
  readonly next: Embedded[]
}

function searchLevel(current: readonly Embedded[], seen: Named[], pkg: Package | undefined, name: string, foldCase: boolean): Level {
  const level: Level = {obj: undefined, index: undefined, indirect: false, ambiguous: undefined, unknown: false, next: []}
  /** False when the name collides at this depth. */
  const take = (e: Embedded, i: number, obj: Var | Func): boolean => {
    const index = [...e.index, i]
    if (level.obj !== undefined || e.multiples) {
      level.ambiguous = index
      return false
    }
    level.obj = obj
    level.index = index
    level.indirect = e.indirect
    return true
  }
  for (const e of current) {
    const named = asNamed(e.type)
    if (named !== undefined) {
      if (seen.some(other => other === named || identical(other, named))) continue
      seen.push(named)
      const method = declaredMethod(named, pkg, name, foldCase)
      if (method !== undefined) {
        if (!take(e, method.index, method.method)) return level
        continue
      }
    }
    const u = underlying(e.type)
    if (u.kind === 'Struct') {
      const {fields} = u
      for (let i = 0; i < fields.length; i++) {
        const f = fields[i]
        if (f === undefined) continue
        if (sameId(f, pkg, name) || (foldCase && f.name.toLowerCase() === name.toLowerCase())) {
          if (!take(e, i, f)) return level
          continue
        }
        if (level.obj !== undefined || !f.embedded) continue
        const {type, pointer} = dereference(f.type ?? invalidType)
        level.next.push({type, index: [...e.index, i], indirect: e.indirect || pointer, multiples: e.multiples})
      }
    } else if (u.kind === 'Interface') {
      const set = typeSetOf(u)
      const found = methodOfSet(set, pkg, name, foldCase)
      if (found !== undefined && !take(e, found.index, found.method)) return level
      if (found === undefined && set.unknown) level.unknown = true
    } else if (isUnknown(u)) level.unknown = true
  }
  return level
}

/** One entry for each type at a depth (go/types consolidateMultiples). */
function mergeMultiples(list: Embedded[]): Embedded[] {
  if (list.length <= 1) return list
  const unique: Embedded[] = []
  for (const e of list) {
    const other = unique.find(x => x.type === e.type || identical(x.type, e.type))
    if (other === undefined) unique.push(e)
    else other.multiples = true
  }
  return unique
}

export function fieldIndex(fields: readonly Var[], pkg: Package | undefined, name: string): number {
  return name === '_' ? -1 : fields.findIndex(f => sameId(f, pkg, name))
}
