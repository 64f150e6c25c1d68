// The grammar of types: everything that can only be a type, and interface elements. Parameter lists are in parameters.ts.
import type {BadExpr, Expr, Field, FuncType, Ident, InterfaceType, StructType} from './ast.ts'
import {parseExpr, parseRhs} from './expressions.ts'
import {parseParameterList, parseParameters, parseResult, parseTypeParameters} from './parameters.ts'
import {none, type Parser} from './parser.ts'
import * as T from './token.ts'

export function parseIdent(p: Parser): Ident {
  const pos = p.pos
  if (p.tok !== T.IDENT) {
    p.expect(T.IDENT)
    return {kind: 'Ident', pos, end: pos + 1, id: p.ids++, name: '_'}
  }
  const ident: Ident = {kind: 'Ident', pos, end: p.end, id: p.ids++, name: p.name}
  p.next()
  return ident
}

export const badExpr = (p: Parser, pos: number, end: number): BadExpr => ({kind: 'BadExpr', pos, end, id: p.ids++})

export function parseType(p: Parser): Expr {
  const type = tryType(p)
  if (type !== undefined) return type
  const pos = p.pos
  p.errorExpected(pos, 'type')
  p.advance(T.exprEnd)
  return badExpr(p, pos, p.pos)
}

/** A type if one starts here. */
export function tryType(p: Parser): Expr | undefined {
  p.nest()
  const type = tryTypeHere(p)
  p.nestLevel--
  return type
}

function tryTypeHere(p: Parser): Expr | undefined {
  const pos = p.pos
  switch (p.tok) {
    case T.IDENT:
      return parseQualified(p, parseIdent(p))
    case T.LBRACK:
      p.next()
      return parseArrayType(p, pos, undefined)
    case T.STRUCT:
      return parseStructType(p)
    case T.MUL: {
      p.next()
      const x = parseType(p)
      return {kind: 'StarExpr', pos, end: p.prevEnd, id: p.ids++, x}
    }
    case T.FUNC:
      return parseFuncType(p)
    case T.INTERFACE:
      return parseInterfaceType(p)
    case T.MAP: {
      p.next()
      p.expect(T.LBRACK)
      const key = parseType(p)
      p.expect(T.RBRACK)
      const value = parseType(p)
      return {kind: 'MapType', pos, end: p.prevEnd, id: p.ids++, key, value}
    }
    case T.CHAN:
    case T.ARROW:
      return parseChanType(p)
    case T.LPAREN: {
      p.next()
      const x = parseType(p)
      p.expect(T.RPAREN)
      return {kind: 'ParenExpr', pos, end: p.prevEnd, id: p.ids++, x}
    }
    default:
      return undefined
  }
}

/** A type name without type arguments. */
function parseTypeName(p: Parser, ident: Ident): Expr {
  if (p.tok !== T.PERIOD) return ident
  p.next()
  const sel = parseIdent(p)
  return {kind: 'SelectorExpr', pos: ident.pos, end: p.prevEnd, id: p.ids++, x: ident, sel}
}

/** A type name, perhaps with type arguments, whose first identifier is there already. */
export function parseQualified(p: Parser, ident: Ident): Expr {
  const type = parseTypeName(p, ident)
  return p.tok === T.LBRACK ? parseTypeInstance(p, type) : type
}

function parseTypeInstance(p: Parser, x: Expr): Expr {
  const lbrack = p.expect(T.LBRACK)
  p.exprLevel++
  const mark = p.listMark()
  while (p.tok !== T.RBRACK && p.tok !== T.EOF) {
    p.push(parseType(p))
    if (!p.atComma('type argument list', T.RBRACK)) break
    p.next()
  }
  const list = p.takeList<Expr>(mark)
  p.exprLevel--
  const rbrack = p.expectClosing(T.RBRACK, 'type argument list')
  if (list.length > 0) return packIndex(p, x, lbrack, list, rbrack)
  p.errorExpected(rbrack, 'type argument list')
  return packIndex(p, x, lbrack, [badExpr(p, lbrack + 1, rbrack)], rbrack)
}

/** `x[a]` or `x[a, b]`, read to its closing bracket. */
export function packIndex(p: Parser, x: Expr, lbrack: number, list: readonly Expr[], rbrack: number): Expr {
  const pos = x.pos
  const end = rbrack + 1
  if (list.length === 1) return {kind: 'IndexExpr', pos, end, id: p.ids++, x, lbrack, index: list[0]!, rbrack}
  return {kind: 'IndexListExpr', pos, end, id: p.ids++, x, lbrack, indices: list, rbrack}
}

/** The bracket at `pos` has been read, and the length too if there is `known`. */
export function parseArrayType(p: Parser, pos: number, known: Expr | undefined): Expr {
  let len = known
  if (len === undefined) {
    p.exprLevel++
    if (p.tok === T.ELLIPSIS) {
      len = {kind: 'Ellipsis', pos: p.pos, end: p.end, id: p.ids++, elt: undefined}
      p.next()
    } else if (p.tok !== T.RBRACK) len = parseRhs(p)
    p.exprLevel--
  }
  if (p.tok === T.COMMA) {
    p.error(p.pos, 'unexpected comma; expecting ]')
    p.next()
  }
  p.expect(T.RBRACK)
  const elt = parseType(p)
  return {kind: 'ArrayType', pos, end: p.prevEnd, id: p.ids++, len, elt}
}

/** After `name`: `name [P]E` and `name []E` declare a field, `name[P1, P2]` embeds a type; `name` is undefined then. */
export function parseArrayOrInstance(p: Parser, name: Ident): {readonly name: Ident | undefined; readonly type: Expr} {
  const lbrack = p.expect(T.LBRACK)
  let trailingComma = -1
  const mark = p.listMark()
  if (p.tok !== T.RBRACK) {
    p.exprLevel++
    p.push(parseRhs(p))
    while (p.tok === T.COMMA) {
      const comma = p.pos
      p.next()
      if (p.tok === T.RBRACK) {
        trailingComma = comma
        break
      }
      p.push(parseRhs(p))
    }
    p.exprLevel--
  }
  const args = p.takeList<Expr>(mark)
  const rbrack = p.expect(T.RBRACK)
  if (args.length < 2) {
    const elt = args.length === 0 ? parseType(p) : tryType(p)
    if (elt !== undefined) {
      if (trailingComma >= 0) p.error(trailingComma, 'unexpected comma; expecting ]')
      return {name, type: {kind: 'ArrayType', pos: lbrack, end: p.prevEnd, id: p.ids++, len: args[0], elt}}
    }
  }
  return {name: undefined, type: packIndex(p, name, lbrack, args, rbrack)}
}

function parseStructType(p: Parser): StructType {
  const pos = p.pos
  p.next()
  const opening = p.expect(T.LBRACE)
  const mark = p.listMark()
  while (p.tok === T.IDENT || p.tok === T.MUL || p.tok === T.LPAREN) p.push(parseFieldDecl(p))
  const list = p.takeList<Field>(mark)
  const closing = p.expect(T.RBRACE)
  const end = p.prevEnd
  return {kind: 'StructType', pos, end, id: p.ids++, fields: {kind: 'FieldList', pos: opening, end, id: p.ids++, opening, list, closing}}
}

function parseFieldDecl(p: Parser): Field {
  const doc = p.leadComment
  const names: Ident[] = []
  const type = parseFieldType(p, names)
  let tag
  if (p.tok === T.STRING) {
    tag = {kind: 'BasicLit', pos: p.pos, end: p.end, id: p.ids++, token: 'STRING', value: p.literal()} as const
    p.next()
  }
  const end = p.prevEnd
  const comment = p.expectSemi()
  return {kind: 'Field', pos: names[0]?.pos ?? type.pos, end, id: p.ids++, doc, names, type, tag, comment}
}

function parseFieldType(p: Parser, names: Ident[]): Expr {
  const pos = p.pos
  switch (p.tok) {
    case T.IDENT:
      return parseNamedField(p, names)
    case T.MUL: {
      p.next()
      const x = p.tok === T.LPAREN ? parseParenthesizedEmbedded(p) : parseQualified(p, parseIdent(p))
      return {kind: 'StarExpr', pos, end: p.prevEnd, id: p.ids++, x}
    }
    case T.LPAREN:
      return parseParenthesizedEmbedded(p)
    default:
      p.errorExpected(pos, 'field name or embedded type')
      p.advance(T.exprEnd)
      return badExpr(p, pos, p.pos)
  }
}

function parseNamedField(p: Parser, names: Ident[]): Expr {
  const name = parseIdent(p)
  if (p.tok === T.PERIOD) return parseQualified(p, name)
  if (p.tok === T.STRING || p.tok === T.SEMICOLON || p.tok === T.RBRACE) return name
  names.push(name)
  while (p.tok === T.COMMA) {
    p.next()
    names.push(parseIdent(p))
  }
  if (names.length > 1 || p.tok !== T.LBRACK) return parseType(p)
  const field = parseArrayOrInstance(p, name)
  if (field.name === undefined) names.pop()
  return field.type
}

function parseParenthesizedEmbedded(p: Parser): Expr {
  p.error(p.pos, 'cannot parenthesize embedded type')
  p.next()
  let type: Expr
  if (p.tok === T.MUL) {
    const pos = p.pos
    p.next()
    const x = parseQualified(p, parseIdent(p))
    type = {kind: 'StarExpr', pos, end: p.prevEnd, id: p.ids++, x}
  } else type = parseQualified(p, parseIdent(p))
  if (p.tok === T.RPAREN) p.next()
  return type
}

export function parseFuncType(p: Parser): FuncType {
  const pos = p.expect(T.FUNC)
  if (p.tok === T.LBRACK) {
    const typeParams = parseTypeParameters(p)
    if (typeParams !== undefined) p.error(typeParams.opening, 'function type must have no type parameters')
  }
  return parseSignature(p, pos, pos)
}

/** Parameters and results; `func` is -1 in interface methods, which start at their parameters. */
function parseSignature(p: Parser, pos: number, func: number): FuncType {
  const params = parseParameters(p, true)
  const results = parseResult(p)
  return {kind: 'FuncType', pos, end: p.prevEnd, id: p.ids++, func, typeParams: undefined, params, results}
}

function parseChanType(p: Parser): Expr {
  const pos = p.pos
  let arrow: number = -1
  let dir: 'both' | 'send' | 'recv' = 'both'
  if (p.tok === T.CHAN) {
    p.next()
    if (p.tok === T.ARROW) {
      arrow = p.pos
      dir = 'send'
      p.next()
    }
  } else {
    arrow = p.expect(T.ARROW)
    dir = 'recv'
    p.expect(T.CHAN)
  }
  const value = parseType(p)
  return {kind: 'ChanType', pos, end: p.prevEnd, id: p.ids++, dir, arrow, value}
}

function parseInterfaceType(p: Parser): InterfaceType {
  const pos = p.pos
  p.next()
  const opening = p.expect(T.LBRACE)
  const mark = p.listMark()
  for (;;) {
    const element = p.tok === T.IDENT ? parseMethodOrName(p) : parseElement(p)
    if (element === undefined) break
    p.push(element)
  }
  const list = p.takeList<Field>(mark)
  const closing = p.expect(T.RBRACE)
  const end = p.prevEnd
  return {
    kind: 'InterfaceType',
    pos,
    end,
    id: p.ids++,
    methods: {kind: 'FieldList', pos: opening, end, id: p.ids++, opening, list, closing},
  }
}

const elementField = (p: Parser, type: Expr): Field => {
  const end = p.prevEnd
  const comment = p.expectSemi()
  return {kind: 'Field', pos: type.pos, end, id: p.ids++, doc: undefined, names: none, type, tag: undefined, comment}
}

function parseElement(p: Parser): Field | undefined {
  if (p.tok === T.TILDE) return elementField(p, parseUnion(p, undefined))
  const first = tryType(p)
  return first === undefined ? undefined : elementField(p, parseUnion(p, first))
}

function parseMethodOrName(p: Parser): Field {
  const doc = p.leadComment
  const ident = parseIdent(p)
  const named = (func: FuncType): Field => {
    const end = p.prevEnd
    const comment = p.expectSemi()
    return {kind: 'Field', pos: ident.pos, end, id: p.ids++, doc, names: [ident], type: func, tag: undefined, comment}
  }
  if (p.tok === T.LPAREN) return named(parseSignature(p, p.pos, -1))
  let type: Expr | FuncType
  if (p.tok === T.LBRACK) {
    type = parseGenericMethodOrInstance(p, ident)
    if (type.kind === 'FuncType') return named(type)
  } else type = parseQualified(p, ident)
  const union = parseUnion(p, type)
  const end = p.prevEnd
  const comment = p.expectSemi()
  return {kind: 'Field', pos: ident.pos, end, id: p.ids++, doc, names: none, type: union, tag: undefined, comment}
}

/** `m[T any]()` is an error with a good message; `T[A, B]` embeds an instance. */
function parseGenericMethodOrInstance(p: Parser, ident: Ident): Expr | FuncType {
  const lbrack = p.pos
  p.next()
  p.exprLevel++
  const x = parseExpr(p)
  p.exprLevel--
  if (x.kind === 'Ident' && p.tok !== T.COMMA && p.tok !== T.RBRACK) {
    parseParameterList(p, x, undefined, T.RBRACK, false)
    p.expect(T.RBRACK)
    p.error(lbrack, 'interface method must have no type parameters')
    return parseSignature(p, p.pos, -1)
  }
  const list: Expr[] = [x]
  if (p.atComma('type argument list', T.RBRACK)) {
    p.exprLevel++
    p.next()
    while (p.tok !== T.RBRACK && p.tok !== T.EOF) {
      list.push(parseType(p))
      if (!p.atComma('type argument list', T.RBRACK)) break
      p.next()
    }
    p.exprLevel--
  }
  const rbrack = p.expectClosing(T.RBRACK, 'type argument list')
  return packIndex(p, ident, lbrack, list, rbrack)
}

/** `~A | B | ...`, whose first term may be there already. */
export function parseUnion(p: Parser, first: Expr | undefined): Expr {
  let x = first ?? parseTerm(p)
  while (p.tok === T.OR) {
    const opPos = p.pos
    p.next()
    const y = parseTerm(p)
    x = {kind: 'BinaryExpr', pos: x.pos, end: p.prevEnd, id: p.ids++, x, opPos, op: '|', y}
  }
  return x
}

function parseTerm(p: Parser): Expr {
  const pos = p.pos
  if (p.tok === T.TILDE) {
    p.next()
    const x = parseType(p)
    return {kind: 'UnaryExpr', pos, end: p.prevEnd, id: p.ids++, op: '~', x}
  }
  const type = tryType(p)
  if (type !== undefined) return type
  p.errorExpected(pos, '~ term or type')
  p.advance(T.exprEnd)
  return badExpr(p, pos, p.pos)
}
