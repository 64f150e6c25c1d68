// The syntax tree: go/ast's node kinds and field names (first letter lower case), as plain objects tagged by `kind`.
// Positions are byte offsets from 0 in the physical file; `end` is exclusive and equals go/ast's End(). Each node has an `id` that is dense
// within its file, so that types and objects live in side tables. Every kind starts with the same fields: kind, pos, end, id.
import {unreachable} from '../../base/errors.ts'

interface NodeBase {
  readonly pos: number
  readonly end: number
  /** Dense from 0 within the file, in order of creation. */
  readonly id: number
}

/** Binary, unary and assignment operators and the keywords that nodes keep, as they stand in the source. */
export type Operator =
  | '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>' | '&^'
  | '&&' | '||' | '==' | '<' | '>' | '!=' | '<=' | '>=' | '!' | '<-' | '~'
export type AssignOperator = '=' | ':=' | '+=' | '-=' | '*=' | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>=' | '&^='

// Comments
export interface Comment extends NodeBase { readonly kind: 'Comment'; readonly text: string }
export interface CommentGroup extends NodeBase { readonly kind: 'CommentGroup'; readonly list: readonly Comment[] }

// Fields
/** `names` is empty for embedded fields, anonymous parameters and union elements. */
export interface Field extends NodeBase {
  readonly kind: 'Field'
  readonly doc: CommentGroup | undefined
  readonly names: readonly Ident[]
  readonly type: Expr | undefined
  readonly tag: BasicLit | undefined
  readonly comment: CommentGroup | undefined
}
export interface FieldList extends NodeBase {
  readonly kind: 'FieldList'
  /** Offset of `(`, `{` or `[`; -1 when there is none. */
  readonly opening: number
  readonly list: readonly Field[]
  /** Offset of the closing bracket; -1 when there is none. */
  readonly closing: number
}

// Expressions
export interface BadExpr extends NodeBase { readonly kind: 'BadExpr' }
export interface Ident extends NodeBase { readonly kind: 'Ident'; readonly name: string }
export interface Ellipsis extends NodeBase { readonly kind: 'Ellipsis'; readonly elt: Expr | undefined }
export interface BasicLit extends NodeBase {
  readonly kind: 'BasicLit'
  readonly token: 'INT' | 'FLOAT' | 'IMAG' | 'CHAR' | 'STRING'
  /** As it stands in the source (carriage returns removed from raw strings, as go/scanner does). */
  readonly value: string
}
export interface FuncLit extends NodeBase { readonly kind: 'FuncLit'; readonly type: FuncType; readonly body: BlockStmt }
export interface CompositeLit extends NodeBase {
  readonly kind: 'CompositeLit'
  readonly type: Expr | undefined
  readonly lbrace: number
  readonly elts: readonly Expr[]
  readonly rbrace: number
  /** Set in declarations-only mode where elements between the braces were left out, as they say nothing about the type. */
  readonly skippedElts?: true
}
export interface ParenExpr extends NodeBase { readonly kind: 'ParenExpr'; readonly x: Expr }
export interface SelectorExpr extends NodeBase { readonly kind: 'SelectorExpr'; readonly x: Expr; readonly sel: Ident }
export interface IndexExpr extends NodeBase { readonly kind: 'IndexExpr'; readonly x: Expr; readonly lbrack: number; readonly index: Expr; readonly rbrack: number }
export interface IndexListExpr extends NodeBase {
  readonly kind: 'IndexListExpr'
  readonly x: Expr
  readonly lbrack: number
  readonly indices: readonly Expr[]
  readonly rbrack: number
}
export interface SliceExpr extends NodeBase {
  readonly kind: 'SliceExpr'
  readonly x: Expr
  readonly lbrack: number
  readonly low: Expr | undefined
  readonly high: Expr | undefined
  readonly max: Expr | undefined
  readonly slice3: boolean
  readonly rbrack: number
}
/** `type` is undefined for `x.(type)`. */
export interface TypeAssertExpr extends NodeBase { readonly kind: 'TypeAssertExpr'; readonly x: Expr; readonly lparen: number; readonly type: Expr | undefined; readonly rparen: number }
export interface CallExpr extends NodeBase {
  readonly kind: 'CallExpr'
  readonly fun: Expr
  readonly lparen: number
  readonly args: readonly Expr[]
  /** Offset of `...`; -1 when there is none. */
  readonly ellipsis: number
  readonly rparen: number
}
export interface StarExpr extends NodeBase { readonly kind: 'StarExpr'; readonly x: Expr }
export interface UnaryExpr extends NodeBase { readonly kind: 'UnaryExpr'; readonly op: Operator; readonly x: Expr }
export interface BinaryExpr extends NodeBase { readonly kind: 'BinaryExpr'; readonly x: Expr; readonly opPos: number; readonly op: Operator; readonly y: Expr }
export interface KeyValueExpr extends NodeBase { readonly kind: 'KeyValueExpr'; readonly key: Expr; readonly colon: number; readonly value: Expr }

// Types
/** `len` is undefined for slices, an Ellipsis for `[...]T`. */
export interface ArrayType extends NodeBase { readonly kind: 'ArrayType'; readonly len: Expr | undefined; readonly elt: Expr }
export interface StructType extends NodeBase { readonly kind: 'StructType'; readonly fields: FieldList }
export interface FuncType extends NodeBase {
  readonly kind: 'FuncType'
  /** Offset of `func`; -1 in interface methods. */
  readonly func: number
  readonly typeParams: FieldList | undefined
  readonly params: FieldList
  readonly results: FieldList | undefined
}
export interface InterfaceType extends NodeBase { readonly kind: 'InterfaceType'; readonly methods: FieldList }
export interface MapType extends NodeBase { readonly kind: 'MapType'; readonly key: Expr; readonly value: Expr }
export interface ChanType extends NodeBase { readonly kind: 'ChanType'; readonly dir: 'both' | 'send' | 'recv'; readonly arrow: number; readonly value: Expr }

// Statements
export interface BadStmt extends NodeBase { readonly kind: 'BadStmt' }
export interface DeclStmt extends NodeBase { readonly kind: 'DeclStmt'; readonly decl: GenDecl }
/** `implicit`: the semicolon was left out before `}`. */
export interface EmptyStmt extends NodeBase { readonly kind: 'EmptyStmt'; readonly implicit: boolean }
export interface LabeledStmt extends NodeBase { readonly kind: 'LabeledStmt'; readonly label: Ident; readonly colon: number; readonly stmt: Stmt }
export interface ExprStmt extends NodeBase { readonly kind: 'ExprStmt'; readonly x: Expr }
export interface SendStmt extends NodeBase { readonly kind: 'SendStmt'; readonly chan: Expr; readonly arrow: number; readonly value: Expr }
export interface IncDecStmt extends NodeBase { readonly kind: 'IncDecStmt'; readonly x: Expr; readonly tokPos: number; readonly tok: '++' | '--' }
export interface AssignStmt extends NodeBase {
  readonly kind: 'AssignStmt'
  readonly lhs: readonly Expr[]
  readonly tokPos: number
  readonly tok: AssignOperator
  readonly rhs: readonly Expr[]
}
export interface GoStmt extends NodeBase { readonly kind: 'GoStmt'; readonly call: CallExpr }
export interface DeferStmt extends NodeBase { readonly kind: 'DeferStmt'; readonly call: CallExpr }
export interface ReturnStmt extends NodeBase { readonly kind: 'ReturnStmt'; readonly results: readonly Expr[] }
export interface BranchStmt extends NodeBase { readonly kind: 'BranchStmt'; readonly tok: 'break' | 'continue' | 'goto' | 'fallthrough'; readonly label: Ident | undefined }
export interface BlockStmt extends NodeBase { readonly kind: 'BlockStmt'; readonly lbrace: number; readonly list: readonly Stmt[]; readonly rbrace: number }
export interface IfStmt extends NodeBase {
  readonly kind: 'IfStmt'
  readonly init: Stmt | undefined
  readonly cond: Expr
  readonly body: BlockStmt
  readonly else: Stmt | undefined
}
/** `list` is empty for `default:`. */
export interface CaseClause extends NodeBase { readonly kind: 'CaseClause'; readonly isDefault: boolean; readonly list: readonly Expr[]; readonly colon: number; readonly body: readonly Stmt[] }
export interface SwitchStmt extends NodeBase { readonly kind: 'SwitchStmt'; readonly init: Stmt | undefined; readonly tag: Expr | undefined; readonly body: BlockStmt }
export interface TypeSwitchStmt extends NodeBase { readonly kind: 'TypeSwitchStmt'; readonly init: Stmt | undefined; readonly assign: Stmt; readonly body: BlockStmt }
/** `comm` is undefined for `default:`. */
export interface CommClause extends NodeBase { readonly kind: 'CommClause'; readonly comm: Stmt | undefined; readonly colon: number; readonly body: readonly Stmt[] }
export interface SelectStmt extends NodeBase { readonly kind: 'SelectStmt'; readonly body: BlockStmt }
export interface ForStmt extends NodeBase {
  readonly kind: 'ForStmt'
  readonly init: Stmt | undefined
  readonly cond: Expr | undefined
  readonly post: Stmt | undefined
  readonly body: BlockStmt
}
/** `tok` is undefined when there is no key: `for range x`. */
export interface RangeStmt extends NodeBase {
  readonly kind: 'RangeStmt'
  readonly key: Expr | undefined
  readonly value: Expr | undefined
  readonly tokPos: number
  readonly tok: '=' | ':=' | undefined
  readonly range: number
  readonly x: Expr
  readonly body: BlockStmt
}

// Declarations
export interface ImportSpec extends NodeBase {
  readonly kind: 'ImportSpec'
  readonly doc: CommentGroup | undefined
  readonly name: Ident | undefined
  readonly path: BasicLit
  readonly comment: CommentGroup | undefined
}
export interface ValueSpec extends NodeBase {
  readonly kind: 'ValueSpec'
  readonly doc: CommentGroup | undefined
  readonly names: readonly Ident[]
  readonly type: Expr | undefined
  readonly values: readonly Expr[]
  readonly comment: CommentGroup | undefined
}
export interface TypeSpec extends NodeBase {
  readonly kind: 'TypeSpec'
  readonly doc: CommentGroup | undefined
  readonly name: Ident
  readonly typeParams: FieldList | undefined
  /** Offset of `=` in an alias declaration; -1 when there is none. */
  readonly assign: number
  readonly type: Expr
  readonly comment: CommentGroup | undefined
}
export interface BadDecl extends NodeBase { readonly kind: 'BadDecl' }
export interface GenDecl extends NodeBase {
  readonly kind: 'GenDecl'
  readonly doc: CommentGroup | undefined
  readonly tok: 'import' | 'const' | 'type' | 'var'
  /** Offset of `(`; -1 when there is none. */
  readonly lparen: number
  readonly specs: readonly Spec[]
  readonly rparen: number
}
export interface FuncDecl extends NodeBase {
  readonly kind: 'FuncDecl'
  readonly doc: CommentGroup | undefined
  readonly recv: FieldList | undefined
  readonly name: Ident
  readonly type: FuncType
  /** Undefined for external functions, and in declarations-only mode, where `skippedBody` holds the byte range. */
  readonly body: BlockStmt | undefined
  readonly skippedBody: {readonly start: number; readonly end: number} | undefined
}

/** One source file. `pos` is that of `package`, as go/ast.File.Pos; `fileStart`/`fileEnd` span the bytes. */
export interface File extends NodeBase {
  readonly kind: 'File'
  readonly doc: CommentGroup | undefined
  readonly package: number
  readonly name: Ident
  readonly decls: readonly Decl[]
  readonly fileStart: number
  readonly fileEnd: number
  readonly imports: readonly ImportSpec[]
  readonly comments: readonly CommentGroup[]
  /** Language version from `//go:build`, e.g. `go1.21`; undefined when the file sets none. */
  readonly goVersion: string | undefined
}

export type Expr =
  | BadExpr | Ident | Ellipsis | BasicLit | FuncLit | CompositeLit | ParenExpr | SelectorExpr | IndexExpr | IndexListExpr | SliceExpr
  | TypeAssertExpr | CallExpr | StarExpr | UnaryExpr | BinaryExpr | KeyValueExpr
  | ArrayType | StructType | FuncType | InterfaceType | MapType | ChanType
export type Stmt =
  | BadStmt | DeclStmt | EmptyStmt | LabeledStmt | ExprStmt | SendStmt | IncDecStmt | AssignStmt | GoStmt | DeferStmt | ReturnStmt | BranchStmt
  | BlockStmt | IfStmt | CaseClause | SwitchStmt | TypeSwitchStmt | CommClause | SelectStmt | ForStmt | RangeStmt
export type Spec = ImportSpec | ValueSpec | TypeSpec
export type Decl = BadDecl | GenDecl | FuncDecl
export type Node = Comment | CommentGroup | Field | FieldList | Expr | Stmt | Spec | Decl | File
export type NodeOf<K extends Node['kind']> = Extract<Node, {kind: K}>

/** Calls `visit` on each child, in the order of go/ast.Walk, comments included. A new kind does not compile until it is listed here. */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  switch (node.kind) {
    case 'Comment': case 'BadExpr': case 'Ident': case 'BasicLit': case 'BadStmt': case 'EmptyStmt': case 'BadDecl': return
    case 'CommentGroup': return all(node.list, visit)
    case 'Field': one(node.doc, visit); all(node.names, visit); one(node.type, visit); one(node.tag, visit); return one(node.comment, visit)
    case 'FieldList': return all(node.list, visit)
    case 'Ellipsis': return one(node.elt, visit)
    case 'FuncLit': visit(node.type); return visit(node.body)
    case 'CompositeLit': one(node.type, visit); return all(node.elts, visit)
    case 'ParenExpr': case 'StarExpr': case 'UnaryExpr': case 'ExprStmt': case 'IncDecStmt': return visit(node.x)
    case 'SelectorExpr': visit(node.x); return visit(node.sel)
    case 'IndexExpr': visit(node.x); return visit(node.index)
    case 'IndexListExpr': visit(node.x); return all(node.indices, visit)
    case 'SliceExpr': visit(node.x); one(node.low, visit); one(node.high, visit); return one(node.max, visit)
    case 'TypeAssertExpr': visit(node.x); return one(node.type, visit)
    case 'CallExpr': visit(node.fun); return all(node.args, visit)
    case 'BinaryExpr': visit(node.x); return visit(node.y)
    case 'KeyValueExpr': visit(node.key); return visit(node.value)
    case 'ArrayType': one(node.len, visit); return visit(node.elt)
    case 'StructType': return visit(node.fields)
    case 'FuncType': one(node.typeParams, visit); visit(node.params); return one(node.results, visit)
    case 'InterfaceType': return visit(node.methods)
    case 'MapType': visit(node.key); return visit(node.value)
    case 'ChanType': return visit(node.value)
    case 'DeclStmt': return visit(node.decl)
    case 'LabeledStmt': visit(node.label); return visit(node.stmt)
    case 'SendStmt': visit(node.chan); return visit(node.value)
    case 'AssignStmt': all(node.lhs, visit); return all(node.rhs, visit)
    case 'GoStmt': case 'DeferStmt': return visit(node.call)
    case 'ReturnStmt': return all(node.results, visit)
    case 'BranchStmt': return one(node.label, visit)
    case 'BlockStmt': return all(node.list, visit)
    case 'IfStmt': one(node.init, visit); visit(node.cond); visit(node.body); return one(node.else, visit)
    case 'CaseClause': all(node.list, visit); return all(node.body, visit)
    case 'SwitchStmt': one(node.init, visit); one(node.tag, visit); return visit(node.body)
    case 'TypeSwitchStmt': one(node.init, visit); visit(node.assign); return visit(node.body)
    case 'CommClause': one(node.comm, visit); return all(node.body, visit)
    case 'SelectStmt': return visit(node.body)
    case 'ForStmt': one(node.init, visit); one(node.cond, visit); one(node.post, visit); return visit(node.body)
    case 'RangeStmt': one(node.key, visit); one(node.value, visit); visit(node.x); return visit(node.body)
    case 'ImportSpec': one(node.doc, visit); one(node.name, visit); visit(node.path); return one(node.comment, visit)
    case 'ValueSpec': one(node.doc, visit); all(node.names, visit); one(node.type, visit); all(node.values, visit); return one(node.comment, visit)
    case 'TypeSpec': one(node.doc, visit); visit(node.name); one(node.typeParams, visit); visit(node.type); return one(node.comment, visit)
    case 'GenDecl': one(node.doc, visit); return all(node.specs, visit)
    case 'FuncDecl': one(node.doc, visit); one(node.recv, visit); visit(node.name); visit(node.type); return one(node.body, visit)
    case 'File': one(node.doc, visit); visit(node.name); return all(node.decls, visit)
    default: return unreachable(node)
  }
}

function one(child: Node | undefined, visit: (child: Node) => void): void {
  if (child !== undefined) visit(child)
}

function all(children: readonly Node[], visit: (child: Node) => void): void {
  for (let i = 0; i < children.length; i++) visit(children[i]!)
}
