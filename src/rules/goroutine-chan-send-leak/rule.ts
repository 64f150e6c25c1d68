// goroutine-chan-send-leak: a goroutine sends what nobody receives any more. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {loopAround, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {AssignStmt, CallExpr, FuncDecl, FuncLit, Ident, SendStmt, UnaryExpr} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {underlying} from '../../go/types/underlying.ts'
import {smallIntVal} from '../../go/types/constant/constant.ts'

type ChanPass = Pass<'abandoned'>

export default defineRule({
  id: 'goroutine-chan-send-leak',
  title: 'A goroutine sends to a channel that nobody receives from any more',
  severity: 'warning',
  confidence: 0.93,
  preset: 'strict',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Send_statements', 'https://github.com/hellofresh/health-go/issues/224'],
  messages: {
    abandoned: {
      what: 'when the select takes another case, nobody receives from {channel} and this goroutine waits here for ever',
      why: 'a send on a channel without buffer waits for a receiver; the goroutine and what it refers to are never released',
      next: 'Give {channel} room for what is sent: make the channel with a buffer.',
    },
  },

  run(pass) {
    for (const assign of pass.nodes('AssignStmt')) {
      const made = unbuffered(pass, assign)
      const around = pass.enclosingFunction(assign)
      if (made === undefined || around?.body === undefined) continue
      const uses = usesOf(pass, made.object, around, assign)
      if (uses === undefined || uses.sends.length === 0 || uses.receives.length !== 1) continue
      const receive = uses.receives[0]!
      if (!mayBeLeft(pass, receive, around)) continue
      const only = uses.sends.length === 1 && isLastOfGoroutine(pass, uses.sends[0]!) && loopAround(pass, uses.sends[0]!) === undefined
      for (const send of uses.sends) {
        pass.report(send, 'abandoned', {
          data: {channel: made.object.name},
          related: [{node: receive, label: 'received here, if nothing else happens first'}],
          fixes: only
            ? [
                {
                  kind: 'safe',
                  title: 'Give the channel a buffer of one',
                  edits: [{file: pass.fileOf(assign).path, start: made.call.rparen, end: made.call.rparen, text: ', 1'}],
                },
              ]
            : [],
        })
      }
    }
  },
})

/** `ch := make(chan T)`. */
function unbuffered(pass: ChanPass, assign: AssignStmt): {object: GoObject; call: CallExpr} | undefined {
  const [left, right] = [assign.lhs[0], assign.rhs[0]]
  if (assign.tok !== ':=' || assign.lhs.length !== 1 || left?.kind !== 'Ident' || right?.kind !== 'CallExpr') return undefined
  if (pass.calleeName(right) !== 'builtin make') return undefined
  const size = right.args[1] === undefined ? 0 : smallOf(pass, right)
  const object = pass.objectOf(left)
  if (size !== 0 || right.args.length > 1 || object?.type === undefined || underlying(object.type).kind !== 'Chan') return undefined
  return {object, call: right}
}

function smallOf(pass: ChanPass, call: CallExpr): number | undefined {
  const value = call.args[1] === undefined ? undefined : pass.constantOf(call.args[1])
  return value === undefined ? undefined : smallIntVal(value)
}

interface Uses {
  readonly sends: SendStmt[]
  readonly receives: UnaryExpr[]
}

/** Every mention of the channel; undefined when one of them is not understood. */
function usesOf(pass: ChanPass, object: GoObject, around: FuncDecl | FuncLit, declared: AssignStmt): Uses | undefined {
  const uses: Uses = {sends: [], receives: []}
  let understood = true
  walk(around.body!, at => {
    if (at.kind !== 'Ident' || at.name !== object.name || variableOf(pass, at) !== object || declared.lhs.includes(at)) return
    if (!classify(pass, at, around, uses)) understood = false
  })
  return understood ? uses : undefined
}

function classify(pass: ChanPass, ident: Ident, around: FuncDecl | FuncLit, uses: Uses): boolean {
  const parent = pass.parent(ident)
  const inside = pass.enclosingFunction(ident)
  const started = inside !== undefined && inside !== around && isStarted(pass, inside) && pass.enclosingFunction(inside) === around
  if (parent?.kind === 'SendStmt' && parent.chan === ident) {
    if (!started || pass.parent(parent)?.kind === 'CommClause') return false
    uses.sends.push(parent)
    return true
  }
  if (parent?.kind === 'UnaryExpr' && parent.op === '<-' && inside === around) {
    uses.receives.push(parent)
    return true
  }
  return started && parent?.kind === 'CallExpr' && pass.calleeName(parent) === 'builtin close'
}

/** The literal of a go statement. */
function isStarted(pass: ChanPass, literal: FuncDecl | FuncLit): boolean {
  const call = pass.parent(literal)
  return call?.kind === 'CallExpr' && unparen(call.fun) === literal && pass.parent(call)?.kind === 'GoStmt'
}

/** Received in one case of a select that has others, outside of loops: another case means that it is never received. */
function mayBeLeft(pass: ChanPass, receive: UnaryExpr, around: FuncDecl | FuncLit): boolean {
  for (const at of pass.ancestors(receive)) {
    if (at === around || at.kind === 'BlockStmt') return false
    if (at.kind !== 'CommClause') continue
    const body = pass.parent(at)
    const select = body === undefined ? undefined : pass.parent(body)
    if (at.comm === undefined || receive.pos >= at.colon || select?.kind !== 'SelectStmt') return false
    return select.body.list.length > 1 && loopAround(pass, select) === undefined
  }
  return false
}

function isLastOfGoroutine(pass: ChanPass, send: SendStmt): boolean {
  const around = pass.enclosingFunction(send)
  return around?.body?.list.at(-1) === send
}
