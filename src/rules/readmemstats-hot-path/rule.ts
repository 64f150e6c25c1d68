// readmemstats-hot-path: runtime.ReadMemStats where it runs often. See rule.md.
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {isNamed, pointee} from '../../analysis/reading/named.ts'
import {callsIn, isTestFile, loopAround} from '../../analysis/reading/terms.ts'
import type {CallExpr, Node} from '../../go/syntax/ast.ts'
import {smallIntVal} from '../../go/types/constant/constant.ts'

/** Seconds between two calls from which a stop of the world is lost in the noise. */
const periodSecondsMin = 10

export default defineRule({
  id: 'readmemstats-hot-path',
  title: 'ReadMemStats where it runs often',
  severity: 'info',
  confidence: 0.9,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#ReadMemStats', 'https://pkg.go.dev/runtime/metrics'],
  messages: {
    handler: {
      what: 'runtime.ReadMemStats runs in the handling of a request',
      why: 'it stops all goroutines while it reads',
      next: 'Read runtime/metrics, which stops nothing, or read once in a while and keep the result.',
    },
    loop: {
      what: 'runtime.ReadMemStats runs in a loop, with less than {seconds} s between two calls',
      why: 'it stops all goroutines while it reads',
      next: 'Read runtime/metrics, which stops nothing, or read less often.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      if (!must(pass.callsFunction(call, 'runtime.ReadMemStats')) || isTestFile(pass, call)) continue
      const loop = loopAround(pass, call)
      if (handlesRequest(pass, call)) pass.report(call, 'handler')
      else if (loop !== undefined && isFast(pass, loop)) pass.report(call, 'loop', {data: {seconds: String(periodSecondsMin)}})
    }
  },
})

type StatsPass = Pass<'handler' | 'loop'>

/** A function around it takes an http.ResponseWriter or a *gin.Context. */
function handlesRequest(pass: StatsPass, call: CallExpr): boolean {
  for (const at of pass.ancestors(call)) {
    if (at.kind !== 'FuncDecl' && at.kind !== 'FuncLit') continue
    for (const field of at.type.params.list) {
      const type = field.type === undefined ? undefined : pass.typeOf(field.type)
      if (isNamed(type, 'net/http.ResponseWriter') || isNamed(pointee(type), 'github.com/gin-gonic/gin.Context')) return true
    }
  }
  return false
}

/** A constant period is given in the function and it is short; or the loop waits for nothing at all. */
function isFast(pass: StatsPass, loop: Node): boolean {
  const around = pass.enclosingFunction(loop)
  const periods = callsIn(pass, around ?? loop, true).flatMap(call => {
    const callee = pass.calleeName(call)
    if (callee === undefined || !/^time\.(?:Sleep|After|NewTicker|NewTimer|Tick)$/.test(callee)) return []
    const value = call.args[0] === undefined ? undefined : pass.constantOf(call.args[0])
    const ns = value === undefined ? undefined : smallIntVal(value)
    return [ns === undefined ? undefined : ns / 1e9]
  })
  return periods.length > 0 && periods.every(period => period !== undefined && period < periodSecondsMin)
}
