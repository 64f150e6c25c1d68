// The predeclared identifiers and package unsafe (go/types universe.go, Go 1.26).
import {newBuiltin, newConst, newFunc, newPackage, newTypeName, newVar, universeScope, type GoObject, type Package} from './objects.ts'
import {insertInto} from './scope.ts'
import {allTerms, typeSetOf} from './type-set.ts'
import {setUnsafePackage} from './type-string.ts'
import {makeBool, makeInt} from './constant/constant.ts'
import {
  BasicKind,
  Typ,
  byteType,
  emptyTuple,
  newAlias,
  newInterface,
  newNamed,
  newSignature,
  newTuple,
  runeType,
  stringType,
  typ,
  unsafePointerType,
  untypedBool,
  untypedInt,
  untypedNil,
  type Interface,
  type Named,
  type TypeSet,
} from './types.ts'

export type BuiltinId =
  | 'append'
  | 'cap'
  | 'clear'
  | 'close'
  | 'complex'
  | 'copy'
  | 'delete'
  | 'imag'
  | 'len'
  | 'make'
  | 'max'
  | 'min'
  | 'new'
  | 'panic'
  | 'print'
  | 'println'
  | 'real'
  | 'recover'
  | 'Add'
  | 'Alignof'
  | 'Offsetof'
  | 'Sizeof'
  | 'Slice'
  | 'SliceData'
  | 'String'
  | 'StringData'

export interface BuiltinShape {
  /** Fewest arguments; exactly as many unless variadic. */
  readonly args: number
  readonly variadic: boolean
  /** A call may stand alone. */
  readonly statement: boolean
}
const shape = (args: number, variadic: boolean, statement: boolean): BuiltinShape => ({args, variadic, statement})

/** go/types predeclaredFuncs. */
export const builtinShapes: Readonly<Record<BuiltinId, BuiltinShape>> = {
  append: shape(1, true, false),
  cap: shape(1, false, false),
  clear: shape(1, false, true),
  close: shape(1, false, true),
  complex: shape(2, false, false),
  copy: shape(2, false, true),
  delete: shape(2, false, true),
  imag: shape(1, false, false),
  len: shape(1, false, false),
  make: shape(1, true, false),
  max: shape(1, true, false),
  min: shape(1, true, false),
  new: shape(1, false, false),
  panic: shape(1, false, true),
  print: shape(0, true, true),
  println: shape(0, true, true),
  real: shape(1, false, false),
  recover: shape(0, false, true),
  Add: shape(2, false, false),
  Alignof: shape(1, false, false),
  Offsetof: shape(1, false, false),
  Sizeof: shape(1, false, false),
  Slice: shape(2, false, false),
  SliceData: shape(1, false, false),
  String: shape(2, false, false),
  StringData: shape(1, false, false),
}

export const unsafePackage: Package = newPackage('unsafe', 'unsafe')
unsafePackage.complete = true
setUnsafePackage(unsafePackage)

function define(obj: GoObject): GoObject {
  insertInto(obj.pkg === unsafePackage ? unsafePackage.scope : universeScope, obj)
  return obj
}

for (const t of [...Typ, byteType, runeType]) {
  if (t.name.includes(' ')) continue // invalid and untyped types have no identifier
  define(newTypeName(undefined, -1, t === unsafePointerType ? unsafePackage : undefined, t.name, t))
}

/** `any` is an alias of this one interface, by which it is known when printed. */
const anyInterface: Interface = newInterface([], [])
anyInterface.complete = true
export const universeAny = newTypeName(undefined, -1, undefined, 'any')
newAlias(universeAny, anyInterface)
define(universeAny)

function defineError(): Named {
  const obj = newTypeName(undefined, -1, undefined, 'error')
  const named = newNamed(undefined, obj, undefined)
  const sig = newSignature(emptyTuple, newTuple([newVar('result', undefined, -1, undefined, '', stringType)]), false)
  sig.recv = newVar('receiver', undefined, -1, undefined, '', named)
  const face = newInterface([newFunc(undefined, -1, undefined, 'Error', sig)], [])
  face.complete = true
  typeSetOf(face)
  named.fromRHS = face
  named.underlying = face
  named.finite = true
  define(obj)
  return named
}

function defineComparable(): GoObject {
  const obj = newTypeName(undefined, -1, undefined, 'comparable')
  const named = newNamed(undefined, obj, undefined)
  const set: TypeSet = {methods: [], terms: allTerms, comparable: true, unknown: false}
  const face = newInterface([], [])
  face.complete = true
  face.tset = set
  named.fromRHS = face
  named.underlying = face
  named.finite = true
  return define(obj)
}

export const universeError: Named = defineError()
export const universeComparable: GoObject = defineComparable()
define(newConst(undefined, -1, undefined, 'true', untypedBool, makeBool(true)))
define(newConst(undefined, -1, undefined, 'false', untypedBool, makeBool(false)))
export const universeIota: GoObject = define(newConst(undefined, -1, undefined, 'iota', untypedInt, makeInt(0)))
define({
  kind: 'Nil',
  name: 'nil',
  pkg: undefined,
  type: untypedNil,
  file: undefined,
  pos: -1,
  parent: undefined,
  scopePos: -1,
  decl: undefined,
})

for (const id of Object.keys(builtinShapes) as BuiltinId[]) {
  const first = id.charAt(0)
  define(newBuiltin(first >= 'A' && first <= 'Z' ? unsafePackage : undefined, id, id))
}

export const boolType = typ(BasicKind.Bool)
export {universeScope}
