// The entry of the parser: bytes in, a tree and its errors out. It never throws on bad Go.
import type {Decl, File, Ident} from './ast.ts'
import {parseClause, parseDecls} from './declarations.ts'
import {tooDeepMessage} from './deep-stack.ts'
import {preorder} from './digest.ts'
import {positionOf} from './lines.ts'
import {Bailout, Parser} from './parser.ts'
import {sourceText} from './source-text.ts'
import * as T from './token.ts'

export interface ParseOptions {
  /** Skip function bodies by brace matching and keep their byte range (`FuncDecl.skippedBody`). */
  readonly declarationsOnly?: boolean
  /** Keep comments and attach them, as go/parser.ParseComments; default true. */
  readonly comments?: boolean
  /** Make the table of lines; default true. Without it `ParsedFile.lines` may only be read where there are errors. */
  readonly lines?: boolean
}

export interface SyntaxError {
  /** Byte offset from 0. */
  readonly pos: number
  readonly line: number
  readonly column: number
  readonly message: string
}

export interface ParsedFile {
  readonly file: File
  /** In source order; empty when go/parser would accept the file. */
  readonly errors: readonly SyntaxError[]
  /** Byte offset of the first byte of each line; `lines[0]` is 0. */
  readonly lines: Int32Array | readonly number[]
  /** How many ids were given out; the length of side tables. */
  readonly nodeCount: number
}

export function parseFile(bytes: Uint8Array, options: ParseOptions = {}): ParsedFile {
  const wantsLines = options.lines ?? true
  const source = sourceText(bytes, wantsLines)
  const p = new Parser(source, {comments: options.comments ?? true, declarationsOnly: options.declarationsOnly ?? false})
  let clause: ReturnType<typeof parseClause> | undefined
  try {
    p.next()
    clause = parseClause(p)
    if (p.problems.length === 0 || beginsLikeGo(p)) parseDecls(p)
  } catch (thrown) {
    if (!(thrown instanceof Bailout)) {
      if (!(thrown instanceof RangeError)) throw thrown
      p.problems.push({pos: p.pos, message: tooDeepMessage})
    }
  }
  if (p.problems.length > 0) p.knowLines()
  const lines = p.lineTotal > 0 ? p.lineStarts.slice(0, p.lineTotal) : undefined
  const errors = p.problems.map(({pos, message}) => ({pos, ...positionOf(lines ?? [], pos), message})).sort((a, b) => a.pos - b.pos)
  const file = fileNode(p, clause)
  if (errors.length > 0) preorder(file, endNotBeforeStart)
  return {file, errors, lines: lines ?? unasked, nodeCount: p.ids}
}

/** In place of lines that nobody asked for: whoever reads them after all has a bug, which shows. */
const unasked: readonly number[] = new Proxy([], {
  get() {
    throw new Error('Bug: the lines of a file that was parsed without them')
  },
})

/** A node that nothing was read for ends where the token before it ended. */
function endNotBeforeStart(node: {readonly pos: number; end: number}): void {
  if (node.end < node.pos) node.end = node.pos
}

/** After a broken package clause: whether reading on is worth it. */
const beginsLikeGo = (p: Parser) => T.declStart[p.tok] !== 0 || p.tok === T.FUNC

function fileNode(p: Parser, clause: ReturnType<typeof parseClause> | undefined): File {
  const pos = clause?.pos ?? 0
  const name: Ident = clause?.name ?? {kind: 'Ident', pos, end: pos, id: p.ids++, name: '_'}
  const decls: readonly Decl[] = p.decls
  return {
    kind: 'File',
    pos,
    end: decls.at(-1)?.end ?? name.end,
    id: p.ids++,
    doc: clause?.doc,
    package: pos,
    name,
    decls,
    fileStart: 0,
    fileEnd: p.size,
    imports: p.imports,
    comments: p.comments,
    goVersion: p.goVersion,
  }
}
