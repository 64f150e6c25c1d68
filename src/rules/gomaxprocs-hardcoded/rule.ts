// gomaxprocs-hardcoded: GOMAXPROCS set by the program to a number or to the machine's processors. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {must} from '../../base/answer.ts'
import {isTestFile, languageVersionAt, unparen} from '../../analysis/reading/terms.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'
import {smallIntVal} from '../../go/types/constant/constant.ts'

/** Go 1.25: the default follows the cgroup's CPU limit and is kept up to date (runtime/cgroup_linux.go, runtime/debug.go). */
const cgroupAwareFrom = 25

export default defineRule({
  id: 'gomaxprocs-hardcoded',
  title: 'GOMAXPROCS is set by hand',
  severity: 'warning',
  confidence: 0.9,
  preset: 'strict',
  since: '0.1',
  sources: ['https://go.dev/doc/go1.25#container-aware-gomaxprocs', 'https://pkg.go.dev/runtime#GOMAXPROCS'],
  messages: {
    fixed: {
      what: '{call} sets a fixed number of processors',
      why: 'it does not follow the machine or the container, and from Go 1.25 any value set by hand switches off the updates when the CPU limit changes',
      next: 'Leave it out, or take the number from the environment variable GOMAXPROCS.',
    },
    count: {
      what: '{call} overrides the default with the number of processors of the machine',
      why: 'the default is lower where the container has a CPU limit, and follows it when it changes; more threads than the limit allows get throttled',
      next: 'Leave the call out; runtime.SetDefaultGOMAXPROCS goes back to the default.',
    },
    needless: {
      what: '{call} sets what is the default',
      why: 'the default has been the number of processors since Go 1.5; from Go 1.25 this call would override the CPU limit of the container',
      next: 'Leave the call out.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      if (!must(pass.callsFunction(call, 'runtime.GOMAXPROCS')) || isTestFile(pass, call) || isChosen(pass, call)) continue
      const message = messageFor(pass, call)
      if (message !== undefined) pass.report(call, message, {data: {call: pass.text(call)}})
    }
  },
})

function messageFor(pass: Pass<'fixed' | 'count' | 'needless'>, call: CallExpr): 'fixed' | 'count' | 'needless' | undefined {
  const argument = call.args[0] === undefined ? undefined : unparen(call.args[0])
  if (argument?.kind === 'CallExpr' && must(pass.callsFunction(argument, 'runtime.NumCPU')))
    return (languageVersionAt(pass, call) ?? 0) >= cgroupAwareFrom ? 'count' : 'needless'
  const constant = argument === undefined ? undefined : pass.constantOf(argument)
  const value = constant === undefined ? undefined : smallIntVal(constant)
  return value !== undefined && value > 1 ? 'fixed' : undefined
}

/** Under a condition (an environment variable, a flag), or the old value is kept to be put back. */
function isChosen(pass: Pass<'fixed' | 'count' | 'needless'>, call: CallExpr): boolean {
  if (pass.parent(call)?.kind !== 'ExprStmt') return true
  for (const at of pass.ancestors(call)) {
    if (at.kind === 'FuncDecl' || at.kind === 'FuncLit') return false
    if (at.kind === 'IfStmt' || at.kind === 'CaseClause') return true
  }
  return false
}
