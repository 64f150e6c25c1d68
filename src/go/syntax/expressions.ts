// The grammar of expressions: binary chains and suffixes are loops, so that left-deep trees cost no stack, and a run of opening parentheses is
// one, too. Where something may be a type or a value it is parsed as an expression, as in src/go/parser/parser.go.
import type {BasicLit, CallExpr, ChanType, CompositeLit, Expr, Ident, Operator} from './ast.ts'
import {nestLevelsMax, none, type Parser} from './parser.ts'
import {skipBody} from './skip-body.ts'
import {parseBlock} from './statements.ts'
import * as T from './token.ts'
import {badExpr, packIndex, parseFuncType, parseType, tryType} from './types.ts'

/** The spelling of an operator token. */
const operator = (tok: number): Operator => T.spelling[tok] as Operator // only called with operator tokens

export const parseExpr = (p: Parser): Expr => parseBinary(p, 1)

/** An expression where `=` cannot be meant. */
export function parseRhs(p: Parser): Expr {
  const old = p.inRhs
  p.inRhs = true
  const x = parseBinary(p, 1)
  p.inRhs = old
  return x
}

export function parseExprList(p: Parser, inRhs: boolean): readonly Expr[] {
  const old = p.inRhs
  p.inRhs = inRhs
  const x = parseBinary(p, 1)
  if (p.tok !== T.COMMA) {
    p.inRhs = old
    return [x]
  }
  const mark = p.listMark()
  p.push(x)
  while (p.tok === T.COMMA) {
    p.next()
    p.push(parseBinary(p, 1))
  }
  p.inRhs = old
  return p.takeList<Expr>(mark)
}

function parseBinary(p: Parser, least: number): Expr {
  const pos = p.pos
  return parseBinaryRest(p, parseUnary(p), pos, least)
}

/** `x` starts at `pos`; operators that bind as strongly as `least` are taken. */
export function parseBinaryRest(p: Parser, x: Expr, pos: number, least: number): Expr {
  const level = p.nestLevel
  for (;;) {
    if (p.nestLevel >= nestLevelsMax) p.tooDeep()
    const tok = p.inRhs && p.tok === T.ASSIGN ? T.EQL : p.tok
    const binds = T.precedence[tok]!
    if (binds < least || binds === 0) {
      p.nestLevel = level
      return x
    }
    p.nestLevel++
    const opPos = p.expect(tok)
    const y = parseBinary(p, binds + 1)
    x = {kind: 'BinaryExpr', pos, end: p.prevEnd, id: p.ids++, x, opPos, op: operator(tok), y}
  }
}

function parseUnary(p: Parser): Expr {
  if (p.nestLevel >= nestLevelsMax) p.tooDeep()
  const pos = p.pos
  const tok = p.tok
  switch (tok) {
    case T.ADD:
    case T.SUB:
    case T.NOT:
    case T.XOR:
    case T.AND:
    case T.TILDE: {
      p.nestLevel++
      p.next()
      const x = parseUnary(p)
      p.nestLevel--
      return {kind: 'UnaryExpr', pos, end: p.prevEnd, id: p.ids++, op: operator(tok), x}
    }
    case T.MUL: {
      p.nestLevel++
      p.next()
      const x = parseUnary(p)
      p.nestLevel--
      return {kind: 'StarExpr', pos, end: p.prevEnd, id: p.ids++, x}
    }
    case T.ARROW: {
      p.nestLevel++
      p.next()
      const x = parseUnary(p)
      p.nestLevel--
      if (x.kind === 'ChanType') return receiveChan(p, x, pos)
      return {kind: 'UnaryExpr', pos, end: p.prevEnd, id: p.ids++, op: '<-', x}
    }
    default: {
      p.nestLevel++
      const x = parseSuffixes(p, parseOperand(p), pos)
      p.nestLevel--
      return x
    }
  }
}

type Mutable<N> = {-readonly [K in keyof N]: N[K]}

/** `<-chan T` was read as `<-` of a type: the arrow belongs to the type, and in `<-chan<- T` the next arrow to the next type, and so on. */
function receiveChan(p: Parser, first: ChanType, pos: number): Expr {
  let arrow = pos
  let type: Mutable<ChanType> | undefined = first
  let dir: ChanType['dir'] = 'send'
  while (type !== undefined && dir === 'send') {
    if (type.dir === 'recv') p.errorExpected(type.arrow, "'chan'")
    const inner: number = type.arrow
    type.pos = arrow
    type.arrow = arrow
    arrow = inner
    dir = type.dir
    type.dir = 'recv'
    type = type.value.kind === 'ChanType' ? type.value : undefined
  }
  if (dir === 'send') p.errorExpected(arrow, 'channel type')
  return first
}

function parseOperand(p: Parser): Expr {
  const pos = p.pos
  switch (p.tok) {
    case T.IDENT: {
      const ident: Ident = {kind: 'Ident', pos, end: p.end, id: p.ids++, name: p.name}
      p.next()
      return ident
    }
    case T.INT:
    case T.FLOAT:
    case T.IMAG:
    case T.CHAR:
    case T.STRING:
      return parseBasicLit(p)
    case T.LPAREN:
      return parseParens(p)
    case T.FUNC:
      if (p.problems.length === 0 || !p.atFuncDecl()) return parseFuncTypeOrLit(p)
  }
  const type = tryType(p)
  if (type !== undefined) return type
  p.errorExpected(pos, 'operand')
  p.advance(T.stmtStart)
  return badExpr(p, pos, p.pos)
}

/** The spelling of a literal token. */
const literalKind = (tok: number) => T.spelling[tok] as BasicLit['token'] // only called with literal tokens

export function parseBasicLit(p: Parser): BasicLit {
  const literal: BasicLit = {kind: 'BasicLit', pos: p.pos, end: p.end, id: p.ids++, token: literalKind(p.tok), value: p.literal()}
  p.next()
  return literal
}

/** All parentheses that open here, without recursion: what follows each closing one may go on with suffixes and operators. */
function parseParens(p: Parser): Expr {
  const opened: number[] = []
  const level = p.nestLevel
  const rhs = p.inRhs
  while (p.tok === T.LPAREN) {
    if (opened.length > 0) p.nest() // the operand inside is a unary expression of its own
    opened.push(p.pos)
    p.next()
    p.exprLevel++
    p.inRhs = true
  }
  const inner = p.pos
  let x = parseBinaryRest(p, parseUnary(p), inner, 1)
  for (let i = opened.length - 1; ; i--) {
    p.exprLevel--
    p.expect(T.RPAREN)
    const pos = opened[i]!
    x = {kind: 'ParenExpr', pos, end: p.prevEnd, id: p.ids++, x}
    p.nestLevel = level + i
    if (i === 0) break
    x = parseBinaryRest(p, parseSuffixes(p, x, pos), pos, 1)
  }
  p.inRhs = rhs
  return x
}

function parseFuncTypeOrLit(p: Parser): Expr {
  const type = parseFuncType(p)
  if (p.tok !== T.LBRACE) return type
  p.exprLevel++
  const body = parseBlock(p)
  p.exprLevel--
  return {kind: 'FuncLit', pos: type.pos, end: body.end, id: p.ids++, type, body}
}

/** Selectors, indices, calls, composite values: everything that follows the operand `x`, which starts at `pos`. */
export function parseSuffixes(p: Parser, operand: Expr, pos: number): Expr {
  let x = operand
  const level = p.nestLevel
  for (;;) {
    if (p.nestLevel >= nestLevelsMax) p.tooDeep()
    switch (p.tok) {
      case T.PERIOD:
        p.next()
        x = parseSelector(p, x, pos)
        break
      case T.LBRACK:
        x = parseIndex(p, x, pos)
        break
      case T.LPAREN:
        x = parseCall(p, x, pos)
        break
      case T.LBRACE: {
        const type = unparen(x)
        if (!mayHaveValue(p, type)) {
          p.nestLevel = level
          return x
        }
        if (type !== x) p.error(type.pos, 'cannot parenthesize type in composite literal')
        x = parseLiteralValue(p, x, pos)
        break
      }
      default:
        p.nestLevel = level
        return x
    }
    p.nestLevel++
  }
}

export function unparen(x: Expr): Expr {
  let inner = x
  while (inner.kind === 'ParenExpr') inner = inner.x
  return inner
}

/** Whether `{` after `type` opens a composite literal and no block. */
function mayHaveValue(p: Parser, type: Expr): boolean {
  switch (type.kind) {
    case 'BadExpr':
    case 'Ident':
    case 'SelectorExpr':
    case 'IndexExpr':
    case 'IndexListExpr':
      return p.exprLevel >= 0
    case 'ArrayType':
    case 'StructType':
    case 'MapType':
      return true
    default:
      return false
  }
}

function parseSelector(p: Parser, x: Expr, pos: number): Expr {
  if (p.tok === T.IDENT) {
    const sel: Ident = {kind: 'Ident', pos: p.pos, end: p.end, id: p.ids++, name: p.name}
    p.next()
    return {kind: 'SelectorExpr', pos, end: sel.end, id: p.ids++, x, sel}
  }
  const at = p.pos
  if (p.tok === T.LPAREN) {
    p.next()
    let type: Expr | undefined
    if (p.tok === T.TYPE) p.next()
    else type = parseType(p)
    const rparen = p.expect(T.RPAREN)
    return {kind: 'TypeAssertExpr', pos, end: rparen + 1, id: p.ids++, x, lparen: at, type, rparen}
  }
  p.errorExpected(at, 'selector or type assertion')
  if (p.tok !== T.RBRACE) p.next()
  const sel: Ident = {kind: 'Ident', pos: at, end: at + 1, id: p.ids++, name: '_'}
  return {kind: 'SelectorExpr', pos, end: at + 1, id: p.ids++, x, sel}
}

function parseIndex(p: Parser, x: Expr, pos: number): Expr {
  const lbrack = p.pos
  p.next()
  if (p.tok === T.RBRACK) {
    const rbrack = p.pos
    p.errorExpected(rbrack, 'operand')
    p.next()
    return {kind: 'IndexExpr', pos, end: rbrack + 1, id: p.ids++, x, lbrack, index: badExpr(p, rbrack, rbrack), rbrack}
  }
  p.exprLevel++
  const first = p.tok === T.COLON ? undefined : parseRhs(p)
  if (p.tok === T.COLON) return parseSlice(p, x, pos, lbrack, first)
  if (first !== undefined && p.tok !== T.COMMA) {
    p.exprLevel--
    const rbrack = p.expect(T.RBRACK)
    return {kind: 'IndexExpr', pos, end: rbrack + 1, id: p.ids++, x, lbrack, index: first, rbrack}
  }
  const mark = p.listMark()
  p.push(first)
  while (p.tok === T.COMMA) {
    p.next()
    if (p.tok !== T.RBRACK && p.tok !== T.EOF) p.push(parseType(p))
  }
  p.exprLevel--
  const list = p.takeList<Expr>(mark)
  return packIndex(p, x, lbrack, list, p.expect(T.RBRACK))
}

function parseSlice(p: Parser, x: Expr, pos: number, lbrack: number, low: Expr | undefined): Expr {
  const firstColon = p.pos
  let high: Expr | undefined = undefined
  let max: Expr | undefined = undefined
  let secondColon: number = -1
  p.next()
  if (p.tok !== T.COLON && p.tok !== T.RBRACK && p.tok !== T.EOF) high = parseRhs(p)
  if (p.tok === T.COLON) {
    secondColon = p.pos
    p.next()
    if (p.tok !== T.COLON && p.tok !== T.RBRACK && p.tok !== T.EOF) max = parseRhs(p)
  }
  p.exprLevel--
  const rbrack = p.expect(T.RBRACK)
  const slice3 = secondColon >= 0
  if (slice3 && high === undefined) {
    p.error(firstColon, 'middle index required in 3-index slice')
    high = badExpr(p, firstColon + 1, secondColon)
  }
  if (slice3 && max === undefined) {
    p.error(secondColon, 'final index required in 3-index slice')
    max = badExpr(p, secondColon + 1, rbrack)
  }
  return {kind: 'SliceExpr', pos, end: rbrack + 1, id: p.ids++, x, lbrack, low, high, max, slice3, rbrack}
}

function parseCall(p: Parser, fun: Expr, pos: number): CallExpr {
  const lparen = p.pos
  p.next()
  p.exprLevel++
  const mark = p.listMark()
  let ellipsis = -1
  while (p.tok !== T.RPAREN && !p.atEnd() && ellipsis < 0) {
    p.push(parseRhs(p))
    if (p.tok === T.ELLIPSIS) {
      ellipsis = p.pos
      p.next()
    }
    if (!p.atComma('argument list', T.RPAREN)) break
    p.next()
  }
  const args = p.takeList<Expr>(mark)
  p.exprLevel--
  const rparen = p.expectClosing(T.RPAREN, 'argument list')
  return {kind: 'CallExpr', pos, end: rparen + 1, id: p.ids++, fun, lparen, args, ellipsis, rparen}
}

/** Only of `[...]T{...}` the elements make the type. */
const eltsTell = (type: Expr | undefined) => type?.kind === 'ArrayType' && type.len?.kind === 'Ellipsis'

function skipLiteralValue(p: Parser, type: Expr | undefined, pos: number): CompositeLit {
  const {start: lbrace, end} = skipBody(p)
  return {kind: 'CompositeLit', pos, end, id: p.ids++, type, lbrace, elts: none, rbrace: Math.max(end - 1, lbrace), skippedElts: true}
}

/** `{...}` of a composite literal that starts at `pos`; inner ones may leave their type out. */
function parseLiteralValue(p: Parser, type: Expr | undefined, pos: number): CompositeLit {
  if (p.declarationsOnly && !eltsTell(type)) return skipLiteralValue(p, type, pos)
  p.nest()
  const lbrace = p.expect(T.LBRACE)
  p.exprLevel++
  const mark = p.listMark()
  while (p.tok !== T.RBRACE && !p.atEnd()) {
    p.push(parseElement(p))
    if (!p.atComma('composite literal', T.RBRACE)) break
    p.next()
  }
  const elts = p.takeList<Expr>(mark)
  p.exprLevel--
  const rbrace = p.expectClosing(T.RBRACE, 'composite literal')
  p.nestLevel--
  return {kind: 'CompositeLit', pos, end: rbrace + 1, id: p.ids++, type, lbrace, elts, rbrace}
}

const parseValue = (p: Parser): Expr => (p.tok === T.LBRACE ? parseLiteralValue(p, undefined, p.pos) : parseBinary(p, 1))

function parseElement(p: Parser): Expr {
  const pos = p.pos
  const key = parseValue(p)
  if (p.tok !== T.COLON) return key
  const colon = p.pos
  p.next()
  const value = parseValue(p)
  return {kind: 'KeyValueExpr', pos, end: p.prevEnd, id: p.ids++, key, colon, value}
}
