// Questions about paths: is there a way from here to there that does not pass a certain thing.
import type {Node} from '../syntax/ast.ts'
import {positionOf, type Block, type Cfg, type Position} from './cfg.ts'
import {forEachEvaluated, type When} from './evaluated.ts'

/** `return`: the function returns; `unwind`: it panics or ends its goroutine; `end`: either; a node: it is evaluated. */
export type Target = 'return' | 'unwind' | 'end' | Node

/** Asked of every part that is evaluated on the way; a deferred call counts where it is deferred, because it runs at every end from then on. */
export type Passing = (part: Node, when: When) => boolean

export interface PathOptions {
  /** Edges that cannot be taken on the path that is meant, such as the one on which the value is nil. */
  readonly closed?: (from: Block, successor: number) => boolean
  /** Edges of which the way must take one, such as the one on which the error is nil. */
  readonly through?: (from: Block, successor: number) => boolean
}

export interface Path {
  /** What is evaluated on the way, control statements left out; the last one is the return statement or the target if there is one. */
  readonly nodes: readonly Node[]
  readonly blocks: readonly Block[]
}

/**
 * A shortest way from behind `from` to `to` on which nothing that is evaluated makes `avoiding` true; undefined when there is none, or when
 * `from` is not in the graph. `from` undefined means the entry. A function that only ends by os.Exit and its like has no way to an end.
 */
export function pathWithout(cfg: Cfg, from: Node | undefined, to: Target, avoiding: Passing, options: PathOptions = {}): Path | undefined {
  const entry = cfg.blocks[0]
  const start: Position | undefined = from === undefined ? entry && {block: entry, at: -1} : positionOf(cfg, from)
  if (start === undefined || !start.block.live) return undefined
  const goal = typeof to === 'string' ? undefined : positionOf(cfg, to)
  if (typeof to !== 'string' && goal === undefined) return undefined
  const walk = (block: Block, at: number): 'goal' | 'stopped' | 'on' => {
    for (let i = at; i < block.nodes.length; i++) {
      if (goal !== undefined && goal.block === block && goal.at === i) return 'goal'
      const node = block.nodes[i]
      if (node !== undefined && passes(cfg, node, avoiding)) return 'stopped'
    }
    return isEnd(cfg, block, to) ? 'goal' : 'on'
  }
  const seen = {early: new Set<Block>(), late: new Set<Block>()}
  const queue: Step[] = [{block: start.block, at: start.at + 1, late: options.through === undefined, from: undefined}]
  for (const step of queue) {
    const outcome = walk(step.block, step.at)
    if (outcome === 'stopped') continue
    if (outcome === 'goal' && step.late) return pathOf(step, goal)
    for (const [i, next] of step.block.succs.entries()) {
      if (options.closed?.(step.block, i) === true) continue
      const late = step.late || options.through?.(step.block, i) === true
      const visited = late ? seen.late : seen.early
      if (visited.has(next)) continue
      visited.add(next)
      queue.push({block: next, at: 0, late, from: step})
    }
  }
  return undefined
}

/** A block on the way, from its `at`-th node on. */
interface Step {
  readonly block: Block
  readonly at: number
  /** An edge of `through` was taken. */
  readonly late: boolean
  readonly from: Step | undefined
}

const isEnd = (cfg: Cfg, block: Block, to: Target): boolean =>
  (block === cfg.returned && (to === 'return' || to === 'end')) || (block === cfg.unwound && (to === 'unwind' || to === 'end'))

/** Whether evaluating the node passes it. */
export function passes(cfg: Cfg, node: Node, passing: Passing): boolean {
  let found = false
  forEachEvaluated(cfg, node, (part, when) => {
    if (!found && passing(part, when)) found = true
  })
  return found
}

function pathOf(last: Step, goal: Position | undefined): Path {
  const steps: Step[] = []
  for (let step: Step | undefined = last; step !== undefined; step = step.from) steps.push(step)
  steps.reverse()
  const nodes = steps.flatMap(({block, at}, i) =>
    block.nodes.slice(at, i === steps.length - 1 && goal !== undefined ? goal.at + 1 : block.nodes.length),
  )
  return {nodes, blocks: steps.map(step => step.block)}
}
