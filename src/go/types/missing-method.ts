// Whether a type has the methods of an interface (go/types lookup.go, missingMethod, hasAllMethods, assertableTo).
import {signatureOf, type Func} from './objects.ts'
import {identical} from './identical.ts'
import {isInterface, isValid} from './predicates.ts'
import {search} from './lookup.ts'
import {methodOfSet, typeSetOf} from './type-set.ts'
import {underlying} from './underlying.ts'
import {invalidType, type Struct, type Type} from './types.ts'

export type Equivalent = (x: Type, y: Type) => boolean

/** The first method of the interface `t` that `v` lacks or has with another type; with `fixed` false an interface `v` may lack methods. */
export function missingMethod(v: Type, t: Type, fixed: boolean, equivalent: Equivalent): Func | undefined {
  const tu = underlying(t)
  if (tu.kind !== 'Interface') return undefined
  const {methods} = typeSetOf(tu)
  if (methods.length === 0) return undefined
  const vu = underlying(v)
  if (vu.kind === 'Interface') {
    const set = typeSetOf(vu)
    for (const m of methods) {
      const f = methodOfSet(set, m.pkg, m.name, false)?.method
      if (f === undefined) {
        if (!fixed || set.unknown) continue
        return m
      }
      if (!equivalent(signatureOf(f) ?? invalidType, signatureOf(m) ?? invalidType)) return m
    }
    return undefined
  }
  for (const m of methods) {
    const found = search(v, false, m.pkg, m.name, false)
    if (found.obj?.kind !== 'Func') {
      if (found.unknown) continue
      return m
    }
    if (!equivalent(signatureOf(found.obj) ?? invalidType, signatureOf(m) ?? invalidType)) return m
  }
  return undefined
}

/** Whether `v` has all methods of `t`, as far as is known. */
export function hasAllMethods(v: Type, t: Type, fixed: boolean, equivalent: Equivalent): boolean {
  if (!isValid(v)) return true
  return missingMethod(v, t, fixed, equivalent) === undefined || hasUnknownEmbedded(v, new Set())
}

/** A struct that embeds something invalid or unknown may have any method. */
export function hasUnknownEmbedded(t: Type, seen: Set<Struct>): boolean {
  const u = underlying(t)
  const struct = u.kind === 'Pointer' ? underlying(u.base) : u
  if (struct.kind !== 'Struct' || seen.has(struct)) return false
  seen.add(struct)
  return struct.fields.some(f => f.embedded && f.type !== undefined && (!isValid(underlying(f.type)) || hasUnknownEmbedded(f.type, seen)))
}

/** Whether a value of interface type `v` may hold a `t`. */
export function assertableTo(v: Type, t: Type): boolean {
  return isInterface(t) || hasAllMethods(t, v, false, identical)
}
