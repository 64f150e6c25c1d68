// sync-pool-no-reset: a pooled value is filled again without being emptied first. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {isPointerTo} from '../../analysis/reading/named.ts'
import {unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {CheckedPackage} from '../../analysis/engine/checked-package.ts'
import type {BlockStmt, CallExpr, Expr, Ident, Node, SelectorExpr, StarExpr} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import type {Type} from '../../go/types/types.ts'
import {underlying} from '../../go/types/underlying.ts'

const resetName = /reset|clear|truncate|init|free|release|recycle|empty/i

export default defineRule({
  id: 'sync-pool-no-reset',
  title: 'A pooled value is reused without being emptied',
  severity: 'warning',
  confidence: 0.85,
  preset: 'strict',
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
      if (pass.callsMethod(call, 'sync.Pool', 'Get') !== 'yes' && !wrappersOf(pass).get.has(pass.calleeOf(call))) continue
      const taken = takenValue(pass, call)
      if (taken === undefined) continue
      const uses = usesOf(pass, taken.object, taken.body, taken.kind)
      if (!uses.put || uses.reset || uses.escapes || uses.filled === undefined) continue
      pass.report(uses.filled, 'dirty', {data: {value: taken.name.name}, related: [{node: call, label: 'taken from the pool here'}]})
    }
  },
})

/** Functions of the package that do nothing but take from a pool, or give back to it. */
interface Wrappers {
  readonly get: ReadonlySet<GoObject | undefined>
  readonly put: ReadonlySet<GoObject | undefined>
}

const wrappers = new WeakMap<CheckedPackage, Wrappers>()

function wrappersOf(pass: Pass<'dirty'>): Wrappers {
  const known = wrappers.get(pass.package)
  if (known !== undefined) return known
  const [get, put] = [new Set<GoObject>(), new Set<GoObject>()]
  for (const decl of pass.nodes('FuncDecl')) {
    const only = decl.body?.list.length === 1 ? decl.body.list[0] : undefined
    const object = pass.objectOf(decl.name)
    if (only === undefined || object === undefined) continue
    if (only.kind === 'ReturnStmt' && only.results.length === 1 && only.results[0]?.kind === 'TypeAssertExpr') {
      const taken = unparen(only.results[0].x)
      if (taken.kind === 'CallExpr' && pass.callsMethod(taken, 'sync.Pool', 'Get') === 'yes') get.add(object)
    } else if (only.kind === 'ExprStmt' && only.x.kind === 'CallExpr' && pass.callsMethod(only.x, 'sync.Pool', 'Put') === 'yes') {
      const given = only.x.args[0] === undefined ? undefined : variableOf(pass, only.x.args[0])
      if (given?.varKind === 'parameter') put.add(object)
    }
  }
  const made = {get, put}
  wrappers.set(pass.package, made)
  return made
}

const putsBack = (pass: Pass<'dirty'>, call: CallExpr): boolean =>
  pass.callsMethod(call, 'sync.Pool', 'Put') === 'yes' || wrappersOf(pass).put.has(pass.calleeOf(call))

/** What is pooled decides what fills it: stores, appends, writes, decoding. */
type Kind = 'map' | 'map pointer' | 'slice' | 'buffer' | 'struct'

function pooledKind(type: Type): Kind | undefined {
  const under = underlying(type)
  if (under.kind === 'Map') return 'map'
  if (under.kind !== 'Pointer') return undefined
  if (isPointerTo(type, 'bytes.Buffer') || isPointerTo(type, 'strings.Builder')) return 'buffer'
  const base = underlying(under.base)
  return base.kind === 'Map' ? 'map pointer' : base.kind === 'Slice' ? 'slice' : base.kind === 'Struct' ? 'struct' : undefined
}

/** `v := pool.Get().(map[K]V)`, or of a pointer to a slice, a buffer or a struct, inside a function body. */
function takenValue(pass: Pass<'dirty'>, call: CallExpr): {name: Ident; object: GoObject; body: BlockStmt; kind: Kind} | undefined {
  const assertion = wrappersOf(pass).get.has(pass.calleeOf(call)) ? call : pass.parent(call)
  if (assertion?.kind !== 'TypeAssertExpr' && assertion !== call) return undefined
  const assign = pass.parent(assertion)
  const name = assign?.kind === 'AssignStmt' && assign.tok === ':=' && assign.rhs[0] === assertion ? assign.lhs[0] : undefined
  if (name?.kind !== 'Ident') return undefined
  const type = pass.typeOf(assertion)
  const object = pass.objectOf(name)
  const body = pass.enclosingFunction(call)?.body
  const kind = type === undefined ? undefined : pooledKind(type)
  if (object === undefined || body === undefined || kind === undefined) return undefined
  return {name, object, body, kind}
}

interface Uses {
  put: boolean
  reset: boolean
  escapes: boolean
  filled: Node | undefined
}

/** What the function does with the value; a use that is not understood lets it escape, and the rule is silent. */
function usesOf(pass: Pass<'dirty'>, object: GoObject, body: BlockStmt, kind: Kind): Uses {
  const uses: Uses = {put: false, reset: false, escapes: false, filled: undefined}
  for (const ident of pass.nodes('Ident')) {
    if (ident.pos < body.pos || ident.end > body.end || pass.objectOf(ident) !== object) continue
    if (kind === 'map') classify(pass, ident, uses)
    else if (pass.enclosingFunction(ident)?.body !== body && !isDeferredPut(pass, ident)) uses.escapes = true
    else classifyPointer(pass, ident, uses, kind)
  }
  return uses
}

/** A mention of a map: the variable itself, or `*p` of a pointer to one. */
function classify(pass: Pass<'dirty'>, mention: Ident | StarExpr, uses: Uses): void {
  let ident: Expr = mention
  let parent = pass.parent(mention)
  while (parent?.kind === 'ParenExpr') [ident, parent] = [parent, pass.parent(parent)]
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
  if (putsBack(pass, call)) uses.put = true
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

/** `defer func() { pool.Put(x) }()`. */
function isDeferredPut(pass: Pass<'dirty'>, ident: Ident): boolean {
  const call = pass.parent(ident)
  return call?.kind === 'CallExpr' && putsBack(pass, call)
}

/** Mentions of a pointer from the pool: Put, filling, reading; what is not one of these may empty it or hand it on. */
function classifyPointer(pass: Pass<'dirty'>, ident: Ident, uses: Uses, kind: Kind): void {
  const parent = pass.parent(ident)
  if (parent?.kind === 'CallExpr') {
    if (putsBack(pass, parent)) uses.put = true
    else if (kind === 'struct' && decodes.test(pass.calleeName(parent) ?? '')) uses.filled ??= parent
    else uses.escapes = true
  } else if (parent?.kind === 'SelectorExpr' && kind === 'buffer') classifyMethod(pass, parent, uses)
  else if (parent?.kind === 'SelectorExpr' && kind === 'struct') classifyField(pass, parent, uses)
  else if (parent?.kind === 'StarExpr' && kind === 'slice') classifySlice(pass, parent, uses)
  else if (parent?.kind === 'StarExpr' && kind === 'map pointer') classify(pass, parent, uses)
  else if (parent?.kind === 'AssignStmt' && parent.lhs.includes(ident)) uses.escapes ||= parent.tok === '='
  else if (parent?.kind !== 'BinaryExpr') uses.escapes = true
}

/** Decoders that leave what the input does not mention as it was. */
const decodes = /^(?:encoding\/(?:json|xml)\.Unmarshal|\(\*encoding\/(?:json|xml|gob)\.Decoder\)\.Decode)$/

const reads = new Set(['Bytes', 'String', 'Len', 'Cap', 'Available', 'Grow'])

function classifyMethod(pass: Pass<'dirty'>, selector: SelectorExpr, uses: Uses): void {
  const call = pass.parent(selector)
  if (call?.kind !== 'CallExpr' || call.fun !== selector) uses.escapes = true
  else if (/^(?:Write(?:String|Byte|Rune)?|ReadFrom)$/.test(selector.sel.name)) uses.filled ??= call
  else if (!reads.has(selector.sel.name)) uses.reset = true // Reset, Truncate, and what takes bytes out
}

/** A field that is read is a use, `v.f = append(v.f, …)` fills; any other assignment may be a reset, and so may a method. */
function classifyField(pass: Pass<'dirty'>, selector: SelectorExpr, uses: Uses): void {
  const parent = pass.parent(selector)
  if (appendsToItself(pass, selector, parent)) {
    uses.filled ??= parent
    return
  }
  const object = pass.objectOf(selector.sel)
  if (object?.kind !== 'Var' || (parent?.kind === 'AssignStmt' && parent.lhs.includes(selector)) || parent?.kind === 'UnaryExpr')
    uses.reset = true
}

/** Both sides of `v.f = append(v.f, …)` in a statement of its own. */
function appendsToItself(pass: Pass<'dirty'>, selector: SelectorExpr, parent: Node | undefined): boolean {
  const assign = parent?.kind === 'CallExpr' ? pass.parent(parent) : parent
  if (assign?.kind !== 'AssignStmt' || assign.tok !== '=' || assign.lhs.length !== 1) return false
  const [target] = assign.lhs
  const [call] = assign.rhs
  if (target?.kind !== 'SelectorExpr' || call?.kind !== 'CallExpr' || pass.calleeName(call) !== 'builtin append') return false
  const [first] = call.args
  return first !== undefined && pass.text(first) === pass.text(target) && (selector === target || selector === first)
}

/** `*b = append(*b, …)` fills; `*b = (*b)[:0]` and any other assignment empties. */
function classifySlice(pass: Pass<'dirty'>, star: StarExpr, uses: Uses): void {
  const parent = pass.parent(star)
  if (parent?.kind === 'AssignStmt' && parent.lhs.includes(star)) {
    const right = parent.rhs[0]
    const appends = right?.kind === 'CallExpr' && pass.calleeName(right) === 'builtin append' && right.args[0]?.kind === 'StarExpr'
    if (appends && parent.rhs.length === 1) uses.filled ??= parent
    else uses.reset = true
  } else if (parent?.kind === 'CallExpr') {
    const name = pass.calleeName(parent)
    if (name !== 'builtin len' && name !== 'builtin cap' && name !== 'builtin append')
      uses.escapes ||= pass.parent(parent)?.kind === 'ExprStmt'
  } else if (parent?.kind !== 'RangeStmt' && parent?.kind !== 'ParenExpr') uses.escapes = true
  else if (parent.kind === 'ParenExpr' && pass.parent(parent)?.kind === 'SliceExpr') uses.reset = true
}
