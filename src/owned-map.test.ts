import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {OwnedMap} from './owned-map.ts'

describe('what is stored', () => {
  test('is not shared with the outside, in either direction', () => {
    const map = new OwnedMap<string, {list: number[]; at: Date; re: RegExp}>()
    const mine = {list: [1], at: new Date(0), re: /x/g}
    map.set('a', mine)
    mine.list.push(2)
    mine.at.setFullYear(1999)
    map.get('a')!.list.push(3)
    for (const [, value] of map) value.list.push(4)
    expect(map.get('a')).toEqual({list: [1], at: new Date(0), re: /x/g})
  })

  test('comes back equal, whatever a structured clone can hold', () => {
    fc.assert(
      fc.property(
        fc.anything({withDate: true, withMap: true, withSet: true, withTypedArray: true, withBigInt: true, withNullPrototype: false}),
        value => {
          const map = new OwnedMap<string, unknown>([['k', value]])
          const got = map.get('k')
          expect(got).toEqual(value)
          if (typeof value === 'object' && value !== null) expect(got).not.toBe(value)
        },
      ),
      {numRuns: 200},
    )
  })

  test('may hold itself', () => {
    const ring: {self?: unknown} = {}
    ring.self = ring
    const got = new OwnedMap([['r', ring]]).get('r')!
    expect(got.self).toBe(got)
  })

  class Handle {
    id = 1
    #secret = 2
    read() {
      return this.id + this.#secret
    }
  }

  test('is refused when a copy would lose its class, its function or its getter', () => {
    const map = new OwnedMap<string, unknown>()
    for (const value of [
      new Handle(),
      {inside: [new Handle()]},
      () => 1,
      {
        get now() {
          return 1
        },
      },
      new (class extends Map {})(),
    ])
      expect(() => map.set('a', value)).toThrow(/cannot copy/)
    expect(map.size).toBe(0)
  })

  test('is shared or copied by hand when that was asked for', () => {
    const handle = new Handle()
    expect(new OwnedMap([['h', handle]], {instances: 'share'}).get('h')).toBe(handle)
    const copied = new OwnedMap([['h', handle]], {instances: () => new Handle()}).get('h')!
    expect(copied).not.toBe(handle)
    expect(copied.read()).toBe(3)
  })
})

describe('what leaves', () => {
  test('is released exactly once', () => {
    const released: string[] = []
    const map = new OwnedMap<string, number>([], {release: (value, key) => released.push(`${key}${value}`)})
    map.set('a', 1).set('a', 2).set('b', 3).set('c', 4)
    expect(map.delete('b')).toBe(true)
    expect(map.delete('b')).toBe(false)
    map.dispose()
    map.dispose()
    expect(released).toEqual(['a1', 'b3', 'a2', 'c4'])
    expect(() => map.get('a')).toThrow(/disposed/)
    expect(() => map.set('a', 1)).toThrow(/disposed/)
  })

  test('is released although another release throws', () => {
    const released: string[] = []
    const map = new OwnedMap<string, number>(
      [
        ['a', 1],
        ['b', 2],
      ],
      {
        release(_value, key) {
          released.push(key)
          if (key === 'a') throw new Error('a is stuck')
        },
      },
    )
    expect(() => map.dispose()).toThrow('a is stuck')
    expect(released).toEqual(['a', 'b'])
  })

  test('goes at the end of a block, where the language knows `using`', () => {
    const map = new OwnedMap([['a', 1]])
    map[Symbol.dispose]()
    expect(map.disposed).toBe(true)
  })
})

test('growth is told at the threshold and at each doubling', () => {
  const sizes: number[] = []
  const map = new OwnedMap<number, number>([], {threshold: 100, onGrowth: ({size}) => sizes.push(size)})
  for (let i = 0; i < 450; i++) map.set(i, i)
  expect(sizes).toEqual([100, 200, 400])
})

test('a map that was only dropped is found by the collector, released and told; a disposed one is not', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const leaks: string[] = []
  const released: number[] = []
  const drop = (name: string, dispose: boolean) => {
    const map = new OwnedMap([['a', 7]], {
      name,
      release: value => released.push(value),
      onLeak: leak => leaks.push(`${leak.name} ${leak.size}`),
    })
    if (dispose) map.dispose()
  }
  drop('kept', true)
  drop('dropped', false)
  for (let i = 0; i < 50 && leaks.length === 0; i++) {
    await new Promise(resolve => void setTimeout(resolve, 10))
    collect()
  }
  expect(leaks).toEqual(['dropped 1'])
  expect(released).toEqual([7, 7])
})
