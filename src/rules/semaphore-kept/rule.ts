// semaphore-kept: a path that leaves the function with a place of a channel semaphore taken, while others give it back. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {type EvaluatedCall, followPaths, joinMaps, type Leave, sameMaps} from '../../analysis/reading/paths.ts'
import {declarationOf, functionBodies, unparen} from '../../analysis/reading/terms.ts'
import type {BlockStmt, CallExpr, Expr, FuncDecl, FuncLit, Node} from '../../go/syntax/ast.ts'
import {underlying} from '../../go/types/underlying.ts'

/** `settled`: a deferred receive gives it back at the end. `unknown`: held on some paths, or a function that was called may have given it back. */
type Held = 'free' | 'held' | 'settled' | 'unknown'
type State = ReadonlyMap<string, Held>
type SemaphorePass = Pass<'path'>

/** What a node or a call does to the channel that is written like this. */
interface Op {
  readonly channel: string
  readonly takes: boolean
}

export default defineRule({
  id: 'semaphore-kept',
  title: 'A path keeps a place of a semaphore',
  severity: 'error',
  confidence: 0.85,
  preset: 'evidence',
  since: '0.1',
  sources: ['https://go.dev/doc/effective_go#channels', 'https://go.dev/ref/spec#Send_statements'],
  messages: {
    path: {
      what: 'the place taken in {channel} is still taken when the function returns here, though its other paths give it back',
      why: 'nobody can give it back any more: when every place is kept like this, each further send on {channel} waits for ever',
      next: 'Receive from {channel} before this return, or defer the receive right behind the send.',
    },
  },

  run(pass) {
    if (![...pass.nodes('SendStmt')].some(send => isSignal(pass, send.chan))) return
    for (const {node, name, body} of functionBodies(pass)) {
      const takes = takenIn(pass, node)
      if (takes.size === 0 || /acquire|lock|reserve|enter/i.test(name ?? '')) continue
      const paths = followPaths<State>(pass, node, {
        start: new Map(),
        join: (a, b) =>
          joinMaps<string, Held>(a, b, 'free', (x, y) => (x === y ? x : x === 'settled' || y === 'settled' ? 'settled' : 'unknown')),
        same: sameMaps,
        step: (at, before, calls) => after(pass, at, before, calls),
      })
      for (const [channel, taken] of takes)
        for (const at of forgotten(paths?.leaves ?? [], channel, body))
          pass.report(at, 'path', {data: {channel}, related: [{node: taken, label: 'taken here'}]})
    }
  },
})

function after(pass: SemaphorePass, at: Node, before: State, calls: readonly EvaluatedCall[]): State {
  const state = new Map(before)
  const own = opOf(pass, at)
  if (own !== undefined && state.get(own.channel) !== 'settled') state.set(own.channel, own.takes ? 'held' : 'free')
  if (at.kind === 'DeferStmt') for (const channel of receivedIn(pass, at)) state.set(channel, 'settled')
  for (const {call, when} of calls) {
    if (when === 'goroutine') continue
    const op = wrapped(pass, call)
    if (op === undefined) {
      for (const [channel, held] of before) if (held === 'held' && mayRelease(pass, call, channel)) state.set(channel, 'unknown')
    } else if (when === 'deferred') {
      if (!op.takes) state.set(op.channel, 'settled')
    } else if (state.get(op.channel) !== 'settled') state.set(op.channel, op.takes ? 'held' : 'free')
  }
  return state
}

/** Channels of which the function itself takes a place and gives one back, and gives none back in a literal that runs at another time. */
function takenIn(pass: SemaphorePass, fn: FuncDecl | FuncLit): ReadonlyMap<string, Node> {
  const taken = new Map<string, Node>()
  const [given, elsewhere] = [new Set<string>(), new Set<string>()]
  if (fn.body === undefined) return taken
  const own = (node: Node) => pass.enclosingFunction(node) === fn
  for (const send of pass.within(fn.body, 'SendStmt')) {
    const op = opOf(pass, send)
    if (op !== undefined && own(send) && !taken.has(op.channel)) taken.set(op.channel, send)
  }
  for (const call of pass.within(fn.body, 'CallExpr')) {
    const op = wrapped(pass, call)
    if (op?.takes === true && own(call) && !taken.has(op.channel)) taken.set(op.channel, call)
    if (op?.takes === false) (own(call) || isDeferred(pass, call, fn) ? given : elsewhere).add(op.channel)
  }
  for (const receive of pass.within(fn.body, 'UnaryExpr')) {
    if (receive.op === '<-') (own(receive) || isDeferred(pass, receive, fn) ? given : elsewhere).add(pass.text(unparen(receive.x)))
  }
  for (const channel of taken.keys()) if (elsewhere.has(channel) || !given.has(channel)) taken.delete(channel)
  return taken
}

/** In a literal that the function defers on the spot. */
function isDeferred(pass: SemaphorePass, node: Node, fn: FuncDecl | FuncLit): boolean {
  const literal = pass.enclosingFunction(node)
  if (literal?.kind !== 'FuncLit' || pass.enclosingFunction(literal) !== fn) return false
  const call = pass.parent(literal)
  return call?.kind === 'CallExpr' && call.fun === literal && pass.parent(call)?.kind === 'DeferStmt'
}

/** A channel of empty structs: what it carries is the place alone. */
function isSignal(pass: SemaphorePass, channel: Expr): boolean {
  const type = pass.typeOf(channel)
  const chan = type === undefined ? undefined : underlying(type)
  if (chan?.kind !== 'Chan') return false
  const elem = underlying(chan.elem)
  return elem.kind === 'Struct' && elem.fields.length === 0
}

/** `ch <- struct{}{}` takes a place, `<-ch` as a statement of its own gives one back. */
function opOf(pass: SemaphorePass, node: Node): Op | undefined {
  if (node.kind === 'SendStmt') return isSignal(pass, node.chan) ? {channel: pass.text(unparen(node.chan)), takes: true} : undefined
  const received = node.kind === 'ExprStmt' ? unparen(node.x) : undefined
  if (received?.kind !== 'UnaryExpr' || received.op !== '<-' || !isSignal(pass, received.x)) return undefined
  return {channel: pass.text(unparen(received.x)), takes: false}
}

/** A call of a method that does nothing but take or give back a place of its receiver's channel: `s.acquire()`. */
function wrapped(pass: SemaphorePass, call: CallExpr): Op | undefined {
  const fun = unparen(call.fun)
  const declaration = fun.kind === 'SelectorExpr' ? declarationOf(pass, pass.calleeOf(call)) : undefined
  const [only, ...rest] = declaration?.body?.list ?? []
  if (fun.kind !== 'SelectorExpr' || only === undefined || rest.length > 0) return undefined
  const op = opOf(pass, only)
  const receiver = declaration?.recv?.list[0]?.names[0]?.name
  if (op === undefined || receiver === undefined || !op.channel.startsWith(`${receiver}.`)) return undefined
  return {channel: `${pass.text(unparen(fun.x))}${op.channel.slice(receiver.length)}`, takes: op.takes}
}

const receivedIn = (pass: SemaphorePass, node: Node): string[] =>
  pass.within(node, 'UnaryExpr').flatMap(part => (part.op === '<-' ? [pass.text(unparen(part.x))] : []))

const lastName = (channel: string) => channel.slice(channel.lastIndexOf('.') + 1)

/** Whether a function of the package that is called receives from a channel of that name, itself or by what it calls. */
function mayRelease(pass: SemaphorePass, call: CallExpr, channel: string, seen: Set<Node> = new Set()): boolean {
  if (call.args.some(arg => pass.text(unparen(arg)) === channel)) return true
  const declaration = declarationOf(pass, pass.calleeOf(call))
  if (declaration?.body === undefined || seen.has(declaration)) return false
  seen.add(declaration)
  if (receivedIn(pass, declaration.body).some(one => lastName(one) === lastName(channel))) return true
  return pass.within(declaration.body, 'CallExpr').some(inner => mayRelease(pass, inner, channel, seen))
}

/** Returns with the place taken, where the end of the function has it free: functions that mean to keep it do so at their end. */
function forgotten(leaves: readonly Leave<State>[], channel: string, body: BlockStmt): Node[] {
  const last = leaves.find(({at}) => at === body || at === body.list.at(-1))
  const end = last?.state.get(channel) ?? 'free'
  if (last === undefined || end !== 'free') return []
  return leaves.filter(({at, state}) => at !== last.at && state.get(channel) === 'held').map(({at}) => at)
}
