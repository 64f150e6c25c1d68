// Durations whose quantiles are exact: counts per nanosecond below 4 ms, the values themselves above. Quantiles are nearest rank.

const chunkBits = 14
const exactBelow = 2 ** 22
const chunksMax = exactBelow >> chunkBits
/** Values kept above `exactBelow`; further ones are rounded down to 1/1024 of their power of two. */
const largeMax = 1 << 23

export class ExactHistogram {
  count = 0
  /** These begin as no numbers so that V8 keeps doubles here from the start: they outgrow its small integers. */
  totalNs: number = Number.NaN
  max: number = Number.NaN
  /** By nanosecond, and how many values each chunk has: reports ask for whole chunks nearly always. */
  readonly #chunks: (Uint32Array | undefined)[] = Array.from({length: chunksMax})
  readonly #inChunk = new Uint32Array(chunksMax)
  #large = new Float64Array(64)
  #largeCount = 0
  #sorted = true
  readonly #rounded = new Map<number, number>()

  constructor() {
    this.totalNs = this.max = 0
  }

  add(ns: number): void {
    this.count++
    this.totalNs += ns
    if (ns > this.max) this.max = ns
    if (ns < exactBelow) {
      const at = ns >> chunkBits
      const chunk = this.#chunks[at] ?? (this.#chunks[at] = new Uint32Array(1 << chunkBits))
      chunk[ns & ((1 << chunkBits) - 1)]!++
      this.#inChunk[at]!++
      return
    }
    this.#addLarge(ns)
  }

  #addLarge(ns: number): void {
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

  /** The value at rank ceil(q × count); 0 without values. */
  quantile(q: number): number {
    if (this.count === 0) return 0
    let left = Math.max(1, Math.ceil(q * this.count))
    for (let c = 0; c < chunksMax; c++) {
      const chunk = this.#chunks[c]
      if (chunk === undefined) continue
      if (left > this.#inChunk[c]!) {
        left -= this.#inChunk[c]!
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

  /** How many values lie in [2^i, 2^(i+1)) ns; 0 counts as 1. */
  log2Counts(): Float64Array {
    const counts = new Float64Array(64)
    const [lowest] = this.#chunks
    if (lowest !== undefined) for (let i = 0; i < lowest.length; i++) if (lowest[i]! > 0) counts[log2(i)]! += lowest[i]!
    for (let c = 1; c < chunksMax; c++) counts[log2(c << chunkBits)]! += this.#inChunk[c]! // no power of two lies inside these
    for (let i = 0; i < this.#largeCount; i++) counts[log2(this.#large[i]!)]!++
    for (const [value, count] of this.#rounded) counts[log2(value)]! += count
    return counts
  }

  /** Shannon entropy of the log2 counts, bits. */
  entropyBits(): number {
    let bits = 0
    for (const n of this.log2Counts()) if (n > 0) bits -= (n / this.count) * Math.log2(n / this.count)
    return bits
  }
}

/** Position of the highest bit; 0 for values below 2. */
const log2 = (ns: number) => (ns < 1 ? 0 : ns >= 2 ** 31 ? 62 - Math.clz32(ns / 2 ** 31) : 31 - Math.clz32(ns))
