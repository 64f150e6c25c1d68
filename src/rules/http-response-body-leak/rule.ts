// http-response-body-leak: nobody can close the body of an answer. See rule.md.
import {localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {isTestFile} from '../../analysis/reading/terms.ts'
import type {CallExpr, Ident} from '../../go/syntax/ast.ts'

const functions = /^net\/http\.(?:Get|Head|Post|PostForm)$/
const methods = /^\(\*net\/http\.(?:Client\)\.(?:Do|Get|Head|Post|PostForm)|Transport\)\.RoundTrip)$/

export default defineRule({
  id: 'http-response-body-leak',
  title: 'The body of an HTTP answer is never closed',
  severity: 'warning',
  confidence: 0.9,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http#Response', 'https://github.com/golang/go/blob/go1.26.0/src/net/http/transport.go'],
  messages: {
    dropped: {
      what: 'the answer of {call} is dropped, so nobody can close its Body',
      why: 'over HTTP/1 an answer whose body is neither read to its end nor closed keeps its connection and the two goroutines that serve it',
      next: 'Keep the answer and close its Body, also when only the status matters.',
    },
    unused: {
      what: '{name} gets the answer of {call}, and its Body is neither read nor closed',
      why: 'over HTTP/1 an answer whose body is neither read to its end nor closed keeps its connection and the two goroutines that serve it',
      next: 'Add defer {name}.Body.Close() behind the error check.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const callee = pass.calleeName(call) ?? ''
      if (!(functions.test(callee) || methods.test(callee)) || isTestFile(pass, call) || isHead(pass, call, callee)) continue
      const data = {call: pass.text(call.fun), name: ''}
      const parent = pass.parent(call)
      if (parent?.kind === 'ExprStmt' || parent?.kind === 'GoStmt' || parent?.kind === 'DeferStmt') pass.report(call, 'dropped', {data})
      else if (parent?.kind === 'AssignStmt' && parent.lhs.length === 2 && parent.rhs.length === 1) {
        const [name] = parent.lhs
        if (name?.kind !== 'Ident') continue
        if (name.name === '_') pass.report(call, 'dropped', {data})
        else if (leavesBody(pass, name)) pass.report(call, 'unused', {data: {...data, name: name.name}})
      }
    }
  },
})

type Message = 'dropped' | 'unused'

/** An answer to HEAD has no body: transport.go, readLoop (`hasBody`). */
function isHead(pass: Pass<Message>, call: CallExpr, callee: string): boolean {
  if (/\.Head$/.test(callee)) return true
  const [request] = call.args
  const variable = request === undefined ? undefined : localOf(pass, request)
  return variable !== undefined && mentions(pass, variable).some(mention => /["`]HEAD["`]|MethodHead/.test(statementText(pass, mention)))
}

function statementText(pass: Pass<Message>, ident: Ident): string {
  const parent = pass.parent(ident)
  return parent?.kind === 'AssignStmt' ? pass.text(parent) : ''
}

/** Every use of the variable asks for something else than the body, and none hands it on. */
function leavesBody(pass: Pass<Message>, name: Ident): boolean {
  const variable = localOf(pass, name)
  if (variable?.varKind !== 'local') return false
  return mentions(pass, variable).every(mention => {
    const parent = pass.parent(mention)
    if (mention === name || parent?.kind === 'BinaryExpr') return true
    if (parent?.kind === 'AssignStmt') return parent.lhs.includes(mention) || isBlank(parent.lhs)
    return parent?.kind === 'SelectorExpr' && parent.x === mention && harmless.has(parent.sel.name)
  })
}

const isBlank = (lhs: readonly {readonly kind: string}[]) => lhs.every(left => left.kind === 'Ident' && 'name' in left && left.name === '_')

const harmless = new Set([
  'Status',
  'StatusCode',
  'Header',
  'Proto',
  'ProtoMajor',
  'ProtoMinor',
  'ContentLength',
  'Request',
  'TLS',
  'Cookies',
  'Location',
])
