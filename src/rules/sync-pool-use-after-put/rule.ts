// sync-pool-use-after-put: a value used after it went back to its sync.Pool. See rule.md.
import {must} from '../../base/answer.ts'
import {mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {type EvaluatedCall, followPaths, isRangeTarget} from '../../analysis/reading/paths.ts'
import {functionBodies, isTestFile, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import {isPointerTo} from '../../analysis/reading/named.ts'
import type {BlockStmt, CallExpr, DeferStmt, Expr, Ident, Node} from '../../go/syntax/ast.ts'
import type {GoObject, Var} from '../../go/types/objects.ts'
import {underlying} from '../../go/types/underlying.ts'

type Given = ReadonlyMap<Var, CallExpr>
type PoolPass = Pass<'used' | 'again' | 'returned'>

export default defineRule({
  id: 'sync-pool-use-after-put',
  title: 'A value is used after it went back to its pool',
  severity: 'error',
  confidence: 0.93,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#Pool.Put'],
  messages: {
    used: {
      what: '{value} is used here after it was put back into its sync.Pool',
      why: 'another goroutine may have got it by now: both then use the same memory',
      next: 'Move Put behind the last use.',
    },
    again: {
      what: '{value} is put back into its sync.Pool a second time',
      why: 'the pool may then give the same memory to two users at once',
      next: 'Put it back once.',
    },
    returned: {
      what: 'the result is memory of {value}, which the deferred Put gives back to its sync.Pool',
      why: 'deferred calls run before the caller gets the result: another goroutine may already overwrite it',
      next: 'Return a copy, or let the caller put the value back.',
    },
  },

  run(pass) {
    const putters = functionsThatPut(pass)
    for (const {node, body} of pass.nodes('CallExpr').some(call => isPut(pass, call)) ? functionBodies(pass) : []) {
      if (!pass.within(body, 'CallExpr').some(call => givenBack(pass, call, putters).length > 0) || expectsPanic(pass, body)) continue
      const paths = followPaths<Given>(pass, node, {
        start: new Map(),
        join: (a, b) => new Map([...a].filter(([object]) => b.has(object))),
        same: (a, b) => a.size === b.size && [...a.keys()].every(object => b.has(object)),
        step: (at, state, calls) => step(pass, at, state, calls, putters),
      })
      const uses = new Map<CallExpr, Set<Ident>>()
      paths?.each((at, state) => {
        for (const ident of usesIn(pass, at, state)) {
          const put = state.get(variableOf(pass, ident)!)
          if (put !== undefined) uses.set(put, (uses.get(put) ?? new Set()).add(ident))
        }
      })
      for (const [put, idents] of uses) reportUses(pass, put, [...idents], putters)
    }
    for (const defer of pass.nodes('DeferStmt')) afterDefer(pass, defer, putters)
  },
})

function isPutAgain(pass: PoolPass, ident: Ident, putters: ReadonlySet<GoObject>): boolean {
  const call = pass.parent(ident)
  const object = variableOf(pass, ident)
  return call?.kind === 'CallExpr' && object !== undefined && givenBack(pass, call, putters).includes(object)
}

/** Other uses behind one Put that a finding shows. */
const relatedMax = 8

/** One finding for each Put, at the first use. In a test, which has one goroutine most of the time, and for fields that nobody changes it weighs less. */
function reportUses(pass: PoolPass, put: CallExpr, idents: readonly Ident[], putters: ReadonlySet<GoObject>): void {
  const again = idents.find(ident => isPutAgain(pass, ident, putters))
  const changed = idents.find(ident => !readsSettled(pass, ident))
  const first = again ?? changed ?? idents[0]
  if (first === undefined) return
  const others = idents.filter(ident => ident !== first).slice(0, relatedMax)
  const lesser =
    again === undefined && changed === undefined ? ('info' as const) : isTestFile(pass, first) ? ('warning' as const) : undefined
  pass.report(first, again === undefined ? 'used' : 'again', {
    data: {value: first.name},
    related: [{node: put, label: 'put back here'}, ...others.map(node => ({node, label: 'used here too'}))],
    ...(lesser === undefined ? {} : {severity: lesser}),
  })
}

/** A field is read that the package gives its value in a literal only: whoever gets the value next writes nothing that is read here. */
function readsSettled(pass: PoolPass, ident: Ident): boolean {
  const selector = pass.parent(ident)
  const field = selector?.kind === 'SelectorExpr' && selector.x === ident ? variableOf(pass, selector.sel) : undefined
  if (field?.varKind !== 'field' || /^\p{Lu}/u.test(field.name)) return false
  return mentions(pass, field).every(mention => {
    const parent = pass.parent(mention)
    if (parent?.kind !== 'SelectorExpr' || parent.sel !== mention) return true
    const around = pass.parent(parent)
    return !(
      (around?.kind === 'AssignStmt' && around.lhs.includes(parent)) ||
      around?.kind === 'IncDecStmt' ||
      (around?.kind === 'UnaryExpr' && around.op === '&')
    )
  })
}

/** A test that recovers looks at what happens to whoever does this. */
const expectsPanic = (pass: PoolPass, body: BlockStmt): boolean =>
  isTestFile(pass, body) && pass.within(body, 'CallExpr').some(call => pass.calleeName(call) === 'builtin recover')

const isPut = (pass: PoolPass, call: CallExpr) => must(pass.callsMethod(call, 'sync.Pool', 'Put'))

/** Functions and methods of the package with a Put in them: only these are asked what they do to what they are given. */
const functionsThatPut = (pass: PoolPass): ReadonlySet<GoObject> =>
  new Set(
    pass.nodes('CallExpr').flatMap(call => {
      const fn = isPut(pass, call) ? pass.enclosingFunction(call) : undefined
      const object = fn?.kind === 'FuncDecl' ? pass.objectOf(fn.name) : undefined
      return object === undefined ? [] : [object]
    }),
  )

/** The local variables a call gives back, if the pool then holds memory that the variable still refers to. */
function givenBack(pass: PoolPass, call: CallExpr, putters: ReadonlySet<GoObject>): readonly Var[] {
  const callee = pass.calleeOf(call)
  if (!isPut(pass, call) && (callee === undefined || !putters.has(callee))) return []
  const fun = unparen(call.fun)
  const given: readonly (readonly [Expr, number])[] = [
    ...(fun.kind === 'SelectorExpr' ? [[fun.x, -1] as const] : []),
    ...call.args.map((arg, index) => [arg, index] as const),
  ]
  return given.flatMap(([arg, index]) => {
    const argument = unparen(arg)
    const object = argument.kind === 'Ident' ? variableOf(pass, argument) : undefined
    if (object?.type === undefined || object.varKind === 'package' || object.varKind === 'field') return []
    if (!['Pointer', 'Slice', 'Map', 'Chan'].includes(underlying(object.type).kind)) return []
    const {effects} = pass.flow.ofArgument(call, index)
    return effects.some(({effect, fields, always}) => effect === 'puts' && fields.length === 0 && always) ? [object] : []
  })
}

function step(pass: PoolPass, at: Node, before: Given, calls: readonly EvaluatedCall[], putters: ReadonlySet<GoObject>): Given {
  let state = before
  for (const {call, when} of calls) {
    if (when !== 'now') continue
    for (const object of givenBack(pass, call, putters)) state = new Map(state).set(object, call)
  }
  if (state.size === 0) return state
  const assigned =
    at.kind === 'AssignStmt' ? at.lhs : at.kind === 'ValueSpec' ? at.names : at.kind === 'Ident' && isRangeTarget(pass, at) ? [at] : []
  for (const name of assigned) {
    const object = unparen(name).kind === 'Ident' ? variableOf(pass, name) : undefined
    if (object !== undefined && state.has(object)) state = new Map([...state].filter(([other]) => other !== object))
  }
  return state
}

/** Mentions of variables that were given back. */
function usesIn(pass: PoolPass, at: Node, state: Given): readonly Ident[] {
  const found: Ident[] = []
  if (state.size > 0 && !isRangeTarget(pass, at))
    walk(at, node => {
      const object = node.kind === 'Ident' ? variableOf(pass, node) : undefined
      if (node.kind === 'Ident' && object !== undefined && state.has(object) && isUse(pass, node)) found.push(node)
    })
  return found
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
function afterDefer(pass: PoolPass, defer: DeferStmt, putters: ReadonlySet<GoObject>): void {
  const [object] = givenBack(pass, defer.call, putters)
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
