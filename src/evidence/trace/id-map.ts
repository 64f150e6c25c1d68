// A hash table from ids (column form, doubles) to small integers: ids of 31 bits, which nearly all are, in one typed array; others in a Map.

const free = -1

export class IdMap {
  /** Key and value in turn; a free place has key -1. */
  #table = new Int32Array(128).fill(free)
  #mask = 63
  /** Places the hash is shifted down by: its upper bits are the ones that mix. */
  #shift = 26
  #used = 0
  readonly #wide = new Map<number, number>()

  get size() {
    return this.#used + this.#wide.size
  }

  /** -1 when the key is absent. */
  get(key: number): number {
    const small = key | 0
    if (small !== key || small < 0) return this.#wide.get(key) ?? -1
    const table = this.#table
    for (let at = Math.imul(small, 0x9e3779b1) >>> this.#shift; ; at = (at + 1) & this.#mask) {
      const found = table[2 * at]!
      if (found === small) return table[2 * at + 1]!
      if (found === free) return -1
    }
  }

  set(key: number, value: number): void {
    const small = key | 0
    if (small !== key || small < 0) {
      this.#wide.set(key, value)
      return
    }
    if (this.#used * 2 > this.#mask) this.#grow()
    const table = this.#table
    let at = this.#home(small)
    while (table[2 * at] !== small && table[2 * at] !== free) at = (at + 1) & this.#mask
    if (table[2 * at] === free) this.#used++
    table[2 * at] = small
    table[2 * at + 1] = value
  }

  /** Removes a key and closes the gap, so that no marks are left behind. */
  delete(key: number): void {
    const small = key | 0
    if (small !== key || small < 0) {
      this.#wide.delete(key)
      return
    }
    const table = this.#table
    let at = this.#home(small)
    for (; table[2 * at] !== small; at = (at + 1) & this.#mask) if (table[2 * at] === free) return
    this.#used--
    for (let next = (at + 1) & this.#mask; table[2 * next] !== free; next = (next + 1) & this.#mask) {
      if (((next - this.#home(table[2 * next]!)) & this.#mask) < ((next - at) & this.#mask)) continue
      table[2 * at] = table[2 * next]!
      table[2 * at + 1] = table[2 * next + 1]!
      at = next
    }
    table[2 * at] = free
  }

  *entries(): IterableIterator<readonly [key: number, value: number]> {
    const table = this.#table
    for (let at = 0; at < table.length; at += 2) if (table[at] !== free) yield [table[at]!, table[at + 1]!]
    yield* this.#wide
  }

  #home(small: number): number {
    return Math.imul(small, 0x9e3779b1) >>> this.#shift
  }

  #grow(): void {
    const old = this.#table
    this.#table = new Int32Array(old.length * 2).fill(free)
    this.#mask = old.length - 1
    this.#shift--
    this.#used = 0
    for (let at = 0; at < old.length; at += 2) if (old[at] !== free) this.set(old[at]!, old[at + 1]!)
  }
}
