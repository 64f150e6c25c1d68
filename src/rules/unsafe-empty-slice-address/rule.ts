// unsafe-empty-slice-address: `unsafe.Pointer(&b[0])` where b may be empty, outside of C calls. See rule.md.
import {cCallName, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {firstElementOf, isUnsafePointerCall} from '../../analysis/cgo/pointer-argument.ts'
import {mayBeEmptyUnchecked} from '../../analysis/cgo/slice-guard.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'unsafe-empty-slice-address',
  title: 'The address of the first element of a slice that may be empty',
  severity: 'warning',
  confidence: 0.6,
  preset: 'strict',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Index_expressions', 'https://pkg.go.dev/unsafe#SliceData'],
  messages: {
    unchecked: {
      what: '{pointer} is taken, and nothing here asks whether {slice} is empty',
      why: 'the index panics when {slice} has no elements',
      next: 'Use unsafe.SliceData({slice}) (Go 1.20) or check len({slice}) first.',
    },
  },

  run(pass) {
    for (const pointer of pass.nodes('CallExpr')) {
      if (!isUnsafePointerCall(pass, pointer) || pointer.args[0] === undefined || unparen(pointer.args[0]).kind !== 'UnaryExpr') continue
      const slice = firstElementOf(pass, pointer)
      if (slice === undefined || isMade(pass, pointer) || isForC(pass, pointer) || !mayBeEmptyUnchecked(pass, slice, pointer)) continue
      pass.report(pointer, 'unchecked', {data: {pointer: pass.text(pointer), slice: pass.text(slice)}})
    }
  },
})

/** In generated code, also where its first comment says so in words of its own: who generates it sees to the sizes. */
const isMade = (pass: AnyPass, pointer: CallExpr): boolean => {
  const file = pass.fileOf(pointer)
  const first = file.state.tree.comments.find(group => group.pos < file.state.tree.package)
  return file.generated || (first?.list.some(comment => /generated/i.test(comment.text)) ?? false)
}

/** Arguments of C calls are the business of cgo-empty-slice-address. */
function isForC(pass: AnyPass, pointer: CallExpr): boolean {
  for (const at of pass.ancestors(pointer)) {
    if (at.kind === 'CallExpr' && cCallName(pass, at) !== undefined) return true
    if (at.kind !== 'CallExpr' && at.kind !== 'ParenExpr') return false
  }
  return false
}
