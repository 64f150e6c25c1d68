// cgo-struct-no-release: a struct keeps what a C constructor made, and nothing in the package releases it. See rule.md.
import {madeInC} from '../../analysis/cgo/c-constructor.ts'
import {cCallName, endsItsArgument, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {closesByName, cOwners} from '../../analysis/cgo/c-owner.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'cgo-struct-no-release',
  title: 'A struct keeps a C object that nothing releases',
  severity: 'warning',
  confidence: 0.7,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C', 'https://go.dev/wiki/cgo'],
  messages: {
    none: {
      what: '{type} keeps in {field} what {maker} made, and nothing in this package releases it',
      why: 'the garbage collector does not know C memory: each {type} leaves its C object behind',
      next: 'Add a Close method that releases {field}, sets it to nil and may be called twice.',
    },
  },

  run(pass) {
    for (const {spec, fields, methods} of cOwners(pass)) {
      if (methods.some(method => closesByName.test(method.name.name))) continue
      for (const field of fields) {
        const made = madeFor(pass, spec.name.name, field.name.name)
        if (made === undefined || isReleased(pass, field.name.name)) continue
        pass.report(field.name, 'none', {
          data: {type: spec.name.name, field: field.name.name, maker: `C.${made.name}`},
          related: [{node: made.call, label: 'made here'}],
        })
      }
    }
  },
})

/** `T{f: C.x_new()}`, `&T{…}` or `t.f = C.x_new()`. */
function madeFor(pass: AnyPass, type: string, field: string): {call: CallExpr; name: string} | undefined {
  for (const pair of pass.nodes('KeyValueExpr')) {
    if (pair.key.kind !== 'Ident' || pair.key.name !== field) continue
    const literal = pass.parent(pair)
    if (literal?.kind !== 'CompositeLit' || literal.type?.kind !== 'Ident' || literal.type.name !== type) continue
    const made = madeInC(pass, pair.value)
    if (made !== undefined) return made
  }
  for (const literal of pass.nodes('CompositeLit')) {
    if (literal.type?.kind !== 'Ident' || literal.type.name !== type || literal.elts.length !== 1 || literal.elts[0] === undefined) continue
    const made = literal.elts[0].kind === 'KeyValueExpr' ? undefined : madeInC(pass, literal.elts[0])
    if (made !== undefined) return made
  }
  return undefined
}

/** Something in the package hands `….field` to a C function that ends it, to any Go function, or has finalizers at all. */
function isReleased(pass: AnyPass, field: string): boolean {
  for (const call of pass.nodes('CallExpr')) {
    const callee = unparen(call.fun)
    const called = callee.kind === 'SelectorExpr' ? callee.sel.name : callee.kind === 'Ident' ? callee.name : ''
    if (called === 'SetFinalizer' || called === 'AddCleanup') return true
    const name = cCallName(pass, call)
    if (name !== undefined && !endsItsArgument(name)) continue
    if (call.args.some(argument => pass.within(argument, 'SelectorExpr').some(selector => selector.sel.name === field))) return true
  }
  return false
}
