// Expressions that denote types, and identifiers (go/types typexpr.go).
import type {ArrayType, Expr, Ident, IndexExpr, IndexListExpr} from '../syntax/ast.ts'
import type {Checker} from './checker.ts'
import {int64Val, toInt} from './constant/constant.ts'
import {objDecl} from './declaration.ts'
import {checkExpr} from './expression.ts'
import {Mode} from './file-state.ts'
import {instantiate, unsatisfied} from './instantiation.ts'
import {interfaceType} from './interface-type.ts'
import {objectType, type GoObject, type TypeName} from './objects.ts'
import {newOperand, type Operand} from './operand.ts'
import {isComparableType, isGeneric, isInteger, isTypeParam, isUnknown, isUntyped, isValid} from './predicates.ts'
import {recordInstance, recordType, recordUse} from './recording.ts'
import {representable} from './representable.ts'
import {selector} from './selector.ts'
import {funcType} from './signature.ts'
import {structType} from './struct-type.ts'
import {isMethodSet, typeSetOf} from './type-set.ts'
import {typeString} from './type-string.ts'
import {underlying, unpack} from './underlying.ts'
import {universeIota} from './universe.ts'
import {useExprs} from './use.ts'
import {
  emptyTuple,
  intType,
  invalidType,
  newArray,
  newChan,
  newInterface,
  newMap,
  newPointer,
  newSignature,
  newSlice,
  newStruct,
  unknownType,
  type Type,
} from './types.ts'

/** Names that cgo declares beside those of C (cmd/cgo out.go goProlog, cMallocDefGo), for programs that lean on them. */
const declaredByCgo = /^(?:_C|_cgo|runtime_throw$)/

/** What an identifier denotes; for types only when `wantType` (go/types Checker.ident). */
export function checkIdent(c: Checker, x: Operand, e: Ident, wantType: boolean): void {
  x.mode = Mode.invalid
  x.expr = e
  const obj = c.lookup(e.name)
  if (obj === undefined) {
    if (e.name === '_') c.error(e.pos, 'cannot use _ as value or type')
    else if (c.env.file.dotUnknown || (c.cgo !== undefined && declaredByCgo.test(e.name))) x.type = unknownType
    else c.error(e.pos, `undefined: ${e.name}`)
    return
  }
  if (
    obj.pkg === undefined &&
    (e.name === 'any' || e.name === 'comparable') &&
    obj.kind === 'TypeName' &&
    !c.requires(18, e.pos, `predeclared ${e.name}`)
  )
    return
  recordUse(c, e, obj)
  if (wantType && obj.kind !== 'TypeName') {
    c.error(e.pos, `${e.name} is not a type`)
    if (obj.kind === 'Var') obj.used = true
    return
  }
  // A type that is being declared is visited again, so that invalid cycles are found.
  if (obj.pkg === c.pkg && (obj.type === undefined || (wantType && c.pathIndex.has(obj)))) objDecl(c, obj)
  const type = objectType(obj)
  identOperand(c, x, e, obj, type)
}

function identOperand(c: Checker, x: Operand, e: Ident, obj: GoObject, type: Type): void {
  const dot = c.env.file.dotImports?.get(e.name)
  if (dot !== undefined) dot.used = true
  switch (obj.kind) {
    case 'PkgName':
      c.error(e.pos, `use of package ${obj.name} not in selector`)
      return
    case 'Const':
      x.type = type
      if (!isValid(type)) return
      if (obj === universeIota) {
        if (c.env.iota === undefined) {
          c.error(e.pos, 'cannot use iota outside constant declaration')
          return
        }
        x.val = c.env.iota
      } else x.val = obj.value
      x.mode = Mode.constant
      return
    case 'TypeName':
      x.mode = Mode.typexpr
      break
    case 'Var':
      if (obj.pkg === c.pkg) obj.used = true
      x.type = type
      if (!isValid(type)) {
        if (isUnknown(type)) x.type = unknownType
        return
      }
      x.mode = Mode.variable
      return
    case 'Func':
    case 'Nil':
      x.mode = Mode.value
      break
    case 'Builtin':
      x.id = obj.id
      x.mode = Mode.builtin
      break
    case 'Label':
      return
  }
  x.type = type
}

export const typeExpr = (c: Checker, e: Expr): Type => declaredType(c, e, undefined)

/** The type of a variable: constraint interfaces are not allowed. */
export function varType(c: Checker, e: Expr): Type {
  const type = declaredType(c, e, undefined)
  validVarType(c, e, type)
  return type
}

export function validVarType(c: Checker, e: Expr, type: Type): void {
  if (!c.bodies) return // only errors come of it
  const {kind} = type
  if (kind === 'Basic' || kind === 'Pointer' || kind === 'Slice' || kind === 'Map' || kind === 'TypeParam') return
  c.later(() => {
    const u = underlying(type)
    if (isTypeParam(type) || u.kind !== 'Interface' || isMethodSet(typeSetOf(u))) return
    c.error(e.pos, `cannot use type ${typeString(type)} outside a type constraint`)
  })
}

/** The type an expression denotes; `def` is the type name it is declared as (go/types Checker.declaredType). */
export function declaredType(c: Checker, e: Expr, def: TypeName | undefined): Type {
  let type = typeOfExpr(c, e, def)
  if (isGeneric(type)) {
    c.error(e.pos, `cannot use generic type ${typeString(type)} without instantiation`)
    type = invalidType
  }
  recordType(c, e, Mode.typexpr, type)
  return type
}

/** A generic type before it is instantiated. */
export function genericType(c: Checker, e: Expr): Type {
  let type = typeOfExpr(c, e, undefined)
  if (isValid(type) && !isGeneric(type)) {
    c.error(e.pos, `${typeString(type)} is not a generic type`)
    type = invalidType
  }
  recordType(c, e, Mode.typexpr, type)
  return type
}

function typeOfExpr(c: Checker, e: Expr, def: TypeName | undefined): Type {
  switch (e.kind) {
    case 'Ident':
    case 'SelectorExpr': {
      const x = newOperand()
      if (e.kind === 'Ident') checkIdent(c, x, e, true)
      else selector(c, x, e, true)
      if (x.mode === Mode.typexpr) return x.type
      if (x.mode === Mode.invalid) return x.type === unknownType ? unknownType : invalidType
      c.error(e.pos, 'not a type')
      return invalidType
    }
    case 'IndexExpr':
    case 'IndexListExpr':
      c.requires(18, e.lbrack, 'type instantiation')
      return instantiatedType(c, e)
    case 'ParenExpr':
      return declaredType(c, e.x, def)
    case 'ArrayType':
      return arrayType(c, e)
    case 'StructType': {
      const type = newStruct([], undefined)
      structType(c, type, e)
      return type
    }
    case 'StarExpr': {
      const type = newPointer(invalidType)
      type.base = varType(c, e.x)
      if (!isValid(type.base)) return isUnknown(type.base) ? unknownType : invalidType
      return type
    }
    case 'FuncType': {
      const type = newSignature(emptyTuple, emptyTuple, false)
      funcType(c, type, undefined, e)
      return type
    }
    case 'InterfaceType': {
      const type = newInterface([], [])
      interfaceType(c, type, e, def)
      return type
    }
    case 'MapType': {
      const type = newMap(invalidType, invalidType)
      type.key = varType(c, e.key)
      type.elem = varType(c, e.value)
      if (c.bodies)
        c.later(() => {
          if (!isComparableType(type.key) && isValid(underlying(type.key)))
            c.error(e.key.pos, `invalid map key type ${typeString(type.key)}`)
        })
      return type
    }
    case 'ChanType': {
      const type = newChan(e.dir, invalidType)
      type.elem = varType(c, e.value)
      return type
    }
    case 'BadExpr':
      return invalidType
    case 'Ellipsis':
      c.error(e.pos, 'invalid use of ...')
      return invalidType
    default:
      c.error(e.pos, 'expression is not a type')
      useExprs(c, [e])
      return invalidType
  }
}

function arrayType(c: Checker, e: ArrayType): Type {
  if (e.len === undefined) {
    const slice = newSlice(invalidType)
    slice.elem = varType(c, e.elt)
    return slice
  }
  const array = newArray(invalidType, -1)
  let unknown = false
  if (e.len.kind === 'Ellipsis') c.error(e.len.pos, 'invalid use of [...] array (outside a composite literal)')
  else {
    const len = arrayLength(c, e.len)
    if (len === 'unknown') unknown = true
    else array.len = len
  }
  array.elem = varType(c, e.elt)
  if (array.len >= 0) return array
  return unknown ? unknownType : invalidType
}

/** Number of elements; -1 when it is not a constant that fits. */
function arrayLength(c: Checker, e: Expr): number | 'unknown' {
  if (e.kind === 'Ident') {
    const obj = c.lookup(e.name)
    if (obj === undefined) {
      if (c.env.file.dotUnknown) return 'unknown'
      c.error(e.pos, `undefined array length ${e.name} or missing type constraint`)
      return -1
    }
    if (obj.kind !== 'Const') {
      c.error(e.pos, `invalid array length ${e.name}`)
      return -1
    }
  }
  const x = newOperand()
  checkExpr(c, undefined, x, e)
  if (x.mode !== Mode.constant || x.val === undefined) {
    if (x.mode === Mode.invalid) return x.type === unknownType ? 'unknown' : -1
    c.error(e.pos, 'array length must be constant')
    return -1
  }
  if (isUntyped(x.type) || isInteger(x.type)) {
    const val = toInt(x.val)
    if (val.kind === 'int' && representable(c, val, intType) !== undefined) {
      const n = int64Val(val)
      if (n !== undefined && n >= 0n) return Number(n)
    }
  }
  c.error(e.pos, 'invalid array length')
  return -1
}

function instantiatedType(c: Checker, e: IndexExpr | IndexListExpr): Type {
  const indices = e.kind === 'IndexExpr' ? [e.index] : e.indices
  const generic = genericType(c, e.x)
  if (!isValid(generic)) {
    if (isUnknown(generic)) typeList(c, indices)
    return generic
  }
  if (generic.kind !== 'Named' && generic.kind !== 'Alias') return invalidType
  const targs = typeList(c, indices)
  if (targs === undefined) return invalidType
  const inst = instantiate(c, generic, targs)
  if (inst.kind !== 'Named' && inst.kind !== 'Alias') {
    c.error(e.pos, 'wrong number of type arguments')
    return invalidType
  }
  c.later(() => {
    recordInstance(c, e, targs, inst)
    if (!c.bodies) return
    const params = (inst.kind === 'Named' ? unpack(inst).tparams : inst.tparams) ?? []
    if (params.length !== targs.length) {
      c.error(e.pos, `${params.length > targs.length ? 'not enough' : 'too many'} type arguments for type ${inst.obj.name}`)
      return
    }
    const at = unsatisfied(c, params, targs)
    if (at >= 0)
      c.error(
        indices[at]?.pos ?? e.pos,
        `${typeString(targs[at] ?? invalidType)} does not satisfy ${typeString(params[at]?.bound ?? invalidType)}`,
      )
  })
  return inst
}

/** The types of a list of type arguments; undefined when one of them is invalid. */
export function typeList(c: Checker, list: readonly Expr[]): Type[] | undefined {
  const types: Type[] = []
  let ok = true
  for (const e of list) {
    const t = varType(c, e)
    types.push(t)
    if (!isValid(t) && !isUnknown(t)) ok = false
  }
  return ok ? types : undefined
}
