// sync-pool-no-reset: a pooled value is filled again without being emptied first. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import type {BlockStmt, CallExpr, Expr, Ident, Node} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {underlying} from '../../go/types/underlying.ts'

const resetName = /reset|clear|truncate|init|free|release|recycle|empty/i

export default defineRule({
  id: 'sync-pool-no-reset',
  title: 'A pooled value is reused without being emptied',
  severity: 'warning',
  confidence: 0.85,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#Pool', 'https://go.dev/ref/spec#Clear'],
  messages: {
    dirty: {
      what: '{value} comes from a sync.Pool, is filled here and put back without being emptied',
      why: 'the next Get returns it with what this use left in it; a Pool is emptied by the garbage collector, so this mixes up data rather than leaking memory',
      next: 'Empty it after Get or before Put: clear(m) for maps (Go 1.21), s[:0] for slices, Reset for buffers.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      if (pass.callsMethod(call, 'sync.Pool', 'Get') !== 'yes') continue
      const taken = takenValue(pass, call)
      if (taken === undefined) continue
      const uses = usesOf(pass, taken.object, taken.body)
      if (!uses.put || uses.reset || uses.escapes || uses.filled === undefined) continue
      pass.report(uses.filled, 'dirty', {data: {value: taken.name.name}, related: [{node: call, label: 'taken from the pool here'}]})
    }
  },
})

/** `v := pool.Get().(map[K]V)` inside a function body. */
function takenValue(pass: Pass<'dirty'>, call: CallExpr): {name: Ident; object: GoObject; body: BlockStmt} | undefined {
  const assertion = pass.parent(call)
  if (assertion?.kind !== 'TypeAssertExpr') return undefined
  const assign = pass.parent(assertion)
  const name = assign?.kind === 'AssignStmt' && assign.tok === ':=' && assign.rhs[0] === assertion ? assign.lhs[0] : undefined
  if (name?.kind !== 'Ident') return undefined
  const type = pass.typeOf(assertion)
  const object = pass.objectOf(name)
  const body = pass.enclosingFunction(call)?.body
  if (type === undefined || object === undefined || body === undefined || underlying(type).kind !== 'Map') return undefined
  return {name, object, body}
}

interface Uses {
  put: boolean
  reset: boolean
  escapes: boolean
  filled: Node | undefined
}

/** What the function does with the value; a use that is not understood lets it escape, and the rule is silent. */
function usesOf(pass: Pass<'dirty'>, object: GoObject, body: BlockStmt): Uses {
  const uses: Uses = {put: false, reset: false, escapes: false, filled: undefined}
  for (const ident of pass.nodes('Ident')) {
    if (ident.pos < body.pos || ident.end > body.end || pass.objectOf(ident) !== object) continue
    classify(pass, ident, uses)
  }
  return uses
}

function classify(pass: Pass<'dirty'>, ident: Ident, uses: Uses): void {
  const parent = pass.parent(ident)
  switch (parent?.kind) {
    case 'IndexExpr': {
      const outer = pass.parent(parent)
      const written = outer?.kind === 'AssignStmt' && outer.lhs.includes(parent)
      if (written && pass.constantOf(parent.index) === undefined) uses.filled ??= outer
      return
    }
    case 'CallExpr':
      return classifyCall(pass, parent, ident, uses)
    case 'RangeStmt':
      if (parent.x === ident && parent.body.list.length === 1 && isDelete(pass, parent.body.list[0])) uses.reset = true
      return
    case 'AssignStmt':
      if (!parent.lhs.includes(ident)) uses.escapes = true
      else if (parent.tok === '=') uses.reset = true
      return
    case 'SelectorExpr':
      if (resetName.test(parent.sel.name)) uses.reset = true
      return
    case 'BinaryExpr':
      return
    default:
      uses.escapes = true
  }
}

function classifyCall(pass: Pass<'dirty'>, call: CallExpr, ident: Expr, uses: Uses): void {
  if (pass.callsMethod(call, 'sync.Pool', 'Put') === 'yes') uses.put = true
  else {
    const name = pass.calleeName(call) ?? ''
    if (name === 'builtin clear') uses.reset = true
    else if (name === 'builtin len' || name === 'builtin delete') return
    else if (resetName.test(name)) uses.reset = true
    else if (call.args.includes(ident)) uses.escapes = true
  }
}

const isDelete = (pass: Pass<'dirty'>, node: Node | undefined) =>
  node?.kind === 'ExprStmt' && node.x.kind === 'CallExpr' && pass.calleeName(node.x) === 'builtin delete'
