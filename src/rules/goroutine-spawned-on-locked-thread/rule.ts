// goroutine-spawned-on-locked-thread: a new goroutine is taken for a part of the locked one. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {packageCall} from '../../analysis/reading/imports.ts'
import {changesThread, locksThread, readsThread, threadLocks, unlocksThread} from '../../analysis/reading/os-threads.ts'
import {calledLiteral, callsIn, type Source} from '../../analysis/reading/terms.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'goroutine-spawned-on-locked-thread',
  title: 'A goroutine started by a locked one is taken to be locked too',
  severity: 'warning',
  confidence: 0.93,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#LockOSThread'],
  messages: {
    affine: {
      what: '{call} runs in a new goroutine, which is not locked to the thread of the one that starts it',
      why: 'LockOSThread holds for the calling goroutine only: the new one runs on some other thread',
      next: 'Lock inside the goroutine, or make the call in the one that is locked.',
    },
    unlock: {
      what: 'UnlockOSThread runs in a goroutine that never locked itself',
      why: 'it does nothing there, and the goroutine that called LockOSThread stays locked',
      next: 'Unlock in the goroutine that locked.',
    },
  },

  run(pass) {
    for (const go of pass.nodes('GoStmt')) {
      const literal = calledLiteral(go.call)
      const around = pass.enclosingFunction(go)?.body
      if (literal === undefined || around === undefined) continue
      const lock = threadLocks(pass, around).locks.find(call => call.pos < go.pos)
      if (lock === undefined) continue
      const calls = callsIn(pass, literal.body)
      if (callsIn(pass, literal.body, true).some(call => locksThread(pass, call))) continue
      const related = [{node: lock, label: 'locked here, for the goroutine that starts it'}]
      for (const call of calls) {
        if (mayLock(pass, call)) break
        const name = changesThread(pass, call)
        if (name !== undefined) pass.report(call, 'affine', {data: {call: name}, related})
        else if (unlocksThread(pass, call)) pass.report(call, 'unlock', {related})
      }
    }
  },
})

/** A function outside the standard library, or an unknown one, may be a wrapper of LockOSThread. */
function mayLock(pass: Source, call: CallExpr): boolean {
  if (changesThread(pass, call) !== undefined || readsThread(pass, call) !== undefined) return false
  if (pass.isConversion(call) === 'yes') return false
  const callee = pass.calleeOf(call)
  const name = packageCall(pass, call)
  if (callee === undefined) return name === undefined || /^[^/]+\.[^/]+\//.test(name)
  return callee.kind !== 'Builtin' && (callee.pkg === undefined || callee.pkg.path.includes('.') || callee.pkg === pass.package.types)
}
