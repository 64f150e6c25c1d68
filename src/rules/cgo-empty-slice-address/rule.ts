// cgo-empty-slice-address: `&b[0]` for C, or for unsafe.Slice, where b may be empty. See rule.md.
import {cCallName, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {firstElementOf, isUnsafe} from '../../analysis/cgo/pointer-argument.ts'
import {mayBeEmptyUnchecked, sliceOfItself} from '../../analysis/cgo/slice-guard.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import {languageVersionAt} from '../../analysis/reading/terms.ts'
import type {ReportOptions} from '../../analysis/engine/pass.ts'
import type {CallExpr, Expr} from '../../go/syntax/ast.ts'

/** Go 1.20: unsafe.SliceData. */
const sliceDataFrom = 20

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
      next: 'Check len({slice}) first, and for no elements pass what C.{callee} takes for no data.{other}',
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
          pass.report(argument, 'c', {data: {callee, slice: pass.text(slice), other: otherWay(pass, call, pass.text(slice))}})
      }
    }
  },
})

/** Where the file may use it. Of a slice expression cgo checks the elements only, of a pointer the whole allocation (cmd/cgo gcc.go checkSlice, Go 1.26). */
const otherWay = (pass: AnyPass, call: CallExpr, slice: string): string =>
  (languageVersionAt(pass, call) ?? 0) < sliceDataFrom
    ? ''
    : ` Or pass unsafe.SliceData(${slice}[:]), which does not panic: nil for a nil slice, else an address at which no element stands.`

/** With the same capacity as before, so that append behaves the same. */
function fixOf(pass: AnyPass, call: CallExpr, slice: Expr): Pick<ReportOptions, 'fixes'> {
  if (slice.kind !== 'Ident' || pass.typeOf(slice)?.kind !== 'Slice') return {}
  const name = slice.name
  const text = `${name}[:len(${name}):len(${name})]`
  return {fixes: [{kind: 'safe', title: `Use ${text}`, edits: [{file: pass.fileOf(call).path, start: call.pos, end: call.end, text}]}]}
}
