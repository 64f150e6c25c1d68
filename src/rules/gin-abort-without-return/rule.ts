// gin-abort-without-return: the handler goes on after it has answered with an abort. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {callsGin} from '../../analysis/reading/gin.ts'
import {callsNow, walkPaths} from '../../analysis/reading/paths.ts'
import {functionBodies, isTestFile, receiverText, callsIn} from '../../analysis/reading/terms.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'

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
    for (const {body} of functionBodies(pass)) {
      if (isTestFile(pass, body)) continue
      const calls = callsIn(pass, body)
      if (!calls.some(call => callsGin(pass, call, 'Abort', ...answers)) || calls.some(call => callsGin(pass, call, 'IsAborted'))) continue
      const found = new Map<CallExpr, CallExpr>()
      walkPaths<ReadonlyMap<string, CallExpr>>(pass, body, {
        start: new Map(),
        join: (a, b) => new Map([...b, ...a]),
        same: (a, b) => a.size === b.size,
        step(at, before) {
          const state = new Map(before)
          for (const call of callsNow(at)) {
            const key = receiverText(pass, call)
            const abort = state.get(key)
            const answered = abort !== undefined && callsGin(pass, abort, ...answers)
            if (abort !== undefined && (callsGin(pass, call, 'Next') || (answered && callsGin(pass, call, ...writes))))
              found.set(call, abort)
            if (callsGin(pass, call, 'Abort', ...answers) && !state.has(key)) state.set(key, call)
          }
          return state
        },
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
