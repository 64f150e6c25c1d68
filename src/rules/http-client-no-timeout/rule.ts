// http-client-no-timeout: requests that may wait for ever. See rule.md.
import {must} from '../../base/answer.ts'
import {localOf, mentions, onlyValue} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {parameterAround} from '../../analysis/reading/goroutines.ts'
import {namedPath} from '../../analysis/reading/named.ts'
import {isTestFile, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, CompositeLit, Expr, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'

type ClientPass = Pass<'literal' | 'call'>

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
        if (!named && !positional && !isGivenTransport(pass, literal) && sendsHere(pass, literal)) pass.report(literal, 'literal')
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
function isGivenTransport(pass: ClientPass, literal: CompositeLit): boolean {
  const field = literal.elts.find(elt => elt.kind === 'KeyValueExpr' && elt.key.kind === 'Ident' && elt.key.name === 'Transport')
  if (field?.kind !== 'KeyValueExpr') return false
  const value = unparen(valueOf(pass, field.value))
  const made = value.kind === 'UnaryExpr' ? unparen(value.x) : value
  if (made.kind === 'CompositeLit') return namedPath(pass.typeOf(made)) !== 'net/http.Transport'
  if (/^nil$|\bDefaultTransport$/.test(pass.text(made))) return false
  return made.kind !== 'CallExpr' || pass.calleeOf(made)?.pkg?.path !== pass.packagePath
}

/**
 * Whether the package itself sends requests with the client: by the variable or field that holds it, or a function of the package it is given to. One
 * that only leaves the package, returned or handed to a function of another, is used by somebody who may set the Timeout or give contexts.
 */
function sendsHere(pass: ClientPass, literal: CompositeLit): boolean {
  const seen = new Set<Var>()
  const usedAs = (given: Expr, depth: number): boolean => {
    let value: Expr = given
    let at = pass.parent(value)
    while (at?.kind === 'ParenExpr' || (at?.kind === 'UnaryExpr' && at.op === '&')) {
      value = at
      at = pass.parent(at)
    }
    switch (at?.kind) {
      case 'SelectorExpr':
        return at.x === value && sends(pass, pass.parent(at))
      case 'CallExpr':
        return !isForeign(pass, at)
      case 'AssignStmt': {
        const i = at.rhs.indexOf(value)
        return i >= 0 && holds(at.lhs[i], depth)
      }
      case 'ValueSpec':
        return holds(at.names[at.values.indexOf(value)], depth)
      case 'KeyValueExpr':
        return at.value === value && (at.key.kind === 'Ident' ? holds(at.key, depth) : true)
      case 'ReturnStmt':
        return depth <= holdersMax && callsOf(pass, at).some(call => usedAs(call, depth + 1))
      case 'BinaryExpr':
      case 'ExprStmt':
        return false
      default:
        return true
    }
  }
  const holds = (holder: Expr | undefined, depth: number): boolean => {
    const variable = variableOf(pass, holder)
    if (variable === undefined || depth > holdersMax) return true
    if (variable.pkg !== undefined && variable.pkg.path !== pass.packagePath) return true // http.DefaultClient
    if (seen.has(variable)) return false
    seen.add(variable)
    return mentions(pass, variable).some(mention => {
      if (isTestFile(pass, mention)) return false
      const parent = pass.parent(mention)
      const whole = parent?.kind === 'SelectorExpr' && parent.sel === mention ? parent : mention
      const around = pass.parent(whole)
      const isTarget =
        around?.kind === 'Field' ||
        (around?.kind === 'ValueSpec' && around.names.some(name => name === whole)) ||
        (around?.kind === 'AssignStmt' && around.lhs.includes(whole)) ||
        (around?.kind === 'KeyValueExpr' && around.key === whole)
      return !isTarget && usedAs(whole, depth + 1)
    })
  }
  return usedAs(literal, 0)
}

/** Calls, in the package, of the declared function that returns here. */
function callsOf(pass: ClientPass, at: Node): readonly CallExpr[] {
  const fn = pass.enclosingFunction(at)
  const object = fn?.kind === 'FuncDecl' ? pass.objectOf(fn.name) : undefined
  return (object === undefined ? [] : mentions(pass, object)).flatMap(mention => {
    const parent = pass.parent(mention)
    const fun = parent?.kind === 'SelectorExpr' && parent.sel === mention ? parent : mention
    const call = pass.parent(fun)
    return call?.kind === 'CallExpr' && call.fun === fun && !isTestFile(pass, call) ? [call] : []
  })
}

/** Variables that a client is followed through. */
const holdersMax = 6

const sends = (pass: ClientPass, call: Node | undefined): boolean =>
  call?.kind === 'CallExpr' && /^\(\*net\/http\.Client\)\.(?:Do|Get|Head|Post|PostForm)$/.test(pass.calleeName(call) ?? '')

function isForeign(pass: ClientPass, call: CallExpr): boolean {
  const callee = pass.calleeOf(call)
  return callee?.kind === 'Func' && callee.pkg?.path !== pass.packagePath
}

/** What a local variable is given, once and perhaps with an error beside it. */
function valueOf(pass: ClientPass, expr: Expr): Expr {
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
const hasContext = (pass: ClientPass, call: CallExpr): boolean =>
  parameterAround(pass, call, 'context.Context', 'github.com/gin-gonic/gin.Context') !== undefined

/** Something in the package assigns a Timeout. */
const setsTimeout = (pass: ClientPass) =>
  [...pass.nodes('AssignStmt')].some(({lhs}) => lhs.some(left => left.kind === 'SelectorExpr' && left.sel.name === 'Timeout'))

/** Some Transport of the package limits the wait for the answer; which client it belongs to is not followed. */
const limitsHeaders = (pass: ClientPass) =>
  pass.nodes('Ident').some(ident => ident.name === 'ResponseHeaderTimeout' && pass.objectOf(ident)?.pkg?.path === 'net/http')

const usesContext = (pass: ClientPass) =>
  [...pass.nodes('CallExpr')].some(
    call =>
      must(pass.callsFunction(call, 'net/http.NewRequestWithContext')) || must(pass.callsMethod(call, 'net/http.Request', 'WithContext')),
  )
