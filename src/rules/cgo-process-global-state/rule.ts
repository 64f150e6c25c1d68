// cgo-process-global-state: C functions that share variables of the process run in several goroutines, and nothing keeps them apart. See rule.md.
import {type AnyPass, cCallName} from '../../analysis/cgo/c-member.ts'
import {type CVariable, cSourceOf, placeInC} from '../../analysis/cgo/c-source.ts'
import {effectsOf} from '../../analysis/cgo/c-effects.ts'
import {inLoop} from '../../analysis/cgo/local-variable.ts'
import {locksSomething} from '../../analysis/reading/locks.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, FuncDecl, FuncLit, Node} from '../../go/syntax/ast.ts'

const depthMax = 8
/** Variables that a finding points to. */
const shownMax = 12

export default defineRule({
  id: 'cgo-process-global-state',
  title: 'C functions with state of the whole process are called from several goroutines',
  severity: 'error',
  confidence: 0.8,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#LockOSThread', 'https://go.dev/ref/mem', 'https://graphviz.org/doc/libguide/libguide.pdf'],
  messages: {
    unguarded: {
      what: '{calls} {write} {variables} without a lock and may run in several goroutines at once: {how}',
      why: 'these variables belong to the process, so two calls mix what they parse, compute and report, on any two threads; runtime.LockOSThread keeps a goroutine on its thread and keeps no other thread out',
      next: 'Put one mutex around the whole sequence of calls, errors read back included, or give the library one goroutine of its own that takes the work from a channel.',
    },
  },

  run(pass) {
    const source = cSourceOf(pass)
    if (source.variables.length === 0) return
    const byFunction = new Map<FuncDecl | FuncLit, Group>()
    for (const call of pass.nodes('CallExpr')) {
      const name = cCallName(pass, call)
      const body = name === undefined ? undefined : source.body(name, undefined)
      const around = pass.enclosingFunction(call)
      if (name === undefined || body === undefined || around === undefined) continue
      const effects = effectsOf(source, body)
      if (effects.locks || effects.writes.length === 0) continue
      const group: Group = byFunction.get(around) ?? {calls: [], names: new Set(), variables: new Map()}
      group.calls.push(call)
      group.names.add(`C.${name}`)
      for (const {variable} of effects.writes) group.variables.set(variable.name, variable)
      byFunction.set(around, group)
    }
    for (const [around, {calls, names, variables}] of byFunction) {
      const [first, ...others] = calls
      const how = concurrency(pass, around, 0, new Set())
      if (first === undefined || how === undefined) continue
      const shown = [...variables.values()].sort((a, b) => (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : a.at - b.at))
      pass.report(first, 'unguarded', {
        data: {
          calls: listed([...names]),
          write: names.size === 1 ? 'writes' : 'write',
          variables: `${listed(shown.slice(0, 3).map(one => one.name))}${shown.length > 3 ? ` and ${shown.length - 3} more` : ''} of the process`,
          how: how.text,
        },
        related: [...others.map(node => ({node, label: 'called here too'})), {node: how.at, label: how.text}],
        relatedAt: shown.slice(0, shownMax).map(variable => ({
          place: placeInC(variable.file, {at: variable.at, text: variable.name}, variable.name),
          label: `${variable.name} belongs to the process`,
        })),
      })
    }
  },
})

const listed = (names: readonly string[]) => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`)

/** What one Go function calls. */
interface Group {
  readonly calls: CallExpr[]
  readonly names: Set<string>
  readonly variables: Map<string, CVariable>
}

interface Concurrency {
  readonly at: Node
  readonly text: string
}

/** How a function comes to run more than once at a time; undefined when it is not known to, or when something on the way takes a lock. */
function concurrency(pass: AnyPass, scope: FuncDecl | FuncLit, depth: number, seen: Set<Node>): Concurrency | undefined {
  if (depth > depthMax || seen.has(scope) || locksSomething(pass, scope)) return undefined
  seen.add(scope)
  if (isHandler(pass, scope)) return {at: scope.type, text: 'net/http runs each request in a goroutine'}
  if (scope.kind === 'FuncLit') {
    const call = pass.parent(scope)
    const go = call?.kind === 'CallExpr' ? pass.parent(call) : undefined
    if (go?.kind === 'GoStmt') return ofGo(pass, go)
    const outer = pass.enclosingFunction(scope)
    return outer === undefined ? undefined : concurrency(pass, outer, depth + 1, seen)
  }
  const object = pass.objectOf(scope.name)
  if (object === undefined) return undefined
  for (const call of pass.nodes('CallExpr')) {
    if (pass.calleeOf(call) !== object) continue
    const go = pass.parent(call)
    const outer = pass.enclosingFunction(call)
    const found = go?.kind === 'GoStmt' ? ofGo(pass, go) : outer === undefined ? undefined : concurrency(pass, outer, depth + 1, seen)
    if (found !== undefined) return found
  }
  return undefined
}

const ofGo = (pass: AnyPass, go: Node): Concurrency | undefined =>
  inLoop(pass, go) ? {at: go, text: 'a loop starts the goroutines'} : undefined

/** `func(http.ResponseWriter, *http.Request)`, as it is written: the types of a package that was not loaded are unknown. */
function isHandler(pass: AnyPass, scope: FuncDecl | FuncLit): boolean {
  const types = scope.type.params.list.flatMap(({type, names}) => (type === undefined || names.length > 1 ? [] : [pass.text(type)]))
  return types.length === 2 && types[0] === 'http.ResponseWriter' && types[1] === '*http.Request'
}
