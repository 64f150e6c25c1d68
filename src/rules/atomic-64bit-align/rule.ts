// atomic-64bit-align: a 64-bit atomic function on a field that is not aligned to 8 bytes on the checked 32-bit platform. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {atomicAccess} from '../../analysis/reading/atomics.ts'
import {pointee} from '../../analysis/reading/named.ts'
import {isTestFile, unparen} from '../../analysis/reading/terms.ts'
import type {SelectorExpr} from '../../go/syntax/ast.ts'
import {offsetOf} from '../../go/types/sizes.ts'

/** Platforms whose 64-bit atomics need an aligned address that the compiler does not give (sync/atomic, "Bugs"). */
const needsCare = new Set(['386', 'arm', 'mips', 'mipsle'])

export default defineRule({
  id: 'atomic-64bit-align',
  title: 'A 64-bit atomic on a field that is not aligned on 32-bit machines',
  severity: 'warning',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync/atomic#pkg-note-BUG'],
  messages: {
    unaligned: {
      what: '{field} is at offset {offset} on {platform}, which is not a multiple of 8',
      why: 'the 64-bit functions of sync/atomic panic on an address that is not aligned to 8 bytes there',
      next: 'Give the field the type atomic.Int64 or atomic.Uint64 (Go 1.19), or make it the first of the struct.',
    },
  },

  run(pass) {
    const {goarch, goos} = pass.package
    if (!needsCare.has(goarch)) return
    for (const call of pass.nodes('CallExpr')) {
      const access = atomicAccess(pass, call)
      if (access?.bits !== 64 || access.variable?.kind !== 'SelectorExpr' || isTestFile(pass, call)) continue
      const offset = offsetInObject(pass, access.variable)
      if (offset !== undefined && offset % 8 !== 0)
        pass.report(access.variable, 'unaligned', {
          data: {field: pass.text(access.variable), offset: String(offset), platform: `${goos}/${goarch}`},
        })
    }
  },
})

/** Offset from the start of the allocation: through fields held by value, up to a pointer or a variable. */
function offsetInObject(pass: Pass<'unaligned'>, field: SelectorExpr): number | undefined {
  const selection = pass.selection(field)
  const struct = pointee(selection?.recv)
  if (selection === undefined || struct === undefined) return undefined
  const throughPointer = selection.recv !== struct
  if (selection.indirect !== throughPointer) return undefined // an embedded pointer on the way
  const own = offsetOf(pass.package.sizes, struct, selection.index)
  const from = unparen(field.x)
  if (own === undefined || throughPointer || from.kind === 'Ident') return own
  const outer = from.kind === 'SelectorExpr' ? offsetInObject(pass, from) : undefined
  return outer === undefined ? undefined : outer + own
}
