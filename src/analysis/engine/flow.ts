// What rules may ask of control and data flow. Nothing is worked out before a rule asks, and then for the functions it asks about; what is
// not known is undefined or `unknown`, and a value that reaches an unknown callee, field or interface has escaped (src/go/flow/value-uses.ts).
import {answer, type Answer} from '../../base/answer.ts'
import {positionOf, type Cfg} from '../../go/flow/cfg.ts'
import type {CallEnd} from '../../go/flow/cfg-builder.ts'
import {dominators} from '../../go/flow/dominators.ts'
import {lockCall, lockSet, type HeldLock, type LockCall} from '../../go/flow/lockset.ts'
import {endsOf} from '../../go/flow/on-demand.ts'
import {packageFlow} from '../../go/flow/package-flow.ts'
import {reachesCall} from '../../go/flow/package-reach.ts'
import {packageSummaries, type KnownSummary} from '../../go/flow/package-summaries.ts'
import {pathWithout, type Passing, type Path, type PathOptions, type Target} from '../../go/flow/paths.ts'
import {shippedSummary} from '../../go/flow/short-summary.ts'
import type {ParameterSummary} from '../../go/flow/summary.ts'
import {
  missingRelease,
  track,
  type FlowContext,
  type Missing,
  type MissingOptions,
  type Tracked,
  type TrackOptions,
} from '../../go/flow/tracked-value.ts'
import {usesOf, type ValueUses} from '../../go/flow/value-uses.ts'
import type {CallExpr, FuncDecl, FuncLit, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import type {CheckedPackage} from './checked-package.ts'
import type {NodeIndex} from './node-index.ts'

export interface Flow {
  /** Undefined for what has no body. */
  graphOf(fn: FuncDecl | FuncLit): Cfg | undefined
  /** What follows a call, worked out from the bodies of this package and known of others. */
  endOfCall(call: CallExpr): CallEnd
  /** A way in the function around `from` from behind it to `to` on which nothing makes `avoiding` true; a function stands for its entry. */
  wayWithout(from: Node, to: Target, avoiding: Passing, options?: PathOptions): Path | undefined
  /** Whether every way from behind `from` to `to` passes something of which `passing` holds. */
  alwaysPasses(from: Node, to: Target, passing: Passing, options?: PathOptions): Answer
  /** Whether every way to `later` passes `earlier`; unknown for what is not in one graph. */
  comesFirst(earlier: Node, later: Node): Answer
  /** Locks that are, or may be, held where the node is evaluated; undefined in a literal that anyone may call. */
  heldAt(node: Node): readonly HeldLock[] | undefined
  /** What a call does to locks: its own method, or by summaries of what it calls. */
  lockCall(call: CallExpr): LockCall
  /** What a call does to what it is given at `index`, -1 for the receiver. */
  ofArgument(call: CallExpr, index: number): ParameterSummary
  /** Where the values of a variable go in the function that declares it or has it as a parameter. */
  usesOf(fn: FuncDecl | FuncLit, variable: Var): ValueUses | undefined
  /** Whether somebody else may hold the variable's value by the time `at` is evaluated. */
  escapedBefore(fn: FuncDecl | FuncLit, variable: Var, at: Node): Answer
  /** The value that `call` gives as its `result`-th result to a local variable; undefined when none takes it. */
  track(call: CallExpr, statement: Node, result?: number, options?: TrackOptions): Tracked | undefined
  missing(tracked: Tracked, options: MissingOptions): Missing
  /** Whether the function, or one of this package that it calls, calls something of which the test holds; literals inside count. */
  calls(fn: FuncDecl | FuncLit, test: (call: CallExpr) => boolean): boolean
}

export function flowOf(checked: CheckedPackage, index: NodeIndex): Flow {
  let made: FlowContext | undefined
  const context = (): FlowContext => {
    if (made !== undefined) return made
    const known: KnownSummary = name => shippedSummary(name) ?? checked.summaryOf?.(name)
    const flow = packageFlow(
      checked.files.map(file => file.state),
      endsOf(known),
    )
    made = {flow, summaries: packageSummaries(flow, known)}
    return made
  }
  const around = (node: Node): FuncDecl | FuncLit | undefined => {
    for (let at = index.parent(node); at !== undefined; at = index.parent(at))
      if (at.kind === 'FuncDecl' || at.kind === 'FuncLit') return at
    return undefined
  }
  const stateOf = (node: Node) => {
    const file = index.fileOf(node)
    if (file === undefined) throw new Error(`Bug: a rule asked about a ${node.kind} of another package`)
    return file.state
  }
  const bodyOf = (fn: FuncDecl | FuncLit) => context().flow.bodyOf(fn)
  const graphAround = (node: Node): Cfg | undefined => {
    const fn = node.kind === 'FuncDecl' ? node : around(node)
    return fn && context().flow.cfgOf(fn)
  }
  const ofArgument = (call: CallExpr, at: number) => context().summaries.ofArgument(stateOf(call), call, at)

  const flow: Flow = {
    graphOf: fn => context().flow.cfgOf(fn),
    endOfCall: call => context().flow.endOfCall(stateOf(call), call, isLast(index, call)),
    wayWithout(from, to, avoiding, options) {
      const entry = from.kind === 'FuncDecl' || from.kind === 'FuncLit'
      const cfg = entry ? context().flow.cfgOf(from) : graphAround(from)
      return cfg && pathWithout(cfg, entry ? undefined : from, to, avoiding, options)
    },
    alwaysPasses(from, to, passing, options) {
      const entry = from.kind === 'FuncDecl' || from.kind === 'FuncLit'
      const cfg = entry ? context().flow.cfgOf(from) : graphAround(from)
      if (cfg === undefined || (!entry && positionOf(cfg, from) === undefined)) return 'unknown'
      if (typeof to !== 'string' && positionOf(cfg, to) === undefined) return 'unknown'
      return answer(pathWithout(cfg, entry ? undefined : from, to, passing, options) === undefined)
    },
    comesFirst(earlier, later) {
      const cfg = graphAround(earlier)
      const [a, b] = [cfg && positionOf(cfg, earlier), cfg && positionOf(cfg, later)]
      if (cfg === undefined || a === undefined || b === undefined || !a.block.live || !b.block.live) return 'unknown'
      if (a.block === b.block) return answer(a.at < b.at)
      return answer(dominators(cfg).dominates(a.block, b.block))
    },
    heldAt(node) {
      const fn = around(node)
      const own = fn && bodyOf(fn)
      if (fn === undefined || own === undefined) return undefined
      const held = lockSet(context(), own).heldAt(node)
      if (fn.kind === 'FuncDecl') return held
      const call = index.parent(fn)
      if (call?.kind !== 'CallExpr' || call.fun !== fn) return undefined
      const statement = index.parent(call)
      if (statement?.kind === 'GoStmt') return held
      const outer = statement?.kind === 'DeferStmt' ? undefined : flow.heldAt(call)
      return outer && [...outer, ...held]
    },
    lockCall: call => lockCall(context(), stateOf(call), call),
    ofArgument,
    usesOf(fn, variable) {
      const own = bodyOf(fn)
      return own && usesOf(own, [variable], (call, at) => ofArgument(call, at).returned && ofArgument(call, at).escapes === 'no')
    },
    escapedBefore(fn, variable, at) {
      const uses = flow.usesOf(fn, variable)
      const cfg = context().flow.cfgOf(fn)
      if (uses === undefined || cfg === undefined || positionOf(cfg, at) === undefined) return 'unknown'
      for (const use of uses.uses) {
        const kept =
          use.kind === 'escapes' || (use.kind === 'passed' && use.through.length === 0 && ofArgument(use.call, use.index).escapes !== 'no')
        if (!kept) continue
        if (positionOf(cfg, use.node) === undefined) return 'unknown'
        if (pathWithout(cfg, use.node, at, () => false) !== undefined) return use.kind === 'escapes' ? 'yes' : 'unknown'
      }
      return 'no'
    },
    track(call, statement, result = 0, options = {}) {
      const fn = around(call)
      const own = fn && bodyOf(fn)
      return own && track(context(), own, call, statement, result, options)
    },
    missing: (tracked, options) => missingRelease(context(), tracked, options),
    calls: (fn, test) => {
      const own = bodyOf(fn)
      return own !== undefined && reachesCall(context().flow, own, test)
    },
  }
  return flow
}

/** A statement of its own behind which nothing stands in its list. */
function isLast(index: NodeIndex, call: CallExpr): boolean {
  const statement = index.parent(call)
  const list = statement?.kind === 'ExprStmt' ? index.parent(statement) : undefined
  const statements = list?.kind === 'BlockStmt' ? list.list : list?.kind === 'CaseClause' || list?.kind === 'CommClause' ? list.body : []
  return statements.at(-1) === statement
}
