// The functions of a checked package that have a body: declarations and literals, in source order.
import {forEachChild, type BlockStmt, type FuncDecl, type FuncLit, type Node} from '../syntax/ast.ts'
import {definitionOf, type FileState, type Func} from '../types/api.ts'

export interface FunctionBody {
  readonly file: FileState
  readonly node: FuncDecl | FuncLit
  readonly body: BlockStmt
  /** Undefined for literals and for declarations without an object (wrong Go). */
  readonly func: Func | undefined
  /** The declaration or literal around a literal; undefined for declarations and at package level. */
  readonly outer: FunctionBody | undefined
}

export function functionsOf(files: readonly FileState[]): FunctionBody[] {
  const found: FunctionBody[] = []
  for (const file of files) {
    const look = (node: Node, outer: FunctionBody | undefined): void => {
      switch (node.kind) {
        case 'FuncDecl': {
          if (node.body === undefined) return
          const object = definitionOf(file, node.name)
          const own = {file, node, body: node.body, func: object?.kind === 'Func' ? object : undefined, outer}
          found.push(own)
          return look(node.body, own)
        }
        case 'FuncLit': {
          const own = {file, node, body: node.body, func: undefined, outer}
          found.push(own)
          return look(node.body, own)
        }
        case 'Ident':
        case 'BasicLit':
        case 'ImportSpec':
        case 'FuncType':
        case 'StructType':
        case 'InterfaceType':
        case 'CommentGroup':
          return
        case 'TypeSpec':
          return
        default:
          forEachChild(node, child => look(child, outer))
      }
    }
    for (const decl of file.tree.decls) look(decl, undefined)
  }
  return found
}
