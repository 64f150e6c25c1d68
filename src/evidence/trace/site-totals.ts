// Places where goroutines block or enter syscalls: how often and how long, in columns; a row a pair of reason (or call) and line.

const rowBits = 3
/** Columns of `SiteTotals.ns`: times, and the rest, which are counts. */
const countAt = 0
const totalAt = 1
const maxAt = 2
const openAt = 3
const retakenAt = 4

export class SiteTotals {
  length = 0
  /** By row: name of the reason or call, site, and group of the goroutine that was there last; -1 for none. */
  reason = new Int32Array(64)
  site = new Int32Array(64)
  group = new Int32Array(64)
  #n = new Float64Array(64 << rowBits)
  readonly #rows = new Map<number, number>()

  /** The row of a reason at a site, made when it is new. */
  row(reason: number, site: number): number {
    const key = (reason + 1) * 2 ** 24 + site + 1
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    const row = this.length++
    if (row === this.reason.length) this.#grow()
    this.reason[row] = reason
    this.site[row] = site
    this.group[row] = -1
    this.#rows.set(key, row)
    return row
  }

  /** Adds a stay that has ended. */
  add(row: number, ns: number): void {
    const n = this.#n
    const at = row << rowBits
    n[at + countAt]!++
    n[at + totalAt]! += ns
    if (ns > n[at + maxAt]!) n[at + maxAt] = ns
  }

  /** Adds a stay that had not ended at the end of the trace. */
  addOpen(row: number, ns: number): void {
    const n = this.#n
    const at = row << rowBits
    n[at + openAt]!++
    n[at + totalAt]! += ns
    if (ns > n[at + maxAt]!) n[at + maxAt] = ns
  }

  addRetaken(row: number): void {
    this.#n[(row << rowBits) + retakenAt]!++
  }

  totals(row: number): {count: number; totalNs: number; maxNs: number; open: number; retaken: number} {
    const [count, totalNs, maxNs, open, retaken] = this.#n.subarray(row << rowBits, (row + 1) << rowBits)
    return {count: count!, totalNs: totalNs!, maxNs: maxNs!, open: open!, retaken: retaken!}
  }

  #grow(): void {
    const length = this.reason.length * 2
    const grown = <T extends Int32Array | Float64Array>(old: T, fresh: T): T => {
      fresh.set(old)
      return fresh
    }
    this.reason = grown(this.reason, new Int32Array(length))
    this.site = grown(this.site, new Int32Array(length))
    this.group = grown(this.group, new Int32Array(length))
    this.#n = grown(this.#n, new Float64Array(length << rowBits))
  }
}
