// The %g of Go's fmt for float64, with six digits or the shortest that read back the same (internal/strconv ftoa.go formatDigits, Go 1.26).
import {partsOfFloat64} from './float-rounding.ts'

/** fmt's %.6g. */
export function formatSixDigits(x: number): string {
  if (x === 0) return '0'
  const {digits, point} = sixDigits(Math.abs(x))
  return layout(x < 0, digits, point)
}

/** fmt's %g: shortest digits. */
export function formatShortest(x: number): string {
  if (x === 0) return '0'
  const [mantissa = '', exponent = '0'] = Math.abs(x).toExponential().split('e')
  return layout(x < 0, mantissa.replace('.', ''), Number(exponent) + 1)
}

/** Digits without trailing zeros, and where the decimal point stands: 0.digits × 10^point. Exact, ties to even. */
function sixDigits(x: number): {readonly digits: string; readonly point: number} {
  const {mantissa, exponent} = partsOfFloat64(x)
  let power = Number(x.toExponential(5).split('e')[1] ?? 0)
  for (;;) {
    const digits = String(roundQuotient(mantissa, exponent, power - 5))
    if (digits.length === 6) return {digits: digits.replace(/0+$/, ''), point: power + 1}
    power += digits.length - 6 // the estimate, or a rounding up to 1000000, was one off
  }
}

/** mantissa × 2^exponent / 10^power as an integer, ties to even. */
function roundQuotient(mantissa: bigint, exponent: number, power: number): bigint {
  let num = mantissa
  let den = 1n
  if (exponent > 0) num <<= BigInt(exponent)
  else den <<= BigInt(-exponent)
  if (power > 0) den *= 10n ** BigInt(power)
  else num *= 10n ** BigInt(-power)
  const quotient = num / den
  const rest = (num - quotient * den) * 2n
  return rest > den || (rest === den && (quotient & 1n) === 1n) ? quotient + 1n : quotient
}

function layout(negative: boolean, digits: string, point: number): string {
  const sign = negative ? '-' : ''
  const exponent = point - 1
  if (exponent < -4 || exponent >= 6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
    const size = String(Math.abs(exponent)).padStart(2, '0')
    return `${sign}${digits.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${size}`
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  if (digits.length <= point) return sign + digits.padEnd(point, '0')
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}
