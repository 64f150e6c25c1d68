// goroutine-ticker-no-exit: a goroutine waits for ticks for ever, though somebody stops its ticker or its context ends. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {must} from '../../base/answer.ts'
import {leavesLoop, type Loop} from '../../analysis/reading/loops.ts'
import {isNamed, isPointerTo} from '../../analysis/reading/named.ts'
import {
  calledLiteral,
  declarationOf,
  covers,
  isTestFile,
  loopAround,
  mentions,
  runsOnce,
  unparen,
  variableOf,
  walkSameFunction,
} from '../../analysis/reading/terms.ts'
import type {BlockStmt, Expr, GoStmt, Node} from '../../go/syntax/ast.ts'
import type {GoObject, Var} from '../../go/types/objects.ts'

type TickerPass = Pass<'stopped' | 'context' | 'rounds'>

export default defineRule({
  id: 'goroutine-ticker-no-exit',
  title: 'A goroutine waits for ticks and has no way out',
  severity: 'warning',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/time#Ticker.Stop'],
  messages: {
    stopped: {
      what: 'the goroutine has no way out of this loop; stopping {ticker} does not end it',
      why: 'Stop does not close the channel, so the goroutine waits for a tick that never comes',
      next: 'Select on a channel or a context that ends the goroutine as well.',
    },
    context: {
      what: 'the goroutine has no way out of this loop, not even when {context} ends',
      why: 'each call starts a goroutine that ticks until the program ends',
      next: 'Select on {context}.Done() as well.',
    },
    rounds: {
      what: 'the goroutine has no way out of this loop, and an endless loop starts one each round',
      why: 'each of them ticks until the program ends; a deferred Stop never runs',
      next: 'Select on a channel or a context that ends the goroutine as well.',
    },
  },

  run(pass) {
    const stops = stopCalls(pass)
    for (const go of pass.nodes('GoStmt')) {
      if (isTestFile(pass, go) || runsOnce(pass, go)) continue
      const body = bodyOf(pass, go)
      if (body === undefined) continue
      for (const {loop, ticker} of endlessTicks(pass, body)) {
        const stop =
          stops.find(one => one.ticker === ticker && !covers(body, one.node)) ??
          stops.find(one => one.collection !== undefined && isStoredIn(pass, ticker, one.collection, 0))
        const related = [{node: go, label: 'started here'}]
        if (stop !== undefined)
          pass.report(loop, 'stopped', {data: {ticker: ticker.name}, related: [...related, {node: stop.node, label: 'stopped here'}]})
        else {
          const context = contextAround(pass, go)
          if (context !== undefined && !mentions(pass, body, context) && covers(go, body))
            pass.report(loop, 'context', {data: {context: context.name}, related})
          else if (inEndlessLoop(pass, go)) pass.report(loop, 'rounds', {related})
        }
      }
    }
  },
})

/** In `for { … }`: as many goroutines as the program has time for. */
function inEndlessLoop(pass: TickerPass, go: GoStmt): boolean {
  const loop = loopAround(pass, go)
  return loop?.kind === 'ForStmt' && loop.cond === undefined
}

/** The body the go statement runs: a literal's, or that of a function of this package. */
function bodyOf(pass: TickerPass, go: GoStmt): BlockStmt | undefined {
  const literal = calledLiteral(go.call)
  if (literal !== undefined) return literal.body
  return declarationOf(pass, pass.calleeOf(go.call))?.body
}

interface StopCall {
  readonly node: Node
  readonly ticker: Var
  /** What the ticker was taken from, in `for _, t := range m { t.Stop() }`. */
  readonly collection: Var | undefined
}

const stopCalls = (pass: TickerPass): readonly StopCall[] =>
  pass.nodes('CallExpr').flatMap(call => {
    if (!must(pass.callsMethod(call, 'time.Ticker', 'Stop')) || call.fun.kind !== 'SelectorExpr') return []
    const ticker = variableOf(pass, call.fun.x)
    if (ticker === undefined) return []
    let collection: Var | undefined
    for (const at of pass.ancestors(call))
      if (at.kind === 'RangeStmt' && at.value !== undefined && variableOf(pass, at.value) === ticker) collection = variableOf(pass, at.x)
    return [{node: call, ticker, collection}]
  })

/** Functions a ticker is handed through on its way into the goroutine. */
const handsMax = 3

/** `m[k] = t`, or `f(t)` where the parameter of f is the one that is asked about. */
function isStoredIn(pass: TickerPass, ticker: Var, collection: Var, depth: number): boolean {
  for (const assign of pass.nodes('AssignStmt'))
    for (const [i, left] of assign.lhs.entries()) {
      const right = assign.rhs[i]
      if (left.kind !== 'IndexExpr' || right === undefined || variableOf(pass, left.x) !== collection) continue
      if (variableOf(pass, right) === ticker) return true
    }
  if (ticker.varKind !== 'parameter' || depth > handsMax) return false
  for (const decl of pass.nodes('FuncDecl')) {
    const index = decl.type.params.list.flatMap(field => field.names).findIndex(name => pass.objectOf(name) === ticker)
    if (index < 0) continue
    const object = pass.objectOf(decl.name)
    return pass.nodes('CallExpr').some(call => {
      const argument = pass.calleeOf(call) === object ? call.args[index] : undefined
      const given = argument === undefined ? undefined : variableOf(pass, argument)
      return given !== undefined && isStoredIn(pass, given, collection, depth + 1)
    })
  }
  return false
}

/** Loops over the ticks of a variable that nothing leaves. */
function endlessTicks(pass: TickerPass, body: BlockStmt): {loop: Loop; ticker: Var}[] {
  const found: {loop: Loop; ticker: Var}[] = []
  walkSameFunction(body, at => {
    if (at.kind === 'RangeStmt') {
      const ticker = tickerOf(pass, at.x)
      if (ticker !== undefined && !leavesLoop(pass, at)) found.push({loop: at, ticker})
    } else if (at.kind === 'ForStmt' && at.cond === undefined && !leavesLoop(pass, at)) {
      const ticker = receivesOnlyTicks(pass, at.body)
      if (ticker !== undefined) found.push({loop: at, ticker})
    }
  })
  return found
}

/** The ticker whose channel the loop waits on, if that is all it waits on. */
function receivesOnlyTicks(pass: TickerPass, body: BlockStmt): Var | undefined {
  let ticker: Var | undefined
  let others = false
  walkSameFunction(body, at => {
    if (at.kind === 'UnaryExpr' && at.op === '<-') {
      const one = tickerOf(pass, at.x)
      if (one === undefined) others = true
      else ticker = one
    }
  })
  return others ? undefined : ticker
}

/** `t` of `t.C`. */
function tickerOf(pass: TickerPass, expr: Expr): Var | undefined {
  const at = unparen(expr)
  if (at.kind !== 'SelectorExpr' || at.sel.name !== 'C' || !isPointerTo(pass.typeOf(at.x), 'time.Ticker')) return undefined
  return variableOf(pass, at.x)
}

/** The context parameter of the functions around. */
function contextAround(pass: TickerPass, node: Node): GoObject | undefined {
  for (const at of pass.ancestors(node)) {
    if (at.kind !== 'FuncDecl' && at.kind !== 'FuncLit') continue
    for (const field of at.type.params.list)
      for (const name of field.names) {
        const object = variableOf(pass, name)
        if (object !== undefined && name.name !== '_' && isNamed(object.type, 'context.Context')) return object
      }
  }
  return undefined
}
