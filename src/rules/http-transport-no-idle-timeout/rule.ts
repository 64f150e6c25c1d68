// http-transport-no-idle-timeout: idle connections are kept without limit of time. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {namedPath, pointee} from '../../analysis/reading/named.ts'
import {callsIn, isTestFile} from '../../analysis/reading/terms.ts'
import {exactString} from '../../go/types/constant/constant.ts'
import type {BlockStmt, CompositeLit, Expr} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'http-transport-no-idle-timeout',
  title: 'An http.Transport keeps idle connections for ever',
  severity: 'info',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http#Transport'],
  messages: {
    kept: {
      what: 'the Transport has no IdleConnTimeout',
      why: 'zero means no limit: idle connections, with their goroutines, stay until the other side closes them; http.DefaultTransport closes them after 90 s',
      next: 'Set IdleConnTimeout, or start from http.DefaultTransport.(*http.Transport).Clone(); for a Transport of one request set DisableKeepAlives.',
    },
  },

  run(pass) {
    const assigned = [...pass.nodes('AssignStmt')].some(({lhs}) =>
      lhs.some(left => left.kind === 'SelectorExpr' && /^(?:IdleConnTimeout|DisableKeepAlives)$/.test(left.sel.name)),
    )
    if (assigned) return
    for (const literal of pass.nodes('CompositeLit')) {
      if (namedPath(pass.typeOf(literal)) !== 'net/http.Transport' || isTestFile(pass, literal) || closesIdle(pass, literal)) continue
      if (!literal.elts.some(elt => elt.kind === 'KeyValueExpr' && elt.key.kind === 'Ident' && limits(pass, elt.key.name, elt.value)))
        pass.report(literal, 'kept')
    }
  },
})

/** Whether the field ends idle connections, or keeps none (net/http/transport.go, tryPutIdleConn); a value that is not known may. */
function limits(pass: Pass<'kept'>, field: string, value: Expr): boolean {
  const constant = pass.constantOf(value)
  if (field === 'DisableKeepAlives') return constant === undefined || exactString(constant) !== 'false'
  if (field === 'MaxIdleConnsPerHost') return constant !== undefined && exactString(constant).startsWith('-')
  return field === 'IdleConnTimeout' && (constant === undefined || exactString(constant) !== '0')
}

/** The function around closes idle connections itself, or its request closes its connection (`req.Close = true`). */
function closesIdle(pass: Pass<'kept'>, literal: CompositeLit): boolean {
  const body = pass.enclosingFunction(literal)?.body
  return (
    body !== undefined &&
    (closesRequest(pass, body) ||
      callsIn(pass, body, true).some(call => call.fun.kind === 'SelectorExpr' && call.fun.sel.name === 'CloseIdleConnections'))
  )
}

const closesRequest = (pass: Pass<'kept'>, body: BlockStmt): boolean =>
  pass
    .within(body, 'AssignStmt')
    .some(({lhs}) =>
      lhs.some(
        left => left.kind === 'SelectorExpr' && left.sel.name === 'Close' && namedPath(pointee(pass.typeOf(left.x))) === 'net/http.Request',
      ),
    )
