// nosplit-unbounded-loop: a function that cannot be preempted loops without a bound. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {callsIn, some, walkSameFunction} from '../../analysis/reading/terms.ts'
import {directivesOf} from '../../go/syntax/directives.ts'

export default defineRule({
  id: 'nosplit-unbounded-loop',
  title: 'A nosplit function loops without a bound',
  severity: 'info',
  confidence: 0.8,
  preset: 'all',
  since: '0.1',
  sources: ['https://github.com/golang/go/blob/go1.26.0/src/cmd/compile/internal/liveness/plive.go', 'https://go.dev/doc/go1.14#runtime'],
  messages: {
    loop: {
      what: 'the loop has no bound and calls nothing, in a function marked go:nosplit',
      why: 'all of a nosplit function is unsafe for preemption: while it loops, the collector cannot stop its processor, and once it wants to, every other goroutine waits too',
      next: 'Bound the loop, or drop go:nosplit.',
    },
  },

  run(pass) {
    for (const file of pass.package.files) {
      const marks = directivesOf(file.state.tree, file.bytes).filter(one => one.name === 'go:nosplit')
      if (marks.length === 0) continue
      for (const decl of file.state.tree.decls) {
        if (decl.kind !== 'FuncDecl' || decl.body === undefined || decl.doc === undefined) continue
        const {doc} = decl
        if (!marks.some(mark => mark.pos >= doc.pos && mark.end <= doc.end)) continue
        walkSameFunction(decl.body, at => {
          if (at.kind !== 'ForStmt' || at.post !== undefined || callsIn(pass, at.body).length > 0) return
          const counts = some(at.body, inner => inner.kind === 'IncDecStmt' || inner.kind === 'ReturnStmt' || inner.kind === 'BranchStmt')
          if (!counts && (at.cond === undefined || callsIn(pass, at.cond).length > 0 || at.body.list.length === 0)) pass.report(at, 'loop')
        })
      }
    }
  },
})
