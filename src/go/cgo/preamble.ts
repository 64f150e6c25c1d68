// The C text in a Go file: the comments in front of `import "C"`, and the #cgo lines among them (cmd/cgo ast.go, go/build saveCgo).
import type {Comment, File} from '../syntax/ast.ts'

export interface CgoSource {
  /** C text, with #cgo lines blanked out so that line numbers stay. */
  readonly text: string
  /** Words of the CFLAGS and CPPFLAGS lines whose constraints hold. */
  readonly cflags: readonly string[]
  /** Macros that lines whose constraints do not hold would define: in this configuration they are certainly not defined. */
  readonly withheld: readonly string[]
  /** Names of `#cgo noescape` and `#cgo nocallback` lines. */
  readonly noescape: readonly string[]
  readonly nocallback: readonly string[]
}

/** A Go file's preamble; undefined when it does not import "C". */
export function cgoSourceOf(file: File, satisfies: (tag: string) => boolean): CgoSource | undefined {
  const comments: Comment[] = []
  let found = false
  for (const decl of file.decls) {
    if (decl.kind !== 'GenDecl' || decl.tok !== 'import') continue
    for (const spec of decl.specs) {
      if (spec.kind !== 'ImportSpec' || spec.path.value !== '"C"') continue
      found = true
      const doc = spec.doc ?? (decl.lparen < 0 || decl.specs.length === 1 ? decl.doc : undefined)
      comments.push(...(doc?.list ?? []))
    }
  }
  if (!found) return undefined
  return readCgoText(comments.map(comment => commentText(comment.text)).join('\n'), satisfies)
}

/** A comment without its marks: one newline in place of the opening one, as cmd/cgo's commentText. */
export function commentText(comment: string): string {
  return comment.startsWith('//') ? comment.slice(2) : comment.slice(2, comment.endsWith('*/') ? -2 : undefined)
}

/** Takes the #cgo lines out of a preamble. */
export function readCgoText(preamble: string, satisfies: (tag: string) => boolean): CgoSource {
  const cflags: string[] = []
  const noescape: string[] = []
  const nocallback: string[] = []
  const withheld: string[] = []
  const lines = preamble.split('\n').map(line => {
    const match = /^[ \t]*#cgo[ \t](.*)$/s.exec(line.replace(/\r$/, ''))
    if (match === null) return line
    const rest = (match[1] ?? '').trim()
    const named = /^(noescape|nocallback)\s+(\w+)$/.exec(rest)
    if (named !== null) (named[1] === 'noescape' ? noescape : nocallback).push(named[2] ?? '')
    const colon = rest.indexOf(':')
    if (colon < 0) return ''
    const words = rest.slice(0, colon).trim().split(/\s+/)
    const kind = words.pop()
    const holds =
      words.length === 0 ||
      words.some(word => word.split(',').every(tag => (tag.startsWith('!') ? !satisfies(tag.slice(1)) : satisfies(tag))))
    if (kind !== 'CFLAGS' && kind !== 'CPPFLAGS') return ''
    const flags = splitQuoted(rest.slice(colon + 1))
    if (holds) cflags.push(...flags)
    else withheld.push(...definesOf(flags))
    return ''
  })
  return {text: lines.join('\n'), cflags, withheld, noescape, nocallback}
}

/** The macros that `-D` flags define. */
export const definesOf = (flags: readonly string[]): string[] => flags.flatMap(flag => /^-D([A-Za-z_]\w*)/.exec(flag)?.[1] ?? [])

/** Words separated by spaces, with quotes and backslashes as go/build splitQuoted has them. */
function splitQuoted(text: string): string[] {
  const words: string[] = []
  const pattern = /(?:\\.|"[^"]*"|'[^']*'|[^\s"'\\])+/gs
  for (const [word] of text.matchAll(pattern))
    words.push(word.replaceAll(/\\(.)|"([^"]*)"|'([^']*)'/gs, (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? ''))
  return words
}
