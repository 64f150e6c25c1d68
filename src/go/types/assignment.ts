// Assignments and initialisations, with untyped values taking the type of where they go (go/types assignments.go).
import type {Expr, Stmt} from '../syntax/ast.ts'
import {isAssignable} from './assignable.ts'
import type {Checker} from './checker.ts'
import {checkExpr, multiExpr, newTarget, singleValue} from './expression.ts'
import {Mode} from './file-state.ts'
import {newVar, type Const, type Var} from './objects.ts'
import {newOperand, typeOfInvalid, type Operand} from './operand.ts'
import {defaultType, isInterfaceNotParam, isUnknown, isUntyped, isValid} from './predicates.ts'
import {recordCommaOk, recordDef, recordUse} from './recording.ts'
import {unparen} from './resolver.ts'
import {declare} from './declaration.ts'
import {lookupIn} from './scope.ts'
import {typeString} from './type-string.ts'
import {underlying} from './underlying.ts'
import {applyImplicit, implicitType} from './untyped.ts'
import {useExprs, useLeft} from './use.ts'
import {invalidType, unknownType, untypedBool, untypedNil, type Type} from './types.ts'

/** Makes x a value of `type`, or of its own default type when undefined; invalid with an error when it cannot be (go/types Checker.assignment). */
export function assignment(c: Checker, x: Operand, type: Type | undefined, context: string): void {
  singleValue(c, x)
  if (x.mode === Mode.invalid) return
  if (x.mode < Mode.constant) {
    c.error(x.expr?.pos ?? 0, `cannot assign in ${context}`)
    x.mode = Mode.invalid
    return
  }
  if (isUntyped(x.type) && !giveType(c, x, type, context)) return
  if (x.type.kind !== 'Basic') {
    const u = underlying(x.type)
    if (u.kind === 'Signature' && u.tparams !== undefined) {
      c.error(x.expr?.pos ?? 0, `cannot use generic function without instantiation in ${context}`)
      x.mode = Mode.invalid
      return
    }
  }
  if (type === undefined || isAssignable(c, x, type)) return
  c.error(x.expr?.pos ?? 0, `cannot use ${typeString(x.type)} value as ${typeString(type)} value in ${context}`)
  x.mode = Mode.invalid
}

function giveType(c: Checker, x: Operand, type: Type | undefined, context: string): boolean {
  let target = type
  if (target === undefined || isInterfaceNotParam(target)) {
    if (target === undefined && x.type === untypedNil) {
      c.error(x.expr?.pos ?? 0, `use of untyped nil in ${context}`)
      x.mode = Mode.invalid
      return false
    }
    target = defaultType(x.type)
  }
  const result = implicitType(c, x, target)
  if (result === undefined) {
    c.error(x.expr?.pos ?? 0, `cannot use untyped value as ${typeString(target)} value in ${context}`)
    x.mode = Mode.invalid
    return false
  }
  applyImplicit(c, x, result)
  return true
}

export function initConst(c: Checker, lhs: Const, x: Operand): void {
  if (x.mode === Mode.invalid || !isValid(x.type) || (lhs.type !== undefined && !isValid(lhs.type))) {
    lhs.type ??= isUnknown(x.type) ? unknownType : invalidType
    // A constant whose value is unknown has a type at most.
    return
  }
  if (x.mode !== Mode.constant || x.val === undefined) {
    c.error(x.expr?.pos ?? lhs.pos, 'value is not constant')
    lhs.type ??= invalidType
    return
  }
  lhs.type ??= x.type
  assignment(c, x, lhs.type, 'constant declaration')
  if (x.mode === Mode.constant && x.val !== undefined) lhs.value = x.val
}

/** Initialises a variable, which takes the type of x if it has none. */
export function initVar(c: Checker, lhs: Var, x: Operand, context: string): void {
  if (x.mode === Mode.invalid || !isValid(x.type) || (lhs.type !== undefined && !isValid(lhs.type))) {
    lhs.type ??= isUnknown(x.type) ? unknownType : typeOfInvalid(x)
    x.mode = Mode.invalid
    return
  }
  if (lhs.type === undefined) {
    if (x.type === untypedNil) {
      c.error(x.expr?.pos ?? lhs.pos, `use of untyped nil in ${context}`)
      lhs.type = invalidType
      x.mode = Mode.invalid
      return
    }
    lhs.type = defaultType(x.type)
  }
  assignment(c, x, lhs.type, context)
}

/** The type of an assignment's left side: undefined for _, invalid when it cannot be assigned to. */
function lhsType(c: Checker, lhs: Expr): Type | undefined {
  const e = unparen(lhs)
  if (e.kind === 'Ident' && e.name === '_') {
    recordDef(c, e, undefined)
    return undefined
  }
  // Writing a variable is no use of it.
  const obj = e.kind === 'Ident' ? c.lookup(e.name) : undefined
  const variable = obj?.kind === 'Var' && obj.pkg === c.pkg ? obj : undefined
  const used = variable?.used ?? false
  const x = newOperand()
  checkExpr(c, undefined, x, lhs)
  if (variable !== undefined) variable.used = used
  if (x.mode === Mode.invalid || !isValid(x.type)) return isUnknown(x.type) ? unknownType : invalidType
  if (x.mode === Mode.variable || x.mode === Mode.mapindex) return x.type
  c.error(lhs.pos, 'cannot assign: neither addressable nor a map index expression')
  return invalidType
}

/** lhs = x, or lhs = rhs when x is undefined. */
export function assignVar(c: Checker, lhs: Expr, rhs: Expr | undefined, value: Operand | undefined, context: string): void {
  const type = lhsType(c, lhs)
  if (type !== undefined && !isValid(type)) {
    if (value !== undefined) value.mode = Mode.invalid
    else if (rhs !== undefined) useExprs(c, [rhs])
    return
  }
  let x = value
  if (x === undefined) {
    x = newOperand()
    if (rhs !== undefined) checkExpr(c, newTarget(type, 'variable'), x, rhs)
  }
  assignment(c, x, type, context)
}

const isCall = (list: readonly Expr[]): boolean => {
  const [only] = list
  return only !== undefined && list.length === 1 && unparen(only).kind === 'CallExpr'
}

function mismatch(c: Checker, pos: number, l: number, r: number, returning: boolean): void {
  c.error(pos, returning ? `${r < l ? 'not enough' : 'too many'} return values` : `assignment mismatch: ${l} variables but ${r} values`)
}

/** Initialises variables from a list of expressions, or results from those of a return statement. */
export function initVars(c: Checker, lhs: readonly Var[], rhs: readonly Expr[], returning: Stmt | undefined): void {
  const context = returning === undefined ? 'assignment' : 'return statement'
  if (lhs.length === rhs.length && !isCall(rhs)) {
    for (let i = 0; i < lhs.length; i++) {
      const v = lhs[i]
      const e = rhs[i]
      if (v === undefined || e === undefined) continue
      const x = newOperand()
      checkExpr(c, newTarget(v.type, v.name === '' ? 'result variable' : v.name), x, e)
      initVar(c, v, x, context)
    }
    return
  }
  const invalidate = (type: Type) => {
    for (const v of lhs) v.type ??= type
  }
  const [first] = rhs
  if (first === undefined || rhs.length !== 1) {
    if (useExprs(c, rhs)) mismatch(c, returning?.pos ?? first?.pos ?? 0, lhs.length, rhs.length, returning !== undefined)
    invalidate(invalidType)
    return
  }
  const {list, commaOk} = multiExpr(c, first, lhs.length === 2 && returning === undefined)
  if (list.length === lhs.length) {
    list.forEach((x, i) => {
      const v = lhs[i]
      if (v !== undefined) initVar(c, v, x, context)
    })
    recordPair(c, first, list, commaOk)
    return
  }
  const [x] = list
  if (x !== undefined && x.mode !== Mode.invalid) mismatch(c, first.pos, lhs.length, list.length, returning !== undefined)
  invalidate(x === undefined ? invalidType : typeOfInvalid(x))
}

function recordPair(c: Checker, e: Expr, list: readonly Operand[], commaOk: boolean): void {
  const [first, second] = list
  if (commaOk && first !== undefined && second !== undefined && first.mode !== Mode.invalid && second.mode !== Mode.invalid)
    recordCommaOk(c, e, first, second)
}

export function assignVars(c: Checker, lhs: readonly Expr[], rhs: readonly Expr[]): void {
  if (lhs.length === rhs.length && !isCall(rhs)) {
    lhs.forEach((l, i) => assignVar(c, l, rhs[i], undefined, 'assignment'))
    return
  }
  const [first] = rhs
  if (first === undefined || rhs.length !== 1) {
    const ok = useLeft(c, lhs)
    if (useExprs(c, rhs) && ok) mismatch(c, first?.pos ?? 0, lhs.length, rhs.length, false)
    return
  }
  const {list, commaOk} = multiExpr(c, first, lhs.length === 2)
  if (list.length === lhs.length) {
    lhs.forEach((l, i) => assignVar(c, l, undefined, list[i], 'assignment'))
    recordPair(c, first, list, commaOk)
    return
  }
  if (list[0]?.mode !== Mode.invalid) mismatch(c, first.pos, lhs.length, list.length, false)
  useLeft(c, lhs)
}

/** a, b := x, y */
export function shortVarDecl(c: Checker, pos: number, lhs: readonly Expr[], rhs: readonly Expr[]): void {
  const top = c.delayed.length
  const {scope, file} = c.env
  const seen = new Set<string>()
  const fresh: Var[] = []
  let hasError = false
  const vars = lhs.map(e => {
    const dummy = () => newVar('local', file, e.pos, c.pkg, '_', undefined)
    if (e.kind !== 'Ident') {
      useLeft(c, [e])
      c.error(e.pos, 'non-name on left side of :=')
      hasError = true
      return dummy()
    }
    const {name} = e
    if (name !== '_') {
      if (seen.has(name)) {
        c.error(e.pos, `${name} repeated on left side of :=`)
        hasError = true
        return dummy()
      }
      seen.add(name)
    }
    const known = lookupIn(scope, name)
    if (known !== undefined) {
      recordUse(c, e, known)
      if (known.kind === 'Var') return known
      c.error(e.pos, `cannot assign to ${name}`)
      hasError = true
      return dummy()
    }
    const v = newVar('local', file, e.pos, c.pkg, name, undefined)
    if (name !== '_') fresh.push(v)
    recordDef(c, e, v)
    return v
  })
  initVars(c, vars, rhs, undefined)
  // Function literals on the right are checked before the new names are visible.
  c.processDelayed(top)
  if (fresh.length === 0 && !hasError) {
    c.error(pos, 'no new variables on left side of :=')
    return
  }
  const scopePos = rhs.at(-1)?.end ?? pos
  for (const v of fresh) declare(c, scope, undefined, v, scopePos)
}

export {untypedBool}
