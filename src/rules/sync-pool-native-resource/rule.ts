// sync-pool-native-resource: a pool makes values that must be released by hand. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {namedPath, pointee} from '../../analysis/reading/named.ts'
import {isTestFile, some, unparen} from '../../analysis/reading/terms.ts'
import type {CompositeLit, Expr, FuncLit, Node} from '../../go/syntax/ast.ts'
import {asNamed} from '../../go/types/underlying.ts'
import type {Type} from '../../go/types/types.ts'

/** Values of the operating system behind a Go value. */
const released = new Set([
  'os.File',
  'net.TCPConn',
  'net.UDPConn',
  'net.UnixConn',
  'net.Conn',
  'net.Listener',
  'crypto/tls.Conn',
  'database/sql.Conn',
  'os.Process',
])

type PoolPass = Pass<'native'>

export default defineRule({
  id: 'sync-pool-native-resource',
  title: 'A sync.Pool of values that must be released',
  severity: 'warning',
  confidence: 0.9,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#Pool', 'https://github.com/golang/go/blob/go1.26.0/src/sync/pool.go'],
  messages: {
    native: {
      what: 'the pool makes {value}, which holds {resource} that Go does not release',
      why: 'the garbage collector empties pools without a word: nobody closes or frees what it drops',
      next: 'Keep such values in a channel or a free list with an end of its own.',
    },
  },

  run(pass) {
    for (const literal of pass.nodes('CompositeLit')) {
      if (namedPath(pass.typeOf(literal)) !== 'sync.Pool' || isTestFile(pass, literal)) continue
      const make = newOf(literal)
      if (make === undefined) continue
      for (const {expr, at} of returned(pass, make)) {
        const resource = resourceOf(pass, expr)
        if (resource !== undefined) pass.report(at, 'native', {data: {value: pass.text(expr), resource}})
      }
    }
  },
})

function newOf(literal: CompositeLit): FuncLit | undefined {
  for (const elt of literal.elts)
    if (elt.kind === 'KeyValueExpr' && elt.key.kind === 'Ident' && elt.key.name === 'New' && elt.value.kind === 'FuncLit') return elt.value
  return undefined
}

function returned(pass: PoolPass, make: FuncLit): {expr: Expr; at: Node}[] {
  return [...pass.nodes('ReturnStmt')].flatMap(stmt =>
    pass.enclosingFunction(stmt) === make && stmt.results[0] !== undefined ? [{expr: stmt.results[0], at: stmt}] : [],
  )
}

function resourceOf(pass: PoolPass, expr: Expr): string | undefined {
  if (mentionsC(pass, unparen(expr))) return 'memory of C'
  const type = pass.typeOf(expr)
  const path = namedPath(pointee(type))
  if (path !== undefined && released.has(path)) return `a ${path}`
  return type === undefined ? undefined : fieldOf(pass, type)
}

/** A field of the struct, declared in this package, of a type of C or of one that is released. */
function fieldOf(pass: PoolPass, type: Type): string | undefined {
  const named = asNamed(pointee(type) ?? type)
  const spec = named?.obj.decl?.tdecl
  if (spec?.type.kind !== 'StructType' || named?.obj.pkg !== pass.package.types) return undefined
  for (const field of spec.type.fields.list) {
    if (field.type === undefined) continue
    if (mentionsC(pass, field.type)) return 'memory of C'
    const path = namedPath(pointee(pass.typeOf(field.type)))
    if (path !== undefined && released.has(path)) return `a ${path}`
  }
  return undefined
}

/** `C.name` where C is the package of cgo. */
const mentionsC = (pass: PoolPass, node: Node) =>
  some(node, at => {
    if (at.kind !== 'SelectorExpr' || at.x.kind !== 'Ident' || at.x.name !== 'C') return false
    const left = pass.objectOf(at.x)
    return left?.kind === 'PkgName' && left.imported.path === 'C'
  })
