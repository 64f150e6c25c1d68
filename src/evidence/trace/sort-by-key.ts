// Which of two events with one time comes first in a trace depends on the order in which Go's slices.SortFunc leaves equal entries.
import {goSort, type Sortable} from '../../base/go-sort.ts'

/** Sorts `data[0..length)` by `key[data[i]]`, ascending, moving equal keys exactly as Go does. */
export function goSortByKey(data: Int32Array, length: number, key: Float64Array): void {
  goSort(new ByKey(data, key), length)
}

class ByKey implements Sortable {
  readonly #data: Int32Array
  readonly #key: Float64Array

  constructor(data: Int32Array, key: Float64Array) {
    this.#data = data
    this.#key = key
  }

  less(i: number, j: number): boolean {
    return this.#key[this.#data[i]!]! < this.#key[this.#data[j]!]!
  }

  swap(i: number, j: number): void {
    const held = this.#data[i]!
    this.#data[i] = this.#data[j]!
    this.#data[j] = held
  }
}
