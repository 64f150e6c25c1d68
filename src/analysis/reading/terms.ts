// Reading expressions: what a name or selector path denotes, as a key that is equal where the variable is the same, and walks over subtrees.
import {
  forEachChild,
  type BlockStmt,
  type CallExpr,
  type Expr,
  type FuncDecl,
  type FuncLit,
  type Ident,
  type Node,
} from '../../go/syntax/ast.ts'
import type {GoObject, Var} from '../../go/types/objects.ts'
import type {PackageFacts} from '../engine/package-pass.ts'

/** What rules may ask of a package, without reporting: any Pass is one. */
export type Source = PackageFacts

/** The expression inside any parentheses. */
export function unparen(expr: Expr): Expr {
  let at = expr
  while (at.kind === 'ParenExpr') at = at.x
  return at
}

/** Visits a subtree in source order, the node itself first; a visit that answers false keeps out of its children. */
export function walk(node: Node, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return
  forEachChild(node, child => walk(child, visit))
}

/** As `walk`, but not into function literals: what runs when the node runs. */
export function walkSameFunction(node: Node, visit: (node: Node) => boolean | void): void {
  walk(node, at => {
    const into = visit(at)
    return at.kind === 'FuncLit' && at !== node ? false : into
  })
}

/** Whether a node of the subtree satisfies the test. */
export function some(node: Node, test: (node: Node) => boolean): boolean {
  let found = false
  walk(node, at => {
    if (found) return false
    if (test(at)) found = true
    return !found
  })
  return found
}

/** Calls in a subtree, those inside function literals only when asked for. */
export function callsIn(source: Source, node: Node, insideLiterals = false): readonly CallExpr[] {
  const calls = source.within(node, 'CallExpr')
  return insideLiterals || calls.length === 0 ? calls : outsideLiterals(source, node, calls)
}

/** Those nodes of a subtree that are in no function literal below its root: what runs when the root runs. Both lists are in source order. */
export function outsideLiterals<N extends Node>(source: Source, root: Node, nodes: readonly N[]): readonly N[] {
  const literals = source.within(root, 'FuncLit').filter(literal => literal !== root)
  if (literals.length === 0) return nodes
  let at = 0
  return nodes.filter(node => {
    while (at < literals.length && literals[at]!.end <= node.pos) at++
    const literal = literals[at]
    return literal === undefined || node === (literal as Node) || !covers(literal, node)
  })
}

export const covers = (outer: Node, inner: Node) => outer.pos <= inner.pos && inner.end <= outer.end

/** The variable a name stands for; fields of instantiated types count as those of the generic type. */
export function variableOf(source: Source, expr: Expr | undefined): Var | undefined {
  if (expr === undefined) return undefined
  const at = unparen(expr)
  const object = at.kind === 'Ident' ? source.objectOf(at) : at.kind === 'SelectorExpr' ? source.objectOf(at.sel) : undefined
  return object?.kind === 'Var' ? (object.origin ?? object) : undefined
}

/** Whether the subtree mentions the object, inside function literals too. */
export const mentions = (source: Source, node: Node, object: GoObject) =>
  some(node, at => at.kind === 'Ident' && at.name === object.name && source.objectOf(at) === object)

const numbers = new WeakMap<GoObject, number>()
let lastNumber = 0
function numberOf(object: GoObject): number {
  const known = numbers.get(object)
  if (known !== undefined) return known
  numbers.set(object, ++lastNumber)
  return lastNumber
}

/** Equal for two expressions that denote the same variable as long as nothing on the path is assigned; undefined for anything but paths of names and fields. */
export function termKey(source: Source, expr: Expr): string | undefined {
  const at = unparen(expr)
  switch (at.kind) {
    case 'Ident': {
      const object = source.objectOf(at)
      return object?.kind === 'Var' ? `v${numberOf(object.origin ?? object)}` : undefined
    }
    case 'StarExpr':
      return termKey(source, at.x)
    case 'UnaryExpr':
      return at.op === '&' ? termKey(source, at.x) : undefined
    case 'SelectorExpr': {
      const object = source.objectOf(at.sel)
      if (object?.kind !== 'Var') return undefined
      const selection = source.selection(at)
      if (selection === undefined) return `v${numberOf(object)}` // pkg.Var
      const base = termKey(source, at.x)
      return base === undefined ? undefined : `${base}.${selection.index.join('.')}`
    }
    default:
      return undefined
  }
}

/** The key of what a method is called on, with the embedded fields that promote the method: `s.Lock()` means `s.Mutex`. */
export function receiverKey(source: Source, call: CallExpr): string | undefined {
  const fun = unparen(call.fun)
  if (fun.kind !== 'SelectorExpr') return undefined
  const base = termKey(source, fun.x)
  const path = source.selection(fun)?.index.slice(0, -1) ?? []
  return base === undefined ? undefined : [base, ...path].join('.')
}

/** The text of what a method is called on. */
export function receiverText(source: Source, call: CallExpr): string {
  const fun = unparen(call.fun)
  return fun.kind === 'SelectorExpr' ? source.text(fun.x) : source.text(fun)
}

/** The leftmost name of a path: `a` of `a.b[i].c`. */
export function rootOf(expr: Expr): Ident | undefined {
  let at = unparen(expr)
  for (;;) {
    if (at.kind === 'Ident') return at
    if (at.kind === 'SelectorExpr' || at.kind === 'IndexExpr' || at.kind === 'StarExpr' || at.kind === 'SliceExpr') at = unparen(at.x)
    else return undefined
  }
}

/** In a test file, or in a function that is given the test: its helpers stand in other files too. */
export const isTestFile = (source: Source, node: Node): boolean =>
  source.fileOf(node).path.endsWith('_test.go') || takesTest(source, source.enclosingFunction(node))

const testFunctions = new WeakMap<Node, boolean>()

function takesTest(source: Source, fn: FuncDecl | FuncLit | undefined): boolean {
  if (fn === undefined) return false
  let known = testFunctions.get(fn)
  if (known === undefined) {
    known =
      fn.type.params.list.some(({type}) => type !== undefined && /^(?:\*testing\.[TBF]|testing\.TB)$/.test(source.text(type))) ||
      takesTest(source, source.enclosingFunction(fn))
    testFunctions.set(fn, known)
  }
  return known
}
export const isGenerated = (source: Source, node: Node) => source.fileOf(node).generated

/** Minor language version of the file a node is in: 21 for go1.21; undefined when none is known. */
export function languageVersionAt(source: Source, node: Node): number | undefined {
  const {version} = source.fileOf(node).state
  return version === 0 ? undefined : version
}

/** The declaration of a function of this package; for a method of an instantiated type that of the generic one. */
export function declarationOf(source: Source, callee: GoObject | undefined): FuncDecl | undefined {
  if (callee?.kind !== 'Func') return undefined
  const func = callee.origin ?? callee
  return func.pkg === source.package.types ? func.decl?.fdecl : undefined
}

/** Name of the declared function around a node; undefined at package level. */
export function declaredNameAround(source: Source, node: Node): string | undefined {
  for (const at of source.ancestors(node)) if (at.kind === 'FuncDecl') return at.name.name
  return undefined
}

/** In main, init or TestMain: code that runs once and lives as long as the program. */
export function runsOnce(source: Source, node: Node): boolean {
  const name = declaredNameAround(source, node)
  return name === undefined || name === 'main' || name === 'init' || name === 'TestMain'
}

/** Bodies of all functions of the package: declarations and literals. */
export function* functionBodies(
  source: Source,
): Iterable<{readonly node: FuncDecl | FuncLit; readonly name: string | undefined; readonly body: BlockStmt}> {
  for (const decl of source.nodes('FuncDecl')) if (decl.body !== undefined) yield {node: decl, name: decl.name.name, body: decl.body}
  for (const literal of source.nodes('FuncLit')) yield {node: literal, name: undefined, body: literal.body}
}

/** The literal a go or defer statement calls, or an immediate call. */
export function calledLiteral(call: CallExpr): FuncLit | undefined {
  const fun = unparen(call.fun)
  return fun.kind === 'FuncLit' ? fun : undefined
}

/** The loop a node runs in again and again, within its function. */
export function loopAround(source: Source, node: Node): (Node & {readonly kind: 'ForStmt' | 'RangeStmt'}) | undefined {
  let inner = node
  for (const at of source.ancestors(node)) {
    if (at.kind === 'FuncLit' || at.kind === 'FuncDecl') return undefined
    if ((at.kind === 'ForStmt' || at.kind === 'RangeStmt') && inner === at.body) return at
    inner = at
  }
  return undefined
}
