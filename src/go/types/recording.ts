// Writing results into the side tables of the current file (go/types recording.go). Dependencies have no tables.
import type {Expr, Ident, Node, SelectorExpr} from '../syntax/ast.ts'
import type {Value} from './constant/constant.ts'
import type {Checker} from './checker.ts'
import {Mode, type FileState} from './file-state.ts'
import {newParam, newVar, type Func, type GoObject, type Var} from './objects.ts'
import type {Operand} from './operand.ts'
import {isUntyped} from './predicates.ts'
import type {Scope} from './scope.ts'
import type {Selection} from './selection.ts'
import {emptyTuple, newTuple, type Basic, type Signature, type Type} from './types.ts'

export function recordIn(file: FileState, e: Node, mode: Mode, type: Type, val: Value | undefined): void {
  const {tables} = file
  if (tables === undefined || mode === Mode.invalid || e.id < 0) return
  tables.modes[e.id] = mode
  tables.types[e.id] = type
  if (val !== undefined) tables.values.set(e.id, val)
  else if (tables.values.size > 0) tables.values.delete(e.id)
}

export function recordType(c: Checker, e: Node, mode: Mode, type: Type, val?: Value): void {
  recordIn(c.env.file, e, mode, type, val)
}

/** Records an operand, or remembers it until its type is final (go/types Checker.record). */
export function record(c: Checker, x: Operand): void {
  const {expr} = x
  if (expr === undefined || x.mode === Mode.invalid) return
  if (x.mode === Mode.novalue) return recordType(c, expr, x.mode, emptyTuple)
  const val = x.mode === Mode.constant ? x.val : undefined
  if (isUntyped(x.type)) rememberUntyped(c, expr, x.mode, x.type as Basic, val) // untyped types are basic
  else recordIn(c.env.file, expr, x.mode, x.type, val)
}

function rememberUntyped(c: Checker, e: Expr, mode: Mode, type: Basic, val: Value | undefined): void {
  c.untyped.set(e, {isLhs: false, mode, type, val, file: c.env.file})
}

/** What is still untyped at the end stays so. */
export function recordUntyped(c: Checker): void {
  for (const [e, info] of c.untyped) recordIn(info.file, e, info.mode, info.type, info.val)
  c.untyped.clear()
}

/** The call-specific signature of a builtin, on its name and the parentheses around it. */
export function recordBuiltin(c: Checker, fun: Expr, sig: Signature): void {
  for (let e = fun; ; e = e.x) {
    recordType(c, e, Mode.builtin, sig)
    if (e.kind !== 'ParenExpr') return
  }
}

/** The pair of types of a comma-ok expression, and of the expression in its parentheses. */
export function recordCommaOk(c: Checker, expr: Expr, first: Operand, second: Operand): void {
  const {tables} = c.env.file
  if (tables === undefined || first.mode === Mode.invalid) return
  for (let e = expr; ; e = e.x) {
    if (e.id >= 0)
      tables.types[e.id] = newTuple([
        newVar('local', c.env.file, e.pos, c.pkg, '', first.type),
        newVar('local', c.env.file, e.pos, c.pkg, '', second.type),
      ])
    if (e.kind !== 'ParenExpr') return
  }
}

/** The type arguments of an instantiation, on the identifier of what is instantiated. */
export function recordInstance(c: Checker, expr: Expr, targs: readonly Type[], type: Type): void {
  const {tables} = c.env.file
  if (tables === undefined) return
  let e = expr
  while (e.kind === 'ParenExpr') e = e.x
  if (e.kind === 'IndexExpr' || e.kind === 'IndexListExpr') e = e.x
  while (e.kind === 'ParenExpr') e = e.x
  const ident = e.kind === 'SelectorExpr' ? e.sel : e
  if (ident.id >= 0) tables.instances.set(ident.id, {targs, type})
}

export function recordDef(c: Checker, id: Ident, obj: GoObject | undefined): void {
  const {tables} = c.env.file
  if (tables !== undefined && id.id >= 0) tables.defs[id.id] = obj
}

export function recordUse(c: Checker, id: Ident, obj: GoObject): void {
  const {tables} = c.env.file
  if (tables !== undefined && id.id >= 0) tables.uses[id.id] = obj
}

export function recordImplicit(c: Checker, node: Node, obj: GoObject): void {
  c.env.file.tables?.implicits.set(node.id, obj)
}

export function recordSelection(
  c: Checker,
  e: SelectorExpr,
  kind: Selection['kind'],
  recv: Type,
  obj: Var | Func,
  index: readonly number[],
  indirect: boolean,
): void {
  recordUse(c, e.sel, obj)
  c.env.file.tables?.selections.set(e.id, {kind, recv, obj, index, indirect})
}

export function recordScope(c: Checker, node: Node, scope: Scope): void {
  if (node.id >= 0) c.env.file.tables?.scopes.set(node.id, scope)
}

/** Whether results of the current file are kept. */
export const recording = (c: Checker): boolean => c.env.file.tables !== undefined

export {newParam}
