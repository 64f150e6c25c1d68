// Is what was opened here closed on every way out? Follows the result of a call through a function, with one rule that no caller can forget: on a
// way on which the value escapes into the unknown, nothing is missing.
import type {AssignStmt, CallExpr, Expr, Node, ValueSpec} from '../syntax/ast.ts'
import {objectOf, type FileState, type Var} from '../types/api.ts'
import type {Block} from './cfg.ts'
import {positionOf} from './cfg.ts'
import type {FunctionBody} from './package-functions.ts'
import type {PackageFlow} from './package-flow.ts'
import type {PackageSummaries} from './package-summaries.ts'
import {pathWithout, type Passing, type Path, type PathOptions, type Target} from './paths.ts'
import type {ParameterEffect} from './summary.ts'
import {usesOf, type Use, type ValueUses} from './value-uses.ts'

export interface FlowContext {
  readonly flow: PackageFlow
  readonly summaries: PackageSummaries
}

export interface Tracked {
  readonly own: FunctionBody
  /** The call whose result is followed. */
  readonly origin: CallExpr
  readonly uses: ValueUses
  /** The error that came with it: where it is not nil there is no value. */
  readonly error: Var | undefined
}

/**
 * Whether this use gives the value back; `effects` are what the callee is known to do to it. `harmless` is for those who know better than the
 * summaries that it neither gives it back nor keeps it: functions of C, whose bodies are not Go's.
 */
export type Releases = (use: Use, effects: readonly ParameterEffect[]) => boolean | 'harmless'

export interface MissingOptions extends PathOptions {
  readonly releases: Releases
  /** Default: `return`. */
  readonly to?: Target
  /** Further things on the way that count as a release. */
  readonly passing?: Passing
}

export type Missing =
  /** Released, or gone into the unknown, on every way. */
  | {readonly kind: 'none'}
  /** The value is never held by a variable, or one that is not local. */
  | {readonly kind: 'untracked'}
  /** Held by a function literal: nothing can be said. */
  | {readonly kind: 'captured'; readonly by: Node}
  | {readonly kind: 'missing'; readonly path: Path}

export interface TrackOptions {
  /** Also in a named result, which every return hands to the caller: for ways that end before one. */
  readonly namedResults?: boolean
}

/** The value that `call` gives in `own` as its `result`-th result, followed; undefined when no local variable takes it. */
export function track(
  context: FlowContext,
  own: FunctionBody,
  call: CallExpr,
  statement: Node,
  result = 0,
  options: TrackOptions = {},
): Tracked | undefined {
  const taken = takers(own.file, call, statement)
  const holder = taken?.[result]
  if (holder === undefined || holder.varKind === 'package') return undefined
  if (holder.pos < own.node.pos || holder.pos >= own.node.end) return undefined // of a function around, which goes on with it
  if (holder.varKind === 'result' && options.namedResults !== true) return undefined
  const last = taken?.at(-1)
  return {
    own,
    origin: call,
    uses: usesOf(own, [holder], (passedTo, index) => {
      const summary = context.summaries.ofArgument(own.file, passedTo, index)
      return summary.returned && summary.escapes === 'no'
    }),
    error: last !== holder && last !== undefined && isError(last) ? last : undefined,
  }
}

/** A way from the origin to `to` on which the value is neither released nor escapes. */
export function missingRelease(context: FlowContext, tracked: Tracked, options: MissingOptions): Missing {
  const {own, uses, origin, error} = tracked
  const {releases, to = 'return', passing, closed} = options
  const cfg = context.flow.cfgOf(own.node)
  if (cfg === undefined || positionOf(cfg, origin) === undefined) return {kind: 'untracked'}
  if (uses.captured !== undefined) return {kind: 'captured', by: uses.captured}
  const stops = new Set<Node>()
  for (const use of uses.uses) if (endsTracking(context, own, use, releases)) stops.add(use.node)
  const path = pathWithout(cfg, origin, to, (part, when) => stops.has(part) || passing?.(part, when) === true, {
    ...options,
    closed: (from, i) => holdsNoValue(own.file, from, i, uses, error) || closed?.(from, i) === true,
  })
  return path === undefined ? {kind: 'none'} : {kind: 'missing', path}
}

function endsTracking(context: FlowContext, own: FunctionBody, use: Use, releases: Releases): boolean {
  switch (use.kind) {
    case 'read':
      return false
    case 'escapes':
    case 'returned':
    case 'replaced':
      return true
    case 'passed': {
      const summary = context.summaries.ofArgument(own.file, use.call, use.index)
      const released = releases(use, summary.effects)
      if (released !== false) return released === true
      // Part of the value was passed: the value itself stays, unless the callee is unknown and may reach it.
      if (use.through.length > 0) return false
      return summary.escapes !== 'no'
    }
  }
}

/** Variables on the left of the statement that takes the call's results; undefined entries are blanks and what is not a variable. */
function takers(file: FileState, call: CallExpr, statement: Node): (Var | undefined)[] | undefined {
  const [left, right] = sides(statement)
  let at = right.findIndex(e => within(e, call))
  if (at < 0) return undefined
  const variables = left.map(e => {
    const object = e.kind === 'Ident' && e.name !== '_' ? objectOf(file, e) : undefined
    return object?.kind === 'Var' ? object : undefined
  })
  if (right.length === 1) at = 0
  return right.length === 1 ? variables : variables.slice(at, at + 1)
}

function sides(statement: Node): readonly [readonly Expr[], readonly Expr[]] {
  if (statement.kind === 'AssignStmt') return [(statement satisfies AssignStmt).lhs, statement.rhs]
  if (statement.kind === 'ValueSpec') return [(statement satisfies ValueSpec).names, statement.values]
  return [[], []]
}

/** The call itself, in parentheses or converted: C.CString(s), (*T)(C.malloc(n)). */
function within(e: Expr, call: CallExpr): boolean {
  if (e === call) return true
  if (e.kind === 'ParenExpr') return within(e.x, call)
  return e.kind === 'CallExpr' && e.args.length === 1 && e.args[0] !== undefined && within(e.args[0], call)
}

const isError = (variable: Var): boolean =>
  variable.type?.kind === 'Named' && variable.type.obj.name === 'error' && variable.type.obj.pkg === undefined

/** Edges on which there is nothing to release: the error is not nil, or the value is nil. */
function holdsNoValue(file: FileState, from: Block, successor: number, uses: ValueUses, error: Var | undefined): boolean {
  const {condition} = from
  const variableOf = (e: Expr): Var | undefined => {
    const object = e.kind === 'Ident' ? objectOf(file, e) : undefined
    return object?.kind === 'Var' ? object : undefined
  }
  // errors.Is(err, …), os.IsNotExist(err): what holds of an error holds of one that is not nil.
  if (condition?.kind === 'CallExpr') return successor === 0 && error !== undefined && condition.args.some(arg => variableOf(arg) === error)
  if (condition?.kind !== 'BinaryExpr' || (condition.op !== '==' && condition.op !== '!=')) return false
  const [x, y] = [condition.x, condition.y]
  const whenEqual = condition.op === '==' ? 0 : 1
  const compared = isNil(file, y) ? x : isNil(file, x) ? y : undefined
  if (compared === undefined) return error !== undefined && successor === whenEqual && (variableOf(x) === error || variableOf(y) === error)
  const object = variableOf(compared)
  if (object === undefined) return false
  if (object === error) return successor !== whenEqual
  return uses.variables.has(object) && successor === whenEqual
}

/** Edges on which the error that came with the value is known to be nil. */
export const knownGood =
  (tracked: Tracked) =>
  ({condition}: Block, successor: number): boolean => {
    const {file} = tracked.own
    if (condition?.kind !== 'BinaryExpr' || (condition.op !== '==' && condition.op !== '!=')) return false
    const compared = isNil(file, condition.y) ? condition.x : isNil(file, condition.x) ? condition.y : undefined
    const object = compared?.kind === 'Ident' ? objectOf(file, compared) : undefined
    return object !== undefined && object === tracked.error && successor === (condition.op === '==' ? 0 : 1)
  }

const isNil = (file: FileState, e: Expr): boolean => e.kind === 'Ident' && objectOf(file, e)?.kind === 'Nil'
