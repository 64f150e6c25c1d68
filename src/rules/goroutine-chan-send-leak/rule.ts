// goroutine-chan-send-leak: a goroutine sends what nobody receives any more. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {covers, isTestFile, loopAround, runsOnce, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {
  AssignStmt,
  CallExpr,
  CommClause,
  FuncDecl,
  FuncLit,
  GoStmt,
  Ident,
  Node,
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
  const stops = (part: Node) =>
    (part.kind === 'UnaryExpr' && receives.includes(part)) || (inTest && part.kind === 'CallExpr' && failsTest(pass, part))
  const path = pass.flow.wayWithout(started, 'return', stops)
  if (path === undefined) return undefined
  const selects = new Set(receives.flatMap(receive => selectAround(pass, receive) ?? []))
  const left = [...selects].findLast(
    select =>
      !othersAreItsOwn(pass, select, receives, send) &&
      select.body.list.some(clause => clause.kind === 'CommClause' && givesUp(pass, {started, select, clause, receives, path, stops})),
  )
  if (left !== undefined) return left
  const last = path.nodes.at(-1)
  const list = pass.parent(started)
  const together = list !== undefined && receives.every(receive => covers(list, receive) && selectAround(pass, receive) === undefined)
  return last?.kind === 'ReturnStmt' && together && !runsOnce(pass, started) && !inTest && receives.some(({pos}) => pos > last.pos)
    ? last
    : undefined
}

interface Case {
  readonly started: GoStmt
  readonly select: SelectStmt
  readonly clause: CommClause
  readonly receives: readonly UnaryExpr[]
  /** A way from the start to a return on which nothing is received. */
  readonly path: Path
  readonly stops: (part: Node) => boolean
}

/**
 * Whether another case of the select is come to from the start, and from it a return, without a receive; and no way from it leads to a receive after
 * all: what is gone around then may belong to the case. In a loop that is the select itself, unless the case leaves the loop.
 */
function givesUp(pass: ChanPass, {started, select, clause, receives, path, stops}: Case): boolean {
  if (receives.some(receive => covers(clause, receive) && (clause.comm === undefined || covers(clause.comm, receive)))) return false
  const further = leavesLoop(pass, select, clause) ? receives.filter(receive => !covers(select, receive)) : receives
  const [first] = clause.body
  const at = clause.comm ?? (first === undefined || pass.flow.wayWithout(started, first, () => false) === undefined ? undefined : first)
  if (at === undefined)
    return (
      path.blocks.some(({origin}) => origin === clause) &&
      !further.some(receive => receive.pos > select.end) &&
      loopAround(pass, select) === undefined
    )
  return (
    pass.flow.wayWithout(started, at, stops) !== undefined &&
    pass.flow.wayWithout(at, 'return', stops) !== undefined &&
    !further.some(receive => pass.flow.wayWithout(at, receive, () => false) !== undefined)
  )
}

/** The case returns, jumps, or sets what the loop goes by: `for !done { select { … case <-late: done = true } }`. */
function leavesLoop(pass: ChanPass, select: SelectStmt, clause: CommClause): boolean {
  if (pass.within(clause, 'ReturnStmt').length > 0) return true
  if (pass.within(clause, 'BranchStmt').some(({tok, label}) => tok === 'goto' || (tok === 'break' && label !== undefined))) return true
  const loop = loopAround(pass, select)
  const flags =
    loop?.kind === 'ForStmt' && loop.cond !== undefined ? pass.within(loop.cond, 'Ident').map(name => variableOf(pass, name)) : []
  return clause.body.some(
    stmt =>
      stmt.kind === 'AssignStmt' &&
      stmt.rhs.every(value => pass.constantOf(value) !== undefined) &&
      stmt.lhs.some(name => name.kind === 'Ident' && flags.includes(variableOf(pass, name)) && variableOf(pass, name) !== undefined),
  )
}

/** All other cases receive from channels that the same goroutine sends to instead: then it is past this send, or never comes to it. */
function othersAreItsOwn(pass: ChanPass, select: SelectStmt, receives: readonly UnaryExpr[], send: SendStmt): boolean {
  const goroutine = pass.enclosingFunction(send)
  const sent = goroutine === undefined ? [] : pass.within(goroutine, 'SendStmt').map(({chan}) => variableOf(pass, chan))
  return select.body.list.every(clause => {
    if (clause.kind !== 'CommClause' || clause.comm === undefined) return false
    const {comm} = clause
    if (receives.some(receive => covers(comm, receive))) return true
    const received = pass.within(comm, 'UnaryExpr').find(({op}) => op === '<-')
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
