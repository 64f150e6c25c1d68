// lockosthread-unbalanced: a path that leaves the function still locked to its thread while others unlock. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {changesThread, comesTo, locksThread, threadLocks, unlocksThread} from '../../analysis/reading/os-threads.ts'
import {followPaths} from '../../analysis/reading/paths.ts'
import {callsIn, functionBodies, runsOnce} from '../../analysis/reading/terms.ts'
import type {BlockStmt, CallExpr, FuncDecl, FuncLit} from '../../go/syntax/ast.ts'

type ThreadPass = Pass<'path' | 'sibling' | 'none'>
/** `settled`: a deferred call unlocks at the end. */
type Held = 'free' | 'locked' | 'settled' | 'unknown'

export default defineRule({
  id: 'lockosthread-unbalanced',
  title: 'A path leaves the function locked to its thread',
  severity: 'warning',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#LockOSThread', 'https://github.com/wailsapp/wails/pull/2994'],
  messages: {
    sibling: {
      what: '{method} locks the goroutine to its thread and never unlocks it, unlike {others} other methods of {type}',
      why: 'calls of LockOSThread are counted: the goroutine of the caller stays on its thread from here on, and the thread ends with it',
      next: 'Defer runtime.UnlockOSThread right after the lock.',
    },
    none: {
      what: '{method} locks the goroutine to its thread, and neither it nor any of {others} other methods of {type} that do so unlocks it',
      why: 'calls of LockOSThread are counted: whatever goroutine calls the method stays on its thread from here on, and the thread ends with it',
      next: 'Defer runtime.UnlockOSThread right after the lock, in each of them.',
    },
    path: {
      what: 'the goroutine is still locked to its thread when the function returns here, though its other paths unlock it',
      why: 'calls of LockOSThread are counted: the goroutine stays on its thread, and the thread ends with it',
      next: 'Defer runtime.UnlockOSThread right after the lock.',
    },
  },

  run(pass) {
    unlikeItsSiblings(pass)
    for (const {node, body} of functionBodies(pass)) {
      const lock = threadLocks(pass, body).locks[0]
      if (lock === undefined || runsOnce(pass, lock) || !unlocksSomewhere(pass, body) || outOfSight(pass, node)) continue
      const leaves = followPaths<Held>(pass, node, {
        start: 'free',
        join: (a, b) => (a === b ? a : a === 'settled' || b === 'settled' ? 'settled' : 'unknown'),
        same: (a, b) => a === b,
        step(_, before, calls) {
          let state = before
          for (const {call, when} of calls) state = state === 'settled' || when === 'goroutine' ? state : after(pass, state, call, when)
          return state
        },
      })?.leaves
      const last = leaves?.find(({at}) => at === body || at === body.list.at(-1))
      if (leaves === undefined || (last?.state !== 'free' && last?.state !== 'settled')) continue
      for (const {at, state} of leaves)
        if (state === 'locked' && at !== last.at) pass.report(at, 'path', {related: [{node: lock, label: 'locked here'}]})
    }
  },
})

/** A call of a function of this package that unlocks may do it for its caller. */
function after(pass: ThreadPass, state: Held, call: CallExpr, when: 'now' | 'deferred'): Held {
  const unlocks = unlocksThread(pass, call)
  const mayUnlock = unlocks || (state === 'locked' && comesTo(pass, call, inner => unlocksThread(pass, inner)))
  if (when === 'deferred') return mayUnlock ? 'settled' : state
  if (locksThread(pass, call)) return 'locked'
  if (unlocks) return state === 'unknown' ? 'unknown' : 'free'
  return mayUnlock ? 'unknown' : state
}

/** Itself, or by a function of this package that it calls; what is unlocked nowhere is kept on purpose. */
const unlocksSomewhere = (pass: ThreadPass, body: BlockStmt): boolean => callsIn(pass, body, true).some(call => unlocksThread(pass, call))

/** Methods that lock, with their unlock behind it, that make an exception of one without. */
const siblingsMin = 3
/** So many methods that lock and never unlock keep no thread on purpose: each caller is locked by the first it calls. */
const noneMin = 5
/** Names of what goes on for as long as the program does, or prepares a thread for it. */
const lasts = /^(?:run|start|main|loop|serve|init|listen|new|open|lock|acquire|enter)/i

/** One method of a type begins with the lock and lets it be, where the others defer the unlock: forgotten, not meant. */
function unlikeItsSiblings(pass: ThreadPass): void {
  const byType = new Map<string, {paired: number; alone: {decl: FuncDecl; lock: CallExpr}[]}>()
  for (const decl of pass.nodes('FuncDecl')) {
    const type = receiverTypeName(decl)
    const first = decl.body?.list[0]
    if (type === undefined || decl.body === undefined || first?.kind !== 'ExprStmt' || first.x.kind !== 'CallExpr') continue
    if (!locksThread(pass, first.x)) continue
    const group = byType.get(type) ?? {paired: 0, alone: []}
    byType.set(type, group)
    const calls = callsIn(pass, decl.body, true)
    if (calls.some(call => unlocksThread(pass, call))) group.paired++
    else if (!lasts.test(decl.name.name) && !calls.some(call => changesThread(pass, call) !== undefined))
      group.alone.push({decl, lock: first.x})
  }
  for (const [type, {paired, alone}] of byType) {
    const [first] = alone
    if (paired === 0 && first !== undefined && alone.length >= noneMin) {
      const related = alone.slice(1).map(({lock}) => ({node: lock, label: 'locked here too'}))
      pass.report(first.lock, 'none', {data: {method: first.decl.name.name, others: String(alone.length - 1), type}, related})
    }
    if (paired < siblingsMin || alone.length > paired) continue
    for (const {decl, lock} of alone) pass.report(lock, 'sibling', {data: {method: decl.name.name, others: String(paired), type}})
  }
}

function receiverTypeName(decl: FuncDecl): string | undefined {
  const type = decl.recv?.list[0]?.type
  const base = type?.kind === 'StarExpr' ? type.x : type
  return base?.kind === 'Ident' ? base.name : undefined
}

/** Locked or unlocked by a literal that runs at another time; or the thread was changed, and leaving locked throws it away on purpose. */
const outOfSight = (pass: ThreadPass, fn: FuncDecl | FuncLit): boolean =>
  callsIn(pass, fn.body ?? fn, true).some(call => {
    if (changesThread(pass, call) !== undefined) return true
    return (unlocksThread(pass, call) || locksThread(pass, call)) && runsElsewhere(pass, call, fn)
  })

/** In a literal inside the function that is neither called nor deferred on the spot; a goroutine's own locks are its own. */
function runsElsewhere(pass: ThreadPass, call: CallExpr, fn: FuncDecl | FuncLit): boolean {
  for (let inner = pass.enclosingFunction(call); inner !== undefined && inner !== fn; inner = pass.enclosingFunction(inner)) {
    const around = pass.parent(inner)
    if (around?.kind !== 'CallExpr' || around.fun !== inner) return true
    if (pass.parent(around)?.kind === 'GoStmt') return false
  }
  return false
}
