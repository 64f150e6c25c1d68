// What evaluating a node of a control-flow graph evaluates: its parts in order of evaluation, without the bodies of functions that run elsewhere.
import {forEachChild, type CallExpr, type FuncLit, type Node} from '../syntax/ast.ts'
import type {Cfg} from './cfg.ts'

/** `now`; `deferred`: at the end of the function; `goroutine`: on another one. */
export type When = 'now' | 'deferred' | 'goroutine'

/**
 * Calls `visit` on each part after its own parts, calls after their arguments. Operands that stand in a block of their own are left out. The body
 * of a literal that is called or deferred on the spot is gone through as a whole, without regard to its own control flow; other literals are only
 * visited, not entered. Under `go` only the arguments are evaluated here.
 */
export function forEachEvaluated(cfg: Cfg, node: Node, visit: (part: Node, when: When) => void): void {
  const {placedOperands} = cfg
  const walk = (part: Node, when: When): void => {
    if (placedOperands.has(part) && part !== node) return
    switch (part.kind) {
      case 'FuncLit':
        return visit(part, when)
      case 'DeferStmt':
        return called(part.call, when, 'deferred', part)
      case 'GoStmt':
        return called(part.call, when, 'goroutine', part)
      case 'CallExpr': {
        const literal = literalOf(part)
        for (const arg of part.args) walk(arg, when)
        if (literal === undefined) walk(part.fun, when)
        else walkBody(literal, when)
        return visit(part, when)
      }
      default:
        forEachChild(part, child => walk(child, when))
        visit(part, when)
    }
  }
  /** The call of a defer or go statement: function value and arguments now, the call later. */
  const called = (call: CallExpr, when: When, later: When, statement: Node): void => {
    for (const arg of call.args) walk(arg, when)
    const literal = literalOf(call)
    if (literal === undefined) walk(call.fun, when)
    else if (later === 'deferred') walkBody(literal, later)
    else visit(literal, when)
    visit(call, later)
    visit(statement, when)
  }
  const walkBody = (literal: FuncLit, when: When): void => {
    forEachChild(literal.body, child => walk(child, when))
  }
  walk(node, 'now')
}

export function literalOf(call: CallExpr): FuncLit | undefined {
  let {fun} = call
  while (fun.kind === 'ParenExpr') fun = fun.x
  return fun.kind === 'FuncLit' ? fun : undefined
}
