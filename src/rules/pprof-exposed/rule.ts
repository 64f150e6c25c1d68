// pprof-exposed: net/http/pprof on the default mux, served to more than this machine. See rule.md.
import {must} from '../../base/answer.ts'
import {defineModuleRule} from '../../analysis/engine/rule.ts'
import type {FactPlace, Pass} from '../../analysis/engine/pass.ts'
import {namedPath} from '../../analysis/reading/named.ts'
import {isTestFile, unparen} from '../../analysis/reading/terms.ts'
import type {CallExpr, CompositeLit, Expr} from '../../go/syntax/ast.ts'
import {stringVal} from '../../go/types/constant/constant.ts'

interface Fact {
  readonly imports: readonly FactPlace[]
  readonly served: readonly {readonly place: FactPlace; readonly address: string}[]
  /** What the package imports itself. */
  readonly direct: readonly string[]
}

export default defineModuleRule<'open', Fact>({
  id: 'pprof-exposed',
  title: 'Profiles are served to the network',
  severity: 'warning',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http/pprof', 'https://pkg.go.dev/net/http#DefaultServeMux'],
  messages: {
    open: {
      what: 'the default mux, on which net/http/pprof registers itself, is served on {address}',
      why: 'whoever reaches the port can read stacks, command line and heap, and can slow the program down with profiles',
      next: 'Serve profiles on a loopback address, and the rest with a mux of its own.',
    },
  },

  collect(pass) {
    const imports = [...pass.nodes('ImportSpec')]
      .filter(spec => /^["`]net\/http\/pprof["`]$/.test(spec.path.value) && !isTestFile(pass, spec))
      .map(spec => pass.place(spec))
    const served = [...servedByCalls(pass), ...servedByServers(pass)]
    return imports.length + served.length === 0 ? undefined : {imports, served, direct: pass.package.types.imports.map(one => one.path)}
  },

  // Both end up in one program when the package that serves imports pprof, or a package that does.
  conclude(pass, facts) {
    for (const {packagePath, fact} of facts) {
      const together = facts.filter(other => other.packagePath === packagePath || fact.direct.includes(other.packagePath))
      const imported = together.flatMap(({fact: one}) => one.imports)[0]
      if (imported === undefined) continue
      for (const {place, address} of fact.served)
        pass.report(place, 'open', {data: {address}, related: [{place: imported, label: 'imported here'}]})
    }
  },
})

/** `http.ListenAndServe(":6060", nil)` and its kin with TLS. */
function* servedByCalls(pass: Pass<never>): Iterable<{place: FactPlace; address: string}> {
  for (const call of pass.nodes('CallExpr')) {
    const plain = must(pass.callsFunction(call, 'net/http.ListenAndServe'))
    const tls = must(pass.callsFunction(call, 'net/http.ListenAndServeTLS'))
    if ((!plain && !tls) || isTestFile(pass, call)) continue
    const address = openAddress(pass, call.args[0])
    if (address !== undefined && isDefaultMux(pass, call.args[plain ? 1 : 3])) yield {place: pass.place(call), address}
  }
}

/** `http.Server{Addr: ":8080"}` without Handler, in a package that lets it listen. */
function* servedByServers(pass: Pass<never>): Iterable<{place: FactPlace; address: string}> {
  for (const literal of pass.nodes('CompositeLit')) {
    if (isTestFile(pass, literal) || namedPath(pass.typeOf(literal)) !== 'net/http.Server') continue
    const address = openAddress(pass, fieldOf(literal, 'Addr'))
    const handler = fieldOf(literal, 'Handler')
    const settled = handler !== undefined ? isDefaultMux(pass, handler) : !assignsHandler(pass)
    if (address !== undefined && settled) yield {place: pass.place(literal), address}
  }
}

const assignsHandler = (pass: Pass<never>) =>
  [...pass.nodes('AssignStmt')].some(({lhs}) => lhs.some(left => left.kind === 'SelectorExpr' && left.sel.name === 'Handler'))

function fieldOf(literal: CompositeLit, name: string): Expr | undefined {
  for (const elt of literal.elts) if (elt.kind === 'KeyValueExpr' && elt.key.kind === 'Ident' && elt.key.name === name) return elt.value
  return undefined
}

function isDefaultMux(pass: Pass<never>, handler: Expr | undefined): boolean {
  const at = handler === undefined ? undefined : unparen(handler)
  if (at?.kind === 'Ident') return pass.objectOf(at)?.kind === 'Nil'
  return at?.kind === 'SelectorExpr' && at.sel.name === 'DefaultServeMux' && pass.objectOf(at.sel)?.pkg?.path === 'net/http'
}

/** A constant address that is not of this machine only. */
function openAddress(pass: Pass<never>, expr: CallExpr['args'][number] | undefined): string | undefined {
  const value = expr === undefined ? undefined : pass.constantOf(expr)
  const address = value?.kind === 'string' ? stringVal(value) : undefined
  if (address === undefined || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]):/.test(address)) return undefined
  return address === '' ? ':http' : address
}
