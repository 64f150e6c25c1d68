// Number literals to exact values: strconv.ParseInt and math/big's Int, Float and Rat scanners with base 0 (Go 1.26).
// Digits beyond what a fraction holds go through math/big's own rounding steps (floatconv.go scan, pow5), bit for bit.
import {type BigFloat, binaryExponent, divide, multiplyBigFloat, precision, roundBigFloat} from './big-float.ts'
import {bitLength} from './big-integer.ts'
import {type FloatValue, type IntValue, makeBig, makeInt, makeRatio, type UnknownValue, unknownValue} from './value.ts'

/** Longer literals are an error in go/types (literals.go basicLit: "excessively long constant"). */
export const literalLengthMax = 10_000

const intPattern = /^0(?:[xX](?:_?[0-9a-fA-F])+|[bB](?:_?[01])+|[oO](?:_?[0-7])+|(?:_?[0-7])*)$|^[1-9](?:_?[0-9])*$/

/** What nearly all literals are: decimal digits whose number a double holds. */
function isShortDecimal(literal: string): boolean {
  if (literal.length > 15 || literal.length === 0 || (literal.length > 1 && literal.startsWith('0'))) return false
  for (let i = 0; i < literal.length; i++) {
    const c = literal.charCodeAt(i)
    if (c < 48 || c > 57) return false
  }
  return true
}
const shortHex = /^0x[0-9a-fA-F]{1,13}$/

/** The value of an INT literal; unknown when Go's scanner would not accept it. */
export function intFromLiteral(literal: string): IntValue | UnknownValue {
  if (isShortDecimal(literal) || shortHex.test(literal)) return makeInt(Number(literal))
  if (!intPattern.test(literal)) return unknownValue
  const digits = literal.replaceAll('_', '')
  const octal = /^0[0-7]+$/.exec(digits) !== null
  return makeInt(BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase()))
}

const decimalDigits = String.raw`[0-9](?:_?[0-9])*`
const hexDigits = String.raw`[0-9a-fA-F](?:_?[0-9a-fA-F])*`
const decimalPattern = new RegExp(
  String.raw`^(?:(${decimalDigits})(?:\.(${decimalDigits})?)?|\.(${decimalDigits}))(?:[eE]([+-]?${decimalDigits}))?$`,
)
const hexPattern = new RegExp(
  String.raw`^0[xX](?:_?(${hexDigits})(?:\.(${hexDigits})?)?|\.(${hexDigits}))(?:[pP]([+-]?${decimalDigits}))?$`,
)
const binaryPattern = /^0(?:[bB](?:_?[01])+|[oO](?:_?[0-7])+)$/

interface Scanned {
  readonly mantissa: bigint
  readonly exp2: number
  readonly exp5: number
}

/** The value of a FLOAT literal, or of an IMAG literal without its i. */
export function floatFromLiteral(literal: string): FloatValue | UnknownValue {
  const scanned = scanFloat(literal)
  if (scanned === undefined) return unknownValue
  const {mantissa, exp2, exp5} = scanned
  if (mantissa === 0n) return makeRatio(0n, 1n)
  if (quicklySmall(scanned)) return exactRatio(scanned)
  const rounded = roundLiteral(mantissa, exp2, exp5)
  if (rounded === undefined || rounded === 'infinite') return unknownValue
  if (rounded.mantissa === 0n) return makeRatio(0n, 1n)
  const exponent = binaryExponent(rounded)
  const small = -ratioExponentMax < exponent && exponent < ratioExponentMax
  // Rat.SetString gives up beyond these exponents; the literal then stays a float.
  if (small && Math.abs(exp5) <= 1e6 && Math.abs(exp2) <= 1e7) return exactRatio(scanned)
  return makeBig(rounded)
}

/** go/constant maxExp: within it a literal is kept as a fraction, however long its parts get. */
const ratioExponentMax = 4096

const quicklySmall = ({mantissa, exp2, exp5}: Scanned) => Math.abs(exp2) < 900 && Math.abs(exp5) < 900 && bitLength(mantissa) < 900

function exactRatio({mantissa, exp2, exp5}: Scanned): FloatValue | UnknownValue {
  let num = mantissa
  let den = 1n
  if (exp5 > 0) num *= 5n ** BigInt(exp5)
  else den *= 5n ** BigInt(-exp5)
  if (exp2 > 0) num <<= BigInt(exp2)
  else den <<= BigInt(-exp2)
  return makeLiteralRatio(num, den)
}

/** go/constant makeFloatFromLiteral keeps the fraction of a literal without looking at the size of its parts. */
function makeLiteralRatio(num: bigint, den: bigint): FloatValue | UnknownValue {
  const value = makeRatio(num, den)
  if (value.kind === 'unknown' || value.form === 'ratio') return value
  return {kind: 'float', form: 'ratio', ...lowestTerms(num, den)}
}

function lowestTerms(num: bigint, den: bigint): {readonly num: bigint; readonly den: bigint} {
  let [a, b] = [num, den]
  while (b !== 0n) [a, b] = [b, a % b]
  return {num: num / a, den: den / a}
}

function scanFloat(literal: string): Scanned | undefined {
  const decimal = decimalPattern.exec(literal)
  if (decimal !== null) {
    const [, whole = '', fractionAfter = '', fractionOnly = '', exponent = '0'] = decimal
    const fraction = digitsOf(fractionAfter + fractionOnly)
    const exp = exponentOf(exponent) - fraction.length
    return {mantissa: BigInt(`0${digitsOf(whole)}${fraction}`.replace(/^0+(?=.)/, '')), exp2: exp, exp5: exp}
  }
  const hex = hexPattern.exec(literal)
  if (hex !== null) {
    const [, whole = '', fractionAfter = '', fractionOnly = '', exponent = '0'] = hex
    const fraction = digitsOf(fractionAfter + fractionOnly)
    return {mantissa: BigInt(`0x${digitsOf(whole)}${fraction}`), exp2: exponentOf(exponent) - 4 * fraction.length, exp5: 0}
  }
  if (binaryPattern.test(literal)) return {mantissa: BigInt(digitsOf(literal).toLowerCase()), exp2: 0, exp5: 0}
  return undefined
}

const digitsOf = (text: string) => text.replaceAll('_', '')
/** Beyond ±2^53 the exact figure does not matter: every path ends in infinity or 0. */
const exponentOf = (text: string) => Number(digitsOf(text))

/** Float.scan after its mantissa: normalise, then one multiplication or division by a rounded power of 5. */
function roundLiteral(mantissa: bigint, exp2: number, exp5: number): BigFloat | 'infinite' | undefined {
  const normal = bitLength(mantissa) + exp2
  if (normal > 2147483647 || normal < -2147483648 || !Number.isSafeInteger(exp5)) return undefined // "exponent overflow"
  const exact = {negative: false, mantissa, exponent: exp2}
  if (exp5 === 0) return roundBigFloat(false, mantissa, exp2, false)
  const power = powerOfFive(Math.abs(exp5), precision + 64)
  if (exp5 > 0) return power === 'infinite' ? 'infinite' : multiplyBigFloat(exact, power)
  return power === 'infinite' ? {negative: false, mantissa: 0n, exponent: 0} : divide(exact, power)
}

/** Float.pow5: 5^n by squaring, each step rounded. */
function powerOfFive(n: number, bits: number): BigFloat | 'infinite' {
  const tabled = 27 // 5^27 is the largest that fits into a uint64
  const exact = (exponent: number): BigFloat => ({negative: false, mantissa: 5n ** BigInt(exponent), exponent: 0})
  if (n <= tabled) return exact(n)
  let result: BigFloat | 'infinite' = exact(tabled)
  let factor: BigFloat | 'infinite' = exact(1)
  for (let left = n - tabled; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      if (factor === 'infinite' || result === 'infinite') return 'infinite'
      result = multiplyBigFloat(result, factor, bits)
    }
    if (factor !== 'infinite') factor = multiplyBigFloat(factor, factor, bits + 64)
  }
  return result
}
