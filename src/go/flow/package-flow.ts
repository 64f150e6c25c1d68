// Control flow of a package: a graph for each function, with what never returns worked out from them (as golang.org/x/tools' ctrlflow does,
// but to a fixed point, so that the answer does not depend on the order of functions). A function is looked at when something asks for it, with
// what it calls in the package; that changes no answer, because an end depends on callees only.
import type {CallExpr, FuncDecl, FuncLit} from '../syntax/ast.ts'
import type {FileState, Func} from '../types/api.ts'
import {calleeOf} from './callee.ts'
import {buildCfg, type CallEnd} from './cfg-builder.ts'
import type {Cfg} from './cfg.ts'
import {functionName} from './function-name.ts'
import {intrinsicEnds, neverReturns} from './never-returns.ts'
import {functionsOf, type FunctionBody} from './package-functions.ts'

/**
 * What is known of functions of other packages: undefined is "returns, as far as anyone knows". `last`: nothing stands behind the call in its list
 * of statements, which is where calls that never return stand.
 */
export type KnownEnd = (name: string, func: Func, last: boolean) => CallEnd | undefined

export interface PackageFlow {
  readonly files: readonly FileState[]
  /** Declarations and literals with a body, in source order. */
  readonly functions: readonly FunctionBody[]
  /** Undefined for what has no body. */
  cfgOf(node: FuncDecl | FuncLit): Cfg | undefined
  bodyOf(node: FuncDecl | FuncLit): FunctionBody | undefined
  /** The declaration of a function of this package. */
  declarationOf(func: Func): FunctionBody | undefined
  /** What follows a call of this package's code. */
  endOfCall(file: FileState, call: CallExpr, last?: boolean): CallEnd
  /** What follows a call of a function of this package. */
  endOf(func: Func): CallEnd
  /** Functions of this package that never return, by functionName; asks for all of them. */
  readonly neverReturning: ReadonlyMap<string, CallEnd>
}

/** Callees are looked into this deep before they are taken for granted and looked at later. */
const depthMax = 200

interface State {
  readonly own: FunctionBody
  cfg: Cfg | undefined
  started: boolean
  /** Its end is known by its name, whatever the body says. */
  fixed: boolean
  end: CallEnd
  /** Functions whose graph was built on this one's end; it can still change, from returns to unwinds to exits. */
  readonly trusting: Set<State>
}

export function packageFlow(files: readonly FileState[], known: KnownEnd = neverReturns): PackageFlow {
  const functions = functionsOf(files)
  const states = new Map<FuncDecl | FuncLit, State>()
  const byFunc = new Map<Func, State>()
  for (const own of functions) {
    const state: State = {own, cfg: undefined, started: false, fixed: false, end: 'returns', trusting: new Set()}
    states.set(own.node, state)
    if (own.func !== undefined) byFunc.set(own.func, state)
  }
  const waiting: State[] = []
  /** Taken for granted for being too deep; looked at before an answer is given. */
  const postponed: State[] = []
  const external = {last: new Map<Func, CallEnd>(), inside: new Map<Func, CallEnd>()}
  let depth = 0

  function endOfFunction(func: Func, last: boolean): CallEnd {
    const ends = last ? external.last : external.inside
    let end = ends.get(func)
    if (end === undefined) {
      const name = functionName(func)
      end = (name === undefined ? undefined : (intrinsicEnds.get(name) ?? known(name, func, last))) ?? 'returns'
      ends.set(func, end)
    }
    return end
  }

  function endOfCall(file: FileState, call: CallExpr, last: boolean, asking?: State): CallEnd {
    const callee = calleeOf(file, call)
    if (callee.kind === 'builtin') return callee.builtin.name === 'panic' ? 'unwinds' : 'returns'
    if (callee.kind === 'interface') return endOfFunction(callee.func, last)
    if (callee.kind !== 'function') return 'returns'
    const state = byFunc.get(callee.func)
    if (state === undefined) return endOfFunction(callee.func, last)
    if (!state.started && !state.fixed) {
      if (depth < depthMax) build(state)
      else postponed.push(state)
    }
    if (state.end !== 'exits' && !state.fixed && asking !== undefined) state.trusting.add(asking)
    return state.end
  }

  function build(state: State): void {
    const {own} = state
    state.started = true
    depth++
    state.cfg = buildCfg(own.body, (call, last) => endOfCall(own.file, call, last, state))
    depth--
    const end = endOf(state.cfg)
    if (own.func === undefined || state.fixed || end === state.end) return
    state.end = end
    for (const other of state.trusting) waiting.push(other)
    state.trusting.clear()
  }

  /** An end only falls, from returns to unwinds to exits, so this ends. */
  function settle(): void {
    for (;;) {
      const again = waiting.pop()
      const first = again ?? postponed.pop()
      if (first === undefined) return
      if (again !== undefined || !first.started) build(first)
    }
  }

  function asked(state: State): State {
    if (!state.started) {
      build(state)
      settle()
    }
    return state
  }

  for (const [func, state] of byFunc) {
    const name = functionName(func)
    const end = name === undefined ? undefined : intrinsicEnds.get(name)
    if (end === undefined) continue
    state.end = end
    state.fixed = true
  }

  let neverReturning: Map<string, CallEnd> | undefined
  return {
    files,
    functions,
    cfgOf(node) {
      const state = states.get(node)
      return state && asked(state).cfg
    },
    bodyOf: node => states.get(node)?.own,
    declarationOf: func => byFunc.get(func.origin ?? func)?.own,
    endOfCall(file, call, last = false) {
      const end = endOfCall(file, call, last)
      if (waiting.length === 0 && postponed.length === 0) return end
      settle()
      return endOfCall(file, call, last)
    },
    endOf(func) {
      const state = byFunc.get(func.origin ?? func)
      if (state === undefined) return endOfFunction(func, true)
      return state.fixed ? state.end : asked(state).end
    },
    get neverReturning() {
      if (neverReturning !== undefined) return neverReturning
      neverReturning = new Map()
      for (const state of states.values()) asked(state)
      for (const [func, {end, own}] of byFunc) {
        const name = functionName(func)
        if (end !== 'returns' && name !== undefined && own.node.kind === 'FuncDecl') neverReturning.set(name, end)
      }
      return neverReturning
    },
  }
}

/** One that can end in a panic unwinds; one that cannot, exits or runs for ever. */
function endOf(cfg: Cfg): CallEnd {
  if (cfg.mayReturn) return 'returns'
  return cfg.unwound.live ? 'unwinds' : 'exits'
}
