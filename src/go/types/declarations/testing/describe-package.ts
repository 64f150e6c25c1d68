// Everything a package declares as text: what two packages must have in common to be the same for those who import them. Declared types are told by
// name where they are mentioned, and whole where they are declared.
import {signatureOf, objectType, type GoObject, type Package} from '../../objects.ts'
import {exactString} from '../../constant/constant.ts'
import type {Type, TypeParam} from '../../types.ts'

/** Parameters of functions of other packages have no place in a declaration file. */
const variable = (v: GoObject, pkg: Package) => (v.file === undefined || v.pkg !== pkg ? '' : place(v))
const place = (obj: GoObject) => `${obj.file?.path ?? '-'}:${obj.pos} v${obj.file?.version ?? '-'}`

/** One entry an object, by name. */
export function describePackage(pkg: Package): Map<string, string> {
  const all = new Map<string, string>()
  for (const [name, obj] of pkg.scope.elems ?? []) {
    const type = objectType(obj)
    let text = `${obj.kind} ${name} ${place(obj)} ${obj.pkg?.path ?? ''} ${obj.parent === pkg.scope}`
    if (obj.kind === 'Const') text += ` = ${obj.value.kind} ${exactString(obj.value)}`
    if (obj.kind === 'TypeName' && type.kind === 'Named' && type.obj === obj) {
      text += `\n  type ${params(pkg, type.tparams)} ${describe(pkg, type.fromRHS)}`
      for (const m of type.methods) text += `\n  method ${m.name} ${place(m)} ${m.ptrRecv} ${describe(pkg, signatureOf(m))}`
    } else if (obj.kind === 'TypeName' && type.kind === 'Alias' && type.obj === obj)
      text += `\n  alias ${params(pkg, type.tparams)} ${describe(pkg, type.fromRHS)}`
    else text += `\n  ${describe(pkg, type)}`
    all.set(name, text)
  }
  return all
}

const params = (pkg: Package, list: readonly TypeParam[] | undefined): string =>
  `[${(list ?? []).map(one => describe(pkg, one)).join(', ')}]`

function describe(pkg: Package, type: Type | undefined, path: readonly Type[] = []): string {
  if (type === undefined) return 'none'
  const inside = (t: Type | undefined) => describe(pkg, t, [...path, type])
  if (path.includes(type)) return `^${path.length - path.indexOf(type)}`
  switch (type.kind) {
    case 'Basic':
      return type.name
    case 'Pointer':
      return `*${inside(type.base)}`
    case 'Slice':
      return `[]${inside(type.elem)}`
    case 'Array':
      return `[${type.len}]${inside(type.elem)}`
    case 'Map':
      return `map[${inside(type.key)}]${inside(type.elem)}`
    case 'Chan':
      return `${type.dir} chan ${inside(type.elem)}`
    case 'Tuple':
      return `(${type.vars.map(v => `${v.varKind} ${v.name} ${variable(v, pkg)} ${inside(objectType(v))}`).join('; ')})`
    case 'Signature':
      return `func ${params(pkg, type.rparams)} ${params(pkg, type.tparams)} recv ${type.recv === undefined ? 'none' : `${type.recv.name} ${variable(type.recv, pkg)} ${inside(objectType(type.recv))}`} ${inside(type.params)} ${inside(type.results)} ${type.variadic}`
    case 'Struct':
      return `struct{${type.fields.map((f, i) => `${f.name} ${place(f)} ${f.pkg?.path ?? ''} ${f.embedded} ${inside(objectType(f))} ${JSON.stringify(type.tags?.[i])}`).join('; ')}}`
    case 'Interface':
      return `interface{${type.implicit} ${type.complete} ${type.methods.map(m => `${m.name} ${place(m)} ${inside(signatureOf(m))}`).join('; ')} | ${type.embeddeds.map(inside).join('; ')}}`
    case 'Union':
      return type.terms.map(term => `${term.tilde ? '~' : ''}${inside(term.type)}`).join(' | ')
    case 'TypeParam':
      return `param ${type.obj.name} ${place(type.obj)} ${type.index} ${inside(type.bound)}`
    case 'Named':
      return `${type.obj.pkg?.path ?? ''}.${type.obj.name}${type.inst === undefined ? '' : `[${type.inst.targs.map(inside).join(', ')}]`}`
    case 'Alias':
      return `=${type.obj.pkg?.path ?? ''}.${type.obj.name}${type.targs === undefined ? '' : `[${type.targs.map(inside).join(', ')}]`}`
  }
}
