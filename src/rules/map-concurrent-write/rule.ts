// map-concurrent-write: a map that several goroutines share is written without a lock. See rule.md.
import {must} from '../../base/answer.ts'
import {mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {concurrencyOf} from '../../analysis/reading/concurrency.ts'
import {covers, isGenerated, isTestFile, runsOnce, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {AssignStmt, Expr, FuncDecl, FuncLit, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import {underlying} from '../../go/types/underlying.ts'

type MapPass = Pass<'unguarded' | 'published'>

export default defineRule({
  id: 'map-concurrent-write',
  title: 'A map is written by several goroutines without a lock',
  severity: 'error',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: [
    'https://go.dev/doc/faq#atomic_maps',
    'https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/maps/map.go',
    'https://go.dev/ref/mem',
  ],
  messages: {
    unguarded: {
      what: '{map} is written here without a lock, and this may run in several goroutines at once: {how}',
      why: 'a map is not safe for a write beside any other access; where the runtime notices, it ends the process with a fatal error that recover does not stop',
      next: 'Hold one sync.Mutex around every access of {map}, or make it a sync.Map.',
    },
    published: {
      what: '{map} is written here without a lock after {holder} was made to hold it, and this may run in several goroutines at once: {how}',
      why: 'a map is not safe for a write beside any other access; where the runtime notices, it ends the process with a fatal error that recover does not stop',
      next: 'Fill the map first and store it in {holder} last, or hold one sync.Mutex around every access.',
    },
  },

  run(pass) {
    const reported = new Set<string>()
    const filled = new Set<Var>()
    for (const {at, map} of writes(pass)) {
      const stored = at.kind === 'CallExpr' ? undefined : variableOf(pass, map)
      if (stored !== undefined) filled.add(stored)
    }
    for (const {at, map} of writes(pass)) {
      if (isTestFile(pass, at) || isGenerated(pass, at) || runsOnce(pass, at)) continue
      const variable = variableOf(pass, map)
      const scope = pass.enclosingFunction(at)
      if (variable === undefined || scope === undefined || !isMap(variable) || isNeverFilled(pass, variable, filled)) continue
      const shared = isShared(pass, variable, scope)
      const published = shared ? undefined : publication(pass, variable, at, scope)
      if (!shared && published === undefined) continue
      const how = concurrencyOf(pass, at, scope)
      if (how === undefined || mayBeOrdered(pass, scope)) continue
      const key = `${variable.name} ${scope.pos}`
      if (reported.has(key)) continue
      reported.add(key)
      const related = [{node: how.at, label: how.text}]
      const data = {map: pass.text(map), how: how.text}
      if (published === undefined) pass.report(at, 'unguarded', {data, related})
      else {
        const holder = pass.text(published.holder)
        pass.report(at, 'published', {data: {...data, holder}, related: [{node: published.at, label: 'stored here'}, ...related]})
      }
    }
  },
})

/** `m[k] = v`, `m[k]++`, `delete(m, k)`, `clear(m)`. */
function* writes(pass: MapPass): Iterable<{readonly at: Node; readonly map: Expr}> {
  for (const index of pass.nodes('IndexExpr')) {
    const parent = pass.parent(index)
    const written =
      (parent?.kind === 'AssignStmt' && parent.tok !== ':=' && parent.lhs.includes(index)) ||
      (parent?.kind === 'IncDecStmt' && unparen(parent.x) === index)
    if (written) yield {at: parent, map: unparen(index.x)}
  }
  for (const call of pass.nodes('CallExpr')) {
    const name = pass.calleeName(call)
    if ((name === 'builtin delete' || name === 'builtin clear') && call.args[0] !== undefined) yield {at: call, map: unparen(call.args[0])}
  }
}

/** A private map of the package that begins empty, into which nothing is ever stored, and which is only ever indexed here: there is nothing to delete. */
function isNeverFilled(pass: MapPass, variable: Var, filled: ReadonlySet<Var>): boolean {
  if (variable.varKind !== 'package' || filled.has(variable) || /^\p{Lu}/u.test(variable.name)) return false
  return mentions(pass, variable).every(mention => {
    const parent = pass.parent(mention)
    if (parent?.kind === 'ValueSpec' && parent.names.includes(mention)) return parent.values.every(value => isEmptyMap(pass, value))
    return (
      (parent?.kind === 'IndexExpr' && parent.x === mention) ||
      (parent?.kind === 'RangeStmt' && parent.x === mention) ||
      (parent?.kind === 'CallExpr' && /^builtin (?:delete|clear|len)$/.test(pass.calleeName(parent) ?? ''))
    )
  })
}

const isEmptyMap = (pass: MapPass, value: Expr): boolean =>
  value.kind === 'CompositeLit' ? value.elts.length === 0 : value.kind === 'CallExpr' && pass.calleeName(value) === 'builtin make'

const isMap = (variable: Var) => variable.type !== undefined && underlying(variable.type).kind === 'Map'

/** A variable of the package, or one that a goroutine's literal captures and that is older than the loop which starts the goroutines. */
function isShared(pass: MapPass, variable: Var, scope: FuncDecl | FuncLit): boolean {
  if (variable.varKind === 'package') return true
  if (variable.varKind === 'field' || scope.kind !== 'FuncLit') return false
  if (variable.pos >= scope.pos && variable.pos < scope.end) return false
  for (const at of pass.ancestors(scope)) {
    if (at.kind === 'ForStmt' || at.kind === 'RangeStmt') return !(variable.pos >= at.pos && variable.pos < at.end)
    if (at.kind === 'FuncDecl' || at.kind === 'FuncLit') return false
  }
  return false
}

/**
 * Where a map of the function itself was stored in a variable of the package, on every way to this write: from there on others have it. Writes
 * before that are the function's own business.
 */
function publication(
  pass: MapPass,
  variable: Var,
  at: Node,
  scope: FuncDecl | FuncLit,
): {readonly at: AssignStmt; readonly holder: Expr} | undefined {
  if (variable.varKind !== 'local') return undefined
  for (const assign of pass.within(scope, 'AssignStmt')) {
    if (assign.lhs.length !== assign.rhs.length) continue
    const holder = assign.lhs[assign.rhs.findIndex(value => variableOf(pass, value) === variable)]
    if (holder === undefined || variableOf(pass, holder)?.varKind !== 'package' || !must(pass.flow.comesFirst(assign, at))) continue
    const renewed = pass.flow
      .usesOf(scope, variable)
      ?.uses.some(
        ({kind, node}) =>
          kind === 'replaced' &&
          pass.flow.wayWithout(assign, node, () => false) !== undefined &&
          pass.flow.wayWithout(node, at, () => false) !== undefined,
      )
    if (renewed === false) return {at: assign, holder}
  }
  return undefined
}

/** Channels in the function may be what keeps others out: a semaphore of one, a turn that is passed on. */
function mayBeOrdered(pass: MapPass, scope: FuncDecl | FuncLit): boolean {
  const done = (node: Node) => /\.Done\(\)$/.test(pass.text(node))
  return (
    pass.within(scope, 'UnaryExpr').some(one => one.op === '<-' && covers(scope, one) && !done(one.x)) ||
    pass.within(scope, 'SendStmt').length > 0 ||
    pass.within(scope, 'SelectStmt').length > 0
  )
}
