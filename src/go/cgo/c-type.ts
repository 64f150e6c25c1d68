// C types and declarations as the parser finds them. Qualifiers are dropped, because cgo drops them.
import type {CToken} from './c-token.ts'

export type IntName =
  | 'char'
  | 'schar'
  | 'uchar'
  | 'short'
  | 'ushort'
  | 'int'
  | 'uint'
  | 'long'
  | 'ulong'
  | 'longlong'
  | 'ulonglong'
  | 'int128'
  | 'uint128'
export type FloatName = 'float' | 'double' | 'longdouble'

export interface CFunctionType {
  readonly kind: 'function'
  readonly result: CType
  readonly params: readonly CParam[]
  readonly variadic: boolean
  /** `f()`: says nothing about its parameters. */
  readonly unspecified: boolean
}

export type CType =
  | {readonly kind: 'void'}
  | {readonly kind: 'bool'}
  | {readonly kind: 'integer'; readonly name: IntName}
  | {readonly kind: 'floating'; readonly name: FloatName}
  | {readonly kind: 'complex'; readonly name: FloatName}
  | {readonly kind: 'pointer'; readonly to: CType}
  /** `length`: 'open' for `[]`, undefined when it cannot be computed. */
  | {readonly kind: 'array'; readonly of: CType; readonly length: number | 'open' | undefined}
  | CFunctionType
  | {readonly kind: 'record'; readonly record: CRecord}
  | {readonly kind: 'enum'; readonly enumeration: CEnum}
  | {readonly kind: 'typedef'; readonly name: string; readonly definition: CTypedef}
  | {readonly kind: 'unknown'; readonly spelling: string}

export interface CParam {
  readonly name: string | undefined
  readonly type: CType
}
export interface CField {
  /** Undefined for unnamed bit-fields and unnamed structs and unions. */
  readonly name: string | undefined
  readonly type: CType
  /** Width of a bit-field; `unknown` when it cannot be computed. */
  readonly bits: number | 'unknown' | undefined
  readonly aligned: number
  readonly packed: boolean
  /** An attribute that is not modelled changes its size or place. */
  readonly strange: boolean
}
/** A struct or union; completed when its body is read. */
export interface CRecord {
  readonly kind: 'struct' | 'union'
  readonly tag: string | undefined
  fields: readonly CField[] | undefined
  packed: boolean
  /** From `aligned(n)`; 0 when there is none. */
  aligned: number
  /** From `#pragma pack(n)`; 0 when there is none. */
  packMax: number
  /** Its body, or part of it, depends on something unknown. */
  uncertain: boolean
  /** Name of the first typedef of an untagged one. */
  typedefName: string | undefined
}
export interface CEnum {
  readonly tag: string | undefined
  members: readonly CEnumMember[] | undefined
  packed: boolean
  uncertain: boolean
}
export interface CEnumMember {
  readonly name: string
  /** Undefined when it cannot be computed. */
  readonly value: bigint | undefined
  readonly uncertain: boolean
}
export interface CTypedef {
  readonly name: string
  type: CType
  uncertain: boolean
}
export interface CFunction {
  readonly name: string
  readonly type: CFunctionType
  /** Tokens between the braces. */
  readonly body: readonly CToken[] | undefined
  readonly isStatic: boolean
  readonly uncertain: boolean
  readonly source: number
  readonly at: number
}
export interface CVariable {
  readonly name: string
  readonly type: CType
  readonly uncertain: boolean
}

/** Everything a translation unit declares. A name that may or may not be there is `uncertain`. */
export interface CDeclarations {
  readonly typedefs: Map<string, CTypedef>
  readonly records: Map<string, CRecord>
  readonly enums: Map<string, CEnum>
  readonly members: Map<string, CEnumMember>
  readonly functions: Map<string, CFunction>
  readonly variables: Map<string, CVariable>
}

export const unknownCType = (spelling: string): CType => ({kind: 'unknown', spelling})
export const voidType: CType = {kind: 'void'}
export const intType: CType = {kind: 'integer', name: 'int'}

/** Through typedefs to what a type is. */
export function stripTypedefs(type: CType): CType {
  let t = type
  for (let i = 0; t.kind === 'typedef' && i < 100; i++) {
    if (t.definition.uncertain) return unknownCType(t.name)
    t = t.definition.type
  }
  return t
}
