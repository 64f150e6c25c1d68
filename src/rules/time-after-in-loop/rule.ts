// time-after-in-loop: each round leaves a timer behind until it fires, before Go 1.23. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {must} from '../../base/answer.ts'
import {isTestFile, loopAround} from '../../analysis/reading/terms.ts'

export default defineRule({
  id: 'time-after-in-loop',
  title: 'time.After in a loop around select',
  severity: 'info',
  confidence: 0.9,
  preset: 'default',
  since: '0.1',
  go: {max: '1.23', by: 'asynctimerchan'}, // from then on timers that nothing refers to are collected (time/sleep.go)
  sources: ['https://go.dev/doc/go1.23#timer-changes', 'https://pkg.go.dev/time#After'],
  messages: {
    piles: {
      what: '{call} makes a timer in each round of the loop, and when another case is taken it stays until it fires',
      why: 'in a program whose main module has a go line below 1.23, or GODEBUG asynctimerchan=1, the runtime keeps a timer until then: a busy loop holds one for each round of the last period',
      next: 'Make one timer before the loop and reset it, or raise the go line of the main module to 1.23.',
    },
  },

  run(pass) {
    for (const clause of pass.nodes('CommClause')) {
      const {comm} = clause
      if (comm === undefined || isTestFile(pass, clause)) continue
      const received = comm.kind === 'ExprStmt' ? comm.x : comm.kind === 'AssignStmt' ? comm.rhs[0] : undefined
      if (received?.kind !== 'UnaryExpr' || received.op !== '<-' || received.x.kind !== 'CallExpr') continue
      const body = pass.parent(clause)
      const others = body?.kind === 'BlockStmt' && body.list.length > 1
      if (others && must(pass.callsFunction(received.x, 'time.After')) && loopAround(pass, clause) !== undefined)
        pass.report(received.x, 'piles', {data: {call: pass.text(received.x)}})
    }
  },
})
