// context-reassigned-outer: an outer context variable is replaced by its child in each round, or in a goroutine. See rule.md.
import {mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {startedGoroutines} from '../../analysis/reading/goroutines.ts'
import {covers, isTestFile, loopAround, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {AssignStmt, CallExpr, FuncLit, Ident, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'

type ContextPass = Pass<'loop' | 'goroutine'>

export default defineRule({
  id: 'context-reassigned-outer',
  title: 'An outer context variable is replaced by its child',
  severity: 'warning',
  confidence: 0.9,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/context', 'https://go.dev/ref/mem'],
  messages: {
    loop: {
      what: '{name} becomes a child of itself in each round of the loop',
      why: 'the chain grows by one context a round, and each keeps its parent: a round that ends or times out ends all later ones too',
      next: 'Begin the round with {name} := {name}, so that each has a variable of its own.',
    },
    goroutine: {
      what: 'the goroutine assigns {name}, which belongs to the function that started it',
      why: 'both use one variable: this is a data race, and the function may go on with the context of the goroutine',
      next: 'Pass {name} to the goroutine as an argument, or copy it before the go statement.',
    },
  },

  run(pass) {
    const goroutines = [...startedGoroutines(pass)].flatMap(({at, literal}) => (literal === undefined ? [] : [{at, literal}]))
    for (const assign of pass.nodes('AssignStmt')) {
      const derived = derivesItself(pass, assign)
      if (derived === undefined || isTestFile(pass, assign)) continue
      const {name, object, call} = derived
      const started = goroutines.find(({literal}) => covers(literal, assign) && pass.enclosingFunction(assign) === literal)
      if (started !== undefined && !declaredIn(started.literal, object) && object.varKind !== 'field') {
        if (isShared(pass, object, started)) pass.report(assign, 'goroutine', {data: {name: name.name}})
        continue
      }
      const loop = loopAround(pass, assign)
      if (loop === undefined || declaredIn(loop, object) || endsRound(pass, assign)) continue
      const values = pass.calleeName(call) === 'context.WithValue'
      if (!values || (loop.kind === 'ForStmt' && loop.cond === undefined))
        pass.report(assign, 'loop', {data: {name: name.name}, related: [{node: loop, label: 'the loop'}]})
    }
  },
})

const declaredIn = (node: Node, object: Var) => object.pos >= node.pos && object.pos < node.end

/** Somebody else may use the variable while the goroutine runs: code behind its start, another literal, a goroutine of the next round. */
function isShared(pass: ContextPass, object: Var, {at, literal}: {readonly at: Node; readonly literal: FuncLit}): boolean {
  const loop = loopAround(pass, at)
  if (loop !== undefined && !declaredIn(loop, object)) return true
  return mentions(pass, object).some(
    one => !covers(literal, one) && (one.pos >= at.end || pass.enclosingFunction(one) !== pass.enclosingFunction(at)),
  )
}

/** `ctx = context.WithX(ctx, …)`, also with a cancel function beside it. */
function derivesItself(pass: ContextPass, assign: AssignStmt): {name: Ident; object: Var; call: CallExpr} | undefined {
  const [name, right] = [assign.lhs[0], assign.rhs[0] === undefined ? undefined : unparen(assign.rhs[0])]
  if (assign.tok !== '=' || assign.rhs.length !== 1 || name?.kind !== 'Ident' || right?.kind !== 'CallExpr') return undefined
  if (!/^context\.With(?:Cancel|Deadline|Timeout|Value)(?:Cause)?$/.test(pass.calleeName(right) ?? '')) return undefined
  const object = variableOf(pass, name)
  return object !== undefined && variableOf(pass, right.args[0]) === object && object.varKind !== 'package'
    ? {name, object, call: right}
    : undefined
}

/** The block around ends the loop or the function. */
function endsRound(pass: ContextPass, assign: AssignStmt): boolean {
  const block = pass.parent(assign)
  const last =
    block?.kind === 'BlockStmt'
      ? block.list.at(-1)
      : block?.kind === 'CaseClause' || block?.kind === 'CommClause'
        ? block.body.at(-1)
        : undefined
  return last?.kind === 'ReturnStmt' || (last?.kind === 'BranchStmt' && last.tok === 'break')
}
