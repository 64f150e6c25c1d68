// From a symbol or a build-machine path to a place in the source at hand: longest common file suffix, and a line inside the declared function.
// Closure numbers are never used, and names only where they lead to a declaration: both depend on the inliner, which names the literals of an
// inlined function after its caller (cmd/compile/internal/ir, closureName, Go 1.21 to 1.26).
import {declaredName, parseSymbolName, type SymbolName} from '../../base/symbol-name.ts'
import type {Node} from '../syntax/ast.ts'
import {forEachChild} from '../syntax/ast.ts'
import {lineOf} from '../syntax/lines.ts'
import type {FileState} from '../types/api.ts'
import {declaredFunctionName} from '../types/symbol.ts'

/** A declared function of the source at hand; `pkg.init` for variables of a package whose initialisers hold function literals. */
export interface SourceFunction {
  /** As `declaredName` gives it: `example.com/shop/session.(*Store).Login`; `main` packages by their import path. */
  readonly symbol: string
  /** Relative to the module root, `/`-separated. */
  readonly file: string
  /** As findings print it. */
  readonly shownFile: string
  /** Lines from 1, inclusive. */
  readonly startLine: number
  readonly endLine: number
}

export interface SourceIndex {
  readonly functions: readonly SourceFunction[]
  /** Whether `packagePath` is a main package, whose symbols say `main.` in evidence. */
  readonly mainPackages: ReadonlySet<string>
}

/** `same`: line inside the function as declared; `moved`: it starts elsewhere now; `other-build`: the line cannot be in it. */
export interface Joined {
  readonly file: string
  readonly line: number
  readonly function: SourceFunction
  readonly fit: 'same' | 'moved' | 'other-build'
}

/** A frame as evidence has it; `startLine` is the profile's Function.start_line, 0 or absent before Go 1.20. */
export interface EvidenceFrame {
  readonly function: string
  readonly file: string
  readonly line: number
  readonly startLine?: number
}

/** The functions of one file that frames can lie in. */
export function sourceFunctions(importPath: string, state: FileState, file: string, shownFile: string): SourceFunction[] {
  const starts = Array.from(state.lines)
  const lines = (node: Node) => ({startLine: lineOf(starts, node.pos), endLine: lineOf(starts, Math.max(node.pos, node.end - 1))})
  return state.tree.decls.flatMap(decl => {
    if (decl.kind === 'FuncDecl') return [{symbol: declaredFunctionName(importPath, decl), file, shownFile, ...lines(decl)}]
    if (decl.kind !== 'GenDecl' || decl.tok !== 'var') return []
    return decl.specs.flatMap(spec => (hasLiteral(spec) ? [{symbol: `${importPath}.init`, file, shownFile, ...lines(spec)}] : []))
  })
}

/** A loop and no recursion: an initialiser may nest as deeply as go/parser allows. */
function hasLiteral(root: Node): boolean {
  const stack: Node[] = [root]
  const push = (child: Node) => void stack.push(child)
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.kind === 'FuncLit') return true
    forEachChild(node, push)
  }
  return false
}

/** Where a frame of evidence lies in the source at hand; undefined when it is not part of it. */
export function joinFrame(index: SourceIndex, frame: EvidenceFrame): Joined | undefined {
  const symbol = parseSymbolName(frame.function)
  if (symbol === undefined || symbol.language === 'c') return undefined
  const lookup = lookupOf(index)
  const named = byName(lookup, symbol, frame)
  if (named !== undefined && holds(named, frame)) return atLine(named, frame, symbol)
  const around = byLine(lookup, frame, innermostName(symbol))
  if (around !== undefined) return {file: around.file, line: frame.line, function: around, fit: 'same'}
  return named === undefined ? undefined : atLine(named, frame, symbol)
}

/** The symbol of the declared function of this name (`main.` for main packages), wherever it lies. */
export const symbolNamed = (index: SourceIndex, name: string): string | undefined => lookupOf(index).bySymbol.get(name)?.[0]?.symbol

const closurePart = /^(?:func\d*|\d+|gowrap\d+|deferwrap\d+)$/

/**
 * The function a literal was written in, where the name tells: `makeParker` of `main.main.func2.makeParker.1`, a literal of makeParker that was
 * inlined into a literal of main. The package before it is the caller's.
 */
function innermostName(symbol: SymbolName): string | undefined {
  const parts = symbol.text.replaceAll(/\[[^[\]]*\]|-range\d+|-fm$/g, '').split('.')
  return parts.findLast(part => !closurePart.test(part))
}

interface Lookup {
  readonly bySymbol: ReadonlyMap<string, readonly SourceFunction[]>
  readonly byBaseName: ReadonlyMap<string, readonly SourceFunction[]>
}

const lookups = new WeakMap<SourceIndex, Lookup>()

/** Made once for each index; symbols of main packages are found under `main.` too. */
function lookupOf(index: SourceIndex): Lookup {
  const known = lookups.get(index)
  if (known !== undefined) return known
  const bySymbol = new Map<string, SourceFunction[]>()
  const byBaseName = new Map<string, SourceFunction[]>()
  const add = (map: Map<string, SourceFunction[]>, key: string, entry: SourceFunction) => {
    const list = map.get(key)
    if (list === undefined) map.set(key, [entry])
    else list.push(entry)
  }
  for (const entry of index.functions) {
    add(bySymbol, entry.symbol, entry)
    add(byBaseName, baseName(entry.file), entry)
    const main = mainName(index, entry.symbol)
    if (main !== undefined) add(bySymbol, main, entry)
  }
  const made = {bySymbol, byBaseName}
  lookups.set(index, made)
  return made
}

function byName({bySymbol}: Lookup, symbol: SymbolName, frame: EvidenceFrame): SourceFunction | undefined {
  return nearest(bySymbol.get(declaredName(symbol)) ?? [], frame)
}

/** The function of this name whose lines hold the frame's line, in the file that agrees best. */
function byLine({byBaseName}: Lookup, frame: EvidenceFrame, name: string | undefined): SourceFunction | undefined {
  if (name === undefined) return undefined
  return nearest(
    (byBaseName.get(baseName(frame.file)) ?? []).filter(entry => entry.symbol.endsWith(`.${name}`) && holds(entry, frame)),
    frame,
  )
}

/** The longest common file suffix wins; of several in one file (`init`), the one that holds the line. */
function nearest(candidates: readonly SourceFunction[], frame: EvidenceFrame): SourceFunction | undefined {
  let [best, bestSuffix]: [SourceFunction | undefined, number] = [undefined, 0]
  for (const candidate of candidates) {
    const suffix = commonSuffix(candidate.file, frame.file)
    if (
      suffix > bestSuffix ||
      (suffix === bestSuffix && suffix > 0 && best !== undefined && !holds(best, frame) && holds(candidate, frame))
    )
      [best, bestSuffix] = [candidate, suffix]
  }
  return best
}

const holds = (entry: SourceFunction, {line}: EvidenceFrame): boolean => line >= entry.startLine && line <= entry.endLine

function atLine(entry: SourceFunction, frame: EvidenceFrame, symbol: SymbolName): Joined {
  const start = frame.startLine ?? 0
  if (start > 0 && symbol.closures.length === 0 && symbol.wrapper === undefined && start !== entry.startLine) {
    const line = frame.line - start + entry.startLine
    return {file: entry.file, line: Math.min(line, entry.endLine), function: entry, fit: line <= entry.endLine ? 'moved' : 'other-build'}
  }
  const inside = holds(entry, frame)
  return {file: entry.file, line: inside ? frame.line : entry.startLine, function: entry, fit: inside ? 'same' : 'other-build'}
}

function mainName(index: SourceIndex, symbol: string): string | undefined {
  for (const path of index.mainPackages) if (symbol.startsWith(`${path}.`)) return `main${symbol.slice(path.length)}`
  return undefined
}

const elements = (path: string): string[] => path.replaceAll('\\', '/').split('/')
const baseName = (path: string): string => elements(path).at(-1) ?? path

/** Number of path elements that agree from the end. */
function commonSuffix(a: string, b: string): number {
  const [as, bs] = [elements(a), elements(b)]
  let n = 0
  while (n < as.length && n < bs.length && as[as.length - 1 - n] === bs[bs.length - 1 - n]) n++
  return n
}
