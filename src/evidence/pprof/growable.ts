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

  floats(): Float64Array {
    return this.#data.slice(0, this.length)
  }

  indices(): Uint32Array {
    return Uint32Array.from(this.#data.subarray(0, this.length))
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
