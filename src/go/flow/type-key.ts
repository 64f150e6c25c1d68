// Types as text that is the same for identical types, whatever the names of parameters and whoever loaded them, so that calls of one package
// can be matched with functions of another. Type parameters are `?`: what holds one may match anything of the same shape.
import {objectId, objectType, originOf, typeArgsOf, typeString, unalias, type Signature, type Type} from '../types/api.ts'

export function typeKey(type: Type): string {
  const t = unalias(type)
  switch (t.kind) {
    case 'Pointer':
      return `*${typeKey(t.base)}`
    case 'Slice':
      return `[]${typeKey(t.elem)}`
    case 'Array':
      return `[${t.len}]${typeKey(t.elem)}`
    case 'Map':
      return `map[${typeKey(t.key)}]${typeKey(t.elem)}`
    case 'Chan':
      return `chan ${t.dir} ${typeKey(t.elem)}`
    case 'Signature':
      return `func${signatureKey(t)}`
    case 'TypeParam':
      return '?'
    case 'Named': {
      const {obj} = originOf(t)
      // Types declared in functions may share a name.
      const local =
        obj.parent !== undefined && obj.pkg !== undefined && obj.parent !== obj.pkg.scope ? `@${obj.file?.index ?? 0}:${obj.pos}` : ''
      const args = typeArgsOf(t)
      return `${obj.pkg === undefined ? '' : `${obj.pkg.path}.`}${obj.name}${local}${args.length === 0 ? '' : `[${args.map(typeKey).join(',')}]`}`
    }
    case 'Struct': {
      const fields = t.fields.map(
        (f, i) => `${f.embedded ? '!' : ''}${objectId(f)} ${typeKey(objectType(f))} ${JSON.stringify(t.tags?.[i] ?? '')}`,
      )
      return `struct{${fields.join(';')}}`
    }
    case 'Interface':
      return t.embeddeds.length > 0
        ? typeString(t)
        : `interface{${t.methods
            .map(m => `${objectId(m)}${keyOfSignature(objectType(m))}`)
            .toSorted()
            .join(';')}}`
    case 'Tuple':
      return `(${t.vars.map(v => typeKey(objectType(v))).join(',')})`
    default:
      return typeString(t)
  }
}

/** Parameters and results; the receiver is no part of it. */
export const signatureKey = (s: Signature): string => `${typeKey(s.params)}${s.variadic ? '...' : ''}${typeKey(s.results)}`

const keyOfSignature = (type: Type): string => (type.kind === 'Signature' ? signatureKey(type) : '?')

/** Whether two keys may be of identical types: equal, or one of them depends on a type parameter. */
export const mayBeIdentical = (a: string, b: string): boolean => a === b || a.includes('?') || b.includes('?')
