// Binary operators: arithmetic, comparison, shifts (go/types expr.go; const.go overflow).
import type {Expr, Operator} from '../syntax/ast.ts'
import {isAssignable} from './assignable.ts'
import type {Checker} from './checker.ts'
import {
  binaryOp,
  compare,
  imag,
  makeBool,
  overflowsUntyped,
  real,
  shift as shiftValue,
  shiftCountMax,
  sign,
  toInt,
  uint64Val,
  unknownValue,
  type Value,
} from './constant/constant.ts'
import {checkExpr, operandError} from './expression.ts'
import {Mode} from './file-state.ts'
import {identical} from './identical.ts'
import {copyOperand, invalidateBy, isInvalid, isNil, newOperand, type Operand} from './operand.ts'
import {
  allBoolean,
  allInteger,
  allNumeric,
  allNumericOrString,
  allOrdered,
  allString,
  allUnsigned,
  defaultType,
  hasNil,
  isComparableType,
  isComplex,
  isInteger,
  isInterfaceNotParam,
  isPointer,
  isTyped,
  isUnknown,
  isUntyped,
  isValid,
} from './predicates.ts'
import {makeRepresentable} from './representable.ts'
import {commonUnderlying, underlying} from './underlying.ts'
import {convertUntyped, updateExprType} from './untyped.ts'
import {uintType, unknownType, untypedBool, untypedInt, type Basic, type Type} from './types.ts'

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='])

/** x becomes lhs op rhs; `e` is undefined for x op= y and x++. */
export function binary(c: Checker, x: Operand, e: Expr | undefined, lhs: Expr, rhs: Expr, op: Operator, opPos: number): void {
  const y = newOperand()
  checkExpr(c, undefined, x, lhs)
  checkExpr(c, undefined, y, rhs)
  if (x.mode === Mode.invalid) return
  if (y.mode === Mode.invalid) {
    invalidateBy(x, y)
    x.expr = y.expr
    return
  }
  if (op === '<<' || op === '>>') {
    shift(c, x, y, e, op)
    return
  }
  matchTypes(c, x, y)
  if (isInvalid(x)) return
  if (comparisons.has(op)) {
    comparison(c, x, y, op)
    return
  }
  if (!identical(x.type, y.type)) {
    if (isValid(x.type) && isValid(y.type)) c.error(opPos, 'invalid operation: mismatched types')
    x.mode = Mode.invalid
    return
  }
  if (!isDefined(op, x.type)) {
    operandError(c, x, opPos, `invalid operation: operator ${op} not defined on operand`)
    return
  }
  if ((op === '/' || op === '%') && dividesByZero(x, y)) {
    c.error(y.expr?.pos ?? opPos, 'invalid operation: division by zero')
    x.mode = Mode.invalid
    return
  }
  if (x.mode === Mode.constant && y.mode === Mode.constant) {
    constantResult(c, x, y, op, e, opPos)
    return
  }
  x.mode = Mode.value
}

function isDefined(op: Operator, t: Type): boolean {
  switch (op) {
    case '+':
      return allNumericOrString(t)
    case '-':
    case '*':
    case '/':
      return allNumeric(t)
    case '%':
    case '&':
    case '|':
    case '^':
    case '&^':
      return allInteger(t)
    case '&&':
    case '||':
      return allBoolean(t)
    default:
      return false
  }
}

function dividesByZero(x: Operand, y: Operand): boolean {
  if (y.mode !== Mode.constant || y.val === undefined || y.val.kind === 'unknown') return false
  if ((x.mode === Mode.constant || allInteger(x.type)) && sign(y.val) === 0) return true
  return x.mode === Mode.constant && isComplex(x.type) && sign(real(y.val)) === 0 && sign(imag(y.val)) === 0
}

function constantResult(c: Checker, x: Operand, y: Operand, op: Operator, e: Expr | undefined, opPos: number): void {
  const a = x.val ?? unknownValue
  const b = y.val ?? unknownValue
  if (a.kind === 'unknown' || b.kind === 'unknown') {
    x.val = unknownValue
    return
  }
  const integerDivision = op === '/' && isInteger(x.type)
  switch (op) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '&':
    case '|':
    case '^':
    case '&^':
    case '&&':
    case '||':
      x.val = binaryOp(a, integerDivision ? 'div' : op, b)
      break
    default:
      x.val = unknownValue
  }
  x.expr = e
  overflow(c, x, opPos)
}

/** Typed constants must fit their type, untyped integers 512 bits (go/types Checker.overflow). */
export function overflow(c: Checker, x: Operand, opPos: number): void {
  if (x.val === undefined || x.val.kind === 'unknown') {
    c.error(opPos, 'constant result is not representable')
    return
  }
  if (isTyped(x.type)) {
    const u = underlying(x.type)
    if (u.kind === 'Basic') makeRepresentable(c, x, u)
    return
  }
  if (overflowsUntyped(x.val)) {
    c.error(opPos, 'constant overflow')
    x.val = unknownValue
  }
}

/** Converts an untyped operand to the type of the other where the two may meet. */
export function matchTypes(c: Checker, x: Operand, y: Operand): void {
  if (!mayConvert(x, y)) return
  convertUntyped(c, x, y.type)
  if (x.mode === Mode.invalid) return
  convertUntyped(c, y, x.type)
  if (y.mode === Mode.invalid) x.mode = Mode.invalid
}

function mayConvert(x: Operand, y: Operand): boolean {
  if (isTyped(x.type) && isTyped(y.type)) return false
  if (allNumeric(x.type) !== allNumeric(y.type)) return false
  if (isInterfaceNotParam(x.type) || isInterfaceNotParam(y.type)) return true
  if (allBoolean(x.type) !== allBoolean(y.type) || allString(x.type) !== allString(y.type)) return false
  if (isNil(x)) return hasNil(y.type)
  if (isNil(y)) return hasNil(x.type)
  return !isPointer(x.type) && !isPointer(y.type)
}

/** x becomes the untyped boolean x op y; operands that were untyped get their default types. */
export function comparison(c: Checker, x: Operand, y: Operand, op: Operator): void {
  if (!isValid(x.type) || !isValid(y.type)) {
    if (isUnknown(y.type)) x.type = unknownType
    x.mode = Mode.invalid
    return
  }
  if (!isComparison(c, x, y, op)) {
    if (isUnknown(underlying(x.type)) || isUnknown(underlying(y.type))) x.type = unknownType
    else c.error(x.expr?.pos ?? 0, `invalid operation: cannot compare with ${op}`)
    x.mode = Mode.invalid
    return
  }
  if (x.mode === Mode.constant && y.mode === Mode.constant) {
    x.val = makeBool(compareValues(x.val ?? unknownValue, op, y.val ?? unknownValue))
  } else {
    x.mode = Mode.value
    // The operands are never materialised further, so their types are final.
    if (x.expr !== undefined) updateExprType(c, x.expr, defaultType(x.type), true)
    if (y.expr !== undefined) updateExprType(c, y.expr, defaultType(y.type), true)
  }
  x.type = untypedBool
}

function compareValues(x: Value, op: Operator, y: Value): boolean {
  return (op === '==' || op === '!=' || op === '<' || op === '<=' || op === '>' || op === '>=') && compare(x, op, y)
}

function isComparison(c: Checker, x: Operand, y: Operand, op: Operator): boolean {
  if (!isAssignable(c, x, y.type) && !isAssignable(c, y, x.type)) return false
  if (op !== '==' && op !== '!=') return allOrdered(x.type) && allOrdered(y.type)
  if (isNil(x) || isNil(y)) return hasNil(isNil(x) ? y.type : x.type)
  return isComparableType(x.type) && isComparableType(y.type)
}

/** x << y and x >> y (go/types Checker.shift). */
function shift(c: Checker, x: Operand, y: Operand, e: Expr | undefined, op: '<<' | '>>'): void {
  const xval = x.mode === Mode.constant && x.val !== undefined ? toInt(x.val) : undefined
  if (!allInteger(x.type) && !(isUntyped(x.type) && xval?.kind === 'int')) {
    operandError(c, x, x.expr?.pos ?? 0, 'invalid operation: shifted operand must be integer')
    return
  }
  if (!checkShiftCount(c, x, y)) return
  if (x.mode === Mode.constant) {
    if (y.mode === Mode.constant) {
      constantShift(c, x, xval, y, e, op)
      return
    }
    if (isUntyped(x.type)) {
      // A constant shifted by a value takes its type from where the result goes: decided when that is known.
      const info = x.expr === undefined ? undefined : c.untyped.get(x.expr)
      if (info !== undefined) info.isLhs = true
      x.mode = Mode.value
      return
    }
  }
  if (!allInteger(x.type)) {
    operandError(c, x, x.expr?.pos ?? 0, 'invalid operation: shifted operand must be integer')
    return
  }
  x.mode = Mode.value
}

function checkShiftCount(c: Checker, x: Operand, y: Operand): boolean {
  const fail = (message: string) => {
    if (isUnknown(underlying(y.type))) x.type = unknownType
    else c.error(y.expr?.pos ?? 0, message)
    x.mode = Mode.invalid
    return false
  }
  if (y.mode === Mode.constant) {
    const yval = toInt(y.val ?? unknownValue)
    if (yval.kind === 'int' && sign(yval) < 0) return fail('invalid operation: negative shift count')
    if (isUntyped(y.type)) {
      // Representable as uint, but it stays untyped: its value does not change.
      makeRepresentable(c, y, uintType)
      if (isInvalid(y)) {
        x.mode = Mode.invalid
        return false
      }
    }
    return true
  }
  if (allInteger(y.type)) {
    if (!allUnsigned(y.type) && !c.requires(13, y.expr?.pos ?? 0, 'signed shift count')) {
      x.mode = Mode.invalid
      return false
    }
    return true
  }
  if (!isUntyped(y.type)) return fail('invalid operation: shift count must be integer')
  convertUntyped(c, y, uintType)
  if (y.mode === Mode.invalid) {
    x.mode = Mode.invalid
    return false
  }
  return true
}

function constantShift(c: Checker, x: Operand, xval: Value | undefined, y: Operand, e: Expr | undefined, op: '<<' | '>>'): void {
  if (xval === undefined || x.val?.kind === 'unknown' || y.val?.kind === 'unknown') {
    x.val = unknownValue
    if (!isInteger(x.type)) x.type = untypedInt
    return
  }
  const count = uint64Val(toInt(y.val ?? unknownValue))
  if (count === undefined || count > BigInt(shiftCountMax)) {
    c.error(y.expr?.pos ?? 0, 'invalid operation: invalid shift count')
    x.mode = Mode.invalid
    return
  }
  // 1.0 << 3 is an untyped integer.
  if (!isInteger(x.type)) x.type = untypedInt
  x.val = shiftValue(xval, op, Number(count))
  x.expr = e
  overflow(c, x, x.expr === undefined ? 0 : x.expr.kind === 'BinaryExpr' ? x.expr.opPos : x.expr.pos)
}

/** The element type of the channel x can be received from, or sent to. */
export function chanElem(c: Checker, x: Operand, pos: number, receive: boolean): Type | undefined {
  const u = commonUnderlying(x.type, t => t?.kind === 'Chan' && t.dir !== (receive ? 'send' : 'recv'))
  if (u?.kind === 'Chan') return u.elem
  operandError(c, x, pos, receive ? 'invalid operation: cannot receive' : 'invalid operation: cannot send')
  return undefined
}

export {copyOperand, type Basic}
