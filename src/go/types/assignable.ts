// Assignability (go/types operand.go, assignableTo).
import type {Checker} from './checker.ts'
import {Mode} from './file-state.ts'
import {identical} from './identical.ts'
import {implementsType} from './instantiation.ts'
import {copyOperand, type Operand} from './operand.ts'
import {hasName, isInterfacePointer, isUntyped, isValid} from './predicates.ts'
import {forEachTerm, typeSetOf} from './type-set.ts'
import {boundInterface, unalias, underlying} from './underlying.ts'
import {implicitType} from './untyped.ts'
import type {Type} from './types.ts'

/** Whether x may be assigned to a variable of the type, as far as is known. */
export function isAssignable(c: Checker | undefined, x: Operand, type: Type): boolean {
  if (x.mode === Mode.invalid || x.type === type || !isValid(type) || !isValid(x.type)) return true
  const v = unalias(x.type)
  const t = unalias(type)
  if (identical(v, t)) return true
  const vu = underlying(v)
  const tu = underlying(t)
  const vp = v.kind === 'TypeParam' ? v : undefined
  const tp = t.kind === 'TypeParam' ? t : undefined
  if (isUntyped(vu)) {
    if (tp !== undefined)
      return forEachTerm(typeSetOf(boundInterface(tp)), term => term?.type !== undefined && implicitType(c, x, term.type) !== undefined)
    return implicitType(c, x, t) !== undefined
  }
  const unnamed = !hasName(v) || !hasName(t)
  if (unnamed && vp === undefined && tp === undefined && identical(vu, tu)) return true
  if ((tu.kind === 'Interface' && tp === undefined) || isInterfacePointer(tu)) {
    if (implementsType(v, t, false, c)) return true
    if (vp === undefined) return false
  }
  if (vu.kind === 'Chan' && vu.dir === 'both' && tu.kind === 'Chan' && identical(vu.elem, tu.elem)) return unnamed
  if (!isValid(vu) || !isValid(tu)) return true
  if (tp !== undefined && !hasName(v)) {
    return forEachTerm(typeSetOf(boundInterface(tp)), term => term?.type !== undefined && isAssignable(c, x, term.type))
  }
  if (vp !== undefined && !hasName(t)) {
    const y = copyOperand(x)
    return forEachTerm(typeSetOf(boundInterface(vp)), term => {
      if (term?.type === undefined) return false
      y.type = term.type
      return isAssignable(c, y, t)
    })
  }
  return false
}
