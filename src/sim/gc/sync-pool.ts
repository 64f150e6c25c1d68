// sync.Pool: per P one private slot and a shared list others take from, emptied over two collections. Follows src/sync/pool.go, Go 1.13 to 1.26.
import {assert} from '../../base/errors.ts'
import {simulate, type Context} from '../kernel/simulate.ts'

export interface PoolScenario {
  readonly procs: number
  readonly getsPerS: number
  /** How long an object is out. */
  readonly heldNs: number
  /** Share of gets that come back on another P. */
  readonly movedShare: number
  /** Time between two collections. */
  readonly collectEveryNs: number
  /** Share of objects never put back. */
  readonly lostShare: number
  readonly objectBytes: number
  /** What an object grows by in each use, as a map that is cleared but never shrinks. */
  readonly growBytes: number
  readonly durationNs: number
}

export interface PoolRun {
  readonly gets: number
  /** Get found nothing and New made one. */
  readonly misses: number
  readonly stolen: number
  readonly fromVictim: number
  readonly dropped: number
  readonly collections: number
  readonly pooledPeak: number
  readonly bytesPeak: number
  readonly allocatedBytes: number
}

const kinds = {get: 1, put: 2, collect: 3} as const
/** Objects are numbers: their size. */
interface Local {
  private: number | undefined
  shared: number[]
}
const empty = (procs: number): Local[] => Array.from({length: procs}, () => ({private: undefined, shared: []}))

export function runPool(s: PoolScenario, seed: number, eventsMax: number): PoolRun {
  let locals = empty(s.procs)
  let victims = empty(s.procs)
  let [gets, misses, stolen, fromVictim, dropped, collections, pooledPeak, bytesPeak, allocatedBytes] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
  let [pooled, pooledBytes] = [0, 0]
  const sizes = new Map<number, number>()
  let nextId = 0
  const take = (from: Local[], p: number): number | undefined => {
    const own = from[p]!
    const mine = own.private
    if (mine !== undefined) {
      own.private = undefined
      return mine
    }
    const last = own.shared.pop()
    if (last !== undefined) return last
    for (let i = 1; i < s.procs; i++) {
      const other = from[(p + i) % s.procs]!.shared.shift() // never another P's private slot
      if (other !== undefined) {
        stolen++
        return other
      }
    }
    return undefined
  }
  const get = (p: number): number => {
    gets++
    let object = take(locals, p)
    if (object === undefined) {
      object = take(victims, p)
      if (object !== undefined) fromVictim++
    }
    if (object !== undefined) {
      pooled--
      pooledBytes -= object
      return object
    }
    misses++
    allocatedBytes += s.objectBytes
    return s.objectBytes
  }
  const put = (p: number, size: number) => {
    const local = locals[p]!
    if (local.private === undefined) local.private = size
    else local.shared.push(size)
    pooled++
    pooledBytes += size
    pooledPeak = Math.max(pooledPeak, pooled)
    bytesPeak = Math.max(bytesPeak, pooledBytes)
  }
  const held = (of: Local[]) => of.flatMap(l => [...(l.private === undefined ? [] : [l.private]), ...l.shared])
  const arrive = (ctx: Context) => ctx.after((ctx.prng.exponential() * 1e9) / s.getsPerS, kinds.get)
  simulate(
    {
      start(ctx) {
        arrive(ctx)
        ctx.after(s.collectEveryNs, kinds.collect)
      },
      handle(kind, a, b, ctx) {
        if (kind === kinds.get) {
          arrive(ctx)
          const p = ctx.prng.below(s.procs)
          const size = get(p)
          if (ctx.prng.random() < s.lostShare) return
          const back = ctx.prng.random() < s.movedShare ? ctx.prng.below(s.procs) : p
          const id = nextId++
          sizes.set(id, size + s.growBytes)
          allocatedBytes += s.growBytes
          ctx.after(s.heldNs * ctx.prng.exponential(), kinds.put, back, id)
        } else if (kind === kinds.put) {
          put(a, sizes.get(b)!)
          sizes.delete(b)
        } else {
          collections++
          const gone = held(victims)
          dropped += gone.length
          pooled -= gone.length
          pooledBytes -= gone.reduce((sum, size) => sum + size, 0)
          victims = locals
          locals = empty(s.procs)
          ctx.after(s.collectEveryNs, kinds.collect)
        }
      },
      check() {
        assert(pooled >= 0 && misses <= gets, 'the pool never gives out more than was put in')
      },
    },
    {seed, untilNs: s.durationNs, eventsMax},
  )
  return {gets, misses, stolen, fromVictim, dropped, collections, pooledPeak, bytesPeak, allocatedBytes}
}
