// What a selector expression x.f means: field, method value or method expression, and the path to it (go/types Selection).
import {newTuple, copySignature, invalidType, type Type} from './types.ts'
import {signatureOf, type Func, type Var} from './objects.ts'
import {cloneVar, objectType} from './objects.ts'

export interface Selection {
  readonly kind: 'field' | 'method' | 'methodExpr'
  /** Type of x. */
  readonly recv: Type
  readonly obj: Var | Func
  /** Path from x to f: field indices, then the index of the field or method. */
  readonly index: readonly number[]
  /** There was a pointer on the path. */
  readonly indirect: boolean
}

/** The type of x.f (go/types Selection.Type). */
export function selectionType(s: Selection): Type {
  if (s.obj.kind === 'Var') return objectType(s.obj)
  const signature = signatureOf(s.obj)
  if (signature === undefined) return invalidType
  const copy = copySignature(signature)
  if (s.kind === 'method') {
    if (copy.recv !== undefined) copy.recv = cloneVar(copy.recv, s.recv)
    return copy
  }
  if (copy.recv !== undefined) copy.params = newTuple([cloneVar(copy.recv, s.recv), ...copy.params.vars])
  copy.recv = undefined
  return copy
}
