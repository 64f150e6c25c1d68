// Inference of type arguments: from function arguments, constraints' core types and methods, then default types of untyped constants
// (go/types infer.go).
import type {Checker} from './checker.ts'
import {Mode} from './file-state.ts'
import {hasAllMethods} from './missing-method.ts'
import {newTypeName, signatureOf} from './objects.ts'
import {isNil, type Operand} from './operand.ts'
import {defaultType, isTyped, largerUntyped} from './predicates.ts'
import {substitute, substitutionOf} from './substitution.ts'
import {forEachTerm, typeSetOf} from './type-set.ts'
import {boundInterface, commonUnderlying, typeArgsOf, unalias} from './underlying.ts'
import {Unifier} from './unify.ts'
import {copySignature, invalidType, newTypeParam, type Term, type Tuple, type Type, type TypeParam} from './types.ts'

/** The complete list of type arguments; undefined when one cannot be inferred, which is reported at `pos`. */
export function infer(
  c: Checker,
  pos: number,
  tparams: readonly TypeParam[],
  given: readonly (Type | undefined)[],
  params0: Tuple,
  args: readonly Operand[],
): Type[] | undefined {
  const targs = tparams.map((_, i) => given[i])
  if (isComplete(targs)) return targs
  // An argument in error: nothing is inferred, and nothing reported.
  if (args.some(arg => arg.mode === Mode.invalid)) return undefined
  let params = params0
  if (params.vars.length > 0 && targs.some(t => t !== undefined)) {
    const t = substitute(c, params, substitutionOf(tparams, targs))
    if (t.kind === 'Tuple') params = t
  }
  const u = new Unifier(tparams, targs, c.allows(21))
  const untyped = unifyArguments(u, tparams, params, args)
  if (untyped === undefined) {
    c.error(pos, 'type of argument does not match parameter: cannot infer type arguments')
    return undefined
  }
  if (!unifyConstraints(u, tparams)) {
    c.error(pos, 'inferred type argument does not satisfy its constraint')
    return undefined
  }
  if (!inferUntyped(u, params, args, untyped)) {
    c.error(pos, 'mismatched types of untyped arguments: cannot infer type arguments')
    return undefined
  }
  const inferred = u.inferred(tparams)
  killCycles(tparams, inferred)
  simplify(c, tparams, targs, inferred)
  for (let i = 0; i < inferred.length; i++) {
    const t = inferred[i]
    if (t === undefined || isParameterized(tparams, t)) {
      c.error(pos, `cannot infer ${tparams[i]?.obj.name ?? ''}`)
      return undefined
    }
  }
  return isComplete(inferred) ? inferred : undefined
}

const isComplete = (list: readonly (Type | undefined)[]): list is Type[] => list.every(t => t !== undefined)

/** Indices of arguments that are untyped and go to a lone type parameter; undefined when some argument does not match. */
function unifyArguments(u: Unifier, tparams: readonly TypeParam[], params: Tuple, args: readonly Operand[]): number[] | undefined {
  const untyped: number[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    const par = params.vars[i]?.type
    if (arg === undefined || par === undefined) continue
    if (!isParameterized(tparams, par) && !isParameterized(tparams, arg.type)) continue
    if (isTyped(arg.type)) {
      if (!u.unify(par, arg.type, 'assign')) return undefined
    } else if (par.kind === 'TypeParam' && !isNil(arg)) untyped.push(i)
  }
  return untyped
}

function unifyConstraints(u: Unifier, tparams: readonly TypeParam[]): boolean {
  for (;;) {
    const before = u.unknowns()
    for (const param of tparams) {
      const tx = u.at(param)
      const core = coreTerm(param)
      if (core?.term.type !== undefined) {
        if (tx !== undefined) {
          if (!u.unify(tx, core.term.type, 'inexact')) return false
        } else if (core.single && !core.term.tilde) u.set(param, core.term.type)
      }
      // Methods may help when the type argument is known.
      if (tx !== undefined && !isParameterized(tparams, tx)) {
        if (!hasAllMethods(tx, boundInterface(param), true, (x, y) => u.unify(x, y, 'exact'))) return false
      }
    }
    if (u.unknowns() === before) return true
  }
}

/** The one term of a constraint, or its common underlying type. */
function coreTerm(param: TypeParam): {term: Term; single: boolean} | undefined {
  let count = 0
  let single: Term | undefined
  let tilde = false
  forEachTerm(typeSetOf(boundInterface(param)), t => {
    if (t === undefined) return false
    count++
    single = t
    if (t.tilde) tilde = true
    return true
  })
  if (count === 1 && single !== undefined) return {term: single, single: true}
  const type = commonUnderlying(param)
  return type === undefined ? undefined : {term: {tilde, type}, single: false}
}

/** Untyped arguments of one parameter decide together, the largest kind wins (Go 1.21). */
function inferUntyped(u: Unifier, params: Tuple, args: readonly Operand[], untyped: readonly number[]): boolean {
  const largest = new Map<TypeParam, Type>()
  for (const i of untyped) {
    const param = params.vars[i]?.type
    const arg = args[i]
    if (param?.kind !== 'TypeParam' || arg === undefined || u.at(param) !== undefined) continue
    const before = largest.get(param)
    const max = before === undefined ? arg.type : largerUntyped(before, arg.type)
    if (max === undefined) return false
    largest.set(param, max)
  }
  for (const [param, type] of largest) u.set(param, defaultType(type))
  return true
}

/** Replaces type parameters in what was inferred for others until nothing changes. */
function simplify(c: Checker, tparams: readonly TypeParam[], given: readonly (Type | undefined)[], inferred: (Type | undefined)[]): void {
  let dirty = inferred.flatMap((t, i) => (t !== undefined && given[i] === undefined ? [i] : []))
  while (dirty.length > 0) {
    const smap = substitutionOf(tparams, inferred)
    dirty = dirty.filter(i => {
      const before = inferred[i]
      if (before === undefined) return false
      let after = substitute(c, before, smap)
      if (after === before) return false
      if (after.kind === 'Signature' && after.tparams !== undefined && !isParameterized(tparams, after)) {
        after = copySignature(after)
        after.tparams = undefined
      }
      inferred[i] = after
      return true
    })
  }
}

/** Copies of type parameters, so that a call does not confuse them with those of a recursive one (go/types renameTParams). */
export function renameTypeParams(c: Checker, params: readonly TypeParam[], type: Type): {params: readonly TypeParam[]; type: Type} {
  if (params.length === 0) return {params, type}
  const copies = params.map(param => {
    const {obj} = param
    const copy = newTypeParam(newTypeName(obj.file, obj.pos, obj.pkg, obj.name), invalidType)
    copy.index = param.index
    return copy
  })
  const smap = substitutionOf(params, copies)
  copies.forEach((copy, i) => (copy.bound = substitute(c, params[i]?.bound ?? invalidType, smap)))
  return {params: copies, type: substitute(c, type, smap)}
}

/** Whether the type mentions one of the parameters. */
export function isParameterized(params: readonly TypeParam[], type: Type): boolean {
  return type.kind !== 'Basic' && walk(params, type, new Map())
}

function walk(params: readonly TypeParam[], t: Type, seen: Map<Type, boolean>): boolean {
  switch (t.kind) {
    case 'Basic':
      return false
    case 'TypeParam':
      return params.includes(t)
    case 'Pointer':
      return walk(params, t.base, seen)
    case 'Slice':
    case 'Array':
    case 'Chan':
      return walk(params, t.elem, seen)
    case 'Map':
      return walk(params, t.key, seen) || walk(params, t.elem, seen)
    case 'Named':
      return t.inst !== undefined && typeArgsOf(t).some(a => walk(params, a, seen))
    case 'Alias':
      return walk(params, unalias(t), seen)
    default:
      break
  }
  const known = seen.get(t)
  if (known !== undefined) return known
  seen.set(t, false)
  const vars = (list: readonly {type: Type | undefined}[]) => list.some(v => v.type !== undefined && walk(params, v.type, seen))
  let result = false
  if (t.kind === 'Struct') result = vars(t.fields)
  else if (t.kind === 'Tuple') result = vars(t.vars)
  else if (t.kind === 'Signature') result = vars(t.params.vars) || vars(t.results.vars)
  else if (t.kind === 'Union') result = t.terms.some(term => term.type !== undefined && walk(params, term.type, seen))
  else {
    const set = typeSetOf(t)
    result =
      set.methods.some(m => walk(params, signatureOf(m) ?? invalidType, seen)) ||
      forEachTerm(set, term => term?.type !== undefined && walk(params, term.type, seen))
  }
  seen.set(t, result)
  return result
}

/** Forgets type arguments that would contain themselves (go/types killCycles). */
function killCycles(params: readonly TypeParam[], inferred: (Type | undefined)[]): void {
  const active = new Set<Type>()
  const visit = (type: Type | undefined): void => {
    if (type === undefined) return
    const t = unalias(type)
    if (t.kind === 'Basic') return
    if (active.has(t)) {
      const i = t.kind === 'TypeParam' ? params.indexOf(t) : -1
      if (i >= 0) inferred[i] = undefined
      return
    }
    active.add(t)
    switch (t.kind) {
      case 'Pointer':
        visit(t.base)
        break
      case 'Slice':
      case 'Array':
      case 'Chan':
        visit(t.elem)
        break
      case 'Map':
        visit(t.key)
        visit(t.elem)
        break
      case 'Struct':
        for (const f of t.fields) visit(f.type)
        break
      case 'Signature':
        for (const v of t.params.vars) visit(v.type)
        for (const v of t.results.vars) visit(v.type)
        break
      case 'Union':
        for (const term of t.terms) visit(term.type)
        break
      case 'Interface':
        for (const m of t.methods) visit(m.type)
        for (const e of t.embeddeds) visit(e)
        break
      case 'Named':
        for (const a of typeArgsOf(t)) visit(a)
        break
      case 'TypeParam': {
        const i = params.indexOf(t)
        if (i >= 0) visit(inferred[i])
        break
      }
      default:
        break
    }
    active.delete(t)
  }
  for (const param of params) visit(param)
}
