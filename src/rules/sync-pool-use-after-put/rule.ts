// sync-pool-use-after-put: a value used after it went back to its sync.Pool. See rule.md.
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {callsNow, walkPaths} from '../../analysis/reading/paths.ts'
import {functionBodies, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import {isPointerTo} from '../../analysis/reading/named.ts'
import type {BlockStmt, CallExpr, DeferStmt, Expr, Ident, Node, Stmt} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {underlying} from '../../go/types/underlying.ts'

type Given = ReadonlyMap<GoObject, CallExpr>
type PoolPass = Pass<'used' | 'returned'>

export default defineRule({
  id: 'sync-pool-use-after-put',
  title: 'A value is used after it went back to its pool',
  severity: 'error',
  confidence: 0.93,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#Pool.Put'],
  messages: {
    used: {
      what: '{value} is used here after it was put back into its sync.Pool',
      why: 'another goroutine may have got it by now: both write to the same memory',
      next: 'Move Put behind the last use.',
    },
    returned: {
      what: 'the result is memory of {value}, which the deferred Put gives back to its sync.Pool',
      why: 'deferred calls run before the caller gets the result: another goroutine may already overwrite it',
      next: 'Return a copy, or let the caller put the value back.',
    },
  },

  run(pass) {
    for (const {body} of functionBodies(pass)) {
      if (!hasPut(pass, body)) continue
      const found = new Map<Ident, CallExpr>()
      walkPaths<Given>(pass, body, {
        start: new Map(),
        join: (a, b) => new Map([...a].filter(([object]) => b.has(object))),
        same: (a, b) => a.size === b.size && [...a.keys()].every(object => b.has(object)),
        step: (at, state) => step(pass, at, state, found),
      })
      for (const [ident, put] of found)
        pass.report(ident, 'used', {data: {value: ident.name}, related: [{node: put, label: 'put back here'}]})
    }
    for (const defer of pass.nodes('DeferStmt')) afterDefer(pass, defer)
  },
})

const hasPut = (pass: PoolPass, body: BlockStmt) =>
  pass.within(body, 'CallExpr').some(call => must(pass.callsMethod(call, 'sync.Pool', 'Put')))

/** The local variable a Put gives back, if the pool then holds memory that the variable still refers to. */
function givenBack(pass: PoolPass, call: CallExpr): GoObject | undefined {
  if (!must(pass.callsMethod(call, 'sync.Pool', 'Put'))) return undefined
  const argument = call.args[0] === undefined ? undefined : unparen(call.args[0])
  const object = argument?.kind === 'Ident' ? variableOf(pass, argument) : undefined
  if (object?.type === undefined || object.varKind === 'package' || object.varKind === 'field') return undefined
  return ['Pointer', 'Slice', 'Map', 'Chan'].includes(underlying(object.type).kind) ? object : undefined
}

function step(pass: PoolPass, at: Stmt | Expr, before: Given, found: Map<Ident, CallExpr>): Given {
  if (before.size > 0) {
    walk(at, node => {
      if (node.kind !== 'Ident') return
      const object = variableOf(pass, node)
      if (object === undefined) return
      const put = before.get(object)
      if (put !== undefined && isUse(pass, node)) found.set(node, put)
      else found.delete(node)
    })
  }
  const state = new Map(before)
  for (const call of callsNow(at)) {
    const object = givenBack(pass, call)
    if (object !== undefined) state.set(object, call)
  }
  const assigned =
    at.kind === 'AssignStmt'
      ? at.lhs
      : at.kind === 'DeclStmt'
        ? at.decl.specs.flatMap(spec => (spec.kind === 'ValueSpec' ? spec.names : []))
        : []
  for (const name of assigned) {
    const object = unparen(name).kind === 'Ident' ? variableOf(pass, name) : undefined
    if (object !== undefined) state.delete(object)
  }
  return state
}

/** Reading or writing what the variable refers to, or handing it on; comparing it, measuring it and assigning the variable are none. */
function isUse(pass: PoolPass, ident: Ident): boolean {
  const parent = pass.parent(ident)
  if (parent?.kind === 'AssignStmt' && parent.lhs.includes(ident)) return false
  if (parent?.kind === 'BinaryExpr' && (parent.op === '==' || parent.op === '!=')) return false
  if (parent?.kind === 'CallExpr') {
    const name = pass.calleeName(parent)
    return name !== 'builtin len' && name !== 'builtin cap' && name !== 'runtime.KeepAlive'
  }
  return true
}

/** `defer pool.Put(x)` and, in the same function, `return x`, `return x[:n]` or `return x.Bytes()`. */
function afterDefer(pass: PoolPass, defer: DeferStmt): void {
  const object = givenBack(pass, defer.call)
  const body = pass.enclosingFunction(defer)?.body
  if (object === undefined || body === undefined || !body.list.includes(defer)) return
  if (pass.enclosingFunction(defer) !== ownerOf(pass, object, defer)) return
  walk(body, at => {
    if (at.kind === 'FuncLit') return false
    if (at.kind !== 'ReturnStmt' || at.pos < defer.pos) return undefined
    for (const result of at.results)
      if (sharesMemory(pass, result, object))
        pass.report(result, 'returned', {data: {value: object.name}, related: [{node: defer, label: 'put back when the function returns'}]})
    return undefined
  })
}

const ownerOf = (pass: PoolPass, object: GoObject, near: Node) => {
  for (const at of pass.ancestors(near))
    if ((at.kind === 'FuncLit' || at.kind === 'FuncDecl') && object.pos >= at.pos && object.pos < at.end) return at
  return undefined
}

function sharesMemory(pass: PoolPass, expr: Expr, object: GoObject): boolean {
  const at = unparen(expr)
  if (at.kind === 'Ident') return variableOf(pass, at) === object
  if (at.kind === 'SliceExpr') {
    const type = pass.typeOf(at)
    if (type === undefined || underlying(type).kind !== 'Slice') return false
    const from = unparen(at.x)
    return sharesMemory(pass, from.kind === 'StarExpr' ? from.x : from, object)
  }
  if (at.kind === 'StarExpr') {
    const type = pass.typeOf(at)
    return type !== undefined && underlying(type).kind === 'Slice' && sharesMemory(pass, at.x, object)
  }
  if (at.kind !== 'CallExpr' || at.fun.kind !== 'SelectorExpr' || at.args.length > 0) return false
  return (
    must(pass.callsMethod(at, 'bytes.Buffer', 'Bytes')) &&
    isPointerTo(pass.typeOf(at.fun.x), 'bytes.Buffer') &&
    variableOf(pass, at.fun.x) === object
  )
}
