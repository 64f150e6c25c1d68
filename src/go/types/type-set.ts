// Type sets of interfaces and unions: methods, terms and comparability (go/types typeset.go, termlist.go, typeterm.go).
import {compareObjects, objectId, sameId, type Func, type Package} from './objects.ts'
import {identical} from './identical.ts'
import {isComparableType, isUnknown, isValid} from './predicates.ts'
import {underlying} from './underlying.ts'
import type {Interface, Term, Type, TypeSet, Union} from './types.ts'

export type Terms = readonly (Term | undefined)[]
export const allTerms: Terms = [{tilde: false, type: undefined}]
export const topSet: TypeSet = {methods: [], terms: allTerms, comparable: false, unknown: false}
/** A union with more terms is not looked at (go/types maxTermCount). */
export const termCountMax = 100

const isAllTerms = (terms: Terms): boolean => terms.some(t => t !== undefined && t.type === undefined)
const isNoTerms = (terms: Terms): boolean => terms.every(t => t === undefined)

export const isEmptySet = (s: TypeSet): boolean => isNoTerms(s.terms)
/** Describes methods only, so that it may be the type of a variable. */
export const isMethodSet = (s: TypeSet): boolean => !s.comparable && isAllTerms(s.terms)
export const isAllTypes = (s: TypeSet): boolean => isMethodSet(s) && s.methods.length === 0
export const hasTerms = (s: TypeSet): boolean => !isNoTerms(s.terms) && !isAllTerms(s.terms)

/** Calls `f` with each term, or once with undefined when the set has no specific types (go/types _TypeSet.is). */
export function forEachTerm(s: TypeSet, f: (term: Term | undefined) => boolean): boolean {
  if (!hasTerms(s)) return f(undefined)
  return s.terms.every(f)
}

export function isComparableSet(s: TypeSet, seen: Set<Type>): boolean {
  if (isAllTerms(s.terms)) return s.comparable
  return forEachTerm(s, t => t?.type !== undefined && isComparableType(t.type, false, seen))
}

export function methodOfSet(
  s: TypeSet,
  pkg: Package | undefined,
  name: string,
  foldCase: boolean,
): {index: number; method: Func} | undefined {
  const {methods} = s
  for (let i = 0; i < methods.length; i++) {
    const m = methods[i]
    if (m !== undefined && (sameId(m, pkg, name) || (foldCase && m.name.toLowerCase() === name.toLowerCase()))) return {index: i, method: m}
  }
  return undefined
}

/** The type set of an interface, computed once it is complete (go/types computeInterfaceTypeSet). */
export function typeSetOf(face: Interface, onDuplicate?: (m: Func, other: Func, explicit: boolean) => void): TypeSet {
  if (face.tset !== undefined) return face.tset
  if (!face.complete) return topSet
  const set: TypeSet = {methods: [], terms: allTerms, comparable: false, unknown: false}
  face.tset = set // an interface that embeds itself sees the set of all types
  const seen = new Map<string, Func>()
  const methods: Func[] = []
  const add = (m: Func, explicit: boolean) => {
    const id = objectId(m)
    const other = seen.get(id)
    if (other === undefined) {
      seen.set(id, m)
      methods.push(m)
    } else if (onDuplicate !== undefined) onDuplicate(m, other, explicit)
  }
  for (const m of face.methods) add(m, true)
  let terms: Terms = allTerms
  let comparable = false
  for (const type of face.embeddeds) {
    const u = underlying(type)
    let embeddedTerms: Terms
    let embeddedComparable = false
    if (u.kind === 'Interface') {
      const inner = typeSetOf(u, onDuplicate)
      embeddedComparable = inner.comparable
      for (const m of inner.methods) add(m, false)
      embeddedTerms = inner.terms
      if (inner.unknown) set.unknown = true
    } else if (u.kind === 'Union') {
      const inner = unionSetOf(u)
      if (inner === undefined) continue
      if (inner.unknown) set.unknown = true
      embeddedTerms = inner.terms
    } else if (!isValid(u)) {
      if (isUnknown(u)) set.unknown = true
      continue
    } else embeddedTerms = [{tilde: false, type}]
    ;[terms, comparable] = intersectTerms(terms, comparable, embeddedTerms, embeddedComparable)
  }
  set.comparable = comparable
  set.methods = methods.sort(compareObjects)
  set.terms = terms
  return set
}

function intersectTerms(x: Terms, xComparable: boolean, y: Terms, yComparable: boolean): [Terms, boolean] {
  let terms = x === allTerms ? y : y === allTerms ? x : intersection(x, y)
  let comparable = xComparable || yComparable
  if (comparable && !isAllTerms(terms)) {
    terms = terms.filter(t => t?.type !== undefined && isComparableType(t.type, false))
    if (!isAllTerms(terms)) comparable = false
  }
  return [terms, comparable]
}

/** The type set of a union; undefined when it has too many terms (go/types computeUnionTypeSet). */
export function unionSetOf(union: Union): TypeSet | undefined {
  if (union.tset !== undefined) return union.tset
  const set: TypeSet = {methods: [], terms: [], comparable: false, unknown: false}
  union.tset = set
  let all: Terms = []
  for (const t of union.terms) {
    if (t.type === undefined) continue
    const u = underlying(t.type)
    let terms: Terms
    if (u.kind === 'Interface') terms = typeSetOf(u).terms
    else if (!isValid(u)) {
      if (isUnknown(u)) set.unknown = true
      continue
    } else terms = [t.tilde && !identical(t.type, u) ? undefined : t]
    all = normalForm([...all, ...terms])
    if (all.length > termCountMax) return undefined
  }
  set.terms = all
  return set
}

// Terms

export function termIncludes(x: Term | undefined, t: Type): boolean {
  if (x === undefined) return false
  if (x.type === undefined) return true
  return identical(x.type, x.tilde ? underlying(t) : t)
}

function disjoint(x: Term, y: Term): boolean {
  if (x.type === undefined || y.type === undefined) return false
  return !identical(y.tilde ? underlying(x.type) : x.type, x.tilde ? underlying(y.type) : y.type)
}
export const termsOverlap = (x: Term, y: Term): boolean => !disjoint(x, y)

function intersectTerm(x: Term, y: Term): Term | undefined {
  if (x.type === undefined) return y
  if (y.type === undefined) return x
  if (disjoint(x, y)) return undefined
  return !x.tilde || y.tilde ? x : y
}

/** The union of two terms when it is one term. */
function joinTerm(x: Term, y: Term): Term | undefined {
  if (x.type === undefined) return x
  if (y.type === undefined) return y
  if (disjoint(x, y)) return undefined
  return x.tilde || !y.tilde ? x : y
}

function termSubset(x: Term | undefined, y: Term | undefined): boolean {
  if (x === undefined) return true
  if (y === undefined) return false
  if (y.type === undefined) return true
  if (x.type === undefined || disjoint(x, y)) return false
  return !x.tilde || y.tilde
}

function normalForm(list: Terms): Terms {
  const used = new Set<number>()
  const result: Term[] = []
  for (let i = 0; i < list.length; i++) {
    let x = list[i]
    if (x === undefined || used.has(i)) continue
    for (let j = i + 1; j < list.length; j++) {
      const y = list[j]
      if (y === undefined || used.has(j)) continue
      const joined = joinTerm(x, y)
      if (joined === undefined) continue
      if (joined.type === undefined) return allTerms
      x = joined
      used.add(j)
    }
    result.push(x)
  }
  return result
}

function intersection(xs: Terms, ys: Terms): Terms {
  const result: Term[] = []
  for (const x of xs)
    for (const y of ys) {
      const both = x === undefined || y === undefined ? undefined : intersectTerm(x, y)
      if (both !== undefined) result.push(both)
    }
  return normalForm(result)
}

export function termsSubset(xs: Terms, ys: Terms): boolean {
  if (isNoTerms(ys)) return isNoTerms(xs)
  return xs.every(x => ys.some(y => termSubset(x, y)))
}
export const equalTerms = (xs: Terms, ys: Terms): boolean => xs === ys || (termsSubset(xs, ys) && termsSubset(ys, xs))
