// Basic, function and composite literals (go/types literals.go).
import type {BasicLit, CompositeLit, Expr, FuncLit, KeyValueExpr} from '../syntax/ast.ts'
import {assignment} from './assignment.ts'
import {overflow} from './binary.ts'
import type {Checker} from './checker.ts'
import {exactString, literalLengthMax, type Value} from './constant/constant.ts'
import {checkExpr, exprWithHint} from './expression.ts'
import {Mode} from './file-state.ts'
import {indexValue} from './index-expression.ts'
import {fieldIndex} from './lookup.ts'
import {isExported} from './objects.ts'
import {newOperand, setLiteral, type Operand} from './operand.ts'
import {isInterfaceNotParam, isValid} from './predicates.ts'
import {recordType, recordUse} from './recording.ts'
import {funcBody} from './statement.ts'
import {typeExpr, varType} from './type-expression.ts'
import {typeString} from './type-string.ts'
import {commonUnderlying, dereference} from './underlying.ts'
import {useExprs} from './use.ts'
import {invalidType, newArray, unknownType, type Array as GoArray, type Map as GoMap, type Struct, type Type} from './types.ts'

export function basicLit(c: Checker, x: Operand, e: BasicLit): void {
  if (e.token !== 'STRING' && e.token !== 'CHAR') {
    if (e.value.length > 2) checkLanguage(c, e)
    if (e.value.length > literalLengthMax) {
      c.error(e.pos, 'excessively long constant')
      return
    }
  }
  setLiteral(x, e)
  if (x.mode === Mode.invalid) {
    c.error(e.pos, `malformed constant: ${e.value}`)
    return
  }
  x.expr = e // a position for the error
  if (e.token !== 'STRING') overflow(c, x, e.pos)
}

/** Literal forms of Go 1.13 (go/types Checker.langCompat). */
function checkLanguage(c: Checker, e: BasicLit): void {
  if (c.allows(13)) return
  if (e.value.includes('_')) c.requires(13, e.pos, 'underscore in numeric literal')
  else if (/^0[bB]/.test(e.value)) c.requires(13, e.pos, 'binary literal')
  else if (/^0[oO]/.test(e.value)) c.requires(13, e.pos, '0o/0O-style octal literal')
  else if (e.token !== 'INT' && /^0[xX]/.test(e.value)) c.requires(13, e.pos, 'hexadecimal floating-point literal')
}

export function funcLit(c: Checker, x: Operand, e: FuncLit): void {
  const sig = typeExpr(c, e.type)
  if (sig.kind !== 'Signature') return
  if (sig.scope !== undefined) {
    sig.scope.pos = e.pos
    sig.scope.end = e.end
  }
  if (c.bodies) {
    const {decl, iota} = c.env
    // The body is checked when the declarations around it are complete.
    c.later(() => funcBody(c, decl, sig, e.body, iota))
  }
  x.mode = Mode.value
  x.type = sig
}

export function compositeLit(c: Checker, x: Operand, e: CompositeLit, hint: Type | undefined): void {
  let type: Type
  let base: Type
  if (e.type !== undefined) {
    if (e.type.kind === 'ArrayType' && e.type.len?.kind === 'Ellipsis' && e.type.len.elt === undefined) {
      // [...]T gets its length from the elements.
      type = newArray(varType(c, e.type.elt), -1)
    } else type = typeExpr(c, e.type)
    base = type
  } else if (hint !== undefined) {
    type = hint
    base = type
    const u = commonUnderlying(base)
    if (u?.kind === 'Pointer') base = u.base // &T may be left out
  } else {
    c.error(e.pos, 'missing type in composite literal')
    type = invalidType
    base = type
  }
  const u = commonUnderlying(base)
  switch (u?.kind) {
    case 'Struct':
      if (e.elts.length > 0) structLit(c, x, e, u)
      break
    case 'Array':
      arrayLit(c, e, u)
      break
    case 'Slice':
      indexedElements(c, e.elts, u.elem, -1)
      break
    case 'Map':
      mapLit(c, x, e, u)
      break
    default:
      for (const elt of e.elts) useExprs(c, [elt.kind === 'KeyValueExpr' ? elt.value : elt])
      if (u === undefined || isValid(u)) {
        c.error(e.pos, `invalid composite literal type ${typeString(type)}`)
        x.mode = Mode.invalid
        x.type = invalidType
        return
      }
  }
  x.mode = Mode.value
  x.type = type
  x.val = undefined
}

function structLit(c: Checker, x: Operand, e: CompositeLit, u: Struct): void {
  const {fields} = u
  if (e.elts[0]?.kind !== 'KeyValueExpr') {
    positionalFields(c, x, e, u)
    return
  }
  const seen = new Set<number>()
  for (const elt of e.elts) {
    if (elt.kind !== 'KeyValueExpr') {
      c.error(elt.pos, 'mixture of field:value and value elements in struct literal')
      continue
    }
    const {key} = elt
    const i = key.kind === 'Ident' ? fieldIndex(fields, c.pkg, key.name) : -1
    const field = fields[i]
    exprWithoutHint(c, x, elt)
    if (key.kind !== 'Ident' || field === undefined) {
      c.error(key.pos, 'unknown or invalid field name in struct literal')
      continue
    }
    recordUse(c, key, field)
    assignment(c, x, field.type ?? invalidType, 'struct literal')
    if (seen.has(i)) c.error(elt.pos, `duplicate field name ${key.name} in struct literal`)
    seen.add(i)
  }
}

const exprWithoutHint = (c: Checker, x: Operand, elt: KeyValueExpr) => checkExpr(c, undefined, x, elt.value)

function positionalFields(c: Checker, x: Operand, e: CompositeLit, u: Struct): void {
  for (let i = 0; i < e.elts.length; i++) {
    const elt = e.elts[i]
    if (elt === undefined) continue
    if (elt.kind === 'KeyValueExpr') {
      c.error(elt.pos, 'mixture of field:value and value elements in struct literal')
      continue
    }
    checkExpr(c, undefined, x, elt)
    const field = u.fields[i]
    if (field === undefined) {
      c.error(elt.pos, 'too many values in struct literal')
      break
    }
    if (!isExported(field.name) && field.pkg !== c.pkg) {
      c.error(elt.pos, `implicit assignment to unexported field ${field.name} in struct literal`)
      continue
    }
    assignment(c, x, field.type ?? invalidType, 'struct literal')
  }
  if (e.elts.length < u.fields.length) c.error(e.rbrace, 'too few values in struct literal')
}

function arrayLit(c: Checker, e: CompositeLit, u: GoArray): void {
  const n = indexedElements(c, e.elts, u.elem, u.len)
  if (u.len >= 0) return
  u.len = n
  // The type of [...]T was not recorded before: it was not known.
  if (e.type !== undefined) recordType(c, e.type, Mode.typexpr, u)
}

function mapLit(c: Checker, x: Operand, e: CompositeLit, u: GoMap): void {
  const byInterface = isInterfaceNotParam(u.key)
  const seen = new Set<string>()
  for (const elt of e.elts) {
    if (elt.kind !== 'KeyValueExpr') {
      c.error(elt.pos, 'missing key in map literal')
      continue
    }
    exprWithHint(c, x, elt.key, u.key)
    assignment(c, x, u.key, 'map literal')
    if (x.mode !== Mode.invalid) {
      if (x.mode === Mode.constant && x.val !== undefined) {
        const key = keyText(x.val, byInterface ? x.type : undefined)
        if (seen.has(key)) c.error(elt.key.pos, 'duplicate key in map literal')
        seen.add(key)
      }
    } else if (x.type !== unknownType) continue
    exprWithHint(c, x, elt.value, u.elem)
    assignment(c, x, u.elem, 'map literal')
  }
}

const keyText = (val: Value, type: Type | undefined) =>
  `${type === undefined ? '' : typeString(type)} ${val.kind === 'string' ? `s${val.value}` : exactString(val)}`

/** Checks elements with optional constant indices; returns the length they need (go/types Checker.indexedElts). */
function indexedElements(c: Checker, elts: readonly Expr[], type: Type, length: number): number {
  const seen = new Set<number>()
  const keyed = elts.some(elt => elt.kind === 'KeyValueExpr')
  let index = 0
  let max = 0
  const x = newOperand()
  for (const elt of elts) {
    let valid = true
    let value = elt
    if (elt.kind === 'KeyValueExpr') {
      const found = indexValue(c, elt.key, length)
      valid = found !== undefined && found.value >= 0
      if (found !== undefined) {
        if (found.value >= 0) index = found.value
        else c.error(elt.pos, 'index must be integer constant')
      }
      value = elt.value
    } else if (length >= 0 && index >= length) {
      c.error(elt.pos, `index ${index} is out of bounds`)
      valid = false
    }
    if (valid && keyed) {
      if (seen.has(index)) c.error(elt.pos, `duplicate index ${index} in array or slice literal`)
      seen.add(index)
    }
    index++
    if (index > max) max = index
    exprWithHint(c, x, value, type)
    assignment(c, x, type, 'array or slice literal')
  }
  return max
}

export {dereference}
