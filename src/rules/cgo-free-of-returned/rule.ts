// cgo-free-of-returned: a deferred release frees the very pointer the function returns. See rule.md.
import {cCallName, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {assignedAt, localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {isUnsafe, peel} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {BlockStmt, CallExpr, DeferStmt, Expr, FuncDecl, FuncLit, Ident, Node, ReturnStmt, Stmt} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'

/** Names that end memory for good; `unref` only drops one reference. */
const frees = /(?:^|_)(?:free|destroy|delete|dispose)(?:_|$)|(?:Free|Destroy|Delete|Dispose)(?:[_A-Z0-9]|$)|^(?:free|destroy)/

export default defineRule({
  id: 'cgo-free-of-returned',
  title: 'A deferred free releases what the function returns',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Defer_statements', 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C'],
  messages: {
    freed: {
      what: '{returned} is returned, and the deferred {call} frees it first',
      why: 'deferred calls run before the caller gets the result, so the caller holds freed memory',
      next: 'Free it only on the paths that fail, and let the caller free what it gets.',
    },
  },

  run(pass) {
    for (const defer of pass.nodes('DeferStmt')) {
      const fun = pass.enclosingFunction(defer)
      if (fun?.body === undefined || pass.parent(defer) !== fun.body) continue // unconditional ones only
      const release = releaseOf(pass, defer)
      const variable = release === undefined ? undefined : localOf(pass, rootOf(release.target))
      if (release === undefined || variable === undefined || changes(pass, variable, release.target, defer)) continue
      const result = returnOf(pass, fun, fun.body, defer, release.target, variable)
      if (result === undefined) continue
      pass.report(result.stmt, 'freed', {
        data: {returned: pass.text(result.expr), call: pass.text(release.call)},
        related: [{node: release.call, label: 'freed here when the function returns'}],
      })
    }
  },
})

interface Release {
  readonly call: CallExpr
  /** `p` or `x.p`. */
  readonly target: Expr
}

const rootOf = (target: Expr): Expr => (target.kind === 'SelectorExpr' ? unparen(target.x) : target)

function releaseOf(pass: AnyPass, defer: DeferStmt): Release | undefined {
  const fun = unparen(defer.call.fun)
  if (fun.kind !== 'FuncLit') return asRelease(pass, defer.call)
  if (defer.call.args.length > 0) return undefined
  const statement = releasing(pass, fun.body)
  if (statement?.kind === 'ExprStmt' && statement.x.kind === 'CallExpr') return asRelease(pass, statement.x)
  if (statement?.kind !== 'IfStmt' || statement.else !== undefined || statement.init !== undefined) return undefined
  const inner = releasing(pass, statement.body)
  const release = inner?.kind === 'ExprStmt' && inner.x.kind === 'CallExpr' ? asRelease(pass, inner.x) : undefined
  return release !== undefined && holdsOnSuccess(pass, statement.cond, pass.text(release.target)) ? release : undefined
}

/** The only statement, or the first of two where the second clears what was released: `free(x.p); x.p = nil`. */
function releasing(pass: AnyPass, block: BlockStmt): Stmt | undefined {
  const [first, second] = block.list
  if (block.list.length === 1) return first
  const clears = second?.kind === 'AssignStmt' && second.tok === '=' && second.rhs.length === 1 && pass.text(second.rhs[0]!) === 'nil'
  return block.list.length === 2 && clears ? first : undefined
}

/** `p != nil` and `recover() == nil`, joined by `&&`: true when the function returns normally. */
function holdsOnSuccess(pass: AnyPass, cond: Expr, target: string): boolean {
  const at = unparen(cond)
  if (at.kind !== 'BinaryExpr') return false
  if (at.op === '&&') return holdsOnSuccess(pass, at.x, target) && holdsOnSuccess(pass, at.y, target)
  const [left, right] = [pass.text(at.x), pass.text(at.y)]
  return right === 'nil' && ((at.op === '!=' && left === target) || (at.op === '==' && left === 'recover()'))
}

function asRelease(pass: AnyPass, call: CallExpr): Release | undefined {
  const name = cCallName(pass, call)
  const first = call.args[0]
  if (name === undefined || first === undefined || call.args.length !== 1 || !frees.test(name)) return undefined
  const target = peel(pass, first)
  return target.kind === 'Ident' || (target.kind === 'SelectorExpr' && unparen(target.x).kind === 'Ident') ? {call, target} : undefined
}

/** Whether the variable, or the field, gets another value behind the defer, or may be changed elsewhere: then another pointer is meant. */
function changes(pass: AnyPass, variable: Var, target: Expr, defer: DeferStmt): boolean {
  return mentions(pass, variable).some(mention => {
    const selector = pass.parent(mention)
    const isField = target.kind === 'SelectorExpr' && selector?.kind === 'SelectorExpr'
    const written = isField
      ? selector.sel.name === target.sel.name && pass.parent(selector)?.kind === 'AssignStmt' && isLeft(pass, selector)
      : assignedAt(pass, mention) !== undefined
    return written && mention.pos > defer.end
  })
}

function isLeft(pass: AnyPass, expr: Expr): boolean {
  const parent = pass.parent(expr)
  return parent?.kind === 'AssignStmt' && parent.lhs.includes(expr)
}

/** The first return behind the defer that hands out the pointer. */
function returnOf(
  pass: AnyPass,
  fun: FuncDecl | FuncLit,
  body: BlockStmt,
  defer: DeferStmt,
  target: Expr,
  variable: Var,
): {stmt: ReturnStmt; expr: Expr} | undefined {
  for (const stmt of pass.within(body, 'ReturnStmt')) {
    if (stmt.pos < defer.end || pass.enclosingFunction(stmt) !== fun) continue
    for (const expr of stmt.results) if (handsOut(pass, expr, target, variable)) return {stmt, expr}
  }
  return undefined
}

/** `p`, `(*T)(p)`, `&T{p}`, `unsafe.Slice((*byte)(p), n)`; for a field `x.p`: `x`. */
function handsOut(pass: AnyPass, expr: Expr, target: Expr, variable: Var): boolean {
  const at = peel(pass, expr)
  if (target.kind === 'SelectorExpr') {
    const isOwner = at.kind === 'Ident' && localOf(pass, at) === variable && variable.varKind === 'local'
    return isOwner || (at.kind === 'SelectorExpr' && at.sel.name === target.sel.name && isMention(pass, at.x, variable))
  }
  if (isMention(pass, at, variable)) return !isTextOf(pass, expr)
  if (at.kind === 'UnaryExpr' && at.op === '&') return handsOut(pass, at.x, target, variable)
  if (at.kind === 'CompositeLit')
    return at.elts.some(elt => handsOut(pass, elt.kind === 'KeyValueExpr' ? elt.value : elt, target, variable))
  if (at.kind === 'SliceExpr') return at.x.kind !== 'Ident' && handsOut(pass, at.x, target, variable)
  if (at.kind === 'CallExpr' && isUnsafe(pass, at, 'Slice') && at.args[0] !== undefined) return handsOut(pass, at.args[0], target, variable)
  return false
}

const isMention = (pass: AnyPass, expr: Node, variable: Var): boolean =>
  expr.kind === 'Ident' && pass.objectOf(expr satisfies Ident) === variable

/** A conversion to uintptr keeps the number, not the memory. */
const isTextOf = (pass: AnyPass, expr: Expr): boolean => /^uintptr\(/.test(pass.text(expr))
