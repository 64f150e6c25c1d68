// What a rule may ask about the package it looks at. Answers are yes, no or unknown (base/answer.ts).
import type {Answer} from '../../base/answer.ts'
import type {Fix} from '../../findings/finding.ts'
import type {CallExpr, Expr, File, Node, NodeOf} from '../../go/syntax/ast.ts'

/** A span of one file. */
export interface Span {
  readonly file: File
  readonly pos: number
  readonly end: number
}

export interface ReportOptions {
  readonly data?: Readonly<Record<string, string>>
  readonly related?: readonly {readonly node: Node; readonly label: string}[]
  readonly fixes?: readonly Fix[]
  /** Overrides the rule's confidence for this finding. */
  readonly confidence?: number
}

export interface Pass<M extends string> {
  readonly packagePath: string
  readonly files: readonly File[]
  /** All nodes of a kind, in file and source order. */
  nodes<K extends Node['kind']>(kind: K): Iterable<NodeOf<K>>
  /** Source text of a node. */
  text(node: Node): string
  parent(node: Node): Node | undefined
  /** Whether the call's static callee is method `name` of type `importPath.Type` (pointer or value receiver). */
  callsMethod(call: CallExpr, type: string, name: string): Answer
  /** Whether the call's static callee is the package-level function `importPath.Name`. */
  callsFunction(call: CallExpr, qualifiedName: string): Answer
  /** The type as types.TypeString(t, nil) prints it; undefined when unknown. */
  typeText(expr: Expr): string | undefined
  report(node: Node, message: M, options?: ReportOptions): void
}

export interface ModulePass<M extends string> {
  report(
    place: {readonly file: string; readonly pos: number; readonly end: number; readonly symbol: string},
    message: M,
    options?: ReportOptions,
  ): void
}
