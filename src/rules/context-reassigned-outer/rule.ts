// context-reassigned-outer: an outer context variable is replaced by its child in each round, or in a goroutine. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {startedGoroutines} from '../../analysis/reading/goroutines.ts'
import {covers, isTestFile, loopAround, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {AssignStmt, CallExpr, Ident} from '../../go/syntax/ast.ts'
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
      next: 'Declare a new variable in the round with :=.',
    },
    goroutine: {
      what: 'the goroutine assigns {name}, which belongs to the function that started it',
      why: 'both use one variable: this is a data race, and the function may go on with the context of the goroutine',
      next: 'Declare a new variable in the goroutine with :=.',
    },
  },

  run(pass) {
    const goroutines = [...startedGoroutines(pass)].flatMap(({literal}) => (literal === undefined ? [] : [literal]))
    for (const assign of pass.nodes('AssignStmt')) {
      const derived = derivesItself(pass, assign)
      if (derived === undefined || isTestFile(pass, assign)) continue
      const {name, object, call} = derived
      const literal = goroutines.find(one => covers(one, assign) && pass.enclosingFunction(assign) === one)
      if (literal !== undefined && !(object.pos >= literal.pos && object.pos < literal.end) && object.varKind !== 'field') {
        pass.report(assign, 'goroutine', {data: {name: name.name}})
        continue
      }
      const loop = loopAround(pass, assign)
      if (loop === undefined || (object.pos >= loop.pos && object.pos < loop.end) || endsRound(pass, assign)) continue
      const values = pass.calleeName(call) === 'context.WithValue'
      if (!values || (loop.kind === 'ForStmt' && loop.cond === undefined))
        pass.report(assign, 'loop', {data: {name: name.name}, related: [{node: loop, label: 'the loop'}]})
    }
  },
})

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
