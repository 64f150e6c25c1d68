// Typed arrays that grow, for readers that do not know beforehand how much there will be.

export class GrowableNumbers {
  #data = new Float64Array(64)
  length = 0

  push(value: number): void {
    if (this.length === this.#data.length) {
      const larger = new Float64Array(this.length * 2)
      larger.set(this.#data)
      this.#data = larger
    }
    this.#data[this.length++] = value
  }

  at(index: number): number {
    return this.#data[index]!
  }

  set(index: number, value: number): void {
    this.#data[index] = value
  }

  /** Not a copy: what was pushed would be in memory twice. */
  floats(): Float64Array {
    return this.#data.subarray(0, this.length)
  }

  indices(): Uint32Array {
    return Uint32Array.from(this.#data.subarray(0, this.length))
  }
}

/** The same in half the memory, for what is less than 2^32. */
export class GrowableIndices {
  #data = new Uint32Array(64)
  length = 0

  push(value: number): void {
    if (this.length === this.#data.length) {
      const larger = new Uint32Array(this.length * 2)
      larger.set(this.#data)
      this.#data = larger
    }
    this.#data[this.length++] = value
  }

  at(index: number): number {
    return this.#data[index]!
  }

  set(index: number, value: number): void {
    this.#data[index] = value
  }

  /** Not a copy. */
  indices(): Uint32Array {
    return this.#data.subarray(0, this.length)
  }
}

export class GrowableWhole {
  #data = new BigUint64Array(64)
  length = 0

  push(value: bigint): void {
    if (this.length === this.#data.length) {
      const larger = new BigUint64Array(this.length * 2)
      larger.set(this.#data)
      this.#data = larger
    }
    this.#data[this.length++] = value
  }

  whole(): BigUint64Array {
    return this.#data.slice(0, this.length)
  }
}
