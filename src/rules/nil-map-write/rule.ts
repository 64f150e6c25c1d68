// nil-map-write: an entry stored in a map that is nil on every path to the store. See rule.md.
import {assignedAt, mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {followPaths, isRangeTarget} from '../../analysis/reading/paths.ts'
import {functionBodies, unparen, variableOf, walk, walkSameFunction} from '../../analysis/reading/terms.ts'
import type {BlockStmt, Expr, FuncDecl, FuncLit, Ident, IndexExpr, Node, SelectorExpr} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {exactString} from '../../go/types/constant/constant.ts'
import {unalias, underlying} from '../../go/types/underlying.ts'

type Known = 'nil' | 'unknown'
type State = ReadonlyMap<GoObject, Known>

export default defineRule({
  id: 'nil-map-write',
  title: 'An entry is stored in a nil map',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Map_types', 'https://go.dev/ref/spec#Index_expressions'],
  messages: {
    store: {
      what: '{map} is nil here and gets an entry',
      why: 'storing in a nil map panics; reading, ranging, delete and clear are allowed',
      next: 'Make the map before the first store.',
    },
  },

  run(pass) {
    for (const {node, body} of functionBodies(pass)) {
      if (!storesSomewhere(pass, body)) continue
      const maps = localMaps(pass, node, body)
      if (maps.size === 0) continue
      const start = new Map([...maps].filter(([, how]) => how === 'nil').map(([object]) => [object, 'nil' as const]))
      const paths = followPaths<State>(pass, node, {
        start,
        join: (a, b) => joinStates(a, b),
        same: (a, b) => a.size === b.size && [...a].every(([object, known]) => b.get(object) === known),
        step: (at, state) => step(pass, at, state, maps),
        assume: (condition, holds, state) => assume(pass, condition, holds, state, maps),
      })
      paths?.each((at, state) => {
        for (const index of stores(pass, at, state)) pass.report(index, 'store', {data: {map: pass.text(index.x)}})
      })
    }
  },
})

type MapPass = Pass<'store'>

/** Whether something in the body looks like a store in a map of a variable: the question that costs least. */
const storesSomewhere = (pass: MapPass, body: BlockStmt): boolean =>
  pass.within(body, 'IndexExpr').some(index => {
    const parent = pass.parent(index)
    if (parent?.kind !== 'AssignStmt' && parent?.kind !== 'IncDecStmt' && parent?.kind !== 'ParenExpr') return false
    const object = variableOf(pass, index.x)
    return object?.type !== undefined && underlying(object.type).kind === 'Map'
  })

/** Map variables of this function that no function literal mentions and no address is taken of; `nil` when they start so. */
function localMaps(pass: MapPass, {type}: FuncDecl | FuncLit, body: BlockStmt): Map<GoObject, 'nil' | 'unknown'> {
  const maps = new Map<GoObject, 'nil' | 'unknown'>()
  const add = (name: Expr, how: 'nil' | 'unknown') => {
    const object = variableOf(pass, name)
    if (object?.type !== undefined && underlying(object.type).kind === 'Map') maps.set(object, how)
  }
  for (const field of type.params.list) for (const name of field.names) add(name, 'unknown')
  for (const field of type.results?.list ?? []) for (const name of field.names) add(name, 'nil')
  walkSameFunction(body, at => {
    if (at.kind === 'ValueSpec') for (const name of at.names) add(name, 'unknown')
    else if (at.kind === 'AssignStmt' && at.tok === ':=') for (const name of at.lhs) add(name, 'unknown')
  })
  walk(body, at => {
    if (at.kind === 'UnaryExpr' && at.op === '&') drop(at.x)
    else if (at.kind === 'SelectorExpr' && takesAddress(pass, at)) drop(at.x)
    else if (at.kind === 'FuncLit' && at.body !== body) walk(at.body, inner => (inner.kind === 'Ident' ? drop(inner) : undefined))
  })
  return maps

  function drop(expr: Expr): void {
    const object = variableOf(pass, expr)
    if (object !== undefined) maps.delete(object)
  }
}

/** `m.Set(…)` whose receiver is a pointer: the call takes the address of the variable (spec, "Calls"). */
function takesAddress(pass: MapPass, {sel}: SelectorExpr): boolean {
  const method = pass.objectOf(sel)
  const type = method?.kind === 'Func' ? method.type : undefined
  const receiver = type?.kind === 'Signature' ? type.recv?.type : undefined
  return receiver !== undefined && unalias(receiver).kind === 'Pointer'
}

const joinStates = (a: State, b: State): State => new Map([...a].filter(([object, known]) => b.get(object) === known))

function step(pass: MapPass, at: Node, before: State, maps: ReadonlyMap<GoObject, unknown>): State {
  let state: Map<GoObject, Known> | undefined
  const assign = (name: Expr, value: Known) => {
    const object = variableOf(pass, name)
    if (object !== undefined && maps.has(object)) (state ??= new Map(before)).set(object, value)
  }
  if (at.kind === 'ValueSpec')
    for (const [i, name] of at.names.entries()) assign(name, at.values.length === 0 ? 'nil' : valueOf(pass, at.values[i]))
  else if (at.kind === 'AssignStmt') {
    for (const [i, name] of at.lhs.entries())
      if (unparen(name).kind === 'Ident') assign(name, at.lhs.length === at.rhs.length ? valueOf(pass, at.rhs[i]) : 'unknown')
  } else if (at.kind === 'Ident' && isRangeTarget(pass, at)) assign(at, 'unknown')
  return state ?? before
}

/** Entries that are stored in a map which is nil there. */
function stores(pass: MapPass, at: Node, state: State): readonly IndexExpr[] {
  const targets = at.kind === 'AssignStmt' ? at.lhs : at.kind === 'IncDecStmt' ? [at.x] : []
  return targets.flatMap(target => {
    const index = unparen(target)
    const object = index.kind === 'IndexExpr' ? variableOf(pass, index.x) : undefined
    const certain = index.kind === 'IndexExpr' && object !== undefined && state.get(object) === 'nil' && unparen(index.x).kind === 'Ident'
    return certain ? [index] : []
  })
}

/** `nil` and `map[K]V(nil)`. */
function valueOf(pass: MapPass, expr: Expr | undefined): 'nil' | 'unknown' {
  const at = expr === undefined ? undefined : unparen(expr)
  if (at?.kind === 'Ident' && at.name === 'nil') return pass.objectOf(at)?.kind === 'Nil' ? 'nil' : 'unknown'
  const argument = at?.kind === 'CallExpr' && pass.isConversion(at) === 'yes' ? at.args[0] : undefined
  return argument === undefined ? 'unknown' : valueOf(pass, argument)
}

function assume(pass: MapPass, condition: Expr, holds: boolean, state: State, maps: ReadonlyMap<GoObject, unknown>): State | undefined {
  // A nil map has no entries: this way is not taken.
  if (holds === (condition.kind !== 'BinaryExpr' || condition.op !== '==') && asksNil(pass, condition, state)) return undefined
  if (condition.kind !== 'BinaryExpr' || (condition.op !== '==' && condition.op !== '!=')) return state
  const side = [condition.x, condition.y].find(expr => valueOf(pass, expr) !== 'nil')
  const other = side === condition.x ? condition.y : condition.x
  const object = side === undefined || valueOf(pass, other) !== 'nil' ? undefined : variableOf(pass, side)
  if (object === undefined || !maps.has(object) || unparen(side!).kind !== 'Ident') return state
  return new Map(state).set(object, (condition.op === '==') === holds ? 'nil' : 'unknown')
}

/** The condition says that a map which is nil has an entry: `ok` of `v, ok := m[k]`, `len(m) > 0`, `m[k] == v` turned out not to hold. */
function asksNil(pass: MapPass, condition: Expr, state: State): boolean {
  const isNil = (map: Expr) => state.get(variableOf(pass, map)!) === 'nil'
  if (condition.kind === 'Ident') {
    const ok = variableOf(pass, condition)
    const entries = ok === undefined ? [] : mentions(pass, ok).flatMap(mention => assignedAt(pass, mention) ?? [])
    return (
      entries.length === 1 &&
      mentions(pass, ok!)
        .flatMap(mention => entryOf(pass, mention))
        .some(({x}) => isNil(x))
    )
  }
  if (condition.kind === 'IndexExpr') return isNil(condition.x)
  if (condition.kind !== 'BinaryExpr' || !/^(?:==|!=|>)$/.test(condition.op) || !isZero(pass, condition.y)) return false
  const asked = unparen(condition.x)
  if (asked.kind === 'IndexExpr') return isNil(asked.x)
  return asked.kind === 'CallExpr' && pass.calleeName(asked) === 'builtin len' && asked.args[0] !== undefined && isNil(asked.args[0])
}

/** What a map answers for a key it does not have: `0`, `""`, `false`. */
function isZero(pass: MapPass, expr: Expr): boolean {
  const value = pass.constantOf(expr)
  return value !== undefined && /^(?:0|""|false)$/.test(exactString(value))
}

/** `m[k]` of `v, ok := m[k]` where the mention is the ok. */
function entryOf(pass: MapPass, mention: Ident): readonly IndexExpr[] {
  const parent = pass.parent(mention)
  const [entry] = parent?.kind === 'AssignStmt' && parent.lhs[1] === mention && parent.rhs.length === 1 ? parent.rhs : []
  return entry?.kind === 'IndexExpr' ? [entry] : []
}
