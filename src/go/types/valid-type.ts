// Declared types must not contain themselves by value, also not through type arguments (go/types validtype.go).
import type {Checker} from './checker.ts'
import {reportCycle} from './cycles.ts'
import {identical} from './identical.ts'
import {originOf, typeArgsOf, typeParamsOf, unalias, unpack} from './underlying.ts'
import {invalidType, type Named, type Type} from './types.ts'

/** Nested more deeply than any written type. */
const depthMax = 500

export function validType(c: Checker, named: Named): void {
  isValidIn(c, named, [], [])
}

function isValidIn(c: Checker, t0: Type, nest: Named[], path: readonly Named[]): boolean {
  const t = unalias(t0)
  switch (t.kind) {
    case 'Array':
      return isValidIn(c, t.elem, nest, path)
    case 'Struct':
      return t.fields.every(f => f.type === undefined || isValidIn(c, f.type, nest, path))
    case 'Union':
      return t.terms.every(term => term.type === undefined || isValidIn(c, term.type, nest, path))
    case 'Interface':
      return t.embeddeds.every(e => isValidIn(c, e, nest, path))
    case 'Named':
      return isValidNamed(c, t, nest, path)
    case 'TypeParam': {
      // The argument is looked at in the context in which it was written.
      const inst = nest.at(-1)
      if (inst === undefined) return true
      const index = typeParamsOf(inst).indexOf(t)
      const targ = index < 0 ? undefined : typeArgsOf(inst)[index]
      return targ === undefined || isValidIn(c, targ, nest.slice(0, -1), path)
    }
    default:
      return true
  }
}

function isValidNamed(c: Checker, t: Named, nest: Named[], path: readonly Named[]): boolean {
  const orig = originOf(t)
  // A type of a finished package cannot contain a type of this one but through its arguments.
  if (orig.obj.pkg !== c.pkg && t.inst === undefined) return true
  if (nest.length > depthMax) return false
  if (nest.some(e => e === t || identical(e, t))) {
    orig.fromRHS = invalidType
    orig.underlying = invalidType
    const start = path.findIndex(p => p === t || identical(p, t))
    reportCycle(
      c,
      path.slice(Math.max(start, 0)).map(p => originOf(p).obj),
    )
    return false
  }
  unpack(orig)
  if (orig.fromRHS === undefined) return true
  return isValidIn(c, orig.fromRHS, [...nest, t], [...path, t])
}
