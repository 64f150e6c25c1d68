// defer-in-loop: deferred calls pile up until the function returns. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {covers, isTestFile, loopAround, rootOf, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, DeferStmt, Expr, ForStmt, Node, RangeStmt} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {isUnsafePointer} from '../../go/types/predicates.ts'
import {typeString} from '../../go/types/type-string.ts'
import {underlying} from '../../go/types/underlying.ts'

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
    beside: {
      what: '{call} is deferred in each round of the loop and runs only when the function returns',
      why: 'what it would release is kept until then, once for each round',
      next: 'Release at the end of the round; what the other deferred calls of the loop release may be needed longer.',
    },
  },

  run(pass) {
    for (const defer of pass.nodes('DeferStmt')) {
      if (isTestFile(pass, defer)) continue
      const loop = loopAround(pass, defer)
      if (loop === undefined || pass.parent(defer) !== loop.body || leavesAfterwards(pass, defer)) continue
      if (!releasesWhatTheRoundMade(pass, defer, loop)) continue
      const others = pass.within(loop.body, 'DeferStmt').some(one => one !== defer && !releasesWhatTheRoundMade(pass, one, loop))
      pass.report(defer, others ? 'beside' : 'piles', {data: {call: named(pass, defer)}, related: [{node: loop, label: 'the loop'}]})
    }
  },
})

const named = (pass: Pass<'piles' | 'beside'>, {call}: DeferStmt) =>
  call.fun.kind === 'FuncLit' ? 'the function literal' : pass.text(call)

/** Names of what releases, as methods, functions and functions of C. */
const releases = /^(?:Close|Free|Release|Destroy|Stop|Cancel|close|free|cancel)$|^cancel|(?:^|_)(?:free|close|destroy|release|unref)$/

/**
 * Each round runs the statement, it releases one value that the round made, and that value and what was made of it stay in the round: not
 * stored, appended, captured or handed to something that was there before. Then it could be released at the end of the round.
 */
function releasesWhatTheRoundMade(pass: Pass<'piles' | 'beside'>, defer: DeferStmt, loop: ForStmt | RangeStmt): boolean {
  const call = releaseOf(defer)
  if (call === undefined) return false
  const fun = unparen(call.fun)
  const name = fun.kind === 'SelectorExpr' ? fun.sel.name : fun.kind === 'Ident' ? fun.name : ''
  if (!releases.test(name)) return false
  const made = new Set<GoObject>()
  for (const ident of pass.within(call, 'Ident')) {
    const object = variableOf(pass, ident)
    if (object === undefined) continue
    if (object.varKind === 'local' && object.pos >= loop.body.pos && object.pos < defer.pos) made.add(object)
  }
  if (made.size === 0) return false
  // What was made together with it, and from it: a context with its cancel, a reader of a file.
  for (let before = -1; before < made.size;) {
    before = made.size
    for (const assign of pass.within(loop.body, 'AssignStmt')) {
      const takes = assign.tok === ':=' && assign.rhs.some(right => mentionsAny(pass, right, made))
      const names = assign.lhs.flatMap(left => (left.kind === 'Ident' ? (variableOf(pass, left) ?? []) : []))
      if (takes || names.some(one => made.has(one))) for (const one of names) if (!isError(one)) made.add(one)
    }
  }
  for (const ident of pass.within(loop.body, 'Ident')) {
    const object = variableOf(pass, ident)
    if (object === undefined || !made.has(object) || covers(defer, ident)) continue
    if (isHandedOn(pass, ident, loop) || isCaptured(pass, ident, loop)) return false
  }
  return true
}

/** The call that is deferred, or the only one of a deferred literal. */
function releaseOf({call}: DeferStmt): CallExpr | undefined {
  const fun = unparen(call.fun)
  if (fun.kind !== 'FuncLit') return call
  const [only, ...more] = fun.body.list
  return more.length === 0 && call.args.length === 0 && only?.kind === 'ExprStmt' && only.x.kind === 'CallExpr' ? only.x : undefined
}

const isError = (object: GoObject): boolean => object.type !== undefined && typeString(object.type) === 'error'

const mentionsAny = (pass: Pass<'piles' | 'beside'>, node: Node, objects: ReadonlySet<GoObject>): boolean =>
  pass.within(node, 'Ident').some(ident => {
    const object = variableOf(pass, ident)
    return object !== undefined && objects.has(object)
  })

/** In a function literal or another deferred call, which may run after the round. */
function isCaptured(pass: Pass<'piles' | 'beside'>, mention: Node, loop: Node): boolean {
  for (const at of pass.ancestors(mention)) {
    if (at === loop) return false
    if (at.kind === 'FuncLit' || at.kind === 'GoStmt' || at.kind === 'DeferStmt') return true
  }
  return false
}

function isHandedOn(pass: Pass<'piles' | 'beside'>, mention: Node, loop: ForStmt | RangeStmt): boolean {
  let [node, parent] = [mention, pass.parent(mention)]
  while (
    parent?.kind === 'ParenExpr' ||
    parent?.kind === 'TypeAssertExpr' ||
    (parent?.kind === 'UnaryExpr' && parent.op === '&') ||
    (parent?.kind === 'CallExpr' && parent.args.length === 1 && converts(pass, parent))
  )
    [node, parent] = [parent, pass.parent(parent)]
  if (parent?.kind === 'CompositeLit' || parent?.kind === 'KeyValueExpr' || parent?.kind === 'SendStmt' || parent?.kind === 'ReturnStmt')
    return true
  const isOutside = (at: Node): boolean => {
    if (at.kind !== 'Ident' && at.kind !== 'SelectorExpr' && at.kind !== 'IndexExpr') return false
    const root = rootOf(at)
    const object = root === undefined ? undefined : variableOf(pass, root)
    if (object === undefined) return false
    if (object.pos >= loop.pos && object.pos < loop.body.pos) return sharesMemory(object) // a variable of the loop
    return object.pos < loop.pos || object.pos > loop.body.end
  }
  if (parent?.kind === 'AssignStmt') {
    const i = parent.rhs.findIndex(right => right === node)
    return i >= 0 && parent.lhs.some(left => left.kind !== 'Ident' || (parent.tok === '=' && isOutside(left)))
  }
  if (parent?.kind !== 'CallExpr' || !parent.args.some(arg => arg === node)) return false
  const type = mention.kind === 'Ident' ? variableOf(pass, mention)?.type : undefined
  if (type !== undefined && typeString(type) === 'context.Context') return false // who gets a context uses it during the call
  const fun = unparen(parent.fun)
  if (fun.kind === 'SelectorExpr' && isOutside(fun.x)) return true
  return parent.args.some(arg => arg !== node && holdsMore(pass, arg) && isOutside(unparen(arg)))
}

/** A number or a string keeps nothing that is passed beside it. */
function holdsMore(pass: Pass<'piles' | 'beside'>, arg: Expr): boolean {
  const type = pass.typeOf(arg)
  return type === undefined || underlying(type).kind !== 'Basic' || isUnsafePointer(type) // a handle of C's, perhaps
}

/** What such a variable refers to may have been there before the round. */
function sharesMemory(object: GoObject): boolean {
  const type = object.type === undefined ? undefined : underlying(object.type)
  return type === undefined || /^(?:Pointer|Map|Chan|Slice|Interface|Signature)$/.test(type.kind)
}

/** The block it stands in, or one between it and the loop, ends the loop or the function: the defer runs once. */
function leavesAfterwards(pass: Pass<'piles' | 'beside'>, defer: DeferStmt): boolean {
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
const converts = (pass: Pass<'piles' | 'beside'>, call: CallExpr) =>
  pass.isConversion(call) === 'yes' || unparen(call.fun).kind === 'StarExpr'
