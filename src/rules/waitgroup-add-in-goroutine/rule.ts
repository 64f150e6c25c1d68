// waitgroup-add-in-goroutine: the goroutine counts itself, so Wait may return before it starts. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {must} from '../../base/answer.ts'
import {calledLiteral, callsIn, covers, receiverKey, receiverText, termKey, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {BlockStmt, CallExpr, FuncDecl, FuncLit, GoStmt} from '../../go/syntax/ast.ts'

// Only the first statement is looked at: a goroutine that is already counted may add for its children.
export default defineRule({
  id: 'waitgroup-add-in-goroutine',
  title: 'WaitGroup.Add inside the goroutine it counts',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#WaitGroup.Add'],
  messages: {
    late: {
      what: '{call} runs inside the goroutine it counts',
      why: 'Wait can return before the goroutine starts, so its work may be missed',
      next: 'Call Add before the go statement, or start the goroutine with {group}.Go (Go 1.25).',
    },
  },

  run(pass) {
    for (const go of pass.nodes('GoStmt')) {
      const literal = calledLiteral(go.call)
      const add = literal === undefined ? undefined : firstCall(literal.body)
      if (literal === undefined || add === undefined || !must(pass.callsMethod(add, 'sync.WaitGroup', 'Add'))) continue
      if (ownedInside(pass, add, literal) || countedBefore(pass, add, go)) continue
      pass.report(add, 'late', {data: {call: pass.text(add), group: receiverText(pass, add)}, related: [{node: go, label: 'started here'}]})
    }
  },
})

function firstCall(body: BlockStmt): CallExpr | undefined {
  const first = body.list[0]
  return first?.kind === 'ExprStmt' && first.x.kind === 'CallExpr' ? first.x : undefined
}

/** The WaitGroup is a variable of the goroutine itself. */
function ownedInside(pass: Pass<'late'>, add: CallExpr, literal: FuncLit): boolean {
  const group = add.fun.kind === 'SelectorExpr' ? variableOf(pass, add.fun.x) : undefined
  return group !== undefined && group.pos >= literal.pos && group.pos < literal.end && group.varKind !== 'field'
}

/**
 * An Add on a way to the go statement may count this goroutine already; so may a function that was given the group before. What stands in another
 * branch does not, and what stands below in a loop does.
 */
function countedBefore(pass: Pass<'late'>, add: CallExpr, go: GoStmt): boolean {
  const key = receiverKey(pass, add)
  const outer = pass.enclosingFunction(go)
  if (outer?.body === undefined || key === undefined) return true
  return callsIn(pass, outer.body, true).some(call => !covers(go, call) && mayCount(pass, call, key) && mayPrecede(pass, call, go, outer))
}

const mayCount = (pass: Pass<'late'>, call: CallExpr, key: string): boolean =>
  (must(pass.callsMethod(call, 'sync.WaitGroup', 'Add')) && receiverKey(pass, call) === key) ||
  call.args.some(arg => unparen(arg).kind !== 'FuncLit' && termKey(pass, arg) === key)

/** In a literal it may run whenever that does. */
const mayPrecede = (pass: Pass<'late'>, call: CallExpr, go: GoStmt, outer: FuncDecl | FuncLit): boolean =>
  pass.enclosingFunction(call) === outer ? pass.flow.wayWithout(call, go, () => false) !== undefined : call.pos < go.pos
