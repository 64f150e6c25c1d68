// gin-abort-without-return: the handler goes on after it has answered with an abort. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {callsGin} from '../../analysis/reading/gin.ts'
import {type EvaluatedCall, followPaths} from '../../analysis/reading/paths.ts'
import {functionBodies, isTestFile, receiverText, callsIn} from '../../analysis/reading/terms.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'

/** The first abort by the context it was called on. */
type Aborted = ReadonlyMap<string, CallExpr>

const answers = ['AbortWithStatus', 'AbortWithStatusJSON', 'AbortWithStatusPureJSON', 'AbortWithError']
const writes = ['JSON', 'IndentedJSON', 'String', 'HTML', 'Data', 'Redirect', 'File', 'XML', 'YAML', 'PureJSON', ...answers]

export default defineRule({
  id: 'gin-abort-without-return',
  title: 'The handler goes on after an abort',
  severity: 'warning',
  confidence: 0.88,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/github.com/gin-gonic/gin#Context.Abort'],
  messages: {
    goesOn: {
      what: '{call} still runs after {abort}',
      why: 'Abort keeps the handlers behind this one from running; it does not end this one',
      next: 'Return after the abort.',
    },
  },

  run(pass) {
    for (const {node, body} of functionBodies(pass)) {
      if (isTestFile(pass, body)) continue
      const calls = callsIn(pass, body)
      if (!calls.some(call => callsGin(pass, call, 'Abort', ...answers)) || calls.some(call => callsGin(pass, call, 'IsAborted'))) continue
      const found = new Map<CallExpr, CallExpr>()
      const follow = (before: Aborted, evaluated: readonly EvaluatedCall[], report: (call: CallExpr, abort: CallExpr) => void): Aborted => {
        const state = new Map(before)
        for (const {call, when} of evaluated) {
          if (when !== 'now') continue
          const key = receiverText(pass, call)
          const abort = state.get(key)
          const answered = abort !== undefined && callsGin(pass, abort, ...answers)
          if (abort !== undefined && (callsGin(pass, call, 'Next') || (answered && callsGin(pass, call, ...writes)))) report(call, abort)
          if (callsGin(pass, call, 'Abort', ...answers) && !state.has(key)) state.set(key, call)
        }
        return state
      }
      const paths = followPaths<Aborted>(pass, node, {
        start: new Map(),
        join: (a, b) => new Map([...b, ...a]),
        same: (a, b) => a.size === b.size,
        step: (_, before, evaluated) => (evaluated.length === 0 ? before : follow(before, evaluated, () => {})),
      })
      paths?.each((_, before, evaluated) => {
        follow(before, evaluated, (call, abort) => found.set(call, abort))
      })
      for (const [call, abort] of found)
        if (call !== abort)
          pass.report(call, 'goesOn', {
            data: {call: pass.text(call.fun), abort: pass.text(abort.fun)},
            related: [{node: abort, label: 'aborted here'}],
          })
    }
  },
})
