// atomic-mixed-access: a variable is accessed with sync/atomic here and plainly there. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {atomicAccess} from '../../analysis/reading/atomics.ts'
import {locksSomething} from '../../analysis/reading/locks.ts'
import {declaredNameAround, isGenerated, isTestFile, rootOf, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, Expr, Node} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'

type MixedPass = Pass<'write' | 'read'>

/** Functions that work on what nobody else has yet, or any more. */
const alone =
  /^(?:new|init|make|create|open|setup|clone|copy|string|main|test|close|destroy|free|release|finalize)|^(?:New|Init|Make|Create|Open|Setup|Clone|Copy|Reset|String|Close|Destroy|Free|Release)/

export default defineRule({
  id: 'atomic-mixed-access',
  title: 'A variable is accessed atomically and plainly',
  severity: 'warning',
  confidence: 0.75,
  preset: 'strict',
  since: '0.1',
  sources: ['https://go.dev/ref/mem', 'https://github.com/google/gxui/issues/69'],
  messages: {
    write: {
      what: '{variable} is written without sync/atomic, which other places use for it',
      why: 'a plain write beside an atomic access from another goroutine is a data race; what is stored may be lost or seen late',
      next: 'Use the atomic operation here too, or give the variable an atomic type such as atomic.Int64.',
    },
    read: {
      what: '{variable} is read without sync/atomic, which other places use to write it',
      why: 'a plain read beside an atomic write from another goroutine is a data race: the compiler may read it once and reuse the value',
      next: 'Use the atomic operation here too, or give the variable an atomic type such as atomic.Int64.',
    },
  },

  run(pass) {
    const atomic = new Map<GoObject, {readonly call: CallExpr; writes: boolean}>()
    const inside = new Set<Expr>()
    for (const call of pass.nodes('CallExpr')) {
      const access = atomicAccess(pass, call)
      const variable = access?.variable === undefined ? undefined : variableOf(pass, access.variable)
      if (access?.variable === undefined || variable === undefined || (variable.varKind !== 'field' && variable.varKind !== 'package'))
        continue
      inside.add(access.variable)
      if (isTestFile(pass, call)) continue
      const known = atomic.get(variable)
      if (known === undefined) atomic.set(variable, {call, writes: access.kind !== 'load'})
      else known.writes ||= access.kind !== 'load'
    }
    if (atomic.size === 0) return
    for (const node of plainMentions(pass, inside)) {
      const variable = variableOf(pass, node)
      const found = variable === undefined ? undefined : atomic.get(variable)
      if (found === undefined || isExcused(pass, node)) continue
      const kind = isWritten(pass, node) ? 'write' : 'read'
      if (kind === 'write' || found.writes)
        pass.report(node, kind, {data: {variable: pass.text(node)}, related: [{node: found.call, label: 'accessed atomically here'}]})
    }
  },
})

function* plainMentions(pass: MixedPass, inside: ReadonlySet<Expr>): Iterable<Expr> {
  for (const kind of ['SelectorExpr', 'Ident'] as const)
    for (const node of pass.nodes(kind)) {
      const parent = pass.parent(node)
      if (
        kind === 'Ident' &&
        (parent?.kind === 'SelectorExpr' || parent?.kind === 'KeyValueExpr' || parent?.kind === 'ValueSpec' || parent?.kind === 'Field')
      )
        continue
      if (!inside.has(node)) yield node
    }
}

function isWritten(pass: MixedPass, node: Node): boolean {
  const parent = pass.parent(node)
  return (parent?.kind === 'AssignStmt' && parent.lhs.some(left => unparen(left) === node)) || parent?.kind === 'IncDecStmt'
}

/** Names that say so. */
const knows = /racy|unsynchronized|unsafe|nonatomic/i
/** The packages that make synchronisation have an order of their own, and are built without the race detector. */
const implementsSync = /^(?:sync|sync\/atomic|internal\/sync|runtime|internal\/runtime\/.*)$/

/** Not yet shared, under some lock, in a test or generated, or its address is taken: then others see to it. */
function isExcused(pass: MixedPass, node: Expr): boolean {
  const parent = pass.parent(node)
  if (parent?.kind === 'UnaryExpr' && parent.op === '&') return true
  if (isTestFile(pass, node) || isGenerated(pass, node)) return true
  const name = declaredNameAround(pass, node)
  if (name === undefined || alone.test(name) || knows.test(name) || implementsSync.test(pass.packagePath)) return true
  let outer: Node | undefined
  for (const at of pass.ancestors(node)) if (at.kind === 'FuncDecl') outer = at
  if (outer === undefined || locksSomething(pass, outer)) return true
  return madeHere(pass, node, outer)
}

/** The object is a local variable that is no parameter: made in this function, so perhaps not shared yet. */
function madeHere(pass: MixedPass, node: Expr, outer: Node): boolean {
  const root = rootOf(node)
  const object = root === undefined ? undefined : variableOf(pass, root)
  if (object === undefined) return true
  return object.varKind === 'local' && object.pos >= outer.pos && object.pos < outer.end
}
