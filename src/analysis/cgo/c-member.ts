// Members of `import "C"` by syntax: they have no type when nobody has read the C declarations, and what a rule asks first is only the name.
import type {CallExpr, Expr, File, Node, StarExpr} from '../../go/syntax/ast.ts'
import type {Type} from '../../go/types/types.ts'
import {unalias} from '../../go/types/underlying.ts'
import type {Pass} from '../engine/pass.ts'

export type AnyPass = Omit<Pass<never>, 'report' | 'reportAt'>

export const importsC = (file: File): boolean => file.imports.some(spec => spec.path.value === '"C"')

export function unparen(expr: Expr): Expr {
  let at = expr
  while (at.kind === 'ParenExpr') at = at.x
  return at
}

/** `name` of an expression `C.name`. */
export function cMember(pass: AnyPass, expr: Expr): string | undefined {
  const at = unparen(expr)
  if (at.kind !== 'SelectorExpr' || at.x.kind !== 'Ident' || at.x.name !== 'C') return undefined
  const object = pass.objectOf(at.x)
  if (object === undefined) return importsC(pass.fileOf(at).state.tree) ? at.sel.name : undefined
  return object.kind === 'PkgName' && object.imported.path === 'C' ? at.sel.name : undefined
}

/** Type names of cgo itself and of C's standard headers (cmd/cgo doc.go, "Go references to C"). */
const scalarNames =
  /^(?:char|schar|uchar|short|ushort|int|uint|long|ulong|longlong|ulonglong|float|double|bool|_Bool|u?int(?:8|16|32|64|max|ptr)_t|s?size_t|ptrdiff_t|off_t|time_t|wchar_t)$/
const typedefNames = /_t$|^(?:struct|union|enum)_|^g(?:pointer|constpointer|char|uchar|int|uint|long|ulong|size|boolean|double|float)$/

export const isScalarTypeName = (name: string): boolean => scalarNames.test(name)

/** Name of the C function a call calls; undefined for conversions, for Go's own callees, and where it may be either. */
export function cCallName(pass: AnyPass, call: CallExpr): string | undefined {
  const name = cMember(pass, call.fun)
  if (name === undefined || isScalarTypeName(name) || typedefNames.test(name)) return undefined
  if (pass.isConversion(call) === 'yes' || typeNamesOf(pass).has(name)) return undefined
  return name
}

const typeNames = new WeakMap<object, ReadonlySet<string>>()

/** Members of C that stand somewhere in the package where only a type can. */
function typeNamesOf(pass: AnyPass): ReadonlySet<string> {
  const known = typeNames.get(pass.package)
  if (known !== undefined) return known
  const names = new Set<string>()
  const add = (expr: Expr | undefined) => {
    const name = expr === undefined ? undefined : cMember(pass, stripPointers(expr))
    if (name !== undefined) names.add(name)
  }
  for (const field of pass.nodes('Field')) add(field.type)
  for (const spec of pass.nodes('ValueSpec')) add(spec.type)
  for (const spec of pass.nodes('TypeSpec')) add(spec.type)
  for (const type of pass.nodes('ArrayType')) add(type.elt)
  for (const literal of pass.nodes('CompositeLit')) add(literal.type)
  for (const conversion of pass.nodes('CallExpr')) if (unparen(conversion.fun).kind === 'StarExpr') add(unparen(conversion.fun))
  typeNames.set(pass.package, names)
  return names
}

const stripPointers = (expr: Expr): Expr => {
  let at = unparen(expr)
  while (at.kind === 'StarExpr' || at.kind === 'ArrayType' || at.kind === 'ParenExpr')
    at = at.kind === 'ArrayType' ? at.elt : (at satisfies StarExpr | (Expr & {x: Expr})).x
  return at
}

/** What cgo brings itself: it calls no C function of the user's, and keeps nothing. */
export const isCgoHelper = (name: string): boolean => /^(?:CString|CBytes|GoString|GoStringN|GoBytes|malloc|calloc)$/.test(name)

/** Names that say a function ends what it is given. */
export const endsItsArgument = (name: string): boolean =>
  /(?:^|[_a-z])(?:free|destroy|release|delete|dispose|unref|close|cleanup|fini|deinit|finalize|deallocate|dealloc)(?:$|[_A-Z0-9])|^(?:free|destroy|release|delete|dispose|close)|(?:Free|Destroy|Release|Delete|Dispose|Unref|Close|Cleanup|Finalize|Dealloc)(?:$|[_A-Z0-9])/.test(
    name,
  )

/** Whether a node lies inside another of the same file. */
export const within = (node: Node, outer: Node): boolean => node.pos >= outer.pos && node.end <= outer.end

/** Whether a type is one that cgo made of a C type. */
export function declaredInC(type: Type): boolean {
  if (type.kind === 'Alias' && type.obj.name.startsWith('_Ctype_')) return true // enums and unions are aliases of Go's own types
  const plain = unalias(type)
  return plain.kind === 'Named' && (plain.obj.pkg?.path === 'C' || plain.obj.name.startsWith('_Ctype_'))
}

/** Whether what a pointer points to is a type of C, or leads to one through further pointers: an array of C strings. */
export function leadsToC(type: Type): boolean {
  let at = type
  for (let depth = 0; depth < pointersMax && !declaredInC(at); depth++) {
    const plain = unalias(at)
    if (plain.kind !== 'Pointer' && plain.kind !== 'Array') return false
    at = plain.kind === 'Pointer' ? plain.base : plain.elem
  }
  return declaredInC(at)
}
const pointersMax = 8
