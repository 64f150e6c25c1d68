// map-pointer-param: a parameter that points to a map and is never used to replace it. Style, not memory. See rule.md.
import {mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {isGenerated, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {FuncDecl, FuncLit, Ident} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {unalias, underlying} from '../../go/types/underlying.ts'

type MapPass = Pass<'param' | 'call'>

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
    call: {
      what: '{argument} is passed as a pointer to a map that {function} never replaces',
      why: 'a map value already refers to its table: what the function stores is seen by the caller without the pointer',
      next: 'Let {function} take the map itself.',
    },
  },

  run(pass) {
    const needless = new Map<GoObject, {readonly func: string; readonly indices: ReadonlySet<number>}>()
    for (const kind of ['FuncDecl', 'FuncLit'] as const) {
      for (const func of pass.nodes(kind)) {
        if (func.body === undefined || isGenerated(pass, func) || isRemote(func) || isPrescribed(pass, func)) continue
        const indices = new Set<number>()
        let index = 0
        for (const field of func.type.params.list) {
          for (const name of field.names) {
            if (pointsToMap(pass, name) && onlyRead(pass, func, name)) {
              indices.add(index)
              pass.report(name, 'param', {data: {param: name.name}})
            }
            index++
          }
          if (field.names.length === 0) index++
        }
        const object = func.kind === 'FuncDecl' ? pass.objectOf(func.name) : undefined
        if (object !== undefined && indices.size > 0 && func.kind === 'FuncDecl') needless.set(object, {func: func.name.name, indices})
      }
    }
    if (needless.size === 0) return
    for (const call of pass.nodes('CallExpr')) {
      const callee = pass.calleeOf(call)
      const origin = callee?.kind === 'Func' ? (callee.origin ?? callee) : undefined
      const found = origin === undefined ? undefined : needless.get(origin)
      for (const i of found?.indices ?? []) {
        const argument = call.args[i]
        if (found !== undefined && argument !== undefined && !isGenerated(pass, call) && pass.text(argument) !== 'nil')
          pass.report(argument, 'call', {data: {argument: pass.text(argument), function: found.func}})
      }
    }
  },
})

/** A function that is handed on as a value: its type is that of the place it goes to. */
function isPrescribed(pass: MapPass, func: FuncDecl | FuncLit): boolean {
  const parent = pass.parent(func)
  if (func.kind === 'FuncLit' && parent?.kind === 'CallExpr') return parent.fun !== func
  const name = func.kind === 'FuncDecl' ? func.name : parent?.kind === 'AssignStmt' ? parent.lhs[parent.rhs.indexOf(func)] : undefined
  const object = name?.kind === 'Ident' ? pass.objectOf(name) : undefined
  if (object === undefined) return func.kind === 'FuncLit'
  return mentions(pass, object).some(mention => {
    if (mention === name) return false
    const selector = pass.parent(mention)
    const used = selector?.kind === 'SelectorExpr' && selector.sel === mention ? selector : mention
    const call = pass.parent(used)
    return !(call?.kind === 'CallExpr' && call.fun === used)
  })
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
