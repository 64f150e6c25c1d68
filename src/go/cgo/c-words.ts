// The words of C, and of the compilers that cgo uses, that declarations are made of.
import {type CType, type FloatName, type IntName, unknownCType, voidType} from './c-type.ts'

export const qualifiers: ReadonlySet<string> = new Set([
  'const',
  'volatile',
  'restrict',
  '__const',
  '__const__',
  '__volatile',
  '__volatile__',
  '__restrict',
  '__restrict__',
  '_Atomic',
  '__extension__',
  '_Nonnull',
  '_Nullable',
  '_Null_unspecified',
  '__cdecl',
  '__stdcall',
  '__fastcall',
  '__ptr32',
  '__ptr64',
  '__unaligned',
  '_Nullable_result',
  '__nonnull',
])
export const storages: ReadonlySet<string> = new Set([
  'typedef',
  'extern',
  'static',
  'inline',
  '__inline',
  '__inline__',
  '__forceinline',
  'register',
  'auto',
  '_Noreturn',
  '_Thread_local',
  '__thread',
  'thread_local',
  'noreturn',
])
export const basicWords: ReadonlySet<string> = new Set([
  'void',
  'char',
  'short',
  'int',
  'long',
  'float',
  'double',
  'signed',
  'unsigned',
  '_Bool',
  '_Complex',
  '__complex__',
  '__signed__',
  '__signed',
  '__int128',
  '__int64',
  '_Float64',
  '_Float32',
  '__int128_t',
  '__uint128_t',
  '_Float128',
  '__float128',
  '_Float16',
  '_Float32x',
  '_Float64x',
])
export const attributeWords: ReadonlySet<string> = new Set([
  '__attribute__',
  '__attribute',
  '__declspec',
  '_Alignas',
  'alignas',
  '__asm__',
  'asm',
  '__asm',
  '__pragma',
  '_Pragma',
])

/** gcc's: what they do to sizes, places and types is not modelled. */
export const strangeAttributes: ReadonlySet<string> = new Set([
  'mode',
  'vector_size',
  'ms_struct',
  'gcc_struct',
  'scalar_storage_order',
  'address_space',
])

/** The type that basic words spell in whatever order. */
export function basicType(words: readonly string[]): CType {
  const has = (word: string) => words.includes(word)
  const longs = words.filter(word => word === 'long').length
  const unsigned = has('unsigned')
  if (has('void')) return voidType
  if (has('_Bool')) return {kind: 'bool'}
  if (words.some(word => /^_Float(?:128|16|32x|64x)|^__float128/.test(word))) return unknownCType(words.join(' '))
  const float: FloatName | undefined =
    has('float') || has('_Float32') ? 'float' : has('double') || has('_Float64') ? (longs > 0 ? 'longdouble' : 'double') : undefined
  if (float !== undefined) return has('_Complex') || has('__complex__') ? {kind: 'complex', name: float} : {kind: 'floating', name: float}
  if (has('_Complex') || has('__complex__')) return unknownCType('_Complex')
  const integer = (signedName: IntName, unsignedName: IntName): CType => ({kind: 'integer', name: unsigned ? unsignedName : signedName})
  if (has('__int128') || has('__int128_t')) return integer('int128', 'uint128')
  if (has('__uint128_t')) return {kind: 'integer', name: 'uint128'}
  if (has('char'))
    return unsigned
      ? {kind: 'integer', name: 'uchar'}
      : {kind: 'integer', name: words.some(word => /^(?:__)?signed(?:__)?$/.test(word)) ? 'schar' : 'char'}
  if (has('short')) return integer('short', 'ushort')
  if (longs > 1 || has('__int64')) return integer('longlong', 'ulonglong')
  if (longs === 1) return integer('long', 'ulong')
  return integer('int', 'uint')
}
