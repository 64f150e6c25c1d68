// gin-unchecked-type-assertion: a value from the Context's keys is asserted without a check. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {callsGin} from '../../analysis/reading/gin.ts'
import {isTestFile, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, TypeAssertExpr} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'gin-unchecked-type-assertion',
  title: 'A value from the keys of a gin.Context is asserted without a check',
  severity: 'warning',
  confidence: 0.9,
  preset: 'strict',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Type_assertions', 'https://pkg.go.dev/github.com/gin-gonic/gin#Context.Get'],
  messages: {
    panics: {
      what: '{assertion} panics when another handler has stored a value of another type under the key',
      why: 'keys are plain strings shared by all handlers of a request; the panic turns into a 500, or ends the program without gin.Recovery',
      next: 'Use the form with two results and answer the false case.',
    },
  },

  run(pass) {
    if (!pass.package.types.imports.some(one => one.path === 'github.com/gin-gonic/gin')) return
    for (const assertion of pass.nodes('TypeAssertExpr')) {
      if (assertion.type === undefined || isTestFile(pass, assertion) || isChecked(pass, assertion)) continue
      if (fromKeys(pass, assertion)) pass.report(assertion, 'panics', {data: {assertion: pass.text(assertion)}})
    }
  },
})

/** `v, ok := x.(T)`. */
function isChecked(pass: Pass<'panics'>, assertion: TypeAssertExpr): boolean {
  const parent = pass.parent(assertion)
  return (
    (parent?.kind === 'AssignStmt' && parent.lhs.length === 2 && parent.rhs.length === 1) ||
    (parent?.kind === 'ValueSpec' && parent.names.length === 2 && parent.values.length === 1)
  )
}

/** `c.MustGet(k).(T)`, or a variable that `c.Get` or `c.MustGet` gave. */
function fromKeys(pass: Pass<'panics'>, assertion: TypeAssertExpr): boolean {
  const from = unparen(assertion.x)
  if (from.kind === 'CallExpr') return callsGin(pass, from, 'MustGet')
  const object = from.kind === 'Ident' ? variableOf(pass, from) : undefined
  if (object === undefined) return false
  const given: (CallExpr | undefined)[] = []
  for (const assign of pass.nodes('AssignStmt'))
    for (const [i, left] of assign.lhs.entries()) {
      if (left.kind !== 'Ident' || variableOf(pass, left) !== object) continue
      const right = assign.rhs[assign.rhs.length === 1 ? 0 : i]
      given.push(i === 0 && right?.kind === 'CallExpr' && callsGin(pass, right, 'Get', 'MustGet') ? right : undefined)
    }
  return given.length > 0 && given.every(call => call !== undefined)
}
