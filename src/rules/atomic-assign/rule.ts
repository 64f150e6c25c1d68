// atomic-assign: the result of an atomic Add assigned to the variable it added to. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {termKey, unparen} from '../../analysis/reading/terms.ts'

export default defineRule({
  id: 'atomic-assign',
  title: 'The result of an atomic Add assigned to the same variable',
  severity: 'error',
  confidence: 0.98,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync/atomic', 'https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/atomic'],
  messages: {
    plain: {
      what: '{variable} is assigned the result of {function} on itself',
      why: 'the addition is atomic and the assignment is not: it overwrites what other goroutines added in between',
      next: 'Drop the assignment.',
    },
  },

  run(pass) {
    for (const assign of pass.nodes('AssignStmt')) {
      if (assign.tok !== '=' || assign.lhs.length !== assign.rhs.length) continue
      for (const [i, right] of assign.rhs.entries()) {
        const call = unparen(right)
        const left = assign.lhs[i]
        if (left === undefined || call.kind !== 'CallExpr') continue
        const callee = pass.calleeName(call)
        const target = call.args[0] === undefined ? undefined : unparen(call.args[0])
        if (callee === undefined || !/^sync\/atomic\.Add/.test(callee) || target === undefined) continue
        const key = termKey(pass, left)
        const same =
          target.kind === 'UnaryExpr' && target.op === '&'
            ? termKey(pass, target.x)
            : left.kind === 'StarExpr'
              ? termKey(pass, target)
              : undefined
        if (key === undefined || key !== same) continue
        const removable = assign.lhs.length === 1
        pass.report(assign, 'plain', {
          data: {variable: pass.text(left), function: callee.replace('sync/', '')},
          fixes: removable
            ? [
                {
                  kind: 'safe',
                  title: 'Drop the assignment',
                  edits: [{file: pass.fileOf(assign).path, start: assign.pos, end: right.pos, text: ''}],
                },
              ]
            : [],
        })
      }
    }
  },
})
