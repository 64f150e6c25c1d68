// The parser's state and its support: look-ahead of one token, comments and to what they belong, errors, recovery, lists. The grammar is in
// declarations.ts, statements.ts, expressions.ts, types.ts and parameters.ts, as functions over this state. Follows src/go/parser/parser.go.
import type {Comment, CommentGroup, Decl, ImportSpec} from './ast.ts'
import {goVersionOf, parseConstraint} from './build-constraint.ts'
import {lineOf} from './lines.ts'
import {withoutCarriageReturns} from './literals.ts'
import {Scanner} from './scanner.ts'
import type {SourceText} from './source-text.ts'
import * as T from './token.ts'

export interface Problem {
  readonly pos: number
  readonly message: string
}

/** Go's own limit of nesting: src/go/parser/parser.go maxNestLev, the same value in Go 1.17 to 1.26. */
export const nestLevelsMax = 100_000
/** Errors kept for one file; a file with more is no Go. */
const problemsMax = 100
const buildMark = new TextEncoder().encode('//go:build')
/** How far a receiver and a name are looked for. */
const signatureBytes = 240
/** How often recovery may stop at one place (go/parser's syncCnt). */
const syncsMax = 10

/** Thrown to leave a file that nests too deeply; caught by `parseFile`. */
export class Bailout extends Error {}

/** The empty list, shared: lists of the tree are never changed. */
export const none: readonly never[] = []

export class Parser extends Scanner {
  readonly keepComments: boolean
  readonly declarationsOnly: boolean
  readonly problems: Problem[] = []
  readonly comments: CommentGroup[] = []
  readonly imports: ImportSpec[] = []
  readonly decls: Decl[] = []
  leadComment: CommentGroup | undefined = undefined
  lineComment: CommentGroup | undefined = undefined
  goVersion: string | undefined = undefined
  /** End of the token before the current one. */
  prevEnd = 0
  ids = 0
  nestLevel = 0
  /** Below 0 in the header of a control clause, where `{` opens the block. */
  exprLevel = 0
  /** On the right-hand side `=` is taken for `==`, which makes the better message. */
  inRhs = false
  private aboveClause = true
  private syncPos = -1
  private syncs = 0
  private lastProblemLine = -1
  /** Elements of the lists being read; each list is cut off at its exact length. */
  private readonly stack: unknown[] = []
  private top = 0

  constructor(source: SourceText, options: {comments: boolean; declarationsOnly: boolean}) {
    super(source)
    this.keepComments = options.comments
    this.declarationsOnly = options.declarationsOnly
    for (const {pos, message} of source.problems) this.problems.push({pos, message})
  }

  // Tokens

  next(): void {
    this.prevEnd = this.end
    const previousLine = this.line
    this.leadComment = undefined
    this.lineComment = undefined
    this.scan()
    if (this.tok === T.COMMENT) this.takeComments(previousLine)
    else if (this.aboveClause) this.leaveHead()
  }

  /** The end of the file, or in a broken one a function that can only be the next declaration: whatever is open ends here. */
  atEnd(): boolean {
    return this.tok === T.EOF || (this.tok === T.FUNC && this.atFuncDecl())
  }

  /**
   * Whether a function is declared here, at the start of a line: `func name` means nothing else anywhere, `func (r T) name(` could be a
   * conversion and is only believed after an error.
   */
  atFuncDecl(): boolean {
    if (this.tok !== T.FUNC || (this.pos > 0 && this.src[this.pos - 1] !== 10)) return false
    const line = this.slice(this.pos, Math.min(this.size, this.pos + signatureBytes))
    return (
      /^func[ \t]+[\p{L}_]/u.test(line) ||
      (this.problems.length > 0 && /^func[ \t]*\([^()\n]*\)[ \t]*[\p{L}_][\p{L}\p{Nd}_]*[ \t]*\(/u.test(line))
    )
  }

  /** To the token behind a `}` that ends at `end`. */
  resumeAfterBrace(end: number): void {
    this.scanAfterBrace(end)
    this.next()
  }

  private nextComment(): void {
    this.scan()
    if (this.tok !== T.COMMENT && this.aboveClause) this.leaveHead()
  }

  /** Behind the first token no comment says anything of the build. */
  private leaveHead(): void {
    this.aboveClause = false
    this.dropsLineComments = !this.keepComments
  }

  /** A group on the line of the previous token is a line comment if nothing follows it there; one that ends right above a token leads it. */
  private takeComments(previousLine: number): void {
    if (!this.keepComments) {
      while (this.tok === T.COMMENT) {
        this.lookForVersion()
        this.nextComment()
      }
      return
    }
    let group: CommentGroup | undefined
    if (this.line === previousLine) {
      group = this.commentGroup(0)
      if (this.line !== this.groupEndLine || this.tok === T.SEMICOLON || this.tok === T.EOF) this.lineComment = group
    }
    let endLine = -1
    while (this.tok === T.COMMENT) {
      group = this.commentGroup(1)
      endLine = this.groupEndLine
    }
    if (endLine + 1 === this.line) this.leadComment = group
  }

  private groupEndLine = 0

  private commentGroup(emptyLines: number): CommentGroup {
    const list: Comment[] = []
    const pos = this.pos
    const id = this.ids++
    let endLine = this.line
    let end = pos
    while (this.tok === T.COMMENT && this.line <= endLine + emptyLines) {
      if (this.aboveClause) this.lookForVersion()
      const comment = this.comment()
      list.push(comment)
      end = comment.end
      endLine = this.src[this.pos + 1] === 42 ? this.lineCount : this.line
      this.nextComment()
    }
    this.groupEndLine = endLine
    const group: CommentGroup = {kind: 'CommentGroup', pos, end, id, list}
    this.comments.push(group)
    return group
  }

  /** go/ast's End is the start and the length of the text, which has lost its carriage returns. */
  private comment(): Comment {
    const {pos, end} = this
    const raw = this.slice(pos, end)
    if (!raw.includes('\r')) return {kind: 'Comment', pos, end, id: this.ids++, text: raw}
    const text = withoutCarriageReturns(raw, raw[1] === '*')
    return {kind: 'Comment', pos, end: end - (raw.length - text.length), id: this.ids++, text}
  }

  private lookForVersion(): void {
    if (!this.aboveClause || !this.startsWithBuild()) return
    const constraint = parseConstraint(this.slice(this.pos, this.end).replaceAll('\r', ''))
    if (constraint !== undefined) this.goVersion = goVersionOf(constraint)
  }

  private startsWithBuild(): boolean {
    for (let i = 0; i < buildMark.length; i++) if (this.src[this.pos + i] !== buildMark[i]) return false
    return true
  }

  /** The literal of the current token as go/scanner gives it. */
  literal(): string {
    const value = this.declarationsOnly ? this.shortSlice(this.pos, this.end) : this.slice(this.pos, this.end)
    return this.tok === T.STRING && this.src[this.pos] === 96 && value.includes('\r') ? withoutCarriageReturns(value, false) : value
  }

  // Lists

  /** The mark to give to `takeList`. */
  listMark(): number {
    return this.top
  }

  push(item: unknown): void {
    this.stack[this.top++] = item
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- only the caller knows what it has pushed
  takeList<N>(mark: number): readonly N[] {
    const stack = this.stack as N[]
    const length = this.top - mark
    this.top = mark
    switch (length) {
      case 0:
        return none
      case 1:
        return [stack[mark]!]
      case 2:
        return [stack[mark]!, stack[mark + 1]!]
      case 3:
        return [stack[mark]!, stack[mark + 1]!, stack[mark + 2]!]
      default:
        return stack.slice(mark, mark + length)
    }
  }

  // Errors

  override scanError(pos: number, message: string): void {
    if (this.problems.length < problemsMax) this.problems.push({pos, message})
    this.knowLines()
    this.lastProblemLine = lineOf(this.lineStarts, pos, this.lineTotal)
  }

  /** A further error on the line of the last one is most likely its consequence. */
  error(pos: number, message: string): void {
    this.knowLines()
    const line = lineOf(this.lineStarts, pos, this.lineTotal)
    if (line === this.lastProblemLine || this.problems.length >= problemsMax) return
    this.lastProblemLine = line
    this.problems.push({pos, message})
  }

  errorExpected(pos: number, what: string): void {
    if (pos !== this.pos) return this.error(pos, `expected ${what}`)
    const found =
      this.tok === T.SEMICOLON && this.automatic ? 'newline' : T.isLiteral(this.tok) ? this.literal() : `'${T.spelling[this.tok]}'`
    this.error(pos, `expected ${what}, found ${found}`)
  }

  nest(): void {
    if (++this.nestLevel > nestLevelsMax) this.tooDeep()
  }

  tooDeep(): never {
    this.error(this.pos, 'exceeded max nesting depth')
    throw new Bailout()
  }

  // Expectations

  /** Gives the position of the token, which is consumed whatever it is, so that there is progress. */
  expect(tok: number): number {
    const pos = this.pos
    if (this.tok !== tok) {
      this.errorExpected(pos, `'${T.spelling[tok]}'`)
      if (this.tok === T.FUNC && this.atFuncDecl()) return pos
    }
    this.next()
    return pos
  }

  /** Like `expect`, but -1 when the token is not there. */
  expectOrNone(tok: number): number {
    const found = this.tok === tok
    const pos = this.expect(tok)
    return found ? pos : -1
  }

  expectClosing(tok: number, context: string): number {
    if (this.tok !== tok && this.tok === T.SEMICOLON && this.automatic) {
      this.error(this.pos, `missing ',' before newline in ${context}`)
      this.next()
    }
    return this.expect(tok)
  }

  /** Consumes a semicolon and gives the line comment that goes with it. */
  expectSemi(): CommentGroup | undefined {
    const tok = this.tok
    if (tok === T.SEMICOLON && this.automatic) {
      const comment = this.lineComment
      this.next()
      return comment
    }
    if (tok === T.RPAREN || tok === T.RBRACE) return undefined
    if (tok === T.SEMICOLON) {
      this.next()
      return this.lineComment
    }
    this.errorExpected(this.pos, "';'")
    if (tok === T.COMMA) {
      const comment = this.lineComment
      this.next()
      return comment
    }
    this.advance(T.stmtStart)
    return undefined
  }

  /** Whether a list goes on; a missing comma is reported and taken as given. */
  atComma(context: string, follow: number): boolean {
    if (this.tok === T.COMMA) return true
    if (this.tok === follow) return false
    const newline = this.tok === T.SEMICOLON && this.automatic ? ' before newline' : ''
    this.error(this.pos, `missing ','${newline} in ${context}`)
    return true
  }

  /** Skips to a token of the set; it stops at one place only so often, which keeps callers that do not move from going round for ever. */
  advance(to: Uint8Array): void {
    for (; !this.atEnd(); this.next()) {
      if (to[this.tok] === 0) continue
      if (this.pos === this.syncPos && this.syncs < syncsMax) {
        this.syncs++
        return
      }
      if (this.pos > this.syncPos) {
        this.syncPos = this.pos
        this.syncs = 0
        return
      }
    }
  }
}
