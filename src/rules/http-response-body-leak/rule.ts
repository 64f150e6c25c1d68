// http-response-body-leak: nobody can close the body of an answer. See rule.md.
import {localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {declarationOf, isTestFile} from '../../analysis/reading/terms.ts'
import type {Path, Target} from '../../go/flow/paths.ts'
import {knownGood, type Tracked} from '../../go/flow/tracked-value.ts'
import type {CallExpr, Expr, Ident, Node} from '../../go/syntax/ast.ts'
import {smallIntVal} from '../../go/types/constant/constant.ts'

const functions = /^net\/http\.(?:Get|Head|Post|PostForm)$/
const methods =
  /^\(\*net\/http\.(?:Client\)\.(?:Do|Get|Head|Post|PostForm)|Transport\)\.RoundTrip)$|^\(net\/http\.RoundTripper\)\.RoundTrip$/

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
    path: {
      what: 'the function returns here and leaves the Body of {name}, the answer of {call}, neither read nor closed',
      why: 'over HTTP/1 an answer whose body is neither read to its end nor closed keeps its connection and the two goroutines that serve it',
      next: 'Close the Body of {name} before this return; with defer right behind the error check only if no way hands {name} to the caller.',
    },
    replaced: {
      what: '{name} gets another answer here while the Body of the one of {call} is neither read nor closed',
      why: 'nobody can close it any more, and over HTTP/1 an answer whose body is neither read to its end nor closed keeps its connection and the two goroutines that serve it',
      next: 'Read what is left of the Body of {name} (up to a limit, so that the connection can be used again) and close it before the next request.',
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
        else if (!replaced(pass, call, parent, name.name)) {
          const at = leftBehind(pass, call, parent)
          const related = [{node: call, label: 'the answer'}]
          if (at !== undefined) pass.report(at, 'path', {data: {...data, name: name.name}, related, confidence: 0.85})
        }
      }
    }
  },
})

type Message = 'dropped' | 'unused' | 'path' | 'replaced'

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

/**
 * The return on a way from the answer on which nothing touches its body, and no one else is given the answer who may. Only ways on which the
 * error was seen to be nil count: on others there may be no answer.
 */
function leftBehind(pass: Pass<Message>, call: CallExpr, statement: Node): Node | undefined {
  const tracked = pass.flow.track(call, statement)
  const last = tracked && wayFrom(pass, tracked, 'return')?.nodes.at(-1)
  return last?.kind === 'ReturnStmt' ? last : undefined
}

function wayFrom(pass: Pass<Message>, tracked: Tracked, to: Target): Path | undefined {
  if (tracked.error === undefined) return undefined
  const {variables} = tracked.uses
  const missing = pass.flow.missing(tracked, {
    to,
    releases: (use, effects) =>
      effects.some(({effect, fields}) => effect === 'closes' && fields[0] === 'Body') ||
      (use.kind === 'passed' && keepsBody(pass, use.call)),
    passing(part) {
      if (part.kind !== 'SelectorExpr' || part.sel.name !== 'Body') return false
      const object = localOf(pass, part.x)
      return object !== undefined && variables.has(object)
    },
    through: knownGood(tracked),
    closed: (from, successor) => hasNoBody(pass, from.condition, successor),
  })
  return missing.kind === 'missing' ? missing.path : undefined
}

/** The function of this package that is called puts the body of an answer into a variable: what becomes of it there is not followed. */
function keepsBody(pass: Pass<Message>, call: CallExpr): boolean {
  const body = declarationOf(pass, pass.calleeOf(call))?.body
  if (body === undefined) return false
  return pass.within(body, 'SelectorExpr').some(at => {
    const parent = pass.parent(at)
    if (at.sel.name !== 'Body' || localOf(pass, at.x)?.varKind !== 'parameter') return false
    return (parent?.kind === 'AssignStmt' && parent.rhs.includes(at)) || (parent?.kind === 'ValueSpec' && parent.values.includes(at))
  })
}

/** Reports where the variable gets another answer, in the next round or behind, on a way on which nothing touches the body of this one. */
function replaced(pass: Pass<Message>, call: CallExpr, statement: Node, name: string): boolean {
  const tracked = pass.flow.track(call, statement, 0, {namedResults: true})
  if (tracked === undefined || tracked.uses.variables.size !== 1) return false
  const [variable] = tracked.uses.variables
  for (const use of tracked.uses.uses) {
    if (use.kind !== 'replaced' || use.when !== 'now' || use.node.kind !== 'AssignStmt') continue
    const [next] = use.node.rhs
    // Only what is an answer as well: `resp = nil` behind a failed request takes nothing from anybody.
    if (use.node.rhs.length !== 1 || next?.kind !== 'CallExpr' || use.node.lhs.length !== 2) continue
    if (use.node.lhs.findIndex(left => localOf(pass, left) === variable) !== 0 || wayFrom(pass, tracked, next) === undefined) continue
    const related = next === call ? [] : [{node: call, label: 'the answer'}]
    pass.report(next, 'replaced', {data: {call: pass.text(call.fun), name}, related, confidence: 0.85})
    return true
  }
  return false
}

/** The edge on which the status is one that comes without a body: 204, 304 (net/http/transfer.go, bodyAllowedForStatus). */
function hasNoBody(pass: Pass<Message>, condition: Expr | undefined, successor: number): boolean {
  if (condition?.kind !== 'BinaryExpr' || (condition.op !== '==' && condition.op !== '!=')) return false
  const status = [condition.x, condition.y].some(side => side.kind === 'SelectorExpr' && side.sel.name === 'StatusCode')
  const known = [condition.x, condition.y].map(side => pass.constantOf(side)).find(value => value !== undefined)
  const code = known && smallIntVal(known)
  return status && (code === 204 || code === 304) && successor === (condition.op === '==' ? 0 : 1)
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
