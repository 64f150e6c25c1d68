// context-lost-cancel: the cancel function of a context is dropped, or a path returns without having used it. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {followPaths} from '../../analysis/reading/paths.ts'
import {isTestFile, runsOnce, some, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {AssignStmt, BlockStmt, FuncDecl, FuncLit, Node} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'

type CancelPass = Pass<'dropped' | 'path'>
type Pending = 'before' | 'pending' | 'used'

export default defineRule({
  id: 'context-lost-cancel',
  title: 'The cancel function of a context is lost',
  severity: 'warning',
  confidence: 0.93,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/context#CancelFunc', 'https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/lostcancel'],
  messages: {
    dropped: {
      what: 'the cancel function of {call} is dropped',
      why: '{kept} until {end}',
      next: '{instead}.',
    },
    path: {
      what: 'the function returns here without having used {cancel}',
      why: '{kept} until {end}',
      next: 'Call {cancel}() on this way too, or defer it where nobody needs the context behind the return.',
    },
  },

  run(pass) {
    for (const at of pass.nodes('AssignStmt')) {
      const made = cancelOf(pass, at)
      const fn = made === undefined ? undefined : pass.enclosingFunction(at)
      if (made === undefined || fn?.body === undefined || isTestFile(pass, at)) continue
      if (made.object === undefined) {
        if (!runsOnce(pass, at))
          pass.report(at, 'dropped', {data: {call: made.call, ...keptBy(made.call), instead: insteadOf(pass, at, fn)}})
      } else follow(pass, fn, fn.body, at, made.object, keptBy(made.call))
    }
  },
})

/** The variable that gets the cancel function; no object when it is the blank one. */
function cancelOf(pass: CancelPass, assign: AssignStmt): {object: GoObject | undefined; call: string} | undefined {
  const call = assign.rhs.length === 1 && assign.rhs[0] !== undefined ? unparen(assign.rhs[0]) : undefined
  const cancel = assign.lhs[1]
  if (call?.kind !== 'CallExpr' || cancel?.kind !== 'Ident' || assign.lhs.length !== 2) return undefined
  const name = pass.calleeName(call)
  if (name === undefined || !/^context\.With(?:Cancel|Deadline|Timeout)(?:Cause)?$/.test(name)) return undefined
  if (cancel.name === '_') return {object: undefined, call: name}
  const object = variableOf(pass, cancel)
  return object?.varKind === 'local' ? {object, call: name} : undefined
}

/** Whoever returns the context must not end it. */
function insteadOf(pass: CancelPass, assign: AssignStmt, fn: FuncDecl | FuncLit): string {
  const context = variableOf(pass, assign.lhs[0])
  const returned = pass
    .within(fn, 'ReturnStmt')
    .some(
      ({results}) =>
        context !== undefined && results.some(result => some(result, at => at.kind === 'Ident' && variableOf(pass, at) === context)),
    )
  return returned
    ? 'Return the function beside what is returned with the context, or take the time limit where that is used'
    : 'Keep the function and call it when what uses the context is done: with defer where that is when this function returns, else beside the end (Close, Commit) of what was given it'
}

/** What stays behind (context/context.go, propagateCancel and WithDeadlineCause): nothing is registered with a parent that nobody can cancel. */
const keptBy = (call: string): {readonly kept: string; readonly end: string} =>
  /With(?:Deadline|Timeout)/.test(call)
    ? {
        kept: 'the timer of the context runs on, and the context stays registered with a parent that can be cancelled,',
        end: 'the time is up or the parent ends',
      }
    : {kept: 'the context stays registered with a parent that can be cancelled', end: 'the parent ends'}

/** Any mention counts as a use, as in go vet: it may be called there, kept or returned. */
function follow(
  pass: CancelPass,
  fn: FuncDecl | FuncLit,
  body: BlockStmt,
  made: AssignStmt,
  cancel: GoObject,
  kept: Readonly<Record<string, string>>,
): void {
  if (cancel.pos < body.pos || cancel.pos >= body.end) return // of a function around
  const uses = (node: Node) => some(node, at => at.kind === 'Ident' && at.name === cancel.name && variableOf(pass, at) === cancel)
  const paths = followPaths<Pending>(pass, fn, {
    start: 'before',
    join: (a, b) => (a === b ? a : a === 'pending' || b === 'pending' ? 'pending' : 'used'),
    same: (a, b) => a === b,
    step: (at, state) => (at === made ? 'pending' : state === 'pending' && uses(at) ? 'used' : state),
  })
  for (const {at, state} of paths?.leaves ?? [])
    if (state === 'pending') pass.report(at, 'path', {data: {cancel: cancel.name, ...kept}, related: [{node: made, label: 'made here'}]})
}
