// What a call calls, as far as the types say: one function, a method of an interface, a literal, a value, a builtin or a conversion.
// Static callees are those of golang.org/x/tools/go/types/typeutil (StaticCallee), instances counted as what they were made from.
import type {CallExpr, Expr, FuncLit} from '../syntax/ast.ts'
import {isInterface, isTypeParam, Mode, objectType, selectionOf, useOf, type Builtin, type FileState, type Func} from '../types/api.ts'
import {dereference} from '../types/api.ts'

export type Callee =
  | {readonly kind: 'function'; readonly func: Func}
  /** The method of an interface or of a type parameter's bound. */
  | {readonly kind: 'interface'; readonly func: Func}
  | {readonly kind: 'literal'; readonly literal: FuncLit}
  | {readonly kind: 'builtin'; readonly builtin: Builtin}
  | {readonly kind: 'conversion'}
  /** A variable, field or result of function type. */
  | {readonly kind: 'value'; readonly fun: Expr}
  | {readonly kind: 'unknown'}

const unknown: Callee = {kind: 'unknown'}

export function calleeOf(file: FileState, call: CallExpr): Callee {
  const fun = functionExpr(call)
  if (fun.kind === 'FuncLit') return {kind: 'literal', literal: fun}
  const mode = file.tables?.modes[call.fun.id] ?? Mode.invalid
  if (mode === Mode.typexpr) return {kind: 'conversion'}
  const name = fun.kind === 'Ident' ? fun : fun.kind === 'SelectorExpr' ? fun.sel : undefined
  const object = name === undefined ? undefined : useOf(file, name)
  if (object === undefined) return mode === Mode.invalid ? unknown : {kind: 'value', fun}
  switch (object.kind) {
    case 'Builtin':
      return {kind: 'builtin', builtin: object}
    case 'Func': {
      const origin = object.origin ?? object
      if (origin.pkg?.path === 'C') return unknown // no Go function: what it does is said by its C source or by a description of it
      return {kind: isInterfaceMethod(file, fun, origin) ? 'interface' : 'function', func: origin}
    }
    case 'Var':
      return {kind: 'value', fun}
    case 'TypeName':
      return {kind: 'conversion'}
    default:
      return unknown
  }
}

/** The called expression without parentheses and type arguments. */
export function functionExpr(call: CallExpr): Expr {
  let {fun} = call
  for (;;) {
    if (fun.kind === 'ParenExpr') fun = fun.x
    else if (fun.kind === 'IndexExpr' || fun.kind === 'IndexListExpr') {
      const inner = fun.x
      // An index of a slice or map of functions stays; only its name would mislead.
      if (inner.kind !== 'Ident' && inner.kind !== 'SelectorExpr') return fun
      fun = inner
    } else return fun
  }
}

function isInterfaceMethod(file: FileState, fun: Expr, method: Func): boolean {
  const type = objectType(method)
  const recv = type.kind === 'Signature' ? type.recv : undefined
  if (recv === undefined) return false
  const {type: base} = dereference(objectType(recv))
  if (isInterface(base) || isTypeParam(base)) return true
  const selection = fun.kind === 'SelectorExpr' ? selectionOf(file, fun) : undefined
  return selection !== undefined && isTypeParam(dereference(selection.recv).type)
}
