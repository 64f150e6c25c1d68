// recover-fatal-map-error: recover is expected to catch what ends the program. See rule.md.
import type {AnyPass} from '../../analysis/cgo/c-member.ts'
import {localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {BasicLit, Expr, Node} from '../../go/syntax/ast.ts'

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
      if (comparedWith(pass, literal).some(other => isRecovered(pass, other, 0)))
        pass.report(literal, 'fatal', {data: {text: literal.value}})
    }
  },
})

const depthMax = 4

/** What a text is compared with: the other side, the tag of its switch, the other arguments of a call of strings, bytes or regexp. */
function comparedWith(pass: AnyPass, literal: BasicLit): readonly Expr[] {
  for (const at of pass.ancestors(literal)) {
    if (at.kind === 'BinaryExpr') return [at.x, at.y]
    if (at.kind === 'CallExpr' && /^(?:strings|bytes|regexp)\./.test(pass.calleeName(at) ?? '')) return at.args
    if (at.kind !== 'CaseClause') continue
    const body = pass.parent(at)
    const around = body === undefined ? undefined : pass.parent(body)
    return around?.kind === 'SwitchStmt' && around.tag !== undefined ? [around.tag] : []
  }
  return []
}

/** Whether the value comes from `recover()`: through conversions, methods, printing and local variables. */
function isRecovered(pass: AnyPass, expr: Node, depth: number): boolean {
  if (depth > depthMax) return false
  if (pass.within(expr, 'CallExpr').some(call => pass.calleeName(call) === 'builtin recover')) return true
  return pass.within(expr, 'Ident').some(ident => {
    const object = localOf(pass, ident)
    return (
      object !== undefined && mentions(pass, object).some(mention => given(pass, mention).some(one => isRecovered(pass, one, depth + 1)))
    )
  })
}

/** What an assignment gives the variable, `err, ok := r.(error)` included. */
function given(pass: AnyPass, mention: Expr): readonly Expr[] {
  const parent = pass.parent(mention)
  if (parent?.kind !== 'AssignStmt' && parent?.kind !== 'ValueSpec') return []
  const names: readonly Expr[] = parent.kind === 'AssignStmt' ? parent.lhs : parent.names
  const values = parent.kind === 'AssignStmt' ? parent.rhs : parent.values
  const index = names.indexOf(mention)
  const value = index < 0 ? undefined : (values[index] ?? values[0])
  return value === undefined ? [] : [value]
}
