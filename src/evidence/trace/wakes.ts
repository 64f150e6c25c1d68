// Who woke whom, and where the woken one was blocked: counts by (block row, group of the waker, group of the woken).
import {IdMap} from './id-map.ts'

/** Groups told apart; further ones share a number. */
const groupsMax = 2 ** 17

export class Wakes {
  readonly #rows = new IdMap()
  #counts = new Float64Array(256)
  /** By block row + 1: the pair that was woken there last, and its row. */
  #lastWaker = new Int32Array(256).fill(-1)
  #lastWoken = new Int32Array(256).fill(-1)
  #lastRow = new Int32Array(256)

  /** Counts one: `block` -1 is unknown, `waker` 0 the runtime itself, otherwise group + 2; `woken` a group, -1 when unknown. */
  add(block: number, waker: number, woken: number): void {
    const at = block + 1
    if (at < this.#lastRow.length && this.#lastWaker[at] === waker && this.#lastWoken[at] === woken) {
      this.#counts[this.#lastRow[at]!]!++
      return
    }
    this.#find(at, waker, woken)
  }

  #find(at: number, waker: number, woken: number): void {
    const key = (at * groupsMax + Math.min(waker, groupsMax - 1)) * groupsMax + Math.min(woken + 1, groupsMax - 1)
    let row = this.#rows.get(key)
    if (row < 0) {
      row = this.#rows.size
      this.#rows.set(key, row)
      if (row >= this.#counts.length) this.#counts = grown(this.#counts, new Float64Array(row * 2))
    }
    this.#counts[row]!++
    if (at >= this.#lastRow.length) {
      const length = at * 2
      this.#lastWaker = grown(this.#lastWaker, new Int32Array(length).fill(-1))
      this.#lastWoken = grown(this.#lastWoken, new Int32Array(length).fill(-1))
      this.#lastRow = grown(this.#lastRow, new Int32Array(length))
    }
    this.#lastWaker[at] = waker
    this.#lastWoken[at] = woken
    this.#lastRow[at] = row
  }

  *entries(): IterableIterator<{readonly block: number; readonly waker: number; readonly woken: number; readonly count: number}> {
    for (const [key, row] of this.#rows.entries()) {
      const rest = Math.floor(key / groupsMax)
      yield {block: Math.floor(rest / groupsMax) - 1, waker: rest % groupsMax, woken: (key % groupsMax) - 1, count: this.#counts[row]!}
    }
  }
}

function grown<T extends Int32Array | Float64Array>(old: T, fresh: T): T {
  fresh.set(old)
  return fresh
}
