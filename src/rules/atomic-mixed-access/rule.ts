// atomic-mixed-access: a variable is accessed with sync/atomic here and plainly there. See rule.md.
import {assignedAt, localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {atomicAccess} from '../../analysis/reading/atomics.ts'
import {callerLocks, locksSomething} from '../../analysis/reading/locks.ts'
import {declaredNameAround, isGenerated, isTestFile, rootOf, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, Expr, Node} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {typeString} from '../../go/types/type-string.ts'
import type {Type} from '../../go/types/types.ts'
import {underlying} from '../../go/types/underlying.ts'

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
      next: 'Use the atomic operation here too, or give the variable a type of sync/atomic.',
    },
    read: {
      what: '{variable} is read without sync/atomic, which other places use to write it',
      why: 'a plain read beside an atomic write from another goroutine is a data race: the compiler may read it once and reuse the value',
      next: 'Use the atomic operation here too, or give the variable a type of sync/atomic.',
    },
  },

  run(pass) {
    const atomic = new Map<GoObject, {readonly call: CallExpr; changes: boolean}>()
    const inside = new Set<Expr>()
    for (const call of pass.nodes('CallExpr')) {
      const access = atomicAccess(pass, call)
      const variable = access?.variable === undefined ? undefined : variableOf(pass, access.variable)
      if (access?.variable === undefined || variable === undefined || (variable.varKind !== 'field' && variable.varKind !== 'package'))
        continue
      inside.add(access.variable)
      if (isHandedOver(pass, access.variable)) continue
      if (isTestFile(pass, call)) continue
      const known = atomic.get(variable)
      if (known === undefined) atomic.set(variable, {call, changes: access.kind === 'change'})
      else known.changes ||= access.kind === 'change'
    }
    if (atomic.size === 0) return
    for (const node of plainMentions(pass, inside)) {
      const variable = variableOf(pass, node)
      const found = variable === undefined ? undefined : atomic.get(variable)
      if (found === undefined || isExcused(pass, node)) continue
      const kind = isWritten(pass, node) ? 'write' : 'read'
      // Who only ever stores may be the one writer, which reads what it wrote itself; adding and swapping is for several.
      if (kind === 'write' || found.changes)
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

/** Words of types that keep others out. */
const lockType = /mutex|lock|seqcount|semaphore|once\b/i

/**
 * Only what no lock of the package can be for: a field by the receiver of its own type, which has no lock of any kind in it, or a variable of a
 * package without locks. A field of somebody else's is under somebody else's rules.
 */
function isUnguarded(pass: MixedPass, node: Expr, outer: Node): boolean {
  if (node.kind === 'Ident') return !pass.nodes('Field').some(field => lockType.test(pass.text(field))) && !declaresLock(pass)
  if (node.kind !== 'SelectorExpr' || outer.kind !== 'FuncDecl') return false
  const receiver = outer.recv?.list[0]?.names[0]
  const x = unparen(node.x)
  if (receiver === undefined || x.kind !== 'Ident' || pass.objectOf(x) !== pass.objectOf(receiver)) return false
  const type = pass.typeOf(x)
  const struct = type === undefined ? undefined : underlying(pointed(type))
  return struct?.kind === 'Struct' && !struct.fields.some(field => field.type === undefined || lockType.test(typeString(field.type)))
}

const pointed = (type: Type): Type => {
  const under = underlying(type)
  return under.kind === 'Pointer' ? under.base : type
}

const declaresLock = (pass: MixedPass): boolean =>
  pass.nodes('ValueSpec').some(spec => spec.type !== undefined && lockType.test(pass.text(spec.type)))

/** Behind a Wait or a receive of its own function, or in what a sync.Once runs: others are done, or not yet there. */
function isOrdered(pass: MixedPass, node: Expr, outer: Node): boolean {
  for (const at of pass.ancestors(node)) {
    if (at.kind !== 'FuncLit') continue
    const call = pass.parent(at)
    if (call?.kind === 'CallExpr' && /\.Do$/.test(pass.text(call.fun))) return true
  }
  if (pass.within(outer, 'UnaryExpr').some(one => one.op === '<-' && one.pos < node.pos)) return true
  return pass.within(outer, 'CallExpr').some(call => call.pos < node.pos && /\.Wait$/.test(pass.text(call.fun)))
}

/** Not yet shared, under some lock, in a test or generated, or its address is taken: then others see to it. */
function isExcused(pass: MixedPass, node: Expr): boolean {
  const parent = pass.parent(node)
  if (parent?.kind === 'UnaryExpr' && parent.op === '&') return true
  if (isTestFile(pass, node) || isGenerated(pass, node)) return true
  const name = declaredNameAround(pass, node)
  if (name === undefined || alone.test(name) || knows.test(name) || implementsSync.test(pass.packagePath)) return true
  let outer: Node | undefined
  for (const at of pass.ancestors(node)) if (at.kind === 'FuncDecl') outer = at
  if (outer === undefined || locksSomething(pass, outer) || callerLocks(outer) || saysSo(outer)) return true
  if (isOwnCopy(pass, node) || !isUnguarded(pass, node, outer) || isOrdered(pass, node, outer)) return true
  return madeHere(pass, node, outer)
}

/** The comment of the function says that nobody else may run then. */
const saysSo = (outer: Node): boolean =>
  outer.kind === 'FuncDecl' &&
  /thread[ -]?safe|(?:not|n't) (?:be )?(?:safe|used|called) (?:for )?concurrent|for test(?:s|ing) only/i.test(
    outer.doc?.list.map(one => one.text).join(' ') ?? '',
  )

/** `v := p.Load(); atomic.AddInt64(&v.n, 1)` with an atomic.Pointer p: of the values of the type only those that are behind it are shared. */
function isHandedOver(pass: MixedPass, variable: Expr): boolean {
  const root = rootOf(variable)
  const held = root === undefined ? undefined : localOf(pass, root)
  if (held?.varKind !== 'local') return false
  return mentions(pass, held).some(mention => {
    const given = assignedAt(pass, mention)
    return (
      given !== undefined &&
      given !== 'other' &&
      given.kind === 'CallExpr' &&
      /^\(\*sync\/atomic\.Pointer(?:\[.*\])?\)\.(?:Load|Swap)$/.test(pass.calleeName(given) ?? '')
    )
  })
}

/** A field of a variable that holds the struct itself, and not in a closure of another function: a value receiver, a parameter by value. */
function isOwnCopy(pass: MixedPass, node: Expr): boolean {
  let at = unparen(node)
  while (at.kind === 'SelectorExpr') {
    const type = pass.typeOf(at.x)
    if (type === undefined || underlying(type).kind !== 'Struct') return false
    at = unparen(at.x)
  }
  const variable = at.kind === 'Ident' && at !== node ? variableOf(pass, at) : undefined
  return variable !== undefined && variable.varKind !== 'package' && variable.varKind !== 'field'
}

/** The object is a local variable that is no parameter: made in this function, so perhaps not shared yet. */
function madeHere(pass: MixedPass, node: Expr, outer: Node): boolean {
  const root = rootOf(node)
  const object = root === undefined ? undefined : variableOf(pass, root)
  if (object === undefined) return true
  return object.varKind === 'local' && object.pos >= outer.pos && object.pos < outer.end
}
