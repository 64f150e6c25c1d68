// Whether a function, or one of its package that it calls, holds a call that is looked for.
import {forEachChild, type CallExpr, type Node} from '../syntax/ast.ts'
import {calleeOf} from './callee.ts'
import type {FunctionBody} from './package-functions.ts'
import type {PackageFlow} from './package-flow.ts'

/** Functions that are gone through before the answer is no. */
const functionsMax = 200

/** By static calls; literals inside count, whenever they run. */
export function reachesCall(flow: PackageFlow, from: FunctionBody, test: (call: CallExpr) => boolean): boolean {
  const seen = new Set([from])
  for (const own of seen) {
    let found = false
    const look = (node: Node): void => {
      if (found) return
      if (node.kind === 'CallExpr') {
        if (test(node)) {
          found = true
          return
        }
        const callee = calleeOf(own.file, node)
        const declared = callee.kind === 'function' ? flow.declarationOf(callee.func) : undefined
        if (declared !== undefined && seen.size < functionsMax) seen.add(declared)
      }
      forEachChild(node, look)
    }
    look(own.body)
    if (found) return true
  }
  return false
}
