// waitgroup-add-in-goroutine: the goroutine counts itself, so Wait may return before it starts. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {must} from '../../base/answer.ts'
import {calledLiteral, callsIn, covers, receiverKey, receiverText, variableOf} from '../../analysis/reading/terms.ts'
import type {BlockStmt, CallExpr, FuncLit, GoStmt} from '../../go/syntax/ast.ts'

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

/** An Add before the go statement counts this goroutine already. */
function countedBefore(pass: Pass<'late'>, add: CallExpr, go: GoStmt): boolean {
  const key = receiverKey(pass, add)
  const outer = pass.enclosingFunction(go)
  if (outer?.body === undefined || key === undefined) return true
  return callsIn(pass, outer.body, true).some(
    call =>
      !covers(go, call) && call.pos < go.pos && must(pass.callsMethod(call, 'sync.WaitGroup', 'Add')) && receiverKey(pass, call) === key,
  )
}
