// The Pass of one package: an index of its nodes, built once and shared by all rules.
import {answer, type Answer} from '../../base/answer.ts'
import {declaredFunctionName} from '../../go/types/symbol.ts'
import type {CallExpr, Expr, Ident, Node, SelectorExpr} from '../../go/syntax/ast.ts'
import {Mode} from '../../go/types/file-state.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {isValid, isUnknown} from '../../go/types/predicates.ts'
import type {Selection} from '../../go/types/selection.ts'
import {typeString} from '../../go/types/type-string.ts'
import type {Type} from '../../go/types/types.ts'
import {unalias} from '../../go/types/underlying.ts'
import type {Value} from '../../go/types/constant/constant.ts'
import type {CheckedFile, CheckedPackage} from './checked-package.ts'
import {flowOf} from './flow.ts'
import {nodeIndex, type NodeIndex} from './node-index.ts'
import type {FactPlace, Pass} from './pass.ts'

/** Everything a Pass answers but `report` and `reportAt`, which are a rule's own. */
export type PackageFacts = Omit<Pass<never>, 'report' | 'reportAt'>

const decoder = new TextDecoder()

export function packageFacts(checked: CheckedPackage): PackageFacts {
  const index = nodeIndex(checked.files)

  const fileOf = (node: Node): CheckedFile => {
    const file = index.fileOf(node)
    if (file === undefined) throw new Error(`Bug: a rule asked about a ${node.kind} of another package`)
    return file
  }
  const tablesOf = (node: Node) => fileOf(node).state.tables
  const known = (type: Type | undefined) => (type === undefined || isUnknown(type) || !isValid(type) ? undefined : type)

  function* ancestors(node: Node): Iterable<Node> {
    for (let at = index.parent(node); at !== undefined; at = index.parent(at)) yield at
  }

  const typeOf = (expr: Expr): Type | undefined => {
    const tables = tablesOf(expr)
    if (expr.kind === 'Ident' && tables?.types[expr.id] === undefined) {
      const object = objectOf(expr)
      return object === undefined ? undefined : known(object.type)
    }
    return known(tables?.types[expr.id])
  }
  function objectOf(ident: Ident): GoObject | undefined {
    const tables = tablesOf(ident)
    return tables?.uses[ident.id] ?? tables?.defs[ident.id]
  }
  const calleeOf = (call: CallExpr): GoObject | undefined => {
    let fun: Expr = call.fun
    while (fun.kind === 'ParenExpr') fun = fun.x
    if (fun.kind === 'IndexExpr' || fun.kind === 'IndexListExpr') fun = fun.x
    if (fun.kind === 'Ident') return objectOf(fun)
    const callee = fun.kind === 'SelectorExpr' ? objectOf(fun.sel) : undefined
    return callee?.kind === 'Func' && callee.pkg?.path === 'C' ? undefined : callee // a function of C: no rule can look into it
  }
  const names = new Map<GoObject, string | undefined>()
  const nameOf = (func: GoObject): string | undefined => {
    let name = names.get(func)
    if (name === undefined && !names.has(func)) names.set(func, (name = qualifiedName(func)))
    return name
  }
  const calleeName = (call: CallExpr): string | undefined => {
    const callee = calleeOf(call)
    if (callee?.kind === 'Builtin') return `builtin ${callee.name}`
    return callee?.kind === 'Func' ? nameOf(callee) : undefined
  }

  return {
    package: checked,
    packagePath: checked.types.path,
    nodes: index.all,
    within: index.within,
    text: node => decoder.decode(fileOf(node).bytes.subarray(node.pos, node.end)),
    parent: index.parent,
    ancestors,
    fileOf,
    enclosingFunction(node) {
      for (let at = index.parent(node); at !== undefined; at = index.parent(at))
        if (at.kind === 'FuncDecl' || at.kind === 'FuncLit') return at
      return undefined
    },
    symbolOf: node => symbolOf(node, index, checked.types.path),
    typeOf,
    typeText(expr) {
      const type = typeOf(expr)
      // As the source has it, and not as cgo declares it.
      return type === undefined ? undefined : typeString(type).replaceAll(/[^\s*[\](){},;]*\._Ctype_/g, 'C.')
    },
    constantOf: (expr: Expr): Value | undefined => tablesOf(expr)?.values.get(expr.id),
    objectOf,
    selection: (expr: SelectorExpr): Selection | undefined => tablesOf(expr)?.selections.get(expr.id),
    calleeOf,
    calleeName,
    callsMethod(call, type, name) {
      if (!isCallOf(call, name)) return 'no'
      const callee = calleeOf(call)
      if (callee === undefined) return 'unknown'
      if (callee.kind !== 'Func') return 'no'
      const qualified = nameOf(callee)
      return answer(qualified === `(*${type}).${name}` || qualified === `(${type}).${name}`)
    },
    callsFunction(call, wanted) {
      if (!isCallOf(call, lastName(wanted))) return 'no'
      const callee = calleeOf(call)
      if (callee === undefined) return 'unknown'
      return answer(callee.kind === 'Func' && nameOf(callee) === wanted)
    },
    isConversion(call): Answer {
      const mode = tablesOf(call)?.modes[call.fun.id]
      if (mode === undefined || mode === Mode.invalid) return 'unknown'
      return answer(mode === Mode.typexpr)
    },
    flow: flowOf(checked, index),
    place: node => placeOf(node, fileOf(node), symbolOf(node, index, checked.types.path), typeAround(node, index)),
  }
}

const lastNames = new Map<string, string>()

/** `Println` of `fmt.Println`; rules ask for the same few names again and again. */
function lastName(qualified: string): string {
  let name = lastNames.get(qualified)
  if (name === undefined) lastNames.set(qualified, (name = qualified.slice(qualified.lastIndexOf('.') + 1)))
  return name
}

/** Cheap first question: does the call's last name match at all. */
function isCallOf(call: CallExpr, name: string): boolean {
  let fun: Expr = call.fun
  while (fun.kind === 'ParenExpr') fun = fun.x
  if (fun.kind === 'IndexExpr' || fun.kind === 'IndexListExpr') fun = fun.x
  return fun.kind === 'Ident' ? fun.name === name : fun.kind === 'SelectorExpr' && fun.sel.name === name
}

/** `fmt.Println`, `(*sync.Mutex).Lock`, `(net/http.Handler).ServeHTTP`; type arguments left out. */
export function qualifiedName(func: GoObject): string | undefined {
  if (func.kind !== 'Func') return undefined
  const origin = func.origin ?? func
  const recv = origin.type?.kind === 'Signature' ? origin.type.recv?.type : undefined
  if (recv === undefined) return origin.pkg === undefined ? origin.name : `${origin.pkg.path}.${origin.name}`
  const plain = unalias(recv)
  const base = plain.kind === 'Pointer' ? unalias(plain.base) : plain
  if (base.kind !== 'Named') return undefined
  const name = base.obj.pkg === undefined ? base.obj.name : `${base.obj.pkg.path}.${base.obj.name}`
  return `(${plain.kind === 'Pointer' ? '*' : ''}${name}).${origin.name}`
}

function symbolOf(node: Node, index: NodeIndex, packagePath: string): string {
  for (let at: Node | undefined = node; at !== undefined; at = index.parent(at)) {
    if (at.kind === 'FuncDecl') return declaredFunctionName(packagePath, at)
  }
  return packagePath
}

/** Name of the type a node is declared in, outside of functions. */
function typeAround(node: Node, index: NodeIndex): string | undefined {
  let name: string | undefined
  for (let at: Node | undefined = node; at !== undefined; at = index.parent(at)) {
    if (at.kind === 'FuncDecl') return undefined
    if (at.kind === 'TypeSpec') name = at.name.name
  }
  return name
}

function placeOf(node: Node, file: CheckedFile, symbol: string, typeName: string | undefined): FactPlace {
  const {lines} = file.state
  const [start, end] = [position(lines, node.pos), position(lines, Math.max(node.pos, node.end))]
  const lineStart = lines[start.line - 1]!
  let lineEnd = file.bytes.indexOf(10, lineStart)
  if (lineEnd < 0) lineEnd = file.bytes.length
  return {
    file: file.path,
    start: node.pos,
    end: node.end,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    symbol,
    ...(typeName === undefined ? {} : {typeName}),
    sourceLine: decoder.decode(file.bytes.subarray(lineStart, lineEnd)),
  }
}

/** Line and byte column from 1. */
function position(lines: ArrayLike<number>, offset: number): {line: number; column: number} {
  let [low, high] = [0, lines.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (lines[middle]! <= offset) low = middle
    else high = middle - 1
  }
  return {line: low + 1, column: offset - lines[low]! + 1}
}
