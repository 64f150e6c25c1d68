// unsafe-empty-slice-address: `unsafe.Pointer(&b[0])` where b may be empty, outside of C calls. See rule.md.
import {cCallName, cMember, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {firstElementOf, isUnsafe, isUnsafePointerCall} from '../../analysis/cgo/pointer-argument.ts'
import {mayBeEmptyUnchecked} from '../../analysis/cgo/slice-guard.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import {languageVersionAt} from '../../analysis/reading/terms.ts'
import type {CallExpr, Expr} from '../../go/syntax/ast.ts'
import {sizeOf} from '../../go/types/sizes.ts'
import {underlying} from '../../go/types/underlying.ts'

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
      next: 'Check len({slice}) first.{other}',
    },
    cast: {
      what: '{pointer} is taken as a pointer to {target}, and nothing here asks how long {slice} is',
      why: 'the index panics when {slice} has no elements, and of a slice shorter than {target} what lies behind it is read',
      next: 'Check first that {slice} has room for {target} (unsafe.Sizeof). unsafe.SliceData would only take the panic away and leave the read.',
    },
  },

  run(pass) {
    for (const pointer of pass.nodes('CallExpr')) {
      if (!isUnsafePointerCall(pass, pointer) || pointer.args[0] === undefined || unparen(pointer.args[0]).kind !== 'UnaryExpr') continue
      const slice = firstElementOf(pass, pointer)
      if (slice === undefined || isMade(pass, pointer) || isForC(pass, pointer) || !mayBeEmptyUnchecked(pass, slice, pointer)) continue
      const [text, target] = [pass.text(slice), castTo(pass, pointer, slice)]
      const data = {pointer: pass.text(pointer), slice: text}
      if (target !== undefined) pass.report(pointer, 'cast', {data: {...data, target}})
      else pass.report(pointer, 'unchecked', {data: {...data, other: otherWay(pass, pointer, text)}})
    }
  },
})

/** `T` of `(*T)(unsafe.Pointer(…))` larger than an element, unless a length goes with it: in unsafe.Slice, or where T is an array to be sliced. */
function castTo(pass: AnyPass, pointer: CallExpr, slice: Expr): string | undefined {
  const cast = pass.parent(pointer)
  const type = cast?.kind === 'CallExpr' && cast.args[0] === pointer ? unparen(cast.fun) : undefined
  if (cast?.kind !== 'CallExpr' || type?.kind !== 'StarExpr' || unparen(type.x).kind === 'ArrayType') return undefined
  const around = pass.parent(cast)
  const withLength = around?.kind === 'CallExpr' && isUnsafe(pass, around, 'Slice')
  return withLength || !isLarger(pass, type.x, slice) ? undefined : pass.text(type.x)
}

/** Types of C of one byte. */
const cBytes = /^(?:[su]?char|u?int8_t|bool|_Bool)$/

/** Of a type whose size is not known, only over single bytes: elements that are more may have been declared to match. */
function isLarger(pass: AnyPass, target: Expr, slice: Expr): boolean {
  const [whole, type] = [pass.typeOf(slice), pass.typeOf(target)]
  const under = whole === undefined ? undefined : underlying(whole)
  const element = under?.kind === 'Slice' ? sizeOf(pass.package.sizes, under.elem) : undefined
  const size = type === undefined ? undefined : sizeOf(pass.package.sizes, type)
  if (size !== undefined) return element === undefined || element < size
  return element === 1 && !cBytes.test(cMember(pass, target) ?? '')
}

/** Where the file may use it (Go 1.20). */
const otherWay = (pass: AnyPass, pointer: CallExpr, slice: string): string =>
  (languageVersionAt(pass, pointer) ?? 0) < 20
    ? ''
    : ` Where a length of 0 goes with the pointer, unsafe.SliceData(${slice}) does as well and does not panic.`

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
