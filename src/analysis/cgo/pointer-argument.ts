// The expression behind the conversions of a pointer: `(*C.T)(unsafe.Pointer(&x))` is about `&x`.
import type {CallExpr, Expr} from '../../go/syntax/ast.ts'
import {underlying} from '../../go/types/underlying.ts'
import type {Type} from '../../go/types/types.ts'
import {type AnyPass, cMember, isScalarTypeName, unparen} from './c-member.ts'

const conversionsMax = 8

export const isUnsafePointerCall = (pass: AnyPass, call: CallExpr): boolean => isUnsafe(pass, call, 'Pointer') && call.args.length === 1

/** Whether a call is `unsafe.name(…)`. */
export function isUnsafe(pass: AnyPass, call: CallExpr, name: string): boolean {
  const fun = unparen(call.fun)
  if (fun.kind !== 'SelectorExpr' || fun.sel.name !== name || fun.x.kind !== 'Ident') return false
  const object = pass.objectOf(fun.x)
  return object?.kind === 'PkgName' && object.imported.path === 'unsafe'
}

/** What a conversion converts; undefined when the expression is none or may be a call. */
export function converted(pass: AnyPass, expr: Expr): Expr | undefined {
  const at = unparen(expr)
  if (at.kind !== 'CallExpr' || at.args.length !== 1) return undefined
  const operand = at.args[0]
  const fun = unparen(at.fun)
  if (fun.kind === 'StarExpr' || fun.kind === 'ArrayType' || pass.isConversion(at) === 'yes' || isUnsafePointerCall(pass, at))
    return operand
  const member = cMember(pass, fun)
  return member !== undefined && (isScalarTypeName(member) || /^g?(?:const)?pointer$|_t$/.test(member)) ? operand : undefined
}

/** The expression behind all conversions. */
export function peel(pass: AnyPass, expr: Expr): Expr {
  let at = unparen(expr)
  for (let depth = 0; depth < conversionsMax; depth++) {
    const inner = converted(pass, at)
    if (inner === undefined) return at
    at = unparen(inner)
  }
  return at
}

/** `x` of `&x`, behind conversions. */
export function addressed(pass: AnyPass, expr: Expr): Expr | undefined {
  const at = peel(pass, expr)
  return at.kind === 'UnaryExpr' && at.op === '&' ? unparen(at.x) : undefined
}

/** `b` of `&b[0]`, behind conversions, with `b` a slice. */
export function firstElementOf(pass: AnyPass, expr: Expr): Expr | undefined {
  const target = addressed(pass, expr)
  if (target?.kind !== 'IndexExpr' || target.index.kind !== 'BasicLit' || target.index.value !== '0') return undefined
  return underlyingOf(pass, target.x)?.kind === 'Slice' ? unparen(target.x) : undefined
}

export function underlyingOf(pass: AnyPass, expr: Expr): Type | undefined {
  const type = pass.typeOf(expr)
  return type === undefined ? undefined : underlying(type)
}
