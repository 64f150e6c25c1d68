// Calls of the functions of package unsafe; sizes that depend on something unknown are unknown (go/types builtins.go).
import type {CallExpr} from '../syntax/ast.ts'
import {assignment} from './assignment.ts'
import {note, wrong} from './builtin.ts'
import type {Checker} from './checker.ts'
import {makeInt} from './constant/constant.ts'
import {checkExpr} from './expression.ts'
import {Mode} from './file-state.ts'
import {isValidIndex} from './index-expression.ts'
import {lookupFieldOrMethod} from './lookup.ts'
import type {Operand} from './operand.ts'
import {hasUnknownPart, isTypeParam, isUnknown} from './predicates.ts'
import {record, recordSelection} from './recording.ts'
import {unparen} from './resolver.ts'
import {alignOf, offsetOf, sizeOf} from './sizes.ts'
import {asNamed, commonUnderlying, underlying} from './underlying.ts'
import type {BuiltinId} from './universe.ts'
import {useExprs} from './use.ts'
import {
  byteType,
  invalidType,
  newPointer,
  newSlice,
  stringType,
  uintptrType,
  unknownType,
  unsafePointerType,
  type Named,
  type Type,
} from './types.ts'

export function unsafeCall(c: Checker, x: Operand, call: CallExpr, id: BuiltinId, args: readonly Operand[]): boolean {
  const y = args[1]
  switch (id) {
    case 'Add':
      c.requires(17, call.fun.pos, 'unsafe.Add')
      assignment(c, x, unsafePointerType, 'argument to unsafe.Add')
      if (x.mode === Mode.invalid || y === undefined || !isValidIndex(c, y, 'length', true)) return false
      return value(c, x, call, unsafePointerType, unsafePointerType, y.type)
    case 'Alignof':
    case 'Sizeof': {
      assignment(c, x, undefined, `argument to unsafe.${id}`)
      if (x.mode === Mode.invalid) return false
      const {type} = x
      return constant(c, x, call, type, type, () => (id === 'Sizeof' ? sizeOf(c.sizes, type) : alignOf(c.sizes, type)))
    }
    case 'Offsetof':
      return offsetOfField(c, x, call)
    case 'Slice': {
      c.requires(17, call.fun.pos, 'unsafe.Slice')
      const u = commonUnderlying(x.type)
      if (u?.kind !== 'Pointer') return wrong(c, x, 'invalid argument: not a pointer')
      if (y === undefined || !isValidIndex(c, y, 'length', false)) return false
      return value(c, x, call, newSlice(u.base), u, y.type)
    }
    case 'SliceData': {
      c.requires(20, call.fun.pos, 'unsafe.SliceData')
      const u = commonUnderlying(x.type)
      if (u?.kind !== 'Slice') return wrong(c, x, 'invalid argument: not a slice')
      return value(c, x, call, newPointer(u.elem), u)
    }
    case 'String':
      c.requires(20, call.fun.pos, 'unsafe.String')
      assignment(c, x, newPointer(byteType), 'argument to unsafe.String')
      if (x.mode === Mode.invalid || y === undefined || !isValidIndex(c, y, 'length', false)) return false
      return value(c, x, call, stringType, newPointer(byteType), y.type)
    case 'StringData':
      c.requires(20, call.fun.pos, 'unsafe.StringData')
      assignment(c, x, stringType, 'argument to unsafe.StringData')
      if (x.mode === Mode.invalid) return false
      return value(c, x, call, newPointer(byteType), stringType)
    default:
      return false
  }
}

function value(c: Checker, x: Operand, call: CallExpr, result: Type, ...params: readonly Type[]): boolean {
  x.mode = Mode.value
  x.type = result
  x.val = undefined
  note(c, call, result, ...params)
  return true
}

/** A uintptr constant, unless `type` has no fixed size; unknown when the size is. */
function constant(c: Checker, x: Operand, call: CallExpr, type: Type, param: Type, size: () => number | undefined): boolean {
  if (hasVariableSize(type, new Map())) return value(c, x, call, uintptrType, param)
  if (hasUnknownPart(type)) {
    x.type = unknownType
    return false
  }
  const n = size()
  if (n === undefined) return wrong(c, x, 'type is too large')
  x.mode = Mode.constant
  x.val = makeInt(n)
  x.type = uintptrType
  return true
}

function offsetOfField(c: Checker, x: Operand, call: CallExpr): boolean {
  const [arg] = call.args
  if (arg === undefined) return false
  const e = unparen(arg)
  if (e.kind !== 'SelectorExpr') {
    c.error(arg.pos, 'invalid argument: not a selector expression')
    useExprs(c, [arg])
    return false
  }
  checkExpr(c, undefined, x, e.x)
  if (x.mode === Mode.invalid) return false
  const u = underlying(x.type)
  const base = u.kind === 'Pointer' && underlying(u.base).kind === 'Struct' ? u.base : x.type
  const {obj, index, indirect, unknown} = lookupFieldOrMethod(base, false, c.pkg, e.sel.name)
  if (unknown || isUnknown(underlying(base))) {
    x.type = unknownType
    return false
  }
  if (obj === undefined || obj.kind === 'Func' || index === undefined || indirect) {
    c.error(e.sel.pos, 'invalid argument: no such field for unsafe.Offsetof')
    return false
  }
  recordSelection(c, e, 'field', base, obj, index, false)
  const type = obj.type ?? invalidType
  record(c, {mode: x.mode === Mode.variable ? Mode.variable : Mode.value, expr: e, type, val: undefined, id: undefined})
  return constant(c, x, call, base, type, () => offsetOf(c.sizes, base, index))
}

/** Whether the size depends on type parameters (go/types hasVarSize). */
function hasVariableSize(t: Type, seen: Map<Named, boolean>): boolean {
  const named = asNamed(t)
  if (named !== undefined) {
    const known = seen.get(named)
    if (known !== undefined) return known
    seen.set(named, true) // possibly cyclic until shown otherwise
  }
  const u = underlying(t)
  let result = false
  if (u.kind === 'Array') result = hasVariableSize(u.elem, seen)
  else if (u.kind === 'Struct') result = u.fields.some(f => f.type !== undefined && hasVariableSize(f.type, seen))
  else if (u.kind === 'Interface') result = isTypeParam(t)
  if (named !== undefined) seen.set(named, result)
  return result
}
