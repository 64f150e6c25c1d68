// Which locks are held where: for each place in a function the mutexes that are locked on every way there, on some, or perhaps.
import type {Answer} from '../../base/answer.ts'
import type {CallExpr, Node} from '../syntax/ast.ts'
import {objectType, type FileState, type Type} from '../types/api.ts'
import {accessPath, pathKey, pathText, receiverPath, type AccessPath} from './access-path.ts'
import {calleeOf, functionExpr} from './callee.ts'
import {solveForward, type Solution} from './dataflow.ts'
import {directEffect, type Effect} from './effects.ts'
import {forEachEvaluated} from './evaluated.ts'
import type {FunctionBody} from './package-functions.ts'
import type {FlowContext} from './tracked-value.ts'

export interface HeldLock {
  /** As the source writes it: `s.mu`. */
  readonly text: string
  readonly path: AccessPath
  /** `unknown`: locked on some ways only, or something unknown ran in between that could unlock it. */
  readonly held: Answer
  /** For reading only: RLock. */
  readonly reading: boolean
  /** The call that locked it; one of them when there are several. */
  readonly at: Node
}

type State = ReadonlyMap<string, HeldLock>

export interface LockSet {
  /** Locks that may be held before the node is evaluated; empty where nothing is, or where the node is not reached. */
  heldAt(node: Node): readonly HeldLock[]
}

const known = new WeakMap<FunctionBody, LockSet>()

/** Locks taken in this function; it starts with none, whatever its callers hold. */
export function lockSet(context: FlowContext, own: FunctionBody): LockSet {
  const cached = known.get(own)
  if (cached !== undefined) return cached
  const cfg = context.flow.cfgOf(own.node)
  let solution: Solution<State> | undefined
  const set: LockSet = {
    heldAt(node) {
      if (cfg === undefined) return []
      solution ??= solveForward<State>(cfg, {
        entry: new Map(),
        after: (state, evaluated) => {
          let next = state
          forEachEvaluated(cfg, evaluated, (part, when) => {
            if (part.kind === 'CallExpr' && when === 'now') next = afterCall(context, own.file, next, part)
          })
          return next
        },
        join,
        equal: (a, b) =>
          a.size === b.size && [...a].every(([key, lock]) => b.get(key)?.held === lock.held && b.get(key)?.reading === lock.reading),
      })
      return [...(solution.beforeNode(node)?.values() ?? [])]
    },
  }
  known.set(own, set)
  return set
}

/** Held on one way only is perhaps. */
function join(a: State, b: State): State {
  const joined = new Map<string, HeldLock>()
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(key), b.get(key)]
    const lock = x ?? y
    if (lock === undefined) continue
    joined.set(key, x?.held === 'yes' && y?.held === 'yes' ? {...x, reading: x.reading || y.reading} : {...lock, held: 'unknown'})
  }
  return joined
}

export type LockEffect = 'locks' | 'rlocks' | 'unlocks' | 'runlocks'

/** What a call does to a lock. */
export interface LockEvent {
  readonly effect: LockEffect
  readonly path: AccessPath
  /** On every way through the callee. */
  readonly always: boolean
  /** The method of the lock itself, not a function that calls it. */
  readonly direct: boolean
}

/** A variable, or a field of one, that a call is given. */
export interface Given {
  readonly path: AccessPath
  /** Whether the callee, or someone unknown it hands it to, keeps it. */
  readonly escapes: Answer
}

export interface LockCall {
  readonly events: readonly LockEvent[]
  readonly given: readonly Given[]
}

/** What a call does to locks: its own method, or what summaries say of the variables it is given. */
export function lockCall(context: FlowContext, file: FileState, call: CallExpr): LockCall {
  const direct = directEffect(file, call)
  const fun = functionExpr(call)
  const receiver = fun.kind === 'SelectorExpr' ? receiverPath(file, fun) : undefined
  if (direct !== undefined && direct.index === -1 && isLocking(direct.effect))
    return {events: receiver === undefined ? [] : [{effect: direct.effect, path: receiver, always: true, direct: true}], given: []}
  const paths: (readonly [number, AccessPath])[] = []
  if (receiver !== undefined) paths.push([-1, receiver])
  for (const [i, arg] of call.args.entries()) {
    const path = accessPath(file, arg)
    if (path !== undefined) paths.push([i, path])
  }
  const events: LockEvent[] = []
  const given: Given[] = []
  for (const [index, path] of paths) {
    const {effects, escapes} = context.summaries.ofArgument(file, call, index)
    for (const {effect, fields, always} of effects)
      if (isLocking(effect)) events.push({effect, path: {root: path.root, fields: [...path.fields, ...fields]}, always, direct: false})
    given.push({path, escapes})
  }
  return {events, given}
}

function afterCall(context: FlowContext, file: FileState, state: State, call: CallExpr): State {
  const {events, given} = lockCall(context, file, call)
  let next = state
  const {kind} = calleeOf(file, call)
  // A function value may be the unlock that a lock function gave back.
  if (kind === 'value' || kind === 'unknown') next = doubt(next, () => true)
  for (const {effect, path, always} of events) next = apply(next, path, effect, call, always)
  // Someone unknown who is given the owner of a lock may unlock it.
  for (const {path, escapes} of given)
    if (escapes !== 'no' && next.size > 0 && reaches(objectType(path.root)))
      next = doubt(next, key => key === pathKey(path) || key.startsWith(`${pathKey(path)}.`))
  return next
}

const isLocking = (effect: Effect): effect is LockEffect =>
  effect === 'locks' || effect === 'rlocks' || effect === 'unlocks' || effect === 'runlocks'

function apply(state: State, path: AccessPath, effect: LockEffect, at: Node, always: boolean): State {
  const next = new Map(state)
  const key = pathKey(path)
  if (effect === 'locks' || effect === 'rlocks') {
    const before = state.get(key)
    next.set(key, {
      text: pathText(path),
      path,
      held: always || before?.held === 'yes' ? 'yes' : 'unknown',
      reading: effect === 'rlocks',
      at,
    })
  } else if (always) next.delete(key)
  else {
    const before = state.get(key)
    if (before !== undefined) next.set(key, {...before, held: 'unknown'})
  }
  return next
}

/** Values without pointers cannot lead to a lock. */
const reaches = (type: Type): boolean => type.kind !== 'Basic'

function doubt(state: State, concerns: (key: string) => boolean): State {
  const next = new Map(state)
  for (const [key, lock] of state) if (concerns(key)) next.set(key, {...lock, held: 'unknown'})
  return next
}
