// ticker-not-stopped: before Go 1.23 a ticker that is not stopped is never collected. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {isTestFile, runsOnce, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, Node} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'

export default defineRule({
  id: 'ticker-not-stopped',
  title: 'A ticker or timer is never stopped',
  severity: 'info',
  confidence: 0.9,
  preset: 'default',
  since: '0.1',
  go: {max: '1.23', by: 'asynctimerchan'}, // from then on tickers and timers that nothing refers to are collected (time/sleep.go)
  sources: ['https://go.dev/doc/go1.23#timer-changes'],
  messages: {
    kept: {
      what: '{name} is not stopped before the function returns',
      why: 'in a program whose main module has a go line below 1.23, or GODEBUG asynctimerchan=1, the runtime keeps a running ticker, and a timer until it fires, though nothing refers to it any more',
      next: 'Defer {name}.Stop().',
    },
  },

  run(pass) {
    for (const assign of pass.nodes('AssignStmt')) {
      const [name, call] = [assign.lhs[0], assign.rhs[0]]
      if (isTestFile(pass, assign) || runsOnce(pass, assign)) continue
      if (assign.tok !== ':=' || assign.lhs.length !== 1 || name?.kind !== 'Ident' || call?.kind !== 'CallExpr') continue
      const callee = pass.calleeName(call)
      if (callee !== 'time.NewTicker' && callee !== 'time.NewTimer') continue
      const last = leftRunning(pass, call, assign, callee === 'time.NewTimer')
      if (last === undefined) continue
      const related = last.kind === 'ReturnStmt' ? [{node: last, label: 'returns here without it'}] : []
      pass.report(assign, 'kept', {data: {name: name.name}, related})
    }
  },
})

/**
 * Where a way to the end of the function leads on which it is not stopped: followed by the graph of the function, through what it is given to.
 * A value that reaches someone unknown may be stopped by them. A timer that was received from has fired and needs no Stop.
 */
function leftRunning(pass: Pass<'kept'>, call: CallExpr, statement: Node, isTimer: boolean): Node | undefined {
  const tracked = pass.flow.track(call, statement)
  if (tracked === undefined) return undefined
  const {variables} = tracked.uses
  const fired = (part: Node) => part.kind === 'UnaryExpr' && part.op === '<-' && isChannelOf(pass, part.x, variables)
  const missing = pass.flow.missing(tracked, {
    releases: (_, effects) => effects.some(({effect, fields, always}) => effect === 'stops' && fields.length === 0 && always),
    // The channel on its own keeps nothing running, but what is given it waits for as long as it likes.
    passing: part => (isTimer && fired(part)) || handsOnChannel(pass, part, variables),
    // Stop does not close the channel, nobody else has it: a range over it ends by break, goto and return only (time/tick.go, Go 1.22 to 1.26).
    closed: ({origin, succs}, i) =>
      succs[i]?.kind === 'range-done' && origin.kind === 'RangeStmt' && isChannelOf(pass, origin.x, variables),
  })
  if (missing.kind !== 'missing') return undefined
  return missing.path.nodes.at(-1) ?? statement
}

const isChannelOf = (pass: Pass<'kept'>, node: Node, variables: ReadonlySet<GoObject>): boolean => {
  const object = node.kind === 'SelectorExpr' && node.sel.name === 'C' ? variableOf(pass, node.x) : undefined
  return object !== undefined && variables.has(object)
}

/** `t.C` that is neither received from nor ranged over here. */
function handsOnChannel(pass: Pass<'kept'>, part: Node, variables: ReadonlySet<GoObject>): boolean {
  if (!isChannelOf(pass, part, variables)) return false
  const parent = pass.parent(part)
  return parent?.kind !== 'RangeStmt' && !(parent?.kind === 'UnaryExpr' && parent.op === '<-')
}
