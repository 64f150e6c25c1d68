// Sizes, alignments and field offsets as the gc compiler lays types out (go/types gcsizes.go). Undefined: it depends on something unknown,
// or the type is too large.
import {invalidType, BasicKind, IsComplex, IsString, type Struct, type Type} from './types.ts'
import {asNamed, originOf, underlying} from './underlying.ts'
import type {Var} from './objects.ts'

export interface Sizes {
  /** Bytes of a pointer. */
  readonly wordSize: number
  readonly alignMax: number
}

/** go/types gcArchSizes, for the platforms of Go 1.26. */
const architectures: Readonly<Record<string, Sizes>> = {
  386: {wordSize: 4, alignMax: 4},
  amd64: {wordSize: 8, alignMax: 8},
  amd64p32: {wordSize: 4, alignMax: 8},
  arm: {wordSize: 4, alignMax: 4},
  arm64: {wordSize: 8, alignMax: 8},
  loong64: {wordSize: 8, alignMax: 8},
  mips: {wordSize: 4, alignMax: 4},
  mipsle: {wordSize: 4, alignMax: 4},
  mips64: {wordSize: 8, alignMax: 8},
  mips64le: {wordSize: 8, alignMax: 8},
  ppc64: {wordSize: 8, alignMax: 8},
  ppc64le: {wordSize: 8, alignMax: 8},
  riscv64: {wordSize: 8, alignMax: 8},
  s390x: {wordSize: 8, alignMax: 8},
  sparc64: {wordSize: 8, alignMax: 8},
  wasm: {wordSize: 8, alignMax: 8},
}
const amd64: Sizes = {wordSize: 8, alignMax: 8}

/** Layout rules of a GOARCH; those of amd64 for one that is not known. */
export const sizesFor = (goarch: string): Sizes => architectures[goarch] ?? amd64

/** Bytes of the basic types that are the same everywhere. */
const fixed: Readonly<Partial<Record<BasicKind, number>>> = {
  [BasicKind.Bool]: 1,
  [BasicKind.Int8]: 1,
  [BasicKind.Int16]: 2,
  [BasicKind.Int32]: 4,
  [BasicKind.Int64]: 8,
  [BasicKind.Uint8]: 1,
  [BasicKind.Uint16]: 2,
  [BasicKind.Uint32]: 4,
  [BasicKind.Uint64]: 8,
  [BasicKind.Float32]: 4,
  [BasicKind.Float64]: 8,
  [BasicKind.Complex64]: 8,
  [BasicKind.Complex128]: 16,
}

/** Larger sizes are not exact as a number, and no machine has them. */
const sizeMax = Number.MAX_SAFE_INTEGER
const alignUp = (offset: number, alignment: number) => Math.ceil(offset / alignment) * alignment
const limited = (size: number): number | undefined => (size <= sizeMax ? size : undefined)

/** Bytes a value takes. */
export function sizeOf(s: Sizes, t: Type): number | undefined {
  const u = underlying(t)
  switch (u.kind) {
    case 'Basic':
      if (u.info === 0 && u.basic !== BasicKind.UnsafePointer) return undefined
      return fixed[u.basic] ?? (u.basic === BasicKind.String ? s.wordSize * 2 : s.wordSize)
    case 'Array': {
      if (u.len < 0) return undefined
      if (u.len === 0) return 0
      const elem = sizeOf(s, u.elem)
      return elem === undefined ? undefined : limited(elem * u.len)
    }
    case 'Slice':
      return s.wordSize * 3
    case 'Struct':
      return structSize(s, u)
    case 'Interface':
      return s.wordSize * 2
    case 'Union':
    case 'TypeParam':
      return undefined
    default:
      return s.wordSize
  }
}

function structSize(s: Sizes, t: Struct): number | undefined {
  const last = t.fields.at(-1)
  if (last === undefined) return 0
  const offset = offsetsOf(s, t.fields)?.at(-1)
  let size = sizeOf(s, last.type ?? invalidType)
  const alignment = alignOf(s, t)
  if (offset === undefined || size === undefined || alignment === undefined) return undefined
  // gc: a last field without size is padded, so that its address is not that of what follows.
  if (offset > 0 && size === 0) size = 1
  return limited(alignUp(offset + size, alignment))
}

/** Alignment of a value in bytes. */
export function alignOf(s: Sizes, t: Type): number | undefined {
  const u = underlying(t)
  switch (u.kind) {
    case 'Array':
      return alignOf(s, u.elem)
    case 'Struct': {
      if (u.fields.length === 0 && isAlign64(t)) return 8
      let max = 1
      for (const f of u.fields) {
        const a = alignOf(s, f.type ?? invalidType)
        if (a === undefined) return undefined
        max = Math.max(max, a)
      }
      return max
    }
    case 'Slice':
    case 'Interface':
      return s.wordSize
    case 'Basic':
      if ((u.info & IsString) !== 0) return s.wordSize
      break
    default:
      break
  }
  const size = sizeOf(s, t)
  if (size === undefined) return undefined
  const a = u.kind === 'Basic' && (u.info & IsComplex) !== 0 ? size / 2 : size
  return Math.min(Math.max(a, 1), s.alignMax)
}

/** sync/atomic's marker that aligns 64-bit values on 32-bit machines (go/types _IsSyncAtomicAlign64). */
function isAlign64(t: Type): boolean {
  const named = asNamed(t)
  if (named === undefined) return false
  const {name, pkg} = originOf(named).obj
  return name === 'align64' && (pkg?.path === 'sync/atomic' || pkg?.path === 'internal/runtime/atomic')
}

/** Offsets of the fields of a struct in bytes; undefined when one of them is not known. */
export function offsetsOf(s: Sizes, fields: readonly Var[]): number[] | undefined {
  const offsets: number[] = []
  let offset = 0
  for (const f of fields) {
    const type = f.type ?? invalidType
    const alignment = alignOf(s, type)
    if (alignment === undefined) return undefined
    offset = alignUp(offset, alignment)
    offsets.push(offset)
    if (offsets.length === fields.length) return offsets
    const size = sizeOf(s, type)
    if (size === undefined || limited(offset + size) === undefined) return undefined
    offset += size
  }
  return offsets
}

/** Offset of the field at a path through embedded structs. */
export function offsetOf(s: Sizes, t: Type, index: readonly number[]): number | undefined {
  let offset = 0
  let type = t
  for (const i of index) {
    const u = underlying(type)
    if (u.kind !== 'Struct') return undefined
    const offsets = offsetsOf(s, u.fields.slice(0, i + 1))
    const at = offsets?.[i]
    if (at === undefined) return undefined
    offset += at
    type = u.fields[i]?.type ?? invalidType
  }
  return offset
}
