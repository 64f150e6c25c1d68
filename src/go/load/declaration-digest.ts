// What those who import a package can see of a source file, as text to be hashed: imports and declarations without the bodies of functions. A change
// inside a body, of a comment outside of declarations, or of `var _ = …` leaves it as it was, and with it all that depends on the file.
import type {Decl} from '../syntax/ast.ts'
import {parseFile} from '../syntax/parse.ts'

/** Text and marks, apart by a character that Go source cannot hold. */
export function declarationText(bytes: Uint8Array): string {
  const {file} = parseFile(bytes, {declarationsOnly: true, comments: false, lines: false})
  const decoder = new TextDecoder()
  const text = (start: number, end: number) => decoder.decode(bytes.subarray(start, end))
  const parts = [file.name.name, file.goVersion ?? '']
  for (const decl of file.decls)
    if (!isUnseen(decl)) parts.push(decl.kind === 'FuncDecl' ? seenOfFunction(decl, text) : text(decl.pos, decl.end))
  return parts.join('\0')
}

function seenOfFunction(decl: Extract<Decl, {kind: 'FuncDecl'}>, text: (start: number, end: number) => string): string {
  return decl.skippedBody === undefined ? text(decl.pos, decl.end) : `${text(decl.pos, decl.skippedBody.start)}{}`
}

/** Nothing can refer to a blank variable or function, nor to init. Broken code is kept whole. */
function isUnseen(decl: Decl): boolean {
  if (decl.kind === 'FuncDecl') return decl.recv === undefined && (decl.name.name === '_' || decl.name.name === 'init')
  return (
    decl.kind === 'GenDecl' &&
    decl.tok === 'var' &&
    decl.specs.every(spec => spec.kind === 'ValueSpec' && spec.names.every(name => name.name === '_'))
  )
}
