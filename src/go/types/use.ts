// Checking expressions whose results do not matter, so that what they refer to is recorded (go/types call.go, use).
import type {Expr} from '../syntax/ast.ts'
import type {Checker} from './checker.ts'
import {exprOrType, rawExpr} from './expression.ts'
import {Mode} from './file-state.ts'
import {isInvalid, newOperand} from './operand.ts'
import {unparen} from './resolver.ts'

/** Whether all of them are valid. */
export function useExprs(c: Checker, list: readonly Expr[]): boolean {
  let ok = true
  for (const e of list) if (!useExpr(c, e, false)) ok = false
  return ok
}

/** As useExprs, for the left side of an assignment: writing a variable is no use of it. */
export function useLeft(c: Checker, list: readonly Expr[]): boolean {
  let ok = true
  for (const e of list) if (!useExpr(c, e, true)) ok = false
  return ok
}

function useExpr(c: Checker, e: Expr, left: boolean): boolean {
  const x = newOperand()
  x.mode = Mode.value // a blank is not invalid
  const n = unparen(e)
  if (n.kind === 'Ident') {
    if (n.name === '_') return true
    const obj = left ? c.lookup(n.name) : undefined
    const variable = obj?.kind === 'Var' && obj.pkg === c.pkg ? obj : undefined
    const used = variable?.used ?? false
    exprOrType(c, x, n, true)
    if (variable !== undefined) variable.used = used
  } else if (n.kind === 'KeyValueExpr') return useExpr(c, n.value, false)
  else rawExpr(c, undefined, x, e, undefined, true)
  return !isInvalid(x)
}
