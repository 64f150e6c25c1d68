// What `gotriage inspect types` prints: what the checker says of every expression, a JSON line each, in the form of the conformance oracle
// (tools/conformance/types-oracle), so that the two can be compared. Rows are entries of types.Info: expressions with a recorded type, and
// identifiers with an object; packages and labels are left out.
import type {Host} from '../base/host.ts'
import {checkpoint, type Task} from '../base/progress.ts'
import {stackOverflowed} from '../base/stack-overflow.ts'
import type {LoadedPackage, LoadNote, LoadOptions} from '../go/load/api.ts'
import {PackageChecker} from '../go/load/check-packages.ts'
import {loadPackages} from '../go/load/load-packages.ts'
import {forEachChild, type Expr, type Node} from '../go/syntax/ast.ts'
import {
  exactString,
  modeName,
  objectType,
  typeAndValue,
  typeString,
  unknownType,
  type Checked,
  type FileState,
  type GoObject,
  type ModeName,
  type Type,
} from '../go/types/api.ts'
import {objectPath, type ObjectPlace} from '../go/types/object-path.ts'
import {isCutShort} from './type-packages.ts'

export interface TypeRow {
  readonly file: string
  /** Byte offsets. */
  readonly start: number
  readonly end: number
  readonly mode: ModeName
  readonly type: string
  readonly value?: string
  readonly object?: string | ObjectPlace
}

export interface InspectedTypes {
  readonly notes: readonly LoadNote[]
  /** How many packages the patterns matched. */
  readonly packages: number
}

/** Prints through `out`, file after file in order of their names, as they are printed. */
export async function inspectTypes(options: LoadOptions, host: Host, task: Task, out: (text: string) => void): Promise<InspectedTypes> {
  const loaded = await loadPackages(host, options, task)
  const base = absoluteDir(options.dir, host.cwd)
  const checker = new PackageChecker(loaded)
  // Files come in the order of their names, packages when the first of their files is due: what waits is little.
  const owner = new Map(loaded.roots.flatMap(pkg => pkg.files.map(file => [relativeTo(base, file.path), pkg] as const)))
  const files = [...owner].map(([file, pkg]) => ({file, pkg, bytes: encoder.encode(file)})).sort((a, b) => byBytes(a.bytes, b.bytes))
  const texts = new Map<string, string>()
  const done = new Set<LoadedPackage>()
  for (const {file, pkg} of files) {
    checkpoint(task)
    if (!done.has(pkg)) {
      task.progress?.('packages', done.size, loaded.roots.length)
      done.add(pkg)
      const checked = checker.check(pkg)
      if (isCutShort(checked)) stackOverflowed(task)
      for (const [name, rows] of rowsOfChecked(checked, base)) texts.set(name, rows.map(row => `${JSON.stringify(row)}\n`).join(''))
      for (const own of pkg.files) loaded.release(own)
    }
    out(texts.get(file) ?? '')
    texts.delete(file)
  }
  return {notes: loaded.notes, packages: loaded.roots.length}
}

/** The rows of one package by file, sorted by start and falling end. */
export const rowsOfChecked = (checked: Checked, base: string): Map<string, TypeRow[]> =>
  new Map(checked.info.files.map(state => [relativeTo(base, state.path), rowsOfFile(state, base)]))

export const absoluteDir = (dir: string, cwd: string): string => {
  const parts: string[] = []
  const clean = dir.replaceAll('\\', '/')
  for (const part of (clean.startsWith('/') || /^[A-Za-z]:\//.test(clean) ? clean : `${cwd}/${clean}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return /^[A-Za-z]:/.test(parts[0] ?? '') ? parts.join('/') : `/${parts.join('/')}`
}

const relativeTo = (base: string, path: string) => (path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path)

const encoder = new TextEncoder()
/** File names in the order of their UTF-8 bytes, as Go sorts them. */
function byBytes(x: Uint8Array, y: Uint8Array): number {
  const shorter = Math.min(x.length, y.length)
  for (let i = 0; i < shorter; i++) if (x[i] !== y[i]) return (x[i] ?? 0) - (y[i] ?? 0)
  return x.length - y.length
}

function rowsOfFile(state: FileState, base: string): TypeRow[] {
  const file = relativeTo(base, state.path)
  const rows: TypeRow[] = []
  const visit = (node: Node) => {
    const row = isExpression(node) ? rowOf(state, file, node, base) : undefined
    if (row !== undefined) rows.push(row)
    forEachChild(node, visit)
  }
  visit(state.tree)
  return rows
    .map((row, i) => ({row, i}))
    .sort((a, b) => a.row.start - b.row.start || b.row.end - a.row.end || a.i - b.i)
    .map(({row}) => row)
}

const expressionKinds: ReadonlySet<Node['kind']> = new Set<Expr['kind']>([
  'BadExpr',
  'Ident',
  'Ellipsis',
  'BasicLit',
  'FuncLit',
  'CompositeLit',
  'ParenExpr',
  'SelectorExpr',
  'IndexExpr',
  'IndexListExpr',
  'SliceExpr',
  'TypeAssertExpr',
  'CallExpr',
  'StarExpr',
  'UnaryExpr',
  'BinaryExpr',
  'KeyValueExpr',
  'ArrayType',
  'StructType',
  'FuncType',
  'InterfaceType',
  'MapType',
  'ChanType',
])
const isExpression = (node: Node): node is Expr => expressionKinds.has(node.kind)

function rowOf(state: FileState, file: string, e: Expr, base: string): TypeRow | undefined {
  const recorded = typeAndValue(state, e)
  const object = objectOf(state, e)
  const described =
    recorded === undefined
      ? e.kind === 'Ident' && object !== undefined
        ? describeObject(object)
        : undefined
      : describeExpression(state, e)
  if (described === undefined) return undefined
  const path = object === undefined ? undefined : printedPath(objectPath(object), base)
  return {file, start: e.pos, end: e.end, ...described, ...(path === undefined ? {} : {object: path})}
}

type Described = Pick<TypeRow, 'mode' | 'type' | 'value'>

function describeExpression(state: FileState, e: Expr): Described | undefined {
  const recorded = typeAndValue(state, e)
  if (recorded === undefined) return undefined
  const {type, value} = recorded
  if (type === unknownType) return {mode: 'invalid', type: typeString(type)}
  const mode = modeName(state, e)
  return {mode, type: typeString(type), ...(value === undefined ? {} : {value: exactString(value)})}
}

/** An identifier that has an object but no type of its own: a declared name, the name in a selector, a field key. */
function describeObject(object: GoObject): Described | undefined {
  if (object.kind === 'PkgName' || object.kind === 'Label') return undefined
  const type: Type = objectType(object)
  const text = typeString(type)
  if (type === unknownType) return {mode: 'invalid', type: text}
  switch (object.kind) {
    case 'Const':
      return {mode: 'constant', type: text, value: exactString(object.value)}
    case 'TypeName':
      return {mode: 'type', type: text}
    case 'Builtin':
      return {mode: 'builtin', type: text}
    case 'Nil':
      return {mode: 'nil', type: text}
    default:
      return {mode: 'value', type: text}
  }
}

function objectOf(state: FileState, e: Expr): GoObject | undefined {
  const {tables} = state
  if (tables === undefined) return undefined
  if (e.kind === 'Ident') return tables.uses[e.id] ?? tables.defs[e.id]
  return e.kind === 'SelectorExpr' ? tables.uses[e.sel.id] : undefined
}

function printedPath(path: string | ObjectPlace | undefined, base: string): string | ObjectPlace | undefined {
  return typeof path === 'object' ? {file: relativeTo(base, path.file), start: path.start} : path
}
