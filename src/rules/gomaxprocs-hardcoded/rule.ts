// gomaxprocs-hardcoded: GOMAXPROCS set by the program to a number or to the machine's processors. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {programVersion} from '../../analysis/engine/program-version.ts'
import {must} from '../../base/answer.ts'
import {isTestFile, unparen} from '../../analysis/reading/terms.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'
import {smallIntVal} from '../../go/types/constant/constant.ts'

/** The default follows the cgroup's CPU limit and is kept up to date (runtime/cgroup_linux.go, runtime/debug.go), unless GODEBUG says otherwise. */
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
      why: 'it does not follow the machine or the CPU limit of the container, as the default does, and a value set by hand ends the updates of the default when the limit changes',
      next: 'Leave it out, or take the number from the environment variable GOMAXPROCS.',
    },
    fixedBefore: {
      what: '{call} sets a fixed number of processors',
      why: 'it does not follow the machine; with a go line of the main module below 1.25 the default does, but not the CPU limit of a container, so that a number chosen for one may be meant',
      next: 'Leave the number to the environment variable GOMAXPROCS, or raise the go line to 1.25, from which on the default follows the limit too.',
    },
    count: {
      what: '{call} overrides the default with the number of processors the process may use at its start, without the CPU limit of a container',
      why: 'the default is lower where the container has a CPU limit, and follows it when it changes; more threads than the limit allows get throttled',
      next: 'Leave the call out; runtime.SetDefaultGOMAXPROCS goes back to the default.',
    },
    needless: {
      what: '{call} sets what is the default',
      why: 'with a go line of the main module below 1.25 the default is that number; the call only overrides the environment variable GOMAXPROCS, and from 1.25 on the CPU limit of the container too',
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

type Message = 'fixed' | 'fixedBefore' | 'count' | 'needless'

function messageFor(pass: Pass<Message>, call: CallExpr): Message | undefined {
  const argument = call.args[0] === undefined ? undefined : unparen(call.args[0])
  const version = programVersion(pass.package.program, 'containermaxprocs')
  const older = version !== 0 && version < cgroupAwareFrom
  if (argument?.kind === 'CallExpr' && must(pass.callsFunction(argument, 'runtime.NumCPU'))) return older ? 'needless' : 'count'
  const constant = argument === undefined ? undefined : pass.constantOf(argument)
  const value = constant === undefined ? undefined : smallIntVal(constant)
  if (value === undefined || value <= 1) return undefined
  return older ? 'fixedBefore' : 'fixed'
}

/** Under a condition (an environment variable, a flag), or the old value is kept to be put back. */
function isChosen(pass: Pass<Message>, call: CallExpr): boolean {
  if (pass.parent(call)?.kind !== 'ExprStmt') return true
  for (const at of pass.ancestors(call)) {
    if (at.kind === 'FuncDecl' || at.kind === 'FuncLit') return false
    if (at.kind === 'IfStmt' || at.kind === 'CaseClause') return true
  }
  return false
}
