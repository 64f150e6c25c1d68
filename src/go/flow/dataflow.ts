// A forward dataflow solver over a control-flow graph: states at the start of each block, to a fixed point.
import type {Node} from '../syntax/ast.ts'
import {positionOf, type Block, type Cfg} from './cfg.ts'

export interface Analysis<S> {
  /** At the entry of the function. */
  readonly entry: S
  /** After evaluating one node of a block. Must not change `state`. */
  after(state: S, node: Node): S
  /** Along an edge; undefined when it cannot be taken. Default: the state as it is. */
  along?(state: S, from: Block, successor: number): S | undefined
  join(a: S, b: S): S
  equal(a: S, b: S): boolean
}

/** Each block is gone through at most this often; states that still change then are joined no further, which must be safe for `join`. */
const roundsMax = 100

export interface Solution<S> {
  /** Undefined for blocks that are not reached. */
  before(block: Block): S | undefined
  /** Before the node, or before the one it is part of, is evaluated. */
  beforeNode(node: Node): S | undefined
  /** Whether some state had not settled: answers are unknown then. */
  readonly unsettled: boolean
}

export function solveForward<S>(cfg: Cfg, analysis: Analysis<S>): Solution<S> {
  const states: (S | undefined)[] = Array.from({length: cfg.blocks.length})
  const rounds = new Uint8Array(cfg.blocks.length)
  const entry = cfg.blocks[0]
  let unsettled = false
  if (entry !== undefined) states[0] = analysis.entry
  const waiting: Block[] = entry === undefined ? [] : [entry]
  for (let block = waiting.shift(); block !== undefined; block = waiting.shift()) {
    let state = states[block.index]
    if (state === undefined) continue
    for (const node of block.nodes) state = analysis.after(state, node)
    for (const [i, next] of block.succs.entries()) {
      const passed: S | undefined = analysis.along === undefined ? state : analysis.along(state, block, i)
      if (passed === undefined) continue
      const old = states[next.index]
      const joined = old === undefined ? passed : analysis.join(old, passed)
      if (old !== undefined && analysis.equal(old, joined)) continue
      if ((rounds[next.index] ?? 0) >= roundsMax) {
        unsettled = true
        continue
      }
      rounds[next.index] = (rounds[next.index] ?? 0) + 1
      states[next.index] = joined
      if (!waiting.includes(next)) waiting.push(next)
    }
  }
  return {
    before: block => states[block.index],
    beforeNode(node) {
      const position = positionOf(cfg, node)
      let state = position && states[position.block.index]
      if (position === undefined || state === undefined) return undefined
      for (let i = 0; i < position.at; i++) {
        const earlier = position.block.nodes[i]
        if (earlier !== undefined) state = analysis.after(state, earlier)
      }
      return state
    },
    unsettled,
  }
}
