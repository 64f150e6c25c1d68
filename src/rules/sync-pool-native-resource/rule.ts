// sync-pool-native-resource: a pool makes values that must be released by hand. See rule.md.
import {madeInC} from '../../analysis/cgo/c-constructor.ts'
import {cMember, unparen} from '../../analysis/cgo/c-member.ts'
import {cOwners, closesByName, fieldUse, receiverOf, receiverType, releaseIn} from '../../analysis/cgo/c-owner.ts'
import {localOf, onlyValue} from '../../analysis/cgo/local-variable.ts'
import {peel} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {namedPath, pointee} from '../../analysis/reading/named.ts'
import {isTestFile} from '../../analysis/reading/terms.ts'
import type {CompositeLit, Expr, FuncLit, Node, TypeSpec} from '../../go/syntax/ast.ts'
import {asNamed} from '../../go/types/underlying.ts'

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
      what: 'the pool makes {value}, which holds {resource} that has to be released by hand',
      why: 'the garbage collector empties pools without a word: nobody calls Close or free for what it drops',
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

/** What a value owns: made by C or the system for it, or of a type whose own Close or finalizer ends a field. A C struct by value is Go memory. */
function resourceOf(pass: PoolPass, expr: Expr): string | undefined {
  const own = directly(pass, expr)
  if (own !== undefined) return own
  const local = localOf(pass, expr)
  const value = unparen((local === undefined ? undefined : onlyValue(pass, local)) ?? expr)
  const literal = value.kind === 'UnaryExpr' && value.op === '&' ? unparen(value.x) : value
  if (literal.kind === 'CompositeLit')
    for (const elt of literal.elts) {
      const given = directly(pass, elt.kind === 'KeyValueExpr' ? elt.value : elt)
      if (given !== undefined) return given
    }
  const type = pass.typeOf(expr)
  const named = type === undefined ? undefined : asNamed(pointee(type) ?? type)
  const spec = named?.obj.decl?.tdecl
  return spec === undefined || named?.obj.pkg !== pass.package.types ? undefined : releasedField(pass, spec)
}

function directly(pass: PoolPass, expr: Expr): string | undefined {
  if (madeInC(pass, peel(pass, expr)) !== undefined || isCopyForC(pass, expr)) return 'memory of C'
  const at = unparen(expr)
  if (at.kind === 'Ident' && at.name === 'nil') return undefined
  const path = namedPath(pointee(pass.typeOf(expr)))
  return path !== undefined && released.has(path) ? `a ${path}` : undefined
}

/** `C.CString(…)`, `C.CBytes(…)`: malloc under another name (cmd/cgo doc.go). */
function isCopyForC(pass: PoolPass, expr: Expr): boolean {
  const at = peel(pass, expr)
  return at.kind === 'CallExpr' && /^(?:CString|CBytes)$/.test(cMember(pass, at.fun) ?? '')
}

/** A field that a method or finalizer of the type releases: a pointer of C by a C function, a file or connection by its Close. */
function releasedField(pass: PoolPass, spec: TypeSpec): string | undefined {
  const owner = cOwners(pass).find(one => one.spec === spec)
  const enders = finalizersOf(pass, spec)
  for (const field of owner?.fields ?? []) {
    if (owner?.methods.some(method => releaseIn(pass, method, field.name.name) !== undefined)) return 'memory of C'
    if (enders.some(ender => pass.within(ender, 'SelectorExpr').some(use => use.sel.name === field.name.name))) return 'memory of C'
  }
  const struct = unparen(spec.type)
  for (const field of struct.kind === 'StructType' ? struct.fields.list : []) {
    const path = field.type === undefined ? undefined : namedPath(pointee(pass.typeOf(field.type)))
    if (path !== undefined && released.has(path) && field.names.some(name => isClosed(pass, spec.name.name, name.name))) return `a ${path}`
  }
  return undefined
}

/** Functions that finalizers and cleanups of this type run, as far as they are written at the call. */
const finalizersOf = (pass: PoolPass, spec: TypeSpec): Node[] =>
  pass.nodes('CallExpr').flatMap(call => {
    const name = pass.calleeName(call)
    const [object, run] = call.args
    if ((name !== 'runtime.SetFinalizer' && name !== 'runtime.AddCleanup') || object === undefined || run === undefined) return []
    const named = asNamed(pointee(pass.typeOf(object)) ?? pass.typeOf(object)!)
    return named?.obj.decl?.tdecl === spec ? [run] : []
  })

/** A method of the type whose name ends things calls `receiver.field.Close()`. */
const isClosed = (pass: PoolPass, type: string, field: string): boolean =>
  pass.nodes('FuncDecl').some(decl => {
    const receiver = receiverOf(pass, decl)
    if (receiver === undefined || receiverType(decl) !== type || !closesByName.test(decl.name.name)) return false
    return pass.within(decl, 'CallExpr').some(({fun}) => {
      const at = unparen(fun)
      return (
        at.kind === 'SelectorExpr' && /^(?:Close|Kill|Release)$/.test(at.sel.name) && fieldUse(pass, at.x, receiver, field) !== undefined
      )
    })
  })
