// Expressions: one entry that dispatches on kind and records the result, and its variants by what is allowed (go/types expr.go).
import type {Expr, StarExpr, TypeAssertExpr, UnaryExpr} from '../syntax/ast.ts'
import {binary, chanElem, overflow} from './binary.ts'
import {callExpr} from './call.ts'
import type {Checker} from './checker.ts'
import {unaryOp} from './constant/constant.ts'
import {hasFiniteSize} from './cycles.ts'
import {Mode} from './file-state.ts'
import {instantiateFunction} from './function-instance.ts'
import {identical} from './identical.ts'
import {indexExpr, sliceExpr} from './index-expression.ts'
import {basicLit, compositeLit, funcLit} from './literals.ts'
import {assertableTo} from './missing-method.ts'
import {newOperand, valueOperand, type Operand} from './operand.ts'
import {allBoolean, allInteger, allNumeric, isGeneric, isInterface, isTypeParam, isUnknown, isUnsigned, isValid} from './predicates.ts'
import {record} from './recording.ts'
import {unparen} from './resolver.ts'
import {selector} from './selector.ts'
import {sizeOf} from './sizes.ts'
import {checkIdent, typeExpr, validVarType, varType} from './type-expression.ts'
import {everyUnderlying, underlying} from './underlying.ts'
import {universeError} from './universe.ts'
import {invalidType, newPointer, unknownType, untypedBool, type Signature, type Type} from './types.ts'

/** How an expression may stand alone: a statement may, an expression or conversion is useless. */
export type ExprKind = 'conversion' | 'expression' | 'statement'

/** The function type something is assigned to, from which type arguments may be inferred. */
export interface Target {
  readonly sig: Signature
  readonly what: string
}

export function newTarget(type: Type | undefined, what: string): Target | undefined {
  if (type === undefined) return undefined
  const u = underlying(type)
  return u.kind === 'Signature' ? {sig: u, what} : undefined
}

/** Checks any expression into x; `hint` is the type of elements without one in a composite literal. */
export function rawExpr(
  c: Checker,
  target: Target | undefined,
  x: Operand,
  e: Expr,
  hint: Type | undefined,
  allowGeneric: boolean,
): ExprKind {
  const kind = dispatch(c, target, x, e, hint)
  if (!allowGeneric) notGeneric(c, target, x)
  if (x.mode > Mode.typexpr) {
    const {type} = x
    if (type.kind !== 'Basic' && !hasFiniteSize(c, type)) {
      x.mode = Mode.invalid
      x.type = invalidType
    }
  } else if (x.mode === Mode.typexpr && !hasFiniteSize(c, x.type)) x.mode = Mode.invalid
  record(c, x)
  return kind
}

/** Generic types and functions must be instantiated, if need be from the target. */
export function notGeneric(c: Checker, target: Target | undefined, x: Operand): void {
  if (x.mode === Mode.invalid || x.mode === Mode.novalue) return
  const {type} = x
  if (type.kind === 'Signature') {
    if (type.tparams === undefined) return
    if (target !== undefined) {
      instantiateFunction(c, target, x, undefined, true)
      return
    }
  } else if ((type.kind !== 'Named' && type.kind !== 'Alias') || !isGeneric(type)) return
  c.error(x.expr?.pos ?? 0, `cannot use generic ${type.kind === 'Signature' ? 'function' : 'type'} without instantiation`)
  x.mode = Mode.invalid
  x.type = invalidType
}

function dispatch(c: Checker, target: Target | undefined, x: Operand, e: Expr, hint: Type | undefined): ExprKind {
  x.mode = Mode.invalid
  x.type = invalidType
  x.val = undefined
  let kind: ExprKind = 'expression'
  switch (e.kind) {
    case 'Ident':
      checkIdent(c, x, e, false)
      x.expr = e
      return 'expression'
    case 'BasicLit':
      basicLit(c, x, e)
      break
    case 'FuncLit':
      funcLit(c, x, e)
      break
    case 'CompositeLit':
      compositeLit(c, x, e, hint)
      break
    case 'ParenExpr':
      kind = rawExpr(c, undefined, x, e.x, undefined, false)
      x.expr = e
      return kind
    case 'SelectorExpr':
      selector(c, x, e, false)
      x.expr = e
      return 'expression'
    case 'IndexExpr':
    case 'IndexListExpr':
      if (indexExpr(c, x, e)) instantiateFunction(c, target, x, e, true)
      break
    case 'SliceExpr':
      sliceExpr(c, x, e)
      break
    case 'TypeAssertExpr':
      typeAssert(c, x, e)
      break
    case 'CallExpr':
      return callExpr(c, x, e)
    case 'StarExpr':
      star(c, x, e)
      break
    case 'UnaryExpr':
      unary(c, x, e)
      if (e.op === '<-') kind = 'statement'
      break
    case 'BinaryExpr':
      binary(c, x, e, e.x, e.y, e.op, e.opPos)
      break
    case 'KeyValueExpr':
      c.error(e.pos, 'no key:value expected')
      break
    case 'Ellipsis':
      c.error(e.pos, 'invalid use of ...')
      break
    case 'ArrayType':
    case 'StructType':
    case 'FuncType':
    case 'InterfaceType':
    case 'MapType':
    case 'ChanType':
      x.mode = Mode.typexpr
      x.type = typeExpr(c, e)
      break
    case 'BadExpr':
      break
  }
  x.expr = e
  return x.mode === Mode.invalid ? 'statement' : kind // avoids follow-up errors
}

function typeAssert(c: Checker, x: Operand, e: TypeAssertExpr): void {
  checkExpr(c, undefined, x, e.x)
  if (isUnknown(underlying(x.type))) {
    // What is asserted is known even when what it is asserted of is not.
    const type = e.type === undefined ? x.type : varType(c, e.type)
    x.mode = isValid(type) ? Mode.commaok : Mode.invalid
    x.type = isValid(type) ? type : unknownType
    return
  }
  if (x.mode === Mode.invalid) return
  if (e.type === undefined) {
    c.error(e.pos, 'use of .(type) outside type switch')
    x.mode = Mode.invalid
    return
  }
  if (isTypeParam(x.type) || !isInterface(x.type)) {
    operandError(c, x, e.x.pos, 'operand of type assertion is not an interface')
    return
  }
  const type = varType(c, e.type)
  if (!isValid(type)) {
    x.mode = Mode.invalid
    x.type = isUnknown(type) ? unknownType : invalidType
    return
  }
  checkAssertion(c, e, x, type)
  x.mode = Mode.commaok
  x.type = type
}

export function checkAssertion(c: Checker, e: Expr, x: Operand, type: Type): void {
  if (!assertableTo(x.type, type)) c.error(e.pos, 'impossible type assertion')
}

function star(c: Checker, x: Operand, e: StarExpr): void {
  exprOrType(c, x, e.x, false)
  if (x.mode === Mode.invalid) return
  if (x.mode === Mode.typexpr) {
    validVarType(c, e.x, x.type)
    x.type = newPointer(x.type)
    return
  }
  let base: Type | undefined
  const ok = everyUnderlying(x.type, u => {
    if (u?.kind !== 'Pointer' || (base !== undefined && !identical(u.base, base))) return false
    base = u.base
    return true
  })
  if (!ok || base === undefined) {
    if (isValid(underlying(x.type))) c.error(e.pos, 'invalid operation: cannot indirect')
    else if (isUnknown(underlying(x.type))) x.type = unknownType
    x.mode = Mode.invalid
    return
  }
  x.mode = Mode.variable
  x.type = base
}

function unary(c: Checker, x: Operand, e: UnaryExpr): void {
  checkExpr(c, undefined, x, e.x)
  if (x.mode === Mode.invalid) return
  switch (e.op) {
    case '&':
      if (unparen(e.x).kind !== 'CompositeLit' && x.mode !== Mode.variable) {
        c.error(e.pos, 'invalid operation: cannot take address')
        x.mode = Mode.invalid
        return
      }
      x.mode = Mode.value
      x.type = newPointer(x.type)
      return
    case '<-': {
      const elem = chanElem(c, x, e.pos, true)
      if (elem === undefined) {
        x.mode = Mode.invalid
        return
      }
      x.mode = Mode.commaok
      x.type = elem
      c.env.hasCallOrRecv = true
      return
    }
    case '~':
      c.error(e.pos, 'cannot use ~ outside of interface or type constraint')
      if (!allInteger(x.type)) {
        x.mode = Mode.invalid
        return
      }
      break
    default:
      break
  }
  const op = e.op === '~' ? '^' : e.op
  const defined = op === '!' ? allBoolean(x.type) : op === '^' ? allInteger(x.type) : (op === '+' || op === '-') && allNumeric(x.type)
  if (!defined || (op !== '!' && op !== '^' && op !== '+' && op !== '-')) {
    operandError(c, x, e.pos, `invalid operation: operator ${op} not defined on operand`)
    return
  }
  if (x.mode === Mode.constant && x.val !== undefined) {
    if (x.val.kind === 'unknown') return
    const bits = isUnsigned(x.type) ? (sizeOf(c.sizes, x.type) ?? 0) * 8 : 0
    x.val = unaryOp(op, x.val, bits)
    x.expr = e
    overflow(c, x, e.pos)
    return
  }
  x.mode = Mode.value
}

/** Makes x invalid, with an error unless its type is unknown already. */
export function operandError(c: Checker, x: Operand, pos: number, message: string): void {
  const u = underlying(x.type)
  if (isUnknown(u) || (u.kind === 'Pointer' && isUnknown(underlying(u.base)))) x.type = unknownType
  else if (isValid(u)) c.error(pos, message)
  x.mode = Mode.invalid
}

/** A single value. */
export function checkExpr(c: Checker, target: Target | undefined, x: Operand, e: Expr): void {
  rawExpr(c, target, x, e, undefined, false)
  onlyValue(c, x)
  singleValue(c, x)
}

/** A single value that may be a generic function. */
export function genericExpr(c: Checker, x: Operand, e: Expr): void {
  rawExpr(c, undefined, x, e, undefined, true)
  onlyValue(c, x)
  singleValue(c, x)
}

export function exprWithHint(c: Checker, x: Operand, e: Expr, hint: Type): void {
  rawExpr(c, undefined, x, e, hint, false)
  onlyValue(c, x)
  singleValue(c, x)
}

export function exprOrType(c: Checker, x: Operand, e: Expr, allowGeneric: boolean): void {
  rawExpr(c, undefined, x, e, undefined, allowGeneric)
  if (x.mode === Mode.novalue) {
    c.error(e.pos, 'no value used as value or type')
    x.mode = Mode.invalid
  }
  singleValue(c, x)
}

/** One or more values; with `allowCommaOk` a second one for a comma-ok expression. */
export function multiExpr(c: Checker, e: Expr, allowCommaOk: boolean): {list: Operand[]; commaOk: boolean} {
  const x = newOperand()
  rawExpr(c, undefined, x, e, undefined, false)
  onlyValue(c, x)
  if (x.mode !== Mode.invalid && x.type.kind === 'Tuple') {
    return {list: x.type.vars.map(v => valueOperand(e, v.type ?? invalidType)), commaOk: false}
  }
  if (allowCommaOk && (x.mode === Mode.mapindex || x.mode === Mode.commaok)) return {list: [x, valueOperand(e, untypedBool)], commaOk: true}
  if (allowCommaOk && x.mode === Mode.commaerr) return {list: [x, valueOperand(e, universeError)], commaOk: true}
  return {list: [x], commaOk: false}
}

export function onlyValue(c: Checker, x: Operand): void {
  if (x.mode !== Mode.novalue && x.mode !== Mode.builtin && x.mode !== Mode.typexpr) return
  const what =
    x.mode === Mode.novalue ? 'no value used as value' : x.mode === Mode.builtin ? 'built-in must be called' : 'type is not an expression'
  if (x.mode !== Mode.typexpr || isValid(x.type)) c.error(x.expr?.pos ?? 0, what)
  else if (isUnknown(x.type)) x.type = unknownType
  x.mode = Mode.invalid
}

export function singleValue(c: Checker, x: Operand): void {
  if (x.mode === Mode.value && x.type.kind === 'Tuple') {
    c.error(x.expr?.pos ?? 0, 'multiple-value in single-value context')
    x.mode = Mode.invalid
    x.type = invalidType
  }
}
