import {execFileSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {goSort, goSortBy} from './go-sort.ts'
import {describeNeeding} from './testing/needs.ts'

interface List {
  readonly keys: readonly number[]
  /** Keys below it stand in a circle, each less than the next; 0 for the order of numbers. */
  readonly circle: number
}

/** Of each entry of the sorted list, where it stood before. */
function orderOf({keys, circle}: List): number[] {
  const order = [...keys.keys()]
  goSortBy(order, (a, b) => (circle > 0 ? (keys[b]! - keys[a]! + circle) % circle === 1 : keys[a]! < keys[b]!))
  return order
}

/** The answers that make this very quicksort choose the worst pivot again and again, as far as they are known once it ends (McIlroy 1999). */
function adversary(length: number): number[] {
  const gas = length + 1
  const keys = Array.from({length}, () => gas)
  const items = [...keys.keys()]
  let [solid, candidate] = [0, 0]
  const less = (a: number, b: number) => {
    if (keys[a] === gas && keys[b] === gas) keys[a === candidate ? a : b] = solid++
    if (keys[a] === gas) candidate = a
    else if (keys[b] === gas) candidate = b
    return keys[a]! < keys[b]!
  }
  goSortBy(items, less)
  return keys
}

const runs = (length: number, period: number) => Array.from({length}, (_, i) => i % period)

const lists: readonly List[] = [
  ...fc.sample(fc.array(fc.nat(5), {maxLength: 60}), {numRuns: 300, seed: 1}).map(keys => ({keys, circle: 0})),
  ...fc
    .sample(fc.array(fc.nat(40), {minLength: 40, maxLength: 1500, size: 'max'}), {numRuns: 60, seed: 2})
    .map(keys => ({keys, circle: 0})),
  ...fc.sample(fc.array(fc.nat(2), {minLength: 10, maxLength: 300, size: 'max'}), {numRuns: 100, seed: 3}).map(keys => ({keys, circle: 3})),
  ...[13, 49, 50, 51, 200, 4096].flatMap(length =>
    [
      runs(length, length), // rising
      runs(length, length).reverse(), // falling
      runs(length, 7),
      runs(length, length).map(i => Math.min(i, length - i)), // up and down
      runs(length, length).map(i => (i === length - 3 ? 0 : i)), // nearly sorted
      runs(length, 1), // all equal
      adversary(length),
    ].map(keys => ({keys, circle: 0})),
  ),
]

describeNeeding('go', 'the order of equal entries', () => {
  it('is that of sort.Sort, sort.Slice and slices.SortFunc, also where less is no order', () => {
    const cwd = fileURLToPath(new URL('testdata/go-sort', import.meta.url))
    const env = {...process.env, GOWORK: 'off', GOFLAGS: ''}
    const printed = execFileSync('go', ['run', '.'], {cwd, env, input: JSON.stringify(lists), encoding: 'utf8', maxBuffer: 64 << 20})
    const answers: unknown = JSON.parse(printed)
    expect(answers).toEqual(lists.map(list => Array.from({length: 3}, () => orderOf(list))))
  }, 60_000)
})

describe('sorting as Go does', () => {
  it('leaves any keys in order, every entry once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), {maxLength: 400}), keys => {
        const order = orderOf({keys, circle: 0})
        expect(order.map(i => keys[i])).toEqual([...keys].sort((a, b) => a - b))
        expect(new Set(order).size).toBe(keys.length)
      }),
    )
  })

  it('ends in n log n comparisons where every pivot is a bad one', () => {
    const keys = adversary(4096)
    let compared = 0
    const order = [...keys.keys()]
    goSortBy(order, (a, b) => {
      compared++
      return keys[a]! < keys[b]!
    })
    expect(compared).toBeLessThan(4 * 4096 * 12)
  })

  it('asks nothing of a list of one', () => {
    const never = () => {
      throw new Error('asked')
    }
    goSort({less: never, swap: never}, 1)
    goSort({less: never, swap: never}, 0)
  })
})
