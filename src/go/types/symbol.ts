// The linker's name of a declared function, from its declaration (cmd/compile/internal/ir MethodSymSuffix, Go 1.22 to 1.26).
import type {Expr, FuncDecl} from '../syntax/ast.ts'

/** `pkg.F`, `pkg.T.M`, `pkg.(*T).M`; type parameters left out, as base/symbol-name's `declaredName` does. */
export function declaredFunctionName(packagePath: string, decl: FuncDecl): string {
  const recv = decl.recv?.list[0]?.type
  if (recv === undefined) return `${packagePath}.${decl.name.name}`
  let type: Expr = recv
  while (type.kind === 'ParenExpr') type = type.x
  const pointer = type.kind === 'StarExpr'
  if (type.kind === 'StarExpr') type = type.x
  while (type.kind === 'ParenExpr') type = type.x
  if (type.kind === 'IndexExpr' || type.kind === 'IndexListExpr') type = type.x
  const name = type.kind === 'Ident' ? type.name : '_'
  return pointer ? `${packagePath}.(*${name}).${decl.name.name}` : `${packagePath}.${name}.${decl.name.name}`
}
