// ticker-not-stopped: before Go 1.23 a ticker that is not stopped is never collected. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {walkPaths} from '../../analysis/reading/paths.ts'
import {isTestFile, languageVersionAt, runsOnce, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {BlockStmt, Ident} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'

/** Go 1.23 collects tickers and timers that nothing refers to (time/sleep.go, asynctimerchan=0). */
const collectedFrom = 23

export default defineRule({
  id: 'ticker-not-stopped',
  title: 'A ticker or timer is never stopped',
  severity: 'info',
  confidence: 0.9,
  preset: 'default',
  since: '0.1',
  go: {max: '1.23'},
  sources: ['https://go.dev/doc/go1.23#timer-changes'],
  messages: {
    kept: {
      what: '{name} is not stopped before the function returns',
      why: 'below Go 1.23 the runtime keeps a running ticker, and a timer until it fires, though nothing refers to it any more',
      next: 'Defer {name}.Stop().',
    },
  },

  run(pass) {
    for (const assign of pass.nodes('AssignStmt')) {
      const [name, call] = [assign.lhs[0], assign.rhs[0]]
      const version = languageVersionAt(pass, assign)
      if (version === undefined || version >= collectedFrom || isTestFile(pass, assign) || runsOnce(pass, assign)) continue
      if (assign.tok !== ':=' || assign.lhs.length !== 1 || name?.kind !== 'Ident' || call?.kind !== 'CallExpr') continue
      const callee = pass.calleeName(call)
      const object = variableOf(pass, name)
      const body = pass.enclosingFunction(assign)?.body
      if ((callee !== 'time.NewTicker' && callee !== 'time.NewTimer') || object === undefined || body === undefined) continue
      if (onlyWaitedFor(pass, object, name, body) && returns(pass, body)) pass.report(assign, 'kept', {data: {name: name.name}})
    }
  },
})

/** Every mention is `t.C` or `t.Reset`; anything else may stop it or hand it on. */
function onlyWaitedFor(pass: Pass<'kept'>, object: GoObject, declared: Ident, body: BlockStmt): boolean {
  let only = true
  walk(body, at => {
    if (at.kind !== 'Ident' || at === declared || variableOf(pass, at) !== object) return
    const parent = pass.parent(at)
    if (
      parent?.kind !== 'SelectorExpr' ||
      (parent.sel.name !== 'C' && parent.sel.name !== 'Reset') ||
      pass.enclosingFunction(at)?.body !== body
    )
      only = false
  })
  return only
}

/** Whether the function can return at all: a loop for ever needs no Stop. */
const returns = (pass: Pass<'kept'>, body: BlockStmt) =>
  (walkPaths(pass, body, {start: 1, join: () => 1, same: () => true, step: () => 1}) ?? []).length > 0
