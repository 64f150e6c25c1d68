// An expression as a variable and the fields behind it: `s.mu` for s.mu, (*s).mu, &s.mu and for s when mu is embedded and its method is called.
import type {Expr} from '../syntax/ast.ts'
import {dereference, objectOf, objectType, selectionOf, underlying, type FileState, type Type, type Var} from '../types/api.ts'

export interface AccessPath {
  readonly root: Var
  /** Embedded fields are written out. */
  readonly fields: readonly string[]
}

/** Undefined for what is not a variable or a field of one: calls, elements of maps and slices, unknown names. */
export function accessPath(file: FileState, expr: Expr): AccessPath | undefined {
  switch (expr.kind) {
    case 'ParenExpr':
    case 'StarExpr':
      return accessPath(file, expr.x)
    case 'UnaryExpr':
      return expr.op === '&' ? accessPath(file, expr.x) : undefined
    case 'Ident': {
      const object = objectOf(file, expr)
      return object?.kind === 'Var' ? {root: object.origin ?? object, fields: []} : undefined
    }
    case 'SelectorExpr': {
      const selection = selectionOf(file, expr)
      if (selection === undefined) {
        const object = objectOf(file, expr.sel) // pkg.Variable
        return object?.kind === 'Var' && object.varKind === 'package' ? {root: object, fields: []} : undefined
      }
      if (selection.kind !== 'field') return undefined
      const inner = accessPath(file, expr.x)
      const names = fieldNames(selection.recv, selection.index)
      return inner === undefined || names === undefined ? undefined : {root: inner.root, fields: [...inner.fields, ...names]}
    }
    default:
      return undefined
  }
}

/** The receiver of a method call, through the embedded fields the method was found in. */
export function receiverPath(file: FileState, fun: Expr & {kind: 'SelectorExpr'}): AccessPath | undefined {
  const selection = selectionOf(file, fun)
  const inner = selection?.kind === 'method' ? accessPath(file, fun.x) : undefined
  const names = selection && fieldNames(selection.recv, selection.index.slice(0, -1))
  return inner === undefined || names === undefined ? undefined : {root: inner.root, fields: [...inner.fields, ...names]}
}

function fieldNames(recv: Type, index: readonly number[]): string[] | undefined {
  const names: string[] = []
  let type = recv
  for (const i of index) {
    const struct = underlying(dereference(underlying(type)).type)
    const field = struct.kind === 'Struct' ? struct.fields[i] : undefined
    if (field === undefined) return undefined
    names.push(field.name)
    type = objectType(field)
  }
  return names
}

/** Equal for equal paths within a package. */
export function pathKey({root, fields}: AccessPath): string {
  const place = root.varKind === 'package' ? `${root.pkg?.path ?? ''}.` : `${root.file?.index ?? -1}:${root.pos}:`
  return [`${place}${root.name}`, ...fields].join('.')
}

/** As the source writes it. */
export const pathText = ({root, fields}: AccessPath): string => [root.name, ...fields].join('.')
