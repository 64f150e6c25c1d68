// Carries a state along all paths of a function, over its control-flow graph (src/go/flow): join where paths meet, again around loops until
// nothing changes. Then each place is gone through once with what holds there. Deferred calls are the model's to remember.
import type {Block, Cfg} from '../../go/flow/cfg.ts'
import {solveForward} from '../../go/flow/dataflow.ts'
import {forEachEvaluated, type When} from '../../go/flow/evaluated.ts'
import type {BlockStmt, CallExpr, Expr, FuncDecl, FuncLit, Node, ReturnStmt} from '../../go/syntax/ast.ts'
import {boolVal} from '../../go/types/constant/constant.ts'
import {comesBack} from './no-return.ts'
import {type Source, unparen} from './terms.ts'

export interface EvaluatedCall {
  readonly call: CallExpr
  /** `deferred`: when the function ends, `goroutine`: on another one. */
  readonly when: When
}

export interface PathModel<S> {
  readonly start: S
  /** What holds where two paths meet; must only ever lose knowledge. */
  join(a: S, b: S): S
  same(a: S, b: S): boolean
  /**
   * What one thing that is evaluated does: a simple statement, a condition, a ValueSpec. Function literals in it do not run now, but those
   * that are called or deferred on the spot; `calls` are those of both, in order.
   */
  step(node: Node, state: S, calls: readonly EvaluatedCall[]): S
  /** What holds after a condition turned out true or false; undefined when it cannot. */
  assume?(condition: Expr, holds: boolean, state: S): S | undefined
}

/** Where the function is left: a return statement, or its body when control runs off the end. */
export interface Leave<S> {
  readonly at: ReturnStmt | BlockStmt
  readonly state: S
}

export interface Paths<S> {
  readonly leaves: readonly Leave<S>[]
  /** Each thing that is evaluated, in source order of blocks, with what holds before it. */
  each(visit: (node: Node, before: S, calls: readonly EvaluatedCall[]) => void): void
}

/** Undefined when the state does not settle. */
export function followPaths<S>(source: Source, fn: FuncDecl | FuncLit, model: PathModel<S>): Paths<S> | undefined {
  const cfg = source.flow.graphOf(fn)
  if (cfg === undefined) return undefined
  const known = new Map<Node, readonly EvaluatedCall[]>()
  const callsOf = (node: Node): readonly EvaluatedCall[] => {
    let calls = known.get(node)
    if (calls === undefined) known.set(node, (calls = source.within(node, 'CallExpr').length === 0 ? [] : callsEvaluated(cfg, node)))
    return calls
  }
  // A place that is not reached has no state.
  const after = (state: S | undefined, node: Node): S | undefined =>
    state === undefined || endsPath(source, node) ? undefined : model.step(node, state, callsOf(node))
  const solution = solveForward<S | undefined>(cfg, {
    entry: model.start,
    after,
    along: (state, from, successor) => (state === undefined ? undefined : assumed(source, model, from, successor, state)),
    join: (a, b) => (a === undefined ? b : b === undefined ? a : model.join(a, b)),
    equal: (a, b) => a === b || (a !== undefined && b !== undefined && model.same(a, b)),
  })
  if (solution.unsettled) return undefined
  const leaves: Leave<S>[] = []
  for (const block of cfg.blocks) {
    if (block.end !== 'return' || !block.live) continue
    let state = solution.before(block)
    for (const node of block.nodes) state = after(state, node)
    const last = block.nodes.at(-1)
    if (state !== undefined) leaves.push({at: last?.kind === 'ReturnStmt' ? last : cfg.body, state})
  }
  return {
    leaves,
    each(visit) {
      for (const block of cfg.blocks) {
        let state = solution.before(block)
        for (const node of block.nodes) {
          if (state !== undefined) visit(node, state, callsOf(node))
          state = after(state, node)
        }
      }
    },
  }
}

/** Calls that evaluating the node makes, in order; those that wait for the end of the function or run elsewhere are said to. */
export function callsEvaluated(cfg: Cfg, node: Node): readonly EvaluatedCall[] {
  const calls: EvaluatedCall[] = []
  forEachEvaluated(cfg, node, (part, when) => {
    if (part.kind === 'CallExpr') calls.push({call: part, when})
  })
  return calls
}

function assumed<S>(source: Source, model: PathModel<S>, from: Block, successor: number, state: S): S | undefined {
  const {condition} = from
  if (condition === undefined || from.end !== 'branch' || isCompared(source, from)) return state
  const holds = successor === 0
  const constant = source.constantOf(condition)
  if (constant !== undefined && boolVal(constant) === !holds) return undefined
  return model.assume === undefined ? state : model.assume(unparen(condition), holds, state)
}

/** The condition is the expression of a case, which the tag of its switch is compared with. */
function isCompared(source: Source, {succs}: Block): boolean {
  const clause = succs[0]?.origin
  const body = clause?.kind === 'CaseClause' ? source.parent(clause) : undefined
  const statement = body && source.parent(body)
  return statement?.kind === 'SwitchStmt' && statement.tag !== undefined
}

/** Paths end at calls that do not come back, which the graph knows, and at those whose name says so: what follows is not claimed. */
function endsPath(source: Source, node: Node): boolean {
  const at = node.kind === 'ExprStmt' ? unparen(node.x) : undefined
  return at?.kind === 'CallExpr' && comesBack(source, at) !== 'yes'
}

/** Key or value of a range statement, which each round assigns. */
export function isRangeTarget(source: Source, node: Node): boolean {
  const parent = node.kind === 'Ident' ? source.parent(node) : undefined
  return parent?.kind === 'RangeStmt' && (parent.key === node || parent.value === node)
}

/** A state by key: what is absent on either side is joined as `absent`. */
export function joinMaps<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>, absent: V, join: (x: V, y: V) => V): ReadonlyMap<K, V> {
  if (a === b) return a
  const joined = new Map<K, V>()
  for (const key of new Set([...a.keys(), ...b.keys()])) joined.set(key, join(a.get(key) ?? absent, b.get(key) ?? absent))
  return joined
}

export function sameMaps<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [key, value] of a) if (b.get(key) !== value) return false
  return true
}
