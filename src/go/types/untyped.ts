// Untyped expressions: the type they take from where they are used, passed down the tree that was checked before (go/types expr.go).
import type {Expr} from '../syntax/ast.ts'
import type {Checker, UntypedInfo} from './checker.ts'
import type {Value} from './constant/constant.ts'
import {Mode} from './file-state.ts'
import {isNil, type Operand} from './operand.ts'
import {
  allInteger,
  defaultType,
  hasNil,
  isBoolean,
  isNumeric,
  isString,
  isTypeParam,
  isTyped,
  isUntyped,
  isValid,
  largerUntyped,
} from './predicates.ts'
import {recordIn} from './recording.ts'
import {representable} from './representable.ts'
import {isAllTypes, typeSetOf} from './type-set.ts'
import {everyUnderlying, underlying} from './underlying.ts'
import {BasicKind, untypedNil, type Basic, type Type} from './types.ts'

/** Gives an expression that was untyped a type; `final` when no other follows (go/types Checker.updateExprType). */
export function updateExprType(c: Checker, e: Expr, type: Type, final: boolean): void {
  const info = c.untyped.get(e)
  if (info === undefined) return
  switch (e.kind) {
    case 'ParenExpr':
      updateExprType(c, e.x, type, final)
      break
    case 'UnaryExpr':
      // Operands of constant expressions keep what they have.
      if (info.val === undefined) updateExprType(c, e.x, type, final)
      break
    case 'BinaryExpr':
      if (info.val !== undefined || isComparison(e.op)) break
      updateExprType(c, e.x, type, final)
      if (e.op !== '<<' && e.op !== '>>') updateExprType(c, e.y, type, final)
      break
    default:
      break
  }
  if (!final && isUntyped(type)) {
    const u = underlying(type)
    if (u.kind === 'Basic') info.type = u
    return
  }
  c.untyped.delete(e)
  finish(c, e, info, type)
}

const isComparison = (op: string) => op === '==' || op === '!=' || op === '<' || op === '<=' || op === '>' || op === '>='

function finish(c: Checker, e: Expr, info: UntypedInfo, type: Type): void {
  if (info.isLhs && !allInteger(type)) {
    if (isValid(type)) c.error(e.pos, 'invalid operation: shifted operand must be integer')
    return
  }
  let {val} = info
  if (val !== undefined) {
    const x: Operand = {mode: info.mode, expr: e, type: info.type, val, id: undefined}
    convertUntyped(c, x, type)
    if (x.mode === Mode.invalid) return
    val = info.val
  }
  recordIn(info.file, e, info.mode, type, val)
}

/** The type an untyped operand takes when it meets `target`, and its rounded value; undefined when it cannot (go/types implicitTypeAndValue). */
export function implicitType(c: Checker | undefined, x: Operand, target: Type): {type: Type; val: Value | undefined} | undefined {
  if (x.mode === Mode.invalid || isTyped(x.type) || !isValid(target)) return {type: x.type, val: undefined}
  if (isUntyped(target)) {
    const larger = largerUntyped(x.type, target)
    return larger === undefined ? undefined : {type: larger, val: undefined}
  }
  const u = underlying(target)
  switch (u.kind) {
    case 'Basic':
      if (!isValid(u)) return {type: target, val: undefined}
      return implicitBasic(c, x, target, u)
    case 'Interface':
      if (isTypeParam(target)) {
        if (!everyUnderlying(target, t => t !== undefined && implicitType(c, x, t) !== undefined)) return undefined
        return {type: isNil(x) ? untypedNil : target, val: undefined}
      }
      if (isNil(x)) return {type: untypedNil, val: undefined}
      return isAllTypes(typeSetOf(u)) ? {type: defaultType(x.type), val: undefined} : undefined
    case 'Pointer':
    case 'Signature':
    case 'Slice':
    case 'Map':
    case 'Chan':
      return isNil(x) ? {type: untypedNil, val: undefined} : undefined
    default:
      return undefined
  }
}

function implicitBasic(c: Checker | undefined, x: Operand, target: Type, u: Basic): {type: Type; val: Value | undefined} | undefined {
  if (x.mode === Mode.constant && x.val !== undefined) {
    const val = representable(c, x.val, u)
    return val === undefined ? undefined : {type: target, val}
  }
  if (x.type.kind !== 'Basic') return undefined
  switch (x.type.basic) {
    case BasicKind.UntypedBool:
      return isBoolean(target) ? {type: target, val: undefined} : undefined
    case BasicKind.UntypedInt:
    case BasicKind.UntypedRune:
    case BasicKind.UntypedFloat:
    case BasicKind.UntypedComplex:
      return isNumeric(target) ? {type: target, val: undefined} : undefined
    case BasicKind.UntypedString:
      return isString(target) ? {type: target, val: undefined} : undefined
    case BasicKind.UntypedNil:
      return hasNil(target) ? {type: untypedNil, val: undefined} : undefined
    default:
      return undefined
  }
}

/** Makes x, if untyped, a value of type `target`. */
export function convertUntyped(c: Checker, x: Operand, target: Type): void {
  const result = implicitType(c, x, target)
  if (result === undefined) {
    c.error(x.expr?.pos ?? 0, 'cannot convert or represent untyped value')
    x.mode = Mode.invalid
    return
  }
  applyImplicit(c, x, result)
}

export function applyImplicit(c: Checker, x: Operand, result: {type: Type; val: Value | undefined}): void {
  if (result.val !== undefined) {
    x.val = result.val
    const info = x.expr === undefined ? undefined : c.untyped.get(x.expr)
    if (info !== undefined) info.val = result.val
  }
  if (result.type !== x.type) {
    x.type = result.type
    if (x.expr !== undefined) updateExprType(c, x.expr, result.type, false)
  }
}
