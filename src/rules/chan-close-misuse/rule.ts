// chan-close-misuse: a channel is closed twice, or sent on after it was closed, on a path that the source shows. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {must} from '../../base/answer.ts'
import {comesBack} from '../../analysis/reading/no-return.ts'
import {calledLiteral, callsIn, rootOf, termKey, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {BlockStmt, CallExpr, Expr, ForStmt, FuncDecl, FuncLit, Node, RangeStmt, Stmt} from '../../go/syntax/ast.ts'

type ClosePass = Pass<'twice' | 'deferred' | 'loop' | 'goroutines' | 'send'>

const why = 'closing a closed channel panics, as sending on it does; only receiving goes on, with zero values'

export default defineRule({
  id: 'chan-close-misuse',
  title: 'A channel is closed twice, or sent on after it was closed',
  severity: 'warning',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Close', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/chan.go'],
  messages: {
    twice: {what: '{channel} was closed before on this path', why, next: 'Close it in one place, by the one who sends.'},
    deferred: {
      what: '{channel} is closed here, and a deferred call closes it again when the function returns',
      why,
      next: 'Keep one of the two.',
    },
    loop: {what: '{channel} is closed in each round of the loop', why, next: 'Close it behind the loop.'},
    goroutines: {
      what: '{channel} is closed by each of the goroutines that the loop starts',
      why,
      next: 'Close it once, after all of them are done: behind Wait of a sync.WaitGroup.',
    },
    send: {what: '{channel} is sent on after it was closed on this path', why, next: 'Close it after the last send.'},
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const channel = closed(pass, call)
      const scope = pass.enclosingFunction(call)
      const key = channel === undefined ? undefined : termKey(pass, channel)
      if (channel === undefined || key === undefined || scope?.body === undefined || mayExpect(pass, scope)) continue
      const parent = pass.parent(call)
      if (parent?.kind === 'DeferStmt') afterDefer(pass, scope.body, parent, channel, key)
      else if (parent?.kind === 'ExprStmt') {
        afterClose(pass, scope, parent, channel, key)
        inLoop(pass, parent, channel)
      }
      if (parent?.kind === 'DeferStmt' || parent?.kind === 'ExprStmt') byGoroutines(pass, scope, parent, channel)
    }
  },
})

/** `ch` of `close(ch)`. */
function closed(pass: ClosePass, call: CallExpr): Expr | undefined {
  return pass.calleeName(call) === 'builtin close' ? call.args[0] : undefined
}

/** Who recovers may do it on purpose. */
const mayExpect = (pass: ClosePass, scope: FuncDecl | FuncLit): boolean =>
  callsIn(pass, scope, true).some(call => pass.calleeName(call) === 'builtin recover')

/** Whether something in the node may give the path another channel: an assignment to it or to what it is reached by, or its address. */
function changes(pass: ClosePass, node: Node, channel: Expr): boolean {
  const root = rootOf(channel)
  const object = root === undefined ? undefined : variableOf(pass, root)
  if (object === undefined) return true
  const touches = (expr: Expr) => {
    const at = rootOf(expr)
    return at !== undefined && variableOf(pass, at) === object
  }
  return (
    pass.within(node, 'AssignStmt').some(assign => assign.lhs.some(touches)) ||
    pass.within(node, 'UnaryExpr').some(unary => unary.op === '&' && touches(unary.x)) ||
    // A field may be set by whoever gets the object.
    (unparen(channel).kind !== 'Ident' && pass.within(node, 'CallExpr').some(call => calls(pass, call, object)))
  )
}

function calls(pass: ClosePass, call: CallExpr, object: object): boolean {
  if (closed(pass, call) !== undefined) return false
  const fun = unparen(call.fun)
  const parts = [...call.args, ...(fun.kind === 'SelectorExpr' ? [fun.x] : [])]
  return parts.some(part => {
    const root = rootOf(unparen(part))
    return root !== undefined && variableOf(pass, root) === object
  })
}

/**
 * Closed again or sent on where every way has passed the close, and nothing on a way in between may have changed the channel. A goto, a branch that
 * returns and a call that does not come back are what the graph says they are.
 */
function afterClose(pass: ClosePass, scope: FuncDecl | FuncLit, stmt: Stmt, channel: Expr, key: string): void {
  const all = changers(pass, scope, channel)
  const behind = (node: Node): boolean =>
    pass.enclosingFunction(node) === scope &&
    must(pass.flow.comesFirst(stmt, node)) &&
    !all.some(changer => reaches(pass, stmt, changer) && reaches(pass, changer, node))
  const related = [{node: stmt, label: 'closed here'}]
  const data = {channel: pass.text(channel)}
  const send = pass.within(scope, 'SendStmt').find(one => termKey(pass, one.chan) === key && behind(one))
  if (send !== undefined) pass.report(send, 'send', {data, related})
  const again = callsIn(pass, scope.body ?? scope).find(
    call => pass.parent(call) !== stmt && pass.parent(call)?.kind !== 'DeferStmt' && closes(pass, call, key) && behind(call),
  )
  if (again !== undefined) pass.report(again, 'twice', {data, related})
}

/** Whether the call closes the channel: itself, or by a function that closes what it is given on every way. */
function closes(pass: ClosePass, call: CallExpr, key: string): boolean {
  const channel = closed(pass, call)
  if (channel !== undefined) return termKey(pass, channel) === key
  return call.args.some(
    (arg, index) =>
      termKey(pass, arg) === key &&
      pass.flow.ofArgument(call, index).effects.some(({effect, fields, always}) => effect === 'closes' && fields.length === 0 && always),
  )
}

const reaches = (pass: ClosePass, from: Node, to: Node): boolean => pass.flow.wayWithout(from, to, () => false) !== undefined

/** What in the function itself may give the channel another value; a literal in it may at any time. */
function changers(pass: ClosePass, scope: FuncDecl | FuncLit, channel: Expr): readonly Node[] {
  const nodes: readonly Node[] = [
    ...pass.within(scope, 'AssignStmt'),
    ...pass.within(scope, 'UnaryExpr'),
    ...pass.within(scope, 'CallExpr'),
    ...pass.within(scope, 'FuncLit'),
  ]
  return nodes.filter(node => node !== scope && pass.enclosingFunction(node) === scope && changes(pass, node, channel))
}

/** `defer close(ch)` as a statement of the function itself, and a close behind it anywhere in the function. */
function afterDefer(pass: ClosePass, body: BlockStmt, defer: Node, channel: Expr, key: string): void {
  if (pass.parent(defer) !== body) return
  const later = body.list.filter(stmt => stmt.pos > defer.pos)
  if (later.some(stmt => changes(pass, stmt, channel))) return
  for (const stmt of later)
    for (const call of callsIn(pass, stmt)) {
      // Where the process ends behind it no deferred call runs.
      if (!closes(pass, call, key) || pass.flow.wayWithout(call, 'end', () => false) === undefined) continue
      const related = [{node: defer, label: 'closed again by this'}]
      pass.report(call, 'deferred', {data: {channel: pass.text(channel)}, related})
      return
    }
}

/** One that counts or ranges: `for !done { … }` may be written for a single round. */
const isLoop = (node: Node | undefined): node is ForStmt | RangeStmt =>
  node?.kind === 'RangeStmt' || (node?.kind === 'ForStmt' && node.post !== undefined)

/** A statement of the loop's own body that every round comes to, where nothing leaves the loop behind it. */
function inLoop(pass: ClosePass, stmt: Stmt, channel: Expr): void {
  const body = pass.parent(stmt)
  const loop = body === undefined ? undefined : pass.parent(body)
  if (!isLoop(loop) || loop.body !== body) return
  const object = variableOf(pass, rootOf(channel) ?? channel)
  if (object === undefined || (object.pos >= loop.pos && object.pos < loop.end) || changes(pass, loop, channel)) return
  const leaves = body.list.some(
    one =>
      one.pos >= stmt.pos &&
      (pass.within(one, 'ReturnStmt').length > 0 ||
        pass.within(one, 'BranchStmt').length > 0 ||
        callsIn(pass, one).some(call => mayEnd(pass, call))),
  )
  if (leaves) return
  pass.report(stmt, 'loop', {data: {channel: pass.text(channel)}, related: [{node: loop, label: 'the loop'}]})
}

/** Exits and panics end the loop. */
const mayEnd = (pass: ClosePass, call: CallExpr): boolean => {
  const name = pass.calleeName(call)
  return name === undefined || comesBack(pass, call) !== 'yes' || /(?:Exit|Fatal\w*|Goexit|Panic\w*)$/.test(name)
}

/** `go func() { …; close(ch) }()` in a loop, with a channel that is older than the loop. */
function byGoroutines(pass: ClosePass, scope: FuncDecl | FuncLit, stmt: Stmt, channel: Expr): void {
  if (scope.kind !== 'FuncLit' || pass.parent(stmt) !== scope.body) return
  const call = pass.parent(scope)
  const go = call?.kind === 'CallExpr' && calledLiteral(call) === scope ? pass.parent(call) : undefined
  if (go?.kind !== 'GoStmt') return
  const body = pass.parent(go)
  const loop = body === undefined ? undefined : pass.parent(body)
  if (!isLoop(loop) || loop.body !== body) return
  const object = variableOf(pass, rootOf(channel) ?? channel)
  if (object === undefined || (object.pos >= loop.pos && object.pos < loop.end) || changes(pass, loop, channel)) return
  if (pass.within(loop.body, 'ReturnStmt').length > 0 || pass.within(loop.body, 'BranchStmt').some(branch => branch.tok === 'break')) return
  pass.report(stmt, 'goroutines', {data: {channel: pass.text(channel)}, related: [{node: go, label: 'each round starts one'}]})
}
