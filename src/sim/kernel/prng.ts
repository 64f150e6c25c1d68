// The only source of chance in the simulators: sfc32, seeded through splitmix32. Integer arithmetic and portable-math.ts, so every engine gives the same run.
// Source of the algorithms: Doty-Humphrey, PractRand (sfc32); Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
import {cosineOfTurns, naturalLog} from './portable-math.ts'

export class Prng {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** `stream` separates independent uses of one seed, so that adding a draw in one does not shift the others. */
  constructor(seed: number, stream = 0) {
    let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul((stream + 1) | 0, 0x85ebca6b) ^ Math.floor(seed / 2 ** 32)) | 0
    const next = () => {
      state = (state + 0x9e3779b9) | 0
      let z = state
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      return z ^ (z >>> 15)
    }
    this.#a = next()
    this.#b = next()
    this.#c = next()
    for (let i = 0; i < 12; i++) this.uint32()
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** In [0, 1), 32 bits. */
  random(): number {
    return this.uint32() / 4294967296
  }

  /** In 0..n-1. */
  below(n: number): number {
    return Math.floor((this.uint32() / 4294967296) * n)
  }

  /** Mean 1. */
  exponential(): number {
    return -naturalLog(1 - this.random())
  }

  /** Mean 0, deviation 1 (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * naturalLog(1 - this.random())) * cosineOfTurns(this.random())
  }
}
