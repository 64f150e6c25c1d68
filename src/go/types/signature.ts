// Function types: receivers, type parameters, parameters and results (go/types signature.go).
import type {Expr, Field, FieldList, FuncType, Ident} from '../syntax/ast.ts'
import type {Checker} from './checker.ts'
import {collectTypeParams, declare, declareTypeParam} from './declaration.ts'
import {Mode} from './file-state.ts'
import {instantiate} from './instantiation.ts'
import {newVar, type Var, type VarKind} from './objects.ts'
import {isUnknown, isValid} from './predicates.ts'
import {recordImplicit, recordInstance, recordScope, recordType, recordUse} from './recording.ts'
import {unpackReceiver} from './resolver.ts'
import {newChildScope} from './scope.ts'
import {substitute, substitutionOf} from './substitution.ts'
import {genericType, varType} from './type-expression.ts'
import {dereference, typeParamsOf, unalias, underlying} from './underlying.ts'
import {
  bindTypeParams,
  invalidType,
  newPointer,
  newSlice,
  newTuple,
  unknownType,
  type Named,
  type Signature,
  type Type,
  type TypeParam,
} from './types.ts'

export function funcType(c: Checker, sig: Signature, recvList: FieldList | undefined, type: FuncType): void {
  const outer = c.env.scope
  const scope = newChildScope(outer, type.pos, type.end)
  scope.isFunc = true
  c.env.scope = scope
  recordScope(c, type, scope)
  sig.scope = scope
  const recvField = recvList?.list[0]
  let recv: Var | undefined
  if (recvField !== undefined) {
    if ((recvList?.list.length ?? 0) > 1) c.error(recvField.pos, 'method has multiple receivers')
    const collected = collectReceiver(c, recvField, type.pos)
    recv = collected.recv
    sig.rparams = collected.rparams
  }
  if (type.typeParams !== undefined) {
    if (recvList !== undefined) c.error(type.typeParams.pos, 'methods cannot have type parameters')
    collectTypeParams(c, type.typeParams, list => (sig.tparams = list))
  }
  const params = collectParams(c, 'parameter', type.params)
  const results = collectParams(c, 'result', type.results)
  // Parameters are visible in the body only, so that types before do not see them.
  const recvName = recvField?.names[0]
  if (recv !== undefined && recv.name !== '' && recvName !== undefined) declare(c, scope, recvName, recv, type.end)
  declareParams(c, params, type.end)
  declareParams(c, results, type.end)
  sig.recv = recv
  sig.params = newTuple(params.vars)
  sig.results = newTuple(results.vars)
  sig.variadic = params.variadic
  c.env.scope = outer
}

function collectReceiver(c: Checker, field: Field, scopePos: number): {recv: Var; rparams: readonly TypeParam[] | undefined} {
  let type: Type = invalidType
  let rparams: readonly TypeParam[] | undefined
  const {pointer, base, params} =
    field.type === undefined ? {pointer: false, base: undefined, params: undefined} : unpackReceiver(field.type)
  if (field.type !== undefined && base !== undefined) {
    if (params === undefined) {
      type = varType(c, field.type)
      if (mentionsInstance(type)) {
        c.error(base.pos, 'cannot define new methods on instantiated type')
        type = invalidType
      }
    } else {
      const result = genericReceiver(c, field.type, base, pointer, params, scopePos)
      type = result.type
      rparams = result.rparams
    }
  }
  const [name] = field.names
  let recv: Var
  if (name !== undefined && name.name !== '') recv = newVar('receiver', c.env.file, name.pos, c.pkg, name.name, type)
  else {
    recv = newVar('receiver', c.env.file, field.pos, c.pkg, '', type)
    recordImplicit(c, field, recv)
  }
  if (c.bodies) c.later(() => checkReceiver(c, base?.pos ?? field.pos, recv))
  return {recv, rparams}
}

/** Aliases of instances cannot have methods. */
function mentionsInstance(type: Type): boolean {
  let t = unpointer(type)
  while (t.kind === 'Alias' && t.fromRHS !== undefined) {
    t = unpointer(t.fromRHS)
    if (t.kind === 'Named' && typeParamsOf(t).length > 0) return true
  }
  return false
}

function unpointer(t: Type): Type {
  let u = t
  while (u.kind === 'Pointer') u = u.base
  return u
}

function genericReceiver(
  c: Checker,
  whole: Expr,
  base: Expr,
  pointer: boolean,
  params: readonly Expr[],
  scopePos: number,
): {type: Type; rparams: readonly TypeParam[] | undefined} {
  const generic = genericType(c, base)
  const named: Named | undefined = generic.kind === 'Named' ? generic : undefined
  if (named === undefined && isValid(generic)) c.error(base.pos, 'cannot define new methods on generic alias type')
  const list = params.map(param => {
    let ident: Ident = {kind: 'Ident', pos: param.pos, end: param.end, id: -1, name: '_'}
    if (param.kind === 'Ident') ident = param
    else if (param.kind !== 'BadExpr') c.error(param.pos, 'receiver type parameter must be an identifier')
    const tparam = declareTypeParam(c, ident, scopePos)
    recordUse(c, ident, tparam.obj)
    recordType(c, ident, Mode.typexpr, tparam)
    return tparam
  })
  const rparams = bindTypeParams(list)
  if (named === undefined) return {type: isUnknown(generic) ? unknownType : invalidType, rparams}
  const declared = typeParamsOf(named)
  if (declared.length === list.length) {
    const smap = substitutionOf(declared, list)
    list.forEach((param, i) => (param.bound = substitute(c, declared[i]?.bound ?? invalidType, smap)))
  } else c.error(base.pos, `receiver declares ${list.length} type parameters, but receiver base type declares ${declared.length}`)
  c.requires(18, base.pos, 'type instantiation')
  let type = instantiate(c, named, list)
  recordInstance(c, base, list, type)
  if (pointer && isValid(type)) type = newPointer(type)
  recordParenthesized(c, whole, type)
  return {type, rparams}
}

function recordParenthesized(c: Checker, expr: Expr, type: Type): void {
  let e = expr
  let t = type
  for (;;) {
    recordType(c, e, Mode.typexpr, t)
    if (e.kind === 'ParenExpr') e = e.x
    else if (e.kind === 'StarExpr' && t.kind === 'Pointer') {
      e = e.x
      t = t.base
    } else return
  }
}

interface Params {
  readonly names: readonly (Ident | undefined)[]
  readonly vars: readonly Var[]
  readonly variadic: boolean
}

function collectParams(c: Checker, kind: VarKind, list: FieldList | undefined): Params {
  if (list === undefined) return {names: [], vars: [], variadic: false}
  const names: (Ident | undefined)[] = []
  const vars: Var[] = []
  let variadic = false
  list.list.forEach((field, i) => {
    let {type} = field
    if (type === undefined) return
    if (type.kind === 'Ellipsis') {
      if (kind === 'parameter' && i === list.list.length - 1 && field.names.length <= 1) variadic = true
      else c.error(type.pos, 'invalid use of ...')
      type = type.elt ?? type
    }
    const t = varType(c, type)
    if (field.names.length === 0) {
      const v = newVar(kind, c.env.file, type.pos, c.pkg, '', t)
      recordImplicit(c, field, v)
      names.push(undefined)
      vars.push(v)
    }
    for (const name of field.names) {
      names.push(name)
      vars.push(newVar(kind, c.env.file, name.pos, c.pkg, name.name, t))
    }
  })
  const last = vars.at(-1)
  if (variadic && last !== undefined) {
    last.type = newSlice(last.type ?? invalidType)
    const field = list.list.at(-1)
    if (field?.type !== undefined) recordType(c, field.type, Mode.typexpr, last.type)
  }
  return {names, vars, variadic}
}

function declareParams(c: Checker, params: Params, scopePos: number): void {
  params.names.forEach((name, i) => {
    const v = params.vars[i]
    if (name !== undefined && name.name !== '' && v !== undefined) declare(c, c.env.scope, name, v, scopePos)
  })
}

function checkReceiver(c: Checker, pos: number, recv: Var): void {
  const t = unalias(dereference(recv.type ?? invalidType).type)
  if (!isValid(t)) return
  if (t.kind !== 'Named') {
    c.error(pos, t.kind === 'Basic' ? 'cannot define new methods on non-local type' : 'invalid receiver type')
    return
  }
  if (t.obj.pkg !== c.pkg) c.error(pos, 'cannot define new methods on non-local type')
  else {
    const u = underlying(t)
    if (u.kind === 'Pointer' || u.kind === 'Interface') c.error(pos, 'invalid receiver type (pointer or interface type)')
  }
}
