// http-request-without-context: a request, command or query that cannot be cancelled where a context is at hand. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {parameterAround} from '../../analysis/reading/goroutines.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {isTestFile, some, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'

/** Functions with a twin that takes a context, by the twin. */
const twins: Readonly<Record<string, string | undefined>> = {
  'net/http.Get': 'http.NewRequestWithContext',
  'net/http.Head': 'http.NewRequestWithContext',
  'net/http.Post': 'http.NewRequestWithContext',
  'net/http.PostForm': 'http.NewRequestWithContext',
  'net/http.NewRequest': 'http.NewRequestWithContext',
  '(*net/http.Client).Get': 'http.NewRequestWithContext',
  '(*net/http.Client).Post': 'http.NewRequestWithContext',
  'os/exec.Command': 'exec.CommandContext',
  'net.Dial': 'net.Dialer.DialContext',
  ...Object.fromEntries(
    ['DB', 'Tx', 'Stmt'].flatMap(type =>
      ['Exec', 'Query', 'QueryRow', 'Prepare'].map(name => [`(*database/sql.${type}).${name}`, `${name}Context`]),
    ),
  ),
}

export default defineRule({
  id: 'http-request-without-context',
  title: 'A call without the context that is at hand',
  severity: 'info',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http#NewRequestWithContext', 'https://pkg.go.dev/os/exec#CommandContext'],
  messages: {
    plain: {
      what: '{call} runs without {context}, which is at hand',
      why: 'it goes on when the caller has given up: a deadline or a cancellation does not reach it',
      next: 'Use {twin}.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const twin = twins[pass.calleeName(call) ?? '']
      if (twin === undefined || isTestFile(pass, call)) continue
      const around = parameterAround(pass, call, 'context.Context', 'github.com/gin-gonic/gin.Context')
      if (around === undefined || (pass.parent(call)?.kind === 'SelectorExpr' && /WithContext$/.test(pass.text(pass.parent(call)!))))
        continue
      if (getsContext(pass, call, around) || isReturned(pass, call) || (twin === 'exec.CommandContext' && outlives(pass, call))) continue
      pass.report(call, 'plain', {data: {call: pass.text(call.fun), context: around.name, twin}})
    }
  },
})

/**
 * `req, err := http.NewRequest(…)` and, in the same function, `r.WithContext(ctx)` or `do(ctx, req)`; or `cmd.ctx = ctx`, as CommandContext itself does.
 */
function getsContext(pass: Pass<'plain'>, call: CallExpr, context: GoObject): boolean {
  const parent = pass.parent(call)
  const name = parent?.kind === 'AssignStmt' && parent.rhs[0] === call ? parent.lhs[0] : undefined
  const body = pass.enclosingFunction(call)?.body
  const object = name === undefined ? undefined : variableOf(pass, name)
  if (object === undefined || body === undefined) return false
  return some(body, at => {
    if (at.kind === 'SelectorExpr') return at.sel.name === 'WithContext' || (at.sel.name === 'ctx' && variableOf(pass, at.x) === object)
    const given = at.kind === 'CallExpr' ? at.args.map(arg => variableOf(pass, arg)) : []
    return given.includes(object) && given.some(one => one === context)
  })
}

/** A request that the function makes for its caller, who may give it the context. */
function isReturned(pass: Pass<'plain'>, call: CallExpr): boolean {
  if (pass.calleeName(call) !== 'net/http.NewRequest') return false
  const parent = pass.parent(call)
  const name = parent?.kind === 'AssignStmt' && parent.rhs[0] === call ? parent.lhs[0] : undefined
  const object = name === undefined ? undefined : variableOf(pass, name)
  const body = pass.enclosingFunction(call)?.body
  if (parent?.kind === 'ReturnStmt' || object?.varKind === 'result') return true
  return (
    body !== undefined &&
    object !== undefined &&
    pass.within(body, 'ReturnStmt').some(({results}) => results.some(result => variableOf(pass, result) === object))
  )
}

/** A command that somebody else starts, that is started and not waited for, or that gets a process group of its own: it is to outlive the call. */
function outlives(pass: Pass<'plain'>, call: CallExpr): boolean {
  const parent = pass.parent(call)
  if (parent?.kind === 'ReturnStmt') return true
  if (parent?.kind === 'SelectorExpr' && parent.sel.name === 'Start') return true
  const body = pass.enclosingFunction(call)?.body
  const name = parent?.kind === 'AssignStmt' && parent.rhs[0] === call ? parent.lhs[0] : undefined
  const object = name === undefined ? undefined : variableOf(pass, name)
  if (object === undefined || body === undefined) return false
  const asked = new Set<string>()
  const handedOn = some(body, at => {
    if (at.kind === 'SelectorExpr' && variableOf(pass, at.x) === object) asked.add(at.sel.name)
    if (at.kind === 'KeyValueExpr' && at.key.kind === 'Ident' && /^Set(?:pgid|sid)$/.test(at.key.name)) return true
    return at.kind === 'ReturnStmt' && at.results.some(result => variableOf(pass, result) === object)
  })
  return handedOn || (asked.has('Start') && !['Wait', 'Run', 'Output', 'CombinedOutput'].some(method => asked.has(method)))
}
