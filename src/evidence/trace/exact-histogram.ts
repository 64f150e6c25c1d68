// Durations whose quantiles are exact: counts per nanosecond below 4 ms, the values themselves above. Quantiles are nearest rank.

const chunkBits = 14
const exactBelow = 2 ** 22
/** Values kept above `exactBelow`; further ones are rounded down to 1/1024 of their power of two. */
const largeMax = 1 << 23

export class ExactHistogram {
  count = 0
  totalNs = 0
  max = 0
  readonly log2Counts = new Float64Array(64)
  readonly #chunks: (Uint32Array | undefined)[] = []
  #large = new Float64Array(64)
  #largeCount = 0
  #sorted = true
  #sums: readonly number[] = []
  #sumsOf = -1
  readonly #rounded = new Map<number, number>()

  add(ns: number): void {
    this.count++
    this.totalNs += ns
    if (ns > this.max) this.max = ns
    this.log2Counts[ns < 1 ? 0 : 31 - Math.clz32(ns >= 2 ** 31 ? ns / 2 ** 31 : ns) + (ns >= 2 ** 31 ? 31 : 0)]!++
    if (ns < exactBelow) {
      const chunk = (this.#chunks[ns >> chunkBits] ??= new Uint32Array(1 << chunkBits))
      chunk[ns & ((1 << chunkBits) - 1)]!++
      return
    }
    if (this.#largeCount >= largeMax) {
      const step = 2 ** (Math.floor(Math.log2(ns)) - 10)
      const value = Math.floor(ns / step) * step
      this.#rounded.set(value, (this.#rounded.get(value) ?? 0) + 1)
      return
    }
    if (this.#largeCount === this.#large.length) {
      const grown = new Float64Array(this.#large.length * 2)
      grown.set(this.#large)
      this.#large = grown
    }
    this.#large[this.#largeCount++] = ns
    this.#sorted = false
  }

  /** How many values lie above `limitNs`; exact for limits below 4 ms. */
  above(limitNs: number): number {
    let below = 0
    for (let c = 0; c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c]
      if (chunk === undefined || c << chunkBits > limitNs) continue
      const end = Math.min(chunk.length - 1, limitNs - (c << chunkBits))
      for (let i = 0; i <= end; i++) below += chunk[i]!
    }
    return this.count - below
  }

  /** Values in each chunk; counted again only after something was added. */
  #chunkSums(): readonly number[] {
    if (this.#sumsOf !== this.count) {
      this.#sums = Array.from(this.#chunks, chunk => chunk?.reduce((sum, n) => sum + n, 0) ?? 0)
      this.#sumsOf = this.count
    }
    return this.#sums
  }

  /** The value at rank ceil(q × count); 0 without values. */
  quantile(q: number): number {
    if (this.count === 0) return 0
    let left = Math.max(1, Math.ceil(q * this.count))
    const sums = this.#chunkSums()
    for (let c = 0; c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c]
      if (chunk === undefined) continue
      if (left > sums[c]!) {
        left -= sums[c]!
        continue
      }
      for (let i = 0; i < chunk.length; i++) {
        left -= chunk[i]!
        if (left <= 0) return (c << chunkBits) + i
      }
    }
    const large = this.#large.subarray(0, this.#largeCount)
    if (!this.#sorted) large.sort()
    this.#sorted = true
    if (this.#rounded.size === 0) return large[left - 1] ?? this.max
    const all = [...large, ...[...this.#rounded].flatMap(([value, count]) => Array<number>(Math.min(count, 1e6)).fill(value))].sort(
      (a, b) => a - b,
    )
    return all[Math.min(all.length, left) - 1] ?? this.max
  }

  /** Shannon entropy of the log2 buckets, bits. */
  entropyBits(): number {
    let bits = 0
    for (const n of this.log2Counts) if (n > 0) bits -= (n / this.count) * Math.log2(n / this.count)
    return bits
  }
}
