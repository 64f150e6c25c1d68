// recover-fatal-map-error: recover is expected to catch what ends the program. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {some} from '../../analysis/reading/terms.ts'

const fatalText =
  /concurrent map (?:read and map write|iteration and map write|writes?)\b|^["`]concurrent map["`]$|all goroutines are asleep|unlock of unlocked/i

export default defineRule({
  id: 'recover-fatal-map-error',
  title: 'recover is expected to catch a fatal error',
  severity: 'warning',
  confidence: 0.93,
  preset: 'default',
  since: '0.1',
  sources: ['https://go.dev/blog/defer-panic-and-recover', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/panic.go'],
  messages: {
    fatal: {
      what: 'a function that recovers looks for {text}, which recover never returns',
      why: 'the runtime reports this as a fatal error: it ends the program without running deferred functions',
      next: 'Guard what is shared with a mutex, or use sync.Map; the race detector finds the places.',
    },
  },

  run(pass) {
    for (const literal of pass.nodes('BasicLit')) {
      if (literal.token !== 'STRING' || !fatalText.test(literal.value)) continue
      const around = pass.enclosingFunction(literal)
      if (around?.body === undefined) continue
      const recovers = some(around.body, at => at.kind === 'CallExpr' && pass.calleeName(at) === 'builtin recover')
      const compares = [...pass.ancestors(literal)].some(
        at =>
          at.kind === 'BinaryExpr' ||
          at.kind === 'CaseClause' ||
          (at.kind === 'CallExpr' && /^(?:strings|bytes|regexp)\./.test(pass.calleeName(at) ?? '')),
      )
      if (recovers && compares) pass.report(literal, 'fatal', {data: {text: literal.value}})
    }
  },
})
