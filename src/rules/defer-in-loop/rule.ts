// defer-in-loop: deferred calls pile up until the function returns. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {isTestFile, loopAround} from '../../analysis/reading/terms.ts'
import type {DeferStmt} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'defer-in-loop',
  title: 'defer inside a loop',
  severity: 'warning',
  confidence: 0.75,
  preset: 'strict',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Defer_statements'],
  messages: {
    piles: {
      what: '{call} is deferred in each round of the loop and runs only when the function returns',
      why: 'what it would release is kept until then, once for each round',
      next: 'Move the body of the loop into a function of its own, or release at the end of the round.',
    },
  },

  run(pass) {
    for (const defer of pass.nodes('DeferStmt')) {
      if (isTestFile(pass, defer)) continue
      const loop = loopAround(pass, defer)
      if (loop === undefined || leavesAfterwards(pass, defer)) continue
      pass.report(defer, 'piles', {data: {call: named(pass, defer)}, related: [{node: loop, label: 'the loop'}]})
    }
  },
})

const named = (pass: Pass<'piles'>, {call}: DeferStmt) => (call.fun.kind === 'FuncLit' ? 'the function literal' : pass.text(call))

/** The block it stands in, or one between it and the loop, ends the loop or the function: the defer runs once. */
function leavesAfterwards(pass: Pass<'piles'>, defer: DeferStmt): boolean {
  for (const at of pass.ancestors(defer)) {
    if (at.kind === 'ForStmt' || at.kind === 'RangeStmt') return false
    const list = at.kind === 'BlockStmt' ? at.list : at.kind === 'CaseClause' || at.kind === 'CommClause' ? at.body : []
    const last = list.at(-1)
    if (last?.kind === 'ReturnStmt') return true
    if (last?.kind === 'BranchStmt' && (last.tok === 'goto' || (last.tok === 'break' && at.kind === 'BlockStmt'))) return true
  }
  return false
}
