// What bigint lacks: bit length, greatest common divisor, and division of a shifted quotient with its sticky bit.

const exactMax = 9007199254740991n

/** Bits of the absolute value; 0 for 0 (math/big Int.BitLen). */
export function bitLength(x: bigint): number {
  const magnitude = x < 0n ? -x : x
  if (magnitude <= exactMax) {
    const small = Number(magnitude)
    return small < 4294967296 ? 32 - Math.clz32(small) : 64 - Math.clz32(Math.floor(small / 4294967296))
  }
  const hex = magnitude.toString(16)
  return hex.length * 4 - (Math.clz32(Number.parseInt(hex.charAt(0), 16)) - 28)
}

/** How many zero bits stand at the low end; 0 for 0. */
export function trailingZeros(x: bigint): number {
  if (x === 0n) return 0
  let zeros = 0
  let rest = x
  while ((rest & 0xffff_ffffn) === 0n) {
    rest >>= 32n
    zeros += 32
  }
  const low = Number(rest & 0xffff_ffffn)
  return zeros + (31 - Math.clz32(low & -low))
}

/** Always positive, but 0 for 0 and 0. */
export function greatestDivisor(x: bigint, y: bigint): bigint {
  let a = x < 0n ? -x : x
  let b = y < 0n ? -y : y
  while (b !== 0n) {
    if (a <= exactMax && b <= exactMax) return BigInt(smallDivisor(Number(a), Number(b)))
    ;[a, b] = [b, a % b]
  }
  return a
}

function smallDivisor(x: number, y: number): number {
  let [a, b] = [x, y]
  while (b !== 0) [a, b] = [b, a % b]
  return a
}

/** `mantissa` (positive) cut to `bits` bits, to nearest, ties to even; `sticky` says that more non-zero bits follow it. */
export function roundToBits(
  mantissa: bigint,
  bits: number,
  sticky = false,
): {readonly mantissa: bigint; readonly shift: number; readonly exact: boolean} {
  const drop = bitLength(mantissa) - bits
  if (drop <= 0) return {mantissa, shift: 0, exact: !sticky}
  const kept = mantissa >> BigInt(drop)
  const rest = mantissa - (kept << BigInt(drop))
  if (rest === 0n && !sticky) return {mantissa: kept, shift: drop, exact: true}
  const half = 1n << BigInt(drop - 1)
  const up = rest > half || (rest === half && (sticky || (kept & 1n) === 1n))
  return {mantissa: up ? kept + 1n : kept, shift: drop, exact: false}
}
