// Selector expressions: qualified identifiers, fields, methods, method expressions (go/types call.go, selector).
import type {Ident, SelectorExpr} from '../syntax/ast.ts'
import type {Checker} from './checker.ts'
import {exprOrType} from './expression.ts'
import {Mode} from './file-state.ts'
import {lookupFieldOrMethod} from './lookup.ts'
import {isExported, newVar, objectType, signatureOf, type Func, type GoObject, type PkgName} from './objects.ts'
import type {Operand} from './operand.ts'
import {packageMember} from './package-members.ts'
import {isUnknown, isValid} from './predicates.ts'
import {recordSelection, recordUse} from './recording.ts'
import {typeString} from './type-string.ts'
import {underlying} from './underlying.ts'
import {copySignature, invalidType, newSignature, newTuple, unknownType, unsafePointerType} from './types.ts'

export function selector(c: Checker, x: Operand, e: SelectorExpr, wantType: boolean): void {
  x.expr = e
  if (e.x.kind === 'Ident') {
    const obj = c.lookup(e.x.name)
    if (obj?.kind === 'PkgName') {
      qualified(c, x, e, e.x, obj)
      return
    }
    if (obj === undefined && c.env.file.nameGuessed) {
      // It may be what a package that could not be found is called.
      fail(x, e, true)
      return
    }
  }
  exprOrType(c, x, e.x, false)
  if (x.mode === Mode.builtin) {
    c.error(e.sel.pos, 'invalid use of built-in in selector expression')
    fail(x, e, false)
    return
  }
  if (x.mode === Mode.invalid) {
    fail(x, e, x.type === unknownType)
    return
  }
  if (wantType) {
    c.error(e.sel.pos, `${e.sel.name} is not a type`)
    fail(x, e, false)
    return
  }
  member(c, x, e)
}

function fail(x: Operand, e: SelectorExpr, unknown: boolean): void {
  x.mode = Mode.invalid
  x.type = unknown ? unknownType : invalidType
  x.expr = e
}

/** pkg.Name */
function qualified(c: Checker, x: Operand, e: SelectorExpr, ident: Ident, name: PkgName): void {
  recordUse(c, ident, name)
  name.used = true
  const pkg = name.imported
  const member = packageMember(pkg, e.sel.name)
  const obj = pkg.path === 'C' && member?.kind === 'Func' && c.called !== e ? functionPointer(member) : member
  if (obj === undefined) {
    if (!pkg.fake) c.error(e.sel.pos, `undefined: ${name.name}.${e.sel.name}`)
    fail(x, e, pkg.fake)
    return
  }
  if (!isExported(obj.name) && pkg.path !== 'C') c.error(e.sel.pos, `name ${obj.name} not exported by package ${pkg.name}`)
  recordUse(c, e.sel, obj)
  qualifiedOperand(x, e, obj)
  if (pkg.path === 'C') cOperand(x, obj)
}

/** What cgo makes of the name of a C function that is not called (cmd/cgo gcc.go rewriteName, ctxExpr); what stands for a macro is no function of C. */
function functionPointer(func: Func): GoObject {
  if (func.name.startsWith(macroPrefix)) return func
  return newVar('package', undefined, -1, func.pkg, func.name.replace(/^_Cfunc_/, '_Cfpvar_fp_'), unsafePointerType)
}

const macroPrefix = '_Cmacro_'

/** A variable of C is declared as a pointer to it, a macro as a function that gives its value; calls of functions have a two-value form. */
function cOperand(x: Operand, obj: GoObject): void {
  if (obj.kind === 'Var' && obj.name.startsWith('_Cvar_') && x.type.kind === 'Pointer') x.type = x.type.base
  if (obj.kind !== 'Func' || x.type.kind !== 'Signature') return
  if (obj.name.startsWith(macroPrefix)) x.type = x.type.results.vars[0]?.type ?? unknownType
  else if (obj.name !== '_Cfunc__CMalloc') x.mode = Mode.cgofunc
  if (isUnknown(x.type)) x.mode = Mode.invalid
}

function qualifiedOperand(x: Operand, e: SelectorExpr, obj: GoObject): void {
  const type = objectType(obj)
  x.type = type
  switch (obj.kind) {
    case 'Const':
      x.mode = Mode.constant
      x.val = obj.value
      if (!isValid(type)) fail(x, e, isUnknown(type))
      return
    case 'TypeName':
      x.mode = Mode.typexpr
      return
    case 'Var':
      x.mode = Mode.variable
      return
    case 'Func':
      x.mode = Mode.value
      return
    case 'Builtin':
      x.mode = Mode.builtin
      x.id = obj.id
      return
    default:
      fail(x, e, false)
  }
}

/** x.f */
function member(c: Checker, x: Operand, e: SelectorExpr): void {
  const {name} = e.sel
  const found = lookupFieldOrMethod(x.type, x.mode === Mode.variable, c.pkg, name)
  const {obj, index, indirect} = found
  if (found.unknown) {
    // Something that could not be found is embedded on the way: it may have the name too.
    fail(x, e, true)
    return
  }
  if (obj === undefined || index === undefined) {
    const u = underlying(x.type)
    if (isValid(u)) {
      const base = u.kind === 'Pointer' ? underlying(u.base) : u
      if (!isValid(base)) {
        fail(x, e, isUnknown(base))
        return
      }
      if (index !== undefined) c.error(e.sel.pos, `ambiguous selector ${name}`)
      else if (indirect)
        c.error(
          e.sel.pos,
          x.mode === Mode.typexpr
            ? `invalid method expression: ${name} needs pointer receiver`
            : `cannot call pointer method ${name} on ${typeString(x.type)}`,
        )
      else c.error(e.sel.pos, `${name} undefined (type ${typeString(x.type)} has no field or method ${name})`)
    }
    fail(x, e, isUnknown(u))
    return
  }
  if (x.mode === Mode.typexpr) {
    methodExpression(c, x, e, obj, index, indirect)
    return
  }
  if (obj.kind === 'Var') {
    recordSelection(c, e, 'field', x.type, obj, index, indirect)
    x.mode = x.mode === Mode.variable || indirect ? Mode.variable : Mode.value
    x.type = obj.type ?? invalidType
    return
  }
  recordSelection(c, e, 'method', x.type, obj, index, indirect)
  const sig = signatureOf(obj)
  if (sig === undefined) {
    fail(x, e, false)
    return
  }
  x.mode = Mode.value
  const copy = copySignature(sig)
  copy.recv = undefined
  x.type = copy
}

/** T.m, a function with the receiver as its first parameter. */
function methodExpression(c: Checker, x: Operand, e: SelectorExpr, obj: GoObject, index: readonly number[], indirect: boolean): void {
  if (obj.kind !== 'Func') {
    c.error(e.sel.pos, `${e.sel.name} undefined (type ${typeString(x.type)} has no method ${e.sel.name})`)
    fail(x, e, false)
    return
  }
  recordSelection(c, e, 'methodExpr', x.type, obj, index, indirect)
  const sig = signatureOf(obj)
  if (sig?.recv === undefined) {
    c.error(e.pos, 'illegal cycle in method declaration')
    fail(x, e, false)
    return
  }
  const params = sig.params.vars
  const {recv} = sig
  // Either all parameters have names or none has.
  const name = params.length > 0 && params[0]?.name !== '' ? (recv.name === '' ? '_' : recv.name) : ''
  const first = newVar('parameter', recv.file, recv.pos, recv.pkg, name, x.type)
  const type = newSignature(newTuple([first, ...params]), sig.results, sig.variadic)
  type.tparams = sig.tparams
  x.mode = Mode.value
  x.type = type
}
