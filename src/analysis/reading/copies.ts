// Places where a value is copied: by-value receivers and parameters, assignments, arguments, results, range values, elements of literals.
// Composite literals and calls make a new value and copy nothing that is in use.
import type {CallExpr, Expr, FuncDecl, FuncLit, Node} from '../../go/syntax/ast.ts'
import type {Type} from '../../go/types/types.ts'
import {objectType} from '../../go/types/objects.ts'
import {underlying} from '../../go/types/underlying.ts'
import type {CheckedPackage} from '../engine/checked-package.ts'
import {type Source, unparen, variableOf} from './terms.ts'

export interface Copy {
  readonly at: Node
  readonly type: Type
  readonly how: 'receiver' | 'parameter' | 'assignment' | 'argument' | 'result' | 'range' | 'literal'
}

/** Types whose documentation forbids copying after first use. sync.Pool has a rule of its own: its noCopy is not asked for. */
export const pinnedTypes: ReadonlySet<string> = new Set([
  ...['Mutex', 'RWMutex', 'Cond', 'Once', 'WaitGroup', 'Map'].map(name => `sync.${name}`),
  ...['Bool', 'Int32', 'Int64', 'Uint32', 'Uint64', 'Uintptr', 'Pointer', 'Value'].map(name => `sync/atomic.${name}`),
])

/** For messages: what makes the copy. */
export const copyWording: Readonly<Record<Copy['how'], string>> = {
  receiver: 'the receiver takes a copy',
  parameter: 'the parameter takes a copy',
  assignment: 'the assignment makes a copy',
  argument: 'the call passes a copy',
  result: 'the return makes a copy',
  range: 'the loop variable is a copy',
  literal: 'the literal stores a copy',
}

const found = new WeakMap<CheckedPackage, readonly Copy[]>()

/** Copies of structs and arrays; nothing else holds another type by value. Gathered once for all rules. */
export function copies(source: Source): readonly Copy[] {
  const known = found.get(source.package)
  if (known !== undefined) return known
  const made = [...everywhere(source)].filter(({type}) => {
    const {kind} = underlying(type)
    return kind === 'Struct' || kind === 'Array'
  })
  found.set(source.package, made)
  return made
}

function* everywhere(source: Source): Iterable<Copy> {
  for (const kind of ['FuncDecl', 'FuncLit'] as const) for (const func of source.nodes(kind)) yield* declared(source, func)
  for (const node of source.nodes('AssignStmt')) {
    for (const [i, right] of node.rhs.entries()) {
      const left = node.lhs[i]
      if (left?.kind === 'Ident' && left.name === '_') continue
      yield* copied(source, right, 'assignment')
    }
  }
  for (const node of source.nodes('ValueSpec')) for (const value of node.values) yield* copied(source, value, 'assignment')
  for (const node of source.nodes('ReturnStmt')) for (const value of node.results) yield* copied(source, value, 'result')
  for (const node of source.nodes('CompositeLit'))
    for (const elt of node.elts) yield* copied(source, elt.kind === 'KeyValueExpr' ? elt.value : elt, 'literal')
  for (const node of source.nodes('CallExpr')) if (passes(source, node)) for (const arg of node.args) yield* copied(source, arg, 'argument')
  for (const node of source.nodes('RangeStmt')) {
    for (const variable of [node.key, node.value]) {
      if (variable === undefined || (variable.kind === 'Ident' && variable.name === '_')) continue
      const type = source.typeOf(variable)
      if (type !== undefined) yield {at: variable, type, how: 'range'}
    }
  }
}

function* declared(source: Source, func: FuncDecl | FuncLit): Iterable<Copy> {
  if (func.body === undefined) return // without a body nothing is done with them
  const fields = [
    ...(func.kind === 'FuncDecl' ? (func.recv?.list ?? []).map(field => ({field, how: 'receiver' as const})) : []),
    ...func.type.params.list.map(field => ({field, how: 'parameter' as const})),
  ]
  for (const {field, how} of fields) {
    const name = field.names[0]
    const object = variableOf(source, name)
    const type = object === undefined ? (field.type === undefined ? undefined : source.typeOf(field.type)) : objectType(object)
    if (type !== undefined && field.type !== undefined && field.type.kind !== 'Ellipsis') yield {at: field.type, type, how}
  }
}

function* copied(source: Source, expr: Expr, how: Copy['how']): Iterable<Copy> {
  const at = unparen(expr)
  if (at.kind !== 'Ident' && at.kind !== 'SelectorExpr' && at.kind !== 'IndexExpr' && at.kind !== 'StarExpr') return
  if (at.kind === 'StarExpr' && unparen(at.x).kind === 'CallExpr') return // what a function just made is often not in use yet
  if (at.kind === 'Ident' ? source.objectOf(at)?.kind !== 'Var' : at.kind === 'SelectorExpr' && source.objectOf(at.sel)?.kind !== 'Var')
    return
  const type = source.typeOf(at)
  if (type !== undefined) yield {at: expr, type, how}
}

/** Whether the call passes its arguments on; the builtins that measure do not. */
function passes(source: Source, call: CallExpr): boolean {
  const callee = source.calleeOf(call)
  if (callee?.kind === 'Builtin') return callee.name === 'append' || callee.name === 'panic'
  return source.calleeName(call)?.startsWith('unsafe.') !== true && source.isConversion(call) === 'no'
}
