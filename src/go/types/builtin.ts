// Calls of the predeclared functions; those of package unsafe are in unsafe-builtin.ts (go/types builtins.go).
import type {CallExpr, Expr} from '../syntax/ast.ts'
import {isAssignable} from './assignable.ts'
import {assignment} from './assignment.ts'
import {matchTypes} from './binary.ts'
import {checkArguments, exprList} from './call.ts'
import type {Checker} from './checker.ts'
import {binaryOp, compare, imag, makeImag, makeInt, real, sign, stringVal, toFloat, unknownValue, type Value} from './constant/constant.ts'
import {exprOrType, onlyValue, operandError} from './expression.ts'
import {Mode} from './file-state.ts'
import {identical} from './identical.ts'
import {indexValue} from './index-expression.ts'
import {newParam, newVar} from './objects.ts'
import {assignOperand, invalidateBy, isInvalid, type Operand} from './operand.ts'
import {allOrdered, allString, defaultType, isNumeric, isString, isTypeParam, isUnknown, isUntyped, isValid} from './predicates.ts'
import {recordBuiltin, recording} from './recording.ts'
import {validVarType, varType} from './type-expression.ts'
import {arrayOfPointer, commonUnderlying, emptyInterface, everyType, everyUnderlying, underlying} from './underlying.ts'
import {builtinShapes, type BuiltinId} from './universe.ts'
import {unsafeCall} from './unsafe-builtin.ts'
import {convertUntyped, updateExprType} from './untyped.ts'
import {useExprs} from './use.ts'
import {
  BasicKind,
  byteType,
  emptyTuple,
  intType,
  invalidType,
  newPointer,
  newSignature,
  newSlice,
  newTuple,
  typ,
  unknownType,
  type Signature,
  type Type,
} from './types.ts'

/** Checks the call into x; false when it is invalid. */
export function builtinCall(c: Checker, x: Operand, call: CallExpr, id: BuiltinId): boolean {
  const shape = builtinShapes[id]
  if (call.ellipsis >= 0 && id !== 'append') {
    c.error(call.ellipsis, `invalid operation: invalid use of ... with built-in ${id}`)
    useExprs(c, call.args)
    return false
  }
  const {hasCallOrRecv} = c.env
  if (id === 'len' || id === 'cap') c.env.hasCallOrRecv = false
  const ok = withArguments(c, x, call, id, shape)
  // len and cap of arrays are constant unless they contain calls; those inside do not count outside.
  if (id === 'len' || id === 'cap') c.env.hasCallOrRecv = hasCallOrRecv
  return ok
}

function withArguments(c: Checker, x: Operand, call: CallExpr, id: BuiltinId, shape: {args: number; variadic: boolean}): boolean {
  let args: Operand[] = []
  let count = call.args.length
  if (id !== 'make' && id !== 'new' && id !== 'Offsetof') {
    args = exprList(c, call.args)
    count = args.length
    for (const a of args) {
      if (a.mode !== Mode.invalid) continue
      invalidateBy(x, a)
      return false
    }
    if (args[0] !== undefined) assignOperand(x, args[0])
  }
  if (count < shape.args || (!shape.variadic && count > shape.args)) {
    c.error(call.rparen, `invalid operation: ${count < shape.args ? 'not enough' : 'too many'} arguments for ${id}`)
    if (args.length === 0) useExprs(c, call.args)
    return false
  }
  switch (id) {
    case 'append':
      return append(c, x, call, args)
    case 'cap':
    case 'len':
      return length(c, x, call, id)
    case 'clear':
      return clear(c, x, call)
    case 'close':
      return close(c, x, call)
    case 'complex':
      return complex(c, x, call, args)
    case 'copy':
      return copy(c, x, call, args)
    case 'delete':
      return remove(c, x, call, args)
    case 'imag':
    case 'real':
      return part(c, x, call, id)
    case 'make':
      return make(c, x, call)
    case 'max':
    case 'min':
      return extreme(c, x, call, id, args)
    case 'new':
      return create(c, x, call)
    case 'panic':
      return panic(c, x, call)
    case 'print':
    case 'println':
      return print(c, x, call, args)
    case 'recover':
      x.mode = Mode.value
      x.type = emptyInterface
      note(c, call, x.type)
      return true
    default:
      return unsafeCall(c, x, call, id, args)
  }
}

/** The signature a call of a builtin has (go/types makeSig). */
export function callSignature(result: Type | undefined, params: readonly Type[]): Signature {
  const results = result === undefined ? emptyTuple : newTuple([newVar('result', undefined, -1, undefined, '', result)])
  return newSignature(newTuple(params.map(p => newParam(defaultType(p)))), results, false)
}

export function note(c: Checker, call: CallExpr, result: Type | undefined, ...params: readonly Type[]): void {
  if (recording(c)) recordBuiltin(c, call.fun, callSignature(result, params))
}

const posOf = (x: Operand): number => x.expr?.pos ?? 0

/** False with an error, unless something unknown is the cause. */
export function wrong(c: Checker, x: Operand, message: string): false {
  operandError(c, x, posOf(x), message)
  return false
}

/** The element type all slices of the type set share. */
function sliceElem(x: Operand): Type | undefined {
  let elem: Type | undefined
  const ok = everyType(x.type, (_, u) => {
    if (u?.kind !== 'Slice') return false
    elem ??= u.elem
    return identical(elem, u.elem)
  })
  return ok ? elem : undefined
}

function append(c: Checker, x: Operand, call: CallExpr, args: readonly Operand[]): boolean {
  const elem = sliceElem(x)
  if (elem === undefined) return wrong(c, x, 'invalid append: argument must be a slice')
  let sig: Signature | undefined
  const y = args[1]
  // append([]byte, string...)
  if (args.length === 2 && y !== undefined && call.ellipsis >= 0 && isAssignable(c, x, newSlice(byteType))) {
    if (bytesOrString(y.type) === 'string') {
      sig = callSignature(x.type, [x.type, y.type])
      sig.variadic = true
    }
  }
  if (sig === undefined) {
    sig = callSignature(x.type, [x.type, newSlice(elem)])
    sig.variadic = true
    checkArguments(c, call, sig, undefined, [], args, [])
  }
  if (recording(c)) recordBuiltin(c, call.fun, sig)
  x.mode = Mode.value
  return true
}

/** Whether all types of the set are byte slices or strings, and some are strings. */
function bytesOrString(type: Type): 'bytes' | 'string' | undefined {
  let hasString = false
  const ok = everyType(type, (_, u) => {
    if (u?.kind === 'Slice' && identical(u.elem, byteType)) return true
    if (u === undefined || !isString(u)) return false
    hasString = true
    return true
  })
  return ok ? (hasString ? 'string' : 'bytes') : undefined
}

function length(c: Checker, x: Operand, call: CallExpr, id: 'len' | 'cap'): boolean {
  let mode: Mode = Mode.invalid
  let val: Value | undefined
  const u = arrayOfPointer(underlying(x.type))
  switch (u.kind) {
    case 'Basic':
      if (!isString(u) || id !== 'len') break
      mode = x.mode === Mode.constant ? Mode.constant : Mode.value
      if (x.mode === Mode.constant) val = makeInt(stringVal(x.val ?? unknownValue).length)
      break
    case 'Array':
      mode = c.env.hasCallOrRecv ? Mode.value : Mode.constant
      if (mode === Mode.constant) val = u.len >= 0 ? makeInt(u.len) : unknownValue
      break
    case 'Slice':
    case 'Chan':
      mode = Mode.value
      break
    case 'Map':
      if (id === 'len') mode = Mode.value
      break
    case 'Interface': {
      const fits = (t: Type) =>
        t.kind === 'Array' ||
        t.kind === 'Slice' ||
        t.kind === 'Chan' ||
        (id === 'len' && (t.kind === 'Map' || (t.kind === 'Basic' && isString(t))))
      if (isTypeParam(x.type) && everyUnderlying(x.type, t => t !== undefined && fits(arrayOfPointer(t)))) mode = Mode.value
      break
    }
    default:
      break
  }
  if (mode === Mode.invalid) return wrong(c, x, `invalid argument for built-in ${id}`)
  if (mode !== Mode.constant) note(c, call, intType, x.type)
  x.mode = mode
  x.type = intType
  x.val = val
  return true
}

function clear(c: Checker, x: Operand, call: CallExpr): boolean {
  c.requires(21, call.fun.pos, 'clear')
  if (!everyUnderlying(x.type, u => u?.kind === 'Map' || u?.kind === 'Slice'))
    return wrong(c, x, 'invalid argument: cannot clear: argument must be map or slice')
  x.mode = Mode.novalue
  note(c, call, undefined, x.type)
  return true
}

function close(c: Checker, x: Operand, call: CallExpr): boolean {
  if (!everyUnderlying(x.type, u => u?.kind === 'Chan' && u.dir !== 'recv')) return wrong(c, x, 'invalid operation: cannot close')
  x.mode = Mode.novalue
  note(c, call, undefined, x.type)
  return true
}

const basicKindOf = (t: Type): BasicKind | undefined => {
  const u = underlying(t)
  return u.kind === 'Basic' ? u.basic : undefined
}

function complexOf(t: Type): Type | undefined {
  switch (basicKindOf(t)) {
    case BasicKind.Float32:
      return typ(BasicKind.Complex64)
    case BasicKind.Float64:
      return typ(BasicKind.Complex128)
    case BasicKind.UntypedFloat:
      return typ(BasicKind.UntypedComplex)
    default:
      return undefined
  }
}
function partOf(t: Type): Type | undefined {
  switch (basicKindOf(t)) {
    case BasicKind.Complex64:
      return typ(BasicKind.Float32)
    case BasicKind.Complex128:
      return typ(BasicKind.Float64)
    case BasicKind.UntypedComplex:
      return typ(BasicKind.UntypedFloat)
    default:
      return undefined
  }
}

function complex(c: Checker, x: Operand, call: CallExpr, args: readonly Operand[]): boolean {
  const y = args[1]
  if (y === undefined) return false
  const constant = x.mode === Mode.constant && y.mode === Mode.constant
  if (isUntyped(x.type) && isUntyped(y.type)) {
    for (const z of [x, y]) {
      if (!constant) convertUntyped(c, z, typ(BasicKind.Float64))
      else if (isNumeric(z.type) && sign(imag(z.val ?? unknownValue)) === 0) z.type = typ(BasicKind.UntypedFloat)
    }
  } else if (isUntyped(x.type)) convertUntyped(c, x, y.type)
  else if (isUntyped(y.type)) convertUntyped(c, y, x.type)
  if (x.mode === Mode.invalid || y.mode === Mode.invalid) return false
  if (!identical(x.type, y.type)) return wrong(c, x, 'invalid operation: complex of mismatched types')
  const result = isTypeParam(x.type) ? undefined : complexOf(x.type)
  if (result === undefined) return wrong(c, x, 'invalid argument: arguments of complex must be floating-point')
  if (constant) x.val = binaryOp(toFloat(x.val ?? unknownValue), '+', makeImag(toFloat(y.val ?? unknownValue)))
  else {
    x.mode = Mode.value
    note(c, call, result, x.type, x.type)
  }
  x.type = result
  return true
}

function part(c: Checker, x: Operand, call: CallExpr, id: 'imag' | 'real'): boolean {
  if (isUntyped(x.type)) {
    if (x.mode !== Mode.constant) convertUntyped(c, x, typ(BasicKind.Complex128))
    else if (isNumeric(x.type)) x.type = typ(BasicKind.UntypedComplex)
    if (x.mode === Mode.invalid) return false
  }
  const result = isTypeParam(x.type) ? undefined : partOf(x.type)
  if (result === undefined) return wrong(c, x, 'invalid argument: expected complex type')
  if (x.mode === Mode.constant) x.val = (id === 'real' ? real : imag)(x.val ?? unknownValue)
  else {
    x.mode = Mode.value
    note(c, call, result, x.type)
  }
  x.type = result
  return true
}

function copy(c: Checker, x: Operand, call: CallExpr, args: readonly Operand[]): boolean {
  const y = args[1]
  if (y === undefined) return false
  const bytes = isAssignable(c, x, newSlice(byteType)) && bytesOrString(y.type) !== undefined
  if (!bytes) {
    const to = sliceElem(x)
    if (to === undefined) return wrong(c, x, 'invalid copy: destination must be a slice')
    const from = sliceElem(y) ?? (allString(y.type) ? byteType : undefined)
    if (from === undefined) {
      if (isUnknown(underlying(y.type))) x.type = unknownType
      else c.error(posOf(y), 'invalid copy: source must be a slice or string')
      return false
    }
    if (!identical(to, from) && isValid(to) && isValid(from)) return wrong(c, x, 'invalid copy: different element types')
  }
  note(c, call, intType, x.type, y.type)
  x.mode = Mode.value
  x.type = intType
  return true
}

function remove(c: Checker, x: Operand, call: CallExpr, args: readonly Operand[]): boolean {
  const map = x.type
  let key: Type | undefined
  const ok = everyUnderlying(map, u => {
    if (u?.kind !== 'Map' || (key !== undefined && !identical(u.key, key))) return false
    key = u.key
    return true
  })
  const arg = args[1]
  if (!ok || key === undefined || arg === undefined) return wrong(c, x, 'invalid argument: delete of what is not a map')
  assignOperand(x, arg)
  assignment(c, x, key, 'argument to delete')
  if (x.mode === Mode.invalid) return false
  x.mode = Mode.novalue
  note(c, call, undefined, map, key)
  return true
}

function make(c: Checker, x: Operand, call: CallExpr): boolean {
  const [first, ...rest] = call.args
  if (first === undefined) return false
  const type = varType(c, first)
  if (!isValid(type)) {
    useExprs(c, rest)
    if (isUnknown(type)) x.type = unknownType
    return false
  }
  const u = commonUnderlying(type, t => t?.kind === 'Slice' || t?.kind === 'Map' || t?.kind === 'Chan')
  if (u === undefined) {
    useExprs(c, rest)
    const bad = underlying(type)
    if (isValid(bad)) c.error(first.pos, 'invalid argument: cannot make: type must be slice, map, or channel')
    else if (isUnknown(bad)) {
      x.mode = Mode.value
      x.type = type
      return true
    }
    return false
  }
  const min = u.kind === 'Slice' ? 2 : 1
  if (call.args.length < min || call.args.length > min + 1) {
    c.error(call.pos, `invalid operation: make expects ${min} or ${min + 1} arguments; found ${call.args.length}`)
    return false
  }
  const types = [type]
  const sizes: number[] = []
  for (const arg of rest) {
    const index = indexValue(c, arg, -1)
    types.push(index?.type ?? invalidType)
    if (index !== undefined && index.value >= 0) sizes.push(index.value)
  }
  if (sizes.length === 2 && (sizes[0] ?? 0) > (sizes[1] ?? 0))
    c.error(call.args[1]?.pos ?? 0, 'invalid argument: length and capacity swapped')
  x.mode = Mode.value
  x.type = type
  note(c, call, type, ...types)
  return true
}

function extreme(c: Checker, x: Operand, call: CallExpr, id: 'max' | 'min', args: readonly Operand[]): boolean {
  c.requires(21, call.fun.pos, `built-in ${id}`)
  for (let i = 0; i < args.length; i++) {
    const a = args[i]
    if (a === undefined) continue
    if (!allOrdered(a.type)) return wrong(c, a, 'invalid argument: cannot be ordered')
    if (i === 0) continue
    matchTypes(c, x, a)
    if (x.mode === Mode.invalid) return false
    if (!identical(x.type, a.type)) return wrong(c, a, 'invalid argument: mismatched types')
    if (x.mode === Mode.constant && a.mode === Mode.constant) {
      if (compare(a.val ?? unknownValue, id === 'max' ? '>' : '<', x.val ?? unknownValue)) assignOperand(x, a)
    } else x.mode = Mode.value
  }
  if (x.mode !== Mode.constant) {
    x.mode = Mode.value
    // A value must have a type.
    assignment(c, x, emptyInterface, `argument to built-in ${id}`)
    if (isInvalid(x)) return false
  }
  for (const a of args) if (a.expr !== undefined) updateExprType(c, a.expr, x.type, true)
  if (x.mode !== Mode.constant) note(c, call, x.type, ...args.map(() => x.type))
  return true
}

function create(c: Checker, x: Operand, call: CallExpr): boolean {
  const arg: Expr | undefined = call.args[0]
  if (arg === undefined) return false
  exprOrType(c, x, arg, false)
  if (x.mode === Mode.builtin) onlyValue(c, x)
  if (x.mode === Mode.invalid) return false
  if (x.mode === Mode.typexpr) {
    if (!isValid(x.type)) {
      if (isUnknown(x.type)) x.type = unknownType
      return false
    }
    validVarType(c, arg, x.type)
  } else {
    // new(value), since Go 1.26.
    if (isUntyped(x.type)) assignment(c, x, undefined, 'argument to new')
    if (!isValidOperand(x)) return false
    c.requires(26, call.fun.pos, 'new(expr)')
  }
  const {type} = x
  x.mode = Mode.value
  x.type = newPointer(type)
  x.val = undefined
  note(c, call, x.type, type)
  return true
}

const isValidOperand = (x: Operand): boolean => x.mode !== Mode.invalid

function panic(c: Checker, x: Operand, call: CallExpr): boolean {
  if (c.env.sig !== undefined && c.env.sig.results.vars.length > 0) (c.env.panics ??= new Set()).add(call)
  assignment(c, x, emptyInterface, 'argument to panic')
  if (x.mode === Mode.invalid) return false
  x.mode = Mode.novalue
  note(c, call, undefined, emptyInterface)
  return true
}

function print(c: Checker, x: Operand, call: CallExpr, args: readonly Operand[]): boolean {
  for (const a of args) {
    assignment(c, a, undefined, 'argument to built-in print')
    if (a.mode === Mode.invalid) return false
  }
  x.mode = Mode.novalue
  note(c, call, undefined, ...args.map(a => a.type))
  return true
}
