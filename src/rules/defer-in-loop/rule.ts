// defer-in-loop: deferred calls pile up until the function returns. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {covers, isTestFile, loopAround, rootOf, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {CallExpr, DeferStmt, ForStmt, Node, RangeStmt} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'defer-in-loop',
  title: 'defer inside a loop',
  severity: 'warning',
  confidence: 0.75,
  preset: 'strict',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Defer_statements'],
  messages: {
    piles: {
      what: '{call} is deferred in each round of the loop and runs only when the function returns',
      why: 'what it would release is kept until then, once for each round',
      next: 'Move the body of the loop into a function of its own, or release at the end of the round.',
    },
  },

  run(pass) {
    for (const defer of pass.nodes('DeferStmt')) {
      if (isTestFile(pass, defer)) continue
      const loop = loopAround(pass, defer)
      if (loop === undefined || leavesAfterwards(pass, defer) || isKept(pass, defer, loop)) continue
      pass.report(defer, 'piles', {data: {call: named(pass, defer)}, related: [{node: loop, label: 'the loop'}]})
    }
  },
})

const named = (pass: Pass<'piles'>, {call}: DeferStmt) => (call.fun.kind === 'FuncLit' ? 'the function literal' : pass.text(call))

/**
 * What is released is needed after the round, or was there before it: it is not made in the round, it is stored or appended, or it goes into a
 * call together with a variable from outside of the loop, which may keep it. A lock is held on purpose.
 */
function isKept(pass: Pass<'piles'>, defer: DeferStmt, loop: ForStmt | RangeStmt): boolean {
  if (/\.R?Unlock$/.test(pass.text(defer.call.fun))) return true
  if (isGuarded(pass, defer, loop)) return true
  let [kept, made] = [false, false]
  walk(defer.call, at => {
    if (at.kind !== 'Ident') return
    const object = variableOf(pass, at)
    const isMade = object !== undefined && object.varKind === 'local' && object.pos >= loop.body.pos && object.pos < defer.pos
    if (!isMade) return
    made = true
    walk(loop.body, mention => {
      kept ||=
        mention.kind === 'Ident' && variableOf(pass, mention) === object && !covers(defer, mention) && isHandedOn(pass, mention, loop)
    })
  })
  return kept || !made
}

/** `if x == nil { x = …; defer … }`: once, however many rounds there are. */
function isGuarded(pass: Pass<'piles'>, defer: DeferStmt, loop: ForStmt | RangeStmt): boolean {
  for (const at of pass.ancestors(defer)) {
    if (at === loop) return false
    if (at.kind === 'IfStmt' && at.cond.kind === 'BinaryExpr' && at.cond.op === '==' && pass.text(at.cond.y) === 'nil') return true
  }
  return false
}

function isHandedOn(pass: Pass<'piles'>, mention: Node, loop: ForStmt | RangeStmt): boolean {
  let [node, parent] = [mention, pass.parent(mention)]
  while (parent?.kind === 'ParenExpr' || (parent?.kind === 'CallExpr' && parent.args.length === 1 && converts(pass, parent)))
    [node, parent] = [parent, pass.parent(parent)]
  if (parent?.kind === 'CompositeLit' || parent?.kind === 'KeyValueExpr' || parent?.kind === 'SendStmt' || parent?.kind === 'ReturnStmt')
    return true
  const isOutside = (at: Node): boolean => {
    if (at.kind !== 'Ident' && at.kind !== 'SelectorExpr' && at.kind !== 'IndexExpr') return false
    const root = rootOf(at)
    const object = root === undefined ? undefined : variableOf(pass, root)
    return object !== undefined && (object.pos < loop.body.pos || object.pos > loop.body.end)
  }
  if (parent?.kind === 'AssignStmt') {
    const i = parent.rhs.findIndex(right => right === node)
    return i >= 0 && parent.lhs.some(left => left.kind !== 'Ident' || (parent.tok === '=' && isOutside(left)))
  }
  return (
    parent?.kind === 'CallExpr' && parent.args.some(arg => arg === node) && parent.args.some(arg => arg !== node && isOutside(unparen(arg)))
  )
}

/** The block it stands in, or one between it and the loop, ends the loop or the function: the defer runs once. */
function leavesAfterwards(pass: Pass<'piles'>, defer: DeferStmt): boolean {
  for (const at of pass.ancestors(defer)) {
    if (at.kind === 'ForStmt' || at.kind === 'RangeStmt') return false
    const list = at.kind === 'BlockStmt' ? at.list : at.kind === 'CaseClause' || at.kind === 'CommClause' ? at.body : []
    const last = list.at(-1)
    if (last?.kind === 'ReturnStmt') return true
    if (last?.kind === 'BranchStmt' && (last.tok === 'goto' || (last.tok === 'break' && at.kind === 'BlockStmt'))) return true
  }
  return false
}

/** `T(x)`, and `(*C.T)(x)`, whose type may be unknown. */
const converts = (pass: Pass<'piles'>, call: CallExpr) => pass.isConversion(call) === 'yes' || unparen(call.fun).kind === 'StarExpr'
