// cgo-pointer-width-mismatch: `(*C.int)(unsafe.Pointer(&x))` where the Go variable is wider or narrower than the C type. See rule.md.
import {cMember, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {isUnsafePointerCall} from '../../analysis/cgo/pointer-argument.ts'
import {cScalarSize} from '../../analysis/cgo/scalar-size.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, Expr} from '../../go/syntax/ast.ts'
import {sizeOf} from '../../go/types/sizes.ts'
import {BasicKind, type Type} from '../../go/types/types.ts'
import {underlying} from '../../go/types/underlying.ts'

export default defineRule({
  id: 'cgo-pointer-width-mismatch',
  title: 'A C pointer to a Go variable of another width',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C', 'https://go.dev/ref/spec#Numeric_types'],
  messages: {
    narrow: {
      what: '{cast} makes a C pointer to {cSize} B of {name}, a Go {goType} of {goSize} B',
      why: 'C reads and writes only part of the variable and leaves the rest as it was; over an array it steps by the wrong width',
      next: 'Declare the variable as {cType}, or copy through a variable of that type.',
    },
    wide: {
      what: '{cast} makes a C pointer to {cSize} B of {name}, a Go {goType} of {goSize} B',
      why: 'C reads and writes {over} B that belong to something else',
      next: 'Declare the variable as {cType}, or copy through a variable of that type.',
    },
  },

  run(pass) {
    for (const cast of pass.nodes('CallExpr')) {
      const member = castTarget(pass, cast)
      const address = member === undefined ? undefined : addressIn(pass, cast)
      const type = address === undefined ? undefined : pass.typeOf(address)
      if (member === undefined || address === undefined || type === undefined || !isNumber(type, address)) continue
      const cSize = cScalarSize(member, pass.package.goos, pass.package.goarch)
      const goSize = sizeOf(pass.package.sizes, type)
      if (cSize === undefined || goSize === undefined || cSize === goSize) continue
      pass.report(cast, cSize < goSize ? 'narrow' : 'wide', {
        data: {
          cast: pass.text(cast),
          name: pass.text(address),
          cType: `C.${member}`,
          cSize: String(cSize),
          goSize: String(goSize),
          over: String(cSize - goSize),
          goType: pass.typeText(address) ?? '',
        },
      })
    }
  },
})

/** `int` of `(*C.int)(…)`. */
function castTarget(pass: AnyPass, call: CallExpr): string | undefined {
  const fun = unparen(call.fun)
  return fun.kind === 'StarExpr' && call.args.length === 1 ? cMember(pass, fun.x) : undefined
}

/** `x` of `unsafe.Pointer(&x)`, directly below the cast. */
function addressIn(pass: AnyPass, cast: CallExpr): Expr | undefined {
  const pointer = cast.args[0] === undefined ? undefined : unparen(cast.args[0])
  if (pointer?.kind !== 'CallExpr' || !isUnsafePointerCall(pass, pointer) || pointer.args[0] === undefined) return undefined
  const address = unparen(pointer.args[0])
  return address.kind === 'UnaryExpr' && address.op === '&' ? unparen(address.x) : undefined
}

/** Sized elements of a slice or array are often a buffer that C sees otherwise; a Go `int` or `uint` never is. */
function isNumber(type: Type, address: Expr): boolean {
  const under = underlying(type)
  if (under.kind !== 'Basic') return false
  const kind = under.basic
  if (kind === BasicKind.Int || kind === BasicKind.Uint) return true
  return address.kind !== 'IndexExpr' && kind >= BasicKind.Bool && kind <= BasicKind.Float64
}
