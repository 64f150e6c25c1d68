// Questions about one type: is it boolean, ordered, comparable, generic, nilable, known (go/types predicates.go).
import {boundInterface, asNamed, everyUnderlying, originOf, unalias, underlying, unpack} from './underlying.ts'
import {forEachTerm, isComparableSet, isEmptySet, typeSetOf} from './type-set.ts'
import {
  BasicKind,
  IsBoolean,
  IsComplex,
  IsConstType,
  IsFloat,
  IsInteger,
  IsNumeric,
  IsOrdered,
  IsString,
  IsUnsigned,
  IsUntyped,
  invalidType,
  unknownType,
  type Alias,
  type Type,
  typ,
  runeType,
} from './types.ts'

/** Neither invalid nor unknown. */
export function isValid(t: Type): boolean {
  const u = t.kind === 'Alias' ? unalias(t) : t
  // An alias that is still being declared may yet be valid: go/types takes it so.
  return (u !== invalidType && u !== unknownType) || (t.kind === 'Alias' && isUndeclared(t))
}
function isUndeclared(alias: Alias): boolean {
  let t: Type | undefined = alias
  while (t !== undefined && t.kind === 'Alias' && t.actual === undefined) t = t.fromRHS
  return t === undefined
}
export const isUnknown = (t: Type | undefined): boolean => t !== undefined && unalias(t) === unknownType

function isBasic(t: Type, info: number): boolean {
  if (t.kind === 'Basic') return (t.info & info) !== 0
  const u = underlying(t)
  return u.kind === 'Basic' && (u.info & info) !== 0
}
export const isBoolean = (t: Type): boolean => isBasic(t, IsBoolean)
export const isInteger = (t: Type): boolean => isBasic(t, IsInteger)
export const isUnsigned = (t: Type): boolean => isBasic(t, IsUnsigned)
export const isFloat = (t: Type): boolean => isBasic(t, IsFloat)
export const isComplex = (t: Type): boolean => isBasic(t, IsComplex)
export const isNumeric = (t: Type): boolean => isBasic(t, IsNumeric)
export const isString = (t: Type): boolean => isBasic(t, IsString)
export const isIntegerOrFloat = (t: Type): boolean => isBasic(t, IsInteger | IsFloat)
export const isConstType = (t: Type): boolean => isBasic(t, IsConstType)

/** As the plain predicates, but for a type parameter all types of its set must agree. */
function allBasic(t: Type, info: number): boolean {
  if (t.kind === 'Basic') return (t.info & info) !== 0
  const u = unalias(t)
  if (u.kind !== 'TypeParam') return isBasic(t, info)
  return forEachTerm(typeSetOf(boundInterface(u)), term => term?.type !== undefined && isBasic(term.type, info))
}
export const allBoolean = (t: Type): boolean => allBasic(t, IsBoolean)
export const allInteger = (t: Type): boolean => allBasic(t, IsInteger)
export const allUnsigned = (t: Type): boolean => allBasic(t, IsUnsigned)
export const allNumeric = (t: Type): boolean => allBasic(t, IsNumeric)
export const allString = (t: Type): boolean => allBasic(t, IsString)
export const allOrdered = (t: Type): boolean => allBasic(t, IsOrdered)
export const allNumericOrString = (t: Type): boolean => allBasic(t, IsNumeric | IsString)

/** Predeclared, declared and parameter types have names. */
export function hasName(t: Type): boolean {
  const {kind} = unalias(t)
  return kind === 'Basic' || kind === 'Named' || kind === 'TypeParam'
}
export function isTypeLiteral(t: Type): boolean {
  const {kind} = unalias(t)
  return kind !== 'Named' && kind !== 'TypeParam'
}
export const isUntyped = (t: Type): boolean => t.kind === 'Basic' && (t.info & IsUntyped) !== 0
export const isTyped = (t: Type): boolean => t.kind !== 'Basic' || (t.info & IsUntyped) === 0
export const isInterface = (t: Type): boolean => underlying(t).kind === 'Interface'
export const isTypeParam = (t: Type): boolean => unalias(t).kind === 'TypeParam'
export const isInterfaceNotParam = (t: Type): boolean => !isTypeParam(t) && isInterface(t)
export const isPointer = (t: Type): boolean => underlying(t).kind === 'Pointer'
export const isUnsafePointer = (t: Type): boolean => isBasicKind(t, BasicKind.UnsafePointer)
export const isUintptr = (t: Type): boolean => isBasicKind(t, BasicKind.Uintptr)

function isBasicKind(t: Type, kind: BasicKind): boolean {
  const u = underlying(t)
  return u.kind === 'Basic' && u.basic === kind
}

export function isBytesOrRunes(t: Type): boolean {
  const u = underlying(t)
  if (u.kind !== 'Slice') return false
  const elem = underlying(u.elem)
  return elem.kind === 'Basic' && (elem.basic === BasicKind.Uint8 || elem.basic === BasicKind.Int32)
}

export function isInterfacePointer(t: Type): boolean {
  const u = underlying(t)
  return u.kind === 'Pointer' && isInterface(u.base)
}

/** A generic type that was not instantiated. */
export function isGeneric(t: Type): boolean {
  if (t.kind === 'Alias' && t.tparams !== undefined && t.targs === undefined) return true
  const named = asNamed(t)
  return named !== undefined && named.inst === undefined && unpack(named).tparams !== undefined
}

/** Whether values may be compared with ==, perhaps with a panic when `dynamic` (go/types comparableType). */
export function isComparableType(t: Type, dynamic = true, seen?: Set<Type>): boolean {
  if (t.kind === 'Basic') return t.basic !== BasicKind.UntypedNil
  if (seen?.has(t) === true) return true
  const u = underlying(t)
  switch (u.kind) {
    case 'Basic':
      return u.basic !== BasicKind.UntypedNil
    case 'Pointer':
    case 'Chan':
      return true
    case 'Struct': {
      const marked = (seen ?? new Set<Type>()).add(t)
      return u.fields.every(f => isComparableType(f.type ?? invalidType, dynamic, marked))
    }
    case 'Array':
      return isComparableType(u.elem, dynamic, (seen ?? new Set<Type>()).add(t))
    case 'Interface':
      return (dynamic && !isTypeParam(t)) || isComparableSet(typeSetOf(u), (seen ?? new Set<Type>()).add(t))
    default:
      return false
  }
}

export function hasNil(t: Type): boolean {
  const u = underlying(t)
  switch (u.kind) {
    case 'Basic':
      return u.basic === BasicKind.UnsafePointer
    case 'Slice':
    case 'Pointer':
    case 'Signature':
    case 'Map':
    case 'Chan':
      return true
    case 'Interface':
      return !isTypeParam(t) || everyUnderlying(t, v => v !== undefined && hasNil(v))
    default:
      return false
  }
}

/** The type an untyped value takes by itself (go/types Default). */
export function defaultType(t: Type): Type {
  if (t.kind !== 'Basic') return t
  switch (t.basic) {
    case BasicKind.UntypedBool:
      return typ(BasicKind.Bool)
    case BasicKind.UntypedInt:
      return typ(BasicKind.Int)
    case BasicKind.UntypedRune:
      return runeType
    case BasicKind.UntypedFloat:
      return typ(BasicKind.Float64)
    case BasicKind.UntypedComplex:
      return typ(BasicKind.Complex128)
    case BasicKind.UntypedString:
      return typ(BasicKind.String)
    default:
      return t
  }
}

/** The larger of two untyped numeric types; undefined when there is none (go/types maxType). */
export function largerUntyped(x: Type, y: Type): Type | undefined {
  if (x === y) return x
  const numeric = (t: Type) => t.kind === 'Basic' && (t.info & IsUntyped) !== 0 && (t.info & IsNumeric) !== 0
  if (x.kind !== 'Basic' || y.kind !== 'Basic' || !numeric(x) || !numeric(y)) return undefined
  return x.basic > y.basic ? x : y
}

/** Whether something the type is made of by value could not be found, so that its size is unknown. */
export function hasUnknownPart(t: Type, depth = 0): boolean {
  if (depth > 50) return false
  const u = underlying(t)
  switch (u.kind) {
    case 'Basic':
      return !isValid(u)
    case 'Array':
      return u.len < 0 || hasUnknownPart(u.elem, depth + 1)
    case 'Struct':
      return u.fields.some(f => hasUnknownPart(f.type ?? invalidType, depth + 1))
    default:
      return false
  }
}

export {isEmptySet, originOf}
