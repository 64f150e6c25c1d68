// How constants print: go/constant's ExactString, and String, which shortens and rounds.
import {type BigFloat, binaryExponent, isIntegerBigFloat, precision, roundBigFloat, textOfBigFloat} from './big-float.ts'
import {bigFloatOf, float64Val} from './conversion.ts'
import {formatShortest, formatSixDigits} from './decimal-format.ts'
import {quote} from './quote.ts'
import {type FloatValue, makeBig, type Value} from './value.ts'

/** The value in full: ints in decimal, floats as fraction or hexadecimal mantissa, strings quoted. */
export function exactString(x: Value): string {
  switch (x.kind) {
    case 'unknown':
      return 'unknown'
    case 'bool':
      return String(x.value)
    case 'string':
      return quote(x.value)
    case 'int':
      return String(x.value)
    case 'float':
      if (x.form === 'big') return textOfBigFloat(x.value)
      return x.den === 1n ? String(x.num) : `${x.num}/${x.den}`
    case 'complex':
      return `(${exactString(x.re)} + ${exactString(x.im)}i)`
    default:
      return 'unknown'
  }
}

/** Longer quoted strings are cut. */
const stringRunesMax = 72

/** The value for people: floats with six digits, long strings cut. */
export function shortString(x: Value): string {
  switch (x.kind) {
    case 'string': {
      const quoted = quote(x.value)
      const runes = Array.from(quoted)
      return runes.length <= stringRunesMax ? quoted : `${runes.slice(0, stringRunesMax - 3).join('')}...`
    }
    case 'float':
      return shortFloat(x)
    case 'complex':
      return `(${shortString(x.re)} + ${shortString(x.im)}i)`
    default:
      return exactString(x)
  }
}

/** floatVal.String; fractions are rounded to 512 bits first, as ratVal.String does. */
function shortFloat(x: FloatValue): string {
  const big = bigFloatOf(x)
  if (big === 'infinite') return 'unknown'
  const {value} = float64Val({kind: 'float', form: 'big', value: big})
  if ((big.mantissa === 0n) === (value === 0) && Number.isFinite(value)) {
    const six = formatSixDigits(value)
    return isIntegerBigFloat(big) || six.includes('.') ? six : formatShortest(value)
  }
  return beyondFloat64(big)
}

/** Rounded once; Math.LN2 / Math.LN10 would be rounded three times. */
const log10Of2 = 0.3010299956639812

/** m × 10^e from mantissa and binary exponent in float64 arithmetic: an approximation, and the same one as Go's. */
function beyondFloat64(x: BigFloat): string {
  const exponent = binaryExponent(x)
  const mantissa = roundBigFloat(x.negative, x.mantissa, x.exponent - exponent, false, precision)
  let m = float64Val(makeBig(mantissa)).value
  const d = exponent * log10Of2
  let e = Math.trunc(d)
  m *= 10 ** (d - e)
  if (Math.abs(m) < 1 - 0.5e-6) {
    m *= 10
    e--
  } else if (Math.abs(m) >= 10) {
    m /= 10
    e++
  }
  return `${formatSixDigits(m)}e${e < 0 ? '-' : '+'}${Math.abs(e)}`
}
