// Terminating statements, after which a function with results needs no return (go/types return.go).
import type {BlockStmt, CallExpr, Stmt} from '../syntax/ast.ts'
import {unparen} from './resolver.ts'

type Panics = ReadonlySet<CallExpr> | undefined

export function isTerminating(s: Stmt, label: string, panics: Panics): boolean {
  switch (s.kind) {
    case 'LabeledStmt':
      return isTerminating(s.stmt, s.label.name, panics)
    case 'ExprStmt': {
      const e = unparen(s.x)
      return e.kind === 'CallExpr' && panics?.has(e) === true
    }
    case 'ReturnStmt':
      return true
    case 'BranchStmt':
      return s.tok === 'goto' || s.tok === 'fallthrough'
    case 'BlockStmt':
      return listTerminates(s.list, panics)
    case 'IfStmt':
      return s.else !== undefined && isTerminating(s.body, '', panics) && isTerminating(s.else, '', panics)
    case 'SwitchStmt':
    case 'TypeSwitchStmt':
      return switchTerminates(s.body, label, panics)
    case 'SelectStmt':
      return s.body.list.every(
        clause => clause.kind === 'CommClause' && listTerminates(clause.body, panics) && !listBreaks(clause.body, label, true),
      )
    case 'ForStmt':
      return s.cond === undefined && !breaks(s.body, label, true)
    default:
      return false
  }
}

function listTerminates(list: readonly Stmt[], panics: Panics): boolean {
  for (let i = list.length - 1; i >= 0; i--) {
    const s = list[i]
    if (s !== undefined && s.kind !== 'EmptyStmt') return isTerminating(s, '', panics)
  }
  return false
}

function switchTerminates(body: BlockStmt, label: string, panics: Panics): boolean {
  let hasDefault = false
  for (const clause of body.list) {
    if (clause.kind !== 'CaseClause') return false
    if (clause.isDefault) hasDefault = true
    if (!listTerminates(clause.body, panics) || listBreaks(clause.body, label, true)) return false
  }
  return hasDefault
}

/** Whether a break leaves the statement with this label, or, when `implicit`, the innermost one. */
function breaks(s: Stmt, label: string, implicit: boolean): boolean {
  switch (s.kind) {
    case 'LabeledStmt':
      return breaks(s.stmt, label, implicit)
    case 'BranchStmt':
      return s.tok === 'break' && (s.label === undefined ? implicit : s.label.name === label)
    case 'BlockStmt':
      return listBreaks(s.list, label, implicit)
    case 'IfStmt':
      return breaks(s.body, label, implicit) || (s.else !== undefined && breaks(s.else, label, implicit))
    case 'CaseClause':
    case 'CommClause':
      return listBreaks(s.body, label, implicit)
    case 'SwitchStmt':
    case 'TypeSwitchStmt':
    case 'SelectStmt':
    case 'ForStmt':
    case 'RangeStmt':
      return label !== '' && breaks(s.body, label, false)
    default:
      return false
  }
}

const listBreaks = (list: readonly Stmt[], label: string, implicit: boolean): boolean => list.some(s => breaks(s, label, implicit))
