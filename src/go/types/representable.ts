// Whether a constant fits a basic type, and the value it has there (go/types const.go).
import type {Checker} from './checker.ts'
import {
  binaryOp,
  imag,
  makeImag,
  real,
  representableInt,
  roundFloat32,
  roundFloat64,
  toComplex,
  toFloat,
  toInt,
  unknownValue,
  type Value,
} from './constant/constant.ts'
import {Mode} from './file-state.ts'
import type {Operand} from './operand.ts'
import {BasicKind, IsBoolean, IsComplex, IsFloat, IsInteger, IsString, type Basic} from './types.ts'

const intBits: Readonly<Partial<Record<BasicKind, readonly [bits: number, signed: boolean]>>> = {
  [BasicKind.Int8]: [8, true],
  [BasicKind.Int16]: [16, true],
  [BasicKind.Int32]: [32, true],
  [BasicKind.Int64]: [64, true],
  [BasicKind.Uint8]: [8, false],
  [BasicKind.Uint16]: [16, false],
  [BasicKind.Uint32]: [32, false],
  [BasicKind.Uint64]: [64, false],
}

/** The value as one of `type`, rounded; undefined when it does not fit (go/types representableConst). */
export function representable(c: Checker | undefined, x: Value, type: Basic): Value | undefined {
  if (x.kind === 'unknown') return x // avoids follow-up errors
  const {info} = type
  if ((info & IsInteger) !== 0) {
    const i = toInt(x)
    if (i.kind !== 'int') return undefined
    if (type.basic === BasicKind.UntypedInt || type.basic === BasicKind.UntypedRune) return i
    const word = (c?.sizes.wordSize ?? 8) * 8
    const [bits, signed] = intBits[type.basic] ?? [word, type.basic === BasicKind.Int]
    return representableInt(i, bits, signed) ? i : undefined
  }
  if ((info & IsFloat) !== 0) {
    const f = toFloat(x)
    if (f.kind !== 'float') return undefined
    if (type.basic === BasicKind.Float32) return roundFloat32(f)
    return type.basic === BasicKind.Float64 ? roundFloat64(f) : f
  }
  if ((info & IsComplex) !== 0) {
    const z = toComplex(x)
    if (z.kind !== 'complex') return undefined
    if (type.basic === BasicKind.UntypedComplex) return z
    const round = type.basic === BasicKind.Complex64 ? roundFloat32 : roundFloat64
    const re = round(real(z))
    const im = round(imag(z))
    return re === undefined || im === undefined ? undefined : binaryOp(re, '+', makeImag(im))
  }
  if ((info & IsString) !== 0) return x.kind === 'string' ? x : undefined
  if ((info & IsBoolean) !== 0) return x.kind === 'bool' ? x : undefined
  return undefined
}

/** Rounds the constant x to `type`; invalid with an error when it does not fit. */
export function makeRepresentable(c: Checker, x: Operand, type: Basic): void {
  const val = representable(c, x.val ?? unknownValue, type)
  if (val === undefined) {
    c.error(x.expr?.pos ?? 0, `constant cannot be represented as ${type.name}`)
    x.mode = Mode.invalid
    return
  }
  x.val = val
}
