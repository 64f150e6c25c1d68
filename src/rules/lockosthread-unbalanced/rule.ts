// lockosthread-unbalanced: a path that leaves the function still locked to its thread while others unlock. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {changesThread, locksThread, threadLocks, unlocksThread} from '../../analysis/reading/os-threads.ts'
import {callsNow, walkPaths} from '../../analysis/reading/paths.ts'
import {callsIn, functionBodies, runsOnce} from '../../analysis/reading/terms.ts'
import type {BlockStmt, CallExpr, FuncDecl} from '../../go/syntax/ast.ts'

type Held = 'free' | 'locked' | 'unknown'

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
      const {locks, unlocks} = threadLocks(pass, body)
      const lock = locks[0]
      if (lock === undefined || unlocks.length === 0 || runsOnce(pass, lock) || outOfSight(pass, body)) continue
      const leaves = walkPaths<Held>(pass, body, {
        start: 'free',
        join: (a, b) => (a === b ? a : 'unknown'),
        same: (a, b) => a === b,
        step(at, before) {
          let state = before
          for (const call of callsNow(at)) {
            if (locksThread(pass, call)) state = 'locked'
            else if (unlocksThread(pass, call)) state = state === 'unknown' ? 'unknown' : 'free'
          }
          return state
        },
      })
      const last = leaves?.find(({at}) => at === body || at === body.list.at(-1))
      if (leaves === undefined || last?.state !== 'free') continue
      for (const {at, state} of leaves)
        if (state === 'locked' && at !== node) pass.report(at, 'path', {related: [{node: lock, label: 'locked here'}]})
    }
  },
})

/** Methods that lock, with their unlock behind it, that make an exception of one without. */
const siblingsMin = 3
/** So many methods that lock and never unlock keep no thread on purpose: each caller is locked by the first it calls. */
const noneMin = 5
/** Names of what goes on for as long as the program does, or prepares a thread for it. */
const lasts = /^(?:run|start|main|loop|serve|init|listen|new|open|lock|acquire|enter)/i

/** One method of a type begins with the lock and lets it be, where the others defer the unlock: forgotten, not meant. */
function unlikeItsSiblings(pass: Pass<'path' | 'sibling' | 'none'>): void {
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

/** Unlocked by a deferred call or a literal; or the thread was changed, and leaving locked throws it away on purpose. */
const outOfSight = (pass: Pass<'path' | 'sibling' | 'none'>, body: BlockStmt): boolean =>
  callsIn(pass, body, true).some(call => {
    if (changesThread(pass, call) !== undefined) return true
    if (!unlocksThread(pass, call) && !locksThread(pass, call)) return false
    return pass.parent(call)?.kind !== 'ExprStmt' || pass.enclosingFunction(call)?.body !== body
  })
