// The Go that cgo makes of C types: cmd/cgo gcc.go typeConv (loadType, FuncArg, FuncType, Struct), Go 1.26, without a C compiler.
// Names are cgo's without `_Ctype_`: `int`, `uchar`, `struct_foo`, `size_t`.
import {type CFunctionType, type CRecord, type CType, type IntName, stripTypedefs} from './c-type.ts'
import {integerBytes, isUnsigned} from './constant-expression.ts'
import {enumShape, layoutOf, recordLayout} from './layout.ts'
import type {CPlatform} from './platform.ts'

export interface GoField {
  /** As cgo spells it: keywords get a leading underscore. `_` is padding. */
  readonly name: string
  readonly type: GoType
  readonly offset: number
  readonly size: number
}
export type GoType =
  /** int8, uint32, float64, bool, complex128, uintptr, string, []byte … */
  | {readonly kind: 'basic'; readonly name: string}
  | {readonly kind: 'name'; readonly name: string; readonly type: CType}
  | {readonly kind: 'pointer'; readonly to: GoType}
  | {readonly kind: 'array'; readonly length: number; readonly of: GoType}
  | {readonly kind: 'unsafePointer'}
  | {readonly kind: 'struct'; readonly fields: readonly GoField[]}
  /** A C type whose content is not declared; only pointers to it make sense. */
  | {readonly kind: 'incomplete'}
  | {readonly kind: 'unknown'}

export interface GoDeclaration {
  readonly name: string
  /** `type A = B` and not `type A B`. */
  readonly alias: boolean
  readonly type: GoType
  readonly size: number | undefined
  readonly align: number | undefined
}
export interface GoSignature {
  readonly params: readonly {readonly name: string | undefined; readonly type: GoType}[]
  /** `void` functions return `void`, an empty array, as cgo has it. */
  readonly result: GoType
  readonly returnsVoid: boolean
}

const unknown: GoType = {kind: 'unknown'}
const basic = (name: string): GoType => ({kind: 'basic', name})

const keywords: ReadonlySet<string> = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var'.split(
    ' ',
  ),
)

/** How Go code refers to a C type. */
export function goTypeOf(type: CType, platform: CPlatform): GoType {
  switch (type.kind) {
    case 'void':
      return {kind: 'name', name: 'void', type}
    case 'bool':
      return {kind: 'name', name: '_Bool', type}
    case 'integer':
      return {kind: 'name', name: type.name === 'int128' ? '__int128' : type.name === 'uint128' ? '__int128unsigned' : type.name, type}
    case 'floating':
      return type.name === 'longdouble' && platform.longDoubleBytes !== 8 ? unknown : {kind: 'name', name: type.name, type}
    case 'complex':
      return type.name === 'longdouble' ? unknown : {kind: 'name', name: `complex${type.name}`, type}
    case 'pointer':
      return pointerTo(type.to, platform)
    case 'array': {
      const of = goTypeOf(type.of, platform)
      return of.kind === 'unknown' || type.length === undefined
        ? unknown
        : {kind: 'array', length: type.length === 'open' ? 0 : type.length, of}
    }
    case 'function':
      return emptyArray
    case 'record':
      return recordName(type.record, type)
    case 'enum':
      return enumType(type, platform)
    case 'typedef':
      return typedefName(type)
    default:
      return unknown
  }
}

const emptyArray: GoType = {kind: 'array', length: 0, of: basic('byte')}

function pointerTo(to: CType, platform: CPlatform): GoType {
  if (stripTypedefs(to).kind === 'void') return {kind: 'unsafePointer'}
  const target = goTypeOf(to, platform)
  // What an unknown type points to is a pointer all the same, but to what nobody knows.
  return target.kind === 'unknown' ? unknown : {kind: 'pointer', to: target}
}

function recordName(record: CRecord, type: CType): GoType {
  if (record.tag !== undefined) return {kind: 'name', name: `${record.kind}_${record.tag}`, type}
  // cgo numbers unnamed ones; their first typedef is as good a name and does not depend on order.
  return {kind: 'name', name: `${record.kind}___${record.typedefName ?? ''}`, type}
}

function enumType(type: CType & {kind: 'enum'}, platform: CPlatform): GoType {
  const shape = enumShape(type.enumeration)
  if (shape === undefined || platform.pointerBytes === 0) return unknown
  return basic(`${shape.signed ? '' : 'u'}int${shape.bytes * 8}`)
}

function typedefName(type: CType & {kind: 'typedef'}): GoType {
  if (type.definition.uncertain) return unknown
  if (type.name === '_GoString_') return basic('string')
  if (type.name === '_GoBytes_') return basic('[]byte')
  return {kind: 'name', name: type.name, type}
}

/** What stands behind a name cgo makes for a type: `type NAME …`. */
export function goDeclaration(name: string, type: CType, platform: CPlatform): GoDeclaration {
  const layout = layoutOf(type, platform)
  const sizes = {size: layout?.size, align: layout === undefined ? undefined : Math.min(layout.align, platform.pointerBytes)}
  switch (type.kind) {
    case 'typedef':
      return {name, ...typedefBehind(type, platform), ...sizes}
    case 'record':
      return {name, alias: type.record.kind === 'union', type: recordBehind(type.record, platform), ...sizes}
    case 'enum':
      return {name, alias: true, type: enumType(type, platform), ...sizes}
    default:
      return {name, alias: false, type: scalarBehind(type, platform), ...sizes}
  }
}

function typedefBehind(type: CType & {kind: 'typedef'}, platform: CPlatform): {readonly alias: boolean; readonly type: GoType} {
  const {definition} = type
  if (definition.uncertain) return {alias: false, type: unknown}
  const behind = goTypeOf(definition.type, platform)
  const bad = isBadPointer(type, platform)
  if (bad !== false) return {alias: false, type: bad === true ? basic('uintptr') : unknown}
  // typeConv.badVoidPointerTypedef
  if (platform.goos === 'windows' && type.name === 'HANDLE' && isVoidPointer(definition.type))
    return {alias: false, type: {kind: 'pointer', to: {kind: 'incomplete'}}}
  return {alias: behind.kind === 'name', type: behind}
}

type Typedef = CType & {readonly kind: 'typedef'}

/** typeConv.badPointerTypedef: handles that are no pointers whatever C says, which cgo makes uintptr. Undefined: nobody here knows. */
function isBadPointer(type: Typedef, platform: CPlatform): boolean | undefined {
  const {name, definition} = type
  if (/^EGL(?:Display|Config)$/.test(name)) return isVoidPointer(definition.type)
  if (jniTypes.has(name)) return isJni(type)
  // Core Foundation: those for which a function FooGetTypeID is declared, perhaps in a header that is not here.
  if ((platform.goos === 'darwin' || platform.goos === 'ios') && name.endsWith('Ref')) return name === 'CFTypeRef' ? true : undefined
  return false
}
const isVoidPointer = (type: CType): boolean => type.kind === 'pointer' && type.to.kind === 'void'

/** typeConv.badJNI: a chain of JNI's own names down to jobject. */
function isJni(type: Typedef): boolean {
  let at = type
  for (let parent = jniTypes.get(at.name); parent !== undefined && parent !== ''; parent = jniTypes.get(at.name)) {
    const next = at.definition.type
    if (next.kind !== 'typedef' || next.name !== parent) return false
    at = next
  }
  const behind = at.definition.type
  if (isVoidPointer(behind)) return true
  const record = behind.kind === 'pointer' && behind.to.kind === 'record' ? behind.to.record : undefined
  return record?.tag === '_jobject' && record.fields === undefined
}
/** With what each is a typedef of (cmd/cgo gcc.go jniTypes). */
const jniTypes: ReadonlyMap<string, string> = new Map([
  ['jobject', ''],
  ...['jclass', 'jthrowable', 'jstring', 'jarray', 'jweak'].map((name): [string, string] => [name, 'jobject']),
  ...['boolean', 'byte', 'char', 'short', 'int', 'long', 'float', 'double', 'object'].map((name): [string, string] => [
    `j${name}Array`,
    'jarray',
  ]),
])

/** typeConv.badStructPointerTypedef: `struct NAME__ { int unused; }`, which Windows' DECLARE_HANDLE makes for a handle. */
const isWindowsHandle = (record: CRecord, platform: CPlatform): boolean =>
  platform.goos === 'windows' && record.tag?.endsWith('__') === true && record.fields?.length === 1 && record.fields[0]?.name === 'unused'

function scalarBehind(type: CType, platform: CPlatform): GoType {
  switch (type.kind) {
    case 'void':
      return emptyArray
    case 'bool':
      return basic('bool')
    case 'integer':
      return integerBehind(type.name, platform)
    case 'floating':
      return basic(type.name === 'float' ? 'float32' : 'float64')
    case 'complex':
      return basic(type.name === 'float' ? 'complex64' : 'complex128')
    default:
      return goTypeOf(type, platform)
  }
}

function integerBehind(name: IntName, platform: CPlatform): GoType {
  const bytes = integerBytes(name, platform)
  if (bytes === 16) return {kind: 'array', length: 16, of: basic('uint8')}
  return basic(`${isUnsigned(name, platform) ? 'u' : ''}int${bytes * 8}`)
}

interface GoStruct {
  readonly fields: readonly GoField[]
  readonly align: number
}
/** Structs worked out for one question, each once; undefined while it is worked out. */
type KnownStructs = Map<CRecord, GoStruct | undefined>

/** Alignment of the Go type, which differs from the C type's for unions and 16-byte integers (loadType t.Align). */
function goAlign(type: CType, platform: CPlatform, known: KnownStructs): number | undefined {
  const t = stripTypedefs(type)
  const layout = layoutOf(t, platform)
  if (layout === undefined) return undefined
  switch (t.kind) {
    case 'array':
      return goAlign(t.of, platform, known)
    case 'integer':
      return layout.size === 16 ? 1 : Math.min(layout.size, platform.pointerBytes)
    case 'record':
      if (t.record.kind === 'union') return 1
      return structFields(t.record, platform, known)?.align
    case 'complex':
      return Math.min(layout.size / 2, platform.pointerBytes)
    default:
      return Math.min(layout.size, platform.pointerBytes)
  }
}

function recordBehind(record: CRecord, platform: CPlatform): GoType {
  if (record.uncertain) return unknown
  if (record.fields === undefined || isWindowsHandle(record, platform)) return {kind: 'incomplete'}
  if (record.kind === 'union') {
    const layout = recordLayout(record, platform)
    return layout === undefined ? unknown : {kind: 'array', length: layout.size, of: basic('byte')}
  }
  const fields = structFields(record, platform, new Map())
  return fields === undefined ? unknown : {kind: 'struct', fields: fields.fields}
}

/** typeConv.Struct: bit-fields and misaligned fields left out, padding spelled out, a zero-sized end dropped. */
function structFields(record: CRecord, platform: CPlatform, known: KnownStructs): GoStruct | undefined {
  if (known.has(record)) return known.get(record)
  known.set(record, undefined)
  const made = goStruct(record, platform, known)
  known.set(record, made)
  return made
}

function goStruct(record: CRecord, platform: CPlatform, known: KnownStructs): GoStruct | undefined {
  const layout = recordLayout(record, platform)
  if (layout === undefined) return undefined
  const names = goFieldNames(layout.fields.map(({field}) => field.name))
  const fields: GoField[] = []
  let off = 0
  let align = 1
  let unnamed = 0
  const pad = (to: number) => {
    fields.push({name: '_', type: {kind: 'array', length: to - off, of: basic('byte')}, offset: off, size: to - off})
    off = to
  }
  for (const {field, offset, size} of layout.fields) {
    const own = goAlign(field.type, platform, known)
    const type = goTypeOf(field.type, platform)
    if (own === undefined || (type.kind === 'unknown' && field.bits === undefined && stripTypedefs(field.type).kind !== 'pointer'))
      return undefined
    if (field.bits !== undefined || offset % own !== 0) continue
    const from = Math.ceil(off / own) * own
    if (offset > from) pad(offset)
    else if (offset < from) continue
    else off = from
    const name = field.name === undefined ? `anon${unnamed++}` : (names.get(field.name) ?? field.name)
    fields.push({name, type, offset, size})
    off += size
    align = Math.max(align, own)
  }
  if (off < layout.size) pad(layout.size)
  while (off > 0 && fields.at(-1)?.size === 0) fields.pop()
  return {fields, align}
}

function goFieldNames(names: readonly (string | undefined)[]): ReadonlyMap<string, string> {
  const used = new Set(names)
  const out = new Map<string, string>()
  for (const name of names) {
    if (name === undefined || !keywords.has(name)) continue
    let go = `_${name}`
    while (used.has(go)) go = `_${go}`
    used.add(go)
    out.set(name, go)
  }
  return out
}

/** How Go code calls a C function. */
export function goSignature(type: CFunctionType, platform: CPlatform): GoSignature {
  const returnsVoid = stripTypedefs(type.result).kind === 'void'
  return {
    params: type.params.map(param => ({name: param.name, type: goArgument(param.type, platform)})),
    result: returnsVoid ? {kind: 'name', name: 'void', type: {kind: 'void'}} : goTypeOf(type.result, platform),
    returnsVoid,
  }
}

/** typeConv.FuncArg: a parameter of a pointer typedef takes the plain pointer. */
function goArgument(type: CType, platform: CPlatform): GoType {
  if (type.kind !== 'typedef' || type.definition.uncertain) return goTypeOf(type, platform)
  const behind = stripTypedefs(type)
  if (behind.kind !== 'pointer' || stripTypedefs(behind.to).kind === 'void' || isBadPointer(type, platform) !== false)
    return goTypeOf(type, platform)
  return goTypeOf(behind, platform)
}

/** The text cgo prints for a type, for messages and for comparison. */
export function goTypeText(type: GoType): string {
  switch (type.kind) {
    case 'basic':
      return type.name
    case 'name':
      return `_Ctype_${type.name}`
    case 'pointer':
      return `*${goTypeText(type.to)}`
    case 'array':
      return `[${type.length}]${goTypeText(type.of)}`
    case 'unsafePointer':
      return 'unsafe.Pointer'
    case 'struct':
      return `struct { ${type.fields.map(field => `${field.name} ${goTypeText(field.type)}`).join('; ')} }`
    case 'incomplete':
      return '_cgopackage.Incomplete'
    default:
      return '?'
  }
}
