// Expression and type switches (go/types stmt.go).
import type {BlockStmt, CaseClause, Expr, Ident, Stmt, SwitchStmt, TypeSwitchStmt} from '../syntax/ast.ts'
import {assignment} from './assignment.ts'
import {comparison} from './binary.ts'
import type {Checker} from './checker.ts'
import {exactString, makeBool} from './constant/constant.ts'
import {declare} from './declaration.ts'
import {checkAssertion, checkExpr} from './expression.ts'
import {Mode} from './file-state.ts'
import {identical} from './identical.ts'
import {newVar, type Var} from './objects.ts'
import {copyOperand, isInvalid, newOperand, type Operand} from './operand.ts'
import {hasNil, isComparableType, isInterface, isTypeParam, isUnknown, isValid} from './predicates.ts'
import {recordDef, recordImplicit} from './recording.ts'
import {unparen} from './resolver.ts'
import {closeScope, fallthroughOk, finalCase, openScope, stmt, stmtList} from './statement.ts'
import {varType} from './type-expression.ts'
import {underlying} from './underlying.ts'
import {convertUntyped} from './untyped.ts'
import {boolType, invalidType, unknownType, type Type} from './types.ts'

function checkDefaults(c: Checker, body: BlockStmt): void {
  let seen = false
  for (const s of body.list) {
    if (s.kind !== 'CaseClause' || !s.isDefault) continue
    if (seen) c.error(s.pos, 'multiple defaults')
    seen = true
  }
}

export function switchStmt(c: Checker, context: number, s: SwitchStmt): void {
  openScope(c, s)
  if (s.init !== undefined) stmt(c, 0, s.init)
  const x = newOperand()
  if (s.tag === undefined) {
    // A missing tag is true.
    x.mode = Mode.constant
    x.type = boolType
    x.val = makeBool(true)
    x.expr = {kind: 'Ident', pos: s.body.lbrace, end: s.body.lbrace, id: -1, name: 'true'}
  } else {
    checkExpr(c, undefined, x, s.tag)
    assignment(c, x, undefined, 'switch expression')
    if (x.mode !== Mode.invalid && !isComparableType(x.type) && !hasNil(x.type)) {
      if (isValid(underlying(x.type))) c.error(s.tag.pos, 'cannot switch on expression that is not comparable')
      x.mode = Mode.invalid
    }
  }
  checkDefaults(c, s.body)
  const seen = new Map<string, Type[]>()
  s.body.list.forEach((clause, i) => {
    if (clause.kind !== 'CaseClause') return
    caseValues(c, x, clause, seen)
    openScope(c, clause)
    stmtList(c, context | (i + 1 < s.body.list.length ? fallthroughOk : finalCase), clause.body)
    closeScope(c)
  })
}

function caseValues(c: Checker, x: Operand, clause: CaseClause, seen: Map<string, Type[]>): void {
  for (const e of clause.list) {
    const v = newOperand()
    checkExpr(c, undefined, v, e)
    if (x.mode === Mode.invalid || v.mode === Mode.invalid) continue
    convertUntyped(c, v, x.type)
    if (isInvalid(v)) continue
    const result = copyOperand(v)
    comparison(c, result, x, '==')
    if (
      result.mode === Mode.invalid ||
      v.mode !== Mode.constant ||
      v.val === undefined ||
      v.val.kind === 'bool' ||
      v.val.kind === 'unknown'
    )
      continue
    const key = v.val.kind === 'string' ? `s${v.val.value}` : exactString(v.val)
    const types = seen.get(key)
    if (types === undefined) seen.set(key, [v.type])
    else if (types.some(t => identical(t, v.type))) c.error(e.pos, 'duplicate case in expression switch')
    else types.push(v.type)
  }
}

interface Guard {
  readonly lhs: Ident | undefined
  readonly x: Expr
}

function guardOf(c: Checker, s: Stmt): Guard | undefined {
  const fail = () => {
    c.error(s.pos, 'incorrect form of type switch guard')
    return undefined
  }
  let lhs: Ident | undefined
  let rhs: Expr | undefined
  if (s.kind === 'ExprStmt') rhs = s.x
  else if (s.kind === 'AssignStmt' && s.tok === ':=' && s.lhs.length === 1 && s.rhs.length === 1) {
    const [left] = s.lhs
    if (left?.kind !== 'Ident') return fail()
    if (left.name === '_') c.error(left.pos, 'no new variable on left side of :=')
    else {
      recordDef(c, left, undefined) // declared in each clause
      lhs = left
    }
    rhs = s.rhs[0]
  }
  if (rhs?.kind !== 'TypeAssertExpr' || rhs.type !== undefined) return fail()
  return {lhs, x: rhs.x}
}

export function typeSwitchStmt(c: Checker, context: number, s: TypeSwitchStmt): void {
  openScope(c, s)
  if (s.init !== undefined) stmt(c, 0, s.init)
  const guard = guardOf(c, s.assign)
  if (guard === undefined) return
  const x = newOperand()
  checkExpr(c, undefined, x, guard.x)
  let subject: Operand | undefined
  if (x.mode !== Mode.invalid) {
    if (isTypeParam(x.type) || !isInterface(x.type)) {
      if (isValid(underlying(x.type))) c.error(guard.x.pos, 'type switch on what is not an interface')
    } else subject = x
  }
  checkDefaults(c, s.body)
  const vars: Var[] = []
  const seen: (Type | undefined)[] = []
  for (const clause of s.body.list) {
    if (clause.kind !== 'CaseClause') continue
    const single = caseTypes(c, subject, clause, seen)
    openScope(c, clause)
    if (guard.lhs !== undefined) {
      const type = single ?? subject?.type ?? (x.type === unknownType || isUnknown(underlying(x.type)) ? unknownType : invalidType)
      const v = newVar('local', c.env.file, guard.lhs.pos, c.pkg, guard.lhs.name, type)
      declare(c, c.env.scope, undefined, v, clause.colon)
      recordImplicit(c, clause, v)
      vars.push(v)
    }
    stmtList(c, context, clause.body)
    closeScope(c)
  }
  if (guard.lhs === undefined) return
  // One use in any clause is enough.
  if (!vars.some(v => v.used)) c.error(guard.lhs.pos, `${guard.lhs.name} declared and not used`)
  for (const v of vars) v.used = true
}

/** Checks the types of a clause; the type if it is the only one, so that the variable has it (go/types Checker.caseTypes). */
function caseTypes(c: Checker, x: Operand | undefined, clause: CaseClause, seen: (Type | undefined)[]): Type | undefined {
  let type: Type | undefined
  for (const e of clause.list) {
    type = undefined
    if (isNilIdent(c, e)) checkExpr(c, undefined, newOperand(), e)
    else {
      type = varType(c, e)
      if (!isValid(type)) continue
    }
    const t = type
    if (seen.some(other => other === t || (t !== undefined && other !== undefined && identical(t, other)))) {
      c.error(e.pos, 'duplicate case in type switch')
      continue
    }
    seen.push(t)
    if (x !== undefined && t !== undefined) checkAssertion(c, e, x, t)
  }
  return clause.list.length === 1 ? type : undefined
}

function isNilIdent(c: Checker, e: Expr): boolean {
  const n = unparen(e)
  return n.kind === 'Ident' && c.lookup(n.name)?.kind === 'Nil'
}
