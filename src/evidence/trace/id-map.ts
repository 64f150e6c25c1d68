// A hash table from ids (column form, doubles) to small integers, in typed arrays: several times faster than a Map in the hot path.

const free = Number.NaN

export class IdMap {
  #keys = new Float64Array(64).fill(free)
  #values = new Int32Array(64)
  #mask = 63
  size = 0

  #slot(key: number): number {
    const hash = Math.imul(key | 0, 0x9e3779b1) ^ Math.imul((key / 0x1_0000_0000) | 0, 0x85ebca6b)
    return (hash ^ (hash >>> 15)) & this.#mask
  }

  /** -1 when the key is absent. */
  get(key: number): number {
    const keys = this.#keys
    for (let at = this.#slot(key); ; at = (at + 1) & this.#mask) {
      const found = keys[at]!
      if (found === key) return this.#values[at]!
      if (found !== found) return -1
    }
  }

  set(key: number, value: number): void {
    if (this.size * 2 >= this.#keys.length) this.#grow()
    for (let at = this.#slot(key); ; at = (at + 1) & this.#mask) {
      const found = this.#keys[at]!
      if (found === key || found !== found) {
        if (found !== found) this.size++
        this.#keys[at] = key
        this.#values[at] = value
        return
      }
    }
  }

  /** Removes a key and closes the gap, so that no marks are left behind. */
  delete(key: number): void {
    const keys = this.#keys
    let at = this.#slot(key)
    for (; keys[at] !== key; at = (at + 1) & this.#mask) if (keys[at] !== keys[at]) return
    this.size--
    for (let next = (at + 1) & this.#mask; keys[next] === keys[next]; next = (next + 1) & this.#mask) {
      const home = this.#slot(keys[next]!)
      if (((next - home) & this.#mask) < ((next - at) & this.#mask)) continue
      keys[at] = keys[next]!
      this.#values[at] = this.#values[next]!
      at = next
    }
    keys[at] = free
  }

  *entries(): IterableIterator<readonly [key: number, value: number]> {
    for (let at = 0; at < this.#keys.length; at++) if (this.#keys[at] === this.#keys[at]) yield [this.#keys[at]!, this.#values[at]!]
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values]
    this.#keys = new Float64Array(keys.length * 2).fill(free)
    this.#values = new Int32Array(keys.length * 2)
    this.#mask = this.#keys.length - 1
    this.size = 0
    for (let at = 0; at < keys.length; at++) if (keys[at] === keys[at]) this.set(keys[at]!, values[at]!)
  }
}
