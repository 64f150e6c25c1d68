// Package-level functions by import path and name, also of packages that could not be found: the selector's left side says which it is.
import type {CallExpr} from '../../go/syntax/ast.ts'
import {type Source, unparen} from './terms.ts'

/** `import/path.Name` of a call through a package name; undefined for methods, locals and conversions of local types. */
export function packageCall(source: Source, call: CallExpr): string | undefined {
  const fun = unparen(call.fun)
  if (fun.kind !== 'SelectorExpr' || fun.x.kind !== 'Ident') return undefined
  const left = source.objectOf(fun.x)
  return left?.kind === 'PkgName' ? `${left.imported.path}.${fun.sel.name}` : undefined
}
