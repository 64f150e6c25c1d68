// The grammar of statements. Ends are taken before the semicolon; what a `for` or `switch` header is shows only after it has been read.
import type {AssignOperator, BlockStmt, CallExpr, CaseClause, CommClause, Expr, IfStmt, Stmt} from './ast.ts'
import {parseGenDecl} from './declarations.ts'
import {parseExprList, parseRhs, unparen} from './expressions.ts'
import {none, type Parser} from './parser.ts'
import * as T from './token.ts'
import {badExpr, parseIdent} from './types.ts'

const assignOperator = (tok: number) => T.spelling[tok] as AssignOperator // only called when T.isAssignment(tok)

function parseStmtList(p: Parser): readonly Stmt[] {
  const mark = p.listMark()
  while (p.tok !== T.CASE && p.tok !== T.DEFAULT && p.tok !== T.RBRACE && p.tok !== T.EOF) p.push(parseStmt(p))
  return p.takeList<Stmt>(mark)
}

export function parseBlock(p: Parser): BlockStmt {
  const lbrace = p.expect(T.LBRACE)
  return finishBlock(p, lbrace, parseStmtList(p), p.expectOrNone(T.RBRACE))
}

function finishBlock(p: Parser, lbrace: number, list: readonly Stmt[], rbrace: number): BlockStmt {
  const end = rbrace >= 0 ? rbrace + 1 : (list.at(-1)?.end ?? lbrace + 1)
  return {kind: 'BlockStmt', pos: lbrace, end, id: p.ids++, lbrace, list, rbrace}
}

export function parseStmt(p: Parser): Stmt {
  p.nest()
  const stmt = parseStmtHere(p)
  p.nestLevel--
  return stmt
}

function parseStmtHere(p: Parser): Stmt {
  const pos = p.pos
  switch (p.tok) {
    case T.IDENT:
    case T.INT:
    case T.FLOAT:
    case T.IMAG:
    case T.CHAR:
    case T.STRING:
    case T.FUNC:
    case T.LPAREN:
    case T.LBRACK:
    case T.STRUCT:
    case T.MAP:
    case T.CHAN:
    case T.INTERFACE:
    case T.ADD:
    case T.SUB:
    case T.MUL:
    case T.AND:
    case T.XOR:
    case T.ARROW:
    case T.NOT: {
      const stmt = parseSimple(p, true)
      if (stmt.kind !== 'LabeledStmt') p.expectSemi()
      return stmt
    }
    case T.IF:
      return parseIf(p)
    case T.RETURN:
      return parseReturn(p)
    case T.FOR:
      return parseFor(p)
    case T.SWITCH:
      return parseSwitch(p)
    case T.SELECT:
      return parseSelect(p)
    case T.DEFER:
      return parseGoOrDefer(p, 'DeferStmt')
    case T.GO:
      return parseGoOrDefer(p, 'GoStmt')
    case T.BREAK:
      return parseBranch(p, 'break')
    case T.CONTINUE:
      return parseBranch(p, 'continue')
    case T.GOTO:
      return parseBranch(p, 'goto')
    case T.FALLTHROUGH:
      return parseBranch(p, 'fallthrough')
    case T.CONST:
    case T.TYPE:
    case T.VAR: {
      const decl = parseGenDecl(p)
      return {kind: 'DeclStmt', pos, end: decl.end, id: p.ids++, decl}
    }
    case T.LBRACE: {
      const block = parseBlock(p)
      p.expectSemi()
      return block
    }
    case T.SEMICOLON: {
      const implicit = p.automatic
      p.next()
      return {kind: 'EmptyStmt', pos, end: implicit ? pos : pos + 1, id: p.ids++, implicit}
    }
    case T.RBRACE:
      return {kind: 'EmptyStmt', pos, end: pos, id: p.ids++, implicit: true}
    default:
      p.errorExpected(pos, 'statement')
      p.advance(T.stmtStart)
      return {kind: 'BadStmt', pos, end: p.pos, id: p.ids++}
  }
}

/** Expressions, assignments, sends, `x++` and, where `labelOk`, labels. */
function parseSimple(p: Parser, labelOk: boolean): Stmt {
  const pos = p.pos
  const list = parseExprList(p, false)
  if (T.isAssignment(p.tok)) return parseAssign(p, pos, list)
  return parseSimpleRest(p, pos, list, labelOk)
}

function parseAssign(p: Parser, pos: number, lhs: readonly Expr[]): Stmt {
  const tokPos = p.pos
  const tok = assignOperator(p.tok)
  p.next()
  const rhs = parseExprList(p, true)
  return {kind: 'AssignStmt', pos, end: p.prevEnd, id: p.ids++, lhs, tokPos, tok, rhs}
}

function parseSimpleRest(p: Parser, pos: number, list: readonly Expr[], labelOk: boolean): Stmt {
  const x = list[0]!
  if (list.length > 1) p.errorExpected(x.pos, '1 expression')
  const at = p.pos
  switch (p.tok) {
    case T.COLON: {
      p.next()
      if (labelOk && x.kind === 'Ident') {
        const stmt = parseStmt(p)
        return {kind: 'LabeledStmt', pos, end: stmt.end, id: p.ids++, label: x, colon: at, stmt}
      }
      p.error(at, 'illegal label declaration')
      return {kind: 'BadStmt', pos, end: at + 1, id: p.ids++}
    }
    case T.ARROW: {
      p.next()
      const value = parseRhs(p)
      return {kind: 'SendStmt', pos, end: p.prevEnd, id: p.ids++, chan: x, arrow: at, value}
    }
    case T.INC:
    case T.DEC: {
      const tok = p.tok === T.INC ? '++' : '--'
      p.next()
      return {kind: 'IncDecStmt', pos, end: at + 2, id: p.ids++, x, tokPos: at, tok}
    }
    default:
      return {kind: 'ExprStmt', pos, end: p.prevEnd, id: p.ids++, x}
  }
}

function parseGoOrDefer(p: Parser, kind: 'GoStmt' | 'DeferStmt'): Stmt {
  const pos = p.pos
  const keyword = kind === 'GoStmt' ? 'go' : 'defer'
  p.next()
  const written = parseRhs(p)
  let x = written
  if (x.kind === 'ParenExpr') {
    p.error(x.pos, `expression in ${keyword} must not be parenthesized`)
    x = unparen(x)
  }
  let call: CallExpr | undefined
  if (x.kind === 'CallExpr') call = x
  else if (x.kind !== 'BadExpr') p.error(x.end, `expression in ${keyword} must be function call`)
  p.expectSemi()
  if (call === undefined) return {kind: 'BadStmt', pos, end: pos + keyword.length, id: p.ids++}
  return {kind, pos, end: call.end, id: p.ids++, call}
}

function parseReturn(p: Parser): Stmt {
  const pos = p.pos
  p.next()
  const results = p.tok !== T.SEMICOLON && p.tok !== T.RBRACE ? parseExprList(p, true) : none
  const end = p.prevEnd
  p.expectSemi()
  return {kind: 'ReturnStmt', pos, end, id: p.ids++, results}
}

function parseBranch(p: Parser, tok: 'break' | 'continue' | 'goto' | 'fallthrough'): Stmt {
  const pos = p.pos
  p.next()
  const label = tok === 'goto' || (tok !== 'fallthrough' && p.tok === T.IDENT) ? parseIdent(p) : undefined
  const end = label?.end ?? pos + tok.length
  p.expectSemi()
  return {kind: 'BranchStmt', pos, end, id: p.ids++, tok, label}
}

/** The expression of a statement that stands where one is wanted. */
function exprOf(p: Parser, stmt: Stmt, want: string): Expr {
  if (stmt.kind === 'ExprStmt') return stmt.x
  const found = stmt.kind === 'AssignStmt' ? 'assignment' : 'simple statement'
  p.error(stmt.pos, `expected ${want}, found ${found} (missing parentheses around composite literal?)`)
  return badExpr(p, stmt.pos, stmt.end)
}

function parseIf(p: Parser): IfStmt {
  p.nest()
  const pos = p.pos
  p.next()
  const {init, cond} = parseIfHeader(p)
  const body = parseBlock(p)
  let otherwise: Stmt | undefined
  if (p.tok === T.ELSE) {
    p.next()
    if (p.tok === T.IF) otherwise = parseIf(p)
    else if (p.tok === T.LBRACE) {
      otherwise = parseBlock(p)
      p.expectSemi()
    } else {
      p.errorExpected(p.pos, 'if statement or block')
      otherwise = {kind: 'BadStmt', pos: p.pos, end: p.pos, id: p.ids++}
    }
  } else p.expectSemi()
  p.nestLevel--
  return {kind: 'IfStmt', pos, end: (otherwise ?? body).end, id: p.ids++, init, cond, body, else: otherwise}
}

function parseIfHeader(p: Parser): {readonly init: Stmt | undefined; readonly cond: Expr} {
  if (p.tok === T.LBRACE) {
    p.error(p.pos, 'missing condition in if statement')
    return {init: undefined, cond: badExpr(p, p.pos, p.pos)}
  }
  const level = p.exprLevel
  p.exprLevel = -1
  let init: Stmt | undefined
  let condition: Stmt | undefined
  let semi = -1
  let newline = false
  if (p.tok !== T.SEMICOLON) {
    if (p.tok === T.VAR) {
      p.next()
      p.error(p.pos, 'var declaration not allowed in if initializer')
    }
    init = parseSimple(p, false)
  }
  if (p.tok === T.LBRACE) [init, condition] = [undefined, init]
  else {
    if (p.tok === T.SEMICOLON) [semi, newline] = [p.pos, p.automatic]
    p.expect(T.SEMICOLON)
    if (p.tok !== T.LBRACE) condition = parseSimple(p, false)
  }
  let cond: Expr | undefined
  if (condition !== undefined) cond = exprOf(p, condition, 'boolean expression')
  else if (semi >= 0) p.error(semi, newline ? 'unexpected newline, expecting { after if clause' : 'missing condition in if statement')
  p.exprLevel = level
  return {init, cond: cond ?? badExpr(p, p.pos, p.pos)}
}

function parseSwitch(p: Parser): Stmt {
  const pos = p.pos
  p.next()
  let init: Stmt | undefined
  let tag: Stmt | undefined
  if (p.tok !== T.LBRACE) {
    const level = p.exprLevel
    p.exprLevel = -1
    if (p.tok !== T.SEMICOLON) tag = parseSimple(p, false)
    if (p.tok === T.SEMICOLON) {
      p.next()
      init = tag
      tag = p.tok === T.LBRACE ? undefined : parseSimple(p, false)
    }
    p.exprLevel = level
  }
  const isTypeSwitch = tag !== undefined && isTypeSwitchGuard(p, tag)
  const body = parseClauses(p, parseCase)
  if (tag !== undefined && isTypeSwitch) return {kind: 'TypeSwitchStmt', pos, end: body.end, id: p.ids++, init, assign: tag, body}
  const value = tag === undefined ? undefined : exprOf(p, tag, 'switch expression')
  return {kind: 'SwitchStmt', pos, end: body.end, id: p.ids++, init, tag: value, body}
}

function parseClauses(p: Parser, clause: (p: Parser) => Stmt): BlockStmt {
  const lbrace = p.expect(T.LBRACE)
  const mark = p.listMark()
  while (p.tok === T.CASE || p.tok === T.DEFAULT) p.push(clause(p))
  const list = p.takeList<Stmt>(mark)
  const rbrace = p.expect(T.RBRACE)
  p.expectSemi()
  return finishBlock(p, lbrace, list, rbrace)
}

const isTypeAssert = (x: Expr | undefined) => x?.kind === 'TypeAssertExpr' && x.type === undefined

function isTypeSwitchGuard(p: Parser, stmt: Stmt): boolean {
  if (stmt.kind === 'ExprStmt') return isTypeAssert(stmt.x)
  if (stmt.kind !== 'AssignStmt' || stmt.lhs.length !== 1 || stmt.rhs.length !== 1 || !isTypeAssert(stmt.rhs[0])) return false
  if (stmt.tok === '=') p.error(stmt.tokPos, "expected ':=', found '='")
  return stmt.tok === '=' || stmt.tok === ':='
}

function parseCase(p: Parser): CaseClause {
  const pos = p.pos
  const isDefault = p.tok === T.DEFAULT
  p.next()
  const list = isDefault ? none : parseExprList(p, true)
  const colon = p.expect(T.COLON)
  const body = parseStmtList(p)
  return {kind: 'CaseClause', pos, end: body.at(-1)?.end ?? colon + 1, id: p.ids++, isDefault, list, colon, body}
}

function parseSelect(p: Parser): Stmt {
  const pos = p.pos
  p.next()
  const body = parseClauses(p, parseComm)
  return {kind: 'SelectStmt', pos, end: body.end, id: p.ids++, body}
}

function parseComm(p: Parser): CommClause {
  const pos = p.pos
  const isDefault = p.tok === T.DEFAULT
  p.next()
  const comm = isDefault ? undefined : parseCommStmt(p)
  const colon = p.expect(T.COLON)
  const body = parseStmtList(p)
  return {kind: 'CommClause', pos, end: body.at(-1)?.end ?? colon + 1, id: p.ids++, comm, colon, body}
}

function parseCommStmt(p: Parser): Stmt {
  const pos = p.pos
  const list = parseExprList(p, false)
  const x = list[0]!
  const at = p.pos
  const assigns = p.tok === T.ASSIGN ? '=' : p.tok === T.DEFINE ? ':=' : undefined
  if (assigns !== undefined) {
    if (list.length > 2) p.errorExpected(x.pos, '1 or 2 expressions')
    p.next()
    const rhs = [parseRhs(p)]
    return {kind: 'AssignStmt', pos, end: p.prevEnd, id: p.ids++, lhs: list.slice(0, 2), tokPos: at, tok: assigns, rhs}
  }
  if (list.length > 1) p.errorExpected(x.pos, '1 expression')
  if (p.tok !== T.ARROW) return {kind: 'ExprStmt', pos, end: p.prevEnd, id: p.ids++, x}
  p.next()
  const value = parseRhs(p)
  return {kind: 'SendStmt', pos, end: p.prevEnd, id: p.ids++, chan: x, arrow: at, value}
}

/** `[lhs =] range x`, read up to the block. */
interface RangeHeader {
  readonly lhs: readonly Expr[]
  readonly tokPos: number
  readonly tok: '=' | ':=' | undefined
  readonly range: number
  readonly x: Expr
}

function parseFor(p: Parser): Stmt {
  const pos = p.pos
  p.next()
  let init: Stmt | undefined
  let cond: Stmt | undefined
  let post: Stmt | undefined
  let range: RangeHeader | undefined
  if (p.tok !== T.LBRACE) {
    const level = p.exprLevel
    p.exprLevel = -1
    if (p.tok === T.RANGE) range = parseRangeHeader(p, none, -1, undefined)
    else if (p.tok !== T.SEMICOLON) {
      const first = parseForStart(p)
      if ('kind' in first) cond = first
      else range = first
    }
    if (range === undefined && p.tok === T.SEMICOLON) {
      p.next()
      init = cond
      // only `for ;; {` writes both semicolons beside each other
      cond = p.tok === T.SEMICOLON ? undefined : parseSimple(p, false)
      p.expectSemi()
      if (p.tok !== T.LBRACE) post = parseSimple(p, false)
    }
    p.exprLevel = level
  }
  const body = parseBlock(p)
  p.expectSemi()
  const end = body.end
  if (range !== undefined) return finishRange(p, pos, range, body)
  const test = cond === undefined ? undefined : exprOf(p, cond, 'boolean or range expression')
  return {kind: 'ForStmt', pos, end, id: p.ids++, init, cond: test, post, body}
}

function parseForStart(p: Parser): Stmt | RangeHeader {
  const pos = p.pos
  const list = parseExprList(p, false)
  if (!T.isAssignment(p.tok)) return parseSimpleRest(p, pos, list, false)
  const tokPos = p.pos
  const tok = assignOperator(p.tok)
  p.next()
  if (p.tok === T.RANGE && (tok === '=' || tok === ':=')) return parseRangeHeader(p, list, tokPos, tok)
  const rhs = parseExprList(p, true)
  return {kind: 'AssignStmt', pos, end: p.prevEnd, id: p.ids++, lhs: list, tokPos, tok, rhs}
}

function parseRangeHeader(p: Parser, lhs: readonly Expr[], tokPos: number, tok: '=' | ':=' | undefined): RangeHeader {
  const range = p.pos
  p.next()
  return {lhs, tokPos, tok, range, x: parseRhs(p)}
}

function finishRange(p: Parser, pos: number, header: RangeHeader, body: BlockStmt): Stmt {
  const {lhs, tokPos, tok, range, x} = header
  if (lhs.length > 2) {
    p.errorExpected(lhs.at(-1)!.pos, 'at most 2 expressions')
    return {kind: 'BadStmt', pos, end: body.end, id: p.ids++}
  }
  return {kind: 'RangeStmt', pos, end: body.end, id: p.ids++, key: lhs[0], value: lhs[1], tokPos, tok, range, x, body}
}
