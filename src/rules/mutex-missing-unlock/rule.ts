// mutex-missing-unlock: a path that leaves the function with the mutex locked while others unlock it; defer Lock right after Lock. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {lockCall} from '../../analysis/reading/locks.ts'
import {callsNow, joinMaps, type Leave, sameMaps, walkPaths} from '../../analysis/reading/paths.ts'
import {callsIn, functionBodies} from '../../analysis/reading/terms.ts'
import type {BlockStmt, CallExpr, Node} from '../../go/syntax/ast.ts'

/** `held`: locked here on every path to this point. `handed`: unlocked before it was locked, so the caller holds it. */
type Held = 'free' | 'held' | 'handed' | 'unknown'
type State = ReadonlyMap<string, Held>

interface Body {
  /** Where each mutex is locked first, with its text. */
  readonly locked: Map<string, {readonly call: CallExpr; readonly text: string}>
  /** Mutexes that the function unlocks outside of defer and function literals. */
  readonly unlocked: Set<string>
  /** Mutexes that a deferred call or a function literal touches: not followed. */
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
    deferred: {
      what: 'defer locks {mutex} again, which is already locked here',
      why: 'deferred calls run when the function returns: it then waits for a lock that it holds itself',
      next: 'Write Unlock instead of Lock.',
    },
  },

  run(pass) {
    for (const {node, name, body} of functionBodies(pass)) {
      const about = lookAt(pass, body)
      if (about.locked.size === 0) continue
      const again = new Map<CallExpr, string>()
      const leaves = follow(pass, body, again)
      for (const [call, mutex] of again) pass.report(call, 'deferred', {data: {mutex}})
      if (leaves === undefined || meantToStayLocked(pass, node, name)) continue
      for (const [key, {call, text}] of about.locked) {
        if (!about.unlocked.has(key) || about.elsewhere.has(key)) continue
        for (const at of forgotten(leaves, key, body))
          pass.report(at, 'path', {data: {mutex: text}, related: [{node: call, label: 'locked here'}]})
      }
    }
  },
})

function lookAt(pass: Pass<'path' | 'deferred'>, body: BlockStmt): Body {
  const about: Body = {locked: new Map(), unlocked: new Set(), elsewhere: new Set()}
  const direct = new Set(callsIn(pass, body)) // calls in literals run at another time
  for (const at of callsIn(pass, body, true)) {
    const lock = lockCall(pass, at)
    if (lock === undefined) continue
    if (!direct.has(at) || pass.parent(at)?.kind === 'DeferStmt') about.elsewhere.add(lock.key)
    else if (lock.op === 'Lock' || lock.op === 'RLock') {
      if (!about.locked.has(lock.key)) about.locked.set(lock.key, {call: at, text: lock.text})
    } else about.unlocked.add(lock.key)
  }
  return about
}

function follow(pass: Pass<'path' | 'deferred'>, body: BlockStmt, again: Map<CallExpr, string>): readonly Leave<State>[] | undefined {
  return walkPaths<State>(pass, body, {
    start: new Map(),
    join: (a, b) => joinMaps<Held>(a, b, 'free', (x, y) => (x === y ? x : x === 'handed' || y === 'handed' ? 'handed' : 'unknown')),
    same: sameMaps,
    step(node, before) {
      if (node.kind === 'DeferStmt') {
        const lock = lockCall(pass, node.call)
        if (lock?.op === 'Lock' && before.get(lock.key) === 'held') again.set(node.call, lock.text)
      }
      let state = before
      for (const call of callsNow(node)) {
        const lock = lockCall(pass, call)
        if (lock === undefined) continue
        const held = state.get(lock.key) ?? 'free'
        const locks = lock.op === 'Lock' || lock.op === 'RLock'
        state = new Map(state).set(
          lock.key,
          held === 'handed' ? held : locks ? 'held' : held === 'held' || held === 'unknown' ? 'free' : 'handed',
        )
      }
      return state
    },
  })
}

/** Returns with the mutex held, where the end of the function has it free: functions that mean to return locked do so at their end. */
function forgotten(leaves: readonly Leave<State>[], key: string, body: BlockStmt): Node[] {
  const last = leaves.find(({at}) => at === body || at === body.list.at(-1))
  if (last === undefined || (last.state.get(key) ?? 'free') !== 'free') return []
  if (leaves.some(({state}) => state.get(key) === 'handed')) return []
  return leaves.filter(({at, state}) => at !== last.at && state.get(key) === 'held').map(({at}) => at)
}

/** By its name or its comment, the function hands the lock to its caller. */
function meantToStayLocked(pass: Pass<'path' | 'deferred'>, node: Node, name: string | undefined): boolean {
  if (name !== undefined && /lock|acquire/i.test(name)) return true
  return node.kind === 'FuncDecl' && node.doc !== undefined && /\block|\bheld\b|\bhold/i.test(pass.text(node.doc))
}
