// How a function comes to run more than once at a time: in goroutines that a loop starts, or as a handler of requests. By calls within the package.
import {must} from '../../base/answer.ts'
import {callsIn, type Source, unparen} from './terms.ts'
import {locksSomething} from './locks.ts'
import type {FuncDecl, FuncLit, Node} from '../../go/syntax/ast.ts'

const depthMax = 8

export interface Concurrency {
  readonly at: Node
  readonly text: string
}

/** Undefined when it is not known to, or when something on the way takes a lock or runs it once. */
export function concurrencyOf(source: Source, scope: FuncDecl | FuncLit): Concurrency | undefined {
  return concurrency(source, scope, 0, new Set())
}

function concurrency(source: Source, scope: FuncDecl | FuncLit, depth: number, seen: Set<Node>): Concurrency | undefined {
  if (depth > depthMax || seen.has(scope) || locksSomething(source, scope) || takesTurns(source, scope)) return undefined
  seen.add(scope)
  const framework = handledBy(source, scope)
  if (framework !== undefined) return {at: scope.type, text: `${framework} runs each request in a goroutine`}
  if (scope.kind === 'FuncLit') {
    const call = source.parent(scope)
    const go = call?.kind === 'CallExpr' ? source.parent(call) : undefined
    if (go?.kind === 'GoStmt') return ofGo(source, go)
    // Handed to a call or kept in a variable: whoever runs it may lock first, or run it once. Called on the spot it is part of its function.
    if (call?.kind !== 'CallExpr' || unparen(call.fun) !== scope) return undefined
    const outer = source.enclosingFunction(scope)
    return outer === undefined ? undefined : concurrency(source, outer, depth + 1, seen)
  }
  const object = source.objectOf(scope.name)
  if (object === undefined) return undefined
  for (const call of source.nodes('CallExpr')) {
    if (source.calleeOf(call) !== object) continue
    const go = source.parent(call)
    const outer = source.enclosingFunction(call)
    const found = go?.kind === 'GoStmt' ? ofGo(source, go) : outer === undefined ? undefined : concurrency(source, outer, depth + 1, seen)
    if (found !== undefined) return found
  }
  return undefined
}

/** `once.Do`, `sem.Acquire`, a channel that gets a value and gives it back: perhaps one at a time. */
function takesTurns(source: Source, scope: FuncDecl | FuncLit): boolean {
  const once = callsIn(source, scope).some(
    call =>
      must(source.callsMethod(call, 'sync.Once', 'Do')) ||
      (call.fun.kind === 'SelectorExpr' && /^(?:Try)?[Aa]cquire$/.test(call.fun.sel.name)),
  )
  const received = new Set(source.within(scope, 'UnaryExpr').flatMap(one => (one.op === '<-' ? [source.text(one.x)] : [])))
  return once || source.within(scope, 'SendStmt').some(send => received.has(source.text(send.chan)))
}

/** A go statement in a loop that does not wait for each of its goroutines. */
function ofGo(source: Source, go: Node): Concurrency | undefined {
  for (const at of source.ancestors(go)) {
    if (at.kind === 'FuncDecl' || at.kind === 'FuncLit') return undefined
    if (at.kind !== 'ForStmt' && at.kind !== 'RangeStmt') continue
    const waits =
      callsIn(source, at.body).some(call => /\.Wait$/.test(source.text(call.fun))) ||
      source.within(at.body, 'UnaryExpr').some(one => one.op === '<-' && one.pos > go.end)
    return waits ? undefined : {at: go, text: 'a loop starts the goroutines'}
  }
  return undefined
}

/** `func(http.ResponseWriter, *http.Request)`, `func(*gin.Context)`, as written: the types of a package that was not loaded are unknown. */
function handledBy(source: Source, scope: FuncDecl | FuncLit): string | undefined {
  const types = scope.type.params.list.flatMap(({type, names}) => (type === undefined || names.length > 1 ? [] : [source.text(type)]))
  if (types.length === 2 && types[0] === 'http.ResponseWriter' && types[1] === '*http.Request') return 'net/http'
  return types.length === 1 && types[0] === '*gin.Context' ? 'gin' : undefined
}
