// context-not-propagated: a new root context where one is at hand. See rule.md.
import {localOf, mentions, onlyValue} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {namedPath, pointee} from '../../analysis/reading/named.ts'
import {parameterAround} from '../../analysis/reading/goroutines.ts'
import {isTestFile, some, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, Expr, FuncLit, Node} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'

type RootPass = Pass<'root' | 'unnamed'>

export default defineRule({
  id: 'context-not-propagated',
  title: 'A new root context where one is at hand',
  severity: 'info',
  confidence: 0.7,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/context', 'https://go.dev/blog/context'],
  messages: {
    root: {
      what: '{call} is passed on although {context} is at hand',
      why: 'what is called does not see its deadline, its cancellation or its values',
      next: 'Pass {given} on, or context.WithoutCancel({given}) (Go 1.21) where the work is to go on.',
    },
    unnamed: {
      what: '{call} is passed on although the function literal around is given a context, to which it gives no name',
      why: 'what is called does not see its deadline, its cancellation or its values',
      next: 'Name the context of the literal and pass it on, or context.WithoutCancel of it (Go 1.21) where the work is to go on.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      if (call.args.length > 0 || !/^context\.[A-Z]\w*$/.test(pass.calleeName(call) ?? '')) continue // the two without parameters make roots
      if (isTestFile(pass, call) || !(isArgument(pass, call) || isHandedOn(pass, call)) || detaches(pass, call)) continue
      const around = parameterAround(pass, call, 'context.Context', 'net/http.Request', 'github.com/gin-gonic/gin.Context')
      if (around === undefined || (namedPath(pointee(around.type)) === 'net/http.Request' && isOutgoing(pass, call, around))) continue
      if (isCompared(pass, call, around) || saysItIsMeant(pass, call)) continue
      const literal = withUnnamedContext(pass, call, around)
      if (literal !== undefined)
        pass.report(call, 'unnamed', {
          data: {call: pass.text(call)},
          related: [{node: literal.type.params, label: 'a context without a name'}],
        })
      else pass.report(call, 'root', {data: {call: pass.text(call), context: around.name, given: given(around)}})
    }
  },
})

/** The same function is asked with the context at hand in the same statement: `f(ctx) != f(context.Background())`. */
function isCompared(pass: RootPass, root: CallExpr, context: GoObject): boolean {
  const call = pass.parent(root)
  if (call?.kind !== 'CallExpr') return false
  const callee = pass.calleeOf(call)
  for (const at of pass.ancestors(call)) {
    if (at.kind === 'BlockStmt' || at.kind === 'FuncLit') return false
    if (!at.kind.endsWith('Stmt')) continue
    return pass
      .within(at, 'CallExpr')
      .some(
        other =>
          other !== call &&
          callee !== undefined &&
          pass.calleeOf(other) === callee &&
          other.args.some(arg => variableOf(pass, arg) === context),
      )
  }
  return false
}

const meant = /background|detach|independent|new (?:root )?context|own context|(?:not|n't|without) (?:be )?cancel|outlive/i

/** A comment in the lines right above the statement speaks of it. */
function saysItIsMeant(pass: RootPass, call: CallExpr): boolean {
  let statement: Node | undefined
  for (const at of pass.ancestors(call))
    if (at.kind.endsWith('Stmt')) {
      statement = at
      break
    }
  if (statement === undefined) return false
  const {bytes, state} = pass.fileOf(call)
  const {pos} = statement
  const between = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to))
  const last = state.tree.comments.findLast(group => group.end <= pos)
  return (
    last !== undefined &&
    last.list.some(({text}) => meant.test(text)) &&
    /^[^\S\n]*\n[^\S\n]*$/.test(between(last.end, pos)) &&
    /\n[^\S\n]*$/.test(between(Math.max(0, last.pos - indentMax), last.pos)) // not behind other code
  )
}

/** Bytes of white space in front of a comment. */
const indentMax = 100

/** The literal between the call and the function that has the context, which is given a context of its own and does not name it. */
function withUnnamedContext(pass: RootPass, call: CallExpr, context: GoObject): FuncLit | undefined {
  for (const at of pass.ancestors(call)) {
    if (at.kind !== 'FuncLit' && at.kind !== 'FuncDecl') continue
    const {list} = at.type.params
    if (at.kind === 'FuncDecl' || list.some(field => field.names.some(name => variableOf(pass, name) === context))) return undefined
    const isUnnamed = list.some(
      ({type, names}) => type !== undefined && namedPath(pass.typeOf(type)) === 'context.Context' && names.every(({name}) => name === '_'),
    )
    if (isUnnamed) return at
  }
  return undefined
}

/** The context as an expression that compiles. gin's Done is nil unless its engine falls back to the request (context.go, ContextWithFallback). */
function given({name, type}: GoObject): string {
  const path = namedPath(pointee(type))
  if (path === 'net/http.Request') return `${name}.Context()`
  if (path === 'github.com/gin-gonic/gin.Context') return `${name}.Request.Context()`
  return namedPath(type) === undefined ? `*${name}` : name
}

/** A request that the function sends, or gives another context: its own is no deadline of a caller. A handler has a ResponseWriter. */
function isOutgoing(pass: RootPass, call: CallExpr, request: GoObject): boolean {
  for (const at of pass.ancestors(call)) {
    if (at.kind !== 'FuncDecl' && at.kind !== 'FuncLit') continue
    const names = at.type.params.list.flatMap(field => field.names)
    if (!names.some(name => variableOf(pass, name) === request)) continue
    return !at.type.params.list.some(({type}) => type !== undefined && /\bResponseWriter$/.test(pass.text(type)))
  }
  return false
}

/** Loggers take a context for its values only; no deadline matters to them. */
const logs = /(?:^|[/.*(])(?:s?log(?:rus)?|\w*logg(?:er|ing))\)?[./]/i
/** `auditLogInternal`, `logOnce`. */
const logsByName = /(?:^|\.)(?:log|\w*[a-z]Log)(?:[A-Z]\w*)?$/

function isArgument(pass: RootPass, expr: Expr): boolean {
  const parent = pass.parent(expr)
  if (parent?.kind !== 'CallExpr' || !parent.args.includes(expr)) return false
  const name = pass.calleeName(parent) ?? pass.text(parent.fun)
  return !logs.test(name) && !logsByName.test(name) && !/^\(\*net\/http\.Request\)\.(?:WithContext|Clone)$/.test(name)
}

/** `ctx := context.Background()`, where the variable is never given anything else and is only ever handed to calls. */
function isHandedOn(pass: RootPass, call: CallExpr): boolean {
  const assign = pass.parent(call)
  const name = assign?.kind === 'AssignStmt' && assign.lhs.length === 1 && assign.rhs[0] === call ? assign.lhs[0] : undefined
  const variable = name === undefined ? undefined : localOf(pass, name)
  if (variable?.varKind !== 'local' || onlyValue(pass, variable) !== call) return false
  const uses = mentions(pass, variable).filter(mention => mention !== name)
  return uses.length > 0 && uses.every(use => isArgument(pass, use) && !detaches(pass, use))
}

/** Later work, cleaning up, or code that asks whether the context is over or nil: a new root may be meant. */
function detaches(pass: RootPass, call: Expr): boolean {
  for (const at of pass.ancestors(call)) {
    if (at.kind === 'GoStmt' || at.kind === 'DeferStmt') return true
    // What is done once for all must not end with the first who asks for it.
    if (at.kind === 'CallExpr' && /^(?:\(\*sync\.Once\)\.Do|sync\.Once(?:Func|Values?))$/.test(pass.calleeName(at) ?? '')) return true
    if (at.kind === 'FuncDecl')
      return (
        at.body === undefined ||
        some(at.body, node => node.kind === 'SelectorExpr' && /^(?:Done|Err|Shutdown|Rollback|Close)$/.test(node.sel.name))
      )
    if (at.kind === 'IfStmt' && some(at.cond, node => node.kind === 'Ident' && node.name === 'nil')) return true
  }
  return false
}
