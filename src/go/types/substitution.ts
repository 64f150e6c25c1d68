// Replacing type parameters by types, keeping everything that does not mention them (go/types subst.go).
import {cloneFunc, cloneVar, newTypeName, type Func, type Var} from './objects.ts'
import {instantiate, type Instances} from './instantiation.ts'
import {originOf, typeParamsOf} from './underlying.ts'
import {
  invalidType,
  newAlias,
  newArray,
  newChan,
  newInterface,
  newMap,
  newPointer,
  newSignature,
  newSlice,
  newStruct,
  newTuple,
  newUnion,
  copySignature,
  type Alias,
  type Interface,
  type Signature,
  type Term,
  type Tuple,
  type Type,
  type TypeParam,
} from './types.ts'

export type Substitution = ReadonlyMap<TypeParam, Type>

export function substitutionOf(params: readonly TypeParam[], targs: readonly (Type | undefined)[]): Substitution {
  const map = new Map<TypeParam, Type>()
  params.forEach((param, i) => {
    const arg = targs[i]
    if (arg !== undefined) map.set(param, arg)
  })
  return map
}

/** `checker` makes the instances; without one, instances of other types are not remembered. */
export function substitute(checker: Instances | undefined, t: Type, smap: Substitution): Type {
  if (smap.size === 0 || t.kind === 'Basic') return t
  if (t.kind === 'TypeParam') return smap.get(t) ?? t
  return apply(checker, t, smap)
}

function apply(checker: Instances | undefined, t: Type, smap: Substitution): Type {
  switch (t.kind) {
    case 'Basic':
      return t
    case 'TypeParam':
      return smap.get(t) ?? t
    case 'Alias': {
      const params = t.orig.tparams ?? []
      if (params.length === 0) return t
      if (t.targs === undefined || t.targs.length !== params.length) return invalidType
      const targs = each(t.targs, x => apply(checker, x, smap))
      return targs === undefined ? t : newAliasInstance(checker, t.orig, targs)
    }
    case 'Array': {
      const elem = apply(checker, t.elem, smap)
      return elem === t.elem ? t : newArray(elem, t.len)
    }
    case 'Slice': {
      const elem = apply(checker, t.elem, smap)
      return elem === t.elem ? t : newSlice(elem)
    }
    case 'Pointer': {
      const base = apply(checker, t.base, smap)
      return base === t.base ? t : newPointer(base)
    }
    case 'Map': {
      const key = apply(checker, t.key, smap)
      const elem = apply(checker, t.elem, smap)
      return key === t.key && elem === t.elem ? t : newMap(key, elem)
    }
    case 'Chan': {
      const elem = apply(checker, t.elem, smap)
      return elem === t.elem ? t : newChan(t.dir, elem)
    }
    case 'Struct': {
      const fields = each(t.fields, v => applyVar(checker, v, smap))
      return fields === undefined ? t : newStruct(fields, t.tags)
    }
    case 'Tuple':
      return applyTuple(checker, t, smap)
    case 'Signature':
      return applySignature(checker, t, smap)
    case 'Union': {
      const terms = each(t.terms, (term: Term) => {
        const u = term.type === undefined ? undefined : apply(checker, term.type, smap)
        return u === term.type ? term : {tilde: term.tilde, type: u}
      })
      return terms === undefined ? t : newUnion(terms)
    }
    case 'Interface':
      return applyInterface(checker, t, smap)
    case 'Named': {
      if (t.inst === undefined) return t // not parameterized, or generic without arguments
      const params = typeParamsOf(originOf(t))
      if (t.inst.targs.length !== params.length) return params.length === 0 ? t : invalidType
      const targs = each(t.inst.targs, x => apply(checker, x, smap))
      return targs === undefined ? t : instantiate(checker ?? t.checker, originOf(t), targs)
    }
  }
}

function applyVar(checker: Instances | undefined, v: Var, smap: Substitution): Var {
  if (v.type === undefined) return v
  const type = apply(checker, v.type, smap)
  return type === v.type ? v : cloneVar(v, type)
}

function applyTuple(checker: Instances | undefined, t: Tuple, smap: Substitution): Tuple {
  const vars = each(t.vars, v => applyVar(checker, v, smap))
  return vars === undefined ? t : newTuple(vars)
}

function applySignature(checker: Instances | undefined, t: Signature, smap: Substitution): Signature {
  const params = applyTuple(checker, t.params, smap)
  const results = applyTuple(checker, t.results, smap)
  if (params === t.params && results === t.results) return t
  const sig = newSignature(params, results, t.variadic)
  sig.rparams = t.rparams
  sig.tparams = t.tparams
  sig.recv = t.recv
  return sig
}

function applyInterface(checker: Instances | undefined, t: Interface, smap: Substitution): Interface {
  const methods = each(t.methods, f => {
    const type = f.type === undefined ? undefined : apply(checker, f.type, smap)
    return type === undefined || type === f.type ? f : cloneFunc(f, type)
  })
  const embeddeds = each(t.embeddeds, x => apply(checker, x, smap))
  if (methods === undefined && embeddeds === undefined) return t
  const face = newInterface([], embeddeds ?? t.embeddeds)
  face.implicit = t.implicit
  face.complete = t.complete
  face.methods = replaceReceiver(methods ?? t.methods, t, face).methods
  return face
}

/** Maps a list; undefined when nothing changed (go/types substList). */
function each<T>(list: readonly T[], f: (x: T) => T): T[] | undefined {
  let out: T[] | undefined
  for (let i = 0; i < list.length; i++) {
    const x = list[i] as T // within bounds
    const y = f(x)
    if (y === x) continue
    out ??= [...list]
    out[i] = y
  }
  return out
}

/** Gives methods whose receiver is `old` the receiver `type` (go/types replaceRecvType). */
export function replaceReceiver(methods: readonly Func[], old: Type, type: Type): {methods: readonly Func[]; copied: boolean} {
  let out: Func[] | undefined
  methods.forEach((method, i) => {
    const sig = method.type
    if (sig?.kind !== 'Signature' || sig.recv === undefined || sig.recv.type !== old) return
    out ??= [...methods]
    const copy = copySignature(sig)
    copy.recv = cloneVar(sig.recv, type)
    out[i] = cloneFunc(method, copy)
  })
  return {methods: out ?? methods, copied: out !== undefined}
}

/** An instance of a generic alias: its right side is substituted at once (go/types newAliasInstance). */
export function newAliasInstance(checker: Instances | undefined, orig: Alias, targs: readonly Type[]): Alias {
  const {obj} = orig
  const alias = newAlias(newTypeName(obj.file, obj.pos, obj.pkg, obj.name), undefined)
  alias.fromRHS = orig.fromRHS === undefined ? undefined : substitute(checker, orig.fromRHS, substitutionOf(orig.tparams ?? [], targs))
  alias.orig = orig
  alias.tparams = orig.tparams
  alias.targs = targs
  return alias
}
