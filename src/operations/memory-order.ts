// The litmus cases of knowledge/facts/ordering.ts as pictures: the statements of each goroutine in order, what orders one goroutine's after another's,
// and the accesses that nothing orders. The edges are worked out from the Go text by the rules of the memory model (doc/go_mem.html), and the
// verdict from the edges, so that a test can hold it against what the race detector says of the same text.
import {assert, errors} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {forEachChild, type CallExpr, type Node, type Stmt} from '../go/syntax/ast.ts'
import {parseFile} from '../go/syntax/parse.ts'
import type {Graph, GraphEdge, GraphNode} from '../graph/graph.ts'
import type {Fact} from '../knowledge/facts/fact.ts'
import {orderingFacts} from '../knowledge/facts/ordering.ts'
import {wrapped} from '../report/diagrams/wrapped.ts'

/** One statement of one goroutine. */
interface Event {
  readonly id: number
  readonly thread: number
  readonly text: string
  readonly reads: ReadonlySet<string>
  readonly writes: ReadonlySet<string>
  /** Operations that may order: `send c`, `receive c`, `Unlock mu`. */
  readonly syncs: readonly {readonly how: string; readonly on: string}[]
}

interface Edge {
  readonly from: number
  readonly to: number
  readonly why: string
}

export interface Litmus {
  readonly events: readonly Event[]
  readonly edges: readonly Edge[]
  /** Pairs of accesses of which one writes and that nothing orders. */
  readonly races: readonly (readonly [number, number, variable: string])[]
}

export function memoryOrderGraph(ids: readonly string[]): Graph {
  const known = orderingFacts.filter(fact => fact.litmus !== undefined)
  for (const id of ids) {
    if (known.some(fact => fact.id === id)) continue
    const names = known.map(fact => fact.id)
    const near = nearest(id, names)
    throw errors.usage(
      `there is no litmus case "${id}"`,
      near === undefined ? `Give one of: ${names.join(', ')}.` : `Did you mean "${near}"?`,
    )
  }
  const chosen = ids.length === 0 ? known : known.filter(fact => ids.includes(fact.id))
  const parts = chosen.map(fact => drawn(fact, litmusOf(fact.litmus?.go ?? '')))
  return {
    title: 'what orders memory accesses of two goroutines, and what does not',
    direction: 'down',
    groups: chosen.map(({id, title}) => ({id, title: wrapped(title).join('\n')})),
    nodes: parts.flatMap(({nodes}) => nodes),
    edges: parts.flatMap(({edges}) => edges),
  }
}

function drawn({id}: Fact, {events, edges, races}: Litmus): {readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[]} {
  const name = (event: number) => `${id}.${event}`
  const racing = new Set(races.flatMap(([a, b]) => [a, b]))
  return {
    nodes: events.map(event => ({
      id: name(event.id),
      lines: [event.thread === 0 ? 'main' : `goroutine ${event.thread}`, event.text],
      group: id,
      tone: racing.has(event.id) ? 'bad' : event.syncs.length > 0 ? 'good' : 'plain',
    })),
    edges: [
      ...edges.map(({from, to, why}): GraphEdge => ({from: name(from), to: name(to), ...(why === '' ? {} : {label: why, tone: 'good'})})),
      ...races.map(([a, b, variable]): GraphEdge => ({
        from: name(a),
        to: name(b),
        label: `race on ${variable}`,
        tone: 'bad',
        dashed: true,
        undirected: true,
      })),
    ],
  }
}

/** Reads one of the small programs; what they are written with is all it knows. */
export function litmusOf(go: string): Litmus {
  const source = new TextEncoder().encode(`package p\nfunc f() {\n${go}}\n`)
  const {file, errors: wrong} = parseFile(source, {comments: false})
  const [decl] = file.decls
  assert(wrong.length === 0 && decl?.kind === 'FuncDecl' && decl.body !== undefined, 'a litmus case is Go')
  const reader = new LitmusReader(source)
  reader.thread(decl.body.list, undefined)
  const edges = [...reader.edges]
  edges.push(...synchronised(reader.events, edges, reader.buffered))
  const after = reachable(reader.events.length, edges)
  const races: [number, number, string][] = []
  for (const a of reader.events)
    for (const b of reader.events) {
      if (a.id >= b.id || a.thread === b.thread || after[a.id]?.has(b.id) === true || after[b.id]?.has(a.id) === true) continue
      for (const variable of a.writes) if (b.writes.has(variable) || b.reads.has(variable)) races.push([a.id, b.id, variable])
      for (const variable of a.reads) if (b.writes.has(variable) && !a.writes.has(variable)) races.push([a.id, b.id, variable])
    }
  return {events: reader.events, edges, races}
}

class LitmusReader {
  readonly events: Event[] = []
  readonly edges: Edge[] = []
  /** Channels with a buffer. */
  readonly buffered = new Set<string>()
  readonly #source: Uint8Array
  #threads = 0
  #done = new Set<string>()

  constructor(source: Uint8Array) {
    this.#source = source
  }

  /** `before`: the go statement that starts it. */
  thread(list: readonly Stmt[], before: number | undefined): void {
    const own = before === undefined ? 0 : ++this.#threads
    let last = before
    for (const statement of list) {
      const starts = statement.kind === 'GoStmt' ? [statement] : goStatements(statement)
      const times = statement.kind === 'RangeStmt' && statement.x.kind === 'BasicLit' ? Number(statement.x.value) : 1
      const event = this.#event(statement, own, starts.length > 0)
      if (last !== undefined) this.edges.push({from: last, to: event.id, why: last === before ? 'go' : ''})
      last = event.id
      for (const {call} of starts)
        for (let i = 0; i < times; i++) if (call.fun.kind === 'FuncLit') this.thread(call.fun.body.list, event.id)
    }
  }

  #event(statement: Stmt, thread: number, starts: boolean): Event {
    const reads = new Set<string>()
    const writes = new Set<string>()
    const syncs: {how: string; on: string}[] = []
    if (!starts) this.#look(statement, reads, writes, syncs)
    const text = starts ? 'go func() { … }()' : this.#text(statement)
    const event = {id: this.events.length, thread, text, reads, writes, syncs}
    this.events.push(event)
    return event
  }

  #look(node: Node, reads: Set<string>, writes: Set<string>, syncs: {how: string; on: string}[]): void {
    const on = (inner: Node) => this.#look(inner, reads, writes, syncs)
    switch (node.kind) {
      case 'AssignStmt':
        for (const left of node.lhs) {
          const target = left.kind === 'IndexExpr' ? left.x : left
          if (target.kind === 'Ident') writes.add(target.name)
          if (left.kind === 'IndexExpr') on(left.index)
        }
        for (const [i, right] of node.rhs.entries()) {
          const left = node.lhs[i]
          if (left?.kind === 'Ident' && isBuffered(right)) this.buffered.add(left.name)
          on(right)
        }
        return
      case 'IncDecStmt':
        if (node.x.kind === 'Ident') writes.add(node.x.name)
        return
      case 'SendStmt':
        syncs.push({how: 'send', on: this.#text(node.chan)})
        return on(node.value)
      case 'UnaryExpr':
        if (node.op === '<-') return void syncs.push({how: 'receive', on: this.#text(node.x)})
        break
      case 'CallExpr':
        return this.#call(node, on, syncs)
      case 'Ident':
        return void reads.add(node.name)
      case 'SelectorExpr':
        return on(node.x)
      default:
    }
    forEachChild(node, on)
  }

  #call(call: CallExpr, on: (node: Node) => void, syncs: {how: string; on: string}[]): void {
    const {fun, args} = call
    if (fun.kind === 'Ident' && fun.name === 'close' && args[0]) return void syncs.push({how: 'close', on: this.#text(args[0])})
    if (fun.kind === 'SelectorExpr') {
      const owner = this.#text(fun.x)
      if (orders.has(fun.sel.name) && owner !== 'fmt' && owner !== 'time') syncs.push({how: fun.sel.name, on: owner})
      // The function of a Once runs in one of its callers; the first one stands for it.
      if (fun.sel.name === 'Do' && this.#done.has(owner)) return
      if (fun.sel.name === 'Do') this.#done.add(owner)
    }
    for (const arg of args) {
      if (arg.kind === 'FuncLit') on(arg.body)
      else on(arg)
    }
  }

  #text({pos, end}: {readonly pos: number; readonly end: number}): string {
    return new TextDecoder().decode(this.#source.subarray(pos, end)).replace(/\s+/g, ' ')
  }
}

const orders = new Set(['Lock', 'Unlock', 'Done', 'Wait', 'Do', 'Store', 'Load'])

function goStatements(statement: Stmt): (Stmt & {kind: 'GoStmt'})[] {
  if (statement.kind !== 'RangeStmt' && statement.kind !== 'ForStmt') return []
  return statement.body.list.flatMap(inner => (inner.kind === 'GoStmt' ? [inner] : []))
}

const isBuffered = (node: Node): boolean =>
  node.kind === 'CallExpr' && node.fun.kind === 'Ident' && node.fun.name === 'make' && node.args.length > 1

/** What one operation has ordered when the other is done, by the memory model; `next`: only what follows the second is ordered. */
const rules: readonly {readonly first: string; readonly second: string; readonly next?: boolean}[] = [
  {first: 'send', second: 'receive'},
  {first: 'close', second: 'receive'},
  {first: 'receive', second: 'send', next: true}, // unbuffered channels only
  {first: 'Unlock', second: 'Lock'},
  {first: 'Done', second: 'Wait'},
  {first: 'Do', second: 'Do'},
  {first: 'Store', second: 'Load'},
]

function synchronised(events: readonly Event[], order: readonly Edge[], buffered: ReadonlySet<string>): Edge[] {
  const after = reachable(events.length, order)
  const found: Edge[] = []
  for (const a of events)
    for (const b of events) {
      if (a.thread === b.thread || after[b.id]?.has(a.id) === true) continue
      for (const rule of rules) {
        const shared = a.syncs.find(
          ({how, on}) => how === rule.first && b.syncs.some(other => other.how === rule.second && other.on === on),
        )
        if (shared === undefined || (rule.first === 'Do' && a.id > b.id)) continue
        if (rule.next && buffered.has(shared.on)) continue
        const to = rule.next ? events.find(event => event.thread === b.thread && event.id > b.id)?.id : b.id
        if (to !== undefined) found.push({from: a.id, to, why: `${rule.first} ${shared.on}`})
      }
    }
  return found
}

/** For each event those that come after it. */
function reachable(n: number, edges: readonly Edge[]): readonly ReadonlySet<number>[] {
  return Array.from({length: n}, (_, start) => {
    const found = new Set<number>()
    const waiting = [start]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop())
      for (const {from, to} of edges)
        if (from === at && !found.has(to)) {
          found.add(to)
          waiting.push(to)
        }
    return found
  })
}
