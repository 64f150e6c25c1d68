// Calls: conversions, builtins, functions with their arguments, and inference of type arguments (go/types call.go).
import type {CallExpr, Expr, IndexExpr, IndexListExpr} from '../syntax/ast.ts'
import {assignment} from './assignment.ts'
import {builtinCall} from './builtin.ts'
import type {Checker} from './checker.ts'
import {conversion} from './conversion.ts'
import {checkExpr, exprOrType, genericExpr, notGeneric, onlyValue, rawExpr, type ExprKind} from './expression.ts'
import {Mode} from './file-state.ts'
import {instantiateFunction, instantiateSignature} from './function-instance.ts'
import {indexExpr, indicesOf} from './index-expression.ts'
import {infer, renameTypeParams} from './infer.ts'
import {newParam, type Var} from './objects.ts'
import {isConstant, isInvalid, newOperand, valueOperand, type Operand} from './operand.ts'
import {isTypeParam, isUnknown, isValid} from './predicates.ts'
import {record, recordType} from './recording.ts'
import {unparen} from './resolver.ts'
import {substitute, substitutionOf} from './substitution.ts'
import {typeList} from './type-expression.ts'
import {isMethodSet, typeSetOf} from './type-set.ts'
import {commonUnderlying, underlying} from './underlying.ts'
import {builtinShapes} from './universe.ts'
import {useExprs} from './use.ts'
import {copySignature, invalidType, newTuple, unknownType, type Signature, type Tuple, type Type, type TypeParam} from './types.ts'

type Indexed = IndexExpr | IndexListExpr
const asIndexed = (e: Expr): Indexed | undefined => (e.kind === 'IndexExpr' || e.kind === 'IndexListExpr' ? e : undefined)

export function callExpr(c: Checker, x: Operand, call: CallExpr): ExprKind {
  let indexed = asIndexed(call.fun)
  if (indexed === undefined) {
    if (c.cgo !== undefined) c.called = unparen(call.fun)
    exprOrType(c, x, call.fun, true)
  } else {
    if (!indexExpr(c, x, indexed)) indexed = undefined
    x.expr = call.fun
    record(c, x)
  }
  switch (x.mode) {
    case Mode.invalid:
      useExprs(c, call.args)
      x.expr = call
      return 'statement'
    case Mode.typexpr:
      convert(c, x, call)
      return 'conversion'
    case Mode.builtin: {
      const {id} = x
      if (id === undefined || !builtinCall(c, x, call, id)) x.mode = Mode.invalid
      x.expr = call
      if (!isInvalid(x) && !isConstant(x)) c.env.hasCallOrRecv = true
      return id !== undefined && builtinShapes[id].statement ? 'statement' : 'expression'
    }
    default:
      functionCall(c, x, call, indexed)
      return 'statement'
  }
}

function convert(c: Checker, x: Operand, call: CallExpr): void {
  notGeneric(c, undefined, x)
  if (x.mode === Mode.invalid) return
  const target = x.type
  const [arg] = call.args
  x.mode = Mode.invalid
  x.type = isUnknown(target) ? unknownType : invalidType
  if (arg === undefined || call.args.length > 1) {
    useExprs(c, call.args)
    c.error(call.rparen, arg === undefined ? 'missing argument in conversion' : 'too many arguments in conversion')
    x.expr = call
    return
  }
  checkExpr(c, undefined, x, arg)
  if (x.mode !== Mode.invalid) {
    const u = underlying(target)
    if (call.ellipsis >= 0) {
      c.error(arg.pos, 'invalid use of ... in conversion')
      x.mode = Mode.invalid
    } else if (u.kind === 'Interface' && !isTypeParam(target) && !isMethodSet(typeSetOf(u))) {
      c.error(call.pos, 'cannot use constraint interface in conversion')
      x.mode = Mode.invalid
    } else conversion(c, x, target)
  } else if (x.type === unknownType && isValid(target)) {
    // The result is known even when what is converted is not.
    x.mode = Mode.value
    x.type = target
  }
  x.expr = call
}

function functionCall(c: Checker, x: Operand, call: CallExpr, indexed: Indexed | undefined): void {
  const u = commonUnderlying(x.type, t => t === undefined || t.kind === 'Signature')
  if (u?.kind !== 'Signature') {
    const bad = underlying(x.type)
    useExprs(c, call.args)
    if (isValid(bad)) c.error(call.pos, 'invalid operation: cannot call non-function')
    else if (isUnknown(bad)) x.type = unknownType
    x.mode = Mode.invalid
    x.expr = call
    return
  }
  let sig = u
  const isC = x.mode === Mode.cgofunc
  const wasGeneric = sig.tparams !== undefined
  let targs: Type[] | undefined
  let argExprs: readonly Expr[] = []
  if (indexed !== undefined) {
    argExprs = indicesOf(indexed)
    targs = typeList(c, argExprs)
    const want = sig.tparams?.length ?? 0
    if (targs === undefined || targs.length > want) {
      if (targs !== undefined) c.error(argExprs[want]?.pos ?? call.pos, `got ${targs.length} type arguments but want ${want}`)
      useExprs(c, call.args)
      x.mode = Mode.invalid
      x.expr = call
      return
    }
    if (targs.length === want && want > 0) {
      c.requires(18, indexed.lbrack, 'function instantiation')
      sig = instantiateSignature(c, indexed, sig, targs, argExprs)
      targs = undefined
      argExprs = []
    }
  }
  const {list, targsOf} = genericExprList(c, call.args)
  sig = checkArguments(c, call, sig, targs, argExprs, list, targsOf)
  if (wasGeneric && sig.tparams === undefined) recordType(c, call.fun, Mode.value, sig)
  callResult(c, x, call, sig, list)
  if (isC && x.mode === Mode.value) x.mode = Mode.commaerr
}

function callResult(c: Checker, x: Operand, call: CallExpr, sig: Signature, args: readonly Operand[]): void {
  const results = sig.results.vars
  const [first] = results
  x.val = undefined
  if (first === undefined) x.mode = Mode.novalue
  else {
    x.mode = Mode.value
    x.type = results.length === 1 ? (first.type ?? invalidType) : sig.results
  }
  x.expr = call
  c.env.hasCallOrRecv = true
  // Inference failed: a result that depends on type parameters is of no use.
  if (x.mode === Mode.value && sig.tparams !== undefined && mentions(sig.tparams, x.type)) {
    x.mode = Mode.invalid
    x.type = args.some(a => a.type === unknownType || isUnknown(a.type)) ? unknownType : invalidType
  }
}

/** Whether a type depends on one of the parameters. */
function mentions(params: readonly TypeParam[], t: Type): boolean {
  const changed = substitute(
    undefined,
    t,
    substitutionOf(
      params,
      params.map(() => unknownType),
    ),
  )
  return changed !== t
}

/** The values of a list of expressions; one call may give several. */
export function exprList(c: Checker, list: readonly Expr[]): Operand[] {
  const [only] = list
  if (only !== undefined && list.length === 1) {
    const x = newOperand()
    rawExpr(c, undefined, x, only, undefined, false)
    onlyValue(c, x)
    return unpackTuple(x, only)
  }
  return list.map(e => {
    const x = newOperand()
    checkExpr(c, undefined, x, e)
    return x
  })
}

const unpackTuple = (x: Operand, e: Expr): Operand[] =>
  x.mode !== Mode.invalid && x.type.kind === 'Tuple' ? x.type.vars.map(v => valueOperand(e, v.type ?? invalidType)) : [x]

/** As exprList, but generic functions may be left (partly) uninstantiated; their type arguments so far come with them. */
function genericExprList(c: Checker, list: readonly Expr[]): {list: Operand[]; targsOf: (readonly Type[] | undefined)[]} {
  const inferNow = !(list.length > 0 && c.allows(21))
  const operands: Operand[] = []
  const targsOf: (readonly Type[] | undefined)[] = []
  for (const e of list) {
    const x = newOperand()
    const indexed = asIndexed(e)
    if (indexed !== undefined) {
      if (indexExpr(c, x, indexed)) {
        const targs = instantiateFunction(c, undefined, x, indexed, inferNow)
        if (targs !== undefined) {
          targsOf[operands.length] = targs
          x.expr = indexed
        } else record(c, x)
      } else {
        x.expr = e
        record(c, x)
        onlyValue(c, x)
      }
    } else if (list.length === 1) {
      rawExpr(c, undefined, x, e, undefined, true)
      onlyValue(c, x)
      return {list: unpackTuple(x, e), targsOf}
    } else genericExpr(c, x, e)
    operands.push(x)
  }
  return {list: operands, targsOf}
}

/** Parameters adjusted to the number of arguments of a variadic call. */
function spread(sig: Signature, args: number): Tuple | undefined {
  const vars = sig.params.vars
  const last = vars.at(-1)
  if (last === undefined || args < vars.length - 1) return undefined
  const elem = last.type?.kind === 'Slice' ? last.type.elem : invalidType
  const list: Var[] = vars.slice(0, -1)
  while (list.length < args) list.push(newParam(elem, last.name))
  return newTuple(list)
}

/** Checks arguments against parameters, inferring type arguments; the signature as instantiated (go/types Checker.arguments). */
export function checkArguments(
  c: Checker,
  call: CallExpr,
  sig: Signature,
  given: readonly Type[] | undefined,
  argExprs: readonly Expr[],
  args: readonly Operand[],
  targsOf: readonly (readonly Type[] | undefined)[],
): Signature {
  const ddd = call.ellipsis >= 0
  let params = sig.params
  let adjusted = false
  if (sig.variadic && !ddd) {
    const list = spread(sig, args.length)
    if (list !== undefined) {
      params = list
      adjusted = true
    }
  } else if (ddd && (!sig.variadic || (call.args.length === 1 && args.length > 1))) {
    c.error(call.ellipsis, 'cannot use ... in this call')
    return sig
  }
  if (args.length !== params.vars.length) {
    if (!args.some(a => a.mode === Mode.invalid))
      c.error(call.rparen, `${args.length < params.vars.length ? 'not enough' : 'too many'} arguments in call`)
    return sig
  }
  let result = sig
  const tparams: TypeParam[] = []
  const targs: (Type | undefined)[] = []
  const count = sig.tparams?.length ?? 0
  if (sig.tparams !== undefined) {
    if (!c.allows(18)) c.requires(18, call.lparen, 'implicit function instantiation')
    const renamed = renameTypeParams(c, sig.tparams, params)
    tparams.push(...renamed.params)
    if (renamed.type.kind === 'Tuple') params = renamed.type
    for (let i = 0; i < count; i++) targs.push(given?.[i])
  }
  const generic = genericArguments(c, args, targsOf, tparams, targs)
  const [firstGeneric] = generic
  if (firstGeneric !== undefined) c.requires(21, args[firstGeneric]?.expr?.pos ?? call.pos, 'implicitly instantiated function as argument')
  if (tparams.length > 0) {
    const inferred = infer(c, call.rparen, tparams, targs, params, args)
    if (inferred === undefined) return sig
    if (count > 0) {
      result = instantiateSignature(c, call.fun, sig, inferred.slice(0, count), argExprs)
      if (adjusted) {
        const t = substitute(c, params, substitutionOf(tparams.slice(0, count), inferred.slice(0, count)))
        if (t.kind === 'Tuple') params = t
      } else params = result.params
    }
    instantiateArguments(c, args, generic, inferred, count)
  }
  for (let i = 0; i < args.length; i++) {
    const a = args[i]
    if (a !== undefined) assignment(c, a, params.vars[i]?.type ?? invalidType, 'argument')
  }
  return result
}

/** Generic functions among the arguments: their type parameters take part in inference, under names of their own. */
function genericArguments(
  c: Checker,
  args: readonly Operand[],
  targsOf: readonly (readonly Type[] | undefined)[],
  tparams: TypeParam[],
  targs: (Type | undefined)[],
): number[] {
  const generic: number[] = []
  args.forEach((arg, i) => {
    if (arg.mode === Mode.invalid || arg.type.kind !== 'Signature' || arg.type.tparams === undefined) return
    const renamed = renameTypeParams(c, arg.type.tparams, copySignature(arg.type))
    if (renamed.type.kind !== 'Signature') return
    const type = copySignature(renamed.type)
    type.tparams = renamed.params
    arg.type = type
    tparams.push(...renamed.params)
    targs.push(...(targsOf[i] ?? []))
    while (targs.length < tparams.length) targs.push(undefined)
    generic.push(i)
  })
  return generic
}

function instantiateArguments(
  c: Checker,
  args: readonly Operand[],
  generic: readonly number[],
  inferred: readonly Type[],
  from: number,
): void {
  let j = from
  for (const i of generic) {
    const arg = args[i]
    if (arg === undefined || arg.type.kind !== 'Signature' || arg.expr === undefined) continue
    const k = j + (arg.type.tparams?.length ?? 0)
    arg.type = instantiateSignature(c, arg.expr, arg.type, inferred.slice(j, k), [])
    record(c, arg)
    j = k
  }
}
