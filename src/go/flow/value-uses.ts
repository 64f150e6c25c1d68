// Where a local value goes in a function: every use of the variables that hold it, told apart as reading, passing, keeping, returning.
// One rule holds for all who ask: what reaches an unknown callee, field or interface has escaped.
import {forEachChild, type CallExpr, type Expr, type FuncLit, type Ident, type Node} from '../syntax/ast.ts'
import {isUnsafePointer, isValid, Mode, objectOf, underlying, type FileState, type Var} from '../types/api.ts'
import {calleeOf, functionExpr} from './callee.ts'
import {literalOf, type When} from './evaluated.ts'
import type {FunctionBody} from './package-functions.ts'

export type Use =
  /** Looked at: compared, measured, a field of it read or written, ranged over, received from. */
  | {readonly kind: 'read'; readonly node: Node; readonly when: When}
  /** `index` is the argument's, -1 the receiver's, -2 when the value itself is called. `through` are the fields the callee is given instead of the value. */
  | {
      readonly kind: 'passed'
      readonly node: Node
      readonly call: CallExpr
      readonly index: number
      readonly through: readonly string[]
      readonly when: When
    }
  | {readonly kind: 'returned'; readonly node: Node; readonly when: When}
  /** Another value takes its place in one of its variables. */
  | {readonly kind: 'replaced'; readonly node: Node; readonly when: When}
  | {readonly kind: 'escapes'; readonly node: Node; readonly why: EscapeReason; readonly when: When}

export type EscapeReason =
  | 'stored'
  | 'sent'
  | 'captured'
  | 'goroutine'
  | 'method-value'
  | 'composite'
  | 'unknown-use'
  | 'interface-key'
  | 'panic'
  | 'appended'

/** Whether a call gives back what it was given at `index`, so that its result holds the value too. */
export type GivesBack = (call: CallExpr, index: number) => boolean

export interface ValueUses {
  /** The variables that may hold it. */
  readonly variables: ReadonlySet<Var>
  /** In source order of the identifiers. */
  readonly uses: readonly Use[]
  /** Kept by a function literal that runs elsewhere: from then on, and before as well, anything may happen to it. */
  readonly captured: Node | undefined
}

/** Variables that hold one value are found in at most this many rounds. */
const aliasRoundsMax = 20

/** Uses of the value that `start` holds at some point. */
export function usesOf(own: FunctionBody, start: readonly Var[], givesBack: GivesBack = () => false): ValueUses {
  const variables = new Set(start)
  const idents = identifiersOf(own)
  let uses: Use[] = []
  /** Statements that give the value to another variable. */
  const copies = new Set<Node>()
  for (let round = 0; ; round++) {
    const before = variables.size
    uses = []
    for (const entry of idents) {
      if (!variables.has(entry.object)) continue
      const use = new Climb(own.file, entry, givesBack, variables, copies).use()
      if (use !== undefined) uses.push(use)
    }
    if (variables.size === before) break
    if (round === aliasRoundsMax) {
      uses.push({kind: 'escapes', node: own.node, why: 'unknown-use', when: 'now'})
      break
    }
  }
  uses = uses.filter(use => use.kind !== 'replaced' || !copies.has(use.node))
  return {variables, uses, captured: uses.find(use => use.kind === 'escapes' && use.why === 'captured')?.node}
}

interface Occurrence {
  readonly ident: Ident
  readonly object: Var
  /** From the identifier's parent outwards, up to the function's body. */
  readonly parents: readonly Node[]
}

const known = new WeakMap<FunctionBody, readonly Occurrence[]>()

/** Identifiers of local variables, closures included. */
function identifiersOf(own: FunctionBody): readonly Occurrence[] {
  const cached = known.get(own)
  if (cached !== undefined) return cached
  const found: Occurrence[] = []
  const stack: Node[] = []
  const look = (node: Node): void => {
    if (node.kind === 'Ident') {
      const object = objectOf(own.file, node)
      if (object?.kind === 'Var' && object.varKind !== 'field')
        found.push({ident: node, object: object.origin ?? object, parents: stack.toReversed()})
      return
    }
    stack.push(node)
    forEachChild(node, look)
    stack.pop()
  }
  look(own.body)
  known.set(own, found)
  return found
}

const isUse = (found: Use | Expr): found is Use => !('pos' in found)

/** Follows one occurrence outwards to what is done with it. */
class Climb {
  readonly #file: FileState
  readonly #entry: Occurrence
  readonly #givesBack: GivesBack
  readonly #variables: Set<Var>
  readonly #copies: Set<Node>
  readonly #when: When
  readonly #closure: FuncLit | undefined

  constructor(file: FileState, entry: Occurrence, givesBack: GivesBack, variables: Set<Var>, copies: Set<Node>) {
    this.#file = file
    this.#entry = entry
    this.#givesBack = givesBack
    this.#variables = variables
    this.#copies = copies
    const surroundings = surroundingsOf(entry.parents)
    this.#when = surroundings.when
    this.#closure = surroundings.closure
  }

  use(): Use | undefined {
    if (this.#closure !== undefined) return this.#escape(this.#closure, 'captured')
    let value: Expr = this.#entry.ident
    const through: string[] = []
    for (const parent of this.#entry.parents) {
      if (through.length > 0 && this.#isPlain(value)) return this.#read(value)
      const next = this.#step(value, parent, through)
      if (next === undefined) return undefined
      if (isUse(next)) return next
      value = next
    }
    return this.#read(value)
  }

  #escape(node: Node, why: EscapeReason): Use {
    return {kind: 'escapes', node, why, when: this.#when}
  }
  #read(node: Node): Use {
    return {kind: 'read', node, when: this.#when}
  }

  /** What `parent` does with `value`: a use, the expression that holds the value from here on, or undefined for a mere declaration. */
  #step(value: Expr, parent: Node, through: string[]): Use | Expr | undefined {
    switch (parent.kind) {
      case 'ParenExpr':
      case 'TypeAssertExpr':
        return parent
      case 'SliceExpr':
        return parent.x === value ? parent : this.#read(value)
      case 'UnaryExpr':
        return parent.op === '&' ? parent : this.#read(value)
      case 'StarExpr': // what it points to is copied or written, unless only a part of it is meant: (*p).f
        return this.#parentOf(parent)?.kind === 'ParenExpr' ? parent : this.#read(parent)
      case 'SelectorExpr':
        return this.#selected(parent, through)
      case 'CallExpr':
        return this.#called(value, parent, through)
      case 'AssignStmt':
        return this.#assigned(value, parent.lhs, parent.rhs, parent, through)
      case 'ValueSpec':
        return parent.names.includes(value as Ident) ? undefined : this.#assigned(value, parent.names, parent.values, parent, through)
      case 'ReturnStmt':
        return {kind: 'returned', node: parent, when: this.#when}
      case 'SendStmt':
        return parent.value === value ? this.#escape(parent, 'sent') : this.#read(parent)
      case 'CompositeLit':
        return this.#escape(parent, 'composite')
      case 'KeyValueExpr':
        return this.#escape(parent, 'composite')
      case 'IndexExpr':
        if (parent.x === value) return this.#read(parent)
        return this.#isTarget(parent) ? this.#escape(parent, 'interface-key') : this.#read(parent)
      case 'BinaryExpr':
      case 'ExprStmt':
      case 'IncDecStmt':
      case 'IfStmt':
      case 'ForStmt':
      case 'SwitchStmt':
      case 'CaseClause':
      case 'IndexListExpr':
        return this.#read(parent)
      case 'RangeStmt':
        if (parent.x === value) return this.#read(value)
        return {kind: 'replaced', node: value, when: this.#when}
      default:
        return this.#escape(parent, 'unknown-use')
    }
  }

  /** A number, string or boolean that was read from the value does not hold it. */
  #isPlain(value: Expr): boolean {
    const type = this.#file.tables?.types[value.id]
    const under = type && underlying(type)
    return under?.kind === 'Basic' && !isUnsafePointer(under) && isValid(under)
  }

  #parentOf(node: Node): Node | undefined {
    const {parents} = this.#entry
    return parents[parents.indexOf(node) + 1]
  }

  #isTarget(expr: Expr): boolean {
    const parent = this.#parentOf(expr)
    return parent?.kind === 'AssignStmt' && parent.lhs.includes(expr)
  }

  #selected(parent: Expr & {kind: 'SelectorExpr'}, through: string[]): Use | Expr {
    const object = objectOf(this.#file, parent.sel)
    if (object === undefined) return this.#escape(parent, 'unknown-use')
    if (object.kind === 'Func') return parent // a method: the call decides, or else it is a method value
    through.push(object.name)
    return parent
  }

  #called(value: Expr, call: CallExpr, through: readonly string[]): Use | Expr {
    const goes = this.#parentOf(call)
    const pass = (index: number): Use | Expr => {
      if (goes?.kind === 'GoStmt') return this.#escape(goes, 'goroutine')
      if (through.length === 0 && this.#givesBack(call, index)) return call
      return {kind: 'passed', node: call, call, index, through: [...through], when: goes?.kind === 'DeferStmt' ? 'deferred' : this.#when}
    }
    if (call.fun === value || functionExpr(call) === value) {
      const method = value.kind === 'SelectorExpr' && objectOf(this.#file, value.sel)?.kind === 'Func'
      return pass(method ? -1 : -2)
    }
    const index = call.args.indexOf(value)
    if (value.kind === 'SelectorExpr' && objectOf(this.#file, value.sel)?.kind === 'Func') return this.#escape(call, 'method-value')
    if (this.#file.tables?.modes[call.fun.id] === Mode.typexpr) return call
    const callee = calleeOf(this.#file, call)
    if (callee.kind === 'builtin') {
      const {name} = callee.builtin
      if (name === 'append') return index === 0 ? call : this.#escape(call, 'appended')
      if (name === 'panic') return this.#escape(call, 'panic')
      return name === 'close' ? pass(index) : this.#read(call)
    }
    return pass(index)
  }

  #assigned(value: Expr, lhs: readonly Expr[], rhs: readonly Expr[], statement: Node, through: readonly string[]): Use | undefined {
    if (value.kind === 'SelectorExpr' && objectOf(this.#file, value.sel)?.kind === 'Func') return this.#escape(statement, 'method-value')
    const from = rhs.indexOf(value)
    if (from < 0) {
      // On the left: the variable itself gets another value, a field or element is written through it.
      return lhs.includes(value) && value === this.#entry.ident
        ? {kind: 'replaced', node: statement, when: this.#when}
        : this.#read(statement)
    }
    if (through.length > 0) return this.#read(statement) // a field of it is copied, not the value
    const target = rhs.length === lhs.length ? lhs[from] : lhs[0]
    if (target?.kind !== 'Ident') return this.#escape(statement, 'stored')
    if (target.name === '_') return this.#read(statement)
    const object = objectOf(this.#file, target)
    if (object?.kind !== 'Var' || object.varKind === 'package' || object.varKind === 'result') return this.#escape(statement, 'stored')
    this.#variables.add(object.origin ?? object)
    this.#copies.add(statement)
    return this.#read(statement)
  }
}

/** When the innermost function around an occurrence runs; a literal that runs elsewhere keeps the value. */
function surroundingsOf(parents: readonly Node[]): {readonly when: When; readonly closure: FuncLit | undefined} {
  let when: When = 'now'
  for (const [i, parent] of parents.entries()) {
    if (parent.kind !== 'FuncLit') continue
    const call = parents[i + 1]
    if (call?.kind !== 'CallExpr' || literalOf(call) !== parent) return {when, closure: parent}
    const around = parents[i + 2]
    if (around?.kind === 'GoStmt') return {when, closure: parent}
    if (around?.kind === 'DeferStmt') when = 'deferred'
  }
  return {when, closure: undefined}
}
