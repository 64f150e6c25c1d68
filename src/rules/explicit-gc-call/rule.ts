// explicit-gc-call: a garbage collection forced by the program. See rule.md.
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {isTestFile, some} from '../../analysis/reading/terms.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'explicit-gc-call',
  title: 'A garbage collection is forced',
  severity: 'info',
  confidence: 0.95,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#GC', 'https://pkg.go.dev/runtime/debug#FreeOSMemory'],
  messages: {
    forced: {
      what: '{call} runs a whole garbage collection and waits for it',
      why: 'the caller stops until it is done, and the collector uses processors of the rest of the program; what is unreachable goes at the next cycle anyway',
      next: 'Leave it to the collector; bound memory with GOMEMLIMIT.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr'))
      if (
        !isTestFile(pass, call) &&
        !/^(?:runtime|testing)$/.test(pass.packagePath) &&
        !beforeMeasuring(pass, call) &&
        (must(pass.callsFunction(call, 'runtime.GC')) || must(pass.callsFunction(call, 'runtime/debug.FreeOSMemory')))
      )
        pass.report(call, 'forced', {data: {call: pass.text(call)}})
  },
})

/** A heap profile or memory statistics are up to date after a collection: runtime/pprof's own documentation does it. */
function beforeMeasuring(pass: Pass<'forced'>, call: CallExpr): boolean {
  const body = pass.enclosingFunction(call)?.body
  const measures = /^(?:WriteHeapProfile|WriteTo|WriteProfileTo|ReadMemStats)$/
  return body !== undefined && some(body, at => at.kind === 'SelectorExpr' && at.pos > call.end && measures.test(at.sel.name))
}
