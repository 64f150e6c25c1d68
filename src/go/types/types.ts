// The types of Go: a union tagged by `kind`, with go/types' names. Declared, instantiated and parameter types are completed lazily, so their
// fields change until they are; everything that must see the completed form goes through underlying.ts and type-set.ts.
import type {Instances} from './instantiation.ts'
import type {Func, Package, TypeName, Var} from './objects.ts'
import type {Scope} from './scope.ts'

/** go/types BasicKind, in its order; `Unknown` is ours: a type that depends on something that could not be found. */
export const BasicKind = {
  Invalid: 0,
  Bool: 1,
  Int: 2,
  Int8: 3,
  Int16: 4,
  Int32: 5,
  Int64: 6,
  Uint: 7,
  Uint8: 8,
  Uint16: 9,
  Uint32: 10,
  Uint64: 11,
  Uintptr: 12,
  Float32: 13,
  Float64: 14,
  Complex64: 15,
  Complex128: 16,
  String: 17,
  UnsafePointer: 18,
  UntypedBool: 19,
  UntypedInt: 20,
  UntypedRune: 21,
  UntypedFloat: 22,
  UntypedComplex: 23,
  UntypedString: 24,
  UntypedNil: 25,
  Unknown: 26,
} as const
export type BasicKind = (typeof BasicKind)[keyof typeof BasicKind]

/** go/types BasicInfo, as bits. */
export const IsBoolean = 1
export const IsInteger = 2
export const IsUnsigned = 4
export const IsFloat = 8
export const IsComplex = 16
export const IsString = 32
export const IsUntyped = 64
export const IsOrdered = IsInteger | IsFloat | IsString
export const IsNumeric = IsInteger | IsFloat | IsComplex
export const IsConstType = IsBoolean | IsNumeric | IsString

export interface Basic {
  readonly kind: 'Basic'
  readonly basic: BasicKind
  readonly info: number
  readonly name: string
}
export interface Pointer {
  readonly kind: 'Pointer'
  base: Type
}
export interface Slice {
  readonly kind: 'Slice'
  elem: Type
}
export interface Array {
  readonly kind: 'Array'
  /** Number of elements; -1 when it is not known. */
  len: number
  elem: Type
}
export interface Map {
  readonly kind: 'Map'
  key: Type
  elem: Type
}
export interface Chan {
  readonly kind: 'Chan'
  readonly dir: 'both' | 'send' | 'recv'
  elem: Type
}
export interface Struct {
  readonly kind: 'Struct'
  fields: readonly Var[]
  /** Unquoted tags by field; undefined when no field has one. */
  tags: readonly string[] | undefined
}
export interface Tuple {
  readonly kind: 'Tuple'
  readonly vars: readonly Var[]
}
export interface Signature {
  readonly kind: 'Signature'
  /** Type parameters of the receiver, as the method spells them. */
  rparams: readonly TypeParam[] | undefined
  tparams: readonly TypeParam[] | undefined
  /** Function scope of declared functions and literals. */
  scope: Scope | undefined
  recv: Var | undefined
  params: Tuple
  results: Tuple
  variadic: boolean
}
export interface Interface {
  readonly kind: 'Interface'
  /** Explicitly declared methods, sorted as go/types does once complete. */
  methods: readonly Func[]
  embeddeds: readonly Type[]
  /** Wraps a constraint literal: `~T` or `A|B`. */
  implicit: boolean
  complete: boolean
  tset: TypeSet | undefined
}
/** `type` undefined is the universe of all types; an absent term is the empty set (go/types term). */
export interface Term {
  readonly tilde: boolean
  readonly type: Type | undefined
}
export interface Union {
  readonly kind: 'Union'
  readonly terms: readonly Term[]
  tset: TypeSet | undefined
}
export interface TypeParam {
  readonly kind: 'TypeParam'
  readonly id: number
  readonly obj: TypeName
  index: number
  bound: Type
}
export interface Instance {
  readonly orig: Named
  readonly targs: readonly Type[]
}
export interface Named {
  readonly kind: 'Named'
  /** Resolves and instantiates what belongs to this type; undefined only for predeclared types. */
  readonly checker: Instances | undefined
  /** The declared object; for instances a copy, use `originOf(t).obj`. */
  obj: TypeName
  readonly inst: Instance | undefined
  /** Type on the right of the declaration; undefined while it is being checked. */
  fromRHS: Type | undefined
  tparams: readonly TypeParam[] | undefined
  underlying: Type | undefined
  /** For instances filled on demand by `methodAt`. */
  methods: Func[]
  unpacked: boolean
  finite: boolean | undefined
}
export interface Alias {
  readonly kind: 'Alias'
  readonly obj: TypeName
  orig: Alias
  tparams: readonly TypeParam[] | undefined
  targs: readonly Type[] | undefined
  fromRHS: Type | undefined
  actual: Type | undefined
}

export type Type = Basic | Pointer | Slice | Array | Map | Chan | Struct | Tuple | Signature | Interface | Union | TypeParam | Named | Alias

/** go/types _TypeSet. `unknown`: something it embeds could not be found, so it may have more methods and fewer types. */
export interface TypeSet {
  methods: readonly Func[]
  terms: readonly (Term | undefined)[]
  comparable: boolean
  unknown: boolean
}

export const newPointer = (base: Type): Pointer => ({kind: 'Pointer', base})
export const newSlice = (elem: Type): Slice => ({kind: 'Slice', elem})
export const newArray = (elem: Type, len: number): Array => ({kind: 'Array', len, elem})
export const newMap = (key: Type, elem: Type): Map => ({kind: 'Map', key, elem})
export const newChan = (dir: Chan['dir'], elem: Type): Chan => ({kind: 'Chan', dir, elem})
export const newStruct = (fields: readonly Var[], tags: readonly string[] | undefined): Struct => ({kind: 'Struct', fields, tags})
export const emptyTuple: Tuple = {kind: 'Tuple', vars: []}
export const newTuple = (vars: readonly Var[]): Tuple => (vars.length === 0 ? emptyTuple : {kind: 'Tuple', vars})
export const newUnion = (terms: readonly Term[]): Union => ({kind: 'Union', terms, tset: undefined})
export const newInterface = (methods: readonly Func[], embeddeds: readonly Type[]): Interface => ({
  kind: 'Interface',
  methods,
  embeddeds,
  implicit: false,
  complete: false,
  tset: undefined,
})
export const newSignature = (params: Tuple, results: Tuple, variadic: boolean): Signature => ({
  kind: 'Signature',
  rparams: undefined,
  tparams: undefined,
  scope: undefined,
  recv: undefined,
  params,
  results,
  variadic,
})
export const copySignature = (s: Signature): Signature => ({
  kind: 'Signature',
  rparams: s.rparams,
  tparams: s.tparams,
  scope: s.scope,
  recv: s.recv,
  params: s.params,
  results: s.results,
  variadic: s.variadic,
})

export function newNamed(checker: Instances | undefined, obj: TypeName, inst: Instance | undefined): Named {
  const named: Named = {
    kind: 'Named',
    checker,
    obj,
    inst,
    fromRHS: undefined,
    tparams: undefined,
    underlying: undefined,
    methods: [],
    unpacked: false,
    finite: undefined,
  }
  if (obj.type === undefined) obj.type = named
  return named
}

export function newAlias(obj: TypeName, rhs: Type | undefined): Alias {
  // `orig` needs the object itself, so it is set right after.
  const alias = {
    kind: 'Alias',
    obj,
    orig: undefined as unknown as Alias,
    tparams: undefined,
    targs: undefined,
    fromRHS: rhs,
    actual: undefined,
  } as Alias
  alias.orig = alias
  if (obj.type === undefined) obj.type = alias
  return alias
}

let lastTypeParamId = 0
export function newTypeParam(obj: TypeName, bound: Type): TypeParam {
  const param: TypeParam = {kind: 'TypeParam', id: ++lastTypeParamId, obj, index: -1, bound}
  if (obj.type === undefined) obj.type = param
  return param
}

/** Gives the parameters their indices; undefined for none (go/types bindTParams). */
export function bindTypeParams(list: readonly TypeParam[]): readonly TypeParam[] | undefined {
  list.forEach((param, index) => (param.index = index))
  return list.length === 0 ? undefined : list
}

const basic = (kind: BasicKind, info: number, name: string): Basic => ({kind: 'Basic', basic: kind, info, name})

/** The predeclared basic types by BasicKind (go/types Typ). */
export const Typ: readonly Basic[] = [
  basic(0, 0, 'invalid type'),
  basic(1, IsBoolean, 'bool'),
  basic(2, IsInteger, 'int'),
  basic(3, IsInteger, 'int8'),
  basic(4, IsInteger, 'int16'),
  basic(5, IsInteger, 'int32'),
  basic(6, IsInteger, 'int64'),
  basic(7, IsInteger | IsUnsigned, 'uint'),
  basic(8, IsInteger | IsUnsigned, 'uint8'),
  basic(9, IsInteger | IsUnsigned, 'uint16'),
  basic(10, IsInteger | IsUnsigned, 'uint32'),
  basic(11, IsInteger | IsUnsigned, 'uint64'),
  basic(12, IsInteger | IsUnsigned, 'uintptr'),
  basic(13, IsFloat, 'float32'),
  basic(14, IsFloat, 'float64'),
  basic(15, IsComplex, 'complex64'),
  basic(16, IsComplex, 'complex128'),
  basic(17, IsString, 'string'),
  basic(18, 0, 'Pointer'),
  basic(19, IsBoolean | IsUntyped, 'untyped bool'),
  basic(20, IsInteger | IsUntyped, 'untyped int'),
  basic(21, IsInteger | IsUntyped, 'untyped rune'),
  basic(22, IsFloat | IsUntyped, 'untyped float'),
  basic(23, IsComplex | IsUntyped, 'untyped complex'),
  basic(24, IsString | IsUntyped, 'untyped string'),
  basic(25, IsUntyped, 'untyped nil'),
]

/** What a basic type of this kind is; every kind has one. */
export function typ(kind: BasicKind): Basic {
  return Typ[kind] ?? unknownType
}

/** Depends on something that could not be found. Prints as go/types prints what it cannot type. */
export const unknownType: Basic = basic(BasicKind.Unknown, 0, 'invalid type')
export const invalidType = typ(BasicKind.Invalid)
export const boolType = typ(BasicKind.Bool)
export const intType = typ(BasicKind.Int)
export const uintType = typ(BasicKind.Uint)
export const uintptrType = typ(BasicKind.Uintptr)
export const stringType = typ(BasicKind.String)
export const unsafePointerType = typ(BasicKind.UnsafePointer)
export const untypedBool = typ(BasicKind.UntypedBool)
export const untypedInt = typ(BasicKind.UntypedInt)
export const untypedNil = typ(BasicKind.UntypedNil)
/** `uint8` and `int32` under their other names. */
export const byteType: Basic = basic(BasicKind.Uint8, IsInteger | IsUnsigned, 'byte')
export const runeType: Basic = basic(BasicKind.Int32, IsInteger, 'rune')

export type {Package}
