import {describe, expect, it} from 'vitest'
import {functionWeights, layOut, sandwichOf} from './frame-tree.ts'

const [main, work, leaf] = [0, 1, 2]
/** root → main(1) → { work(2) → leaf(4) → work(3) , leaf(6) }; weights in brackets. */
const tree = layOut(
  Int32Array.of(-1, 0, 1, 2, 3, 1),
  Int32Array.of(-1, main, work, leaf, work, leaf),
  Float64Array.of(0, 1, 2, 4, 3, 6),
  undefined,
)

describe('a frame tree', () => {
  it('adds up from the leaves to the root', () => {
    expect([...tree.total]).toEqual([16, 16, 9, 7, 3, 6])
  })

  it('lays children side by side, the widest first', () => {
    expect([...tree.children]).toEqual([1, 2, 5, 3, 4])
    expect([...tree.start]).toEqual([0, 0, 0, 0, 0, 9])
  })

  it('counts a function that calls itself once a path', () => {
    const {flat, cum} = functionWeights(tree, 3)
    expect([...flat]).toEqual([1, 5, 10])
    expect([...cum]).toEqual([16, 9, 13])
  })

  it('gives weights below zero their size on screen and their sign in sums', () => {
    const negative = layOut(Int32Array.of(-1, 0, 0), Int32Array.of(-1, main, work), Float64Array.of(0, 5, -3), undefined)
    expect(negative.width[0]).toBe(8)
    expect(negative.total[0]).toBe(2)
  })
})

describe('a sandwich', () => {
  const named = (of: typeof tree) => [...of.name].map((id, row) => [of.parent[row], id, of.total[row]])

  it('joins all callers of a function and all it calls', () => {
    const {callers, callees} = sandwichOf(tree, leaf, layOut)
    expect(named(callers)).toEqual([
      [-1, -1, 13],
      [0, leaf, 13],
      [1, work, 7],
      [2, main, 7],
      [1, main, 6],
    ])
    expect(named(callees)).toEqual([
      [-1, -1, 13],
      [0, leaf, 13],
      [1, work, 3],
    ])
  })

  it('starts at the outermost frame of a function that calls itself', () => {
    const {callers, callees} = sandwichOf(tree, work, layOut)
    expect(callers.total[1]).toBe(9)
    expect(named(callees).map(([, id]) => id)).toEqual([-1, work, leaf, work])
  })
})
