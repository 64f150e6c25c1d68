// What calls do to locks: the methods of sync.Mutex, sync.RWMutex and sync.Locker, and functions that call them, by their summaries.
import type {Answer} from '../../base/answer.ts'
import {accessPath, pathKey, pathText, receiverPath, type AccessPath} from '../../go/flow/access-path.ts'
import type {CallExpr, FuncDecl, FuncLit, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import {callsIn, declarationOf, receiverText, type Source, unparen} from './terms.ts'

export interface LockPath {
  /** Equal for the same lock within the package. */
  readonly key: string
  /** As the source writes it. */
  readonly text: string
  /** Of the variable or field itself, without what leads to it. */
  readonly name: string
  readonly root: Var
}

export interface LockOp {
  readonly lock: LockPath
  readonly locks: boolean
  /** RLock, RUnlock. */
  readonly reading: boolean
  /** On every way through the callee. */
  readonly always: boolean
  /** The method of the lock itself, not a function that calls it. */
  readonly direct: boolean
}

const methods: ReadonlySet<string> = new Set(['Lock', 'Unlock', 'RLock', 'RUnlock'])

/** By the name alone, which costs nothing. */
function isLockName(call: CallExpr): boolean {
  const fun = unparen(call.fun)
  return fun.kind === 'SelectorExpr' && methods.has(fun.sel.name)
}

/** Whether something in the package, or in a part of it, may be a call that locks or unlocks. */
export const mentionsLocks = (source: Source, node?: Node): boolean =>
  (node === undefined ? source.nodes('CallExpr') : source.within(node, 'CallExpr')).some(isLockName)

const lockPath = (path: AccessPath, text = pathText(path)): LockPath => ({
  key: pathKey(path),
  text,
  name: path.fields.at(-1) ?? path.root.name,
  root: path.root,
})

/** What a call does to locks, in no order when a function is called that does more than one thing. */
export function lockOps(source: Source, call: CallExpr): readonly LockOp[] {
  if (!isLockName(call) && !isGivenLockOwner(source, call)) return []
  return source.flow.lockCall(call).events.map(({effect, path, always, direct}) => ({
    lock: direct ? lockPath(path, receiverText(source, call)) : lockPath(path),
    locks: effect === 'locks' || effect === 'rlocks',
    reading: effect === 'rlocks' || effect === 'runlocks',
    always,
    direct,
  }))
}

/** The one thing the method of a lock does; undefined for all other calls. */
export function lockMethod(source: Source, call: CallExpr): LockOp | undefined {
  const [op] = isLockName(call) ? lockOps(source, call) : []
  return op?.direct === true ? op : undefined
}

const rootsOf = new WeakMap<FuncDecl | FuncLit, ReadonlySet<Var>>()

/** Whether the call is given a variable that leads to a lock which the function around it locks or unlocks: only then summaries are asked. */
function isGivenLockOwner(source: Source, call: CallExpr): boolean {
  const fn = outermost(source, call)
  if (fn?.body === undefined) return false
  let roots = rootsOf.get(fn)
  if (roots === undefined) {
    const found = source.within(fn.body, 'CallExpr').flatMap(one => {
      const fun = unparen(one.fun)
      const path = isLockName(one) && fun.kind === 'SelectorExpr' ? receiverPath(source.fileOf(one).state, fun) : undefined
      return path === undefined ? [] : [path.root]
    })
    rootsOf.set(fn, (roots = new Set(found)))
  }
  if (roots.size === 0) return false
  const file = source.fileOf(call).state
  const fun = unparen(call.fun)
  const paths = [fun.kind === 'SelectorExpr' ? accessPath(file, fun.x) : undefined, ...call.args.map(arg => accessPath(file, arg))]
  return paths.some(path => path !== undefined && roots.has(path.root))
}

function outermost(source: Source, node: Node): FuncDecl | FuncLit | undefined {
  let found: FuncDecl | FuncLit | undefined
  for (let fn = source.enclosingFunction(node); fn !== undefined; fn = source.enclosingFunction(fn)) found = fn
  return found
}

/** Keys of locks of which the function takes a method as a value: whoever gets it may unlock. */
export function unlockValues(source: Source, fn: FuncDecl | FuncLit): readonly string[] {
  return source.within(fn, 'SelectorExpr').flatMap(selector => {
    if (selector.sel.name !== 'Unlock' && selector.sel.name !== 'RUnlock') return []
    const parent = source.parent(selector)
    if (parent?.kind === 'CallExpr' && parent.fun === selector) return []
    const path = receiverPath(source.fileOf(selector).state, selector)
    return path === undefined ? [] : [pathKey(path)]
  })
}

/** Names of locks that some function of the package unlocks without having locked them: its callers did. */
export function unlockedForCallers(source: Source): ReadonlySet<string> {
  const names = new Set<string>()
  const locked = new Map<Node, Set<string>>()
  for (const call of source.nodes('CallExpr')) {
    const op = lockMethod(source, call)
    const fn = op && source.enclosingFunction(call)
    if (op === undefined || fn === undefined) continue
    const own = locked.get(fn) ?? new Set()
    locked.set(fn, own)
    if (op.locks) own.add(op.lock.key)
    else if (!own.has(op.lock.key)) names.add(op.lock.name)
  }
  return names
}

/**
 * Of the locks with these keys, those that the callee, or someone unknown it hands their owner to, may unlock: everybody can reach an exported
 * one; another only the functions of this package, if some of them unlock what their callers locked.
 */
export function mayUnlock(
  source: Source,
  call: CallExpr,
  locks: readonly LockPath[],
  forCallers: ReadonlySet<string>,
): readonly LockPath[] {
  const reachable = locks.filter(({name}) => /^\p{Lu}/u.test(name) || forCallers.has(name))
  if (reachable.length === 0 || isLockName(call)) return []
  const {given} = source.flow.lockCall(call)
  const kept = (key: string): Answer =>
    given.find(({path}) => key === pathKey(path) || key.startsWith(`${pathKey(path)}.`))?.escapes ?? 'no'
  return reachable.filter(({key, root}) => kept(key) !== 'no' || (root.varKind === 'package' && unlocksWithin(source, call, key)))
}

/** Whether the function of this package that is called comes to unlock a lock that is a variable of the package. */
function unlocksWithin(source: Source, call: CallExpr, key: string): boolean {
  const decl = declarationOf(source, source.calleeOf(call))
  return decl?.body !== undefined && source.flow.calls(decl, inner => lockMethod(source, inner)?.lock.key === key)
}

/** Names count too: unknown types may be locks. */
const lockCalls = (source: Source, node: Node) =>
  callsIn(source, node, true).filter(
    ({fun}) => fun.kind === 'SelectorExpr' && /^(?:R?Lock|TryR?Lock|R?Unlock|lock|unlock)$/.test(fun.sel.name),
  )

/** Whether a function holds any lock somewhere: what it does may be excluded from what others do. */
export const locksSomething = (source: Source, node: Node) => lockCalls(source, node).length > 0

/** Whether some lock may be held where the node is evaluated: by what the graph of the function says, where all its locks are those of sync. */
export function mayHoldLock(source: Source, scope: Node, at: Node): boolean {
  const calls = lockCalls(source, scope)
  if (calls.length === 0) return false
  if (calls.some(call => lockMethod(source, call) === undefined)) return true
  const held = source.flow.heldAt(at)
  return held === undefined || held.length > 0
}

/** The name or the comment of the function says that its caller holds a lock. */
export function callerLocks(outer: Node): boolean {
  if (outer.kind !== 'FuncDecl') return false
  const doc = outer.doc?.list.map(one => one.text).join(' ') ?? ''
  return (
    /(?:Locked|Seqed|Held)$/.test(outer.name.name) ||
    /precondition|critical section|\block(?:ed|s)?\b|\bmu(?:tex)?\b.*\bheld\b|checklocks/i.test(doc)
  )
}
