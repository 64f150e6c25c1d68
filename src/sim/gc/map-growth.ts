// How much memory a Go map takes, by design: buckets up to Go 1.23, Swiss tables since 1.24. Maps never shrink.
// Follows src/runtime/map.go of Go 1.23 (`makemap`, `overLoadFactor`) and src/internal/runtime/maps (`NewMap`, `table.rehash`, `split`) of Go 1.24 to 1.26.

export type MapDesign = 'buckets' | 'swiss'

/** Keys and elements above this are kept by pointer. Unit: bytes. Source: internal/abi, `SwissMapMaxKeyBytes`, `OldMapMaxKeyBytes`. */
const inlineMax = 128
const slotsPerGroup = 8
/** Source: internal/runtime/maps, `maxTableCapacity`. */
const tableSlotsMax = 1024

const inline = (bytes: number) => (bytes > inlineMax ? 8 : bytes)

/** Bytes of one group of eight: a control word and its slots. */
export const groupBytes = (keyBytes: number, elemBytes: number): number => 8 + slotsPerGroup * (inline(keyBytes) + inline(elemBytes))

/** Bytes of one bucket of eight: eight hash bytes, keys, elements, the overflow pointer. */
export const bucketBytes = (keyBytes: number, elemBytes: number): number => 8 + slotsPerGroup * (inline(keyBytes) + inline(elemBytes)) + 8

/** Smallest power of two of buckets with at most 6.5 entries a bucket; one for up to eight. */
function bucketsFor(entries: number): number {
  if (entries <= 8) return 1
  let buckets = 1
  while (entries > 6.5 * buckets) buckets *= 2
  return buckets
}

function powerOfTwoFrom(n: number): number {
  let power = 1
  while (power < n) power *= 2
  return power
}

/**
 * Bytes of the arrays of a map that grew to `entries` one by one. What entries point to is not counted.
 *
 * With Swiss tables the count is that of evenly filled tables; a real map's tables split one by one around this size.
 */
export function mapBytes(design: MapDesign, entries: number, keyBytes: number, elemBytes: number): number {
  if (design === 'buckets') return bucketsFor(entries) * bucketBytes(keyBytes, elemBytes)
  return swissGroups(entries) * groupBytes(keyBytes, elemBytes)
}

function swissGroups(entries: number): number {
  if (entries <= slotsPerGroup) return 1
  let slots = 16
  // A table takes 7/8 of its slots; up to 1024 slots it doubles, from there the number of tables does.
  while (entries > (slots * 7) / 8) slots *= 2
  return slots / slotsPerGroup
}

/** Bytes of `make(map[K]V, hint)` before the first insert. */
export function mapBytesForHint(design: MapDesign, hint: number, keyBytes: number, elemBytes: number): number {
  if (design === 'buckets') {
    const buckets = bucketsFor(hint)
    const spare = buckets >= 16 ? buckets / 16 : 0
    return (buckets + spare) * bucketBytes(keyBytes, elemBytes)
  }
  if (hint <= slotsPerGroup) return groupBytes(keyBytes, elemBytes)
  const slots = Math.ceil((hint * 8) / 7)
  const tables = powerOfTwoFrom(Math.ceil(slots / tableSlotsMax))
  const each = Math.max(slotsPerGroup, powerOfTwoFrom(Math.ceil(slots / tables)))
  return ((tables * each) / slotsPerGroup) * groupBytes(keyBytes, elemBytes)
}

/** What growing to `entries` allocates in all, kept and garbage. */
export function mapAllocatedBytes(design: MapDesign, entries: number, keyBytes: number, elemBytes: number): number {
  let total = 0
  let before = 0
  for (let n = 1; ; n *= 2) {
    const now = mapBytes(design, Math.min(n, entries), keyBytes, elemBytes)
    if (now !== before) total += now
    before = now
    if (n >= entries) return total
  }
}
