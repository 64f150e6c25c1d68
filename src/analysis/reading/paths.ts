// Walks the paths of one function body over its statements and carries a state along: join where paths meet, again around loops until nothing
// changes. Deferred calls are the model's to remember. Functions with goto are left out: the answer is undefined.
import type {BlockStmt, CallExpr, CaseClause, CommClause, Expr, ForStmt, RangeStmt, ReturnStmt, Stmt} from '../../go/syntax/ast.ts'
import {boolVal} from '../../go/types/constant/constant.ts'
import {comesBack} from './no-return.ts'
import {some, type Source, unparen, walkSameFunction} from './terms.ts'

export interface PathModel<S> {
  readonly start: S
  /** What holds where two paths meet; must only ever lose knowledge. */
  join(a: S, b: S): S
  same(a: S, b: S): boolean
  /** What one simple statement or expression does. It may hold function literals, which do not run now. */
  step(node: Stmt | Expr, state: S): S
  /** What holds after a condition turned out true or false. */
  assume?(condition: Expr, holds: boolean, state: S): S
}

/** Where the function is left: a return statement, or its body when control runs off the end. */
export interface Leave<S> {
  readonly at: ReturnStmt | BlockStmt
  readonly state: S
}

/** Times a loop is walked before its state counts as settled; the models used need three. */
const roundsMax = 12

interface Frame<S> {
  readonly label: string | undefined
  readonly kind: 'loop' | 'switch' | 'block'
  breaks: S | undefined
  continues: S | undefined
}

export function walkPaths<S extends object | string | number | boolean>(
  source: Source,
  body: BlockStmt,
  model: PathModel<S>,
): readonly Leave<S>[] | undefined {
  if (some(body, at => at.kind === 'BranchStmt' && at.tok === 'goto')) return undefined
  const walker = new Walker(source, model)
  const end = walker.block(body.list, model.start)
  if (end !== undefined) walker.leaves.set(body, end)
  return [...walker.leaves].map(([at, state]) => ({at, state}))
}

/** State with a life: the loops around, and where the function was left. An undefined state is a place that is not reached. */
class Walker<S extends object | string | number | boolean> {
  readonly leaves = new Map<ReturnStmt | BlockStmt, S>()
  readonly #frames: Frame<S>[] = []
  readonly #source: Source
  readonly #model: PathModel<S>

  constructor(source: Source, model: PathModel<S>) {
    this.#source = source
    this.#model = model
  }

  block(list: readonly Stmt[], start: S | undefined): S | undefined {
    let state = start
    for (const stmt of list) {
      if (state === undefined) return undefined
      state = this.#statement(stmt, state, undefined)
    }
    return state
  }

  #join(a: S | undefined, b: S | undefined): S | undefined {
    return a === undefined ? b : b === undefined ? a : this.#model.join(a, b)
  }

  #optional(stmt: Stmt | undefined, state: S): S | undefined {
    return stmt === undefined ? state : this.#statement(stmt, state, undefined)
  }

  #statement(stmt: Stmt, state: S, label: string | undefined): S | undefined {
    switch (stmt.kind) {
      case 'BlockStmt':
        return this.block(stmt.list, state)
      case 'LabeledStmt':
        return this.#labelled(stmt.stmt, stmt.label.name, state)
      case 'IfStmt': {
        const before = this.#optional(stmt.init, state)
        if (before === undefined) return undefined
        const asked = this.#model.step(stmt.cond, before)
        const then = this.block(stmt.body.list, this.#assume(stmt.cond, true, asked))
        const other = this.#assume(stmt.cond, false, asked)
        return this.#join(then, stmt.else === undefined || other === undefined ? other : this.#statement(stmt.else, other, undefined))
      }
      case 'ForStmt':
        return this.#for(stmt, state, label)
      case 'RangeStmt':
        return this.#loop(stmt, this.#model.step(stmt.x, state), label)
      case 'SwitchStmt': {
        const before = this.#optional(stmt.init, state)
        if (before === undefined) return undefined
        return this.#switch(stmt.body, stmt.tag === undefined ? before : this.#model.step(stmt.tag, before), label)
      }
      case 'TypeSwitchStmt': {
        const before = this.#optional(stmt.init, state)
        return before === undefined ? undefined : this.#switch(stmt.body, this.#model.step(stmt.assign, before), label)
      }
      case 'SelectStmt':
        return this.#select(stmt.body, state, label)
      case 'ReturnStmt': {
        const leaving = this.#model.step(stmt, state)
        this.leaves.set(stmt, leaving)
        return undefined
      }
      case 'BranchStmt':
        return this.#branch(stmt.tok, stmt.label?.name, state)
      default:
        return this.#simple(stmt, state)
    }
  }

  #simple(stmt: Stmt, state: S): S | undefined {
    const after = this.#model.step(stmt, state)
    return stmt.kind === 'ExprStmt' && endsPath(this.#source, stmt.x) ? undefined : after
  }

  #labelled(stmt: Stmt, label: string, state: S): S | undefined {
    if (stmt.kind !== 'BlockStmt' && stmt.kind !== 'IfStmt') return this.#statement(stmt, state, label)
    const frame: Frame<S> = {label, kind: 'block', breaks: undefined, continues: undefined}
    this.#frames.push(frame)
    const end = this.#statement(stmt, state, undefined)
    this.#frames.pop()
    return this.#join(end, frame.breaks)
  }

  #assume(condition: Expr, holds: boolean, state: S | undefined): S | undefined {
    if (state === undefined) return undefined
    const at = unparen(condition)
    const known = this.#source.constantOf(at)
    if (known !== undefined && boolVal(known) === !holds) return undefined
    if (at.kind === 'UnaryExpr' && at.op === '!') return this.#assume(at.x, !holds, state)
    if (at.kind === 'BinaryExpr' && (at.op === '&&' || at.op === '||')) {
      const first = this.#assume(at.x, at.op === '&&', state)
      const second = this.#assume(at.y, holds, first)
      return holds === (at.op === '&&') ? second : this.#join(this.#assume(at.x, at.op !== '&&', state), second)
    }
    return this.#model.assume?.(at, holds, state) ?? state
  }

  #for(stmt: ForStmt, state: S, label: string | undefined): S | undefined {
    const before = this.#optional(stmt.init, state)
    return before === undefined ? undefined : this.#loop(stmt, before, label)
  }

  #loop(stmt: ForStmt | RangeStmt, start: S, label: string | undefined): S | undefined {
    let head = start
    for (let round = 0; ; round++) {
      const frame: Frame<S> = {label, kind: 'loop', breaks: undefined, continues: undefined}
      this.#frames.push(frame)
      const asked = stmt.kind === 'ForStmt' && stmt.cond !== undefined ? this.#model.step(stmt.cond, head) : head
      const enter = stmt.kind === 'ForStmt' && stmt.cond !== undefined ? this.#assume(stmt.cond, true, asked) : asked
      let end = this.#join(this.block(stmt.body.list, enter), frame.continues)
      if (stmt.kind === 'ForStmt' && end !== undefined) end = this.#optional(stmt.post, end)
      this.#frames.pop()
      const next = end === undefined ? head : this.#model.join(head, end)
      if (round >= roundsMax || this.#model.same(next, head)) {
        const over = stmt.kind === 'RangeStmt' ? asked : stmt.cond === undefined ? undefined : this.#assume(stmt.cond, false, asked)
        return this.#join(over, frame.breaks)
      }
      head = next
    }
  }

  #switch(body: BlockStmt, state: S, label: string | undefined): S | undefined {
    const frame: Frame<S> = {label, kind: 'switch', breaks: undefined, continues: undefined}
    this.#frames.push(frame)
    let asked = state
    let through: S | undefined
    let out: S | undefined
    const clauses = body.list.filter((stmt): stmt is CaseClause => stmt.kind === 'CaseClause')
    for (const clause of clauses) {
      for (const expr of clause.list) asked = this.#model.step(expr, asked)
      const end = this.block(clause.body, this.#join(asked, through))
      const last = clause.body.at(-1)
      through = undefined
      if (last?.kind === 'BranchStmt' && last.tok === 'fallthrough') through = end
      else out = this.#join(out, end)
    }
    this.#frames.pop()
    if (!clauses.some(clause => clause.isDefault)) out = this.#join(out, asked)
    return this.#join(out, frame.breaks)
  }

  #select(body: BlockStmt, state: S, label: string | undefined): S | undefined {
    const frame: Frame<S> = {label, kind: 'switch', breaks: undefined, continues: undefined}
    this.#frames.push(frame)
    let out: S | undefined
    for (const clause of body.list.filter((stmt): stmt is CommClause => stmt.kind === 'CommClause'))
      out = this.#join(out, this.block(clause.body, this.#optional(clause.comm, state)))
    this.#frames.pop()
    return this.#join(out, frame.breaks)
  }

  #branch(tok: 'break' | 'continue' | 'goto' | 'fallthrough', label: string | undefined, state: S): S | undefined {
    if (tok === 'fallthrough') return state
    for (let i = this.#frames.length - 1; i >= 0; i--) {
      const frame = this.#frames[i]!
      if (label === undefined ? frame.kind === 'block' || (tok === 'continue' && frame.kind !== 'loop') : frame.label !== label) continue
      if (tok === 'break') frame.breaks = this.#join(frame.breaks, state)
      else frame.continues = this.#join(frame.continues, state)
      return undefined
    }
    return undefined
  }
}

/** Paths end at calls that do not come back, and at those whose name says so: what follows is not claimed. */
function endsPath(source: Source, expr: Expr): boolean {
  const at = unparen(expr)
  return at.kind === 'CallExpr' && comesBack(source, at) !== 'yes'
}

/** The calls one step runs, in source order: those of a simple statement outside of function literals; of a go or defer statement none but its arguments'. */
export function callsNow(node: Stmt | Expr): CallExpr[] {
  const calls: CallExpr[] = []
  const skip = node.kind === 'GoStmt' || node.kind === 'DeferStmt' ? node.call : undefined
  walkSameFunction(node, at => {
    if (at.kind === 'CallExpr' && at !== skip) calls.push(at)
  })
  return calls.sort((a, b) => a.end - b.end)
}

/** A state by key: what is absent on either side is joined as `absent`. */
export function joinMaps<V>(
  a: ReadonlyMap<string, V>,
  b: ReadonlyMap<string, V>,
  absent: V,
  join: (x: V, y: V) => V,
): ReadonlyMap<string, V> {
  if (a === b) return a
  const joined = new Map<string, V>()
  for (const key of new Set([...a.keys(), ...b.keys()])) joined.set(key, join(a.get(key) ?? absent, b.get(key) ?? absent))
  return joined
}

export function sameMaps<V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [key, value] of a) if (b.get(key) !== value) return false
  return true
}
