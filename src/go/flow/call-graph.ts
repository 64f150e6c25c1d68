// The call graph of a program by class hierarchy analysis: calls through interfaces lead to every type that has the methods, calls of values
// to every function of that signature. Made of the facts of its packages, so it does not depend on the order in which they were read.
import type {CallFact, CallTarget, FunctionFact, MethodKey, PackageCalls, TypeFact} from './package-calls.ts'
import {mayBeIdentical} from './type-key.ts'

export interface CallEdge {
  /** Place of the calling function, or the path of the package whose variables are initialised. */
  readonly from: string
  /** Place of the called function; its name for functions without a body here. */
  readonly to: string
  readonly how: CallFact['how']
  readonly at: number
  /** The callee is certain. */
  readonly static: boolean
}

export interface EntryPoint {
  readonly function: string
  readonly kind: 'main' | 'init' | 'goroutine' | 'handler' | 'test'
}

export interface CallGraph {
  readonly functions: ReadonlyMap<string, FunctionFact>
  /** The place of a declared function, by functionName. */
  placeOf(name: string): string | undefined
  edgesFrom(place: string): readonly CallEdge[]
  readonly entryPoints: readonly EntryPoint[]
  /** Calls of which nothing is known, by caller. */
  readonly unknownCalls: ReadonlyMap<string, number>
}

/** Signatures by which frameworks call handlers, on a goroutine each request. */
const handlerSignatures: ReadonlySet<string> = new Set([
  '(net/http.ResponseWriter,*net/http.Request)()',
  '(*github.com/gin-gonic/gin.Context)()',
  '(github.com/labstack/echo/v4.Context)(error)',
  '(*github.com/gofiber/fiber/v2.Ctx)(error)',
])

export function callGraph(packages: readonly PackageCalls[]): CallGraph {
  const functions = new Map(packages.flatMap(p => p.functions.map(f => [f.place, f] as const)))
  const places = new Map([...functions.values()].flatMap(f => (f.name === undefined ? [] : [[f.name, f.place] as const])))
  const resolve = resolver(packages, functions, places)
  const unknownCalls = new Map<string, number>()
  const edges = new Map<string, CallEdge[]>()
  const callsFrom = new Map<string, CallFact[]>()
  for (const call of packages.flatMap(p => p.calls)) {
    if (call.to.kind === 'unknown') unknownCalls.set(call.from, (unknownCalls.get(call.from) ?? 0) + 1)
    const list = callsFrom.get(call.from)
    if (list === undefined) callsFrom.set(call.from, [call])
    else list.push(call)
  }
  return {
    functions,
    placeOf: name => places.get(name),
    edgesFrom(place) {
      let list = edges.get(place)
      if (list === undefined) {
        list = (callsFrom.get(place) ?? []).flatMap(call => {
          const certain = call.to.kind === 'function' || call.to.kind === 'literal'
          return resolve(call.to).map(to => ({from: place, to, how: call.how, at: call.at, static: certain}))
        })
        edges.set(place, list)
      }
      return list
    },
    entryPoints: entryPoints(packages, resolve),
    unknownCalls,
  }
}

type Resolve = (target: CallTarget) => readonly string[]

function resolver(
  packages: readonly PackageCalls[],
  functions: ReadonlyMap<string, FunctionFact>,
  places: ReadonlyMap<string, string>,
): Resolve {
  const byMethod = new Map<string, {readonly type: TypeFact; readonly target: CallTarget; readonly signature: string}[]>()
  for (const type of packages.flatMap(p => p.types)) {
    for (const {id, target, signature} of type.methods) {
      const list = byMethod.get(id)
      const entry = {type, target, signature}
      if (list === undefined) byMethod.set(id, [entry])
      else list.push(entry)
    }
  }
  const bySignature = new Map<string, Set<string>>()
  const add = (signature: string, place: string) => {
    const set = bySignature.get(signature)
    if (set === undefined) bySignature.set(signature, new Set([place]))
    else set.add(place)
  }
  for (const f of functions.values()) if (!f.method) add(f.signature, f.place)
  const known = new Map<string, readonly string[]>()
  const ofInterface = (method: MethodKey, all: readonly MethodKey[], seen: ReadonlySet<string>): string[] => {
    const found = new Set<string>()
    for (const {type, target, signature} of byMethod.get(method.id) ?? []) {
      if (!mayBeIdentical(signature, method.signature) || !hasAll(type, all)) continue
      for (const place of lookup(target, seen)) found.add(place)
    }
    return [...found]
  }
  const ofValue = (signature: string): string[] => {
    const exact = [...(bySignature.get(signature) ?? [])]
    const sets = signature.includes('?') ? [...bySignature] : open
    return [...new Set([...exact, ...sets.flatMap(([other, set]) => (arity(other) === arity(signature) ? [...set] : []))])]
  }
  /** `seen`: interface methods that are being resolved, for structs that embed the interface they implement. */
  function lookup(target: CallTarget, seen: ReadonlySet<string>): readonly string[] {
    switch (target.kind) {
      case 'function':
        return [places.get(target.name) ?? target.name]
      case 'literal':
        return [target.place]
      case 'unknown':
        return []
      case 'interface':
      case 'value': {
        const key = JSON.stringify(target)
        if (seen.has(key)) return []
        let list = known.get(key)
        if (list === undefined) {
          list = target.kind === 'value' ? ofValue(target.signature) : ofInterface(target.method, target.all, new Set([...seen, key]))
          if (seen.size === 0) known.set(key, list)
        }
        return list
      }
    }
  }
  for (const {target, signature} of packages.flatMap(p => p.values))
    if (target.kind !== 'value') for (const place of lookup(target, new Set())) add(signature, place)
  const open = [...bySignature].filter(([signature]) => signature.includes('?'))
  return target => lookup(target, new Set())
}

const hasAll = (type: TypeFact, wanted: readonly MethodKey[]): boolean =>
  wanted.every(({id, signature}) => type.methods.some(m => m.id === id && mayBeIdentical(m.signature, signature)))

/** Number of parameters and results, counted by commas outside brackets. */
function arity(signature: string): string {
  const counts: number[] = []
  let [depth, commas, empty] = [0, 0, true]
  for (const c of signature) {
    if (c === '(' || c === '[' || c === '{') {
      if (depth++ === 0) [commas, empty] = [0, true]
      else empty = false
    } else if (c === ')' || c === ']' || c === '}') {
      if (--depth === 0) counts.push(empty ? 0 : commas + 1)
    } else {
      empty = false
      if (c === ',' && depth === 1) commas++
    }
  }
  return counts.join()
}

function entryPoints(packages: readonly PackageCalls[], resolve: Resolve): EntryPoint[] {
  const found = new Map<string, EntryPoint>()
  const add = (place: string, kind: EntryPoint['kind']) => void found.set(`${kind} ${place}`, {function: place, kind})
  for (const pkg of packages) {
    for (const f of pkg.functions) {
      const last = f.name?.slice(f.name.lastIndexOf('.') + 1) ?? ''
      if (pkg.main && f.name === `${pkg.path}.main`) add(f.place, 'main')
      if (f.name === undefined && !f.literal && !f.method && f.signature === '()()') add(f.place, 'init')
      if (/^(Test|Benchmark|Fuzz|Example)/.test(last) && /^\((\*testing\.[TBF])?\)\(\)$/.test(f.signature)) add(f.place, 'test')
      const handles = handlerSignatures.has(f.signature)
      if (handles && (f.valued || last === 'ServeHTTP')) add(f.place, 'handler')
    }
    for (const call of pkg.calls) if (call.how === 'go') for (const place of resolve(call.to)) add(place, 'goroutine')
  }
  return [...found.values()].toSorted((a, b) => (a.function < b.function ? -1 : a.function > b.function ? 1 : a.kind < b.kind ? -1 : 1))
}
