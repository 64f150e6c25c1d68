// Parameter lists of functions and types. One list may name its parameters or not, and only its end says which; the names are then sorted out
// as src/go/parser/parser.go parseParameterList does.
import type {Expr, Field, FieldList, Ident} from './ast.ts'
import {none, type Parser} from './parser.ts'
import {badExpr, parseArrayOrInstance, parseIdent, parseQualified, parseType, parseUnion, tryType} from './types.ts'
import * as T from './token.ts'

/** A parameter before it is known whether `name` is a name or a type. */
interface Entry {
  name: Ident | undefined
  type: Expr | undefined
}

/** `dddok`: the last one may be variadic. */
export function parseParameters(p: Parser, dddok: boolean): FieldList {
  const opening = p.expect(T.LPAREN)
  const list = p.tok === T.RPAREN ? none : parseParameterList(p, undefined, undefined, T.RPAREN, dddok)
  const closing = p.expect(T.RPAREN)
  return {kind: 'FieldList', pos: opening, end: closing + 1, id: p.ids++, opening, list, closing}
}

export function parseResult(p: Parser): FieldList | undefined {
  if (p.tok === T.LPAREN) return parseParameters(p, false)
  const type = tryType(p)
  if (type === undefined) return undefined
  const pos = type.pos
  const end = p.prevEnd
  const field = unnamed(p, type, end)
  return {kind: 'FieldList', pos, end, id: p.ids++, opening: -1, list: [field], closing: -1}
}

const unnamed = (p: Parser, type: Expr, end: number): Field => ({
  kind: 'Field',
  pos: type.pos,
  end,
  id: p.ids++,
  doc: undefined,
  names: none,
  type,
  tag: undefined,
  comment: undefined,
})

export function parseTypeParameters(p: Parser): FieldList | undefined {
  const opening = p.expect(T.LBRACK)
  const list = p.tok === T.RBRACK ? none : parseParameterList(p, undefined, undefined, T.RBRACK, false)
  const closing = p.expect(T.RBRACK)
  if (list.length > 0) return {kind: 'FieldList', pos: opening, end: closing + 1, id: p.ids++, opening, list, closing}
  p.error(closing, 'empty type parameter list')
  return undefined
}

/** `name0` and `type0` are what the caller has read of the first parameter; type parameters are closed by `]`. */
export function parseParameterList(
  p: Parser,
  name0: Ident | undefined,
  type0: Expr | undefined,
  closing: number,
  dddok: boolean,
): readonly Field[] {
  const typeParams = closing === T.RBRACK
  const start = name0?.pos ?? type0?.pos ?? p.pos
  const mark = p.listMark()
  let count = 0
  let named = 0
  let typed = 0
  let name = name0
  let type = type0
  while (name !== undefined || (p.tok !== closing && !p.atEnd())) {
    const entry: Entry = type === undefined ? parseParameter(p, name, typeParams) : {name, type: typeParams ? parseUnion(p, type) : type}
    name = type = undefined
    if (entry.name !== undefined || entry.type !== undefined) {
      p.push(entry)
      count++
      if (entry.type !== undefined) {
        typed++
        if (entry.name !== undefined) named++
      }
    }
    if (!p.atComma('parameter list', closing)) break
    p.next()
  }
  if (count === 0) return none
  const list = p.takeList<Entry>(mark)
  if (named === 0) nameless(p, list, typed, typeParams, start)
  else if (named !== count) completeNames(p, list, named === typed, typeParams)
  refuseEllipses(p, list, dddok)
  return named === 0 ? list.map(({type}) => unnamed(p, type!, type!.end)) : grouped(p, list)
}

function parseParameter(p: Parser, known: Ident | undefined, typeParams: boolean): Entry {
  let name = known
  let type: Expr | undefined
  if (known !== undefined || p.tok === T.IDENT) {
    name = known ?? parseIdent(p)
    switch (p.tok) {
      case T.IDENT:
      case T.MUL:
      case T.ARROW:
      case T.FUNC:
      case T.CHAN:
      case T.MAP:
      case T.STRUCT:
      case T.INTERFACE:
      case T.LPAREN:
        type = parseType(p)
        break
      case T.LBRACK:
        ;({name, type} = parseArrayOrInstance(p, name))
        break
      case T.ELLIPSIS:
        return {name, type: parseVariadic(p)}
      case T.PERIOD:
        type = parseQualified(p, name)
        name = undefined
        break
      case T.TILDE:
        if (typeParams) return {name, type: parseUnion(p, undefined)}
        break
      case T.OR:
        if (typeParams) return {name: undefined, type: parseUnion(p, name)}
        break
    }
  } else if (typeParams && p.tok === T.TILDE) return {name: undefined, type: parseUnion(p, undefined)}
  else if (p.tok === T.ELLIPSIS) return {name: undefined, type: parseVariadic(p)}
  else {
    type = tryType(p)
    if (type === undefined) {
      p.errorExpected(p.pos, "')'")
      p.advance(T.exprEnd)
    }
  }
  if (typeParams && p.tok === T.OR && type !== undefined) type = parseUnion(p, type)
  return {name, type}
}

function parseVariadic(p: Parser): Expr {
  const pos = p.pos
  p.next()
  const elt = parseType(p)
  return {kind: 'Ellipsis', pos, end: p.prevEnd, id: p.ids++, elt}
}

/** No parameter has a name and a type: the names are types. */
function nameless(p: Parser, list: readonly Entry[], typed: number, typeParams: boolean, start: number): void {
  for (const entry of list) {
    entry.type ??= entry.name
    entry.name = undefined
  }
  if (!typeParams) return
  if (typed === 0) p.error(p.pos, 'missing type constraint')
  else p.error(start, `missing type parameter name${list.length === 1 ? ' or invalid array length' : ''}`)
}

/** Some have names: a lone name takes the type to its right, and a lone type is an error. */
function completeNames(p: Parser, list: readonly Entry[], noLoneType: boolean, typeParams: boolean): void {
  let at = -1
  let type: Expr | undefined
  for (let i = list.length - 1; i >= 0; i--) {
    const entry = list[i]!
    if (entry.type !== undefined) {
      type = entry.type
      if (entry.name === undefined) {
        at = type.pos
        entry.name = {kind: 'Ident', pos: at, end: at + 1, id: p.ids++, name: '_'}
      }
    } else if (type !== undefined) entry.type = type
    else {
      at = entry.name!.pos
      entry.type = badExpr(p, at, p.pos)
    }
  }
  if (at < 0) return
  if (noLoneType) p.error(p.pos, typeParams ? 'missing type constraint' : 'missing parameter type')
  else if (!typeParams) p.error(at, 'missing parameter name')
  else p.error(at, `missing type parameter name${list.length === 1 ? ' or invalid array length' : ''}`)
}

function refuseEllipses(p: Parser, list: readonly Entry[], dddok: boolean): void {
  let first = true
  for (let i = 0; i < list.length; i++) {
    const entry = list[i]!
    const type = entry.type
    if (type?.kind !== 'Ellipsis' || (dddok && i === list.length - 1)) continue
    if (first) p.error(type.pos, dddok ? 'can only use ... with final parameter' : 'invalid use of ...')
    first = false
    entry.type = badExpr(p, type.pos, type.end)
  }
}

/** Neighbours that share a type share a field. */
function grouped(p: Parser, list: readonly Entry[]): Field[] {
  const fields: Field[] = []
  for (let i = 0; i < list.length;) {
    const type = list[i]!.type!
    const names: Ident[] = []
    for (; i < list.length && list[i]!.type === type; i++) names.push(list[i]!.name!)
    fields.push({
      kind: 'Field',
      pos: names[0]!.pos,
      end: type.end,
      id: p.ids++,
      doc: undefined,
      names,
      type,
      tag: undefined,
      comment: undefined,
    })
  }
  return fields
}
