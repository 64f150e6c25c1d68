// automaxprocs-redundant: go.uber.org/automaxprocs where the runtime itself follows the CPU limit. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {covers} from '../../analysis/reading/terms.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'

const setter = 'go.uber.org/automaxprocs/maxprocs.Set'

/** Inside of a branch: a flag of the program may ask for it. */
function isOptional(pass: Pass<'imported' | 'called'>, call: CallExpr): boolean {
  for (const at of pass.ancestors(call)) {
    if (at.kind === 'FuncDecl' || at.kind === 'FuncLit') return false
    if (at.kind === 'CaseClause' || (at.kind === 'IfStmt' && (covers(at.body, call) || (at.else !== undefined && covers(at.else, call)))))
      return true
  }
  return false
}

/** The first result, a function that sets the old number again, goes somewhere. */
function keepsUndo(pass: Pass<'imported' | 'called'>, call: CallExpr): boolean {
  const parent = pass.parent(call)
  const first = parent?.kind === 'AssignStmt' ? parent.lhs[0] : undefined
  return parent?.kind !== 'ExprStmt' && !(first?.kind === 'Ident' && first.name === '_')
}

export default defineRule({
  id: 'automaxprocs-redundant',
  title: 'automaxprocs with Go 1.25 or later',
  severity: 'info',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  go: {min: '1.25', by: 'containermaxprocs'}, // from then on the default follows the cgroup's CPU limit (runtime/cgroup_linux.go)
  sources: ['https://go.dev/doc/go1.25#container-aware-gomaxprocs', 'https://pkg.go.dev/go.uber.org/automaxprocs'],
  messages: {
    imported: {
      what: 'importing automaxprocs sets GOMAXPROCS from the CPU quota, which the runtime does by itself since Go 1.25',
      why: 'a value set by hand ends the updates when the CPU limit changes; the two differ: automaxprocs rounds the limit down, to at least 1, the runtime up, to at least 2',
      next: 'Remove the import, unless the lower number is wanted.',
    },
    called: {
      what: '{call} sets GOMAXPROCS from the CPU quota{when}, which the runtime does by itself since Go 1.25',
      why: 'a value set by hand ends the updates when the CPU limit changes; the two differ: automaxprocs rounds the limit down, to at least 1, the runtime up, to at least 2',
      next: 'Remove the call{undo}, and the import, unless the lower number is wanted.',
    },
  },

  run(pass) {
    for (const spec of pass.nodes('ImportSpec')) {
      if (!/^["`]go\.uber\.org\/automaxprocs(?:\/maxprocs)?["`]$/.test(spec.path.value)) continue
      const calls = pass.within(pass.fileOf(spec).state.tree, 'CallExpr').filter(call => pass.calleeName(call) === setter)
      for (const call of calls)
        pass.report(call, 'called', {
          data: {
            call: pass.text(call.fun),
            when: isOptional(pass, call) ? ', on a condition' : '',
            undo: keepsUndo(pass, call) ? ' with what undoes it' : '',
          },
          related: [{node: spec, label: 'imported here'}],
        })
      if (calls.length === 0) pass.report(spec, 'imported')
    }
  },
})
