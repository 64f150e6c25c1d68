// Counts of durations in buckets of at most 1.6 % width, without limit on their number: quantiles, mean, entropy, distance.
import {naturalLog} from './portable-math.ts'

/** 64 buckets per power of two, from 1 up to 2^53. Values below 64 are exact to 1. */
const perOctave = 64
const bucketsMax = 64 * 48

const scratch = new DataView(new ArrayBuffer(8))

function bucketOf(value: number): number {
  if (value < perOctave) return value <= 0 ? 0 : Math.floor(value)
  scratch.setFloat64(0, value)
  const high = scratch.getInt32(0)
  const exponent = ((high >>> 20) & 0x7ff) - 1023
  return Math.min(bucketsMax - 1, (exponent - 5) * perOctave + ((high >>> 14) & 63))
}

/** Lower edge of a bucket. */
function edge(bucket: number): number {
  if (bucket < perOctave) return bucket
  const octave = Math.floor(bucket / perOctave)
  return (perOctave + (bucket % perOctave)) * 2 ** (octave - 1)
}

export class Histogram {
  readonly counts = new Float64Array(bucketsMax)
  count = 0
  sum = 0
  sumOfSquares = 0
  max = 0

  add(value: number): void {
    this.counts[bucketOf(value)]!++
    this.count++
    this.sum += value
    this.sumOfSquares += value * value
    if (value > this.max) this.max = value
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count
  }

  /** Standard deviation. */
  get deviation(): number {
    return this.count === 0 ? 0 : Math.sqrt(Math.max(0, this.sumOfSquares / this.count - this.mean ** 2))
  }

  /** Nearest rank, the middle of its bucket; 0 when nothing was counted. */
  quantile(p: number): number {
    if (this.count === 0) return 0
    const rank = Math.max(1, Math.ceil(p * this.count))
    let seen = 0
    for (let i = 0; i < bucketsMax; i++) {
      seen += this.counts[i]!
      if (seen >= rank) return Math.min(this.max, i < perOctave ? i : (edge(i) + edge(i + 1)) / 2)
    }
    return this.max
  }

  /** Share of values above `limit`, to the width of one bucket. */
  shareAbove(limit: number): number {
    if (this.count === 0) return 0
    let above = 0
    for (let i = bucketOf(limit) + 1; i < bucketsMax; i++) above += this.counts[i]!
    return above / this.count
  }

  /** Shannon entropy in bits of the values put in buckets of `width`. */
  entropyBits(width: number): number {
    if (this.count === 0) return 0
    const wide = new Map<number, number>()
    for (let i = 0; i < bucketsMax; i++) {
      const n = this.counts[i]!
      if (n > 0) {
        const key = Math.floor(edge(i) / width)
        wide.set(key, (wide.get(key) ?? 0) + n)
      }
    }
    let bits = 0
    for (const n of wide.values()) bits -= (n / this.count) * (naturalLog(n / this.count) / Math.LN2)
    return bits
  }

  /** Non-empty buckets as [lower edge, count]. */
  rows(): [number, number][] {
    const rows: [number, number][] = []
    for (let i = 0; i < bucketsMax; i++) if (this.counts[i]! > 0) rows.push([edge(i), this.counts[i]!])
    return rows
  }
}
