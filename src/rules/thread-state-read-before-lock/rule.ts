// thread-state-read-before-lock: state of a thread is read before the goroutine is locked to one. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {locksThread, readsThread} from '../../analysis/reading/os-threads.ts'
import {callsIn} from '../../analysis/reading/terms.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import type {CallExpr, Stmt} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'thread-state-read-before-lock',
  title: 'State of the thread is read before the goroutine is locked to it',
  severity: 'warning',
  confidence: 0.9,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#LockOSThread', 'https://github.com/moby/moby/commit/ed1b678a0f'],
  messages: {
    early: {
      what: '{call} is asked before runtime.LockOSThread',
      why: 'the goroutine may be on another thread by the time it is locked, so the answer may be about a thread it has left',
      next: 'Move runtime.LockOSThread before this call.',
    },
  },

  run(pass) {
    for (const block of pass.nodes('BlockStmt')) {
      const lock = block.list.findIndex(stmt => stmt.kind === 'ExprStmt' && stmt.x.kind === 'CallExpr' && locksThread(pass, stmt.x))
      if (lock < 1) continue
      const locked = block.list[lock]!
      const before = block.list.slice(0, lock).flatMap(stmt => callsOf(pass, stmt))
      if (before.some(call => locksThread(pass, call))) continue
      for (const call of before) {
        const name = readsThread(pass, call)
        if (name !== undefined) pass.report(call, 'early', {data: {call: name}, related: [{node: locked, label: 'locked here'}]})
      }
    }
  },
})

/** Calls of a statement that runs straight before what follows it; those in branches and loops are left out. */
function callsOf(pass: Pass<'early'>, stmt: Stmt): readonly CallExpr[] {
  if (stmt.kind === 'IfStmt') return stmt.init === undefined ? [] : callsIn(pass, stmt.init)
  return stmt.kind === 'AssignStmt' || stmt.kind === 'ExprStmt' || stmt.kind === 'DeclStmt' ? callsIn(pass, stmt) : []
}
