// The summary of one function of a dependency: of its package only that body is read and typed, with those of the package's own functions it calls, to
// a budget. Past it the function is unknown, and counted. What is asked for first changes no answer: each is worked out for itself.
import {forEachChild, type Node} from '../syntax/ast.ts'
import {parseFile} from '../syntax/parse.ts'
import {checkPackage, objectType, type Config, type Importer} from '../types/api.ts'
import {declaredFunctionName} from '../types/symbol.ts'
import {calleeOf} from './callee.ts'
import {functionName} from './function-name.ts'
import {neverReturns} from './never-returns.ts'
import {packageFlow, type KnownEnd} from './package-flow.ts'
import {packageSummaries, type KnownSummary} from './package-summaries.ts'
import type {FunctionSummary} from './summary.ts'

/** A package as far as its functions are asked for. */
export interface SourcePackage {
  readonly importPath: string
  readonly files: readonly {readonly path: string; readonly bytes: Uint8Array}[]
  readonly config: Config
  readonly importer: Importer
}

/** Functions of the package that one answer may stand on. */
export const functionsMax = 40
/** Bytes of their bodies together. */
export const bodyBytesMax = 200_000

/** A function that was left unknown, and how far it was looked into. */
export interface OverBudget {
  readonly name: string
  /** Path of the file as the package has it. */
  readonly file: string
  readonly line: number
  /** Functions of the package that its answer would stand on, itself included, as far as they were counted. */
  readonly functions: number
  /** Of their bodies. */
  readonly bytes: number
}

export interface OnDemand {
  of(name: string): FunctionSummary | undefined
  readonly counts: {asked: number; overBudget: number}
  /** In the order they were asked for. */
  readonly overBudget: readonly OverBudget[]
}

interface Body {
  readonly file: number
  readonly start: number
  readonly end: number
}

/** `known` answers for functions of other packages. */
export function summariesOnDemand(pkg: SourcePackage, known: KnownSummary, memo = new Map<string, FunctionSummary>()): OnDemand {
  let index: ReadonlyMap<string, Body> | undefined
  const declared = declarationsOf(pkg)
  const counts = {asked: 0, overBudget: 0}
  const overBudget: OverBudget[] = []
  const unknown = new Set<string>()
  return {
    counts,
    overBudget,
    of(name) {
      const found = memo.get(name)
      if (found !== undefined || unknown.has(name)) return found
      index ??= bodiesOf(pkg, declared)
      if (!index.has(name)) return undefined
      counts.asked++
      const summary = workOut(pkg, index, declared, name, known)
      if (summary === undefined || 'functions' in summary) {
        if (summary !== undefined) {
          counts.overBudget++
          overBudget.push({name, ...placeOf(pkg, index.get(name)), ...summary})
        }
        unknown.add(name)
        return undefined
      }
      memo.set(name, summary)
      return summary
    },
  }
}

/** Where a body begins. */
function placeOf({files}: SourcePackage, body: Body | undefined): {readonly file: string; readonly line: number} {
  const file = body === undefined ? undefined : files[body.file]
  if (body === undefined || file === undefined) return {file: '', line: 0}
  let line = 1
  for (let at = 0; at < body.start; at++) if (file.bytes[at] === 10) line++
  return {file: file.path, line}
}

/** Files without bodies, parsed once. */
type Declared = (file: number) => ReturnType<typeof parseFile>

function declarationsOf({files}: SourcePackage): Declared {
  const parsed = new Map<number, ReturnType<typeof parseFile>>()
  return file => {
    let known = parsed.get(file)
    if (known === undefined) {
      known = parseFile(files[file]?.bytes ?? new Uint8Array(), {declarationsOnly: true, comments: false})
      parsed.set(file, known)
    }
    return known
  }
}

/** Byte ranges of all bodies, by functionName; the bodies themselves are passed over. */
function bodiesOf({importPath, files}: SourcePackage, declared: Declared): Map<string, Body> {
  const found = new Map<string, Body>()
  for (const file of files.keys())
    for (const decl of declared(file).file.decls) {
      if (decl.kind !== 'FuncDecl' || decl.skippedBody === undefined) continue
      found.set(declaredFunctionName(importPath, decl), {file, ...decl.skippedBody})
    }
  return found
}

type Size = Pick<OverBudget, 'functions' | 'bytes'>

/** The size of what it would stand on where that is past the budget. */
function workOut(
  pkg: SourcePackage,
  index: ReadonlyMap<string, Body>,
  declared: Declared,
  name: string,
  known: KnownSummary,
): FunctionSummary | Size | undefined {
  const wanted = new Set([name])
  for (;;) {
    const bodies = [...wanted].flatMap(one => index.get(one) ?? [])
    const size: Size = {functions: wanted.size, bytes: bodies.reduce((sum, {start, end}) => sum + end - start, 0)}
    if (size.functions > functionsMax || size.bytes > bodyBytesMax) return size
    const flow = packageFlow(typed(pkg, index, declared, bodies), endsOf(known))
    const before = wanted.size
    for (const own of flow.functions) {
      const look = (node: Node): void => {
        const callee = node.kind === 'CallExpr' ? calleeOf(own.file, node) : undefined
        const called = callee?.kind === 'function' ? functionName(callee.func) : undefined
        if (called !== undefined && index.has(called)) wanted.add(called)
        forEachChild(node, look)
      }
      look(own.body)
    }
    if (wanted.size > before) continue
    const func = flow.functions.find(own => own.func !== undefined && functionName(own.func) === name)?.func
    return func === undefined ? undefined : (packageSummaries(flow, known).of(func) ?? size)
  }
}

/**
 * What follows a call of another package's function: known by its name, or by its summary, which is asked for where the call may be one that never
 * returns: nothing stands behind it, and there is no result.
 */
export const endsOf =
  (known: KnownSummary): KnownEnd =>
  (name, func, last) => {
    const byName = neverReturns(name)
    if (byName !== undefined || !last) return byName
    const type = objectType(func)
    return type.kind === 'Signature' && type.results.vars.length === 0 ? known(name)?.end : undefined
  }

/** The package with these bodies only. The others are blank, so that every place stays where it is. */
function typed(pkg: SourcePackage, index: ReadonlyMap<string, Body>, declared: Declared, bodies: readonly Body[]) {
  const whole = new Set(bodies.map(({file}) => file))
  const kept = new Set(bodies)
  const files = pkg.files.map((file, i) => {
    const {path} = file
    if (!whole.has(i)) return {path, parsed: declared(i)}
    const blanked = file.bytes.slice()
    for (const body of index.values()) if (body.file === i && !kept.has(body)) blank(blanked, body)
    return {path, parsed: parseFile(blanked, {comments: false})}
  })
  return checkPackage(pkg.config, pkg.importPath, files, pkg.importer).info.files
}

/** Newlines stay: they end the declaration, and lines are counted by them. */
function blank(bytes: Uint8Array, {start, end}: Body): void {
  for (let at = start; at < end; at++) if (bytes[at] !== 10) bytes[at] = 32
}
