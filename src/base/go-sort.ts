// Sorting in the order that Go's sort.Sort, sort.Slice and slices.SortFunc leave, equal entries included. The three are one algorithm, pattern-defeating
// quicksort, written out for each from src/sort/gen_sort_variants.go (sort since Go 1.19, slices since 1.21, the same in 1.26); written anew.
// It may well be given a `less` that is no order: what comes out is what Go makes of it.

/** What sort.Interface asks for, but the length. */
export interface Sortable {
  less(i: number, j: number): boolean
  swap(i: number, j: number): void
}

const insertionMax = 12
const nintherMin = 50
const shiftMin = 50
const shiftsMax = 5

export function goSort(data: Sortable, length: number): void {
  let bits = 0
  for (let n = length; n > 0; n = Math.trunc(n / 2)) bits++
  new PatternDefeatingQuicksort(data).run(0, length, bits)
}

/** The same of an array in its place, by a `less` of its items: sort.Slice. */
export function goSortBy<T>(items: T[], less: (a: T, b: T) => boolean): void {
  const swap = (i: number, j: number) => {
    const held = items[i]!
    items[i] = items[j]!
    items[j] = held
  }
  goSort({less: (i, j) => less(items[i]!, items[j]!), swap}, items.length)
}

class PatternDefeatingQuicksort {
  readonly #data: Sortable
  #swaps = 0

  constructor(data: Sortable) {
    this.#data = data
  }

  run(from: number, to: number, badPivotsLeft: number): void {
    let balanced = true
    let wasPartitioned = true
    for (;;) {
      const length = to - from
      if (length <= insertionMax) return this.#insertion(from, to)
      if (badPivotsLeft === 0) return this.#heap(from, to)
      if (!balanced) {
        this.#scatter(from, to)
        badPivotsLeft--
      }
      let {pivot, hint} = this.#choosePivot(from, to)
      if (hint === 'falling') {
        for (let i = from, j = to - 1; i < j; i++, j--) this.#data.swap(i, j)
        pivot = to - 1 - (pivot - from)
        hint = 'rising'
      }
      if (balanced && wasPartitioned && hint === 'rising' && this.#nearlySorted(from, to)) return
      if (from > 0 && !this.#data.less(from - 1, pivot)) {
        from = this.#partitionEqual(from, to, pivot)
        continue
      }
      const split = this.#partition(from, to, pivot)
      wasPartitioned = split.already
      const [left, right] = [split.at - from, to - split.at]
      if (left < right) {
        balanced = left >= Math.trunc(length / 8)
        this.run(from, split.at, badPivotsLeft)
        from = split.at + 1
      } else {
        balanced = right >= Math.trunc(length / 8)
        this.run(split.at + 1, to, badPivotsLeft)
        to = split.at
      }
    }
  }

  #insertion(from: number, to: number): void {
    for (let i = from + 1; i < to; i++) for (let j = i; j > from && this.#data.less(j, j - 1); j--) this.#data.swap(j, j - 1)
  }

  #heap(first: number, to: number): void {
    const length = to - first
    for (let i = Math.trunc((length - 1) / 2); i >= 0; i--) this.#siftDown(i, length, first)
    for (let i = length - 1; i >= 0; i--) {
      this.#data.swap(first, first + i)
      this.#siftDown(0, i, first)
    }
  }

  #siftDown(root: number, length: number, first: number): void {
    for (let child = 2 * root + 1; child < length; child = 2 * root + 1) {
      if (child + 1 < length && this.#data.less(first + child, first + child + 1)) child++
      if (!this.#data.less(first + root, first + child)) return
      this.#data.swap(first + root, first + child)
      root = child
    }
  }

  /** Three swaps with a xorshift generator seeded by the length. */
  #scatter(from: number, to: number): void {
    const length = to - from
    if (length < 8) return
    let random = BigInt(length)
    const mask = (1n << BigInt(length.toString(2).length)) - 1n
    const middle = from + Math.trunc(length / 4) * 2
    for (let at = middle - 1; at <= middle + 1; at++) {
      random = BigInt.asUintN(64, random ^ (random << 13n))
      random ^= random >> 7n
      random = BigInt.asUintN(64, random ^ (random << 17n))
      let other = Number(random & mask)
      if (other >= length) other -= length
      this.#data.swap(at, from + other)
    }
  }

  #choosePivot(from: number, to: number): {pivot: number; hint: 'rising' | 'falling' | 'unknown'} {
    const length = to - from
    const quarter = Math.trunc(length / 4)
    let [i, j, k] = [from + quarter, from + quarter * 2, from + quarter * 3]
    this.#swaps = 0
    if (length >= 8) {
      if (length >= nintherMin) {
        i = this.#median(i - 1, i, i + 1)
        j = this.#median(j - 1, j, j + 1)
        k = this.#median(k - 1, k, k + 1)
      }
      j = this.#median(i, j, k)
    }
    return {pivot: j, hint: this.#swaps === 0 ? 'rising' : this.#swaps === 12 ? 'falling' : 'unknown'}
  }

  #median(a: number, b: number, c: number): number {
    if (this.#data.less(b, a)) [a, b] = this.#counted(b, a)
    if (this.#data.less(c, b)) [b, c] = this.#counted(c, b)
    if (this.#data.less(b, a)) [a, b] = this.#counted(b, a)
    return b
  }

  #counted(a: number, b: number): [number, number] {
    this.#swaps++
    return [a, b]
  }

  #nearlySorted(from: number, to: number): boolean {
    let i = from + 1
    for (let step = 0; step < shiftsMax; step++) {
      while (i < to && !this.#data.less(i, i - 1)) i++
      if (i === to) return true
      if (to - from < shiftMin) return false
      this.#data.swap(i, i - 1)
      if (i - from >= 2) for (let j = i - 1; j >= 1 && this.#data.less(j, j - 1); j--) this.#data.swap(j, j - 1)
      if (to - i >= 2) for (let j = i + 1; j < to && this.#data.less(j, j - 1); j++) this.#data.swap(j, j - 1)
    }
    return false
  }

  #partition(from: number, to: number, pivot: number): {at: number; already: boolean} {
    this.#data.swap(from, pivot)
    let i = from + 1
    let j = to - 1
    for (let round = 0; ; round++) {
      while (i <= j && this.#data.less(i, from)) i++
      while (i <= j && !this.#data.less(j, from)) j--
      if (i > j) {
        this.#data.swap(j, from)
        return {at: j, already: round === 0}
      }
      this.#data.swap(i++, j--)
    }
  }

  #partitionEqual(from: number, to: number, pivot: number): number {
    this.#data.swap(from, pivot)
    let i = from + 1
    let j = to - 1
    for (;;) {
      while (i <= j && !this.#data.less(from, i)) i++
      while (i <= j && this.#data.less(from, j)) j--
      if (i > j) return i
      this.#data.swap(i++, j--)
    }
  }
}
