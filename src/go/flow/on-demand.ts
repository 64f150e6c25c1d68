// The summary of one function of a dependency: of its package only that body is read and typed, with those of the package's own functions it calls, to
// a budget. Past it the function is unknown, and counted. What is asked for first changes no answer: each is worked out for itself.
import type {ResultCache} from '../../base/result-cache.ts'
import {forEachChild, type Node} from '../syntax/ast.ts'
import {parseFile} from '../syntax/parse.ts'
import {checkPackage, type Config, type Importer} from '../types/api.ts'
import {declaredFunctionName} from '../types/symbol.ts'
import {calleeOf} from './callee.ts'
import {functionName} from './function-name.ts'
import {packageFlow} from './package-flow.ts'
import {packageSummaries, type KnownSummary} from './package-summaries.ts'
import {readSummaries, writeSummaries, type FunctionSummary} from './summary.ts'

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

export interface OnDemand {
  of(name: string): FunctionSummary | undefined
  readonly counts: {asked: number; overBudget: number}
}

interface Body {
  readonly file: number
  readonly start: number
  readonly end: number
}

/** `known` answers for functions of other packages. */
export function summariesOnDemand(pkg: SourcePackage, known: KnownSummary, memo = new Map<string, FunctionSummary>()): OnDemand {
  let index: ReadonlyMap<string, Body> | undefined
  const counts = {asked: 0, overBudget: 0}
  const unknown = new Set<string>()
  return {
    counts,
    of(name) {
      const found = memo.get(name)
      if (found !== undefined || unknown.has(name)) return found
      index ??= bodiesOf(pkg)
      if (!index.has(name)) return undefined
      counts.asked++
      const summary = workOut(pkg, index, name, known)
      if (summary === 'over budget') counts.overBudget++
      if (summary === 'over budget' || summary === undefined) {
        unknown.add(name)
        return undefined
      }
      memo.set(name, summary)
      return summary
    },
  }
}

/** Byte ranges of all bodies, by functionName; the bodies themselves are passed over. */
function bodiesOf({importPath, files}: SourcePackage): Map<string, Body> {
  const found = new Map<string, Body>()
  for (const [file, {bytes}] of files.entries())
    for (const decl of parseFile(bytes, {declarationsOnly: true, comments: false, lines: false}).file.decls) {
      if (decl.kind !== 'FuncDecl' || decl.skippedBody === undefined) continue
      found.set(declaredFunctionName(importPath, decl), {file, ...decl.skippedBody})
    }
  return found
}

function workOut(
  pkg: SourcePackage,
  index: ReadonlyMap<string, Body>,
  name: string,
  known: KnownSummary,
): FunctionSummary | 'over budget' | undefined {
  const wanted = new Set([name])
  for (;;) {
    const bodies = [...wanted].flatMap(one => index.get(one) ?? [])
    if (wanted.size > functionsMax || bodies.reduce((sum, {start, end}) => sum + end - start, 0) > bodyBytesMax) return 'over budget'
    const flow = packageFlow(typed(pkg, index, bodies))
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
    const summaries = packageSummaries(flow, known)
    return summaries.overBudget.includes(name) ? 'over budget' : summaries.byName.get(name)
  }
}

/** The package with these bodies only. The others are blank, so that every place stays where it is. */
function typed(pkg: SourcePackage, index: ReadonlyMap<string, Body>, bodies: readonly Body[]) {
  const whole = new Set(bodies.map(({file}) => file))
  const kept = new Set(bodies)
  const files = pkg.files.map(({path, bytes}, i) => {
    if (!whole.has(i)) return {path, parsed: parseFile(bytes, {declarationsOnly: true, comments: false})}
    const blanked = bytes.slice()
    for (const body of index.values()) if (body.file === i && !kept.has(body)) blank(blanked, body)
    return {path, parsed: parseFile(blanked, {comments: false})}
  })
  return checkPackage(pkg.config, pkg.importPath, files, pkg.importer).info.files
}

/** Newlines stay: they end the declaration, and lines are counted by them. */
function blank(bytes: Uint8Array, {start, end}: Body): void {
  for (let at = start; at < end; at++) if (bytes[at] !== 10) bytes[at] = 32
}

/** Summaries that were worked out in earlier runs for the same version of a module; a version never changes. */
export async function summariesOfVersion(cache: ResultCache, module: string, version: string): Promise<Map<string, FunctionSummary>> {
  return readSummaries((await cache.read(cacheName(cache, module, version))) ?? '')
}

export const keepSummaries = (
  cache: ResultCache,
  module: string,
  version: string,
  summaries: ReadonlyMap<string, FunctionSummary>,
): Promise<void> => cache.write(cacheName(cache, module, version), writeSummaries(summaries))

const cacheName = (cache: ResultCache, module: string, version: string) => `summaries ${cache.identity} ${module}@${version}`
