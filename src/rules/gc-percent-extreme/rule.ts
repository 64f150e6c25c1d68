// gc-percent-extreme: GOGC set by hand to a value that trades much CPU for little memory, or to off without a memory limit. See rule.md.
import {defineModuleRule} from '../../analysis/engine/rule.ts'
import type {FactPlace, Pass} from '../../analysis/engine/pass.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'
import {smallIntVal} from '../../go/types/constant/constant.ts'

/** Below this, the collector's share of CPU rises steeply (docs of the pacer model; the default is 100). */
const percentMin = 25

interface Facts {
  readonly calls: readonly {readonly place: FactPlace; readonly text: string; readonly percent: number}[]
  readonly setsMemoryLimit: boolean
}

export default defineModuleRule<'low' | 'off', Facts>({
  id: 'gc-percent-extreme',
  title: 'GOGC set to an extreme by hand',
  severity: 'info',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://go.dev/doc/gc-guide#GOGC', 'https://pkg.go.dev/runtime/debug#SetGCPercent'],
  messages: {
    low: {
      what: '{call} makes the collector run each time the heap has grown by {percent} %',
      why: 'a lower GOGC lowers the peak of the heap and costs CPU in proportion; it neither causes nor cures a heap that grows',
      next: 'Leave GOGC at 100 and set GOMEMLIMIT where memory is bounded.',
    },
    off: {
      what: '{call} turns the collector off and nothing in the module sets a memory limit',
      why: 'without a limit the heap grows until the operating system ends the program, unless GOMEMLIMIT is set in its environment',
      next: 'Set a limit with debug.SetMemoryLimit or GOMEMLIMIT, or leave GOGC on.',
    },
  },

  collect(pass) {
    const calls: {place: FactPlace; text: string; percent: number}[] = []
    let setsMemoryLimit = false
    for (const call of pass.nodes('CallExpr')) {
      if (pass.callsFunction(call, 'runtime/debug.SetMemoryLimit') === 'yes') setsMemoryLimit = true
      if (pass.callsFunction(call, 'runtime/debug.SetGCPercent') !== 'yes' || pass.fileOf(call).path.endsWith('_test.go')) continue
      const percent = constantArgument(pass, call)
      if (percent !== undefined && percent < percentMin && !isRestored(pass, call))
        calls.push({place: pass.place(call), text: pass.text(call), percent})
    }
    return calls.length === 0 && !setsMemoryLimit ? undefined : {calls, setsMemoryLimit}
  },

  conclude(pass, facts) {
    const limited = facts.some(({fact}) => fact.setsMemoryLimit)
    for (const {fact} of facts) {
      for (const {place, text, percent} of fact.calls) {
        if (percent >= 0) pass.report(place, 'low', {data: {call: text, percent: String(percent)}})
        else if (!limited) pass.report(place, 'off', {data: {call: text}})
      }
    }
  },
})

function constantArgument(pass: Pass<never>, call: CallExpr): number | undefined {
  const argument = call.args[0]
  const constant = argument === undefined ? undefined : pass.constantOf(argument)
  return constant === undefined ? undefined : smallIntVal(constant)
}

/** `defer debug.SetGCPercent(debug.SetGCPercent(-1))` and `old := debug.SetGCPercent(-1)` keep the old value to put it back. */
function isRestored(pass: Pass<never>, call: CallExpr): boolean {
  return pass.parent(call)?.kind !== 'ExprStmt'
}
