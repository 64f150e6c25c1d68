// Labels and the jumps to them (go/types labels.go).
import type {BlockStmt, BranchStmt, LabeledStmt, Stmt} from '../syntax/ast.ts'
import type {Checker} from './checker.ts'
import {newLabel, type Label} from './objects.ts'
import {recordDef, recordUse} from './recording.ts'

interface Block {
  readonly parent: Block | undefined
  /** The labeled statement whose body this is. */
  readonly labeled: LabeledStmt | undefined
  readonly labels: Set<string>
}

export function checkLabels(c: Checker, body: BlockStmt): void {
  const all = new Map<string, Label>()
  for (const jump of blockJumps(c, all, undefined, undefined, body.list)) {
    if (jump.label === undefined) continue
    const {name} = jump.label
    const label = all.get(name)
    if (label === undefined) c.error(jump.label.pos, `label ${name} not declared`)
    else {
      label.used = true
      c.error(jump.label.pos, `goto ${name} jumps into block`)
    }
  }
  for (const label of all.values()) if (!label.used) c.error(label.pos, `label ${label.name} declared and not used`)
}

/** Checks the jumps of a block; those forward to a label not seen yet are returned. */
function blockJumps(
  c: Checker,
  all: Map<string, Label>,
  parent: Block | undefined,
  labeled: LabeledStmt | undefined,
  list: readonly Stmt[],
): BranchStmt[] {
  const block: Block = {parent, labeled, labels: new Set()}
  let forward: BranchStmt[] = []
  /** Jumps over a variable declaration. */
  let overDeclaration: readonly BranchStmt[] = []
  const inner = (s: LabeledStmt | undefined, statements: readonly Stmt[]) => {
    forward.push(...blockJumps(c, all, block, s, statements))
  }
  const declareLabel = (s: LabeledStmt) => {
    const {name} = s.label
    if (name === '_') return
    const label = newLabel(c.env.file, s.label.pos, c.pkg, name)
    if (all.has(name)) c.error(s.label.pos, `label ${name} already declared`)
    else {
      all.set(name, label)
      block.labels.add(name)
      recordDef(c, s.label, label)
    }
    forward = forward.filter(jump => {
      if (jump.label?.name !== name) return true
      label.used = true
      recordUse(c, jump.label, label)
      if (overDeclaration.includes(jump)) c.error(jump.label.pos, `goto ${name} jumps over variable declaration`)
      return false
    })
  }
  const visit = (s: Stmt, label: LabeledStmt | undefined): void => {
    switch (s.kind) {
      case 'DeclStmt':
        if (s.decl.tok === 'var') overDeclaration = [...forward]
        return
      case 'AssignStmt':
        if (s.tok === ':=') overDeclaration = [...forward]
        return
      case 'LabeledStmt':
        declareLabel(s)
        return visit(s.stmt, s)
      case 'BranchStmt':
        if (s.label !== undefined && jumpForward(c, all, block, s)) forward.push(s)
        return
      case 'BlockStmt':
        return inner(label, s.list)
      case 'IfStmt':
        visit(s.body, label)
        if (s.else !== undefined) visit(s.else, label)
        return
      case 'CaseClause':
      case 'CommClause':
        return inner(undefined, s.body)
      case 'SwitchStmt':
      case 'TypeSwitchStmt':
      case 'SelectStmt':
      case 'ForStmt':
      case 'RangeStmt':
        return visit(s.body, label)
      default:
        return
    }
  }
  for (const s of list) visit(s, undefined)
  return forward
}

/** Whether a jump goes to a label that may follow; others are checked here. */
function jumpForward(c: Checker, all: ReadonlyMap<string, Label>, block: Block, s: BranchStmt): boolean {
  if (s.label === undefined) return false
  const {name} = s.label
  if (s.tok === 'goto') {
    for (let b: Block | undefined = block; ; b = b.parent) {
      if (b === undefined) return true
      if (b.labels.has(name)) break
    }
  } else {
    const target = enclosing(block, name)?.stmt.kind
    const loop = target === 'ForStmt' || target === 'RangeStmt'
    const valid = s.tok === 'continue' ? loop : loop || target === 'SwitchStmt' || target === 'TypeSwitchStmt' || target === 'SelectStmt'
    if (!valid || s.tok === 'fallthrough') {
      c.error(s.label.pos, `invalid ${s.tok} label ${name}`)
      return false
    }
  }
  const label = all.get(name)
  if (label !== undefined) {
    label.used = true
    recordUse(c, s.label, label)
  }
  return false
}

function enclosing(block: Block, name: string): LabeledStmt | undefined {
  for (let b: Block | undefined = block; b !== undefined; b = b.parent) if (b.labeled?.label.name === name) return b.labeled
  return undefined
}
