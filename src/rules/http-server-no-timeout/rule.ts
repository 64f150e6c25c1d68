// http-server-no-timeout: servers whose clients may take as long as they like. See rule.md.
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {namedPath} from '../../analysis/reading/named.ts'
import {localOf, onlyValue} from '../../analysis/cgo/local-variable.ts'
import {isTestFile, unparen} from '../../analysis/reading/terms.ts'
import {stringVal} from '../../go/types/constant/constant.ts'
import type {Expr} from '../../go/syntax/ast.ts'

const next =
  'Use an http.Server with ReadHeaderTimeout, and with ReadTimeout where no handler reads a stream; large uploads can move their deadline with http.ResponseController.SetReadDeadline.'

/** Each ends a client that sends its request slowly: the head of it, or all of it (net/http/server.go, readRequest). */
const limit = /^(?:ReadTimeout|ReadHeaderTimeout)$/

export default defineRule({
  id: 'http-server-no-timeout',
  title: 'An HTTP server without a read timeout',
  severity: 'warning',
  confidence: 0.8,
  preset: 'evidence',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http#Server', 'https://pkg.go.dev/net/http#ResponseController.SetReadDeadline'],
  messages: {
    call: {
      what: '{call} makes a server without any time limit',
      why: 'a client that sends its request a byte at a time keeps a goroutine, a connection and a file descriptor for as long as it likes',
      next,
    },
    literal: {
      what: 'the server has neither ReadTimeout nor ReadHeaderTimeout',
      why: 'zero means no limit: a client that sends its request a byte at a time keeps a goroutine, a connection and a file descriptor for as long as it likes',
      next,
    },
  },

  run(pass) {
    if (limitsElsewhere(pass)) return
    const given = listenersAreLocal(pass)
    for (const literal of pass.nodes('CompositeLit')) {
      if (namedPath(pass.typeOf(literal)) !== 'net/http.Server' || isTestFile(pass, literal)) continue
      const fields = literal.elts.flatMap(elt => (elt.kind === 'KeyValueExpr' && elt.key.kind === 'Ident' ? [elt] : []))
      const address = fields.find(({key}) => key.kind === 'Ident' && key.name === 'Addr')?.value
      if (fields.length < literal.elts.length || fields.some(({key}) => key.kind === 'Ident' && limit.test(key.name))) continue
      if (address === undefined ? !given : !isLoopback(pass, address)) pass.report(literal, 'literal')
    }
    for (const call of pass.nodes('CallExpr')) {
      const [address] = call.args
      const listens = ['ListenAndServe', 'ListenAndServeTLS'].some(name => must(pass.callsFunction(call, `net/http.${name}`)))
      const serves = ['Serve', 'ServeTLS'].some(name => must(pass.callsFunction(call, `net/http.${name}`)))
      if ((!listens && !serves) || isTestFile(pass, call)) continue
      if (serves ? !given : address === undefined || !isLoopback(pass, address))
        pass.report(call, 'call', {data: {call: pass.text(call.fun)}})
    }
  },
})

/** Something in the package assigns a limit, or sets read deadlines itself. */
const limitsElsewhere = (pass: Pass<'literal' | 'call'>) =>
  [...pass.nodes('AssignStmt')].some(({lhs}) => lhs.some(left => left.kind === 'SelectorExpr' && limit.test(left.sel.name))) ||
  [...pass.nodes('CallExpr')].some(call => call.fun.kind === 'SelectorExpr' && call.fun.sel.name === 'SetReadDeadline')

/** Whether every listener that the package makes is one that only this machine can reach. */
function listenersAreLocal(pass: Pass<'literal' | 'call'>): boolean {
  const made = [...pass.nodes('CallExpr')].filter(call => must(pass.callsFunction(call, 'net.Listen')))
  return made.length > 0 && made.every(({args: [network, address]}) => isUnix(pass, network) || isLoopback(pass, address))
}

const isUnix = (pass: Pass<'literal' | 'call'>, network: Expr | undefined) => /^unix/.test(beginningOf(pass, network, 0) ?? '')

/** An address that only this machine can reach, as that of a debug server. */
const isLoopback = (pass: Pass<'literal' | 'call'>, address: Expr | undefined) =>
  /^(?:localhost\b|127\.|\[?::1\b)/.test(beginningOf(pass, address, 0) ?? '')

/** Steps from an address to where it is put together. */
const stepsMax = 8

/** What a string begins with: of a constant, a sum, fmt.Sprintf, net.JoinHostPort, and of a variable that gets nothing else. */
function beginningOf(pass: Pass<'literal' | 'call'>, expr: Expr | undefined, steps: number): string | undefined {
  if (expr === undefined || steps > stepsMax) return undefined
  const constant = pass.constantOf(expr)
  if (constant !== undefined) return constant.kind === 'string' ? stringVal(constant) : undefined
  const at = unparen(expr)
  if (at.kind === 'BinaryExpr' && at.op === '+') return beginningOf(pass, at.x, steps + 1)
  if (at.kind === 'CallExpr' && ['fmt.Sprintf', 'net.JoinHostPort'].some(name => must(pass.callsFunction(at, name))))
    return beginningOf(pass, at.args[0], steps + 1)
  const local = localOf(pass, at)
  return local === undefined ? undefined : beginningOf(pass, onlyValue(pass, local), steps + 1)
}
