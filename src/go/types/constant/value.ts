// The values of Go constants: go/constant's Value (value.go, Go 1.26) as plain data, and how each kind is made.
// Strings are Go strings: one JS character per byte (0 to 255), so that length, order and invalid UTF-8 are exact.
import type {BigFloat} from './big-float.ts'
import {bigFloatFromRatio} from './big-float.ts'
import {bitLength, greatestDivisor} from './big-integer.ts'
import {partsOfFloat64} from './float-rounding.ts'

export interface UnknownValue {
  readonly kind: 'unknown'
}
export interface BoolValue {
  readonly kind: 'bool'
  readonly value: boolean
}
export interface StringValue {
  readonly kind: 'string'
  /** One character per byte. */
  readonly value: string
}
export interface IntValue {
  readonly kind: 'int'
  readonly value: bigint
}
/** A float kept as an exact fraction in lowest terms; `den` is positive. */
export interface RatioValue {
  readonly kind: 'float'
  readonly form: 'ratio'
  readonly num: bigint
  readonly den: bigint
}
/** A float too large or too small for a fraction, rounded to 512 bits; results of it never become a fraction again. */
export interface BigValue {
  readonly kind: 'float'
  readonly form: 'big'
  readonly value: BigFloat
}
export type FloatValue = RatioValue | BigValue
/** `re` and `im` are of kind int or float. */
export interface ComplexValue {
  readonly kind: 'complex'
  readonly re: IntValue | FloatValue
  readonly im: IntValue | FloatValue
}
export type RealValue = IntValue | FloatValue
export type NumericValue = RealValue | ComplexValue
export type Value = UnknownValue | BoolValue | StringValue | NumericValue
export type Kind = Value['kind']

/** Above this many bits in numerator or denominator a fraction becomes a 512-bit float (go/constant maxExp). */
const ratioBitsMax = 4096

export const unknownValue: UnknownValue = {kind: 'unknown'}
const trueValue: BoolValue = {kind: 'bool', value: true}
const falseValue: BoolValue = {kind: 'bool', value: false}
const emptyString: StringValue = {kind: 'string', value: ''}
const smallInts: readonly IntValue[] = Array.from({length: 257}, (_, i) => ({kind: 'int', value: BigInt(i)}))
export const zeroInt: IntValue = {kind: 'int', value: 0n}

export const makeBool = (value: boolean): BoolValue => (value ? trueValue : falseValue)

/** `bytes`: one character per byte; text from a source file goes through `bytesOfText` first. */
export const makeString = (bytes: string): StringValue => (bytes === '' ? emptyString : {kind: 'string', value: bytes})

/** A number must be a safe integer; anything larger comes as bigint. */
export function makeInt(value: bigint | number): IntValue {
  if (value >= 0 && value <= 256) return smallInts[Number(value)] ?? zeroInt
  return {kind: 'int', value: BigInt(value)}
}

/** num/den as a float constant; unknown when `den` is 0. */
export function makeRatio(num: bigint, den: bigint): FloatValue | UnknownValue {
  if (den === 0n) return unknownValue
  const divisor = greatestDivisor(num, den)
  const sign = den < 0n ? -1n : 1n
  const [n, d] = divisor === 1n && sign === 1n ? [num, den] : [(num / divisor) * sign, (den / divisor) * sign]
  if (bitLength(n) < ratioBitsMax && bitLength(d) < ratioBitsMax) return {kind: 'float', form: 'ratio', num: n, den: d}
  return makeBig(bigFloatFromRatio(n, d))
}

/** A finite 512-bit float; infinity (go/constant makeFloat) is unknown. */
export function makeBig(value: BigFloat | 'infinite'): BigValue | UnknownValue {
  return value === 'infinite' ? unknownValue : {kind: 'float', form: 'big', value}
}

/** The exact value of a float64; -0 becomes 0, NaN and infinities are unknown. */
export function makeFloat64(x: number): FloatValue | UnknownValue {
  if (!Number.isFinite(x)) return unknownValue
  const {mantissa, exponent} = partsOfFloat64(x)
  return exponent >= 0 ? makeRatio(mantissa << BigInt(exponent), 1n) : makeRatio(mantissa, 1n << BigInt(-exponent))
}

export function makeComplex(re: Value, im: Value): ComplexValue | UnknownValue {
  if (!isReal(re) || !isReal(im)) return unknownValue
  return {kind: 'complex', re, im}
}

/** The imaginary number x·i. */
export const makeImag = (x: Value): Value => makeComplex(zeroInt, x)

export const isReal = (x: Value): x is RealValue => x.kind === 'int' || x.kind === 'float'
export const isNumeric = (x: Value): x is NumericValue => isReal(x) || x.kind === 'complex'
