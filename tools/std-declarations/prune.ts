// Which declarations of the standard library a program outside it can see: what public packages export, and what that refers to, through
// unexported and internal declarations, without function bodies. Works on names, so a shadowed one keeps a little too much.
import {
  forEachChild,
  type CompositeLit,
  type Decl,
  type Expr,
  type File,
  type FuncDecl,
  type Node,
  type Spec,
} from '../../src/go/syntax/ast.ts'

/** A piece of a file that stays or goes as a whole. */
export interface Piece {
  readonly file: SourceUnit
  readonly start: number
  readonly end: number
  /** In front of the text: `type ` for one of a group. */
  readonly prefix: string
  /** Ranges left out: values that say nothing about a type, bodies of function literals. */
  readonly cuts: readonly {readonly start: number; readonly end: number; readonly instead: string}[]
  readonly nodes: readonly Node[]
  /** `Name`, `Type.Method`; several for a group. */
  readonly names: readonly string[]
  kept: boolean
}

export interface SourceUnit {
  readonly path: string
  readonly name: string
  readonly text: string
  readonly file: File
  /** Local name → import path. */
  readonly imports: ReadonlyMap<string, string>
  /** Import paths whose names are used without qualifier. */
  readonly dotImports: readonly string[]
  readonly pieces: Piece[]
}

export interface StdPackage {
  readonly path: string
  readonly units: readonly SourceUnit[]
  readonly byName: Map<string, Piece[]>
  readonly methods: Map<string, Piece[]>
  /** Names of unexported methods that an interface of the package asks for: they decide who implements it. */
  readonly hiddenMethods: Set<string>
}

export const isExported = (name: string): boolean => /^\p{Lu}/u.test(name)
export const isPublic = (path: string): boolean => !/(^|\/)(internal|vendor)(\/|$)/.test(path) && path !== 'builtin'

export function addPieces(owner: StdPackage, unit: SourceUnit): void {
  const add = (piece: Piece) => {
    unit.pieces.push(piece)
    for (const name of piece.names) {
      const dot = name.indexOf('.')
      const [table, key] = dot < 0 ? [owner.byName, name] : [owner.methods, name.slice(0, dot)]
      table.set(key, [...(table.get(key) ?? []), piece])
    }
  }
  for (const decl of unit.file.decls) for (const piece of piecesOf(unit, decl, owner.hiddenMethods)) add(piece)
}

function piecesOf(unit: SourceUnit, decl: Decl, hiddenMethods: Set<string>): Piece[] {
  if (decl.kind === 'BadDecl') return []
  if (decl.kind === 'FuncDecl')
    return decl.name.name === '_' || (decl.name.name === 'init' && !decl.recv) ? [] : [functionPiece(unit, decl)]
  if (decl.tok === 'import') return []
  collectHidden(decl, hiddenMethods)
  if (decl.tok === 'const') {
    const names = decl.specs.flatMap(spec => (spec.kind === 'ValueSpec' ? spec.names.map(name => name.name) : []))
    return [{file: unit, start: decl.pos, end: decl.end, prefix: '', cuts: [], nodes: [decl], names, kept: false}]
  }
  return decl.specs.flatMap(spec => specPiece(unit, spec, decl.lparen >= 0 ? `${decl.tok} ` : undefined, decl.pos))
}

function functionPiece(unit: SourceUnit, decl: FuncDecl): Piece {
  const end = decl.skippedBody?.start ?? decl.body?.lbrace ?? decl.end
  const receiver = decl.recv?.list[0]?.type
  const type = receiver === undefined ? undefined : receiverName(receiver)
  const nodes: Node[] = decl.recv === undefined ? [decl.type] : [decl.recv, decl.type]
  const name = type === undefined ? decl.name.name : `${type}.${decl.name.name}`
  return {file: unit, start: decl.pos, end, prefix: '', cuts: [], nodes, names: [name], kept: false}
}

function receiverName(type: Expr): string | undefined {
  switch (type.kind) {
    case 'StarExpr':
    case 'ParenExpr':
    case 'IndexExpr':
    case 'IndexListExpr':
      return receiverName(type.x)
    case 'Ident':
      return type.name
    default:
      return undefined
  }
}

/** `grouped` is the keyword to put in front of one spec of a group. */
function specPiece(unit: SourceUnit, spec: Spec, grouped: string | undefined, declPos: number): Piece[] {
  if (spec.kind === 'ImportSpec') return []
  const start = grouped === undefined ? declPos : spec.pos
  const prefix = grouped ?? ''
  if (spec.kind === 'TypeSpec')
    return [{file: unit, start, end: spec.end, prefix, cuts: [], nodes: [spec], names: [spec.name.name], kept: false}]
  const names = spec.names.map(name => name.name).filter(name => name !== '_')
  if (names.length === 0) return []
  if (spec.type !== undefined) return [{file: unit, start, end: spec.type.end, prefix, cuts: [], nodes: [spec.type], names, kept: false}]
  const cuts: {start: number; end: number; instead: string}[] = []
  for (const value of spec.values) collectCuts(value, cuts)
  return [{file: unit, start, end: spec.values.at(-1)?.end ?? spec.end, prefix, cuts, nodes: spec.values, names, kept: false}]
}

/** Only `[...]T{…}` needs its elements to have a type. */
const needsElements = (literal: CompositeLit): boolean => literal.type?.kind === 'ArrayType' && literal.type.len?.kind === 'Ellipsis'

function collectCuts(node: Node, cuts: {start: number; end: number; instead: string}[]): void {
  if (node.kind === 'FuncLit') cuts.push({start: node.body.pos, end: node.body.end, instead: '{}'})
  else if (node.kind === 'CompositeLit' && !needsElements(node)) cuts.push({start: node.lbrace, end: node.end, instead: '{}'})
  else forEachChild(node, child => collectCuts(child, cuts))
}

function collectHidden(node: Node, hidden: Set<string>): void {
  if (node.kind === 'InterfaceType')
    for (const field of node.methods.list) for (const name of field.names) if (!isExported(name.name)) hidden.add(name.name)
  forEachChild(node, child => collectHidden(child, hidden))
}

/** Marks everything the public packages show, and what it needs. */
export function keepVisible(packages: ReadonlyMap<string, StdPackage>): void {
  const queue: {owner: StdPackage; piece: Piece}[] = []
  const keep = (owner: StdPackage, piece: Piece) => {
    if (piece.kept) return
    piece.kept = true
    queue.push({owner, piece})
  }
  const keepName = (owner: StdPackage, name: string) => {
    for (const piece of owner.byName.get(name) ?? []) keep(owner, piece)
    for (const method of owner.methods.get(name) ?? []) {
      const own = method.names[0]?.slice(name.length + 1) ?? ''
      if (isExported(own) || owner.hiddenMethods.has(own)) keep(owner, method)
    }
  }
  const visit = (owner: StdPackage, piece: Piece, node: Node): void => {
    if (piece.cuts.some(cut => node.pos >= cut.start && node.end <= cut.end)) return
    if (node.kind === 'Ident') {
      keepName(owner, node.name)
      for (const path of piece.file.dotImports) {
        const target = packages.get(path)
        if (target?.byName.has(node.name) === true) keepName(target, node.name)
      }
      return
    }
    if (node.kind === 'SelectorExpr') {
      const imported = node.x.kind === 'Ident' ? piece.file.imports.get(node.x.name) : undefined
      const target = imported === undefined ? undefined : packages.get(imported)
      if (target !== undefined) return keepName(target, node.sel.name)
      return visit(owner, piece, node.x)
    }
    forEachChild(node, child => visit(owner, piece, child))
  }
  for (const owner of packages.values())
    if (isPublic(owner.path)) for (const name of owner.byName.keys()) if (isExported(name)) keepName(owner, name)
  for (let next = queue.pop(); next !== undefined; next = queue.pop())
    for (const node of next.piece.nodes) visit(next.owner, next.piece, node)
}
