// cgo-empty-slice-address: `&b[0]` for C, or for unsafe.Slice, where b may be empty. See rule.md.
import {cCallName, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {firstElementOf, isUnsafe} from '../../analysis/cgo/pointer-argument.ts'
import {mayBeEmptyUnchecked, sliceOfItself} from '../../analysis/cgo/slice-guard.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {ReportOptions} from '../../analysis/engine/pass.ts'
import type {CallExpr, Expr} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'cgo-empty-slice-address',
  title: 'The address of the first element of a slice that may be empty',
  severity: 'warning',
  confidence: 0.7,
  preset: 'strict',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Index_expressions', 'https://pkg.go.dev/unsafe#SliceData'],
  messages: {
    c: {
      what: 'C.{callee} gets the address of {slice}[0], and nothing here asks whether {slice} is empty',
      why: 'the index panics when {slice} has no elements, before C is called',
      next: 'Use unsafe.SliceData({slice}) (Go 1.20), which gives no usable address for an empty slice and does not panic, or check len({slice}) first.',
    },
    itself: {
      what: '{call} is {slice} itself, and panics when it is empty',
      why: 'unsafe.Slice makes no copy and moves no ownership: the result has the same array',
      next: 'Use {slice}.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      if (isUnsafe(pass, call, 'Slice')) {
        const slice = sliceOfItself(pass, call)
        if (slice !== undefined)
          pass.report(call, 'itself', {
            data: {call: pass.text(call), slice: pass.text(slice)},
            confidence: 0.98,
            ...fixOf(pass, call, slice),
          })
        continue
      }
      const callee = cCallName(pass, call)
      if (callee === undefined) continue
      for (const argument of call.args) {
        const slice = firstElementOf(pass, argument)
        if (slice !== undefined && mayBeEmptyUnchecked(pass, slice, call))
          pass.report(argument, 'c', {data: {callee, slice: pass.text(slice)}})
      }
    }
  },
})

/** With the same capacity as before, so that append behaves the same. */
function fixOf(pass: AnyPass, call: CallExpr, slice: Expr): Pick<ReportOptions, 'fixes'> {
  if (slice.kind !== 'Ident' || pass.typeOf(slice)?.kind !== 'Slice') return {}
  const name = slice.name
  const text = `${name}[:len(${name}):len(${name})]`
  return {fixes: [{kind: 'safe', title: `Use ${text}`, edits: [{file: pass.fileOf(call).path, start: call.pos, end: call.end, text}]}]}
}
