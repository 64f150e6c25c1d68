// From a symbol or a build-machine path to a place in the source at hand: longest common file suffix, and a line inside the
// declared function. Closure numbers are never used: they depend on the inliner.
import {declaredName, parseSymbolName} from '../base/symbol-name.ts'

/** A declared function of the source at hand. */
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

/** Where a frame of evidence lies in the source at hand; undefined when it is not part of it. */
export function joinFrame(
  index: SourceIndex,
  frame: {readonly function: string; readonly file: string; readonly line: number; readonly startLine?: number},
): Joined | undefined {
  const symbol = parseSymbolName(frame.function)
  if (symbol === undefined) return undefined
  const wanted = declaredName(symbol)
  let best: SourceFunction | undefined
  let bestSuffix = 0
  for (const candidate of index.functions) {
    if (candidate.symbol !== wanted && !(symbol.packagePath === 'main' && mainName(index, candidate.symbol) === wanted)) continue
    const suffix = commonSuffix(candidate.file, frame.file)
    if (suffix > bestSuffix || best === undefined) [best, bestSuffix] = [candidate, suffix]
  }
  if (best === undefined || bestSuffix === 0) return undefined
  const inside = frame.line >= best.startLine && frame.line <= best.endLine
  const start = frame.startLine ?? 0
  if (start > 0 && symbol.closures.length === 0 && start !== best.startLine) {
    const line = frame.line - start + best.startLine
    return {file: best.file, line: Math.min(line, best.endLine), function: best, fit: line <= best.endLine ? 'moved' : 'other-build'}
  }
  return {file: best.file, line: inside ? frame.line : best.startLine, function: best, fit: inside ? 'same' : 'other-build'}
}

function mainName(index: SourceIndex, symbol: string): string | undefined {
  for (const path of index.mainPackages) if (symbol.startsWith(`${path}.`)) return `main${symbol.slice(path.length)}`
  return undefined
}

/** Number of path elements that agree from the end. */
function commonSuffix(a: string, b: string): number {
  const as = a.split('/')
  const bs = b.replaceAll('\\', '/').split('/')
  let n = 0
  while (n < as.length && n < bs.length && as[as.length - 1 - n] === bs[bs.length - 1 - n]) n++
  return n
}
