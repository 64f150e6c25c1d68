// Calls of C functions whose name says that they make something their caller owns.
import type {CallExpr, Expr} from '../../go/syntax/ast.ts'
import {type AnyPass, cCallName, unparen} from './c-member.ts'
import {localOf, onlyValue} from './local-variable.ts'

const makes = /(?:^|_)(?:new|create|alloc|malloc|calloc|open|init|dup|clone)(?:_|\d|$)|(?:New|Create|Alloc|Open|Clone)(?:[_A-Z0-9]|$)/

/** The call that made the value: the expression itself, or the only one its local variable is given. */
export function madeInC(pass: AnyPass, expr: Expr): {call: CallExpr; name: string} | undefined {
  const local = localOf(pass, expr)
  const value = unparen((local === undefined ? undefined : onlyValue(pass, local)) ?? expr)
  const name = value.kind === 'CallExpr' ? cCallName(pass, value) : undefined
  return value.kind === 'CallExpr' && name !== undefined && makes.test(name) ? {call: value, name} : undefined
}
