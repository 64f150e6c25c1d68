// Function literals that run on a goroutine of their own, and whether the function that starts them waits for them.
import {must} from '../../base/answer.ts'
import type {CallExpr, FuncLit, Node, SelectStmt} from '../../go/syntax/ast.ts'
import {isNamed, pointee} from './named.ts'
import {some, type Source, unparen, variableOf, walkSameFunction} from './terms.ts'
import type {GoObject} from '../../go/types/objects.ts'

export interface Started {
  /** The go statement, or the call that takes the literal. */
  readonly at: Node
  readonly call: CallExpr
  /** Undefined for `go f(x)`. */
  readonly literal: FuncLit | undefined
}

/** go statements; literals given to errgroup.Group.Go, sync.WaitGroup.Go and time.AfterFunc. */
export function* startedGoroutines(source: Source): Iterable<Started> {
  for (const stmt of source.nodes('GoStmt')) {
    const fun = unparen(stmt.call.fun)
    yield {at: stmt, call: stmt.call, literal: fun.kind === 'FuncLit' ? fun : undefined}
  }
  for (const call of source.nodes('CallExpr')) {
    const literal = call.args.at(-1)
    if (literal?.kind === 'FuncLit' && startsLiteral(source, call)) yield {at: call, call, literal}
  }
}

const startsLiteral = (source: Source, call: CallExpr) =>
  must(source.callsMethod(call, 'golang.org/x/sync/errgroup.Group', 'Go')) ||
  must(source.callsMethod(call, 'sync.WaitGroup', 'Go')) ||
  must(source.callsFunction(call, 'time.AfterFunc'))

/**
 * The function around goes on to wait for something: a receive, a select, a range over a channel, a call named Wait. With `always`, a select that
 * returns when a context ends or time is over does not count: the goroutine may still run then.
 */
export function waitsLater(source: Source, at: Node, always = false): boolean {
  const around = source.enclosingFunction(at)
  let waits = false
  if (around?.body === undefined) return true
  walkSameFunction(around.body, node => {
    if (node.pos < at.end) return undefined
    if (always && node.kind === 'SelectStmt' && givesUp(node)) return false
    if (node.kind === 'SelectStmt' || (node.kind === 'UnaryExpr' && node.op === '<-') || node.kind === 'RangeStmt')
      waits ||= node.kind !== 'RangeStmt' || rangesChannel(source, node.x)
    if (node.kind === 'CallExpr' && node.fun.kind === 'SelectorExpr' && /[Ww]ait|[Jj]oin/.test(node.fun.sel.name)) waits = true
    return undefined
  })
  return waits
}

/** A case that receives from `x.Done()` or `time.After(…)` and returns without waiting for anything else. */
const givesUp = (select: SelectStmt) =>
  select.body.list.some(clause => {
    if (clause.kind !== 'CommClause' || clause.comm?.kind !== 'ExprStmt') return false
    const received = unparen(clause.comm.x)
    const from = received.kind === 'UnaryExpr' && received.op === '<-' ? unparen(received.x) : undefined
    const ends = from?.kind === 'CallExpr' && from.fun.kind === 'SelectorExpr' && /^(?:Done|After)$/.test(from.fun.sel.name)
    return (
      ends &&
      clause.body.some(stmt => some(stmt, node => node.kind === 'ReturnStmt')) &&
      !clause.body.some(stmt => some(stmt, node => node.kind === 'UnaryExpr' && node.op === '<-'))
    )
  })

const rangesChannel = (source: Source, expr: Parameters<typeof unparen>[0]) => {
  const type = source.typeOf(expr)
  return type === undefined || type.kind === 'Chan'
}

/** The context or request of the functions around a node, innermost first: a parameter of that type with a name. */
export function parameterAround(source: Source, node: Node, ...types: readonly string[]): GoObject | undefined {
  for (const at of source.ancestors(node)) {
    if (at.kind !== 'FuncDecl' && at.kind !== 'FuncLit') continue
    for (const field of at.type.params.list)
      for (const name of field.names) {
        const object = name.name === '_' ? undefined : variableOf(source, name)
        if (object !== undefined && isNamed(pointee(object.type), ...types)) return object
      }
  }
  return undefined
}
