// From a type to what it stands for: aliases, underlying types, instances filled on demand, bounds of type parameters
// (go/types alias.go, named.go, typeparam.go, under.go).
import {cloneFunc, cloneVar, isExported, samePackage, signatureOf, type Func, type Package} from './objects.ts'
import {identical} from './identical.ts'
import {isTypeParam} from './predicates.ts'
import {replaceReceiver, substitute, substitutionOf} from './substitution.ts'
import {typeSetOf, forEachTerm} from './type-set.ts'
import {
  copySignature,
  invalidType,
  newInterface,
  newPointer,
  type Alias,
  type Chan,
  type Interface,
  type Named,
  type Type,
  type TypeParam,
} from './types.ts'

/** Aliases of aliases are followed no further than this; declarations with cycles end earlier. */
const aliasDepthMax = 10_000
/** Instances that expand into ever larger instances of themselves stop here, as does no valid program. */
const expansionDepthMax = 100

export function unalias(t: Type): Type {
  return t.kind === 'Alias' ? actualOf(t) : t
}

function actualOf(alias: Alias): Type {
  if (alias.actual !== undefined) return alias.actual
  let t: Type | undefined = alias
  for (let depth = 0; t !== undefined && t.kind === 'Alias'; depth++) {
    if (depth > aliasDepthMax) return invalidType
    t = t.fromRHS
  }
  if (t === undefined) return invalidType // still being declared
  alias.actual = t
  return t
}

/** The declared type behind aliases, if it is one. */
export function asNamed(t: Type): Named | undefined {
  const u = t.kind === 'Alias' ? actualOf(t) : t
  return u.kind === 'Named' ? u : undefined
}

export function underlying(t: Type): Type {
  switch (t.kind) {
    case 'Named':
      return t.underlying ?? namedUnderlying(t)
    case 'Alias':
      return underlying(actualOf(t))
    case 'TypeParam':
      return boundInterface(t)
    default:
      return t
  }
}

let expansionDepth = 0

/** Gives instances their right side and type parameters (go/types Named.unpack). */
export function unpack(n: Named): Named {
  if (n.unpacked || n.inst === undefined) return n
  const {orig, targs} = n.inst
  n.unpacked = true
  n.tparams = orig.tparams
  if (expansionDepth > expansionDepthMax || n.checker === undefined) {
    n.fromRHS = invalidType
    return n
  }
  expansionDepth++
  n.fromRHS = expandRHS(n, orig, targs)
  expansionDepth--
  return n
}

function expandRHS(n: Named, orig: Named, targs: readonly Type[]): Type | undefined {
  const params = orig.tparams ?? []
  if (targs.length !== params.length) return invalidType
  const checker = n.checker
  if (checker === undefined) return invalidType
  if (orig.fromRHS === undefined) {
    n.unpacked = false // the generic type is still being declared: try again later
    return undefined
  }
  const rhs = substitute(checker, orig.fromRHS, substitutionOf(params, targs))
  if (rhs.kind !== 'Interface') return rhs
  // Methods of a generic interface name the generic type as their receiver.
  const {methods, copied} = replaceReceiver(rhs.methods, orig, n)
  if (!copied) return rhs
  let face: Interface = rhs
  if (face === orig.fromRHS) {
    face = newInterface(methods, rhs.embeddeds)
    face.complete = true
  }
  face.methods = methods
  face.tset = undefined
  return face
}

function namedUnderlying(n: Named): Type {
  const path: Named[] = []
  let t: Type | undefined = n
  let found: Type | undefined
  while (found === undefined) {
    if (t === undefined) return invalidType // below a declaration that has no right side yet: not remembered
    if (t.kind === 'Alias') {
      if (t.actual === undefined && t.fromRHS === undefined) return invalidType
      t = actualOf(t)
    } else if (t.kind === 'Named') {
      if (t.underlying !== undefined) found = t.underlying
      else if (path.includes(t)) found = invalidType
      else {
        path.push(t)
        t = unpack(t).fromRHS
      }
    } else if (t.kind === 'TypeParam') found = invalidType
    else found = t
  }
  for (const named of path) named.underlying ??= found
  return found
}

/** The generic type an instance was made from, or the type itself. */
export const originOf = (n: Named): Named => n.inst?.orig ?? n
export const typeParamsOf = (n: Named): readonly TypeParam[] => unpack(n).tparams ?? []
export const typeArgsOf = (n: Named): readonly Type[] => n.inst?.targs ?? []
export const methodCount = (n: Named): number => originOf(n).methods.length

/** The i-th declared method, instantiated for instances (go/types Named.Method). */
export function methodAt(n: Named, i: number): Func | undefined {
  if (n.inst === undefined) return n.methods[i]
  unpack(n)
  return (n.methods[i] ??= expandMethod(n, i))
}

function expandMethod(n: Named, i: number): Func {
  const {orig, targs} = n.inst ?? {orig: n, targs: []}
  const method = orig.methods[i]
  if (method === undefined) throw new Error('Bug: method index out of range')
  const signature = signatureOf(method)
  if (signature === undefined || signature.recv === undefined || n.checker === undefined) return method
  const base = dereference(signature.recv.type ?? invalidType).type
  if (base === n) return method // the generic type's own instance: T[P] within the declaration of T's methods
  let result = signature
  const rparams = signature.rparams ?? []
  if (rparams.length === targs.length) {
    const t = substitute(n.checker, signature, substitutionOf(rparams, targs))
    if (t.kind === 'Signature') result = t
  }
  if (result === signature) result = copySignature(signature)
  result.recv = cloneVar(signature.recv, hasPointerReceiver(method) ? newPointer(n) : n)
  return cloneFunc(method, result)
}

/** Whether the method has a pointer receiver (go/types Func.hasPtrRecv). */
export function hasPointerReceiver(f: Func): boolean {
  const recv = f.type?.kind === 'Signature' ? f.type.recv : undefined
  return recv?.type === undefined ? f.ptrRecv : dereference(recv.type).pointer
}

/** A declared method by name as seen from `pkg`. */
export function declaredMethod(
  n: Named,
  pkg: Package | undefined,
  name: string,
  foldCase: boolean,
): {index: number; method: Func} | undefined {
  const {methods, obj} = originOf(n)
  if (methods.length === 0 || !(foldCase || isExported(name) || samePackage(obj.pkg, pkg))) return undefined
  for (let i = 0; i < methods.length; i++) {
    const candidate = methods[i]
    if (candidate === undefined) continue
    if (candidate.name !== name && !(foldCase && candidate.name.toLowerCase() === name.toLowerCase())) continue
    const method = methodAt(n, i)
    return method === undefined ? undefined : {index: i, method}
  }
  return undefined
}

/** The base of a pointer type literal, else the type itself (go/types deref). */
export function dereference(t: Type): {type: Type; pointer: boolean} {
  const u = t.kind === 'Alias' ? actualOf(t) : t
  return u.kind === 'Pointer' ? {type: u.base, pointer: true} : {type: t, pointer: false}
}

const emptyInterface: Interface = {
  kind: 'Interface',
  methods: [],
  embeddeds: [],
  implicit: false,
  complete: true,
  tset: {methods: [], terms: [{tilde: false, type: undefined}], comparable: false, unknown: false},
}
export {emptyInterface}

/** The interface that bounds a type parameter; other bounds are wrapped in one (go/types TypeParam.iface). */
export function boundInterface(param: TypeParam): Interface {
  const {bound} = param
  const u = underlying(bound)
  if (u.kind === 'Interface') return isTypeParam(bound) ? emptyInterface : u
  if (u === invalidType || (u.kind === 'Basic' && u.info === 0 && u.name === 'invalid type')) return emptyInterface
  const wrapped = newInterface([], [bound])
  wrapped.implicit = true
  wrapped.complete = true
  param.bound = wrapped
  return wrapped
}

/** Calls `f` with each type of a type parameter's type set and its underlying type, or with the type itself; false stops (go/types typeset). */
export function everyType(t: Type, f: (type: Type | undefined, under: Type | undefined) => boolean): boolean {
  const u = unalias(t)
  if (u.kind !== 'TypeParam') return f(t, underlying(t))
  return forEachTerm(typeSetOf(boundInterface(u)), term => {
    if (term?.type === undefined) return f(undefined, undefined)
    const under = unalias(term.type)
    return f(term.type, term.tilde ? under : underlying(under))
  })
}

export const everyUnderlying = (t: Type, f: (under: Type | undefined) => boolean): boolean => everyType(t, (_, u) => f(u))

/** The one underlying type all types of the set share; channels may differ in direction; undefined when there is none (go/types commonUnder). */
export function commonUnderlying(t: Type, accept?: (under: Type | undefined) => boolean): Type | undefined {
  let common: Type | undefined
  const ok = everyType(t, (_, u) => {
    if (accept !== undefined && !accept(u)) return false
    if (u === undefined) return false
    if (common === undefined) {
      common = u
      return true
    }
    if (common.kind === 'Chan' && u.kind === 'Chan') {
      const joined = joinChannels(common, u)
      if (joined === undefined) return false
      common = joined
      return true
    }
    return identical(common, u)
  })
  return ok ? common : undefined
}

function joinChannels(x: Chan, y: Chan): Chan | undefined {
  if (!identical(x.elem, y.elem)) return undefined
  if (x.dir === y.dir || y.dir === 'both') return x
  return x.dir === 'both' ? y : undefined
}

/** The array behind a pointer to one, else the type itself (go/types arrayPtrDeref). */
export function arrayOfPointer(t: Type): Type {
  const u = unalias(t)
  if (u.kind !== 'Pointer') return t
  const base = underlying(u.base)
  return base.kind === 'Array' ? base : t
}
