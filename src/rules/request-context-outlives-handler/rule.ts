// request-context-outlives-handler: a goroutine keeps on with a context that ends when the handler returns. See rule.md.
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {isGinContext} from '../../analysis/reading/gin.ts'
import {parameterAround, startedGoroutines, waitsLater} from '../../analysis/reading/goroutines.ts'
import {isTestFile, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {Expr, FuncLit, Node} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'

type RequestPass = Pass<'ends'>

export default defineRule({
  id: 'request-context-outlives-handler',
  title: 'A goroutine uses the context of a request that may be over',
  severity: 'warning',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http#Request.Context', 'https://pkg.go.dev/context#WithoutCancel'],
  messages: {
    ends: {
      what: 'the goroutine uses {context}, which is cancelled when the handler returns, and nothing waits for the goroutine',
      why: 'the server cancels the context of a request as soon as its handler has returned: the work is cut off, or not, as it happens',
      next: 'Use context.WithoutCancel (Go 1.21) for work that is to go on, with a timeout of its own.',
    },
  },

  run(pass) {
    const derived = requestContexts(pass)
    for (const {at, call, literal} of startedGoroutines(pass)) {
      if (isTestFile(pass, at) || !inHandler(pass, at)) continue
      const used = firstUse(pass, literal ?? call, derived)
      if (used !== undefined && !waitsLater(pass, at) && !(literal !== undefined && handsChannelOn(pass, at, literal)))
        pass.report(used, 'ends', {data: {context: pass.text(used)}, related: [{node: at, label: 'the goroutine starts here'}]})
    }
  },
})

/** A channel that the goroutine sends on or closes goes to another function behind its start, which may receive until the goroutine is done. */
function handsChannelOn(pass: RequestPass, at: Node, literal: FuncLit): boolean {
  const around = pass.enclosingFunction(at)
  const closed = pass.within(literal, 'CallExpr').flatMap(call => (pass.calleeName(call) === 'builtin close' ? call.args : []))
  const channels = new Set(
    [...pass.within(literal, 'SendStmt').map(({chan}) => chan), ...closed].flatMap(channel => variableOf(pass, channel) ?? []),
  )
  if (around?.body === undefined || channels.size === 0) return false
  return pass.within(around.body, 'CallExpr').some(call => {
    if (call.pos < at.end || pass.parent(call)?.kind === 'GoStmt' || pass.calleeName(call)?.startsWith('builtin ') === true) return false
    return call.args.some(arg => channels.has(variableOf(pass, arg)!))
  })
}

const inHandler = (pass: RequestPass, at: Node) => {
  const writer = parameterAround(pass, at, 'net/http.ResponseWriter')
  return writer !== undefined || parameterAround(pass, at, 'github.com/gin-gonic/gin.Context') !== undefined
}

/** `r.Context()` and `c.Request.Context()` of a parameter. */
function isRequestContext(pass: RequestPass, expr: Expr): boolean {
  const call = unparen(expr)
  if (call.kind !== 'CallExpr' || call.fun.kind !== 'SelectorExpr' || !must(pass.callsMethod(call, 'net/http.Request', 'Context')))
    return false
  const from = unparen(call.fun.x)
  if (from.kind === 'Ident') return variableOf(pass, from)?.varKind === 'parameter'
  return from.kind === 'SelectorExpr' && isGinContext(pass.typeOf(from.x))
}

/** Variables declared once, as the context of a request. */
function requestContexts(pass: RequestPass): Set<GoObject> {
  const found = new Set<GoObject>()
  const assigned = new Map<GoObject, number>()
  for (const assign of pass.nodes('AssignStmt'))
    for (const [i, left] of assign.lhs.entries()) {
      const object = left.kind === 'Ident' ? variableOf(pass, left) : undefined
      if (object === undefined) continue
      assigned.set(object, (assigned.get(object) ?? 0) + 1)
      const right = assign.rhs[i]
      if (assign.tok === ':=' && right !== undefined && isRequestContext(pass, right)) found.add(object)
    }
  return new Set([...found].filter(object => assigned.get(object) === 1))
}

/** Not what only asks when the request ends (`Done`, `Err`), reads a value or detaches. */
function firstUse(pass: RequestPass, node: Node, derived: ReadonlySet<GoObject>): Expr | undefined {
  let used: Expr | undefined
  walk(node, at => {
    if (used !== undefined) return
    const isContext = (at.kind === 'CallExpr' && isRequestContext(pass, at)) || (at.kind === 'Ident' && derived.has(variableOf(pass, at)!))
    if (!isContext || (at.kind !== 'CallExpr' && at.kind !== 'Ident')) return
    const parent = pass.parent(at)
    if (parent?.kind === 'SelectorExpr' && parent.x === at) return
    if (
      parent?.kind === 'CallExpr' &&
      (must(pass.callsFunction(parent, 'context.WithoutCancel')) || must(pass.callsFunction(parent, 'context.AfterFunc')))
    )
      return
    used = at
  })
  return used
}
