// Unification: makes two types identical, or assignable, by choosing types for type parameters (go/types unify.go, Go 1.26).
import {identical} from './identical.ts'
import {lookupFieldOrMethod} from './lookup.ts'
import {objectId, sameId, signatureOf} from './objects.ts'
import {isInterface, isTypeLiteral, isTypeParam} from './predicates.ts'
import {equalTerms, typeSetOf} from './type-set.ts'
import {asNamed, commonUnderlying, originOf, typeArgsOf, unalias, underlying} from './underlying.ts'
import {invalidType, type Interface, type Struct, type Tuple, type Type, type TypeParam} from './types.ts'

/** `assign`: as for an assignment at the top, exact below it; `exact`: identical; `inexact`: underlying types and directions may differ. */
export type UnifyMode = 'inexact' | 'assign' | 'exact' | 'assignExact'
const isExact = (mode: UnifyMode) => mode === 'exact' || mode === 'assignExact'
/** The mode for element types (go/types emode). */
const elementMode = (mode: UnifyMode): UnifyMode => (mode === 'assign' ? 'assignExact' : mode)

/** go/types unificationDepthLimit. */
const depthMax = 50

interface Handle {
  type: Type | undefined
}
interface Pair {
  readonly x: Interface
  readonly y: Interface
  readonly previous: Pair | undefined
}

export class Unifier {
  /** Parameters that were joined share a handle. */
  readonly #handles = new Map<TypeParam, Handle>()
  #depth = 0
  /** Since Go 1.21 interfaces unify by the methods they share. */
  readonly #interfaces: boolean

  constructor(params: readonly TypeParam[], targs: readonly (Type | undefined)[], interfaces: boolean) {
    params.forEach((param, i) => this.#handles.set(param, {type: targs[i]}))
    this.#interfaces = interfaces
  }

  unify(x: Type, y: Type, mode: UnifyMode): boolean {
    return this.#nify(x, y, mode, undefined)
  }

  at(param: TypeParam): Type | undefined {
    return this.#handles.get(param)?.type
  }

  set(param: TypeParam, type: Type): void {
    const handle = this.#handles.get(param)
    if (handle !== undefined) handle.type = type
  }

  unknowns(): number {
    let n = 0
    for (const handle of this.#handles.values()) if (handle.type === undefined) n++
    return n
  }

  inferred(params: readonly TypeParam[]): (Type | undefined)[] {
    return params.map(param => this.at(param))
  }

  #bound(t: Type): TypeParam | undefined {
    const u = unalias(t)
    return u.kind === 'TypeParam' && this.#handles.has(u) ? u : undefined
  }

  /** False when both have a type already. */
  #join(x: TypeParam, y: TypeParam): boolean {
    const hx = this.#handles.get(x)
    const hy = this.#handles.get(y)
    if (hx === undefined || hy === undefined) return false
    if (hx === hy) return true
    if (hx.type !== undefined && hy.type !== undefined) return false
    const [keep, drop] = hx.type !== undefined ? [hx, hy] : [hy, hx]
    for (const [param, handle] of this.#handles) if (handle === drop) this.#handles.set(param, keep)
    return true
  }

  #nify(x: Type, y: Type, mode: UnifyMode, pair: Pair | undefined): boolean {
    if (x === y || unalias(x) === unalias(y)) return true
    if (this.#depth > depthMax) return false
    this.#depth++
    const result = this.#either(x, y, mode, pair)
    this.#depth--
    return result
  }

  #either(x0: Type, y0: Type, mode: UnifyMode, pair: Pair | undefined): boolean {
    let x = x0
    let y = y0
    // A declared type stands on the right, a bound parameter on the left.
    if (asNamed(x) !== undefined || this.#bound(y) !== undefined) [x, y] = [y, x]
    const ny = asNamed(y)
    if (!isExact(mode) && ny !== undefined && isTypeLiteral(x) && !(this.#interfaces && isInterface(x))) {
      y = underlying(ny)
      if (x === y || unalias(x) === unalias(y)) return true
    }
    const px = this.#bound(x)
    const py = this.#bound(y)
    if (px !== undefined && py !== undefined) {
      if (this.#join(px, py)) return true
      return this.#nify(this.at(px) ?? invalidType, this.at(py) ?? invalidType, mode, pair)
    }
    if (px !== undefined) return this.#parameter(px, y, mode, pair)
    if (this.#interfaces && !isExact(mode)) {
      const byMethods = this.#byMethods(x, y, pair)
      if (byMethods !== undefined) return byMethods
    }
    // A type parameter that is not bound stands on the left.
    if (isTypeParam(y)) [x, y] = [y, x]
    return this.#structure(unalias(x), unalias(y), y, mode, pair)
  }

  #parameter(px: TypeParam, y: Type, mode: UnifyMode, pair: Pair | undefined): boolean {
    const x = this.at(px)
    if (x === undefined) {
      this.set(px, y)
      return true
    }
    if (!this.#nify(x, y, mode, pair)) return false
    const xi = asInterface(x)
    const yi = asInterface(y)
    const xn = asNamed(x) !== undefined
    const yn = asNamed(y) !== undefined
    if (xi !== undefined && yi !== undefined) {
      if (xn && yn) return identical(x, y)
      if (typeSetOf(xi).methods.length !== typeSetOf(yi).methods.length) return false
    } else if (xi !== undefined || yi !== undefined) return false
    if (!isExact(mode) && !xn) {
      // A declared type, or a channel with a direction, says more.
      if (yn) this.set(px, y)
      else {
        const u = underlying(y)
        if (u.kind === 'Chan' && u.dir !== 'both') this.set(px, y)
      }
    }
    return true
  }

  /** Interfaces agree on the methods they share; another type has those of the interface. Undefined: neither is an interface. */
  #byMethods(x: Type, y: Type, pair: Pair | undefined): boolean | undefined {
    const xi = asInterface(x)
    const yi = asInterface(y)
    if (xi !== undefined && yi !== undefined) {
      const xset = typeSetOf(xi)
      const yset = typeSetOf(yi)
      if (xset.comparable !== yset.comparable || !equalTerms(xset.terms, yset.terms)) return false
      for (let p = pair; p !== undefined; p = p.previous) if ((p.x === xi && p.y === yi) || (p.x === yi && p.y === xi)) return true
      const next: Pair = {x: xi, y: yi, previous: pair}
      const [few, many] = xset.methods.length > yset.methods.length ? [yset.methods, xset.methods] : [xset.methods, yset.methods]
      const byId = new Map(many.map(m => [objectId(m), m]))
      return few.every(m => {
        const other = byId.get(objectId(m))
        return other !== undefined && this.#nify(signatureOf(m) ?? invalidType, signatureOf(other) ?? invalidType, 'exact', next)
      })
    }
    const face = xi ?? yi
    if (face === undefined) return undefined
    const other = xi === undefined ? x : y
    return typeSetOf(face).methods.every(m => {
      const {obj} = lookupFieldOrMethod(other, false, m.pkg, m.name)
      return obj?.kind === 'Func' && this.#nify(signatureOf(m) ?? invalidType, signatureOf(obj) ?? invalidType, 'exact', pair)
    })
  }

  #structure(x: Type, y: Type, yorig: Type, mode: UnifyMode, pair: Pair | undefined): boolean {
    const inner = elementMode(mode)
    switch (x.kind) {
      case 'Basic':
        return y.kind === 'Basic' && x.basic === y.basic
      case 'Array':
        return y.kind === 'Array' && (x.len < 0 || y.len < 0 || x.len === y.len) && this.#nify(x.elem, y.elem, inner, pair)
      case 'Slice':
        return y.kind === 'Slice' && this.#nify(x.elem, y.elem, inner, pair)
      case 'Struct':
        return y.kind === 'Struct' && this.#structs(x, y, inner, pair)
      case 'Pointer':
        return y.kind === 'Pointer' && this.#nify(x.base, y.base, inner, pair)
      case 'Tuple':
        return y.kind === 'Tuple' && this.#tuples(x, y, mode, pair)
      case 'Signature':
        return (
          y.kind === 'Signature' &&
          x.variadic === y.variadic &&
          this.#tuples(x.params, y.params, inner, pair) &&
          this.#tuples(x.results, y.results, inner, pair)
        )
      case 'Interface':
        return y.kind === 'Interface' && this.#identicalInterfaces(x, y, pair)
      case 'Map':
        return y.kind === 'Map' && this.#nify(x.key, y.key, inner, pair) && this.#nify(x.elem, y.elem, inner, pair)
      case 'Chan':
        return y.kind === 'Chan' && (!isExact(mode) || x.dir === y.dir) && this.#nify(x.elem, y.elem, inner, pair)
      case 'Named': {
        const other = asNamed(y)
        if (other === undefined) return false
        const xargs = typeArgsOf(x)
        const yargs = typeArgsOf(other)
        return (
          xargs.length === yargs.length &&
          xargs.every((arg, i) => this.#nify(arg, yargs[i] ?? invalidType, mode, pair)) &&
          originOf(x).obj === originOf(other).obj
        )
      }
      case 'TypeParam': {
        // Not one of those to infer: its core type may still match.
        const core = commonUnderlying(x)
        return core !== undefined && this.#nify(core, yorig, 'assign', pair)
      }
      default:
        return false
    }
  }

  #structs(x: Struct, y: Struct, mode: UnifyMode, pair: Pair | undefined): boolean {
    if (x.fields.length !== y.fields.length) return false
    return x.fields.every((f, i) => {
      const g = y.fields[i]
      if (g === undefined || f.embedded !== g.embedded || (x.tags?.[i] ?? '') !== (y.tags?.[i] ?? '') || !sameId(f, g.pkg, g.name))
        return false
      return this.#nify(f.type ?? invalidType, g.type ?? invalidType, mode, pair)
    })
  }

  #tuples(x: Tuple, y: Tuple, mode: UnifyMode, pair: Pair | undefined): boolean {
    if (x.vars.length !== y.vars.length) return false
    return x.vars.every((v, i) => this.#nify(v.type ?? invalidType, y.vars[i]?.type ?? invalidType, mode, pair))
  }

  #identicalInterfaces(x: Interface, y: Interface, pair: Pair | undefined): boolean {
    const xset = typeSetOf(x)
    const yset = typeSetOf(y)
    if (xset.comparable !== yset.comparable || xset.methods.length !== yset.methods.length || !equalTerms(xset.terms, yset.terms))
      return false
    for (let p = pair; p !== undefined; p = p.previous) if ((p.x === x && p.y === y) || (p.x === y && p.y === x)) return true
    const next: Pair = {x, y, previous: pair}
    return xset.methods.every((f, i) => {
      const g = yset.methods[i]
      return (
        g !== undefined &&
        objectId(f) === objectId(g) &&
        this.#nify(signatureOf(f) ?? invalidType, signatureOf(g) ?? invalidType, 'exact', next)
      )
    })
  }
}

function asInterface(t: Type): Interface | undefined {
  if (unalias(t).kind === 'TypeParam') return undefined
  const u = underlying(t)
  return u.kind === 'Interface' ? u : undefined
}
