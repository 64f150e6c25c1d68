// busy-wait-loop: a loop that does nothing but ask again. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {packageCall} from '../../analysis/reading/imports.ts'
import {leavesLoop, neighbour} from '../../analysis/reading/loops.ts'
import {comesBack} from '../../analysis/reading/no-return.ts'
import {isTestFile, some} from '../../analysis/reading/terms.ts'
import type {ForStmt, Stmt} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'busy-wait-loop',
  title: 'A loop keeps a processor busy while it waits',
  severity: 'warning',
  confidence: 0.93,
  preset: 'default',
  since: '0.1',
  sources: ['https://go.dev/doc/go1.14#runtime', 'https://go.dev/ref/mem'],
  messages: {
    forever: {
      what: 'the loop does nothing, for ever',
      why: 'it uses a whole processor; it does not stop other goroutines, which the runtime still gets to run',
      next: 'Wait with select {}, or on a channel that says when to stop.',
    },
    flag: {
      what: 'the loop does nothing until {condition} changes, which nothing in it does',
      why: 'it uses a whole processor, and a plain read beside a write in another goroutine is a data race: the compiler may read only once',
      next: 'Wait on a channel, a sync.Cond or a WaitGroup instead.',
    },
    poll: {
      what: 'the select with an empty default makes the loop ask without waiting',
      why: 'default is taken whenever no channel is ready, so the loop uses a whole processor',
      next: 'Leave out default, so that select waits.',
    },
    yield: {
      what: 'the loop only yields',
      why: 'Gosched puts the goroutine at the end of the run queue; when nothing else runs, it comes back at once and uses a whole processor',
      next: 'Wait on a channel instead.',
    },
  },

  run(pass) {
    for (const loop of pass.nodes('ForStmt')) {
      if (isTestFile(pass, loop) || loop.init !== undefined || loop.post !== undefined) continue
      const message = kindOf(pass, loop)
      if (message === undefined || afterTheEnd(pass, loop)) continue
      pass.report(loop, message, message === 'flag' && loop.cond !== undefined ? {data: {condition: pass.text(loop.cond)}} : {})
    }
  },
})

type Kind = 'forever' | 'flag' | 'poll' | 'yield'

function kindOf(pass: Pass<Kind>, loop: ForStmt): Kind | undefined {
  const body = loop.body.list.filter(stmt => stmt.kind !== 'EmptyStmt')
  const plainCondition = loop.cond === undefined || readsOnly(pass, loop)
  if (!plainCondition && !readsFlag(pass, loop)) return undefined
  if (body.length === 1 && loop.cond !== undefined && asksWithoutWaiting(body[0]!) && !leavesLoop(pass, loop)) return 'poll'
  if (!plainCondition) return undefined
  if (body.length === 0) return loop.cond === undefined ? 'forever' : 'flag'
  const only = body.length === 1 ? body[0] : undefined
  if (only === undefined) return undefined
  if (isYield(pass, only)) return loop.cond === undefined ? 'yield' : 'flag'
  return loop.cond === undefined && asksWithoutWaiting(only) && !leavesLoop(pass, loop) ? 'poll' : undefined
}

/** A condition of plain variables: nothing called, nothing received, no constant. */
const readsOnly = (pass: Pass<Kind>, loop: ForStmt) =>
  loop.cond !== undefined &&
  pass.constantOf(loop.cond) === undefined &&
  !some(loop.cond, at => at.kind === 'CallExpr' || (at.kind === 'UnaryExpr' && at.op === '<-'))

/** `!stopped.Load()`: a flag that another goroutine sets. */
function readsFlag(pass: Pass<Kind>, loop: ForStmt): boolean {
  const cond = loop.cond?.kind === 'UnaryExpr' && loop.cond.op === '!' ? loop.cond.x : loop.cond
  return cond?.kind === 'CallExpr' && cond.args.length === 0 && pass.callsMethod(cond, 'sync/atomic.Bool', 'Load') === 'yes'
}

const isYield = (pass: Pass<Kind>, stmt: Stmt) =>
  stmt.kind === 'ExprStmt' && stmt.x.kind === 'CallExpr' && packageCall(pass, stmt.x) === 'runtime.Gosched'

/** A select whose only clause is an empty default. One with other clauses may be asked again after their work. */
function asksWithoutWaiting(stmt: Stmt): boolean {
  if (stmt.kind !== 'SelectStmt') return false
  const clauses = stmt.body.list.filter(clause => clause.kind === 'CommClause')
  const fallback = clauses.find(clause => clause.comm === undefined)
  return fallback !== undefined && fallback.body.length === 0
}

/** Behind a call that does not come back, the loop only tells the compiler so. */
function afterTheEnd(pass: Pass<Kind>, loop: ForStmt): boolean {
  const before = neighbour(pass, loop, -1)
  return before?.kind === 'ExprStmt' && before.x.kind === 'CallExpr' && comesBack(pass, before.x) !== 'yes'
}
