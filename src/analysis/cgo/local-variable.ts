// What one function does with one of its variables: every mention, and what assigns it. By syntax; aliases are not followed.
import type {BlockStmt, Expr, FuncDecl, FuncLit, Ident, Node, Stmt} from '../../go/syntax/ast.ts'
import type {GoObject, Var} from '../../go/types/objects.ts'
import {type AnyPass, unparen, within} from './c-member.ts'

const mentionsByObject = new WeakMap<object, ReadonlyMap<GoObject, readonly Ident[]>>()

/** Members of an instantiated type count as those of the generic one. */
const originOf = (object: GoObject): GoObject => ((object.kind === 'Var' || object.kind === 'Func') && object.origin) || object

/** Every identifier of the package that means the object, in source order. */
export function mentions(pass: AnyPass, object: GoObject): readonly Ident[] {
  let index = mentionsByObject.get(pass.package)
  if (index === undefined) {
    const made = new Map<GoObject, Ident[]>()
    for (const ident of pass.nodes('Ident')) {
      const named = pass.objectOf(ident)
      if (named === undefined) continue
      const meant = originOf(named)
      const list = made.get(meant)
      if (list) list.push(ident)
      else made.set(meant, [ident])
    }
    index = made
    mentionsByObject.set(pass.package, index)
  }
  return index.get(originOf(object)) ?? []
}

/** The variable an expression names, when it is one of a function: local, parameter, receiver or result. */
export function localOf(pass: AnyPass, expr: Expr): Var | undefined {
  const at = unparen(expr)
  const object = at.kind === 'Ident' ? pass.objectOf(at) : undefined
  return object?.kind === 'Var' && object.varKind !== 'package' && object.varKind !== 'field' ? object : undefined
}

/** What an assignment or declaration gives the variable at this mention; 'other' when it is not a plain one-to-one form. */
export function assignedAt(pass: AnyPass, mention: Ident): Expr | 'other' | undefined {
  const parent = pass.parent(mention)
  if (parent?.kind === 'AssignStmt') {
    const index = parent.lhs.indexOf(mention)
    if (index < 0) return undefined
    if (parent.lhs.length !== parent.rhs.length || (parent.tok !== '=' && parent.tok !== ':=')) return 'other'
    return parent.rhs[index]
  }
  if (parent?.kind === 'ValueSpec') {
    const index = parent.names.indexOf(mention)
    return index < 0
      ? undefined
      : parent.values.length === parent.names.length
        ? parent.values[index]
        : parent.values.length > 0
          ? 'other'
          : undefined
  }
  if (parent?.kind === 'RangeStmt' && (parent.key === mention || parent.value === mention)) return 'other'
  if (parent?.kind === 'IncDecStmt') return 'other'
  if (parent?.kind === 'UnaryExpr' && parent.op === '&') return 'other'
  return undefined
}

/** The one expression a local variable is ever given; undefined when there are several, none, or its address is taken. */
export function onlyValue(pass: AnyPass, object: GoObject): Expr | undefined {
  let value: Expr | undefined
  for (const mention of mentions(pass, object)) {
    const given = assignedAt(pass, mention)
    if (given === undefined) continue
    if (given === 'other' || value !== undefined) return undefined
    value = given
  }
  return value
}

/** Outermost declared function around a node. */
export function declarationAround(pass: AnyPass, node: Node): FuncDecl | undefined {
  for (const at of pass.ancestors(node)) if (at.kind === 'FuncDecl') return at
  return undefined
}

export const bodyOf = (fun: FuncDecl | FuncLit | undefined): BlockStmt | undefined => fun?.body

/** The statement list a statement stands in. */
export function listAround(pass: AnyPass, stmt: Node): readonly Stmt[] | undefined {
  const parent = pass.parent(stmt)
  if (parent?.kind === 'BlockStmt') return parent.list
  return parent?.kind === 'CaseClause' || parent?.kind === 'CommClause' ? parent.body : undefined
}

/** The statement of the given list that holds the node. */
export const statementIn = (list: readonly Stmt[], node: Node): number => list.findIndex(stmt => within(node, stmt))

/** Whether the node runs in a loop of its function. */
export function inLoop(pass: AnyPass, node: Node): boolean {
  for (const at of pass.ancestors(node)) {
    if (at.kind === 'FuncDecl' || at.kind === 'FuncLit') return false
    if ((at.kind === 'ForStmt' || at.kind === 'RangeStmt') && within(node, at.body)) return true
  }
  return false
}

/** Whether the function or anything in it calls `name` of some package or value: for what would silence a rule. */
export function callsNamed(pass: AnyPass, scope: Node, name: RegExp): boolean {
  for (const call of pass.within(scope, 'CallExpr')) {
    const fun = unparen(call.fun)
    const called = fun.kind === 'SelectorExpr' ? fun.sel.name : fun.kind === 'Ident' ? fun.name : ''
    if (name.test(called)) return true
  }
  return false
}
