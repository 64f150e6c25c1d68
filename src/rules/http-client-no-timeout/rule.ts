// http-client-no-timeout: requests that may wait for ever. See rule.md.
import {must} from '../../base/answer.ts'
import {localOf, mentions, onlyValue} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {parameterAround} from '../../analysis/reading/goroutines.ts'
import {namedPath} from '../../analysis/reading/named.ts'
import {isTestFile, unparen} from '../../analysis/reading/terms.ts'
import type {CallExpr, CompositeLit, Expr} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'http-client-no-timeout',
  title: 'HTTP requests without any time limit',
  severity: 'warning',
  confidence: 0.8,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http#Client'],
  messages: {
    literal: {
      what: 'the client has no Timeout, and no request of this package carries a context',
      why: 'zero means no limit: a server that accepts and never answers keeps the request, and what waits for it, for ever',
      next: 'Set Timeout, which includes reading the body, or give each request a context with a deadline. For long downloads, ResponseHeaderTimeout of the Transport limits only the wait for the answer.',
    },
    call: {
      what: '{call} uses the default client, which has no Timeout',
      why: 'the default transport limits only dialing and the TLS handshake: a server that accepts and never answers keeps the request, and what waits for it, for ever',
      next: 'Use a client with a Timeout, which includes reading the body, or a request with a context that has a deadline.',
    },
  },

  run(pass) {
    if (setsTimeout(pass)) return
    if (!usesContext(pass) && !limitsHeaders(pass)) {
      for (const literal of pass.nodes('CompositeLit')) {
        if (namedPath(pass.typeOf(literal)) !== 'net/http.Client' || isTestFile(pass, literal)) continue
        const named = literal.elts.some(elt => elt.kind === 'KeyValueExpr' && elt.key.kind === 'Ident' && elt.key.name === 'Timeout')
        const positional = literal.elts.some(elt => elt.kind !== 'KeyValueExpr')
        if (!named && !positional && !isGivenTransport(pass, literal) && !isHandedOut(pass, literal)) pass.report(literal, 'literal')
      }
    }
    for (const call of pass.nodes('CallExpr'))
      if (
        !isTestFile(pass, call) &&
        !hasContext(pass, call) &&
        ['Get', 'Head', 'Post', 'PostForm'].some(name => must(pass.callsFunction(call, `net/http.${name}`)))
      )
        pass.report(call, 'call', {data: {call: pass.text(call.fun)}})
  },
})

/** Its Transport comes from a field, a parameter or a call of another package, or is a type of one's own: it may limit the wait for the answer. */
function isGivenTransport(pass: Pass<'literal' | 'call'>, literal: CompositeLit): boolean {
  const field = literal.elts.find(elt => elt.kind === 'KeyValueExpr' && elt.key.kind === 'Ident' && elt.key.name === 'Transport')
  if (field?.kind !== 'KeyValueExpr') return false
  const value = unparen(valueOf(pass, field.value))
  const made = value.kind === 'UnaryExpr' ? unparen(value.x) : value
  if (made.kind === 'CompositeLit') return namedPath(pass.typeOf(made)) !== 'net/http.Transport'
  if (/^nil$|\bDefaultTransport$/.test(pass.text(made))) return false
  return made.kind !== 'CallExpr' || pass.calleeOf(made)?.pkg?.path !== pass.packagePath
}

/** A function of another package gets the client: it may set the Timeout, or give its requests contexts. */
function isHandedOut(pass: Pass<'literal' | 'call'>, literal: CompositeLit): boolean {
  let value: Expr = literal
  let at = pass.parent(value)
  while (at?.kind === 'ParenExpr' || (at?.kind === 'UnaryExpr' && at.op === '&')) {
    value = at
    at = pass.parent(at)
  }
  const name =
    at?.kind === 'AssignStmt' ? at.lhs[at.rhs.indexOf(value)] : at?.kind === 'ValueSpec' ? at.names[at.values.indexOf(value)] : undefined
  const variable = name === undefined ? undefined : localOf(pass, name)
  return [value, ...(variable === undefined ? [] : mentions(pass, variable))].some(given => {
    const call = pass.parent(given)
    return call?.kind === 'CallExpr' && call.args.includes(given) && isForeign(pass, call)
  })
}

function isForeign(pass: Pass<'literal' | 'call'>, call: CallExpr): boolean {
  const callee = pass.calleeOf(call)
  return callee?.kind === 'Func' && callee.pkg?.path !== pass.packagePath
}

/** What a local variable is given, once and perhaps with an error beside it. */
function valueOf(pass: Pass<'literal' | 'call'>, expr: Expr): Expr {
  const variable = localOf(pass, expr)
  if (variable === undefined) return expr
  const assigns = mentions(pass, variable).flatMap(mention => {
    const parent = pass.parent(mention)
    return parent?.kind === 'AssignStmt' && parent.lhs.includes(mention) ? [parent] : []
  })
  const [only] = assigns
  return onlyValue(pass, variable) ?? (assigns.length === 1 && only?.rhs.length === 1 ? only.rhs[0] : undefined) ?? expr
}

/** http-request-without-context says it there: the mend is the same. */
const hasContext = (pass: Pass<'literal' | 'call'>, call: CallExpr): boolean =>
  parameterAround(pass, call, 'context.Context', 'github.com/gin-gonic/gin.Context') !== undefined

/** Something in the package assigns a Timeout. */
const setsTimeout = (pass: Pass<'literal' | 'call'>) =>
  [...pass.nodes('AssignStmt')].some(({lhs}) => lhs.some(left => left.kind === 'SelectorExpr' && left.sel.name === 'Timeout'))

/** Some Transport of the package limits the wait for the answer; which client it belongs to is not followed. */
const limitsHeaders = (pass: Pass<'literal' | 'call'>) =>
  pass.nodes('Ident').some(ident => ident.name === 'ResponseHeaderTimeout' && pass.objectOf(ident)?.pkg?.path === 'net/http')

const usesContext = (pass: Pass<'literal' | 'call'>) =>
  [...pass.nodes('CallExpr')].some(
    call =>
      must(pass.callsFunction(call, 'net/http.NewRequestWithContext')) || must(pass.callsMethod(call, 'net/http.Request', 'WithContext')),
  )
