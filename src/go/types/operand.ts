// The result of checking an expression: what it is, its type, its value if constant (go/types operand.go).
import {makeFromLiteral, type Value} from './constant/constant.ts'
import type {BasicLit, Expr} from '../syntax/ast.ts'
import {Mode} from './file-state.ts'
import {BasicKind, invalidType, typ, unknownType, untypedNil, type Type} from './types.ts'
import type {BuiltinId} from './universe.ts'

export interface Operand {
  mode: Mode
  expr: Expr | undefined
  /** When `mode` is invalid: unknownType if something could not be found, else of no meaning. */
  type: Type
  val: Value | undefined
  id: BuiltinId | undefined
}

export const newOperand = (): Operand => ({mode: Mode.invalid, expr: undefined, type: invalidType, val: undefined, id: undefined})
export const valueOperand = (expr: Expr | undefined, type: Type): Operand => ({mode: Mode.value, expr, type, val: undefined, id: undefined})
export const copyOperand = (x: Operand): Operand => ({mode: x.mode, expr: x.expr, type: x.type, val: x.val, id: x.id})

export function assignOperand(to: Operand, from: Operand): void {
  to.mode = from.mode
  to.expr = from.expr
  to.type = from.type
  to.val = from.val
  to.id = from.id
}

/** The predeclared value nil, not yet of another type. */
export const isNil = (x: Operand): boolean => x.mode === Mode.value && x.type === untypedNil

/** Makes x invalid because y is, and unknown if y is unknown. */
export function invalidateBy(x: Operand, y: Operand): void {
  x.mode = Mode.invalid
  if (y.type === unknownType) x.type = unknownType
}

/** The type of something declared from an operand that could not be typed. */
export const typeOfInvalid = (x: Operand): Type => (x.type === unknownType ? unknownType : invalidType)

const literalKinds = {
  INT: BasicKind.UntypedInt,
  FLOAT: BasicKind.UntypedFloat,
  IMAG: BasicKind.UntypedComplex,
  CHAR: BasicKind.UntypedRune,
  STRING: BasicKind.UntypedString,
} as const

/** Sets x to the constant a literal stands for; invalid when it is malformed. */
export function setLiteral(x: Operand, e: BasicLit): void {
  const val = makeFromLiteral(e.value, e.token)
  if (val.kind === 'unknown') {
    x.mode = Mode.invalid
    x.type = invalidType
    return
  }
  x.mode = Mode.constant
  x.type = typ(literalKinds[e.token])
  x.val = val
}

/** As a call, so that the compiler does not assume what checking changes. */
export const isInvalid = (x: Operand): boolean => x.mode === Mode.invalid
export const isConstant = (x: Operand): boolean => x.mode === Mode.constant
