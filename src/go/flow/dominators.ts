// Dominators and post-dominators of a control-flow graph (Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm").
import type {Block, Cfg} from './cfg.ts'

export interface Dominators {
  /** Whether every way to `b` passes `a`. Every block dominates itself; nothing is said of blocks that are not reached. */
  dominates(a: Block, b: Block): boolean
  /** Undefined for the root and for what is not reached. */
  immediate(block: Block): Block | undefined
}

interface Direction {
  readonly roots: readonly Block[]
  next(block: Block): readonly Block[]
  previous(block: Block): readonly Block[]
}

const known = new WeakMap<Cfg, {forward?: Dominators; backward?: Dominators}>()

function cached(cfg: Cfg): {forward?: Dominators; backward?: Dominators} {
  let entry = known.get(cfg)
  if (entry === undefined) {
    entry = {}
    known.set(cfg, entry)
  }
  return entry
}

export function dominators(cfg: Cfg): Dominators {
  const entry = cfg.blocks[0]
  return (cached(cfg).forward ??= solve(cfg, {
    roots: entry === undefined ? [] : [entry],
    next: block => block.succs,
    previous: block => block.preds,
  }))
}

/**
 * `dominates(a, b)`: whether every way from `b` out of the function, by return, panic or exit, passes `a`. Loops without a way out count
 * as none: what lies before them is dominated by nothing behind them.
 */
export function postDominators(cfg: Cfg): Dominators {
  const ways = cfg.blocks.filter(block => block.live && block.succs.length === 0)
  return (cached(cfg).backward ??= solve(cfg, {roots: ways, next: block => block.preds, previous: block => block.succs}))
}

function solve(cfg: Cfg, direction: Direction): Dominators {
  const order = reversePostorder(cfg, direction)
  /** Position in `order` by block index; -1 for what is not reached. */
  const rank = new Int32Array(cfg.blocks.length).fill(-1)
  order.forEach((block, i) => (rank[block.index] = i))
  // Several roots hang below one that is not a block: -1.
  const parent = new Int32Array(order.length).fill(-2)
  const roots = new Set(direction.roots)
  order.forEach((block, i) => {
    if (roots.has(block)) parent[i] = -1
  })
  const meet = (a: number, b: number): number => {
    let [x, y] = [a, b]
    while (x !== y) {
      if (x < 0 || y < 0) return -1
      if (x > y) x = parent[x] ?? -1
      else y = parent[y] ?? -1
    }
    return x
  }
  for (let changed = true; changed;) {
    changed = false
    for (const [i, block] of order.entries()) {
      if (roots.has(block)) continue
      let best = -2
      for (const before of direction.previous(block)) {
        const r = rank[before.index] ?? -1
        if (r < 0 || parent[r] === -2) continue
        best = best === -2 ? r : meet(best, r)
      }
      if (best !== parent[i]) {
        parent[i] = best
        changed = true
      }
    }
  }
  return {
    dominates(a, b) {
      const wanted = rank[a.index] ?? -1
      let at = rank[b.index] ?? -1
      if (wanted < 0 || at < 0) return false
      while (at > wanted) at = parent[at] ?? -1
      return at === wanted
    },
    immediate(block) {
      const at = rank[block.index] ?? -1
      const up = at < 0 ? -1 : (parent[at] ?? -1)
      return up < 0 ? undefined : order[up]
    },
  }
}

function reversePostorder(cfg: Cfg, direction: Direction): readonly Block[] {
  const seen = new Uint8Array(cfg.blocks.length)
  const order: Block[] = []
  for (const root of direction.roots) {
    if (seen[root.index]) continue
    seen[root.index] = 1
    const stack = [{block: root, at: 0}]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = direction.next(top.block)[top.at++]
      if (next === undefined) {
        order.push(top.block)
        stack.pop()
      } else if (!seen[next.index] && next.live) {
        seen[next.index] = 1
        stack.push({block: next, at: 0})
      }
    }
  }
  return order.toReversed()
}
