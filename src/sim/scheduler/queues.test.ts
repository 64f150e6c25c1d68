import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {profiles} from '../calibration/profiles.ts'
import {newGoroutine} from './goroutines.ts'
import {globalBatch, globalGet, localSize, makeRunnable, runqget, runqput, stealHalf} from './queues.ts'
import {beginScheduler} from './run.ts'
import type {G, World} from './world.ts'

/** A world of four Ps in which nothing happens. */
const still = (): World =>
  beginScheduler(
    {
      machine: {cpus: 4},
      goMinor: 26,
      gomaxprocs: 4,
      profile: profiles['xeon-guest']!,
      programs: [{name: 'g', steps: []}],
      start: [],
      durationNs: 1,
      warmupNs: 0,
    },
    {seed: 1, eventsMax: 10, check: true},
  ).world

function goroutines(w: World, n: number): G[] {
  return Array.from({length: n}, () => {
    const g = newGoroutine(w, w.programs[0]!)
    makeRunnable(w, g)
    return g
  })
}

describe('a local run queue', () => {
  test('is first in, first out', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), {maxLength: 400}), puts => {
        const w = still()
        const p = w.allp[0]!
        const expected: G[] = []
        for (const put of puts) {
          if (put && localSize(p) < 256) {
            const [g] = goroutines(w, 1)
            runqput(w, p, g!, false)
            expected.push(g!)
          } else expect(runqget(p)?.g).toBe(expected.shift())
        }
        expect(localSize(p)).toBe(expected.length)
      }),
    )
  })

  test('gives runnext first, and what it kicks out goes to the tail', () => {
    const w = still()
    const p = w.allp[0]!
    const [a, b, c] = goroutines(w, 3)
    runqput(w, p, a!, false)
    runqput(w, p, b!, true)
    runqput(w, p, c!, true)
    expect([runqget(p), runqget(p), runqget(p), runqget(p)].map(r => [r?.g, r?.inherit])).toEqual([
      [c, true],
      [a, false],
      [b, false],
      [undefined, undefined],
    ])
  })

  test('that is full sends its first half and the new one to the global queue, in order', () => {
    const w = still()
    const p = w.allp[0]!
    const all = goroutines(w, 257)
    for (const g of all) runqput(w, p, g, false)
    expect([localSize(p), w.globalSize]).toEqual([128, 129])
    const global = Array.from({length: 129}, () => globalGet(w)!)
    expect(global).toEqual([...all.slice(0, 128), all[256]])
  })

  test('loses the older half to a thief, rounded up, and nothing is lost or doubled', () => {
    fc.assert(
      fc.property(fc.integer({min: 0, max: 256}), n => {
        const w = still()
        const [from, to] = [w.allp[0]!, w.allp[1]!]
        const all = goroutines(w, n)
        for (const g of all) runqput(w, from, g, false)
        const first = stealHalf(from, to)
        expect(localSize(from)).toBe(Math.floor(n / 2))
        expect((first === undefined ? 0 : 1) + localSize(to)).toBe(Math.ceil(n / 2))
        if (n > 0) expect(first).toBe(all[Math.ceil(n / 2) - 1])
      }),
    )
  })
})

test('the global queue is shared out by size over Ps, at most 128 at a time', () => {
  for (const [size, taken] of [
    [1, 1],
    [4, 2],
    [40, 11],
    [4000, 128],
  ] as const) {
    const w = still()
    const all = goroutines(w, size)
    for (const g of all) runqput(w, w.allp[3]!, g, false)
    while (runqget(w.allp[3]!) !== undefined);
    while (globalGet(w) !== undefined);
    for (const g of all) {
      g.next = undefined
      w.globalTail = w.globalTail === undefined || w.globalHead === undefined ? (w.globalHead = g) : (w.globalTail.next = g)
      w.globalSize++
    }
    expect(globalBatch(w, w.allp[0]!)).toBe(all[0])
    expect(1 + localSize(w.allp[0]!)).toBe(taken)
  }
})
