// The grammar of declarations and of a whole file. Function bodies can be left out: the scanner then only looks for the matching brace.
import type {BlockStmt, CommentGroup, Decl, Expr, FuncDecl, GenDecl, Ident, ImportSpec, Spec, TypeSpec, ValueSpec} from './ast.ts'
import {parseBinaryRest, parseExprList, parseSuffixes} from './expressions.ts'
import {parseParameterList, parseParameters, parseResult, parseTypeParameters} from './parameters.ts'
import {none, type Parser} from './parser.ts'
import {skipBody} from './skip-body.ts'
import {parseBlock} from './statements.ts'
import * as T from './token.ts'
import {parseArrayType, parseIdent, parseType, tryType} from './types.ts'

/** `import`, `const`, `type` or `var`, one or a group. */
export function parseGenDecl(p: Parser): GenDecl {
  const doc = p.leadComment
  const pos = p.pos
  const keyword = p.tok
  const tok = keyword === T.IMPORT ? 'import' : keyword === T.CONST ? 'const' : keyword === T.TYPE ? 'type' : 'var'
  p.next()
  let lparen = -1
  let rparen = -1
  let end = 0
  let specs: readonly Spec[]
  if (p.tok === T.LPAREN) {
    lparen = p.pos
    p.next()
    const mark = p.listMark()
    while (p.tok !== T.RPAREN && p.tok !== T.EOF) p.push(parseSpec(p, keyword, p.leadComment))
    specs = p.takeList<Spec>(mark)
    rparen = p.expect(T.RPAREN)
    end = rparen + 1
    p.expectSemi()
  } else {
    const spec = parseSpec(p, keyword, undefined)
    specs = [spec]
    end = spec.end
  }
  return {kind: 'GenDecl', pos, end, id: p.ids++, doc, tok, lparen, specs, rparen}
}

function parseSpec(p: Parser, keyword: number, doc: CommentGroup | undefined): Spec {
  if (keyword === T.TYPE) return parseTypeSpec(p, doc)
  return keyword === T.IMPORT ? parseImportSpec(p, doc) : parseValueSpec(p, doc, keyword === T.CONST)
}

function parseImportSpec(p: Parser, doc: CommentGroup | undefined): ImportSpec {
  const start = p.pos
  let name: Ident | undefined
  if (p.tok === T.IDENT) name = parseIdent(p)
  else if (p.tok === T.PERIOD) {
    name = {kind: 'Ident', pos: start, end: start + 1, id: p.ids++, name: '.'}
    p.next()
  }
  const pos = p.pos
  let end = pos
  let value = ''
  if (p.tok === T.STRING) {
    end = p.end
    value = p.literal()
    p.next()
  } else if (T.isLiteral(p.tok)) {
    p.error(pos, 'import path must be a string')
    p.next()
  } else {
    p.error(pos, 'missing import path')
    p.advance(T.exprEnd)
  }
  const comment = p.expectSemi()
  const path = {kind: 'BasicLit', pos, end, id: p.ids++, token: 'STRING', value} as const
  const spec: ImportSpec = {kind: 'ImportSpec', pos: start, end, id: p.ids++, doc, name, path, comment}
  p.imports.push(spec)
  return spec
}

function parseValueSpec(p: Parser, doc: CommentGroup | undefined, isConst: boolean): ValueSpec {
  const pos = p.pos
  const mark = p.listMark()
  p.push(parseIdent(p))
  while (p.tok === T.COMMA) {
    p.next()
    p.push(parseIdent(p))
  }
  const names = p.takeList<Ident>(mark)
  let type: Expr | undefined
  let values: readonly Expr[] = none
  if (isConst) {
    if (p.tok !== T.EOF && p.tok !== T.SEMICOLON && p.tok !== T.RPAREN) type = tryType(p)
  } else if (p.tok !== T.ASSIGN) type = parseType(p)
  if (p.tok === T.ASSIGN) {
    p.next()
    values = parseExprList(p, true)
  }
  const end = p.prevEnd
  const comment = p.expectSemi()
  return {kind: 'ValueSpec', pos, end, id: p.ids++, doc, names, type, values, comment}
}

function parseTypeSpec(p: Parser, doc: CommentGroup | undefined): TypeSpec {
  const name = parseIdent(p)
  let typeParams: TypeSpec['typeParams'] = undefined
  let assign: number = -1
  let type: Expr | undefined
  if (p.tok === T.LBRACK) {
    const lbrack = p.pos
    p.next()
    const start = p.tok === T.IDENT ? parseTypeParamOrLength(p) : undefined
    if (start === undefined || start.name === undefined) type = parseArrayType(p, lbrack, start?.x)
    else {
      const list = parseParameterList(p, start.name, start.x, T.RBRACK, false)
      const closing = p.expect(T.RBRACK)
      typeParams = {kind: 'FieldList', pos: lbrack, end: closing + 1, id: p.ids++, opening: lbrack, list, closing}
    }
  }
  if (type === undefined) {
    if (p.tok === T.ASSIGN) {
      assign = p.pos
      p.next()
    }
    type = parseType(p)
  }
  const end = p.prevEnd
  const comment = p.expectSemi()
  return {kind: 'TypeSpec', pos: name.pos, end, id: p.ids++, doc, name, typeParams, assign, type, comment}
}

/** After `type T [`: the name of a type parameter (and what was read of its constraint), or an array length `x`. */
function parseTypeParamOrLength(p: Parser): {readonly name: Ident | undefined; readonly x: Expr | undefined} {
  const ident = parseIdent(p)
  let x: Expr = ident
  // `name [` starts a constraint like []E: an index is never constant and so no array length
  if (p.tok !== T.LBRACK) {
    p.exprLevel++
    x = parseBinaryRest(p, parseSuffixes(p, ident, ident.pos), ident.pos, 1)
    p.exprLevel--
  }
  const split = splitName(p, x, p.tok === T.COMMA)
  return split !== undefined && (split.x !== undefined || p.tok !== T.RBRACK) ? split : {name: undefined, x}
}

/**
 * Splits `name *E`, `name (E)` and unions of them, which were read as a product or a call, into name and constraint. Only done where E can
 * be nothing but a type, or `forced` by a comma (src/go/parser/parser.go extractName).
 */
function splitName(p: Parser, x: Expr, forced: boolean): {readonly name: Ident; readonly x: Expr | undefined} | undefined {
  if (x.kind === 'Ident') return {name: x, x: undefined}
  if (x.kind === 'BinaryExpr' && x.op === '*') {
    if (x.x.kind !== 'Ident' || !(forced || isTypeElement(x.y))) return undefined
    return {name: x.x, x: {kind: 'StarExpr', pos: x.opPos, end: x.end, id: p.ids++, x: x.y}}
  }
  if (x.kind === 'BinaryExpr' && x.op === '|') {
    const left = splitName(p, x.x, forced || isTypeElement(x.y))
    if (left?.x === undefined) return undefined
    return {name: left.name, x: {...x, pos: left.x.pos, id: p.ids++, x: left.x}}
  }
  if (x.kind !== 'CallExpr' || x.fun.kind !== 'Ident' || x.args.length !== 1 || x.ellipsis >= 0) return undefined
  const argument = x.args[0]!
  if (!forced && !isTypeElement(argument)) return undefined
  return {name: x.fun, x: {kind: 'ParenExpr', pos: x.lparen, end: x.end, id: p.ids++, x: argument}}
}

/** Whether `x` can be nothing but a type element. */
function isTypeElement(x: Expr): boolean {
  switch (x.kind) {
    case 'ArrayType':
    case 'StructType':
    case 'FuncType':
    case 'InterfaceType':
    case 'MapType':
    case 'ChanType':
      return true
    case 'BinaryExpr':
      return isTypeElement(x.x) || isTypeElement(x.y)
    case 'UnaryExpr':
      return x.op === '~'
    case 'ParenExpr':
      return isTypeElement(x.x)
    default:
      return false
  }
}

function parseFuncDecl(p: Parser): FuncDecl {
  const doc = p.leadComment
  const pos = p.pos
  p.next()
  const recv = p.tok === T.LPAREN ? parseParameters(p, true) : undefined
  const name = parseIdent(p)
  let typeParams = p.tok === T.LBRACK ? parseTypeParameters(p) : undefined
  if (recv !== undefined && typeParams !== undefined) {
    p.error(typeParams.opening, 'method must have no type parameters')
    typeParams = undefined
  }
  const params = parseParameters(p, true)
  const results = parseResult(p)
  const typeEnd = p.prevEnd
  const type = {kind: 'FuncType', pos, end: typeEnd, id: p.ids++, func: pos, typeParams, params, results} as const
  let body: BlockStmt | undefined
  let skippedBody: FuncDecl['skippedBody']
  let missing = p.tok !== T.LBRACE
  if (p.tok === T.SEMICOLON) {
    p.next()
    if (p.tok === T.LBRACE) {
      p.error(p.pos, 'unexpected semicolon or newline before {')
      missing = false
    }
  } else if (missing) p.expectSemi()
  if (!missing) {
    if (p.declarationsOnly) skippedBody = skipBody(p)
    else body = parseBlock(p)
    p.expectSemi()
  }
  const end = body?.end ?? skippedBody?.end ?? typeEnd
  return {kind: 'FuncDecl', pos, end, id: p.ids++, doc, recv, name, type, body, skippedBody}
}

export function parseDecl(p: Parser): Decl {
  switch (p.tok) {
    case T.FUNC:
      return parseFuncDecl(p)
    case T.IMPORT:
    case T.CONST:
    case T.TYPE:
    case T.VAR:
      return parseGenDecl(p)
  }
  const pos = p.pos
  p.errorExpected(pos, 'declaration')
  p.advance(T.declStart)
  return {kind: 'BadDecl', pos, end: p.pos, id: p.ids++}
}

/** The package clause; undefined where the file does not begin like Go. */
export function parseClause(p: Parser): {readonly doc: CommentGroup | undefined; readonly pos: number; readonly name: Ident} {
  const doc = p.leadComment
  const pos = p.expect(T.PACKAGE)
  const name = parseIdent(p)
  p.expectSemi()
  return {doc, pos, name}
}

/** All declarations into `p.decls`, so that what was read before a file ends badly is kept. */
export function parseDecls(p: Parser): void {
  let importsOver = false
  while (p.tok !== T.EOF) {
    if (p.tok !== T.IMPORT) importsOver = true
    else if (importsOver) p.error(p.pos, 'imports must appear before other declarations')
    p.decls.push(parseDecl(p))
  }
}
