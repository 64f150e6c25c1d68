// atomic-check-then-act: a value is loaded, judged and stored in separate atomic steps. See rule.md.
import {must} from '../../base/answer.ts'
import {declarationAround, inLoop, mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {type AtomicUse, atomicUses, atomicVariable, hasOneWriter, isExported} from '../../analysis/reading/atomic-writers.ts'
import {atomicAccess} from '../../analysis/reading/atomics.ts'
import {callerLocks, locksSomething} from '../../analysis/reading/locks.ts'
import {callsIn, covers, isTestFile, receiverKey, receiverText, some, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, Expr, IfStmt, Node, Stmt} from '../../go/syntax/ast.ts'
import {exactString} from '../../go/types/constant/constant.ts'

type ActPass = Pass<'store' | 'map'>

export default defineRule({
  id: 'atomic-check-then-act',
  title: 'Load, judge, store: three steps instead of one',
  severity: 'warning',
  confidence: 0.8,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync/atomic', 'https://pkg.go.dev/sync#Map.LoadOrStore'],
  messages: {
    store: {
      what: '{variable} is stored here after a separate load of it decided that it should be',
      why: 'another goroutine can load or store in between: both then act on the same old value, or one store undoes the other',
      next: 'Use CompareAndSwap, or, where more than the store is to be done, sync.Once or a mutex around all of it.',
    },
    map: {
      what: '{variable}.Store runs here because a separate Load found nothing under the key',
      why: 'two goroutines can both find nothing: the later Store replaces what the first one has already handed out',
      next: 'Use LoadOrStore.',
    },
  },

  run(pass) {
    for (const stmt of pass.nodes('IfStmt')) {
      if (isTestFile(pass, stmt)) continue
      atomics(pass, stmt)
      syncMap(pass, stmt)
    }
  },
})

function underLock(pass: ActPass, node: Node): boolean {
  const around = pass.enclosingFunction(node)
  return around === undefined || locksSomething(pass, around)
}

/** `if x.Load() … { x.Store(…) }`, without a swap of x in it. */
function atomics(pass: ActPass, stmt: IfStmt): void {
  const asked = [...callsIn(pass, stmt.cond), ...(stmt.init === undefined ? [] : callsIn(pass, stmt.init))]
  const loads = asked.flatMap(call => {
    const access = atomicAccess(pass, call)
    return access?.kind === 'load' ? [{call, key: access.key}] : []
  })
  const declared = declarationAround(pass, stmt)
  if (loads.length === 0 || underLock(pass, stmt) || (declared !== undefined && callerLocks(declared))) return
  for (const {call: load, key} of loads) {
    const later = callsIn(pass, stmt.body).flatMap(call => {
      const access = atomicAccess(pass, call)
      return access?.key === key ? [{call, kind: access.kind}] : []
    })
    const store = later.find(one => one.kind === 'store' && decidedBy(pass, one.call, stmt))
    if (store === undefined || later.some(one => one.kind === 'change') || onlyStores(stmt)) continue
    if (!restsOnLoad(pass, stmt, load, store.call) || belongsToOneGoroutine(pass, store.call)) continue
    const variable = atomicVariable(pass, store.call)
    const uses = variable === undefined ? undefined : atomicUses(pass, variable)
    if (uses !== undefined && (hasOneWriter(pass, uses) || takesSignal(pass, stmt, load, store.call, uses))) continue
    pass.report(store.call, 'store', {data: {variable: nameOf(pass, store.call)}, related: [{node: load, label: 'loaded here'}]})
  }
}

/**
 * A private field that one method alone mentions, which is called once in the package, by a go statement outside of loops: nobody else can come
 * in between.
 */
function belongsToOneGoroutine(pass: ActPass, store: CallExpr): boolean {
  const field = atomicVariable(pass, store)
  const method = declarationAround(pass, store)
  const declared = method === undefined ? undefined : pass.objectOf(method.name)
  if (field?.varKind !== 'field' || isExported(field.name) || method === undefined || declared === undefined || isExported(declared.name))
    return false
  const elsewhere = mentions(pass, field).some(one => {
    const parent = pass.parent(one)
    return parent?.kind !== 'Field' && !(parent?.kind === 'KeyValueExpr' && parent.key === one) && !covers(method, one)
  })
  const uses = mentions(pass, declared).filter(one => one !== method.name)
  const fun = uses[0] === undefined ? undefined : pass.parent(uses[0])
  const call = fun === undefined ? undefined : pass.parent(fun)
  const started = call?.kind === 'CallExpr' && call.fun === fun && pass.parent(call)?.kind === 'GoStmt'
  return !elsewhere && uses.length === 1 && started && !inLoop(pass, call)
}

/**
 * `if x.Load() == raised { x.Store(0); … }`, where all else that is ever stored is `raised`, or 0 again: others say that something has happened, this takes
 * note of it before it acts. Whatever is raised in between is either taken note of as well or raised again, so no news is lost.
 */
function takesSignal(pass: ActPass, stmt: IfStmt, load: CallExpr, store: CallExpr, uses: readonly AtomicUse[]): boolean {
  const [first] = stmt.body.list
  if (first?.kind !== 'ExprStmt' || unparen(first.x) !== store || textOf(pass, store.args.at(-1)) !== zeroOf(pass, load)) return false
  const raised = raisedBy(pass, stmt.cond, load)
  return (
    raised !== undefined &&
    raised !== zeroOf(pass, load) &&
    uses.some(({kind}) => kind !== 'load') &&
    uses.every(({kind, call}) => {
      if (kind === 'load' || call === store) return true
      return (
        (kind === 'store' || /Swap/.test(pass.calleeName(call) ?? '')) &&
        [raised, zeroOf(pass, load)].includes(textOf(pass, call.args.at(-1)) ?? '')
      )
    })
  )
}

/** The constant of which the condition says that it was loaded. */
function raisedBy(pass: ActPass, cond: Expr, load: CallExpr): string | undefined {
  for (const at of [cond, ...pass.within(cond, 'BinaryExpr')]) {
    const term = unparen(at)
    if (term === load) return 'true'
    if (term.kind === 'BinaryExpr' && term.op === '&&' && (unparen(term.x) === load || unparen(term.y) === load)) return 'true'
    if (term.kind !== 'BinaryExpr' || term.op !== '==') continue
    if (unparen(term.x) === load) return textOf(pass, term.y)
    if (unparen(term.y) === load) return textOf(pass, term.x)
  }
  return undefined
}

const zeroOf = (pass: ActPass, load: CallExpr) => (pass.typeText(load) === 'bool' ? 'false' : '0')

function textOf(pass: ActPass, expr: Expr | undefined): string | undefined {
  const value = expr === undefined ? undefined : pass.constantOf(expr)
  return value === undefined ? undefined : exactString(value)
}

/** `if x.Load() != v { x.Store(v) }`: it saves a write and decides nothing. */
const onlyStores = (stmt: IfStmt) => stmt.body.list.length === 1 && stmt.body.list[0]?.kind === 'ExprStmt' && stmt.else === undefined

/**
 * The stored value is made of the loaded one or ordered against it, or the branch is to run once: the store makes its condition false.
 * `if x.Load() != v { …; x.Store(v) }` with a variable v is neither: whoever comes second stores the same.
 */
function restsOnLoad(pass: ActPass, stmt: IfStmt, load: CallExpr, store: CallExpr): boolean {
  const names = stmt.init?.kind === 'AssignStmt' && stmt.init.rhs.some(value => some(value, at => at === load)) ? stmt.init.lhs : []
  const loaded = names.flatMap(name => variableOf(pass, name) ?? [])
  const isLoaded = (at: Node) => at === load || (at.kind === 'Ident' && loaded.some(one => one === pass.objectOf(at)))
  const value = store.args.at(-1)
  if (value === undefined || some(value, isLoaded)) return value !== undefined
  const asked = pass.within(stmt.cond, load.kind).some(call => call === load) ? [load] : pass.within(stmt.cond, 'Ident').filter(isLoaded)
  return asked.some(term => storeEnds(pass, stmt, term, value))
}

/** Whether the condition orders the loaded term against something, or compares it so that the stored value makes it false. */
function storeEnds(pass: ActPass, stmt: IfStmt, term: Expr, value: Expr): boolean {
  let inner: Node = term
  const isPlain = () => inner === term || (inner.kind === 'ParenExpr' && unparen(inner) === term)
  for (const at of pass.ancestors(term)) {
    if (at.kind === 'UnaryExpr' && at.op === '!') return isPlain() && pass.text(value) !== 'false'
    if (at.kind === 'BinaryExpr' && /^(?:[<>]=?|[=!]=)$/.test(at.op)) {
      if (at.op !== '==' && at.op !== '!=') return true
      const other = unparen(inner === at.x ? at.y : at.x)
      const isSame = pass.text(other) === pass.text(value)
      return at.op === '==' ? !isSame : isSame && pass.constantOf(other) !== undefined
    }
    if (at === stmt || (at.kind === 'BinaryExpr' && (at.op === '&&' || at.op === '||'))) return isPlain() && pass.text(value) === 'false'
    inner = at
  }
  return false
}

/** No other condition stands between: one that does has its own reason, as where a flag is raised after a failed attempt. */
function decidedBy(pass: ActPass, call: CallExpr, stmt: IfStmt): boolean {
  for (const at of pass.ancestors(call)) {
    if (at === stmt) return true
    if (at.kind === 'IfStmt' || at.kind === 'CaseClause' || at.kind === 'CommClause') return false
  }
  return false
}

function nameOf(pass: ActPass, call: CallExpr): string {
  const access = atomicAccess(pass, call)
  return access?.variable === undefined ? receiverText(pass, call) : pass.text(access.variable)
}

/** `if _, ok := m.Load(k); !ok { m.Store(k, v) }`, also with the load in the statement before. */
function syncMap(pass: ActPass, stmt: IfStmt): void {
  const load = loadOf(pass, stmt.init ?? before(pass, stmt))
  if (load === undefined || !deniesOk(pass, stmt, load.ok) || underLock(pass, stmt)) return
  for (const call of callsIn(pass, stmt.body)) {
    if (!must(pass.callsMethod(call, 'sync.Map', 'Store')) || receiverKey(pass, call) !== receiverKey(pass, load.call)) continue
    const [key, asked] = [call.args[0], load.call.args[0]]
    if (key !== undefined && asked !== undefined && pass.text(key) === pass.text(asked))
      pass.report(call, 'map', {data: {variable: receiverText(pass, call)}, related: [{node: load.call, label: 'asked here'}]})
  }
}

function before(pass: ActPass, stmt: IfStmt): Stmt | undefined {
  const parent = pass.parent(stmt)
  const list = parent?.kind === 'BlockStmt' ? parent.list : []
  return list[list.indexOf(stmt) - 1]
}

function loadOf(pass: ActPass, stmt: Stmt | undefined) {
  if (stmt?.kind !== 'AssignStmt' || stmt.lhs.length !== 2) return undefined
  const [call, ok] = [stmt.rhs[0], stmt.lhs[1]]
  if (call?.kind !== 'CallExpr' || ok?.kind !== 'Ident' || !must(pass.callsMethod(call, 'sync.Map', 'Load'))) return undefined
  return {call, ok}
}

function deniesOk(pass: ActPass, {cond}: IfStmt, ok: Parameters<typeof variableOf>[1]): boolean {
  return (
    cond.kind === 'UnaryExpr' &&
    cond.op === '!' &&
    variableOf(pass, cond.x) !== undefined &&
    variableOf(pass, cond.x) === variableOf(pass, ok)
  )
}
