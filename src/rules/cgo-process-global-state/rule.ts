// cgo-process-global-state: C functions that share variables of the process run in several goroutines, and nothing keeps them apart. See rule.md.
import {type CFunctionFacts, cFunction, describedFunction} from '../../analysis/cgo/c-function.ts'
import {type AnyPass, cCallName, isCgoHelper} from '../../analysis/cgo/c-member.ts'
import {type CVariable, cSourceOf, placeInC} from '../../analysis/cgo/c-source.ts'
import {effectsOf} from '../../analysis/cgo/c-effects.ts'
import {concurrencyOf} from '../../analysis/reading/concurrency.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, FuncDecl, FuncLit} from '../../go/syntax/ast.ts'

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
    described: {
      what: '{calls} {work} on state of the whole process, says {saidBy}, and may run in several goroutines at once: {how}',
      why: 'state of the process is one for all threads, so two calls mix what they parse, compute and report; runtime.LockOSThread keeps a goroutine on its thread and keeps no other thread out',
      next: 'Put one mutex around the whole sequence of calls, errors read back included, or give the library one goroutine of its own that takes the work from a channel.',
    },
    unguarded: {
      what: '{calls} {write} {variables} without a lock and may run in several goroutines at once: {how}',
      why: 'these variables belong to the process, so two calls mix what they parse, compute and report, on any two threads; runtime.LockOSThread keeps a goroutine on its thread and keeps no other thread out',
      next: 'Put one mutex around the whole sequence of calls, errors read back included, or give the library one goroutine of its own that takes the work from a channel.',
    },
  },

  run(pass) {
    const source = cSourceOf(pass)
    const byFunction = new Map<FuncDecl | FuncLit, Group>()
    for (const call of pass.nodes('CallExpr')) {
      const name = cCallName(pass, call)
      const body = name === undefined ? undefined : source.body(name, undefined)
      const around = pass.enclosingFunction(call)
      if (name === undefined || around === undefined || isCgoHelper(name)) continue
      const effects = body === undefined ? undefined : effectsOf(source, body)
      const described = effects === undefined || effects.writes.length === 0 ? cFunction(pass, name) : undefined
      if (effects?.locks === true || ((effects === undefined || effects.writes.length === 0) && described?.thread !== 'process')) continue
      const group: Group = byFunction.get(around) ?? {calls: [], names: new Set(), variables: new Map(), saidBy: new Set()}
      group.calls.push(call)
      group.names.add(`C.${name}`)
      for (const {variable} of effects?.writes ?? []) group.variables.set(variable.name, variable)
      if (described !== undefined) group.saidBy.add(saidBy(pass, described))
      byFunction.set(around, group)
    }
    for (const [around, {calls, names, variables, saidBy: said}] of byFunction) {
      const [first, ...others] = calls
      const how = first && concurrencyOf(pass, first, around)
      if (first === undefined || how === undefined) continue
      if (variables.size === 0) {
        const data = {calls: listed([...names]), work: names.size === 1 ? 'works' : 'work', saidBy: listed([...said]), how: how.text}
        const related = [...others.map(node => ({node, label: 'called here too'})), {node: how.at, label: how.text}]
        pass.report(first, 'described', {data, related})
        continue
      }
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
  readonly saidBy: Set<string>
}

/** The description, also where the function only calls what is described. */
function saidBy(pass: AnyPass, facts: CFunctionFacts): string {
  if (facts.saidBy !== 'body') return `the description of ${facts.saidBy}`
  return describedFunction(pass, facts.name) === undefined ? 'the description of what it calls' : 'its description'
}
