// Index and slice expressions, and constant indices (go/types index.go).
import type {Expr, IndexExpr, IndexListExpr, SliceExpr} from '../syntax/ast.ts'
import {assignment} from './assignment.ts'
import type {Checker} from './checker.ts'
import {int64Val, sign, stringVal, unknownValue} from './constant/constant.ts'
import {checkExpr, exprOrType, notGeneric, operandError} from './expression.ts'
import {Mode} from './file-state.ts'
import {identical} from './identical.ts'
import {isInvalid, newOperand, type Operand} from './operand.ts'
import {allInteger, isString, isTypeParam, isUnknown, isUntyped, isValid} from './predicates.ts'
import {representable} from './representable.ts'
import {varType} from './type-expression.ts'
import {everyType, everyUnderlying, underlying} from './underlying.ts'
import {convertUntyped} from './untyped.ts'
import {useExprs} from './use.ts'
import {byteType, intType, invalidType, newSlice, stringType, unknownType, type Type} from './types.ts'

export const indicesOf = (e: IndexExpr | IndexListExpr): readonly Expr[] => (e.kind === 'IndexExpr' ? [e.index] : e.indices)

/** Checks e into x; true when it instantiates a generic function, which is left to the caller (go/types Checker.indexExpr). */
export function indexExpr(c: Checker, x: Operand, e: IndexExpr | IndexListExpr): boolean {
  exprOrType(c, x, e.x, true)
  if (x.mode === Mode.invalid) {
    useExprs(c, indicesOf(e))
    return false
  }
  if (x.mode === Mode.typexpr) {
    // An instantiated type.
    x.mode = Mode.invalid
    x.type = varType(c, e)
    if (isValid(x.type)) x.mode = Mode.typexpr
    return false
  }
  if (x.mode === Mode.value) {
    const u = underlying(x.type)
    if (u.kind === 'Signature' && u.tparams !== undefined) return true
  }
  notGeneric(c, undefined, x)
  if (isInvalid(x)) return false
  const length = indexed(c, x, e)
  if (length === undefined) return false
  const [index] = indicesOf(e)
  if (index === undefined) {
    x.mode = Mode.invalid
    return false
  }
  if (indicesOf(e).length > 1) c.error(e.pos, 'invalid operation: more than one index')
  indexValue(c, index, length)
  return false
}

/** Sets x to the element; the length of what is indexed, or -1; undefined when the index was dealt with. */
function indexed(c: Checker, x: Operand, e: IndexExpr | IndexListExpr): number | undefined {
  const u = underlying(x.type)
  switch (u.kind) {
    case 'Basic':
      if (isString(u)) {
        const length = x.mode === Mode.constant && x.val !== undefined ? stringVal(x.val).length : -1
        // A byte of a constant string is not constant.
        x.mode = Mode.value
        x.type = byteType
        x.val = undefined
        return length
      }
      break
    case 'Array':
      if (x.mode !== Mode.variable) x.mode = Mode.value
      x.type = u.elem
      return u.len
    case 'Pointer': {
      const base = underlying(u.base)
      if (base.kind !== 'Array') break
      x.mode = Mode.variable
      x.type = base.elem
      return base.len
    }
    case 'Slice':
      x.mode = Mode.variable
      x.type = u.elem
      return -1
    case 'Map':
      mapIndex(c, x, e, u.key, u.elem)
      return undefined
    case 'Interface': {
      if (!isTypeParam(x.type)) break
      const found = indexedParam(x)
      if (found === undefined) break
      if (found.key !== undefined) {
        mapIndex(c, x, e, found.key, found.elem)
        return undefined
      }
      x.mode = found.mode
      x.type = found.elem
      return found.length
    }
    default:
      break
  }
  operandError(c, x, e.pos, 'invalid operation: cannot index')
  useExprs(c, indicesOf(e))
  return undefined
}

function mapIndex(c: Checker, x: Operand, e: IndexExpr | IndexListExpr, keyType: Type, elem: Type): void {
  const [index] = indicesOf(e)
  if (index === undefined) {
    x.mode = Mode.invalid
    return
  }
  const key = newOperand()
  checkExpr(c, undefined, key, index)
  assignment(c, key, keyType, 'map index')
  // Even if the key is wrong the type of the element is known.
  x.mode = Mode.mapindex
  x.type = elem
  x.expr = e
}

/** Indexing a value of type parameter type: all types of its set must agree on key and element. */
function indexedParam(x: Operand): {key: Type | undefined; elem: Type; length: number; mode: Mode} | undefined {
  let key: Type | undefined
  let elem: Type | undefined
  let length = -1
  let mode: Mode = Mode.variable
  const ok = everyUnderlying(x.type, u => {
    let l = -1
    let k: Type | undefined
    let v: Type | undefined
    if (u?.kind === 'Basic' && isString(u)) {
      v = byteType
      mode = Mode.value
    } else if (u?.kind === 'Array') {
      l = u.len
      v = u.elem
      if (x.mode !== Mode.variable) mode = Mode.value
    } else if (u?.kind === 'Pointer') {
      const base = underlying(u.base)
      if (base.kind === 'Array') {
        l = base.len
        v = base.elem
      }
    } else if (u?.kind === 'Slice') v = u.elem
    else if (u?.kind === 'Map') {
      k = u.key
      v = u.elem
    }
    if (v === undefined) return false
    if (elem === undefined) {
      length = l
      key = k
      elem = v
      return true
    }
    // Either all are maps with the same key, or none is.
    if ((key === undefined) !== (k === undefined) || (key !== undefined && k !== undefined && !identical(key, k)) || !identical(elem, v))
      return false
    if (l >= 0 && l < length) length = l
    return true
  })
  return ok && elem !== undefined ? {key, elem, length, mode} : undefined
}

export function sliceExpr(c: Checker, x: Operand, e: SliceExpr): void {
  checkExpr(c, undefined, x, e.x)
  const parts = [e.low, e.high, e.max]
  if (x.mode === Mode.invalid) {
    for (const part of parts) if (part !== undefined) useExprs(c, [part])
    return
  }
  const u = sliced(x)
  let length = -1
  let ok = false
  switch (u?.kind) {
    case 'Basic':
      if (!isString(u)) break
      if (e.slice3) {
        c.error((e.max ?? e).pos, 'invalid operation: 3-index slice of string')
        x.mode = Mode.invalid
        return
      }
      ok = true
      if (x.mode === Mode.constant && x.val !== undefined) length = stringVal(x.val).length
      if (isUntyped(x.type)) x.type = stringType // an untyped string yields a string
      break
    case 'Array':
      if (x.mode !== Mode.variable) {
        c.error(e.pos, 'invalid operation: cannot slice unaddressable value')
        x.mode = Mode.invalid
        return
      }
      ok = true
      length = u.len
      x.type = newSlice(u.elem)
      break
    case 'Pointer': {
      const base = underlying(u.base)
      if (base.kind !== 'Array') break
      ok = true
      length = base.len
      x.type = newSlice(base.elem)
      break
    }
    case 'Slice':
      ok = true
      break
    default:
      break
  }
  if (!ok) {
    operandError(c, x, e.pos, 'cannot slice')
    if (x.type === unknownType) for (const part of parts) if (part !== undefined) useExprs(c, [part])
    return
  }
  x.mode = Mode.value
  x.val = undefined
  if (e.slice3 && (e.high === undefined || e.max === undefined)) {
    x.mode = Mode.invalid
    return
  }
  checkSliceIndices(c, parts, length)
}

/** The underlying type to slice; strings and byte slices of one type set are sliced as strings. */
function sliced(x: Operand): Type | undefined {
  let common: Type | undefined
  let hasString = false
  const ok = everyType(x.type, (_, u) => {
    if (u === undefined) return false
    let t = u
    if (isString(t)) {
      t = newSlice(byteType)
      hasString = true
    }
    if (common === undefined) {
      common = t
      return true
    }
    return identical(common, t)
  })
  if (!ok) return undefined
  if (!hasString) return common
  return isTypeParam(x.type) ? stringType : underlying(x.type)
}

function checkSliceIndices(c: Checker, parts: readonly (Expr | undefined)[], length: number): void {
  const values: number[] = []
  parts.forEach((part, i) => {
    if (part !== undefined) values.push(indexValue(c, part, length >= 0 ? length + 1 : -1)?.value ?? -1)
    else values.push(i === 0 ? 0 : length >= 0 ? length : -1)
  })
  for (let i = 0; i < values.length; i++) {
    const v = values[i] ?? -1
    if (v > 0 && values.slice(i + 1).some(w => w >= 0 && w < v)) {
      c.error(parts[i]?.pos ?? 0, 'invalid slice indices')
      return
    }
  }
}

/** Type and constant value of an index, value -1 when it is not constant; undefined when it is invalid (go/types Checker.index). */
export function indexValue(c: Checker, e: Expr, max: number): {type: Type; value: number} | undefined {
  const x = newOperand()
  checkExpr(c, undefined, x, e)
  if (!isValidIndex(c, x, 'index', false)) return undefined
  if (x.mode !== Mode.constant) return {type: x.type, value: -1}
  if (x.val === undefined || x.val.kind === 'unknown') return undefined
  const v = int64Val(x.val)
  if (v === undefined) return undefined
  if (max >= 0 && v >= BigInt(max)) {
    c.error(e.pos, `invalid argument: index ${v} out of bounds [0:${max}]`)
    return undefined
  }
  return {type: x.type, value: Number(v)}
}

/** Integer or constant that is one; constants fit int (go/types Checker.isValidIndex). */
export function isValidIndex(c: Checker, x: Operand, what: string, negative: boolean): boolean {
  if (x.mode === Mode.invalid) return false
  convertUntyped(c, x, intType)
  if (isInvalid(x)) return false
  if (!allInteger(x.type)) {
    if (isValid(underlying(x.type))) c.error(x.expr?.pos ?? 0, `invalid argument: ${what} must be integer`)
    return false
  }
  if (x.mode === Mode.constant) {
    const val = x.val ?? unknownValue
    if (!negative && sign(val) < 0) {
      c.error(x.expr?.pos ?? 0, `invalid argument: ${what} must not be negative`)
      return false
    }
    const rounded = representable(c, val, intType)
    if (rounded === undefined) {
      c.error(x.expr?.pos ?? 0, `invalid argument: ${what} overflows int`)
      return false
    }
    x.val = rounded
  }
  return true
}

export {invalidType, isUnknown, unknownType}
