// gin-context-in-goroutine: a gin.Context is used by a goroutine that may outlive the request. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {callsGin, isGinContext} from '../../analysis/reading/gin.ts'
import {startedGoroutines, waitsLater} from '../../analysis/reading/goroutines.ts'
import {isNamed, namedPath, pointee} from '../../analysis/reading/named.ts'
import {covers, isTestFile, rootOf, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {Expr, Ident, Node} from '../../go/syntax/ast.ts'
import type {GoObject, Var} from '../../go/types/objects.ts'
import {underlying} from '../../go/types/underlying.ts'

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
        if (!waitsLater(pass, at, true) && !mayBeWaitedFor(pass, at, object, literal ?? call) && !getsCopies(pass, object))
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

/** What a goroutine tells others by that it is done: `done <- x`, `close(done)`, `wg.Done()`, and for `group.Go` the group. */
function signals(pass: Pass<'used'>, at: Node, body: Node, context: GoObject): readonly Var[] {
  const sent = pass.within(body, 'SendStmt').map(send => send.chan)
  const called = pass.within(body, 'CallExpr').flatMap(call => {
    const fun = unparen(call.fun)
    if (pass.calleeName(call) === 'builtin close') return call.args
    return fun.kind === 'SelectorExpr' && /^(?:Done|Signal|Broadcast|Release|Unlock)$/.test(fun.sel.name) ? [fun.x] : []
  })
  const handed = body.kind === 'CallExpr' ? body.args.filter(arg => isSignal(pass, arg)) : []
  const group = at.kind === 'CallExpr' && at.fun.kind === 'SelectorExpr' && at.fun.sel.name === 'Go' ? [at.fun.x] : []
  return [...sent, ...called, ...handed, ...group].flatMap(expr => {
    const object = variableOf(pass, rootOf(expr) ?? expr)
    return object === undefined || object === context || isNamed(object.type, 'context.Context') ? [] : [object]
  })
}

/** A channel, a function or something of package sync. */
function isSignal(pass: Pass<'used'>, expr: Expr): boolean {
  const type = pass.typeOf(expr)
  if (type === undefined) return true
  const path = namedPath(pointee(type)) ?? ''
  return underlying(type).kind === 'Chan' || underlying(type).kind === 'Signature' || path.startsWith('sync.')
}

/** Whether somebody else may wait for what the goroutine signals: it comes from outside the function, or is handed on; or a deferred call waits. */
function mayBeWaitedFor(pass: Pass<'used'>, at: Node, context: GoObject, body: Node): boolean {
  const around = pass.enclosingFunction(at)
  if (around?.body === undefined) return true
  const deferred = pass.within(around.body, 'DeferStmt').filter(stmt => pass.enclosingFunction(stmt) === around)
  if (deferred.some(stmt => /[Ww]ait|<-/.test(pass.text(stmt)))) return true
  return signals(pass, at, body, context).some(object => {
    if (object.pos >= body.pos && object.pos < body.end) return false
    if (object.varKind !== 'local' || object.pos < around.pos || object.pos >= around.end) return true
    return pass.within(around.body!, 'Ident').some(ident => {
      if (pass.objectOf(ident) !== object || covers(body, ident)) return false
      const parent = pass.parent(ident)
      const taken = parent?.kind === 'UnaryExpr' && parent.op === '&'
      const outer = taken ? pass.parent(parent) : parent
      if (outer?.kind === 'CallExpr' && outer.fun !== ident) return !/^builtin /.test(pass.calleeName(outer) ?? '') && outer !== at
      return taken || outer?.kind === 'ReturnStmt' || outer?.kind === 'KeyValueExpr' || outer?.kind === 'CompositeLit'
    })
  })
}

/** A parameter to which a caller of the package gives a copy. */
function getsCopies(pass: Pass<'used'>, object: GoObject): boolean {
  for (const decl of pass.nodes('FuncDecl')) {
    if (object.pos < decl.pos || object.pos >= decl.end) continue
    const index = decl.type.params.list.flatMap(field => field.names).findIndex(name => variableOf(pass, name) === object)
    const own = pass.objectOf(decl.name)
    return (
      index >= 0 &&
      pass.nodes('CallExpr').some(call => {
        const given = own !== undefined && pass.calleeOf(call) === own ? call.args[index] : undefined
        if (given === undefined) return false
        const at = unparen(given)
        const from = variableOf(pass, at)
        return (at.kind === 'CallExpr' && callsGin(pass, at, 'Copy')) || (from !== undefined && isCopy(pass, from))
      })
    )
  }
  return false
}
