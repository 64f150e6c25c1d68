// Exact rounding of fractions to float32 and float64, to nearest with ties to even, denormals included, and the way back.
// Equal to math/big Rat.Float64 and Float.Float64.
import {bitLength} from './big-integer.ts'

export interface FloatFormat {
  /** Bits of the mantissa with its leading 1. */
  readonly bits: number
  /** Exponents of the smallest and the largest normal number, as in 1.x × 2^e. */
  readonly exponentMin: number
  readonly exponentMax: number
}
export const float32Format: FloatFormat = {bits: 24, exponentMin: -126, exponentMax: 127}
export const float64Format: FloatFormat = {bits: 53, exponentMin: -1022, exponentMax: 1023}

export interface Rounded {
  /** ±Infinity when out of range; keeps the sign of what underflows to 0. */
  readonly value: number
  readonly exact: boolean
}

const doubles = new Float64Array(1)
const words = new BigUint64Array(doubles.buffer)

/** 2^exponent for -1074 to 1023. */
function powerOfTwo(exponent: number): number {
  words[0] = exponent >= -1022 ? BigInt(exponent + 1023) << 52n : 1n << BigInt(exponent + 1074)
  return doubles[0] ?? 0
}

/** num/den × 2^scale, rounded to the format; `den` is positive. */
export function roundRatio(num: bigint, den: bigint, scale: number, format: FloatFormat): Rounded {
  if (num === 0n) return {value: 0, exact: true}
  const sign = num < 0n ? -1 : 1
  const magnitude = num < 0n ? -num : num
  const exponent = floorLog(magnitude, den) + scale
  if (exponent > format.exponentMax) return {value: sign * Infinity, exact: false}
  if (exponent < format.exponentMin - format.bits) return {value: sign < 0 ? -0 : 0, exact: false}
  // One unit of the result: its last mantissa bit, or that of the denormals.
  const unit = Math.max(exponent, format.exponentMin) - format.bits + 1
  const rounded = divideRounded(magnitude, den, scale - unit)
  if (bitLength(rounded.quotient) - 1 + unit > format.exponentMax) return {value: sign * Infinity, exact: false}
  return {value: sign * (Number(rounded.quotient) * powerOfTwo(unit)), exact: rounded.exact}
}

/** e such that 2^e <= num/den < 2^(e+1), both positive. */
function floorLog(num: bigint, den: bigint): number {
  const about = bitLength(num) - bitLength(den)
  const below = about >= 0 ? num < den << BigInt(about) : num << BigInt(-about) < den
  return below ? about - 1 : about
}

/** num/den × 2^shift as an integer, to nearest, ties to even. */
function divideRounded(num: bigint, den: bigint, shift: number): {readonly quotient: bigint; readonly exact: boolean} {
  const n = shift > 0 ? num << BigInt(shift) : num
  const d = shift < 0 ? den << BigInt(-shift) : den
  const quotient = n / d
  const rest = (n - quotient * d) * 2n
  const up = rest > d || (rest === d && (quotient & 1n) === 1n)
  return {quotient: up ? quotient + 1n : quotient, exact: rest === 0n}
}

/** A finite float64 as mantissa × 2^exponent. */
export function partsOfFloat64(x: number): {readonly mantissa: bigint; readonly exponent: number} {
  if (Number.isSafeInteger(x)) return {mantissa: BigInt(x), exponent: 0}
  doubles[0] = x
  const word = words[0] ?? 0n
  const biased = Number((word >> 52n) & 0x7ffn)
  const fraction = word & 0xf_ffff_ffff_ffffn
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n)
  return {mantissa: x < 0 ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075}
}
