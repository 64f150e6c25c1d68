// Conversions T(x) (go/types conversions.go).
import {isAssignable} from './assignable.ts'
import type {Checker} from './checker.ts'
import {bytesOfRune, makeString, uint64Val, unknownValue, type Value} from './constant/constant.ts'
import {Mode} from './file-state.ts'
import {identical, identicalIgnoringTags} from './identical.ts'
import {copyOperand, isNil, type Operand} from './operand.ts'
import {
  allString,
  defaultType,
  isBytesOrRunes,
  isComplex,
  isConstType,
  isInteger,
  isIntegerOrFloat,
  isInterfaceNotParam,
  isPointer,
  isString,
  isTypeParam,
  isUintptr,
  isUnsafePointer,
  isUntyped,
  isValid,
} from './predicates.ts'
import {representable} from './representable.ts'
import {forEachTerm, typeSetOf} from './type-set.ts'
import {boundInterface, everyUnderlying, unalias, underlying} from './underlying.ts'
import {updateExprType} from './untyped.ts'
import {typeString} from './type-string.ts'
import type {Type} from './types.ts'

export function conversion(c: Checker, x: Operand, type: Type): void {
  const constant = x.mode === Mode.constant
  let ok = false
  if (constant && isConstType(type)) {
    const val = convertConstant(c, x, type)
    if (val !== undefined) {
      x.val = val
      ok = true
    }
  } else if (constant && isTypeParam(type)) {
    // The result is not constant, but the value must fit each type of the set.
    ok = everyUnderlying(type, u => u !== undefined && ((isString(x.type) && isBytesOrRunes(u)) || convertConstant(c, x, u) !== undefined))
    x.mode = Mode.value
  } else if (isConvertible(c, x, type)) {
    ok = true
    x.mode = Mode.value
  }
  if (!ok) {
    if (isValid(underlying(type))) c.error(x.expr?.pos ?? 0, `cannot convert to type ${typeString(type)}`)
    x.mode = Mode.invalid
    return
  }
  if (isUntyped(x.type) && x.expr !== undefined) {
    let final = type
    if (isInterfaceNotParam(type) || (constant && !isConstType(type)) || isNil(x)) final = defaultType(x.type)
    else if (x.mode === Mode.constant && isInteger(x.type) && allString(type)) final = x.type // string(65) keeps its untyped argument
    updateExprType(c, x.expr, final, true)
  }
  if (x.mode !== Mode.constant) x.val = undefined
  x.type = type
}

/** The constant's value as one of the type; undefined when it cannot be converted as a constant. */
function convertConstant(c: Checker, x: Operand, type: Type): Value | undefined {
  const u = underlying(type)
  if (u.kind !== 'Basic') return undefined
  const val = x.val ?? unknownValue
  const fits = representable(c, val, u)
  if (fits !== undefined) return fits
  if (!isInteger(x.type) || !isString(u)) return undefined
  const code = uint64Val(val)
  return makeString(bytesOfRune(code !== undefined && code <= 0x10ffffn ? code : 0xfffd))
}

/** Whether a value that is not a constant may be converted (go/types convertibleTo). */
export function isConvertible(c: Checker | undefined, x: Operand, type: Type): boolean {
  if (isAssignable(c, x, type)) return true
  const v = unalias(x.type)
  const t = unalias(type)
  const vu = underlying(v)
  const tu = underlying(t)
  const vp = v.kind === 'TypeParam' ? v : undefined
  const tp = t.kind === 'TypeParam' ? t : undefined
  if (vp === undefined && tp === undefined && identicalIgnoringTags(vu, tu)) return true
  if (v.kind === 'Pointer' && t.kind === 'Pointer' && !isTypeParam(v.base) && !isTypeParam(t.base)) {
    if (identicalIgnoringTags(underlying(v.base), underlying(t.base))) return true
  }
  if (isIntegerOrFloat(vu) && isIntegerOrFloat(tu)) return true
  if (isComplex(vu) && isComplex(tu)) return true
  if ((isInteger(vu) || isBytesOrRunes(vu)) && isString(tu)) return true
  if (isString(vu) && isBytesOrRunes(tu)) return true
  if ((isPointer(vu) || isUintptr(vu)) && isUnsafePointer(tu)) return true
  if (isUnsafePointer(vu) && (isPointer(tu) || isUintptr(tu))) return true
  if (vu.kind === 'Slice') {
    if (tu.kind === 'Array' && identical(vu.elem, tu.elem)) return c === undefined || c.allows(20)
    if (tu.kind === 'Pointer') {
      const base = underlying(tu.base)
      if (base.kind === 'Array' && identical(vu.elem, base.elem)) return c === undefined || c.allows(17)
    }
  }
  if (vp !== undefined) {
    const y = copyOperand(x)
    return forEachTerm(typeSetOf(boundInterface(vp)), term => {
      if (term?.type === undefined) return false
      y.type = term.type
      return tp === undefined ? isConvertible(c, y, t) : eachTarget(c, y, tp)
    })
  }
  return tp !== undefined && eachTarget(c, x, tp)
}

function eachTarget(c: Checker | undefined, x: Operand, type: Type): boolean {
  const t = unalias(type)
  return (
    t.kind === 'TypeParam' && forEachTerm(typeSetOf(boundInterface(t)), term => term?.type !== undefined && isConvertible(c, x, term.type))
  )
}
