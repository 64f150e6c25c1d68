// Struct types: fields, embedded fields and tags (go/types struct.go).
import type {BasicLit, Expr, Ident, StructType} from '../syntax/ast.ts'
import type {Checker} from './checker.ts'
import {makeFromLiteral, stringVal} from './constant/constant.ts'
import {newField, objectId, type Var} from './objects.ts'
import {isTypeParam, isUnsafePointer, isValid} from './predicates.ts'
import {recordDef} from './recording.ts'
import {varType} from './type-expression.ts'
import {dereference, underlying} from './underlying.ts'
import {invalidType, type Struct, type Type} from './types.ts'

export function structType(c: Checker, struct: Struct, e: StructType): void {
  const fields: Var[] = []
  const tags: string[] = []
  const seen = new Set<string>()
  const add = (ident: Ident, type: Type, tag: string, embedded: boolean) => {
    const field = newField(c.env.file, ident.pos, c.pkg, ident.name, type, embedded)
    if (ident.name !== '_') {
      const id = objectId(field)
      if (seen.has(id)) {
        c.error(ident.pos, `${ident.name} redeclared`)
        return
      }
      seen.add(id)
    }
    if (tag !== '' || tags.length > 0) {
      while (tags.length < fields.length) tags.push('')
      tags.push(tag)
    }
    fields.push(field)
    recordDef(c, ident, field)
  }
  for (const f of e.fields.list) {
    if (f.type === undefined) continue
    const type = varType(c, f.type)
    const tag = tagOf(c, f.tag)
    if (f.names.length > 0) for (const name of f.names) add(name, type, tag, false)
    else {
      const name = embeddedName(f.type)
      if (name === undefined) {
        c.error(f.type.pos, 'embedded field type has no name')
        add({kind: 'Ident', pos: f.type.pos, end: f.type.end, id: -1, name: '_'}, invalidType, '', true)
        continue
      }
      add(name, type, tag, true)
      if (c.bodies) checkEmbedded(c, f.type, type)
    }
  }
  struct.fields = fields
  struct.tags = tags.length > 0 ? tags : undefined
}

function checkEmbedded(c: Checker, e: Expr, embedded: Type): void {
  c.later(() => {
    const {type, pointer} = dereference(embedded)
    const u = underlying(type)
    if (isValid(type) && isUnsafePointer(type)) c.error(e.pos, 'embedded field type cannot be unsafe.Pointer')
    else if (u.kind === 'Pointer') c.error(e.pos, 'embedded field type cannot be a pointer')
    else if (isTypeParam(type)) c.error(e.pos, 'embedded field type cannot be a (pointer to a) type parameter')
    else if (u.kind === 'Interface' && pointer) c.error(e.pos, 'embedded field type cannot be a pointer to an interface')
  })
}

/** The identifier that names an embedded field. */
export function embeddedName(e: Expr): Ident | undefined {
  switch (e.kind) {
    case 'Ident':
      return e
    case 'StarExpr':
      return e.x.kind === 'StarExpr' ? undefined : embeddedName(e.x)
    case 'SelectorExpr':
      return e.sel
    case 'IndexExpr':
    case 'IndexListExpr':
      return embeddedName(e.x)
    default:
      return undefined
  }
}

function tagOf(c: Checker, tag: BasicLit | undefined): string {
  if (tag === undefined) return ''
  if (tag.token === 'STRING') {
    const val = makeFromLiteral(tag.value, 'STRING')
    if (val.kind === 'string') return stringVal(val)
  }
  c.error(tag.pos, 'incorrect tag syntax')
  return ''
}
