// Floats of 512 bits of mantissa, rounded to nearest with ties to even: math/big Float with prec 512 as go/constant uses it.
// Exponents are those of math/big (MinExp, MaxExp): beyond them a value is infinite, below them 0.
import {bitLength, roundToBits, trailingZeros} from './big-integer.ts'

/** ± mantissa × 2^exponent; the mantissa is never negative, odd unless it is 0, and 0 has no sign. */
export interface BigFloat {
  readonly negative: boolean
  readonly mantissa: bigint
  readonly exponent: number
}

/** go/constant prec. */
export const precision = 512
const exponentMax = 2147483647
const exponentMin = -2147483648

export const bigFloatZero: BigFloat = {negative: false, mantissa: 0n, exponent: 0}

/** e in 0.m × 2^e with 0.5 <= 0.m < 1 (Float.MantExp); 0 for 0. */
export const binaryExponent = (x: BigFloat): number => (x.mantissa === 0n ? 0 : bitLength(x.mantissa) + x.exponent)

/** Rounds ± mantissa × 2^exponent to `bits`; `sticky` says that the true value is a little further from 0. */
export function roundBigFloat(
  negative: boolean,
  mantissa: bigint,
  exponent: number,
  sticky: boolean,
  bits: number = precision,
): BigFloat | 'infinite' {
  if (mantissa === 0n) return bigFloatZero
  const rounded = roundToBits(mantissa, bits, sticky)
  const zeros = trailingZeros(rounded.mantissa)
  const result = {negative, mantissa: rounded.mantissa >> BigInt(zeros), exponent: exponent + rounded.shift + zeros}
  const size = binaryExponent(result)
  if (size > exponentMax) return 'infinite'
  return size < exponentMin ? bigFloatZero : result
}

export function bigFloatFromInteger(x: bigint): BigFloat {
  const rounded = roundBigFloat(x < 0n, x < 0n ? -x : x, 0, false)
  return rounded === 'infinite' ? bigFloatZero : rounded // an integer in memory has fewer than 2^31 bits
}

/** num/den, correctly rounded; `den` is positive. */
export function bigFloatFromRatio(num: bigint, den: bigint): BigFloat | 'infinite' {
  return divide({negative: num < 0n, mantissa: num < 0n ? -num : num, exponent: 0}, {negative: false, mantissa: den, exponent: 0})
}

export const negateBigFloat = (x: BigFloat): BigFloat => (x.mantissa === 0n ? x : {...x, negative: !x.negative})

const signed = (x: BigFloat) => (x.negative ? -x.mantissa : x.mantissa)

/** Operands further apart than this do not touch each other's rounding. */
const apartMax = 2 * precision + 8

export function addBigFloat(x: BigFloat, y: BigFloat): BigFloat | 'infinite' {
  if (x.mantissa === 0n) return y
  if (y.mantissa === 0n) return x
  const [large, small] = binaryExponent(x) >= binaryExponent(y) ? [x, y] : [y, x]
  let low = small
  // A far smaller operand only says on which side of `large` the sum lies: one unit far below does the same.
  if (binaryExponent(large) - binaryExponent(small) > apartMax) {
    low = {negative: small.negative, mantissa: 1n, exponent: binaryExponent(large) - apartMax}
  }
  const exponent = Math.min(large.exponent, low.exponent)
  const sum = (signed(large) << BigInt(large.exponent - exponent)) + (signed(low) << BigInt(low.exponent - exponent))
  return roundBigFloat(sum < 0n, sum < 0n ? -sum : sum, exponent, false)
}

export const multiplyBigFloat = (x: BigFloat, y: BigFloat, bits: number = precision): BigFloat | 'infinite' =>
  roundBigFloat(x.negative !== y.negative, x.mantissa * y.mantissa, x.exponent + y.exponent, false, bits)

/** Infinite when `y` is 0. */
export function divide(x: BigFloat, y: BigFloat, bits: number = precision): BigFloat | 'infinite' {
  if (y.mantissa === 0n) return 'infinite'
  const shift = Math.max(0, bits + 2 + bitLength(y.mantissa) - bitLength(x.mantissa))
  const num = x.mantissa << BigInt(shift)
  const quotient = num / y.mantissa
  return roundBigFloat(x.negative !== y.negative, quotient, x.exponent - y.exponent - shift, quotient * y.mantissa !== num, bits)
}

export function compareBigFloat(x: BigFloat, y: BigFloat): number {
  const [sx, sy] = [signOfBigFloat(x), signOfBigFloat(y)]
  if (sx !== sy) return sx < sy ? -1 : 1
  if (sx === 0) return 0
  const [ex, ey] = [binaryExponent(x), binaryExponent(y)]
  if (ex !== ey) return ex < ey ? -sx : sx
  const exponent = Math.min(x.exponent, y.exponent) // both have 512 bits at most, so the shifts are small
  const difference = (x.mantissa << BigInt(x.exponent - exponent)) - (y.mantissa << BigInt(y.exponent - exponent))
  return difference === 0n ? 0 : difference < 0n ? -sx : sx
}

export const signOfBigFloat = (x: BigFloat): number => (x.mantissa === 0n ? 0 : x.negative ? -1 : 1)

/** x rounded to fewer bits, towards 0 or away from it (Float.SetMode, Set). */
export function cutBigFloat(x: BigFloat, bits: number, direction: 'toZero' | 'fromZero'): BigFloat {
  const drop = bitLength(x.mantissa) - bits
  if (drop <= 0) return x
  const kept = x.mantissa >> BigInt(drop) // odd mantissas always lose something here
  const mantissa = direction === 'toZero' ? kept : kept + 1n
  const zeros = trailingZeros(mantissa)
  return {negative: x.negative, mantissa: mantissa >> BigInt(zeros), exponent: x.exponent + drop + zeros}
}

export const isIntegerBigFloat = (x: BigFloat): boolean => x.exponent >= 0

/** The integer x stands for; undefined when it is none. The caller bounds the exponent. */
export const integerOfBigFloat = (x: BigFloat): bigint | undefined => (isIntegerBigFloat(x) ? signed(x) << BigInt(x.exponent) : undefined)

/** Float.Text('p', 0): hexadecimal mantissa 0x.8 to 0x.f…, trailing zeros cut, binary exponent. */
export function textOfBigFloat(x: BigFloat): string {
  if (x.mantissa === 0n) return '0'
  const bits = bitLength(x.mantissa)
  const digits = (x.mantissa << BigInt((4 - (bits % 4)) % 4)).toString(16).replace(/0+$/, '')
  const exponent = binaryExponent(x)
  return `${x.negative ? '-' : ''}0x.${digits}p${exponent < 0 ? '' : '+'}${exponent}`
}
