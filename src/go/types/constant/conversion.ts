// What a constant is as a Go int, float, complex, bool or string: go/constant's accessors and ToInt, ToFloat, ToComplex.
import {
  type BigFloat,
  bigFloatFromInteger,
  bigFloatFromRatio,
  binaryExponent,
  cutBigFloat,
  integerOfBigFloat,
  precision,
  signOfBigFloat,
} from './big-float.ts'
import {bitLength} from './big-integer.ts'
import {float32Format, float64Format, type FloatFormat, type Rounded, roundRatio} from './float-rounding.ts'
import {
  type ComplexValue,
  type FloatValue,
  type IntValue,
  isReal,
  makeBig,
  makeFloat64,
  makeInt,
  type RealValue,
  type UnknownValue,
  unknownValue,
  type Value,
  zeroInt,
} from './value.ts'

/** Integers with more bits, and floats with a larger exponent, are no fractions (go/constant maxExp). */
const ratioBitsMax = 4096
const smallFloat = (x: BigFloat) => Math.abs(binaryExponent(x)) < ratioBitsMax

/** x as an int when it is one; a 512-bit float that is an integer but for its last 4 bits counts as one (ToInt). */
export function toInt(x: Value): IntValue | UnknownValue {
  switch (x.kind) {
    case 'int':
      return x
    case 'float':
      if (x.form === 'ratio') return x.den === 1n ? makeInt(x.num) : unknownValue
      return bigToInt(x.value)
    case 'complex': {
      const real = toFloat(x)
      return real.kind === 'float' ? toInt(real) : unknownValue
    }
    default:
      return unknownValue
  }
}

const slackBits = 4

function bigToInt(x: BigFloat): IntValue | UnknownValue {
  if (!smallFloat(x)) return unknownValue
  const exact =
    integerOfBigFloat(x) ??
    integerOfBigFloat(cutBigFloat(x, precision - slackBits, 'toZero')) ??
    integerOfBigFloat(cutBigFloat(x, precision - slackBits, 'fromZero'))
  return exact === undefined ? unknownValue : makeInt(exact)
}

/** x as a float; complex values only with imaginary part 0. */
export function toFloat(x: Value): FloatValue | UnknownValue {
  switch (x.kind) {
    case 'int':
      if (bitLength(x.value) < ratioBitsMax) return {kind: 'float', form: 'ratio', num: x.value, den: 1n}
      return makeBig(bigFloatFromInteger(x.value))
    case 'float':
      return x
    case 'complex':
      return sign(x.im) === 0 ? toFloat(x.re) : unknownValue
    default:
      return unknownValue
  }
}

export function toComplex(x: Value): ComplexValue | UnknownValue {
  if (x.kind === 'complex') return x
  return isReal(x) ? {kind: 'complex', re: x, im: zeroInt} : unknownValue
}

/** The real part; unknown for what is no number. */
export function real(x: Value): RealValue | UnknownValue {
  if (isReal(x)) return x
  return x.kind === 'complex' ? x.re : unknownValue
}

/** The imaginary part; unknown for what is no number. */
export function imag(x: Value): RealValue | UnknownValue {
  if (isReal(x)) return zeroInt
  return x.kind === 'complex' ? x.im : unknownValue
}

/** -1, 0 or 1; for complex values only 0 means something; 1 for unknown, so that no division by zero is invented. */
export function sign(x: Value): number {
  switch (x.kind) {
    case 'int':
      return signOf(x.value)
    case 'float':
      return x.form === 'ratio' ? signOf(x.num) : signOfBigFloat(x.value)
    case 'complex':
      return sign(x.re) | sign(x.im)
    default:
      return 1
  }
}

const signOf = (x: bigint) => (x === 0n ? 0 : x < 0n ? -1 : 1)

/** Bits of |x|; 0 for what is no int. */
export const bitLen = (x: Value): number => (x.kind === 'int' ? bitLength(x.value) : 0)

export const boolVal = (x: Value): boolean => x.kind === 'bool' && x.value
/** One character per byte. */
export const stringVal = (x: Value): string => (x.kind === 'string' ? x.value : '')

/** The int64 that x is; undefined when x is no int or does not fit. */
export const int64Val = (x: Value): bigint | undefined => (representableInt(x, 64, true) && x.kind === 'int' ? x.value : undefined)
/** The uint64 that x is; undefined when x is no int or does not fit. */
export const uint64Val = (x: Value): bigint | undefined => (representableInt(x, 64, false) && x.kind === 'int' ? x.value : undefined)
/** x as a JavaScript number when it is an int of at most 53 bits. */
export function smallIntVal(x: Value): number | undefined {
  return x.kind === 'int' && bitLength(x.value) <= 53 ? Number(x.value) : undefined
}

/** Whether the int x fits into an integer type of that many bits. */
export function representableInt(x: Value, bits: number, signed: boolean): boolean {
  if (x.kind !== 'int') return false
  if (!signed) return x.value >= 0n && bitLength(x.value) <= bits
  return bitLength(x.value < 0n ? ~x.value : x.value) < bits
}

/** The nearest float64 of an int or float: ±Infinity beyond the range, ±0 below it; NaN for anything else. */
export const float64Val = (x: Value): Rounded => floatVal(x, float64Format)
/** The nearest float32 of an int or float, as `float64Val`. */
export const float32Val = (x: Value): Rounded => floatVal(x, float32Format)

function floatVal(x: Value, format: FloatFormat): Rounded {
  if (x.kind === 'int') {
    if (bitLength(x.value) <= precision) return roundRatio(x.value, 1n, 0, format)
    return floatVal({kind: 'float', form: 'big', value: bigFloatFromInteger(x.value)}, format) // rounded to 512 bits first, as Go does
  }
  if (x.kind !== 'float') return {value: Number.NaN, exact: false}
  if (x.form === 'ratio') return roundRatio(x.num, x.den, 0, format)
  const {negative, mantissa, exponent} = x.value
  return roundRatio(negative ? -mantissa : mantissa, 1n, exponent, format)
}

/** x rounded to float32 and back to a float constant; undefined when it overflows (go/types roundFloat32). */
export const roundFloat32 = (x: Value): FloatValue | undefined => rounded(float32Val(x))
/** x rounded to float64 and back to a float constant; undefined when it overflows (go/types roundFloat64). */
export const roundFloat64 = (x: Value): FloatValue | undefined => rounded(float64Val(x))

function rounded({value}: Rounded): FloatValue | undefined {
  const back = makeFloat64(value)
  return back.kind === 'float' ? back : undefined
}

/** The numerator of an int or float, with the sign of x; unknown when x is too large or small for a fraction. */
export const num = (x: Value): IntValue | UnknownValue => fractionPart(x, 'num')
/** The denominator of an int or float, at least 1; unknown when x is too large or small for a fraction. */
export const denom = (x: Value): IntValue | UnknownValue => fractionPart(x, 'den')

function fractionPart(x: Value, part: 'num' | 'den'): IntValue | UnknownValue {
  if (x.kind === 'int') return part === 'num' ? x : makeInt(1)
  if (x.kind !== 'float') return unknownValue
  if (x.form === 'ratio') return makeInt(x[part])
  if (!smallFloat(x.value)) return unknownValue
  const {negative, mantissa, exponent} = x.value
  if (part === 'den') return makeInt(exponent < 0 ? 1n << BigInt(-exponent) : 1n)
  const magnitude = exponent > 0 ? mantissa << BigInt(exponent) : mantissa
  return makeInt(negative ? -magnitude : magnitude)
}

/** x as a 512-bit float, for arithmetic and text. */
export function bigFloatOf(x: RealValue): BigFloat | 'infinite' {
  if (x.kind === 'int') return bigFloatFromInteger(x.value)
  return x.form === 'ratio' ? bigFloatFromRatio(x.num, x.den) : x.value
}
