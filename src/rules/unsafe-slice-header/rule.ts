// unsafe-slice-header: a reflect.SliceHeader or StringHeader that is no real slice or string. See rule.md.
import {unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Expr, Node} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'unsafe-slice-header',
  title: 'A slice or string header made by hand',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/unsafe#Pointer', 'https://pkg.go.dev/reflect#SliceHeader'],
  messages: {
    made: {
      what: 'a {header} is made here as a plain struct',
      why: 'its Data is a uintptr, which keeps nothing alive: the garbage collector may free the memory, or move it with the stack, before a {kind} is made of the header',
      next: 'Use {instead}.',
    },
  },

  run(pass) {
    for (const literal of pass.nodes('CompositeLit')) if (literal.type !== undefined) reportHeader(literal, literal.type)
    for (const call of pass.nodes('CallExpr'))
      if (pass.calleeName(call) === 'builtin new' && call.args[0] !== undefined) reportHeader(call, call.args[0])
    for (const spec of pass.nodes('ValueSpec')) if (spec.type !== undefined && spec.values.length === 0) reportHeader(spec, spec.type)

    function reportHeader(node: Node, type: Expr): void {
      const header = headerName(pass, type)
      if (header === undefined) return
      const slice = header === 'SliceHeader'
      const modern = pass.fileOf(node).state.version >= (slice ? 17 : 20)
      pass.report(node, 'made', {
        data: {
          header: `reflect.${header}`,
          kind: slice ? 'slice' : 'string',
          instead: modern
            ? slice
              ? 'unsafe.Slice (Go 1.17)'
              : 'unsafe.String (Go 1.20)'
            : `a header that points to a real ${slice ? 'slice' : 'string'}, as pattern 6 of unsafe.Pointer shows`,
        },
      })
    }
  },
})

function headerName(pass: AnyPass, type: Expr): string | undefined {
  const at = unparen(type)
  if (at.kind !== 'SelectorExpr' || at.x.kind !== 'Ident' || !/^(?:Slice|String)Header$/.test(at.sel.name)) return undefined
  const object = pass.objectOf(at.x)
  return object?.kind === 'PkgName' && object.imported.path === 'reflect' ? at.sel.name : undefined
}
