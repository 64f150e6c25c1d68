// Range clauses, over everything Go 1.26 ranges over (go/types range.go).
import type {Expr, RangeStmt} from '../syntax/ast.ts'
import {assignVar, assignment, initVar} from './assignment.ts'
import type {Checker} from './checker.ts'
import {declare} from './declaration.ts'
import {checkExpr, operandError} from './expression.ts'
import {Mode} from './file-state.ts'
import {identical} from './identical.ts'
import {newVar, type Var} from './objects.ts'
import {newOperand, valueOperand, type Operand} from './operand.ts'
import {isInteger, isString, isUnknown, isValid} from './predicates.ts'
import {recordDef} from './recording.ts'
import {closeScope, openScope, stmt} from './statement.ts'
import {arrayOfPointer, commonUnderlying, underlying} from './underlying.ts'
import {boolType, intType, invalidType, runeType, unknownType, type Type} from './types.ts'

/** Types of the iteration variables; undefined where there is none. */
interface Ranged {
  readonly key: Type | undefined
  readonly value: Type | undefined
}

export function rangeStmt(c: Checker, context: number, s: RangeStmt): void {
  const x = newOperand()
  checkExpr(c, undefined, x, s.x)
  const ranged = x.mode === Mode.invalid ? undefined : rangedTypes(c, x.type)
  if (ranged === undefined) {
    if (x.mode !== Mode.invalid) operandError(c, x, s.x.pos, 'cannot range over expression')
  } else if (ranged.key === undefined && s.key !== undefined) c.error(s.key.pos, 'range permits no iteration variables')
  else if (ranged.value === undefined && s.value !== undefined) c.error(s.value.pos, 'range permits only one iteration variable')
  const failed = isUnknown(x.type) || isUnknown(underlying(x.type)) ? unknownType : invalidType
  openScope(c, s)
  const overInt = x.mode !== Mode.invalid && isInteger(x.type)
  const sides: readonly (readonly [Expr | undefined, Type | undefined])[] = [
    [s.key, ranged?.key],
    [s.value, ranged?.value],
  ]
  if (s.tok === ':=') defineVars(c, s, sides, x, overInt, failed)
  else if (s.key !== undefined) assignTo(c, sides, x, overInt)
  else if (overInt) assignment(c, x, undefined, 'range clause') // for range n: n must have a type
  stmt(c, context, s.body)
  closeScope(c)
}

function defineVars(
  c: Checker,
  s: RangeStmt,
  sides: readonly (readonly [Expr | undefined, Type | undefined])[],
  x: Operand,
  overInt: boolean,
  failed: Type,
): void {
  const vars: Var[] = []
  for (const [lhs, type] of sides) {
    if (lhs === undefined) continue
    let v: Var
    if (lhs.kind === 'Ident') {
      v = newVar('local', c.env.file, lhs.pos, c.pkg, lhs.name, undefined)
      recordDef(c, lhs, v)
      if (lhs.name !== '_') vars.push(v)
    } else {
      c.error(lhs.pos, 'cannot declare in range clause')
      v = newVar('local', c.env.file, lhs.pos, c.pkg, '_', undefined)
    }
    if (type === undefined || !isValid(type)) {
      v.type = type ?? failed
      v.used = true
    } else if (overInt) initVar(c, v, x, 'range clause')
    else initVar(c, v, valueOperand(lhs, type), 'assignment')
  }
  if (vars.length === 0) c.error(s.tokPos, 'no new variables on left side of :=')
  for (const v of vars) declare(c, c.env.scope, undefined, v, s.body.pos)
}

function assignTo(c: Checker, sides: readonly (readonly [Expr | undefined, Type | undefined])[], x: Operand, overInt: boolean): void {
  for (const [lhs, type] of sides) {
    if (lhs === undefined || type === undefined || type === invalidType) continue
    if (!overInt) {
      assignVar(c, lhs, undefined, valueOperand(lhs, type), 'assignment')
      continue
    }
    assignVar(c, lhs, undefined, x, 'range clause')
    if (x.mode !== Mode.invalid && !isInteger(x.type)) c.error(lhs.pos, 'cannot use iteration variable of this type')
  }
}

function rangedTypes(c: Checker, type: Type): Ranged | undefined {
  const common = commonUnderlying(type, u => !(u?.kind === 'Chan' && u.dir === 'send'))
  if (common === undefined) return undefined
  const u = arrayOfPointer(common)
  switch (u.kind) {
    case 'Basic':
      if (isString(u)) return {key: intType, value: runeType}
      return isInteger(u) && c.allows(22) ? {key: type, value: undefined} : undefined
    case 'Array':
    case 'Slice':
      return {key: intType, value: u.elem}
    case 'Map':
      return {key: u.key, value: u.elem}
    case 'Chan':
      return {key: u.elem, value: undefined}
    case 'Signature': {
      // func(yield func(K, V) bool)
      const [param] = u.params.vars
      if (!c.allows(23) || param?.type === undefined || u.params.vars.length !== 1 || u.results.vars.length !== 0) return undefined
      const callback = commonUnderlying(param.type)
      if (callback?.kind !== 'Signature' || callback.params.vars.length > 2 || callback.results.vars.length !== 1) return undefined
      if (!identical(callback.results.vars[0]?.type ?? invalidType, boolType)) return undefined
      return {key: callback.params.vars[0]?.type, value: callback.params.vars[1]?.type}
    }
    default:
      return undefined
  }
}
