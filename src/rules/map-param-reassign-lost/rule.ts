// map-param-reassign-lost: a map parameter is replaced, filled and then forgotten. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {functionBodies, loopAround, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {AssignStmt, Ident, Node} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {underlying} from '../../go/types/underlying.ts'

export default defineRule({
  id: 'map-param-reassign-lost',
  title: 'Entries go to a map that the caller never sees',
  severity: 'warning',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Calls'],
  messages: {
    lost: {
      what: '{map} is replaced here, and what is stored in it afterwards is never read',
      why: 'the parameter is a copy of the map value: assigning it does not change the map of the caller',
      next: 'Return the map, or clear and fill the one that was passed.',
    },
  },

  run(pass) {
    for (const {node} of functionBodies(pass)) {
      if (node.kind !== 'FuncDecl' && node.kind !== 'FuncLit') continue
      for (const field of node.type.params.list)
        for (const name of field.names) {
          const object = variableOf(pass, name)
          if (object?.type === undefined || underlying(object.type).kind !== 'Map' || node.body === undefined) continue
          const lost = lostAfter(pass, object, node.body)
          if (lost !== undefined)
            pass.report(lost.assign, 'lost', {data: {map: name.name}, related: [{node: lost.store, label: 'stored here'}]})
        }
    }
  },
})

/** The one assignment of the parameter behind which it is only stored into. */
function lostAfter(pass: Pass<'lost'>, object: GoObject, body: Node): {assign: AssignStmt; store: Node} | undefined {
  const assigns: AssignStmt[] = []
  const mentions: Ident[] = []
  walk(body, at => {
    if (at.kind !== 'Ident' || at.name !== object.name || variableOf(pass, at) !== object) return
    mentions.push(at)
    const parent = pass.parent(at)
    if (parent?.kind === 'AssignStmt' && parent.lhs.includes(at)) assigns.push(parent)
  })
  const assign = assigns[0]
  if (assign === undefined || assigns.length !== 1 || assign.tok !== '=' || loopAround(pass, assign) !== undefined) return undefined
  const after = mentions.filter(at => at.pos >= assign.end)
  const stores = after.map(at => storeOf(pass, at))
  const inLiteral = mentions.some(at => pass.enclosingFunction(at)?.body !== body)
  return stores.length > 0 && !inLiteral && stores.every(store => store !== undefined) ? {assign, store: stores[0]!} : undefined
}

/** `m[k] = v` with nothing of the map read. */
function storeOf(pass: Pass<'lost'>, at: Ident): Node | undefined {
  const index = pass.parent(at)
  if (index?.kind !== 'IndexExpr' || index.x !== at) return undefined
  const outer = pass.parent(index)
  return (outer?.kind === 'AssignStmt' && outer.lhs.some(left => unparen(left) === index)) ||
    (outer?.kind === 'IncDecStmt' && outer.x === index)
    ? outer
    : undefined
}
