// The simulators' calendar: a 4-ary heap on typed arrays. Events at the same time leave in the order they were put in, always.

/** What an event carries: a kind and two numbers, whose meaning belongs to the model. */
export class EventQueue {
  /** Of the event `pop` took last. */
  atNs = 0
  kind = 0
  a = 0
  b = 0
  #size = 0
  #seq = 0
  #at: Float64Array
  #order: Float64Array
  #kinds: Int32Array
  #as: Int32Array
  #bs: Int32Array

  constructor(capacity = 1024) {
    this.#at = new Float64Array(capacity)
    this.#order = new Float64Array(capacity)
    this.#kinds = new Int32Array(capacity)
    this.#as = new Int32Array(capacity)
    this.#bs = new Int32Array(capacity)
  }

  get size(): number {
    return this.#size
  }

  push(atNs: number, kind: number, a: number, b: number): void {
    if (this.#size === this.#at.length) this.#grow()
    const at = this.#at
    const order = this.#order
    const kinds = this.#kinds
    const as = this.#as
    const bs = this.#bs
    const seq = this.#seq++
    let hole = this.#size++
    // A new event has the largest sequence number, so it only passes events that are strictly later.
    while (hole > 0) {
      const parent = (hole - 1) >> 2
      if (at[parent]! <= atNs) break
      at[hole] = at[parent]!
      order[hole] = order[parent]!
      kinds[hole] = kinds[parent]!
      as[hole] = as[parent]!
      bs[hole] = bs[parent]!
      hole = parent
    }
    at[hole] = atNs
    order[hole] = seq
    kinds[hole] = kind
    as[hole] = a
    bs[hole] = b
  }

  /** Time of the next event; Infinity when there is none. */
  get nextNs(): number {
    return this.#size === 0 ? Infinity : this.#at[0]!
  }

  /** Takes the earliest event into `atNs`, `kind`, `a`, `b`; false when there is none. */
  pop(): boolean {
    if (this.#size === 0) return false
    const at = this.#at
    const order = this.#order
    const kinds = this.#kinds
    const as = this.#as
    const bs = this.#bs
    this.atNs = at[0]!
    this.kind = kinds[0]!
    this.a = as[0]!
    this.b = bs[0]!
    const last = --this.#size
    const lastAt = at[last]!
    const lastOrder = order[last]!
    let hole = 0
    for (;;) {
      const first = 4 * hole + 1
      if (first >= last) break
      const end = first + 4 < last ? first + 4 : last
      let least = first
      let leastAt = at[first]!
      for (let child = first + 1; child < end; child++) {
        const childAt = at[child]!
        if (childAt < leastAt || (childAt === leastAt && order[child]! < order[least]!)) {
          least = child
          leastAt = childAt
        }
      }
      if (leastAt > lastAt || (leastAt === lastAt && order[least]! > lastOrder)) break
      at[hole] = leastAt
      order[hole] = order[least]!
      kinds[hole] = kinds[least]!
      as[hole] = as[least]!
      bs[hole] = bs[least]!
      hole = least
    }
    at[hole] = lastAt
    order[hole] = lastOrder
    kinds[hole] = kinds[last]!
    as[hole] = as[last]!
    bs[hole] = bs[last]!
    return true
  }

  #grow(): void {
    const wider = <T extends Float64Array | Int32Array>(from: T, to: T): T => {
      to.set(from)
      return to
    }
    const capacity = this.#at.length * 2
    this.#at = wider(this.#at, new Float64Array(capacity))
    this.#order = wider(this.#order, new Float64Array(capacity))
    this.#kinds = wider(this.#kinds, new Int32Array(capacity))
    this.#as = wider(this.#as, new Int32Array(capacity))
    this.#bs = wider(this.#bs, new Int32Array(capacity))
  }
}
