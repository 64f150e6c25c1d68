// goroutine-chan-send-leak: a goroutine sends what nobody receives any more. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {covers, isTestFile, loopAround, runsOnce, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {
  AssignStmt,
  CallExpr,
  FuncDecl,
  FuncLit,
  GoStmt,
  Ident,
  ReturnStmt,
  SelectStmt,
  SendStmt,
  UnaryExpr,
} from '../../go/syntax/ast.ts'
import type {Path} from '../../go/flow/paths.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {underlying} from '../../go/types/underlying.ts'
import {smallIntVal} from '../../go/types/constant/constant.ts'

type ChanPass = Pass<'abandoned' | 'early'>

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
    early: {
      what: 'when the function around returns early, nobody receives from {channel} and this goroutine waits here for ever',
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
      if (uses === undefined || uses.sends.length === 0 || uses.receives.length === 0) continue
      const only = uses.sends.length === 1 && isLastOfGoroutine(pass, uses.sends[0]!) && loopAround(pass, uses.sends[0]!) === undefined
      for (const send of uses.sends) {
        const left = abandonedAt(pass, send, uses.receives, around)
        if (left === undefined) continue
        const [message, label] =
          left.kind === 'SelectStmt'
            ? (['abandoned', 'received here, if nothing else happens first'] as const)
            : (['early', 'returns here without receiving'] as const)
        pass.report(send, message, {
          data: {channel: made.object.name},
          related: [{node: left.kind === 'SelectStmt' ? (uses.receives.find(one => covers(left, one)) ?? left) : left, label}],
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

/**
 * The select or the return by which the function leaves, on a way from the go statement on which nothing is received; undefined when there is none.
 * Outside of a select the receive must lie where the goroutine is started: conditions further out may belong together.
 */
function abandonedAt(
  pass: ChanPass,
  send: SendStmt,
  receives: readonly UnaryExpr[],
  around: FuncDecl | FuncLit,
): SelectStmt | ReturnStmt | undefined {
  const started = goStatement(pass, send, around)
  if (started === undefined) return undefined
  const inTest = isTestFile(pass, started)
  const path = pass.flow.wayWithout(
    started,
    'return',
    part => (part.kind === 'UnaryExpr' && receives.includes(part)) || (inTest && part.kind === 'CallExpr' && failsTest(pass, part)),
  )
  if (path === undefined) return undefined
  const left = lastSelect(pass, path, receives)
  if (left !== undefined) {
    const {select, receive} = left
    // What receives further on, and is gone around here, may belong to the case that was taken.
    return othersAreItsOwn(pass, select, receive, send) || receivesBehind(pass, path, select, receives) ? undefined : select
  }
  const last = path.nodes.at(-1)
  const list = pass.parent(started)
  const together = list !== undefined && receives.every(receive => covers(list, receive) && selectAround(pass, receive) === undefined)
  return last?.kind === 'ReturnStmt' && together && !runsOnce(pass, started) && !inTest && receives.some(({pos}) => pos > last.pos)
    ? last
    : undefined
}

/** The last select on the way that could have received: those before it are first looks. */
function lastSelect(
  pass: ChanPass,
  path: Path,
  receives: readonly UnaryExpr[],
): {readonly select: SelectStmt; readonly receive: UnaryExpr} | undefined {
  let last: {readonly select: SelectStmt; readonly receive: UnaryExpr; readonly at: number} | undefined
  for (const receive of receives) {
    const select = selectAround(pass, receive)
    const at = select === undefined ? -1 : path.blocks.findLastIndex(({origin}) => covers(select, origin))
    if (select !== undefined && at >= 0 && (last === undefined || at > last.at)) last = {select, receive, at}
  }
  return last
}

/** Whether a way from the case that was taken comes to a receive after all: to one further on, or again to this one where the case itself does not leave the loop. */
function receivesBehind(pass: ChanPass, path: Path, select: SelectStmt, receives: readonly UnaryExpr[]): boolean {
  const taken = path.blocks.findLast(({origin}) => origin.kind === 'CommClause' && select.body.list.includes(origin))?.origin
  const leaves =
    taken !== undefined &&
    (pass.within(taken, 'ReturnStmt').length > 0 ||
      pass.within(taken, 'BranchStmt').some(({tok, label}) => tok === 'goto' || (tok === 'break' && label !== undefined)))
  const from = taken?.kind === 'CommClause' ? taken.comm : undefined
  return receives.some(receive => {
    if (covers(select, receive) && leaves) return false
    return from === undefined ? receive.pos > select.end : pass.flow.wayWithout(from, receive, () => false) !== undefined
  })
}

/** All other cases receive from channels that the same goroutine sends to instead: then it is past this send, or never comes to it. */
function othersAreItsOwn(pass: ChanPass, select: SelectStmt, receive: UnaryExpr, send: SendStmt): boolean {
  const goroutine = pass.enclosingFunction(send)
  const sent = goroutine === undefined ? [] : pass.within(goroutine, 'SendStmt').map(({chan}) => variableOf(pass, chan))
  return select.body.list.every(clause => {
    if (clause.kind !== 'CommClause' || clause.comm === undefined) return false
    if (covers(clause.comm, receive)) return true
    const received = pass.within(clause.comm, 'UnaryExpr').find(({op}) => op === '<-')
    const channel = received === undefined ? undefined : variableOf(pass, received.x)
    return channel !== undefined && sent.includes(channel)
  })
}

/** A test that has failed by then is repaired first: what it leaves running ends with the test binary. Fatal and its like leave through deferred calls. */
const failsTest = (pass: ChanPass, call: CallExpr): boolean =>
  /^\(\*?testing\.(?:common|TB|T|B|F)\)\.(?:Errorf?|Fail|FailNow|Fatalf?|Skip|Skipf|SkipNow)$|^github\.com\/stretchr\/testify\/(?:assert|require)\.Fail/.test(
    pass.calleeName(call) ?? '',
  )

/** The go statement in the function that runs the literal around the send. */
function goStatement(pass: ChanPass, send: SendStmt, around: FuncDecl | FuncLit): GoStmt | undefined {
  for (const at of pass.ancestors(send)) if (at.kind === 'GoStmt' && pass.enclosingFunction(at) === around) return at
  return undefined
}

/** The select of which the receive is a case, if it has others. */
function selectAround(pass: ChanPass, receive: UnaryExpr): SelectStmt | undefined {
  for (const at of pass.ancestors(receive)) {
    if (at.kind === 'BlockStmt') return undefined
    if (at.kind !== 'CommClause') continue
    const body = pass.parent(at)
    const select = body === undefined ? undefined : pass.parent(body)
    return at.comm !== undefined && receive.pos < at.colon && select?.kind === 'SelectStmt' && select.body.list.length > 1
      ? select
      : undefined
  }
  return undefined
}

function isLastOfGoroutine(pass: ChanPass, send: SendStmt): boolean {
  const around = pass.enclosingFunction(send)
  return around?.body?.list.at(-1) === send
}
