// Questions about loops: whether one can be left, and what stands around a statement.
import type {BranchStmt, ForStmt, Node, RangeStmt} from '../../go/syntax/ast.ts'
import {comesBack} from './no-return.ts'
import {type Source, walkSameFunction} from './terms.ts'

export type Loop = ForStmt | RangeStmt

/** Whether something in the body leaves the loop: return, a break or goto out of it, or a call that does not (or perhaps does not) come back. */
export function leavesLoop(source: Source, loop: Loop): boolean {
  let leaves = false
  walkSameFunction(loop.body, at => {
    if (at.kind === 'ReturnStmt') leaves = true
    else if (at.kind === 'BranchStmt') leaves ||= branchLeaves(source, at, loop)
    else if (at.kind === 'CallExpr') leaves ||= comesBack(source, at) !== 'yes'
  })
  return leaves
}

function branchLeaves(source: Source, branch: BranchStmt, loop: Loop): boolean {
  if (branch.tok === 'goto') return true
  if (branch.tok === 'fallthrough') return false
  const label = branch.label?.name
  for (const at of source.ancestors(branch)) {
    if (label !== undefined && at.kind === 'LabeledStmt' && at.label.name === label)
      return at.stmt === loop ? branch.tok === 'break' : covers(at, loop)
    if (label === undefined && (at.kind === 'ForStmt' || at.kind === 'RangeStmt')) return at === loop && branch.tok === 'break'
    if (
      label === undefined &&
      branch.tok === 'break' &&
      (at.kind === 'SwitchStmt' || at.kind === 'TypeSwitchStmt' || at.kind === 'SelectStmt')
    )
      return false
  }
  return true
}

const covers = (outer: Node, inner: Node) => outer.pos <= inner.pos && inner.end <= outer.end

/** The statement that directly follows in the same list; the one before with `step` -1. */
export function neighbour(source: Source, stmt: Node, step: 1 | -1): Node | undefined {
  const parent = source.parent(stmt)
  const list: readonly Node[] =
    parent?.kind === 'BlockStmt' ? parent.list : parent?.kind === 'CaseClause' || parent?.kind === 'CommClause' ? parent.body : []
  const index = list.indexOf(stmt)
  return index < 0 ? undefined : list[index + step]
}
