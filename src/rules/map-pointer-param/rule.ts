// map-pointer-param: a parameter that points to a map and is never used to replace it. Style, not memory. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {isGenerated, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {FuncDecl, FuncLit, Ident, Node} from '../../go/syntax/ast.ts'
import {unalias, underlying} from '../../go/types/underlying.ts'

type MapPass = Pass<'param'>

/** Calls named with a finding. */
const callsMax = 10

export default defineRule({
  id: 'map-pointer-param',
  title: 'A parameter points to a map for no reason',
  severity: 'info',
  confidence: 0.9,
  preset: 'strict',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Map_types', 'https://go.dev/doc/effective_go#maps'],
  messages: {
    param: {
      what: '{param} points to a map that the function never replaces',
      why: 'a map value already refers to its table: what the function stores is seen by the caller without the pointer',
      next: 'Take the map itself.',
    },
  },

  run(pass) {
    for (const kind of ['FuncDecl', 'FuncLit'] as const) {
      for (const func of pass.nodes(kind)) {
        if (func.body === undefined || isGenerated(pass, func) || isRemote(func)) continue
        let index = 0
        for (const field of func.type.params.list) {
          for (const name of field.names) {
            if (pointsToMap(pass, name) && onlyRead(pass, func, name))
              pass.report(name, 'param', {data: {param: name.name}, related: argumentsOf(pass, func, index)})
            index++
          }
          if (field.names.length === 0) index++
        }
      }
    }
  },
})

/** What the package's calls of the function hand it at this place: mended with the parameter, and no findings of their own. */
function argumentsOf(pass: MapPass, func: FuncDecl | FuncLit, index: number): {node: Node; label: string}[] {
  const object = func.kind === 'FuncDecl' ? pass.objectOf(func.name) : undefined
  if (object === undefined) return []
  return pass
    .nodes('CallExpr')
    .flatMap(call => {
      const callee = pass.calleeOf(call)
      const argument = call.args[index]
      const isOf = callee?.kind === 'Func' && (callee.origin ?? callee) === object
      return isOf && argument !== undefined && !isGenerated(pass, call) ? [{node: argument, label: 'passed here'}] : []
    })
    .slice(0, callsMax)
}

/** `func (T) Method(args A, reply *B) error`: net/rpc asks for the pointer. */
function isRemote(func: FuncDecl | FuncLit): boolean {
  if (func.kind !== 'FuncDecl' || func.recv === undefined || !/^[A-Z]/.test(func.name.name)) return false
  const params = func.type.params.list.flatMap(field => (field.names.length === 0 ? [field] : field.names.map(() => field)))
  const [result, ...more] = func.type.results?.list ?? []
  return params.length === 2 && more.length === 0 && result?.type?.kind === 'Ident' && result.type.name === 'error'
}

function pointsToMap(pass: MapPass, name: Ident): boolean {
  const type = variableOf(pass, name)?.type
  if (type === undefined) return false
  const plain = unalias(type)
  return plain.kind === 'Pointer' && underlying(plain.base).kind === 'Map'
}

/** Every mention is `*p` that is read from, or compares p with nil; at least one is `*p`. */
function onlyRead(pass: MapPass, func: FuncDecl | FuncLit, name: Ident): boolean {
  const object = variableOf(pass, name)
  let used = false
  let only = true
  walk(func.body!, at => {
    if (at.kind !== 'Ident' || at.name !== name.name || variableOf(pass, at) !== object) return
    const star = pass.parent(at)
    if (star?.kind === 'BinaryExpr') return
    if (star?.kind !== 'StarExpr') {
      only = false
      return
    }
    used = true
    let [node, parent] = [star as ReturnType<typeof unparen>, pass.parent(star)]
    while (parent?.kind === 'ParenExpr') [node, parent] = [parent, pass.parent(parent)]
    const replaced = parent?.kind === 'AssignStmt' && parent.lhs.includes(node)
    const addressed = parent?.kind === 'UnaryExpr' && parent.op === '&'
    if (replaced || addressed) only = false
  })
  return only && used
}
