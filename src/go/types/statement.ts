// Statements and function bodies (go/types stmt.go); switches, range and labels have files of their own.
import type {AssignStmt, BlockStmt, CallExpr, Expr, IncDecStmt, Node, Operator, ReturnStmt, SelectStmt, Stmt} from '../syntax/ast.ts'
import {assignVar, assignVars, assignment, initVars, shortVarDecl} from './assignment.ts'
import {binary, chanElem} from './binary.ts'
import {literalOne, newEnvironment, type Checker} from './checker.ts'
import type {Value} from './constant/constant.ts'
import {declStmt} from './declaration.ts'
import {checkExpr, rawExpr} from './expression.ts'
import {Mode} from './file-state.ts'
import {checkLabels} from './labels.ts'
import type {DeclInfo, Var} from './objects.ts'
import {isInvalid, newOperand} from './operand.ts'
import {allBoolean, allNumeric, isUnknown, isValid} from './predicates.ts'
import {rangeStmt} from './range.ts'
import {recordScope} from './recording.ts'
import {unparen} from './resolver.ts'
import {newChildScope, type Scope} from './scope.ts'
import {switchStmt, typeSwitchStmt} from './switch-statement.ts'
import {isTerminating} from './terminating.ts'
import {underlying} from './underlying.ts'
import type {Signature} from './types.ts'

/** What may appear in a statement list, as bits (go/types stmtContext). */
export const breakOk = 1
export const continueOk = 2
export const fallthroughOk = 4
export const finalCase = 8
export const inTypeSwitch = 16

export function openScope(c: Checker, node: Node): Scope {
  const scope = newChildScope(c.env.scope, node.pos, node.end)
  recordScope(c, node, scope)
  c.env.scope = scope
  return scope
}

export function closeScope(c: Checker): void {
  const {parent} = c.env.scope
  if (parent !== undefined) c.env.scope = parent
}

export function funcBody(c: Checker, decl: DeclInfo | undefined, sig: Signature, body: BlockStmt, iota: Value | undefined): void {
  const saved = c.env
  const {file} = saved
  c.env = newEnvironment(file, sig.scope ?? saved.scope, decl, sig)
  c.env.iota = iota
  stmtList(c, 0, body.list)
  if (c.env.hasLabel) checkLabels(c, body)
  if (sig.results.vars.length > 0 && !isTerminating(body, '', c.env.panics)) c.error(body.rbrace, 'missing return')
  if (sig.scope !== undefined) reportUnused(c, sig.scope)
  c.env = saved
}

/** Local variables that are declared and not used, but those of function literals inside (go/types Checker.usage). */
function reportUnused(c: Checker, scope: Scope): void {
  if (scope.elems !== undefined) {
    for (const obj of scope.elems.values())
      if (obj.kind === 'Var' && obj.varKind === 'local' && !obj.used) c.error(obj.pos, `declared and not used: ${obj.name}`)
  }
  for (const child of scope.children ?? []) if (!child.isFunc) reportUnused(c, child)
}

export function stmtList(c: Checker, context: number, list: readonly Stmt[]): void {
  const inner = context & ~fallthroughOk
  let last = list.length - 1
  while (last >= 0 && list[last]?.kind === 'EmptyStmt') last--
  for (let i = 0; i <= last; i++) {
    const s = list[i]
    if (s !== undefined) stmt(c, i === last ? inner | (context & fallthroughOk) : inner, s)
  }
}

/** Function literals within are checked when the statement is. */
export function stmt(c: Checker, context: number, s: Stmt): void {
  const top = c.delayed.length
  const {scope} = c.env
  dispatch(c, context, s)
  if (c.delayed.length > top) {
    // What was put off sees the scopes around the statement, as they were inside it.
    c.processDelayed(top)
  }
  c.env.scope = scope
}

function dispatch(c: Checker, context: number, s: Stmt): void {
  const inner = context & ~(fallthroughOk | finalCase | inTypeSwitch)
  switch (s.kind) {
    case 'BadStmt':
    case 'EmptyStmt':
      return
    case 'DeclStmt':
      return declStmt(c, s.decl)
    case 'LabeledStmt':
      c.env.hasLabel = true
      return stmt(c, context, s.stmt)
    case 'ExprStmt':
      return exprStmt(c, s.x)
    case 'SendStmt': {
      const chan = newOperand()
      const value = newOperand()
      checkExpr(c, undefined, chan, s.chan)
      checkExpr(c, undefined, value, s.value)
      if (chan.mode === Mode.invalid || value.mode === Mode.invalid) return
      const elem = chanElem(c, chan, s.arrow, false)
      if (elem !== undefined) assignment(c, value, elem, 'send')
      return
    }
    case 'IncDecStmt':
      return incDec(c, s)
    case 'AssignStmt':
      return assignStmt(c, s)
    case 'GoStmt':
    case 'DeferStmt':
      return suspended(c, s.kind === 'GoStmt' ? 'go' : 'defer', s.call)
    case 'ReturnStmt':
      return returnStmt(c, s)
    case 'BranchStmt':
      if (s.label !== undefined) {
        c.env.hasLabel = true
        return
      }
      return branch(c, context, s.tok, s.pos)
    case 'BlockStmt':
      openScope(c, s)
      return stmtList(c, inner, s.list)
    case 'IfStmt':
      openScope(c, s)
      if (s.init !== undefined) stmt(c, 0, s.init)
      condition(c, s.cond, 'if')
      stmt(c, inner, s.body)
      if (s.else !== undefined) stmt(c, inner, s.else)
      return
    case 'SwitchStmt':
      return switchStmt(c, inner | breakOk, s)
    case 'TypeSwitchStmt':
      return typeSwitchStmt(c, inner | breakOk | inTypeSwitch, s)
    case 'SelectStmt':
      return selectStmt(c, inner | breakOk, s)
    case 'ForStmt':
      openScope(c, s)
      if (s.init !== undefined) stmt(c, 0, s.init)
      if (s.cond !== undefined) condition(c, s.cond, 'for')
      if (s.post !== undefined) stmt(c, 0, s.post)
      return stmt(c, inner | breakOk | continueOk, s.body)
    case 'RangeStmt':
      return rangeStmt(c, inner | breakOk | continueOk, s)
    case 'CaseClause':
    case 'CommClause':
      c.error(s.pos, 'invalid statement')
  }
}

function condition(c: Checker, e: Expr, what: string): void {
  const x = newOperand()
  checkExpr(c, undefined, x, e)
  if (x.mode !== Mode.invalid && !allBoolean(x.type) && !isUnknown(underlying(x.type)))
    c.error(e.pos, `non-boolean condition in ${what} statement`)
}

function exprStmt(c: Checker, e: Expr): void {
  const x = newOperand()
  const kind = rawExpr(c, undefined, x, e, undefined, false)
  if (x.mode === Mode.builtin) c.error(e.pos, 'built-in must be called')
  else if (x.mode === Mode.typexpr) c.error(e.pos, 'type is not an expression')
  else if (kind !== 'statement' && x.mode !== Mode.invalid) c.error(e.pos, 'expression is not used')
}

function incDec(c: Checker, s: IncDecStmt): void {
  const x = newOperand()
  checkExpr(c, undefined, x, s.x)
  if (x.mode === Mode.invalid) return
  if (!allNumeric(x.type)) {
    if (isValid(underlying(x.type))) c.error(s.x.pos, `invalid operation: ${s.tok} of non-numeric type`)
    return
  }
  binary(c, x, undefined, s.x, literalOne(s.x.pos), s.tok === '++' ? '+' : '-', s.tokPos)
  if (!isInvalid(x)) assignVar(c, s.x, undefined, x, 'assignment')
}

const operators: Readonly<Record<string, Operator>> = {
  '+=': '+',
  '-=': '-',
  '*=': '*',
  '/=': '/',
  '%=': '%',
  '&=': '&',
  '|=': '|',
  '^=': '^',
  '<<=': '<<',
  '>>=': '>>',
  '&^=': '&^',
}

function assignStmt(c: Checker, s: AssignStmt): void {
  if (s.tok === ':=') return shortVarDecl(c, s.tokPos, s.lhs, s.rhs)
  if (s.tok === '=') return assignVars(c, s.lhs, s.rhs)
  const [lhs] = s.lhs
  const [rhs] = s.rhs
  const op = operators[s.tok]
  if (lhs === undefined || rhs === undefined || s.lhs.length !== 1 || s.rhs.length !== 1 || op === undefined) {
    c.error(s.tokPos, `assignment operation ${s.tok} requires single-valued expressions`)
    return
  }
  const x = newOperand()
  binary(c, x, undefined, lhs, rhs, op, s.tokPos)
  if (x.mode !== Mode.invalid) assignVar(c, lhs, undefined, x, 'assignment')
}

function suspended(c: Checker, keyword: 'go' | 'defer', call: CallExpr): void {
  const x = newOperand()
  const kind = rawExpr(c, undefined, x, call, undefined, false)
  if (kind !== 'statement')
    c.error(call.pos, kind === 'conversion' ? `${keyword} requires function call, not conversion` : `${keyword} discards result`)
}

function returnStmt(c: Checker, s: ReturnStmt): void {
  const results: readonly Var[] = c.env.sig?.results.vars ?? []
  if (s.results.length === 0 && results.length > 0 && results[0]?.name !== '') {
    for (const v of results) {
      const other = v.name === '_' ? undefined : c.lookup(v.name)
      if (other !== undefined && other !== v) c.error(s.pos, `result parameter ${v.name} not in scope at return`)
    }
    return
  }
  if (results.length === 0 && s.results.length === 0) return
  initVars(c, results, s.results, s)
}

function branch(c: Checker, context: number, tok: string, pos: number): void {
  if (tok === 'break' && (context & breakOk) === 0) c.error(pos, 'break not in for, switch, or select statement')
  else if (tok === 'continue' && (context & continueOk) === 0) c.error(pos, 'continue not in for statement')
  else if (tok === 'fallthrough' && (context & fallthroughOk) === 0) {
    c.error(
      pos,
      (context & finalCase) !== 0
        ? 'cannot fallthrough final case in switch'
        : (context & inTypeSwitch) !== 0
          ? 'cannot fallthrough in type switch'
          : 'fallthrough statement out of place',
    )
  }
}

function selectStmt(c: Checker, inner: number, s: SelectStmt): void {
  for (const clause of s.body.list) {
    if (clause.kind !== 'CommClause') continue
    const {comm} = clause
    if (comm !== undefined && !isCommunication(comm)) {
      c.error(comm.pos, 'select case must be send or receive (possibly with assignment)')
      continue
    }
    openScope(c, clause)
    if (comm !== undefined) stmt(c, inner, comm)
    stmtList(c, inner, clause.body)
    closeScope(c)
  }
}

function isCommunication(s: Stmt): boolean {
  if (s.kind === 'SendStmt') return true
  const e = s.kind === 'ExprStmt' ? s.x : s.kind === 'AssignStmt' && s.rhs.length === 1 ? s.rhs[0] : undefined
  if (e === undefined) return false
  const x = unparen(e)
  return x.kind === 'UnaryExpr' && x.op === '<-'
}
