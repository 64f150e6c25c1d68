// mutex-missing-unlock: a path that leaves the function with the mutex locked while others unlock it; defer Lock right after Lock. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {
  type LockOp,
  type LockPath,
  lockMethod,
  lockOps,
  mayUnlock,
  mentionsLocks,
  unlockedForCallers,
  unlockValues,
} from '../../analysis/reading/locks.ts'
import {type EvaluatedCall, followPaths, joinMaps, type Leave, type Paths, sameMaps} from '../../analysis/reading/paths.ts'
import {functionBodies} from '../../analysis/reading/terms.ts'
import type {BlockStmt, CallExpr, FuncDecl, FuncLit, Node} from '../../go/syntax/ast.ts'

/**
 * `held`: locked here on every path to this point. `handed`: unlocked before it was locked, so the caller holds it. `settled`: a deferred call
 * unlocks it at the end. `unknown`: locked on some paths, or something that is not known may have unlocked it.
 */
type Held = 'free' | 'held' | 'handed' | 'settled' | 'unknown'
type State = ReadonlyMap<string, Held>
type MutexPass = Pass<'path' | 'several' | 'deferred'>

interface Body {
  /** Where each mutex is locked first. */
  readonly locked: Map<string, {readonly call: CallExpr; readonly lock: LockPath}>
  /** Mutexes that the function unlocks, deferred or not, itself or by what it calls. */
  readonly unlocked: Set<string>
  /** Mutexes that a function literal or a method value may unlock at any time: not followed. */
  readonly elsewhere: Set<string>
}

export default defineRule({
  id: 'mutex-missing-unlock',
  title: 'A path leaves the function with the mutex locked',
  severity: 'error',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#Mutex', 'https://go.dev/ref/spec#Defer_statements'],
  messages: {
    path: {
      what: '{mutex} is still locked when the function returns here, though its other paths unlock it',
      why: 'the next Lock of this mutex waits for ever',
      next: 'Unlock before this return, or defer the unlock right after the lock.',
    },
    several: {
      what: '{mutexes} are still locked when the function returns here, though its other paths unlock them',
      why: 'the next Lock of any of them waits for ever',
      next: 'Unlock them before this return, or defer each unlock right after its lock.',
    },
    deferred: {
      what: 'defer locks {mutex} again, which is already locked here',
      why: 'deferred calls run when the function returns: it then waits for a lock that it holds itself',
      next: 'Write Unlock instead of Lock.',
    },
  },

  run(pass) {
    if (!mentionsLocks(pass)) return
    let forCallers: ReadonlySet<string> | undefined
    for (const {node, name, body} of functionBodies(pass)) {
      if (!mentionsLocks(pass, body)) continue
      const plain = lookAt(pass, node, lockMethods)
      const paths = plain.locked.size === 0 ? undefined : follow(pass, node, plain, lockMethods)
      paths?.each((at, before, calls) => {
        for (const {call, lock} of lockedAgain(pass, at, before, calls)) pass.report(call, 'deferred', {data: {mutex: lock.text}})
      })
      if (paths === undefined || meantToStayLocked(pass, node, name) || forgottenIn(plain, paths, body).length === 0) continue
      // What the calls on the way do is asked only where it matters.
      forCallers ??= unlockedForCallers(pass)
      const about = lookAt(pass, node, lockOps)
      const followed = follow(pass, node, about, lockOps, forCallers)
      for (const [at, held] of byPlace(followed === undefined ? [] : forgottenIn(about, followed, body))) {
        const related = held.map(({call, lock}) => ({node: call, label: held.length === 1 ? 'locked here' : `${lock.text} is locked here`}))
        const names = held.map(({lock}) => lock.text)
        if (names.length === 1) pass.report(at, 'path', {data: {mutex: names.join('')}, related})
        else pass.report(at, 'several', {data: {mutexes: `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`}, related})
      }
    }
  },
})

type OpsOf = (pass: MutexPass, call: CallExpr) => readonly LockOp[]

/** Without the functions that are called. */
const lockMethods: OpsOf = (pass, call) => {
  const op = lockMethod(pass, call)
  return op === undefined ? [] : [op]
}

interface Forgotten {
  readonly at: Node
  readonly call: CallExpr
  readonly lock: LockPath
}

/** One finding a place, however many locks are held there. */
function byPlace(all: readonly Forgotten[]): ReadonlyMap<Node, readonly Forgotten[]> {
  const places = new Map<Node, Forgotten[]>()
  for (const one of all) {
    const known = places.get(one.at)
    if (known === undefined) places.set(one.at, [one])
    else known.push(one)
  }
  return places
}

function forgottenIn({locked, unlocked, elsewhere}: Body, paths: Paths<State>, body: BlockStmt): readonly Forgotten[] {
  return [...locked].flatMap(([key, {call, lock}]) =>
    unlocked.has(key) && !elsewhere.has(key) ? forgotten(paths.leaves, key, body).map(at => ({at, call, lock})) : [],
  )
}

/** Calls in literals that are neither called nor deferred on the spot run at another time. */
function lookAt(pass: MutexPass, fn: FuncDecl | FuncLit, opsOf: OpsOf): Body {
  const about: Body = {locked: new Map(), unlocked: new Set(), elsewhere: new Set()}
  for (const call of pass.within(fn.body ?? fn, 'CallExpr')) {
    const when = runsIn(pass, call, fn)
    for (const op of opsOf(pass, call)) {
      if (when === 'elsewhere') about.elsewhere.add(op.lock.key)
      else if (op.locks && op.direct && when === 'now') {
        if (!about.locked.has(op.lock.key)) about.locked.set(op.lock.key, {call, lock: op.lock})
      } else if (!op.locks) about.unlocked.add(op.lock.key)
    }
  }
  for (const key of unlockValues(pass, fn)) about.elsewhere.add(key)
  return about
}

/** When a call in a function, or in literals in it, runs. */
function runsIn(pass: MutexPass, call: CallExpr, fn: FuncDecl | FuncLit): 'now' | 'deferred' | 'elsewhere' {
  let when: 'now' | 'deferred' = pass.parent(call)?.kind === 'DeferStmt' ? 'deferred' : 'now'
  for (let inner = pass.enclosingFunction(call); inner !== undefined && inner !== fn; inner = pass.enclosingFunction(inner)) {
    const around = pass.parent(inner)
    const statement = around?.kind === 'CallExpr' && around.fun === inner ? pass.parent(around) : undefined
    if (statement === undefined || statement.kind === 'GoStmt') return 'elsewhere'
    if (statement.kind === 'DeferStmt') when = 'deferred'
  }
  return when
}

function follow(
  pass: MutexPass,
  fn: FuncDecl | FuncLit,
  about: Body,
  opsOf: OpsOf,
  forCallers: ReadonlySet<string> = new Set(),
): Paths<State> | undefined {
  const locks = [...about.locked.values()].map(({lock}) => lock)
  return followPaths<State>(pass, fn, {
    start: new Map(),
    join: (a, b) => joinMaps<string, Held>(a, b, 'free', joined),
    same: sameMaps,
    step(_, before, calls) {
      let state = before
      /** Locks that the deferred literal takes itself. */
      const taken = new Set<string>()
      for (const {call, when} of calls) {
        if (when === 'goroutine') continue
        for (const op of opsOf(pass, call)) {
          if (when === 'deferred' && op.locks) taken.add(op.lock.key)
          if (when === 'now' || !taken.has(op.lock.key)) state = after(state, op, when === 'deferred')
        }
        const held = when === 'now' && opsOf === lockOps ? locks.filter(({key}) => state.get(key) === 'held') : []
        for (const {key} of held.length === 0 ? [] : mayUnlock(pass, call, held, forCallers)) state = new Map(state).set(key, 'unknown')
      }
      return state
    },
  })
}

function joined(x: Held, y: Held): Held {
  if (x === y) return x
  for (const strong of ['settled', 'handed'] as const) if (x === strong || y === strong) return strong
  return 'unknown'
}

function after(state: State, {lock, locks, always}: LockOp, deferred: boolean): State {
  const held = state.get(lock.key) ?? 'free'
  if (held === 'handed' || held === 'settled') return state
  const next = (now: Held): State => new Map(state).set(lock.key, now)
  if (deferred) return locks ? state : next('settled')
  if (!always) return held === 'free' && !locks ? state : next('unknown')
  if (locks) return next('held')
  return next(held === 'held' || held === 'unknown' ? 'free' : 'handed')
}

/** `defer mu.Lock()` where the mutex is locked. */
function lockedAgain(
  pass: MutexPass,
  at: Node,
  before: State,
  calls: readonly EvaluatedCall[],
): readonly {readonly call: CallExpr; readonly lock: LockPath}[] {
  if (at.kind !== 'DeferStmt') return []
  return calls.flatMap(({call}) => {
    const op = call === at.call ? lockMethod(pass, call) : undefined
    return op?.locks === true && !op.reading && before.get(op.lock.key) === 'held' ? [{call, lock: op.lock}] : []
  })
}

/** Returns with the mutex held, where the end of the function has it free: functions that mean to return locked do so at their end. */
function forgotten(leaves: readonly Leave<State>[], key: string, body: BlockStmt): Node[] {
  const last = leaves.find(({at}) => at === body || at === body.list.at(-1))
  const end = last?.state.get(key) ?? 'free'
  if (last === undefined || (end !== 'free' && end !== 'settled')) return []
  if (leaves.some(({state}) => state.get(key) === 'handed')) return []
  return leaves.filter(({at, state}) => at !== last.at && state.get(key) === 'held').map(({at}) => at)
}

/** By its name or its comment, the function hands the lock to its caller. */
function meantToStayLocked(pass: MutexPass, node: Node, name: string | undefined): boolean {
  if (name !== undefined && /lock|acquire/i.test(name)) return true
  return node.kind === 'FuncDecl' && node.doc !== undefined && /\block|\bheld\b|\bhold/i.test(pass.text(node.doc))
}
