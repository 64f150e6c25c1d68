// Builds the control-flow graph of a body. Structure and the rules on what returns follow golang.org/x/tools/go/cfg (v0.52, builder.go).
import type {Answer} from '../../base/answer.ts'
import {
  forEachChild,
  type BinaryExpr,
  type BlockStmt,
  type BranchStmt,
  type CallExpr,
  type CaseClause,
  type Expr,
  type ForStmt,
  type Ident,
  type LabeledStmt,
  type Node,
  type RangeStmt,
  type SelectStmt,
  type Stmt,
  type SwitchStmt,
  type TypeSwitchStmt,
} from '../syntax/ast.ts'
import type {BlockEnd, BlockKind, Cfg} from './cfg.ts'

/** What follows a call that stands as a statement. */
export type CallEnd = 'returns' | 'unwinds' | 'exits'

/** What follows a call that stands as a statement; `last`: nothing stands behind it in its list. */
export type EndOfCall = (call: CallExpr, last: boolean) => CallEnd

interface OpenBlock {
  index: number
  readonly kind: BlockKind
  origin: Node
  readonly nodes: Node[]
  readonly succs: OpenBlock[]
  readonly preds: OpenBlock[]
  condition: Expr | undefined
  end: BlockEnd
  live: boolean
  /** Holds a return statement or a defer. */
  returns: boolean
}

/** Where break, continue and fallthrough without a label lead. */
interface Targets {
  readonly outer: Targets | undefined
  readonly breakTo: OpenBlock
  readonly continueTo: OpenBlock | undefined
  readonly fallThroughTo: OpenBlock | undefined
}

interface LabelTargets {
  readonly goTo: OpenBlock
  breakTo: OpenBlock | undefined
  continueTo: OpenBlock | undefined
}

const panicsByName: EndOfCall = call => (call.fun.kind === 'Ident' && call.fun.name === 'panic' ? 'unwinds' : 'returns')

export function buildCfg(body: BlockStmt, endOfCall: EndOfCall = panicsByName): Cfg {
  return new Builder(body, endOfCall).build()
}

class Builder {
  readonly #body: BlockStmt
  readonly #endOfCall: EndOfCall
  readonly #blocks: OpenBlock[] = []
  readonly #returned: OpenBlock
  readonly #unwound: OpenBlock
  readonly #labels = new Map<string, LabelTargets>()
  readonly #placedOperands = new Set<Node>()
  #targets: Targets | undefined
  #current: OpenBlock
  #recovers: Answer = 'no'
  /** The statement that is gone through is the last of its list. */
  #last = false

  constructor(body: BlockStmt, endOfCall: EndOfCall) {
    this.#body = body
    this.#endOfCall = endOfCall
    this.#current = this.#newBlock('body', body)
    this.#returned = openBlock('return', body)
    this.#unwound = openBlock('unwind', body)
  }

  build(): Cfg {
    this.#statements(this.#body.list)
    const last = this.#current
    this.#leave('return', this.#returned)
    for (const virtual of [this.#returned, this.#unwound]) {
      virtual.index = this.#blocks.length
      virtual.end = 'never'
      this.#blocks.push(virtual)
    }
    if (this.#recovers !== 'no') {
      this.#unwound.end = 'jump'
      connect(this.#unwound, this.#returned)
    }
    markLive(this.#blocks[0] ?? last)
    if (last.live) last.returns = true
    return {
      body: this.#body,
      blocks: this.#blocks,
      returned: this.#returned,
      unwound: this.#unwound,
      placedOperands: this.#placedOperands,
      mayReturn: this.#blocks.some(block => block.live && block.returns),
      recovers: this.#recovers,
    }
  }

  #newBlock(kind: BlockKind, origin: Node): OpenBlock {
    const block = openBlock(kind, origin)
    block.index = this.#blocks.length
    this.#blocks.push(block)
    return block
  }

  /** Ends the current block; what follows it is not reached from here. */
  #leave(end: BlockEnd, target?: OpenBlock): void {
    this.#current.end = end
    if (target !== undefined) connect(this.#current, target)
  }

  #jump(target: OpenBlock): void {
    this.#leave('jump', target)
  }

  #branch(condition: Expr | undefined, ...targets: readonly OpenBlock[]): void {
    this.#current.condition = condition
    this.#current.end = 'branch'
    for (const target of targets) connect(this.#current, target)
  }

  #add(node: Node): void {
    this.#operands(node)
    this.#current.nodes.push(node)
  }

  #statements(list: readonly Stmt[]): void {
    for (const [i, s] of list.entries()) {
      this.#last = i === list.length - 1
      this.#statement(s)
    }
  }

  #statement(statement: Stmt): void {
    let label: LabelTargets | undefined
    let s = statement
    while (s.kind === 'LabeledStmt') {
      label = this.#label(s.label, s)
      this.#jump(label.goTo)
      this.#current = label.goTo
      s = s.stmt
    }
    switch (s.kind) {
      case 'ExprStmt':
        return this.#expressionStatement(s)
      case 'DeferStmt':
        this.#add(s)
        this.#current.returns = true
        this.#recovers = strongest(this.#recovers, recoversIn(s.call))
        return
      case 'DeclStmt':
        if (s.decl.tok === 'var') for (const spec of s.decl.specs) this.#add(spec)
        return
      case 'ReturnStmt':
        this.#add(s)
        this.#current.returns = true
        this.#leave('return', this.#returned)
        this.#current = this.#newBlock('unreachable', s)
        return
      case 'BranchStmt':
        return this.#branchStatement(s)
      case 'BlockStmt':
        return this.#statements(s.list)
      case 'IfStmt':
        return this.#if(s)
      case 'SwitchStmt':
        return this.#switch(s, label)
      case 'TypeSwitchStmt':
        return this.#typeSwitch(s, label)
      case 'SelectStmt':
        return this.#select(s, label)
      case 'ForStmt':
        return this.#for(s, label)
      case 'RangeStmt':
        return this.#range(s, label)
      default:
        this.#add(s)
    }
  }

  #expressionStatement(s: Stmt & {kind: 'ExprStmt'}): void {
    this.#add(s)
    let {x} = s
    while (x.kind === 'ParenExpr') x = x.x
    if (x.kind !== 'CallExpr') return
    const end = this.#endOfCall(x, this.#last)
    if (end === 'returns') return
    if (end === 'unwinds') this.#leave('unwind', this.#unwound)
    else this.#leave('never')
    this.#current = this.#newBlock('unreachable', s)
  }

  #label(name: Ident, at: LabeledStmt | BranchStmt): LabelTargets {
    let targets = this.#labels.get(name.name)
    if (targets === undefined) {
      targets = {goTo: this.#newBlock('label', at), breakTo: undefined, continueTo: undefined}
      this.#labels.set(name.name, targets)
    }
    if (at.kind === 'LabeledStmt') targets.goTo.origin = at
    return targets
  }

  #branchStatement(s: BranchStmt): void {
    let target: OpenBlock | undefined
    if (s.label !== undefined) {
      const label = this.#label(s.label, s)
      target = s.tok === 'goto' ? label.goTo : s.tok === 'break' ? label.breakTo : s.tok === 'continue' ? label.continueTo : undefined
    } else {
      for (let t = this.#targets; t !== undefined && target === undefined; t = t.outer)
        target = s.tok === 'break' ? t.breakTo : s.tok === 'continue' ? t.continueTo : s.tok === 'fallthrough' ? t.fallThroughTo : undefined
    }
    this.#jump(target ?? this.#newBlock('unreachable', s)) // a label that is not there: wrong Go, and nothing is reached
    this.#current = this.#newBlock('unreachable', s)
  }

  #if(statement: Stmt & {kind: 'IfStmt'}): void {
    const done = this.#newBlock('if-done', statement)
    let s = statement
    // Chains of else-if are as long as generated code makes them: a loop, not recursion.
    for (;;) {
      if (s.init !== undefined) this.#statement(s.init)
      const then = this.#newBlock('if-then', s)
      const other = s.else === undefined ? done : this.#newBlock('if-else', s)
      this.#condition(s.cond, then, other)
      this.#current = then
      this.#statements(s.body.list)
      this.#jump(done)
      if (s.else === undefined) break
      this.#current = other
      if (s.else.kind === 'IfStmt') {
        s = s.else
        continue
      }
      this.#statement(s.else)
      this.#jump(done)
      break
    }
    this.#current = done
  }

  #for(s: ForStmt, label: LabelTargets | undefined): void {
    if (s.init !== undefined) this.#statement(s.init)
    const body = this.#newBlock('for-body', s)
    const done = this.#newBlock('for-done', s)
    const loop = s.cond === undefined ? body : this.#newBlock('for-loop', s)
    const next = s.post === undefined ? loop : this.#newBlock('for-post', s)
    this.#jump(loop)
    if (s.cond !== undefined) {
      this.#current = loop
      this.#condition(s.cond, body, done)
    }
    this.#current = body
    this.#inside(s.body.list, {breakTo: done, continueTo: next}, label)
    this.#jump(next)
    if (s.post !== undefined) {
      this.#current = next
      this.#statement(s.post)
      this.#jump(loop)
    }
    this.#current = done
  }

  /** Over a function too: the body may run any number of times, and what leaves it leaves the loop (spec, "For statements with range clause"). */
  #range(s: RangeStmt, label: LabelTargets | undefined): void {
    this.#add(s.x)
    const loop = this.#newBlock('range-loop', s)
    const body = this.#newBlock('range-body', s)
    const done = this.#newBlock('range-done', s)
    this.#jump(loop)
    this.#current = loop
    this.#branch(undefined, body, done)
    this.#current = body
    if (s.key !== undefined) this.#add(s.key)
    if (s.value !== undefined) this.#add(s.value)
    this.#inside(s.body.list, {breakTo: done, continueTo: loop}, label)
    this.#jump(loop)
    this.#current = done
  }

  /** A body with its own targets for break and the rest. */
  #inside(
    list: readonly Stmt[],
    targets: {breakTo: OpenBlock; continueTo?: OpenBlock; fallThroughTo?: OpenBlock},
    label: LabelTargets | undefined,
  ): void {
    const outer = this.#targets
    this.#targets = {outer, breakTo: targets.breakTo, continueTo: targets.continueTo, fallThroughTo: targets.fallThroughTo}
    if (label !== undefined) {
      label.breakTo = targets.breakTo
      label.continueTo = targets.continueTo
    }
    this.#statements(list)
    this.#targets = outer
  }

  /** Case expressions are compared in source order; the default body runs when none fits, wherever it stands. */
  #switch(s: SwitchStmt, label: LabelTargets | undefined): void {
    if (s.init !== undefined) this.#statement(s.init)
    if (s.tag !== undefined) this.#add(s.tag)
    const done = this.#newBlock('switch-done', s)
    const clauses = s.body.list.filter(clause => clause.kind === 'CaseClause')
    const bodies = clauses.map(clause => this.#newBlock('switch-body', clause))
    let otherwise = done
    clauses.forEach((clause, i) => {
      const body = bodies[i] ?? done
      if (clause.isDefault) otherwise = body
      for (const expr of clause.list) {
        const next = this.#newBlock('switch-next', clause)
        if (s.tag === undefined) this.#condition(expr, body, next)
        else {
          this.#add(expr)
          this.#branch(expr, body, next)
        }
        this.#current = next
      }
    })
    this.#jump(otherwise)
    clauses.forEach((clause, i) => this.#clause(clause, bodies[i] ?? done, done, bodies[i + 1] ?? done, label))
    this.#current = done
  }

  #typeSwitch(s: TypeSwitchStmt, label: LabelTargets | undefined): void {
    if (s.init !== undefined) this.#statement(s.init)
    this.#add(s.assign)
    const done = this.#newBlock('switch-done', s)
    const clauses = s.body.list.filter(clause => clause.kind === 'CaseClause')
    const bodies = clauses.map(clause => this.#newBlock('switch-body', clause))
    this.#branch(undefined, ...bodies, ...(clauses.some(clause => clause.isDefault) ? [] : [done]))
    clauses.forEach((clause, i) => this.#clause(clause, bodies[i] ?? done, done, undefined, label))
    this.#current = done
  }

  #clause(
    clause: CaseClause,
    body: OpenBlock,
    done: OpenBlock,
    fallThroughTo: OpenBlock | undefined,
    label: LabelTargets | undefined,
  ): void {
    this.#current = body
    this.#inside(clause.body, {breakTo: done, ...(fallThroughTo === undefined ? {} : {fallThroughTo})}, label)
    this.#jump(done)
  }

  /** Channels and values to send are evaluated first, but are left in the clause they belong to; without clauses nothing follows. */
  #select(s: SelectStmt, label: LabelTargets | undefined): void {
    const done = this.#newBlock('select-done', s)
    const clauses = s.body.list.filter(clause => clause.kind === 'CommClause')
    const bodies = clauses.map(clause => this.#newBlock('select-body', clause))
    if (bodies.length === 0) this.#leave('never')
    else this.#branch(undefined, ...bodies)
    clauses.forEach((clause, i) => {
      this.#current = bodies[i] ?? done
      if (clause.comm !== undefined) this.#add(clause.comm)
      this.#inside(clause.body, {breakTo: done}, label)
      this.#jump(done)
    })
    this.#current = done
  }

  /** Ends the current block in a branch on `expr`, split at && and ||. */
  #condition(expr: Expr, whenTrue: OpenBlock, whenFalse: OpenBlock): void {
    switch (expr.kind) {
      case 'ParenExpr':
        return this.#condition(expr.x, whenTrue, whenFalse)
      case 'UnaryExpr':
        if (expr.op === '!') return this.#condition(expr.x, whenFalse, whenTrue)
        break
      case 'BinaryExpr':
        if (isLogical(expr)) return this.#logical(expr, whenTrue, whenFalse)
        break
      default:
    }
    this.#add(expr)
    this.#branch(expr, whenTrue, whenFalse)
  }

  /** Left spines of one operator are as long as generated code makes them: a loop, not recursion. */
  #logical(expr: BinaryExpr, whenTrue: OpenBlock, whenFalse: OpenBlock): void {
    const operands: Expr[] = [expr.y]
    let left: Expr = expr.x
    while (left.kind === 'BinaryExpr' && left.op === expr.op) {
      operands.push(left.y)
      left = left.x
    }
    operands.push(left)
    while (operands.length > 1) {
      const operand = operands.pop() ?? left
      const next = this.#newBlock('operand', operand)
      if (expr.op === '&&') this.#condition(operand, next, whenFalse)
      else this.#condition(operand, whenTrue, next)
      this.#current = next
    }
    this.#condition(expr.y, whenTrue, whenFalse)
  }

  /** Inside a statement, && and || whose right side does something get blocks of their own before the statement. */
  #operands(node: Node): void {
    switch (node.kind) {
      case 'Ident':
      case 'BasicLit':
      case 'FuncLit':
      case 'EmptyStmt':
      case 'ReturnStmt':
        if (node.kind === 'ReturnStmt') for (const result of node.results) this.#operands(result)
        return
      case 'SelectorExpr':
        return this.#operands(node.x)
      case 'CallExpr':
        this.#operands(node.fun)
        for (const arg of node.args) this.#operands(arg)
        return
      case 'ExprStmt':
      case 'ParenExpr':
      case 'StarExpr':
      case 'UnaryExpr':
        return this.#operands(node.x)
      case 'BinaryExpr':
        if (isLogical(node) && doesSomething(node.y)) return this.#placeLogical(node)
        this.#operands(node.x)
        return this.#operands(node.y)
      case 'AssignStmt':
        for (const e of node.lhs) this.#operands(e)
        for (const e of node.rhs) this.#operands(e)
        return
      default:
        forEachChild(node, child => this.#operands(child))
    }
  }

  #placeLogical(node: BinaryExpr): void {
    const right = this.#newBlock('operand', node.y)
    const joined = this.#newBlock('operand', node)
    this.#placedOperands.add(node)
    if (node.op === '&&') this.#condition(node.x, right, joined)
    else this.#condition(node.x, joined, right)
    this.#current = right
    this.#add(node.y)
    this.#jump(joined)
    this.#current = joined
  }
}

const isLogical = (e: BinaryExpr): boolean => e.op === '&&' || e.op === '||'

/** Whether evaluating it may do more than read: it calls or receives. */
function doesSomething(e: Node): boolean {
  if (e.kind === 'CallExpr' || (e.kind === 'UnaryExpr' && e.op === '<-')) return true
  if (e.kind === 'FuncLit' || e.kind === 'Ident') return false
  let found = false
  forEachChild(e, child => {
    found ||= doesSomething(child)
  })
  return found
}

function openBlock(kind: BlockKind, origin: Node): OpenBlock {
  return {index: -1, kind, origin, nodes: [], succs: [], preds: [], condition: undefined, end: 'jump', live: false, returns: false}
}

function connect(from: OpenBlock, to: OpenBlock): void {
  from.succs.push(to)
  to.preds.push(from)
}

function markLive(entry: OpenBlock): void {
  const waiting = [entry]
  for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
    if (block.live) continue
    block.live = true
    waiting.push(...block.succs)
  }
}

const strength: Readonly<Record<Answer, number>> = {no: 0, unknown: 1, yes: 2}
const strongest = (a: Answer, b: Answer): Answer => (strength[a] >= strength[b] ? a : b)

/** A deferred literal recovers when it calls recover itself (spec, "Handling panics"); any other deferred function may. */
function recoversIn(call: CallExpr): Answer {
  if (call.fun.kind !== 'FuncLit') return 'unknown'
  let recovers = false
  const look = (node: Node): void => {
    if (node.kind === 'FuncLit') return
    if (node.kind === 'CallExpr' && node.fun.kind === 'Ident' && node.fun.name === 'recover') recovers = true
    forEachChild(node, look)
  }
  look(call.fun.body)
  return recovers ? 'yes' : 'no'
}
