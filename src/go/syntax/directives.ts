// Comments that mean something to the toolchain: `//go:` directives, `//export`, and the C text above `import "C"`, each with its byte range.
// Which of them count follows src/cmd/compile/internal/syntax/parser.go (directives) and src/cmd/cgo/ast.go (preamble), Go 1.26.
import type {Comment, CommentGroup, Decl, File, ImportSpec} from './ast.ts'

export interface Directive {
  readonly pos: number
  readonly end: number
  /** `go:noinline`, `export`, `extern`. */
  readonly name: string
  /** What follows the name, blanks at both ends removed. */
  readonly args: string
}

const pattern = /^\/\/(?:(go:[\w-]+)|(export|extern))(?:[ \t]+(.*))?$/s

/** All directives of a file, in source order. `//go:` ones only count where nothing but blanks stands before them on their line. */
export function directivesOf(file: File, bytes: Uint8Array): readonly Directive[] {
  return file.comments.flatMap(group => group.list.flatMap(comment => directiveOf(comment, bytes) ?? []))
}

function directiveOf(comment: Comment, bytes: Uint8Array): Directive | undefined {
  const [, go, plain, args = ''] = pattern.exec(comment.text) ?? []
  const name = go ?? plain
  if (name === undefined || (go !== undefined && !isFirstOnLine(bytes, comment.pos))) return undefined
  return {pos: comment.pos, end: comment.end, name, args: args.trim()}
}

function isFirstOnLine(bytes: Uint8Array, pos: number): boolean {
  let at = pos - 1
  while (bytes[at] === 32 || bytes[at] === 9) at--
  return at < 0 || bytes[at] === 10
}

/** The compiler gives a directive to the next declaration, however many lines and comments stand between. */
export function directivesByDecl(file: File, directives: readonly Directive[]): ReadonlyMap<Decl, readonly Directive[]> {
  const found = new Map<Decl, readonly Directive[]>()
  let at = 0
  for (const decl of file.decls) {
    const from = at
    while (at < directives.length && directives[at]!.pos < decl.pos) at++
    if (at > from) found.set(decl, directives.slice(from, at))
    while (at < directives.length && directives[at]!.pos < decl.end) at++ // inside: of local declarations, or of nothing
  }
  return found
}

/** A stretch of C in a preamble: what stands between the comment marks. */
export interface PreamblePiece {
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface Preamble {
  readonly spec: ImportSpec
  readonly group: CommentGroup | undefined
  readonly pieces: readonly PreamblePiece[]
}

/** Every `import "C"` of the file; its text is the comment right above the spec or, where the import stands alone, above the keyword. */
export function cgoPreambles(file: File): readonly Preamble[] {
  return file.decls.flatMap(decl => {
    if (decl.kind !== 'GenDecl' || decl.tok !== 'import') return []
    return decl.specs.flatMap(spec => {
      if (spec.kind !== 'ImportSpec' || (spec.path.value !== '"C"' && spec.path.value !== '`C`')) return []
      const group = spec.doc ?? (decl.specs.length === 1 ? decl.doc : undefined)
      return [{spec, group, pieces: (group?.list ?? []).map(pieceOf)}]
    })
  })
}

function pieceOf(comment: Comment): PreamblePiece {
  const general = comment.text.startsWith('/*')
  const text = comment.text.slice(2, general ? -2 : undefined)
  return {start: comment.pos + 2, end: comment.end - (general ? 2 : 0), text}
}
