// Logarithm and exponential from additions, multiplications and divisions alone. Engines may round Math.log and Math.exp as they like
// (ECMAScript leaves it open, and V8's own versions differ); these give the same bits everywhere, to within 2 units of the last place.

const bits = new DataView(new ArrayBuffer(8))
const ln2 = Math.LN2
/** ln 2 in two parts: the first has so few bits that whole multiples of it are exact. */
const ln2High = 0.6931471803691238
const ln2Low = 1.9082149292705877e-10

/** Natural logarithm of a positive finite number; -Infinity at 0, NaN below. */
export function naturalLog(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN
  if (x === Infinity) return x
  if (x < 2.2250738585072014e-308) return naturalLog(x * 18014398509481984) - 54 * ln2
  bits.setFloat64(0, x)
  const high = bits.getInt32(0)
  let exponent = ((high >>> 20) & 0x7ff) - 1023
  bits.setInt32(0, (high & 0xfffff) | 0x3ff00000)
  let mantissa = bits.getFloat64(0)
  if (mantissa > Math.SQRT2) {
    mantissa /= 2
    exponent++
  }
  const s = (mantissa - 1) / (mantissa + 1)
  const z = s * s
  let series = 0
  for (let k = 23; k >= 3; k -= 2) series = z * (1 / k + series)
  return exponent * ln2High + (exponent * ln2Low + 2 * s * series + 2 * s)
}

/** e to the power x. */
export function exponential(x: number): number {
  if (x > 709.78) return Infinity
  if (x < -708) return 0
  const k = Math.round(x / ln2)
  const r = x - k * ln2High - k * ln2Low
  let series = 1
  for (let n = 14; n >= 1; n--) series = 1 + (r * series) / n
  if (k === 1024) return series * 2 * powerOfTwo(1023)
  return series * powerOfTwo(k)
}

/** 2 to a whole power from -1022 to 1023. */
export function powerOfTwo(k: number): number {
  bits.setInt32(0, (k + 1023) << 20)
  bits.setInt32(4, 0)
  return bits.getFloat64(0)
}

/** The cosine of so many turns: cos(2 pi x), for x from 0 to 1. */
export function cosineOfTurns(x: number): number {
  const half = x > 0.5 ? 1 - x : x
  return half > 0.25 ? -firstQuarter(0.5 - half) : firstQuarter(half)
}

const firstQuarter = (x: number) => (x > 0.125 ? sine(2 * Math.PI * (0.25 - x)) : cosine(2 * Math.PI * x))

function sine(x: number): number {
  const z = -x * x
  let series = 1
  for (let n = 16; n >= 2; n -= 2) series = 1 + (z * series) / (n * (n + 1))
  return x * series
}

function cosine(x: number): number {
  const z = -x * x
  let series = 1
  for (let n = 17; n >= 1; n -= 2) series = 1 + (z * series) / (n * (n + 1))
  return series
}
