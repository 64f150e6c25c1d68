// gin-context-in-goroutine: a gin.Context is used by a goroutine that may outlive the request. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {callsGin, isGinContext} from '../../analysis/reading/gin.ts'
import {startedGoroutines, waitsLater} from '../../analysis/reading/goroutines.ts'
import {covers, isTestFile, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {Ident, Node} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'

export default defineRule({
  id: 'gin-context-in-goroutine',
  title: 'A gin.Context is used in a goroutine',
  severity: 'error',
  confidence: 0.93,
  preset: 'strict',
  since: '0.1',
  sources: [
    'https://gin-gonic.com/en/docs/examples/goroutines-inside-a-middleware/',
    'https://pkg.go.dev/github.com/gin-gonic/gin#Context.Copy',
  ],
  messages: {
    used: {
      what: '{context} is used in a goroutine that nothing waits for',
      why: 'gin reuses the Context for another request as soon as the handlers have returned: the goroutine then reads and writes data of that request',
      next: 'Take a copy before the go statement, cp := {context}.Copy(), and use only the copy in the goroutine.',
    },
  },

  run(pass) {
    for (const {at, call, literal} of startedGoroutines(pass)) {
      if (isTestFile(pass, at)) continue
      const seen = new Set<GoObject>()
      for (const ident of literal === undefined ? call.args.flatMap(arg => namesIn(arg)) : namesIn(call)) {
        const object = variableOf(pass, ident)
        if (object === undefined || seen.has(object) || !isGinContext(object.type) || pass.parent(ident)?.kind === 'Field') continue
        if ((literal !== undefined && object.pos >= literal.pos && object.pos < literal.end) || object.varKind === 'field') continue
        if (isCopied(pass, ident) || isCopy(pass, object)) continue
        seen.add(object)
        if (!waitsLater(pass, at, true))
          pass.report(ident, 'used', {data: {context: ident.name}, related: [{node: at, label: 'the goroutine starts here'}]})
      }
    }
  },
})

function namesIn(node: Node): Ident[] {
  const names: Ident[] = []
  walk(node, at => {
    if (at.kind === 'Ident') names.push(at)
  })
  return names
}

/** `go work(c.Copy())`. */
function isCopied(pass: Pass<'used'>, ident: Ident): boolean {
  const selector = pass.parent(ident)
  const call = selector === undefined ? undefined : pass.parent(selector)
  if (call?.kind !== 'CallExpr' || call.fun !== selector || !callsGin(pass, call, 'Copy')) return false
  for (const at of pass.ancestors(call)) {
    if (at.kind === 'FuncLit') return false
    if (at.kind === 'GoStmt') return covers(at.call, call)
  }
  return false
}

/** The variable was declared as a copy. */
function isCopy(pass: Pass<'used'>, object: GoObject): boolean {
  for (const assign of pass.nodes('AssignStmt'))
    for (const [i, left] of assign.lhs.entries()) {
      const right = assign.rhs[i] === undefined ? undefined : unparen(assign.rhs[i])
      if (variableOf(pass, left) === object && right?.kind === 'CallExpr' && callsGin(pass, right, 'Copy')) return true
    }
  return false
}
