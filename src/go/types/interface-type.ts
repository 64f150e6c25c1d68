// Interface types and the unions in them (go/types interface.go, union.go).
import type {BinaryExpr, Expr, InterfaceType} from '../syntax/ast.ts'
import type {Checker} from './checker.ts'
import {Mode} from './file-state.ts'
import {identical} from './identical.ts'
import {compareObjects, newFunc, newVar, type Func, type TypeName} from './objects.ts'
import {isInterface, isTypeParam, isUnknown, isValid} from './predicates.ts'
import {recordDef, recordType} from './recording.ts'
import {typeExpr} from './type-expression.ts'
import {termCountMax, termsOverlap, topSet, typeSetOf} from './type-set.ts'
import {asNamed, underlying} from './underlying.ts'
import {invalidType, newUnion, unknownType, type Interface, type Term, type Type} from './types.ts'

export function interfaceType(c: Checker, face: Interface, e: InterfaceType, def: TypeName | undefined): void {
  const methods: Func[] = []
  const embeddeds: Type[] = []
  // Embedded types see what was declared before them.
  face.methods = methods
  face.embeddeds = embeddeds
  for (const f of e.methods.list) {
    if (f.type === undefined) continue
    const [name] = f.names
    if (name === undefined) {
      embeddeds.push(unionType(c, f.type))
      continue
    }
    if (name.name === '_') {
      c.error(name.pos, 'methods must have a unique non-blank name')
      continue
    }
    const sig = typeExpr(c, f.type)
    if (sig.kind !== 'Signature') continue
    if (sig.tparams !== undefined) c.error(f.type.pos, 'methods cannot have type parameters')
    const recv = (def?.type === undefined ? undefined : asNamed(def.type)) ?? face
    sig.recv = newVar('receiver', c.env.file, name.pos, c.pkg, '', recv)
    const m = newFunc(c.env.file, name.pos, c.pkg, name.name, sig)
    recordDef(c, name, m)
    methods.push(m)
  }
  face.complete = true
  if (methods.length === 0 && embeddeds.length === 0) {
    face.tset = topSet
    return
  }
  methods.sort(compareObjects)
  c.later(() => {
    typeSetOf(face, c.bodies ? (m, other, explicit) => reportDuplicate(c, e, m, other, explicit) : undefined)
  })
}

function reportDuplicate(c: Checker, e: InterfaceType, m: Func, other: Func, explicit: boolean): void {
  if (explicit) {
    c.error(m.pos, `duplicate method ${m.name}`)
    return
  }
  c.later(() => {
    if (m.type === undefined || other.type === undefined) return
    if (!c.allows(14) || !identical(m.type, other.type)) c.error(e.pos, `duplicate method ${m.name}`)
  })
}

/** An embedded element: a type, or a union of terms (go/types parseUnion). */
function unionType(c: Checker, e: Expr): Type {
  const unions: BinaryExpr[] = []
  const parts: Expr[] = []
  flatten(e, unions, parts)
  const terms: Term[] = []
  let type: Type = invalidType
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]
    if (part === undefined) continue
    const term = tildeTerm(c, part)
    if (parts.length === 1 && !term.tilde) return term.type ?? invalidType
    if (terms.length >= termCountMax) {
      if (isValid(type)) c.error(part.pos, `cannot handle more than ${termCountMax} union terms (implementation limitation)`)
      type = invalidType
    } else {
      terms.push(term)
      type = newUnion([...terms])
    }
    const union = unions[i - 1]
    if (union !== undefined) recordType(c, union, Mode.typexpr, type)
  }
  if (isValid(type) && c.bodies) c.later(() => checkTerms(c, terms, parts))
  return type
}

function flatten(e: Expr, unions: BinaryExpr[], parts: Expr[]): void {
  if (e.kind === 'BinaryExpr' && e.op === '|') {
    flatten(e.x, unions, parts)
    unions.push(e)
    parts.push(e.y)
  } else parts.push(e)
}

function tildeTerm(c: Checker, e: Expr): Term {
  const tilde = e.kind === 'UnaryExpr' && e.op === '~'
  const x = tilde ? e.x : e
  let type = typeExpr(c, x)
  if (isTypeParam(type)) {
    c.error(x.pos, 'term cannot be a type parameter')
    type = invalidType
  }
  const term: Term = {tilde, type}
  if (tilde) recordType(c, e, Mode.typexpr, newUnion([term]))
  return term
}

function checkTerms(c: Checker, terms: readonly Term[], parts: readonly Expr[]): void {
  terms.forEach((t, i) => {
    const pos = parts[i]?.pos ?? 0
    if (t.type === undefined || !isValid(t.type)) return
    const u = underlying(t.type)
    if (t.tilde && (u.kind === 'Interface' || !identical(u, t.type))) {
      c.error(pos, 'invalid use of ~')
      return
    }
    if (u.kind === 'Interface') {
      const set = typeSetOf(u)
      if (set.methods.length > 0) c.error(pos, 'cannot use interface with methods in union')
      else if (set.comparable) c.error(pos, 'cannot use comparable in union')
      return
    }
    if (
      terms.slice(0, i).some(other => other.type !== undefined && isValid(other.type) && !isInterface(other.type) && termsOverlap(other, t))
    )
      c.error(pos, 'overlapping terms')
  })
}

export {isUnknown, unknownType}
