// What a rule may ask about the package it looks at. Answers are yes, no or unknown (base/answer.ts); types may be unknown too.
import type {Answer} from '../../base/answer.ts'
import type {Fix, Severity} from '../../findings/finding.ts'
import type {CallExpr, Expr, FuncDecl, FuncLit, Ident, Node, NodeOf, SelectorExpr} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import type {Selection} from '../../go/types/selection.ts'
import type {Type} from '../../go/types/types.ts'
import type {Value} from '../../go/types/constant/constant.ts'
import type {CheckedFile, CheckedPackage} from './checked-package.ts'
import type {Flow} from './flow.ts'

export interface ReportOptions {
  readonly data?: Readonly<Record<string, string>>
  readonly related?: readonly {readonly node: Node; readonly label: string}[]
  /** Related places outside the trees: C files, assembly. */
  readonly relatedAt?: readonly {readonly place: FactPlace; readonly label: string}[]
  readonly fixes?: readonly Fix[]
  /** Overrides the rule's confidence for this finding. */
  readonly confidence?: number
  /** Overrides the rule's severity for this finding: one hazard may have a sure form and a lesser one. */
  readonly severity?: Severity
}

/** A place that outlives the package: facts carry it from `collect` to `conclude`. Serialisable. */
export interface FactPlace {
  readonly file: string
  /** Byte offsets. */
  readonly start: number
  readonly end: number
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  /** Symbol of the enclosing function; the package path at package level. */
  readonly symbol: string
  /** At package level, the declared type around it: for the fingerprint. */
  readonly typeName?: string
  /** The source line, for the fingerprint. */
  readonly sourceLine: string
}

export interface Pass<M extends string> {
  readonly package: CheckedPackage
  readonly packagePath: string
  /** All nodes of a kind, in file and source order. */
  nodes<K extends Node['kind']>(kind: K): readonly NodeOf<K>[]
  /** Nodes of a kind in a subtree, its root included, in source order; without a walk. */
  within<K extends Node['kind']>(root: Node, kind: K): readonly NodeOf<K>[]
  /** Source text of a node. */
  text(node: Node): string
  parent(node: Node): Node | undefined
  /** From the node's parent outwards. */
  ancestors(node: Node): Iterable<Node>
  fileOf(node: Node): CheckedFile
  /** Innermost function around the node: a declaration or a literal. */
  enclosingFunction(node: Node): FuncDecl | FuncLit | undefined
  /** The linker's name of the declared function around a node: `pkg.(*T).M`; the package path at package level. */
  symbolOf(node: Node): string

  /** Undefined when unknown or invalid. */
  typeOf(expr: Expr): Type | undefined
  /** The type as types.TypeString(t, nil) prints it; undefined when unknown. */
  typeText(expr: Expr): string | undefined
  constantOf(expr: Expr): Value | undefined
  /** What an identifier uses or declares; undefined when unknown. */
  objectOf(ident: Ident): GoObject | undefined
  selection(expr: SelectorExpr): Selection | undefined
  /** Static callee as an object (function, method, builtin, variable of function type); undefined when unknown. */
  calleeOf(call: CallExpr): GoObject | undefined
  /** Qualified name of the static callee: `fmt.Println`, `(*sync.Mutex).Lock`, `builtin append`; undefined when it has none or is unknown. */
  calleeName(call: CallExpr): string | undefined
  /** Whether the call's static callee is method `name` of type `importPath.Type` (pointer or value receiver). */
  callsMethod(call: CallExpr, type: string, name: string): Answer
  /** Whether the call's static callee is the package-level function `importPath.Name`. */
  callsFunction(call: CallExpr, qualifiedName: string): Answer
  /** Whether a call of a conversion, not of a function. */
  isConversion(call: CallExpr): Answer
  /** Control and data flow of the package's functions; costs nothing until it is asked. */
  readonly flow: Flow

  place(node: Node): FactPlace
  report(node: Node, message: M, options?: ReportOptions): void
  /** For places outside the trees: assembly, comments. */
  reportAt(place: FactPlace, message: M, options?: Omit<ReportOptions, 'related'>): void
}

export interface ModulePass<M extends string> {
  report(
    place: FactPlace,
    message: M,
    options?: Omit<ReportOptions, 'related' | 'relatedAt'> & {
      readonly related?: readonly {readonly place: FactPlace; readonly label: string}[]
    },
  ): void
}
