// `//export name` directives: which functions cgo makes callable from C (cmd/cgo ast.go, saveExport).
import type {Comment, File, FuncDecl} from '../../go/syntax/ast.ts'
import {importsC} from './c-member.ts'

export interface ExportedFunction {
  readonly decl: FuncDecl
  /** The name C calls it by. */
  readonly name: string
  readonly comment: Comment
}

/** The exported functions of a file that imports "C"; empty for other files, where cgo reads nothing. */
export function exportedFunctions(file: File): readonly ExportedFunction[] {
  if (!importsC(file)) return []
  return file.decls.flatMap(decl => {
    if (decl.kind !== 'FuncDecl') return []
    const comment = decl.doc?.list.find(one => one.text.startsWith('//export '))
    const name = comment === undefined ? undefined : /^\/\/export\s+(\S+)\s*$/.exec(comment.text)?.[1]
    return comment === undefined || name === undefined ? [] : [{decl, name, comment}]
  })
}
