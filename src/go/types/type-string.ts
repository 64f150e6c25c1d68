// Types as text, as types.TypeString prints them, and as keys under which equal instances are found (go/types typestring.go, typeWriter).
import {signatureOf, universeScope, type Package, type TypeName} from './objects.ts'
import {isExported} from './objects.ts'
import {asNamed, typeParamsOf, unalias} from './underlying.ts'
import {typeSetOf} from './type-set.ts'
import {quote} from './constant/constant.ts'
import {
  unsafePointerType,
  type Interface,
  type Named,
  type Signature,
  type Struct,
  type Term,
  type Tuple,
  type Type,
  type TypeParam,
  type TypeSet,
} from './types.ts'

/** How to write the package of a name; default its import path. */
export type Qualifier = (pkg: Package) => string

interface Writer {
  readonly qualifier: Qualifier | undefined
  /** Set when writing a key: unique numbers for declared types. */
  readonly idOf: ((t: Type) => number) | undefined
  /** Type parameters of the signature being written as a key. */
  tparams: readonly TypeParam[] | undefined
  /** Types being written, so that cycles end. */
  readonly path: Type[]
}

export function typeString(t: Type, qualifier?: Qualifier): string {
  if (t.kind === 'Basic' && t !== unsafePointerType) return t.name
  return write({qualifier, idOf: undefined, tparams: undefined, path: []}, t)
}

/** Parameters and results without `func`, as types.WriteSignature. */
export function signatureString(sig: Signature, qualifier?: Qualifier): string {
  return writeSignature({qualifier, idOf: undefined, tparams: undefined, path: []}, sig)
}

/** Equal text means equal instance, spelled the same (go/types Context.instanceHash). */
export function instanceKey(orig: Type, targs: readonly Type[], idOf: (t: Type) => number): string {
  const w: Writer = {qualifier: undefined, idOf, tparams: undefined, path: []}
  return `${idOf(orig)}${writeList(w, targs)}`
}

function write(w: Writer, t: Type): string {
  switch (t.kind) {
    case 'Basic':
      return t === unsafePointerType ? `${prefix(w, unsafePackage())}Pointer` : t.name
    case 'Pointer':
      return `*${nested(w, t, t.base)}`
    case 'Slice':
      return `[]${nested(w, t, t.elem)}`
    case 'Array':
      return `[${t.len}]${nested(w, t, t.elem)}`
    case 'Map':
      return `map[${nested(w, t, t.key)}]${nested(w, t, t.elem)}`
    case 'Chan': {
      const elem = nested(w, t, t.elem)
      if (t.dir === 'send') return `chan<- ${elem}`
      if (t.dir === 'recv') return `<-chan ${elem}`
      return t.elem.kind === 'Chan' && t.elem.dir === 'recv' ? `chan (${elem})` : `chan ${elem}`
    }
    case 'Named': {
      const name = `${w.idOf === undefined ? '' : w.idOf(t)}${typeName(w, t.obj)}`
      if (t.inst !== undefined) return guarded(w, t, () => name + writeList(w, t.inst?.targs ?? []))
      if (w.idOf !== undefined) return name
      const params = typeParamsOf(t)
      return params.length === 0 ? name : guarded(w, t, () => name + writeTypeParams(w, params))
    }
    case 'Alias': {
      let text = typeName(w, t.obj)
      if (t.targs !== undefined) text += writeList(w, t.targs)
      else if (w.idOf === undefined && t.tparams !== undefined) text += writeTypeParams(w, t.tparams)
      return w.idOf === undefined ? text : guarded(w, t, () => text + write(w, unalias(t.obj.type ?? t)))
    }
    case 'TypeParam':
      return writeTypeParam(w, t)
    case 'Tuple':
      return writeTuple(w, t, false)
    case 'Signature':
      return guarded(w, t, () => `func${writeSignature(w, t)}`)
    case 'Struct':
      return guarded(w, t, () => writeStruct(w, t))
    case 'Union':
      return t.terms.map(term => writeTerm(w, term)).join(' | ')
    case 'Interface':
      return guarded(w, t, () => writeInterface(w, t))
  }
}

/** A type inside another one that cannot contain itself but through names. */
function nested(w: Writer, _outer: Type, t: Type): string {
  return write(w, t)
}

function guarded(w: Writer, t: Type, text: () => string): string {
  if (w.path.includes(t)) return `<cycle to *types.${t.kind}>`
  w.path.push(t)
  const result = text()
  w.path.pop()
  return result
}

const writeTerm = (w: Writer, term: Term): string => `${term.tilde ? '~' : ''}${term.type === undefined ? '𝓤' : write(w, term.type)}`

function writeStruct(w: Writer, t: Struct): string {
  const fields = t.fields.map((f, i) => {
    const type = f.type === undefined ? '<nil>' : write(w, f.type)
    const tag = t.tags?.[i] ?? ''
    return (f.embedded ? type : `${f.name} ${type}`) + (tag === '' ? '' : ` ${quote(tag)}`)
  })
  return `struct{${fields.join('; ')}}`
}

function writeInterface(w: Writer, t: Interface): string {
  if (w.idOf !== undefined) return `interface{${writeTypeSet(w, typeSetOf(t))}}`
  if (t === predeclaredInterface('any')) return 'any'
  if (t === predeclaredInterface('comparable')) return 'interface{comparable}'
  let text = ''
  if (t.implicit) {
    const only = t.embeddeds[0]
    if (t.methods.length === 0 && t.embeddeds.length === 1 && only !== undefined) return write(w, only)
    text = '/* implicit */ '
  }
  const parts = t.methods.map(m => m.name + methodText(w, signatureOf(m)))
  for (const e of t.embeddeds) parts.push(write(w, e))
  return `${text}interface{${parts.join('; ')}}`
}

const methodText = (w: Writer, sig: Signature | undefined): string => (sig === undefined ? '()' : writeSignature(w, sig))

function writeTypeSet(w: Writer, s: TypeSet): string {
  const parts = s.methods.map(m => m.name + methodText(w, signatureOf(m)))
  if (s.comparable) parts.push('comparable')
  if (s.terms.some(t => t !== undefined && t.type === undefined)) return parts.join(';')
  const terms = s.terms.flatMap(t => (t === undefined ? [] : [writeTerm(w, t)]))
  parts.push(terms.length === 0 ? '∅' : terms.sort().join('|'))
  return parts.join(';')
}

function writeTypeParam(w: Writer, t: TypeParam): string {
  const index = w.tparams?.indexOf(t) ?? -1
  if (index >= 0) return `$${index}`
  if (w.idOf !== undefined) return `${t.obj.name}₀${t.id}`
  // A parameter named like something predeclared is marked, so that the text is not mistaken for it.
  return universeScope.elems?.has(t.obj.name) === true ? `${t.obj.name}/* type parameter */` : t.obj.name
}

const writeList = (w: Writer, list: readonly Type[]): string => `[${list.map(t => write(w, t)).join(w.idOf === undefined ? ', ' : ',')}]`

/** Parameters with the same bound share it, as in the source. */
function writeTypeParams(w: Writer, list: readonly TypeParam[]): string {
  let text = ''
  let previous: Type | undefined
  for (const param of list) {
    if (previous !== undefined) text += param.bound === previous ? ', ' : ` ${write(w, previous)}, `
    previous = param.bound
    text += writeTypeParam(w, param)
  }
  return `[${text}${previous === undefined ? '' : ` ${write(w, previous)}`}]`
}

function writeTuple(w: Writer, tuple: Tuple, variadic: boolean): string {
  const last = tuple.vars.length - 1
  const parts = tuple.vars.map((v, i) => {
    const name = w.idOf === undefined && v.name !== '' ? `${v.name} ` : ''
    if (v.type === undefined) return `${name}<nil>`
    if (variadic && i === last) return name + (v.type.kind === 'Slice' ? `...${write(w, v.type.elem)}` : `${write(w, v.type)}...`)
    return name + write(w, v.type)
  })
  return `(${parts.join(w.idOf === undefined ? ', ' : ',')})`
}

function writeSignature(w: Writer, sig: Signature): string {
  let text = ''
  const outer = w.tparams
  if (sig.tparams !== undefined) {
    if (w.idOf !== undefined) w.tparams = sig.tparams
    text += writeTypeParams(w, sig.tparams)
  }
  text += writeTuple(w, sig.params, sig.variadic)
  const [first] = sig.results.vars
  if (first !== undefined) {
    const single = sig.results.vars.length === 1 && (w.idOf !== undefined || first.name === '')
    text += ` ${single && first.type !== undefined ? write(w, first.type) : writeTuple(w, sig.results, false)}`
  }
  w.tparams = outer
  return text
}

const typeName = (w: Writer, obj: TypeName): string => (obj.pkg === undefined ? obj.name : prefix(w, obj.pkg) + obj.name)

function prefix(w: Writer, pkg: Package | undefined): string {
  if (pkg === undefined) return 'unsafe.'
  const s = w.qualifier === undefined ? pkg.path : w.qualifier(pkg)
  return s === '' ? '' : `${s}.`
}

let unsafe: Package | undefined
/** universe.ts gives the package of unsafe.Pointer, once. */
export function setUnsafePackage(pkg: Package): void {
  unsafe = pkg
}
const unsafePackage = (): Package | undefined => unsafe

const predeclared = new Map<string, Interface>()
function predeclaredInterface(name: 'any' | 'comparable'): Interface | undefined {
  const known = predeclared.get(name)
  if (known !== undefined) return known
  const type = universeScope.elems?.get(name)?.type
  if (type === undefined) return undefined
  const u = name === 'any' ? unalias(type) : (asNamed(type) as Named | undefined)?.underlying
  if (u?.kind !== 'Interface') return undefined
  predeclared.set(name, u)
  return u
}

export {isExported}
