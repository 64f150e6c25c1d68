// context-pooled: a value with a context goes through a sync.Pool, and neither who takes it nor who gives it back sets the context. See rule.md.
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {pointee} from '../../analysis/reading/named.ts'
import {declarationOf, isTestFile, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, FuncDecl, Node} from '../../go/syntax/ast.ts'
import type {GoObject, Var} from '../../go/types/objects.ts'
import {typeString} from '../../go/types/type-string.ts'
import type {Type} from '../../go/types/types.ts'
import {asNamed, originOf, underlying} from '../../go/types/underlying.ts'

type PooledPass = Pass<'kept'>

const contextTypes: ReadonlySet<string> = new Set(['context.Context', 'context.CancelFunc'])

export default defineRule({
  id: 'context-pooled',
  title: 'A pooled value keeps the context of its last use',
  severity: 'warning',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#Pool', 'https://pkg.go.dev/context', 'https://go.dev/blog/context-and-structs'],
  messages: {
    kept: {
      what: '{type} is taken from a sync.Pool with the {field} of its last use, which {writer} sets',
      why: 'the next user finds a context that is cancelled or belongs to another request, and a cancel function in a value that the pool drops is never called',
      next: 'Pass the context as an argument, or set {field} where the value is taken and clear it where it is put back.',
    },
  },

  run(pass) {
    const reported = new Set<GoObject>()
    let functions: ReadonlySet<FuncDecl> | undefined
    for (const assertion of pass.nodes('TypeAssertExpr')) {
      const call = unparen(assertion.x)
      if (call.kind !== 'CallExpr' || !must(pass.callsMethod(call, 'sync.Pool', 'Get')) || isTestFile(pass, assertion)) continue
      const asserted = pass.typeOf(assertion)
      const struct = asserted === undefined ? undefined : structOf(asserted)
      if (struct === undefined || struct.contexts.length === 0 || reported.has(struct.name)) continue
      functions ??= poolFunctions(pass)
      if (setsAll(pass, functions, struct.name)) continue
      for (const field of struct.contexts) {
        const writers = writersOf(pass, field)
        const [writer] = writers
        if (writer === undefined || writers.some(one => functions?.has(one))) continue
        reported.add(struct.name)
        const data = {type: struct.name.name, field: field.name, writer: writer.name.name}
        pass.report(call, 'kept', {data, related: [{node: writer.name, label: `sets ${field.name}`}]})
        break
      }
    }
  },
})

/** A struct with its fields that hold a context or end one. */
function structOf(type: Type): {name: GoObject; contexts: readonly Var[]} | undefined {
  const named = asNamed(pointee(type) ?? type)
  const under = named === undefined ? undefined : underlying(named)
  if (named === undefined || under?.kind !== 'Struct') return undefined
  const contexts = under.fields.filter(field => field.type !== undefined && contextTypes.has(typeString(field.type)))
  return {name: originOf(named).obj, contexts}
}

/** Functions that take from a pool or put back, and what they call in the package. */
function poolFunctions(pass: PooledPass): Set<FuncDecl> {
  const found = new Set<FuncDecl>()
  const uses = (call: CallExpr) => must(pass.callsMethod(call, 'sync.Pool', 'Get')) || must(pass.callsMethod(call, 'sync.Pool', 'Put'))
  for (const call of pass.nodes('CallExpr')) {
    const decl = uses(call) ? declAround(pass, call) : undefined
    if (decl !== undefined) found.add(decl)
  }
  for (const decl of found)
    for (const call of pass.within(decl, 'CallExpr')) {
      const target = declarationOf(pass, pass.calleeOf(call))
      if (target !== undefined) found.add(target)
    }
  return found
}

/** Whether one of them replaces the whole value, or hands it to code that is not seen here. */
function setsAll(pass: PooledPass, functions: ReadonlySet<FuncDecl>, type: GoObject): boolean {
  for (const decl of functions)
    for (const assign of pass.within(decl, 'AssignStmt')) {
      const left = assign.lhs[0] === undefined ? undefined : unparen(assign.lhs[0])
      const replaced = left?.kind === 'StarExpr' ? pass.typeOf(left) : undefined
      if (replaced !== undefined && structOf(replaced)?.name === type) return true
    }
  return false
}

function writersOf(pass: PooledPass, field: Var): FuncDecl[] {
  return pass.nodes('AssignStmt').flatMap(assign => {
    const sets = assign.lhs.some(left => {
      const at = unparen(left)
      const object = at.kind === 'SelectorExpr' ? variableOf(pass, at) : undefined
      return object !== undefined && (object.origin ?? object) === (field.origin ?? field)
    })
    const decl = sets ? declAround(pass, assign) : undefined
    return decl === undefined || /^[Nn]ew/.test(decl.name.name) ? [] : [decl]
  })
}

function declAround(pass: PooledPass, node: Node): FuncDecl | undefined {
  for (const at of pass.ancestors(node)) if (at.kind === 'FuncDecl') return at
  return undefined
}
