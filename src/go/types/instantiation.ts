// Instances of generic types and functions, one object for each spelling of the type arguments, and whether arguments satisfy their
// constraints (go/types instantiate.go, context.go).
import type {Checker} from './checker.ts'
import {identical} from './identical.ts'
import {hasAllMethods} from './missing-method.ts'
import {newTypeName} from './objects.ts'
import {isComparableType, isValid} from './predicates.ts'
import {newAliasInstance, substitute, substitutionOf} from './substitution.ts'
import {forEachTerm, hasTerms, isAllTypes, isComparableSet, isEmptySet, termIncludes, termsSubset, typeSetOf} from './type-set.ts'
import {instanceKey} from './type-string.ts'
import {boundInterface, underlying} from './underlying.ts'
import {copySignature, invalidType, newNamed, type Alias, type Named, type Signature, type Type, type TypeParam} from './types.ts'

/** Instances by what they are made of. */
export interface InstanceCache {
  readonly entries: Map<string, Type>
  readonly ids: Map<Type, number>
}
/** Who remembers the instances it makes: a checker, or a package read from a declaration file. */
export interface Instances {
  readonly instances: InstanceCache
}
export const newInstanceCache = (): InstanceCache => ({entries: new Map(), ids: new Map()})

function idIn(cache: InstanceCache, t: Type): number {
  const known = cache.ids.get(t)
  if (known !== undefined) return known
  const id = cache.ids.size
  cache.ids.set(t, id)
  return id
}

/** The instance of `orig` for `targs`; the number of arguments must match (go/types Checker.instance). */
export function instantiate(checker: Instances | undefined, orig: Named | Alias | Signature, targs: readonly Type[]): Type {
  const cache = checker?.instances
  const key = cache === undefined ? '' : instanceKey(orig, targs, t => idIn(cache, t))
  const known = cache?.entries.get(key)
  if (known !== undefined) return known
  const result = makeInstance(checker, orig, targs)
  const again = cache?.entries.get(key) // substitution may have made it meanwhile
  if (again !== undefined) return again
  cache?.entries.set(key, result)
  return result
}

function makeInstance(checker: Instances | undefined, orig: Named | Alias | Signature, targs: readonly Type[]): Type {
  switch (orig.kind) {
    case 'Named': {
      const {obj} = orig
      return newNamed(checker ?? orig.checker, newTypeName(obj.file, obj.pos, obj.pkg, obj.name), {orig, targs})
    }
    case 'Alias': {
      if ((orig.tparams ?? []).length !== targs.length) return invalidType
      return newAliasInstance(checker, orig, targs)
    }
    case 'Signature': {
      const params = orig.tparams ?? []
      if (params.length !== targs.length) return invalidType
      const result = substitute(checker, orig, substitutionOf(params, targs))
      if (result.kind !== 'Signature') return invalidType
      const sig = result === orig ? copySignature(orig) : result
      sig.tparams = undefined
      return sig
    }
  }
}

/** Index of the first argument that does not satisfy its constraint; -1 when all do (go/types Checker.verify). */
export function unsatisfied(checker: Checker, params: readonly TypeParam[], targs: readonly Type[]): number {
  const smap = substitutionOf(params, targs)
  for (let i = 0; i < params.length; i++) {
    const param = params[i]
    const targ = targs[i]
    if (param === undefined || targ === undefined) continue
    boundInterface(param)
    if (!implementsType(targ, substitute(checker, param.bound, smap), true, checker)) return i
  }
  return -1
}

/** Whether V implements the interface T, or satisfies it as a constraint; what is not known counts as yes (go/types Checker.implements). */
export function implementsType(v: Type, t: Type, constraint: boolean, checker?: Checker): boolean {
  const vu = underlying(v)
  const tu = underlying(t)
  if (!isValid(vu) || !isValid(tu)) return true
  if (vu.kind === 'Pointer' && !isValid(underlying(vu.base))) return true
  if (tu.kind !== 'Interface') return false
  const set = typeSetOf(tu)
  if (isAllTypes(set)) return true
  const vset = vu.kind === 'Interface' ? typeSetOf(vu) : undefined
  if (vset !== undefined && isEmptySet(vset)) return true
  if (isEmptySet(set)) return false
  if (!hasAllMethods(v, t, true, identical)) return false
  const needsComparable = isComparableSet(set, new Set())
  if (!hasTerms(set)) return !needsComparable || comparableArgument(v, constraint, checker)
  if (vset !== undefined) {
    if (!termsSubset(vset.terms, set.terms)) return false
  } else if (forEachTerm(set, term => !termIncludes(term, v))) return false
  return !needsComparable || comparableArgument(v, constraint, checker)
}

/** Since Go 1.20 types whose comparison may panic satisfy comparable. */
function comparableArgument(v: Type, constraint: boolean, checker: Checker | undefined): boolean {
  if (isComparableType(v, false)) return true
  return constraint && isComparableType(v, true) && (checker === undefined || checker.allows(20))
}
