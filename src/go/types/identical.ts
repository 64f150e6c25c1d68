// Type identity (go/types predicates.go, comparer), with and without struct tags.
import {objectId, sameId, type Func} from './objects.ts'
import {asNamed, originOf, unalias} from './underlying.ts'
import {equalTerms, typeSetOf, unionSetOf} from './type-set.ts'
import {substitute, substitutionOf} from './substitution.ts'
import {invalidType, type Interface, type Signature, type Struct, type Tuple, type Type} from './types.ts'

/** Interfaces that are being compared, so that recursive ones end. */
interface Pair {
  readonly x: Interface
  readonly y: Interface
  readonly previous: Pair | undefined
}

export const identical = (x: Type, y: Type): boolean => x === y || compare(x, y, false, undefined)
export const identicalIgnoringTags = (x: Type, y: Type): boolean => x === y || compare(x, y, true, undefined)

function compare(x0: Type, y0: Type, ignoreTags: boolean, pair: Pair | undefined): boolean {
  const x = x0.kind === 'Alias' ? unalias(x0) : x0
  const y = y0.kind === 'Alias' ? unalias(y0) : y0
  if (x === y) return true
  if (x.kind !== y.kind) return false
  switch (x.kind) {
    case 'Basic':
      return y.kind === 'Basic' && x.basic === y.basic
    case 'Array':
      return y.kind === 'Array' && (x.len < 0 || y.len < 0 || x.len === y.len) && compare(x.elem, y.elem, ignoreTags, pair)
    case 'Slice':
      return y.kind === 'Slice' && compare(x.elem, y.elem, ignoreTags, pair)
    case 'Pointer':
      return y.kind === 'Pointer' && compare(x.base, y.base, ignoreTags, pair)
    case 'Map':
      return y.kind === 'Map' && compare(x.key, y.key, ignoreTags, pair) && compare(x.elem, y.elem, ignoreTags, pair)
    case 'Chan':
      return y.kind === 'Chan' && x.dir === y.dir && compare(x.elem, y.elem, ignoreTags, pair)
    case 'Struct':
      return y.kind === 'Struct' && compareStructs(x, y, ignoreTags, pair)
    case 'Tuple':
      return y.kind === 'Tuple' && compareTuples(x, y, ignoreTags, pair)
    case 'Signature':
      return y.kind === 'Signature' && compareSignatures(x, y, ignoreTags, pair)
    case 'Union': {
      if (y.kind !== 'Union') return false
      const xs = unionSetOf(x)
      const ys = unionSetOf(y)
      return xs !== undefined && ys !== undefined && equalTerms(xs.terms, ys.terms)
    }
    case 'Interface':
      return y.kind === 'Interface' && compareInterfaces(x, y, ignoreTags, pair)
    case 'Named': {
      const other = asNamed(y)
      if (other === undefined || originOf(x).obj !== originOf(other).obj) return false
      const xargs = x.inst?.targs
      const yargs = other.inst?.targs
      if (xargs === undefined || yargs === undefined) return xargs === yargs
      return xargs.length === yargs.length && xargs.every((arg, i) => identical(arg, yargs[i] ?? invalidType))
    }
    default:
      return false
  }
}

function compareStructs(x: Struct, y: Struct, ignoreTags: boolean, pair: Pair | undefined): boolean {
  if (x.fields.length !== y.fields.length) return false
  for (let i = 0; i < x.fields.length; i++) {
    const f = x.fields[i]
    const g = y.fields[i]
    if (f === undefined || g === undefined || f.embedded !== g.embedded || !sameId(f, g.pkg, g.name)) return false
    if (!ignoreTags && (x.tags?.[i] ?? '') !== (y.tags?.[i] ?? '')) return false
    if (!compare(f.type ?? invalidType, g.type ?? invalidType, ignoreTags, pair)) return false
  }
  return true
}

function compareTuples(x: Tuple, y: Tuple, ignoreTags: boolean, pair: Pair | undefined): boolean {
  if (x.vars.length !== y.vars.length) return false
  for (let i = 0; i < x.vars.length; i++)
    if (!compare(x.vars[i]?.type ?? invalidType, y.vars[i]?.type ?? invalidType, ignoreTags, pair)) return false
  return true
}

/** Generic signatures are identical when they are after renaming type parameters. */
function compareSignatures(x: Signature, y: Signature, ignoreTags: boolean, pair: Pair | undefined): boolean {
  const xparams = x.tparams ?? []
  const yparams = y.tparams ?? []
  if (x.variadic !== y.variadic || xparams.length !== yparams.length) return false
  let {params, results} = y
  if (xparams.length > 0) {
    const smap = substitutionOf(yparams, xparams)
    const checker = undefined
    for (let i = 0; i < xparams.length; i++) {
      const bound = substitute(checker, yparams[i]?.bound ?? invalidType, smap)
      if (!compare(xparams[i]?.bound ?? invalidType, bound, ignoreTags, pair)) return false
    }
    const p = substitute(checker, params, smap)
    const r = substitute(checker, results, smap)
    if (p.kind === 'Tuple') params = p
    if (r.kind === 'Tuple') results = r
  }
  return compareTuples(x.params, params, ignoreTags, pair) && compareTuples(x.results, results, ignoreTags, pair)
}

function compareInterfaces(x: Interface, y: Interface, ignoreTags: boolean, pair: Pair | undefined): boolean {
  const xset = typeSetOf(x)
  const yset = typeSetOf(y)
  if (xset.comparable !== yset.comparable || xset.methods.length !== yset.methods.length || !equalTerms(xset.terms, yset.terms))
    return false
  for (let p = pair; p !== undefined; p = p.previous) if ((p.x === x && p.y === y) || (p.x === y && p.y === x)) return true
  const next: Pair = {x, y, previous: pair}
  return xset.methods.every((f: Func, i) => {
    const g = yset.methods[i]
    return g !== undefined && objectId(f) === objectId(g) && compare(f.type ?? invalidType, g.type ?? invalidType, ignoreTags, next)
  })
}
