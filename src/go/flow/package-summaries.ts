// Works out the summaries of a package's functions when something asks for them, callees before callers, strongly connected ones together to a
// fixed point, so that the answer does not depend on who asks first. What other packages' functions do comes from `known`; what nobody knows escapes.
import {answer, either, type Answer} from '../../base/answer.ts'
import {objectOf, objectType, type FileState, type Func, type Var} from '../types/api.ts'
import {forEachChild, type CallExpr, type FieldList, type Node} from '../syntax/ast.ts'
import {calleeOf} from './callee.ts'
import {directEffect, type Effect} from './effects.ts'
import {functionName} from './function-name.ts'
import type {FunctionBody} from './package-functions.ts'
import type {PackageFlow} from './package-flow.ts'
import {pathWithout} from './paths.ts'
import {stronglyConnected} from './strongly-connected.ts'
import {
  harmless,
  parameterOf,
  unknownParameter,
  type FunctionSummary,
  type ParameterEffect,
  type ParameterSummary,
  type Summaries,
} from './summary.ts'
import {usesOf, type Use} from './value-uses.ts'

/** Functions of other packages, by functionName; undefined is unknown. */
export type KnownSummary = (name: string) => FunctionSummary | undefined

export interface PackageSummaries {
  /** Of all functions of the package. */
  readonly byName: Summaries
  of(func: Func): FunctionSummary | undefined
  /** What a call does to what it is given at `index` (-1 receiver). An unknown callee: unknown. */
  ofArgument(file: FileState, call: CallExpr, index: number): ParameterSummary
  /** Functions of the package left unknown because a limit was reached; asks for all of them. */
  readonly overBudget: readonly string[]
}

/** Bodies with more nodes than this are not looked into: generated tables and parsers. Unit: nodes of the syntax tree. */
const bodyNodesMax = 20_000
/** Rounds over one strongly connected component before its members are left unknown. */
const roundsMax = 12

export function packageSummaries(flow: PackageFlow, known: KnownSummary): PackageSummaries {
  const found = new Map<Func, FunctionSummary>()
  const overBudget: string[] = []
  /** Worked out, or being so. */
  const begun = new Set<Func>()
  const callees = new Map<Func, Callees>()

  const calleesOf = (func: Func): Callees => {
    let made = callees.get(func)
    if (made === undefined) {
      const own = flow.declarationOf(func)
      made = own === undefined ? {inside: [], nodes: 0} : calleesIn(flow, own)
      callees.set(func, made)
    }
    return made
  }
  const summaryOf = (func: Func): FunctionSummary | undefined => {
    const origin = func.origin ?? func
    if (flow.declarationOf(origin) !== undefined) {
      if (!begun.has(origin)) workOut(origin)
      return found.get(origin)
    }
    const name = functionName(func)
    return name === undefined ? undefined : known(name)
  }
  const ofArgument = (file: FileState, call: CallExpr, index: number): ParameterSummary => argumentSummary(file, call, index, summaryOf)

  function workOut(wanted: Func): void {
    const components = stronglyConnected([wanted], func => calleesOf(func).inside.filter(callee => !begun.has(callee)))
    for (const component of components) {
      for (const func of component) begun.add(func)
      const members = component.flatMap(func => {
        const own = flow.declarationOf(func)
        return own === undefined ? [] : [{func, own}]
      })
      const tooLarge = component.some(func => calleesOf(func).nodes > bodyNodesMax)
      if (!tooLarge) for (const {func, own} of members) found.set(func, optimistic(own, flow))
      let settled = false
      for (let round = 0; round < roundsMax && !settled && !tooLarge; round++) {
        settled = true
        for (const {func, own} of members) {
          const summary = summarise(own, flow, ofArgument)
          if (JSON.stringify(summary) !== JSON.stringify(found.get(func))) settled = false
          found.set(func, summary)
        }
        if (component.length === 1 && component.every(func => !calleesOf(func).inside.includes(func))) settled = true
      }
      if (settled) continue
      for (const {func} of members) {
        found.delete(func)
        overBudget.push(functionName(func) ?? func.name)
      }
    }
  }

  let all: Map<string, FunctionSummary> | undefined
  function everything(): Map<string, FunctionSummary> {
    if (all !== undefined) return all
    all = new Map()
    for (const own of flow.functions) if (own.func !== undefined && own.node.kind === 'FuncDecl') summaryOf(own.func)
    for (const [func, summary] of found) {
      const name = functionName(func)
      if (name !== undefined && func.name !== '_' && func.name !== 'init') all.set(name, summary)
    }
    return all
  }
  return {
    get byName() {
      return everything()
    },
    of: summaryOf,
    ofArgument,
    get overBudget() {
      everything()
      return overBudget
    },
  }
}

function argumentSummary(
  file: FileState,
  call: CallExpr,
  index: number,
  summaryOf: (func: Func) => FunctionSummary | undefined,
): ParameterSummary {
  const direct = directEffect(file, call)
  const callee = calleeOf(file, call)
  if (direct !== undefined && direct.index === index) {
    const effects: ParameterEffect[] = [{effect: direct.effect, fields: [], always: true}]
    return {...harmless, escapes: answer(direct.effect === 'puts'), effects}
  }
  if (callee.kind === 'function' || callee.kind === 'interface') {
    const summary = summaryOf(callee.func)
    return summary === undefined ? unknownParameter : parameterOf(summary, index)
  }
  return callee.kind === 'builtin' || callee.kind === 'conversion' ? harmless : unknownParameter
}

interface Callees {
  readonly inside: readonly Func[]
  readonly nodes: number
}

function calleesIn(flow: PackageFlow, own: FunctionBody): Callees {
  const inside = new Set<Func>()
  let nodes = 0
  const look = (node: Node): void => {
    nodes++
    if (node.kind === 'CallExpr') {
      const callee = calleeOf(own.file, node)
      if (callee.kind === 'function' && flow.declarationOf(callee.func) !== undefined) inside.add(callee.func)
    }
    forEachChild(node, look)
  }
  look(own.body)
  return {inside: [...inside], nodes}
}

const optimistic = (own: FunctionBody, flow: PackageFlow): FunctionSummary => ({
  end: endOf(own, flow),
  receiver: receiverOf(own) === undefined ? undefined : harmless,
  parameters: parametersOf(own).map(() => harmless),
})

const endOf = (own: FunctionBody, flow: PackageFlow): FunctionSummary['end'] => (own.func === undefined ? 'returns' : flow.endOf(own.func))

/** Undefined entries are parameters without a name: nothing can happen to them. */
const parametersOf = (own: FunctionBody): (Var | undefined)[] => variablesOf(own, own.node.type.params)
const receiverOf = (own: FunctionBody): (Var | undefined)[] | undefined =>
  own.node.kind === 'FuncDecl' && own.node.recv !== undefined ? variablesOf(own, own.node.recv) : undefined

function variablesOf(own: FunctionBody, fields: FieldList): (Var | undefined)[] {
  return fields.list.flatMap(field =>
    field.names.length === 0
      ? [undefined]
      : field.names.map(name => {
          const object = objectOf(own.file, name)
          return object?.kind === 'Var' ? object : undefined
        }),
  )
}

type OfArgument = PackageSummaries['ofArgument']

function summarise(own: FunctionBody, flow: PackageFlow, ofArgument: OfArgument): FunctionSummary {
  const receiver = receiverOf(own)
  const one = (variable: Var | undefined) => (variable === undefined ? harmless : summariseParameter(own, flow, variable, ofArgument))
  const parameters = parametersOf(own)
  const variadic = own.node.type.params.list.at(-1)?.type?.kind === 'Ellipsis'
  return {
    end: endOf(own, flow),
    receiver: receiver === undefined ? undefined : one(receiver[0]),
    parameters: parameters.map((variable, i) => {
      const summary = one(variable)
      return variadic && i === parameters.length - 1 && variable !== undefined ? elementsOf(summary, own, variable) : summary
    }),
  }
}

/** A variadic parameter is a slice of what was passed: whoever looks into it may keep an element. Handing it on whole is followed. */
function elementsOf(slice: ParameterSummary, own: FunctionBody, variable: Var): ParameterSummary {
  const looked = usesOf(own, [variable]).uses.some(use => use.kind !== 'passed' || use.call.ellipsis < 0)
  return looked ? {...slice, escapes: either(slice.escapes, 'unknown')} : slice
}

function summariseParameter(own: FunctionBody, flow: PackageFlow, variable: Var, ofArgument: OfArgument): ParameterSummary {
  if (holdsNothing(variable)) return harmless
  const {uses} = usesOf(own, [variable], (call, index) => {
    const summary = ofArgument(own.file, call, index)
    return summary.returned && summary.escapes === 'no'
  })
  let escapes: Answer = 'no'
  let returned = false
  const effects = new Map<string, {effect: Effect; fields: readonly string[]; uses: Use[]}>()
  for (const use of uses) {
    if (use.kind === 'escapes') escapes = either(escapes, use.why === 'unknown-use' ? 'unknown' : 'yes')
    else if (use.kind === 'returned') returned = true
    else if (use.kind === 'passed') {
      const summary = ofArgument(own.file, use.call, use.index)
      // A field that is kept is not the whole; what the callee does to it is known all the same.
      if (use.through.length === 0) {
        escapes = either(escapes, summary.escapes)
        if (summary.returned && summary.escapes !== 'no') returned = true
      }
      for (const {effect, fields, always} of summary.effects) {
        if (!always) continue
        const path = [...use.through, ...fields]
        const key = `${effect} ${path.join('.')}`
        const entry = effects.get(key) ?? {effect, fields: path, uses: []}
        entry.uses.push(use)
        effects.set(key, entry)
      }
    }
  }
  const cfg = flow.cfgOf(own.node)
  const list = [...effects.values()].map(({effect, fields, uses: where}) => ({
    effect,
    fields,
    always: cfg !== undefined && pathWithout(cfg, undefined, 'return', part => where.some(use => use.node === part)) === undefined,
  }))
  list.sort((a, b) => (a.effect < b.effect ? -1 : a.effect > b.effect ? 1 : a.fields.join('.') < b.fields.join('.') ? -1 : 1))
  return {escapes, returned, effects: list}
}

/** Numbers, booleans and strings cannot be closed, freed or kept in a way that matters; handles of C that are numbers stay tracked. */
function holdsNothing(variable: Var): boolean {
  const type = objectType(variable)
  return type.kind === 'Basic' && type.name !== 'invalid type' && type.name !== 'Pointer' && type.name !== 'uintptr'
}
